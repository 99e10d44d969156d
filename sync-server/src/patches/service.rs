//! Carries out operations on patches: reads what they are about, and stores all of it at once.

use std::collections::BTreeMap;

use geocoder_core::CountryCode;
use geocoder_core::wire::{FieldError, Value as WireValue};

use super::change::{Deed, Step, change_of};
use super::correction::{fault_of, member_of};
use super::edit::{self, Content, LanguageFault, Origin};
use super::operation::Operation;
use super::origin;
use crate::access::Caller;
use crate::access::random::random_bytes;
use crate::error::{ApiError, COUNTRY_NOT_SUPPORTED, Place};
use crate::hex::{sha256_hex, to_hex};
use crate::model::{Fields, Patch, PatchStatus, Scope, Timestamp};
use crate::state::AppState;
use crate::store::{Idempotency, StoreError};

/// How often an operation is tried while others change the same patches.
const MAX_TRIES: usize = 8;

/// Most translations of a patch.
const MAX_LANGUAGES: usize = 100;

/// What a request asks for.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "conditions are closures")]
pub struct Work<'a> {
    /// What to do, all of it or nothing.
    pub operations: &'a [Operation],
    /// Whether they were sent as a list.
    pub in_bulk: bool,
    /// Who asks.
    pub caller: &'a Caller,
    /// Refuses the revision of a patch that was changed since the caller read it.
    pub condition: &'a dyn Fn(i64) -> Result<(), ApiError>,
}

/// Carries out operations; returns the patches behind each, none where one ended.
///
/// `remember` makes the answer that is kept for a request that may come again.
///
/// # Errors
/// Fails when a patch or origin is not there, a revision is another one, or the caller may not.
pub async fn carry_out(
    state: &AppState,
    work: &Work<'_>,
    remember: impl Fn(&[Option<Patch>], Timestamp) -> Option<Idempotency>,
) -> Result<Vec<Option<Patch>>, ApiError> {
    let mut _turn = None;
    for tried in 0..MAX_TRIES {
        if tried == 1 {
            // Who was too slow once waits for others like it, and so is not again.
            _turn = Some(state.patch_turn.lock().await);
        }
        let now = state.clock.now();
        let mut run = Run { state, work, now, known: BTreeMap::new(), steps: Vec::new() };
        let mut patches = Vec::new();
        for (number, operation) in work.operations.iter().enumerate() {
            patches.push(run.step(number, operation).await?);
        }
        let mut change = change_of(run.steps, work.caller, now);
        change.idempotency = remember(&patches, now);
        if change.writes.is_empty() && change.idempotency.is_none() {
            return Ok(patches);
        }
        let seen = !change.feed.is_empty();
        match state.store.commit(change).await {
            Ok(_) => {
                if seen {
                    state.refresh_overlays(Some(&work.caller.app.id)).await?;
                }
                return Ok(patches);
            }
            // Whoever named a revision is told that it has passed; others get the next try.
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::Conflict("The patch is being changed by others, try again".into()))
}

/// One try.
struct Run<'a> {
    state: &'a AppState,
    work: &'a Work<'a>,
    now: Timestamp,
    /// Patches as the steps so far leave them.
    known: BTreeMap<String, Option<Patch>>,
    steps: Vec<Step>,
}

impl Run<'_> {
    async fn step(
        &mut self,
        number: usize,
        operation: &Operation,
    ) -> Result<Option<Patch>, ApiError> {
        let steps = self.steps.len();
        let written = operation.written();
        let in_world = match written {
            Some((object, fields)) => self.is_in_world(number, object, fields)?,
            None => false,
        };
        let after = self.operate(operation, in_world).await?;
        let is_checked = |patch: &&Patch| {
            written.is_some() || operation.removes() || patch.status == PatchStatus::Approved
        };
        if let Some((field, msg)) = after.as_ref().filter(is_checked).and_then(fault_of) {
            if field == "street" {
                // The parts of a house are well said, but of another record.
                return Err(ApiError::Conflict(msg.into()));
            }
            let object = written.map_or("update", |(object, _)| object);
            return Err(self.refused(number, object, field, &WireValue::Null, msg));
        }
        if after.as_ref().is_some_and(|patch| patch.languages.len() > MAX_LANGUAGES) {
            return Err(ApiError::Conflict(format!(
                "A patch has at most {MAX_LANGUAGES} translations"
            )));
        }
        let new = self.steps.get(steps).and_then(|step| step.newly_approved().cloned());
        if let Some(approved) = new {
            self.take_back_others(&approved).await?;
        }
        Ok(after)
    }

    /// Takes back what else is approved of a record: the correction approved last counts.
    async fn take_back_others(&mut self, approved: &Patch) -> Result<(), ApiError> {
        let (store, app_id) = (&self.state.store, approved.app_id.as_str());
        let record_id = approved.record_id();
        let mut others = store.proposed(app_id, record_id).await?;
        if record_id != approved.id {
            others.extend(store.patch(app_id, record_id).await?);
        }
        for other in others.iter().filter(|other| other.id != approved.id) {
            let Some(before) = self.find(app_id, &other.id).await? else { continue };
            if before.status == PatchStatus::Approved {
                let content = Content { status: Some(PatchStatus::Pending), ..Content::default() };
                let after = edit::update(&before, content, self.now);
                let reason = format!("Replaced by patch {}", approved.id);
                self.record(Some(before), Some(after), Deed::Edit, Some(reason))?;
            }
        }
        Ok(())
    }

    async fn operate(
        &mut self,
        operation: &Operation,
        in_world: bool,
    ) -> Result<Option<Patch>, ApiError> {
        let app_id = self.work.caller.app.id.clone();
        let settled = |content: &Content| Content { in_world, ..content.clone() };
        match operation {
            Operation::Create(content) => {
                let patch = edit::create(&app_id, new_id()?, None, settled(content), self.now);
                self.record(None, Some(patch), Deed::Edit, None)
            }
            Operation::Upsert { origin, content } => {
                self.upsert(&app_id, origin, settled(content)).await
            }
            Operation::Update { id, content } => {
                let before = self.patch(&app_id, id).await?;
                self.update(before, settled(content))
            }
            Operation::Delete { id, reason } => {
                let before = self.patch(&app_id, id).await?;
                self.record(Some(before), None, Deed::Edit, reason.clone())
            }
            Operation::DeleteLanguage { id, language } => {
                let before = self.patch(&app_id, id).await?;
                let after = edit::delete_language(&before, language, self.now);
                let after = after.map_err(|fault| match fault {
                    LanguageFault::Unknown => ApiError::NotFound { what: "language" },
                    LanguageFault::Last => {
                        ApiError::Conflict("The last translation cannot be deleted".into())
                    }
                })?;
                self.record(Some(before), Some(after), Deed::Language, None)
            }
        }
    }

    async fn upsert(
        &mut self,
        app_id: &str,
        fields: &Fields,
        content: Content,
    ) -> Result<Option<Patch>, ApiError> {
        if let Some(patch) = self.earlier_patch(app_id, fields).await? {
            (self.work.condition)(patch.revision)?;
            return self.update(patch, content);
        }
        let found = origin::find(self.state, app_id, fields)?;
        let found = found.ok_or(ApiError::NotFound { what: "origin" })?;
        match (self.find(app_id, &found.patch_id).await?, found.origin) {
            (Some(before), _) => {
                (self.work.condition)(before.revision)?;
                self.update(before, content)
            }
            (None, Some(origin)) => {
                // Who names a revision means a patch that is there.
                (self.work.condition)(0)?;
                let id = found.patch_id;
                let revision = 1 + self.last_revision(app_id, &id).await?;
                let patch = edit::create(app_id, id, Some(origin), content, self.now);
                self.record(None, Some(Patch { revision, ..patch }), Deed::Edit, None)
            }
            (None, None) => Err(ApiError::NotFound { what: "origin" }),
        }
    }

    /// Returns the revision at which a patch of this id has ended, 0 when there was none: who knows
    /// that revision does not know the next patch.
    async fn last_revision(&self, app_id: &str, id: &str) -> Result<i64, ApiError> {
        let ended =
            |step: &Step| step.before.as_ref().filter(|patch| patch.id == id)?.revision.into();
        if let Some(revision) = self.steps.iter().rev().find_map(ended) {
            return Ok(revision);
        }
        let last = self.state.store.history(app_id, id).await?.pop();
        Ok(last.and_then(|entry| entry.from.get("revision")?.as_i64()).unwrap_or(0))
    }

    /// Finds the patch that made the record that someone got, as the steps so far leave it.
    async fn earlier_patch(
        &self,
        app_id: &str,
        fields: &Fields,
    ) -> Result<Option<Patch>, ApiError> {
        let made = self.known.values().flatten().find(|patch| origin::shows(patch, fields));
        if made.is_some() {
            return Ok(made.cloned());
        }
        let stored = origin::earlier_patch(self.state, app_id, fields).await?;
        Ok(stored.filter(|patch| !self.known.contains_key(&patch.id)))
    }

    fn update(&mut self, before: Patch, content: Content) -> Result<Option<Patch>, ApiError> {
        let translates = content.language.is_some() && content.fields.is_some();
        let deed = if translates { Deed::Language } else { Deed::Edit };
        let after = edit::update(&before, content, self.now);
        if after == before {
            return Ok(Some(after));
        }
        self.record(Some(before), Some(after), deed, None)
    }

    fn record(
        &mut self,
        before: Option<Patch>,
        after: Option<Patch>,
        deed: Deed,
        reason: Option<String>,
    ) -> Result<Option<Patch>, ApiError> {
        let approved = |patch: &Option<Patch>| {
            patch.as_ref().is_some_and(|p| p.status == PatchStatus::Approved)
        };
        let caller = self.work.caller;
        let is_seen = approved(&before) || approved(&after);
        if (is_seen && !caller.scopes.contains(Scope::PatchesApprove))
            || !before.iter().chain(&after).all(|patch| caller.is_for_patch(patch))
        {
            return Err(ApiError::Forbidden);
        }
        let id = before.as_ref().or(after.as_ref()).map(|patch| patch.id.clone());
        self.known.insert(id.unwrap_or_default(), after.clone());
        self.steps.push(Step { before, after: after.clone(), deed, reason });
        Ok(after)
    }

    async fn find(&self, app_id: &str, id: &str) -> Result<Option<Patch>, ApiError> {
        if let Some(known) = self.known.get(id) {
            return Ok(known.clone());
        }
        Ok(self.state.store.patch(app_id, id).await?)
    }

    async fn patch(&self, app_id: &str, id: &str) -> Result<Patch, ApiError> {
        let patch = self.find(app_id, id).await?;
        let patch = patch.ok_or(ApiError::NotFound { what: "id" })?;
        (self.work.condition)(patch.revision)?;
        Ok(patch)
    }

    /// Whether the country that fields name is in the world's shard alone. Countries that this
    /// server has no data of are refused: nobody would ever see the patch.
    fn is_in_world(&self, number: usize, object: &str, fields: &Fields) -> Result<bool, ApiError> {
        let Some(code) = &fields.countrycode else { return Ok(false) };
        if let Some(base) = base_of(self.state, code)? {
            return Ok(base == CountryCode::WORLD);
        }
        let value = WireValue::Text(code.clone());
        Err(self.refused(number, object, "countrycode", &value, COUNTRY_NOT_SUPPORTED))
    }

    /// Refuses a field of an object of one of the operations.
    fn refused(
        &self,
        number: usize,
        object: &str,
        field: &str,
        value: &WireValue,
        msg: &str,
    ) -> ApiError {
        let prefix =
            if self.work.in_bulk { format!("operations[{number}].") } else { String::new() };
        let param = prefix + &member_of(object, field);
        ApiError::Invalid { place: Place::Body, errors: vec![FieldError::new(param, value, msg)] }
    }
}

/// Returns the code of the shard that corrections of a country go into; `None` when there is none.
///
/// # Errors
/// Fails when the world's shard is damaged.
pub(super) fn base_of(state: &AppState, code: &str) -> Result<Option<CountryCode>, ApiError> {
    let base = state.catalog.current().base_of(code);
    base.map_err(|error| ApiError::DataUnavailable(error.into()))
}

/// Returns an id that nobody can guess.
fn new_id() -> Result<String, ApiError> {
    let bytes = random_bytes::<16>().map_err(|error| ApiError::Internal(error.into()))?;
    Ok(to_hex(&bytes))
}

/// Returns the id of the patch of an origin: the same for whoever corrects the same record,
/// whether they send the fields that the base does not tell or leave them out.
pub(super) fn id_of(app_id: &str, origin: &Origin) -> String {
    let told = Fields {
        administrativecode: None,
        countycode: None,
        citycode: None,
        // Of a whole street its name tells all.
        street: origin.fields.street.clone().filter(|street| !street.number.is_empty()),
        ..origin.fields.clone()
    };
    let fields = serde_json::to_string(&told).unwrap_or_default();
    // The same city may be in the world's shard and in that of its country.
    let base = if origin.in_world { "\nzz" } else { "" };
    let mut id = sha256_hex(format!("{app_id}\n{fields}{base}"));
    id.truncate(32);
    id
}
