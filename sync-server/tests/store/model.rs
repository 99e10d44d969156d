//! Random changes on a store and on a plain model of one: both have to say the same.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use sync_server::model::{App, Patch, PatchStatus, Timestamp};
use sync_server::store::{Change, PatchFilter, SqlStore, Store, StoreError, Write};
use tokio::runtime::{Builder, Runtime};

use crate::postgres;
use crate::samples::{NOW, app, audit_entry, history_entry, operation, patch};

/// One random change: up to three writes and whether their feed operations come with them.
#[derive(Debug, Clone)]
struct Step {
    writes: Vec<Random>,
}

/// A write to one of four apps or patches, with a revision that is right or off by some.
#[derive(Debug, Clone)]
enum Random {
    App { number: u8, off: i64 },
    Patch { number: u8, approved: bool, off: i64 },
    Delete { number: u8, off: i64 },
}

fn write() -> impl Strategy<Value = Random> {
    let off = || prop_oneof![8 => Just(0_i64), 1 => Just(1), 1 => Just(-1)];
    prop_oneof![
        1 => (0_u8..4, off()).prop_map(|(number, off)| Random::App { number, off }),
        4 => (0_u8..4, any::<bool>(), off())
            .prop_map(|(number, approved, off)| Random::Patch { number, approved, off }),
        2 => (0_u8..4, off()).prop_map(|(number, off)| Random::Delete { number, off }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(vec(write(), 1..4).prop_map(|writes| Step { writes }), 1..16)
}

/// What a store should hold.
#[derive(Debug, Clone, Default, PartialEq)]
struct Model {
    apps: BTreeMap<String, App>,
    patches: BTreeMap<String, Patch>,
    feed: Vec<(String, i64)>,
    audits: i64,
    histories: BTreeMap<String, i64>,
    commits: i64,
}

impl Model {
    /// Returns the change of a step and the model after it; no model when it has to fail.
    fn plan(&self, app_id: &str, step: &Step, at: Timestamp) -> (Change, Option<Self>) {
        let mut after = self.clone();
        let mut change = Change::default();
        let mut is_valid = true;
        for write in &step.writes {
            match *write {
                Random::App { number, off } => {
                    let id = format!("{app_id}-{number}");
                    let stored = after.apps.get(&id).map_or(0, |app| app.revision);
                    let new = App { revision: stored + 1 + off, updated_at: at, ..app(&id) };
                    is_valid &= off == 0;
                    after.apps.insert(id, new.clone());
                    change.writes.push(Write::App(new));
                }
                Random::Patch { number, approved, off } => {
                    let id = format!("p{number}");
                    let status =
                        if approved { PatchStatus::Approved } else { PatchStatus::Pending };
                    let stored = after.patches.get(&id).map_or(0, |patch| patch.revision);
                    let mut new = patch(app_id, &id, status);
                    (new.revision, new.updated_at) = (stored + 1 + off, at);
                    is_valid &= off == 0;
                    after.record(&mut change, &new, "update");
                    after.patches.insert(id, new.clone());
                    change.writes.push(Write::Patch(Box::new(new)));
                }
                Random::Delete { number, off } => {
                    let id = format!("p{number}");
                    let stored = after.patches.remove(&id).map(|patch| patch.revision);
                    let revision = stored.unwrap_or(1) + off;
                    is_valid &= stored.is_some() && off == 0;
                    let mut gone = patch(app_id, &id, PatchStatus::Pending);
                    gone.revision = revision;
                    after.record(&mut change, &gone, "delete");
                    let app_id = app_id.to_owned();
                    change.writes.push(Write::DeletePatch { app_id, id, revision });
                }
            }
        }
        after.commits += 1;
        (change, is_valid.then_some(after))
    }

    fn record(&mut self, change: &mut Change, patch: &Patch, action: &str) {
        change.feed.push(operation(patch));
        change.history.push(history_entry(patch, action));
        change.audit.push(audit_entry(&patch.app_id, action, &patch.id));
        self.feed.push((patch.id.clone(), patch.revision));
        *self.histories.entry(patch.id.clone()).or_default() += 1;
        self.audits += 1;
    }

    async fn check(&self, store: &SqlStore, app_id: &str) {
        let prefix = format!("{app_id}-");
        let apps = store.apps().await.unwrap();
        let apps = apps.into_iter().filter(|app| app.id.starts_with(&prefix));
        assert!(apps.eq(self.apps.values().cloned()));
        let app_ids = vec![app_id.to_owned()];
        let filter = PatchFilter { app_ids, limit: 99, ..PatchFilter::default() };
        let mut newest: Vec<_> = self.patches.values().cloned().collect();
        newest.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then_with(|| a.id.cmp(&b.id)));
        let page = store.patches(&filter).await.unwrap();
        assert_eq!((page.total, page.items), (newest.len() as u64, newest));
        let is_live = |patch: &&Patch| patch.status == PatchStatus::Approved;
        let live: Vec<_> = self.patches.values().filter(is_live).cloned().collect();
        let head = self.feed.len() as i64;
        assert_eq!(store.approved(app_id, "li").await.unwrap(), (head, live));
        let feed = store.feed(app_id, "li", 0, 999).await.unwrap();
        for (row, (seq, (patch_id, revision))) in feed.iter().zip((1..).zip(&self.feed)) {
            assert_eq!((row.seq, &row.patch_id, row.revision), (seq, patch_id, *revision));
            assert_eq!(row.patch.as_ref(), self.patches.get(patch_id).filter(is_live));
        }
        assert_eq!(feed.len(), self.feed.len());
        for (patch_id, number) in &self.histories {
            let history = store.history(app_id, patch_id).await.unwrap();
            assert!(history.iter().map(|entry| entry.seq).eq(1..=*number));
        }
        let log = sync_server::store::AuditFilter {
            app_ids: vec![app_id.to_owned()],
            ..Default::default()
        };
        assert_eq!(store.audit(&log).await.unwrap().total, self.audits as u64);
    }
}

async fn compare(store: &SqlStore, app_id: &str, steps: &[Step]) {
    let root = Change { writes: vec![Write::App(app(app_id))], ..Change::default() };
    let start = store.commit(root).await.unwrap().version;
    let mut model = Model::default();
    for (step, at) in steps.iter().zip(NOW.0..) {
        let (change, after) = model.plan(app_id, step, Timestamp(at));
        match (store.commit(change).await, after) {
            (Ok(committed), Some(after)) => {
                let first = model.feed.len() as i64 + 1;
                assert!(committed.feed_seqs.into_iter().eq(first..=after.feed.len() as i64));
                assert_eq!(committed.version, start + after.commits);
                model = after;
            }
            (Err(StoreError::Conflict { .. }), None) => {}
            (result, after) => panic!("{result:?} but the model has {after:?}"),
        }
        model.check(store, app_id).await;
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

proptest! {
    #[test]
    fn random_changes_do_to_sqlite_what_they_do_to_a_model(steps in steps()) {
        runtime().block_on(async {
            let store = SqlStore::in_memory();
            compare(&store, "A", &steps).await;
            assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
        });
    }
}

#[test]
fn random_changes_do_to_postgresql_what_they_do_to_a_model() {
    let runtime = runtime();
    let store =
        runtime.block_on(async { SqlStore::open(&postgres::new_database().await).await.unwrap() });
    // One database for all cases, which are apart by their app.
    let case = std::cell::Cell::new(0);
    // Each commit waits for the disk, so long runs get as many cases as take minutes.
    let wanted = ProptestConfig::default();
    let config = ProptestConfig { cases: wanted.cases.min(400), ..wanted };
    proptest!(config, |(steps in steps())| {
        case.set(case.get() + 1);
        runtime.block_on(compare(&store, &format!("A{}", case.get()), &steps));
    });
    assert_eq!(runtime.block_on(store.verify()).unwrap(), Vec::<String>::new());
}
