//! What has to be stored with a change of patches: history, audit log and feed.

use serde_json::Value;

use crate::access::Caller;
use crate::model::{HistoryEntry, Patch, PatchStatus, Timestamp};
use crate::store::{Change, FeedOperation, Write};

/// What kind of change a step is, where before and after do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deed {
    /// An ordinary one.
    #[default]
    Edit,
    /// A translation is written or deleted.
    Language,
    /// A patch that does not fit its base is made to fit, or ended because it is done.
    Resolve,
}

/// One patch before and after.
#[derive(Debug, Clone)]
pub struct Step {
    /// As it was; `None` for a new one.
    pub before: Option<Patch>,
    /// As it is from now on; `None` for one that ends.
    pub after: Option<Patch>,
    /// What kind of change it is.
    pub deed: Deed,
    /// Why, when a person said so.
    pub reason: Option<String>,
}

impl Step {
    /// Returns the word for what was done.
    pub fn action(&self) -> &'static str {
        match (&self.before, &self.after) {
            (_, Some(_)) if self.deed == Deed::Resolve => "keep",
            (_, None) if self.deed == Deed::Resolve => "retire",
            (Some(before), Some(after)) if before.status != after.status => match after.status {
                PatchStatus::Approved => "approve",
                PatchStatus::Pending => "unapprove",
            },
            (Some(before), Some(after)) if self.deed == Deed::Language => {
                let fewer = after.languages.len() < before.languages.len();
                if fewer { "delete-language" } else { "translate" }
            }
            (Some(_), Some(_)) => "update",
            (None, _) => "create",
            // Whoever deletes a proposal refuses it.
            (Some(before), None) if before.status == PatchStatus::Pending => "reject",
            (Some(_), None) => "delete",
        }
    }

    /// Returns the patch when end users see it from now on and did not before.
    pub fn newly_approved(&self) -> Option<&Patch> {
        let is_approved = |patch: &&Patch| patch.status == PatchStatus::Approved;
        let was = self.before.as_ref().filter(is_approved).is_some();
        self.after.as_ref().filter(is_approved).filter(|_| !was)
    }

    fn patch(&self) -> Option<&Patch> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

/// Puts together what has to be stored for some steps.
pub fn change_of(steps: Vec<Step>, caller: &Caller, now: Timestamp) -> Change {
    let mut change = Change::default();
    for step in steps {
        let Some(patch) = step.patch() else { continue };
        let id = patch.id.clone();
        let action = step.action();
        let (from, to) = (json_of(step.before.as_ref()), json_of(step.after.as_ref()));
        let states = (json_or_nothing(&from), json_or_nothing(&to));
        let action_name = format!("patch.{action}");
        change.audit.push(caller.audit(&caller.app.id, &action_name, &id, states, now));
        change.history.push(HistoryEntry {
            app_id: caller.app.id.clone(),
            patch_id: id,
            seq: 0,
            at: now,
            actor_key_id: Some(caller.key.id.clone()),
            action: action.into(),
            reason: step.reason.clone(),
            from,
            to,
        });
        change.feed.extend(feed_of(&step, now));
        change.writes.push(match (step.before, step.after) {
            (None, Some(after)) if after.revision > 1 => Write::PatchAgain(Box::new(after)),
            (_, Some(after)) => Write::Patch(Box::new(after)),
            (Some(before), None) => Write::DeletePatch {
                app_id: before.app_id,
                id: before.id,
                revision: before.revision,
            },
            (None, None) => continue,
        });
    }
    change
}

/// Tells the feeds what end users see from now on.
fn feed_of(step: &Step, now: Timestamp) -> Vec<FeedOperation> {
    let approved =
        |patch: &Option<Patch>| patch.clone().filter(|patch| patch.status == PatchStatus::Approved);
    let (before, after) = (approved(&step.before), approved(&step.after));
    let revision = step.patch().map_or(0, |patch| patch.revision);
    let operation = |base: String, patch: &Patch, after: Option<&Patch>| FeedOperation {
        app_id: patch.app_id.clone(),
        country: base,
        patch_id: patch.id.clone(),
        revision,
        at: now,
        patch: after.cloned().map(Box::new),
    };
    let new_bases = after.as_ref().map(Patch::bases).unwrap_or_default();
    let mut operations = Vec::new();
    if let Some(before) = &before {
        let left = before.bases().into_iter().filter(|base| !new_bases.contains(base));
        operations.extend(left.map(|base| operation(base, before, None)));
    }
    if let Some(after) = after.as_ref().filter(|after| before.as_ref() != Some(*after)) {
        let now_in = new_bases.into_iter();
        operations.extend(now_in.map(|base| operation(base, after, Some(after))));
    }
    operations
}

fn json_of(patch: Option<&Patch>) -> Value {
    patch.and_then(|patch| serde_json::to_value(patch).ok()).unwrap_or_default()
}

/// What was not there has no hash.
fn json_or_nothing(value: &Value) -> Option<&Value> {
    (!value.is_null()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Fields;
    use crate::patches::edit::{Content, create, update};

    const NOW: Timestamp = Timestamp(5);

    fn content(country: &str, status: PatchStatus) -> Content {
        let fields = Fields { countrycode: Some(country.into()), ..Fields::default() };
        Content { fields: Some(fields), status: Some(status), ..Content::default() }
    }

    fn feed(before: Option<&Patch>, after: Option<&Patch>) -> Vec<(String, bool)> {
        let step =
            Step { before: before.cloned(), after: after.cloned(), deed: Deed::Edit, reason: None };
        let feed = feed_of(&step, NOW).into_iter();
        feed.map(|operation| (operation.country, operation.patch.is_some())).collect()
    }

    #[test]
    fn feeds_tell_what_end_users_see() {
        let pending = create("A", "1".into(), None, content("li", PatchStatus::Pending), NOW);
        let approved = update(&pending, content("li", PatchStatus::Approved), NOW);
        let moved = update(&approved, content("ch", PatchStatus::Approved), NOW);
        let put = |country: &str| (country.to_owned(), true);
        let taken = |country: &str| (country.to_owned(), false);
        assert_eq!(feed(None, Some(&pending)), []);
        assert_eq!(feed(Some(&pending), None), []);
        assert_eq!(feed(Some(&pending), Some(&approved)), [put("li")]);
        assert_eq!(feed(Some(&approved), Some(&moved)), [taken("li"), put("ch")]);
        assert_eq!(feed(Some(&approved), Some(&pending)), [taken("li")]);
        assert_eq!(feed(Some(&moved), None), [taken("ch")]);
        assert_eq!(feed(Some(&approved), Some(&approved)), []);
    }
}
