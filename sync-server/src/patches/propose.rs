//! Takes proposals of end users: each becomes a pending patch of its own, once, however often it
//! is sent.

use geocoder_core::CountryCode;
use geocoder_core::wire::{FieldError, Value as WireValue};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::change::{Deed, Step, change_of};
use super::correction::{fault_of, member_of};
use super::edit::{self, Content, Origin};
use super::input::{Extent, Input};
use super::origin;
use super::service::{base_of, id_of};
use crate::access::Caller;
use crate::error::{ApiError, COUNTRY_NOT_SUPPORTED};
use crate::hex::sha256_hex;
use crate::model::{
    Fields, Patch, PatchStatus, Proposal, ProposalMark, ProposalOutcome, Refusal, Timestamp,
};
use crate::state::AppState;
use crate::store::{Change, StoreError, Write};

/// Longest id of a proposal.
const MAX_ID_BYTES: usize = 64;
/// Longest comment, in characters.
const MAX_COMMENT_CHARS: usize = 1000;
/// How often a proposal is tried while others send the same.
const MAX_TRIES: usize = 8;
/// Digits of the id of a patch.
const PATCH_ID_DIGITS: usize = 32;

/// What a device is told of a proposal.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProposalAnswer {
    /// Id of the proposal.
    pub mutation_id: String,
    /// What became of it.
    pub outcome: ProposalOutcome,
    /// The patch that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch_id: Option<String>,
    /// Whether it had arrived before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<bool>,
    /// Why it was refused, or is a conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Fields that were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<crate::openapi::answers::RefusedParameter>, required = false)]
    pub errors: Vec<Value>,
    /// When it arrived; absent when it is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// Takes one proposal and says what became of it.
///
/// # Errors
/// Fails when the store does; what is wrong with a proposal is said in the answer.
pub async fn propose(
    state: &AppState,
    caller: &Caller,
    members: &Map<String, Value>,
) -> Result<ProposalAnswer, ApiError> {
    let id = members.get("mutationId").and_then(Value::as_str).unwrap_or_default();
    let refused = |message: &str| ProposalAnswer {
        mutation_id: id.chars().take(MAX_ID_BYTES).collect(),
        outcome: ProposalOutcome::Rejected,
        patch_id: None,
        duplicate: Some(false),
        message: Some(message.to_owned()),
        errors: Vec::new(),
        created_at: None,
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    if id.is_empty() || id.len() > MAX_ID_BYTES || !id.bytes().all(is_plain) {
        return Ok(refused("mutationId must have 1 to 64 letters, digits, `-`, `_`, `.` and `:`"));
    }
    let content_hash = sha256_hex(Value::Object(members.clone()).to_string());
    for _ in 0..MAX_TRIES {
        let known = state.store.proposals(&caller.app.id, &[id.to_owned()]).await?;
        if let Some(known) = known.first() {
            if known.content_hash != content_hash {
                return Ok(refused("This mutationId was used for another proposal before"));
            }
            return Ok(ProposalAnswer { duplicate: Some(true), ..view(state, known).await? });
        }
        let now = state.clock.now();
        let planned = Plan { state, caller, id, now }.make(members, &content_hash).await?;
        let proposal = planned.proposal.clone();
        match state.store.commit(planned.into_change(caller, now)).await {
            Ok(_) => {
                return Ok(ProposalAnswer {
                    duplicate: Some(false),
                    ..view(state, &proposal).await?
                });
            }
            // The same one came another way in the meantime.
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::Conflict("The proposal is being taken, send it again".into()))
}

/// Says what became of a proposal.
///
/// # Errors
/// Fails when the store does.
pub async fn view(state: &AppState, proposal: &Proposal) -> Result<ProposalAnswer, ApiError> {
    let (outcome, message) = outcome_of(state, proposal).await?;
    let errors = proposal.refusal.as_ref().map(|refusal| refusal.errors.clone());
    Ok(ProposalAnswer {
        mutation_id: proposal.mutation_id.clone(),
        outcome,
        patch_id: proposal.patch_id.clone(),
        duplicate: None,
        message,
        errors: errors.unwrap_or_default(),
        created_at: Some(proposal.created_at),
    })
}

async fn outcome_of(
    state: &AppState,
    proposal: &Proposal,
) -> Result<(ProposalOutcome, Option<String>), ApiError> {
    let Some(patch_id) = &proposal.patch_id else {
        let message = proposal.refusal.as_ref().map(|refusal| refusal.message.clone());
        return Ok((ProposalOutcome::Rejected, message));
    };
    if let Some(patch) = state.store.patch(&proposal.app_id, patch_id).await? {
        let is_conflict = patch.proposal.as_ref().is_some_and(|mark| mark.conflict);
        return Ok(match patch.status {
            PatchStatus::Approved => (ProposalOutcome::Approved, None),
            PatchStatus::Pending if is_conflict => {
                let message = "The record has another correction already, or is not there";
                (ProposalOutcome::Conflict, Some(message.into()))
            }
            PatchStatus::Pending => (ProposalOutcome::Pending, None),
        });
    }
    let last = state.store.history(&proposal.app_id, patch_id).await?.pop();
    Ok(match last {
        // It was approved and has come to be in the base.
        Some(last) if last.action == "retire" => (ProposalOutcome::Approved, last.reason),
        last => (ProposalOutcome::Rejected, last.and_then(|last| last.reason)),
    })
}

/// What a proposal is about to become.
struct Planned {
    proposal: Proposal,
    step: Option<Step>,
}

impl Planned {
    fn into_change(self, caller: &Caller, now: Timestamp) -> Change {
        let mut change = change_of(self.step.into_iter().collect(), caller, now);
        change.writes.push(Write::Proposal(Box::new(self.proposal)));
        change
    }
}

/// Plans one proposal.
struct Plan<'a> {
    state: &'a AppState,
    caller: &'a Caller,
    id: &'a str,
    now: Timestamp,
}

impl Plan<'_> {
    async fn make(
        &self,
        members: &Map<String, Value>,
        content_hash: &str,
    ) -> Result<Planned, ApiError> {
        let mut input = Input::new(members, "");
        let Read { origin, content, comment } = self.read(&mut input)?;
        let proposal = Proposal {
            app_id: self.caller.app.id.clone(),
            mutation_id: self.id.to_owned(),
            content_hash: content_hash.to_owned(),
            patch_id: None,
            record_id: None,
            refusal: None,
            key_id: self.caller.key.id.clone(),
            created_at: self.now,
        };
        match input.finish() {
            Ok(()) => {}
            Err(ApiError::Invalid { errors, .. }) => {
                let errors = errors.iter().map(serde_json::to_value).collect::<Result<_, _>>();
                let errors = errors.map_err(|error| ApiError::Internal(error.into()))?;
                let message = "Fields are not as they must be, see `errors`".into();
                let refusal = Some(Refusal { message, errors });
                return Ok(Planned { proposal: Proposal { refusal, ..proposal }, step: None });
            }
            Err(error) => return Err(error),
        }
        let mut id = sha256_hex(format!("{}\nproposal\n{}", self.caller.app.id, self.id));
        id.truncate(PATCH_ID_DIGITS);
        let (mut patch, mark) = self.patch(id, origin.as_ref(), content).await?;
        if let Some((field, msg)) = fault_of(&patch) {
            let param = member_of("update", field);
            let error = serde_json::to_value(FieldError::new(param, &WireValue::Null, msg));
            let errors = vec![error.map_err(|error| ApiError::Internal(error.into()))?];
            let refusal = Some(Refusal { message: msg.into(), errors });
            return Ok(Planned { proposal: Proposal { refusal, ..proposal }, step: None });
        }
        let record_id = Some(mark.record_id.clone());
        patch.proposal = Some(ProposalMark { comment: comment.clone(), ..mark });
        let patch_id = Some(patch.id.clone());
        let step = Step { before: None, after: Some(patch), deed: Deed::Edit, reason: comment };
        let proposal = Proposal { patch_id, record_id, ..proposal };
        Ok(Planned { proposal, step: Some(step) })
    }

    fn read(&self, input: &mut Input<'_>) -> Result<Read, ApiError> {
        let origin = input.fields("origin", Extent::Origin);
        let remove = input.flag("remove").unwrap_or_default();
        let extent = if origin.is_some() { Extent::Some } else { Extent::Whole };
        let fields = input.fields("update", extent);
        if fields.is_none() && !remove {
            input.refuse("update", "Is required.");
        }
        if origin.is_none() && remove {
            input.refuse("origin", "Is required.");
        }
        let mut in_world = false;
        for (object, fields) in [("origin", origin.as_ref()), ("update", fields.as_ref())] {
            let code = fields.and_then(|fields| fields.countrycode.as_deref());
            let Some(code) = code else { continue };
            match base_of(self.state, code)? {
                Some(base) if self.caller.is_for(base.as_str()) => {
                    in_world = base == CountryCode::WORLD;
                }
                _ => input.refuse(&format!("{object}.countrycode"), COUNTRY_NOT_SUPPORTED),
            }
        }
        let language = input.language();
        let comment = input.text("comment", MAX_COMMENT_CHARS).filter(|text| !text.is_empty());
        let remove = remove.then_some(true);
        let content = Content { fields, remove, status: None, language, in_world };
        Ok(Read { origin, content, comment })
    }

    /// Makes the pending patch, and says whether its record has another one or is not there.
    async fn patch(
        &self,
        id: String,
        origin: Option<&Fields>,
        content: Content,
    ) -> Result<(Patch, ProposalMark), ApiError> {
        let (app_id, now) = (self.caller.app.id.as_str(), self.now);
        let mark = |record_id: String, conflict| ProposalMark {
            mutation_id: self.id.to_owned(),
            conflict,
            comment: None,
            record_id,
        };
        let Some(origin) = origin else {
            let mark = mark(id.clone(), false);
            return Ok((edit::create(app_id, id, None, content, now), mark));
        };
        let mut earlier = origin::earlier_patch(self.state, app_id, origin).await?;
        let found = origin::find(self.state, app_id, origin)?;
        if let Some(found) = found.as_ref().filter(|found| found.by_patches) {
            earlier = self.state.store.patch(app_id, &found.patch_id).await?.or(earlier);
        }
        if let Some(earlier) = earlier.as_ref().filter(|p| p.status == PatchStatus::Approved) {
            // What was seen is that correction: this one takes its place, with what it said.
            let mark = mark(earlier.record_id().to_owned(), true);
            let before =
                Patch { id, status: PatchStatus::Pending, created_at: now, ..earlier.clone() };
            let patch = edit::update(&before, content, now);
            return Ok((Patch { revision: 1, updated_at: now, ..patch }, mark));
        }
        let found = found.and_then(|found| found.origin);
        let is_there = found.is_some();
        let origin = match found {
            Some(found) => found,
            None => {
                let code = origin.countrycode.as_deref().unwrap_or_default();
                let in_world = base_of(self.state, code)? == Some(CountryCode::WORLD);
                Origin { fields: origin.clone(), in_world, target: None }
            }
        };
        let record_id = match &earlier {
            Some(earlier) => earlier.record_id().to_owned(),
            None => id_of(app_id, &origin),
        };
        let store = &self.state.store;
        let has_other = earlier.is_some()
            || store.patch(app_id, &record_id).await?.is_some()
            || !store.proposed(app_id, &record_id).await?.is_empty();
        let mark = mark(record_id, has_other || !is_there);
        Ok((edit::create(app_id, id, Some(origin), content, now), mark))
    }
}

/// What a proposal says.
struct Read {
    origin: Option<Fields>,
    content: Content,
    comment: Option<String>,
}
