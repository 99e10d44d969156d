//! Approved patches in the bases that are served: which of them fit, and what a person makes of
//! those that do not.

use std::collections::BTreeMap;

use actix_web::web;

use super::base::Base;
use super::change::{Deed, Step, change_of};
use super::rebase::{Outcome, Resolution};
use crate::access::Caller;
use crate::error::ApiError;
use crate::model::patch::Target;
use crate::model::{Patch, PatchStatus, Scope, Timestamp};
use crate::state::AppState;
use crate::store::StoreError;

/// How often a patch is tried while others change it.
const MAX_TRIES: usize = 8;

/// What a person makes of a patch that does not fit its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It counts over the present base.
    Keep,
    /// It ends.
    Retire,
}

/// An approved patch in the present base of its country.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The patch.
    pub patch: Patch,
    /// What it comes to.
    pub resolution: Resolution,
}

/// Looks up all approved patches of an app in the present base of a country, ordered by id.
///
/// # Errors
/// Fails when the store does or the shard is damaged.
pub async fn resolve_all(
    state: &AppState,
    app_id: &str,
    country: &str,
) -> Result<Vec<Resolved>, ApiError> {
    let (_, patches) = state.store.approved(app_id, country).await?;
    resolve_in(state, country, patches).await
}

async fn resolve_in(
    state: &AppState,
    country: &str,
    patches: Vec<Patch>,
) -> Result<Vec<Resolved>, ApiError> {
    let catalog = state.catalog.current();
    let country = country.to_owned();
    let resolving = web::block(move || {
        let Some(base) = Base::of(&catalog, &country) else { return Ok(Vec::new()) };
        let resolved = patches.into_iter().map(|patch| {
            let mut resolution = base.resolve(&patch)?;
            if patch.is_outgrown(&catalog) {
                resolution.outcome = Outcome::Orphan;
            }
            Ok(Resolved { patch, resolution })
        });
        resolved.collect::<geocoder_core::Result<Vec<_>>>()
    });
    let resolved = resolving.await.map_err(|error| ApiError::Internal(error.into()))?;
    resolved.map_err(|error| ApiError::DataUnavailable(error.into()))
}

/// Counts patches by what they come to.
pub fn count(resolved: &[Resolved]) -> BTreeMap<Outcome, usize> {
    let mut counts = BTreeMap::from(
        [Outcome::Applied, Outcome::Redundant, Outcome::Orphan, Outcome::Conflict]
            .map(|outcome| (outcome, 0)),
    );
    for Resolved { resolution, .. } in resolved {
        *counts.entry(resolution.outcome).or_default() += 1;
    }
    counts
}

/// Carries out a decision about a patch; returns the patch when it is kept.
///
/// # Errors
/// Fails when there is no such patch, it fits its base, the decision makes no sense for it, or the
/// caller may not change what end users see.
pub async fn decide(
    state: &AppState,
    caller: &Caller,
    patch_id: &str,
    decision: Decision,
    reason: Option<&str>,
) -> Result<Option<Patch>, ApiError> {
    if !caller.scopes.contains(Scope::PatchesApprove) {
        return Err(ApiError::Forbidden);
    }
    let refuse = |message: &str| Err(ApiError::Conflict(message.to_owned()));
    for _ in 0..MAX_TRIES {
        let patch = state.store.patch(&caller.app.id, patch_id).await?;
        let patch = patch.ok_or(ApiError::NotFound { what: "id" })?;
        if !caller.is_for_patch(&patch) {
            return Err(ApiError::Forbidden);
        }
        if patch.status != PatchStatus::Approved {
            return refuse("The patch is not approved: change or delete it instead");
        }
        let now = state.clock.now();
        let before = patch.clone();
        let catalog = state.catalog.current();
        let moves = patch.is_outgrown(&catalog);
        let patch = if moves { Patch { in_world: false, target: None, ..patch } } else { patch };
        let base = patch.base();
        let generation = catalog.generation(&base);
        let Some(found) = resolve_in(state, &base, vec![patch]).await?.pop() else {
            return refuse("The server has no data of the country any more: delete the patch");
        };
        let after = match (decision, found.resolution.outcome) {
            (_, Outcome::Applied) if !moves => {
                return refuse("The patch fits its base: nothing to decide");
            }
            (Decision::Keep, Outcome::Redundant) => {
                return refuse("The base says what the patch says: retire it");
            }
            (Decision::Keep, Outcome::Orphan) if found.patch.remove => {
                return refuse("There is nothing left to take away: retire it");
            }
            (Decision::Keep, _) => Some(keep(&found, generation, now)?),
            (Decision::Retire, _) => None,
        };
        let step = Step {
            before: Some(before),
            after: after.clone(),
            deed: Deed::Resolve,
            reason: reason.map(Into::into),
        };
        match state.store.commit(change_of(vec![step], caller, now)).await {
            Ok(_) => {
                state.refresh_overlays(Some(&caller.app.id)).await?;
                return Ok(after);
            }
            // It was changed meanwhile: what is to be decided may be another thing now.
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    refuse("The patch is being changed by others, try again")
}

/// Makes the present base what the patch is about; one whose record is gone becomes an addition.
fn keep(found: &Resolved, generation: String, now: Timestamp) -> Result<Patch, ApiError> {
    let Resolved { patch, resolution } = found;
    let mut next = Patch { revision: patch.revision + 1, updated_at: now, ..patch.clone() };
    let target = resolution.correction.as_ref().and_then(|correction| correction.target.as_ref());
    match (&resolution.record, target) {
        (Some(record), Some(target)) => {
            let record_ref = serde_json::to_value(target);
            let record_ref = record_ref.map_err(|error| ApiError::Internal(error.into()))?;
            next.origin = Some(record.clone());
            let in_world = patch.in_world;
            next.target = Some(Target { generation, record: record_ref, absent: false, in_world });
        }
        _ => {
            next.default = Some(patch.record(None));
            next.origin = None;
            next.target = None;
        }
    }
    Ok(next)
}
