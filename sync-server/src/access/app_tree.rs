//! All apps at one moment: which are in use, and which lie below which.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::App;

/// Most levels of apps below the root; deeper ones do not work, and cannot be made.
pub const MAX_DEPTH: usize = 8;

/// An app with its place among the others.
#[derive(Debug, Clone)]
pub struct AppNode {
    /// The app.
    pub app: Arc<App>,
    /// Whether it and all apps above it are active and not deleted.
    pub usable: bool,
    /// Number of apps above it.
    pub depth: usize,
    /// The app itself and all apps below it that are not deleted.
    pub app_ids: Arc<[String]>,
}

/// The apps by id.
#[derive(Debug, Default)]
pub struct AppTree {
    nodes: HashMap<String, AppNode>,
}

impl AppTree {
    /// Puts apps into their places.
    pub fn new(apps: Vec<App>) -> Self {
        let apps: HashMap<String, Arc<App>> =
            apps.into_iter().map(|app| (app.id.clone(), Arc::new(app))).collect();
        let mut below: HashMap<&str, Vec<&str>> = HashMap::new();
        for app in apps.values().filter(|app| app.deleted_at.is_none()) {
            if let Some(parent) = &app.parent_id {
                below.entry(parent).or_default().push(&app.id);
            }
        }
        for children in below.values_mut() {
            children.sort_unstable();
        }
        let node = |app: &Arc<App>| {
            let line = line_of(app, &apps);
            let rooted = line.last().is_some_and(|top| top.parent_id.is_none());
            let usable = rooted && line.iter().all(|app| app.active && app.deleted_at.is_none());
            let app_ids = ids_from(&app.id, &below);
            AppNode { app: Arc::clone(app), usable, depth: line.len() - 1, app_ids }
        };
        let nodes = apps.values().map(|app| (app.id.clone(), node(app))).collect();
        Self { nodes }
    }

    /// Returns an app, deleted ones too.
    pub fn get(&self, id: &str) -> Option<&AppNode> {
        self.nodes.get(id)
    }

    /// Returns the app above all others, the oldest if there are several.
    pub fn root(&self) -> Option<&AppNode> {
        let roots = self
            .nodes
            .values()
            .filter(|node| node.app.parent_id.is_none() && node.app.deleted_at.is_none());
        roots.min_by_key(|node| (node.app.created_at, node.app.id.clone()))
    }
}

/// Returns an app and those above it, nearest first; a circle ends where it would begin again.
fn line_of<'a>(app: &'a Arc<App>, apps: &'a HashMap<String, Arc<App>>) -> Vec<&'a App> {
    let above = |app: &&'a App| apps.get(app.parent_id.as_deref()?).map(|app| &**app);
    std::iter::successors(Some(&**app), above).take(MAX_DEPTH + 1).collect()
}

fn ids_from(id: &str, below: &HashMap<&str, Vec<&str>>) -> Arc<[String]> {
    let mut seen = HashSet::new();
    let mut waiting = vec![id];
    let mut ids = Vec::new();
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            ids.push(id.to_owned());
            waiting.extend(below.get(id).into_iter().flatten());
        }
    }
    ids.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn app(id: &str, parent: Option<&str>) -> App {
        App {
            id: id.into(),
            parent_id: parent.map(Into::into),
            name: id.into(),
            active: true,
            monthly_quota: None,
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
            deleted_at: None,
            revision: 1,
        }
    }

    #[test]
    fn an_app_sees_itself_and_what_lies_below() {
        let tree = AppTree::new(vec![
            app("R", None),
            app("A", Some("R")),
            app("B", Some("R")),
            app("C", Some("A")),
            App { deleted_at: Some(Timestamp(1)), ..app("D", Some("A")) },
        ]);
        let ids = |id: &str| tree.get(id).unwrap().app_ids.join(" ");
        assert_eq!((ids("A").as_str(), ids("B").as_str()), ("A C", "B"));
        assert_eq!(tree.get("R").unwrap().app_ids.len(), 4);
        assert_eq!(tree.root().unwrap().app.id, "R");
        assert_eq!(tree.get("C").unwrap().depth, 2);
        assert!(!tree.get("D").unwrap().usable);
    }

    #[test]
    fn an_app_works_only_while_all_apps_above_it_do() {
        let inactive = App { active: false, ..app("A", Some("R")) };
        let tree = AppTree::new(vec![app("R", None), inactive, app("C", Some("A"))]);
        assert!(tree.get("R").unwrap().usable);
        assert!(!tree.get("A").unwrap().usable && !tree.get("C").unwrap().usable);
    }

    #[test]
    fn circles_and_missing_parents_end() {
        let tree =
            AppTree::new(vec![app("A", Some("B")), app("B", Some("A")), app("C", Some("X"))]);
        for id in ["A", "B", "C"] {
            assert!(!tree.get(id).unwrap().usable, "{id}");
        }
        assert!(tree.root().is_none());
    }
}
