//! Which of the known places a source means.
//!
//! Two places are one when they share an identifier. Else they must be of one kind and country,
//! share a name that is shown, be within reach of one another, and nothing may say that they
//! differ: identifiers of one scheme, or regions and counties known to differ.

use geocoder_core::gazetteer::Names;
use geocoder_core::{LonLat, RecordType};

use super::super::position::Position;
use super::{PlaceDraft, Places};
use crate::name;

/// A place that is looked for.
pub(super) struct Wanted<'a> {
    pub(super) kind: RecordType,
    pub(super) names: &'a Names,
    pub(super) ids: &'a [String],
    pub(super) parent: Option<usize>,
    pub(super) zipcodes: &'a [String],
    pub(super) at: Option<LonLat>,
    pub(super) reach_m: f64,
}

impl Places {
    /// Returns the nearest place that is what is wanted.
    pub(super) fn find(&self, wanted: &Wanted<'_>) -> Option<usize> {
        let mut best: Option<(f64, usize)> = None;
        let mut candidates: Vec<usize> = name::shown(wanted.names)
            .filter(|text| !text.is_empty())
            .filter_map(|text| self.by_name.get(&(wanted.kind, name::key(text))))
            .flatten()
            .copied()
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        let only = candidates.len() == 1;
        for index in candidates {
            let distance = self.get(index).and_then(|draft| self.fit(index, draft, wanted, only));
            if let Some(distance) = distance
                && best.is_none_or(|(nearest, _)| distance < nearest)
            {
                best = Some((distance, index));
            }
        }
        best.map(|(_, index)| index)
    }

    /// Returns the other places of the kind that are shown by the same name.
    pub(in super::super) fn namesakes(&self, index: usize) -> Vec<usize> {
        let Some(draft) = self.get(index) else { return Vec::new() };
        let key = (draft.kind, name::key(&draft.names.default));
        let list = self.by_name.get(&key).into_iter().flatten();
        list.copied().filter(|other| *other != index).collect()
    }

    /// Tells how far a namesake is from what is wanted, in metres; nothing when it differs.
    fn fit(
        &self,
        index: usize,
        draft: &PlaceDraft,
        wanted: &Wanted<'_>,
        only: bool,
    ) -> Option<f64> {
        let differs = |id: &String| {
            let same_scheme = |other: &&String| scheme(other) == scheme(id);
            let mut of_scheme = draft.ids.iter().filter(same_scheme).peekable();
            of_scheme.peek().is_some() && of_scheme.all(|other| other != id)
        };
        if wanted.ids.iter().any(differs) {
            return None;
        }
        let same_parent = draft.parent == wanted.parent;
        if let (Some(ours), Some(theirs)) = (draft.parent, wanted.parent)
            && !same_parent
        {
            let kinds = [RecordType::Country, RecordType::Administrative, RecordType::County];
            let conflict = kinds.into_iter().any(|kind| {
                let pair = self.above(ours, kind).zip(self.above(theirs, kind));
                pair.is_some_and(|(a, b)| a != b && self.are_told_apart(a, b))
            });
            if conflict {
                return None;
            }
        }
        if self.areas.get(&index).zip(wanted.at).is_some_and(|(area, at)| area.contains(at)) {
            return Some(0.0);
        }
        let known = Some(draft.position).filter(|position| position.is_known());
        match (known.and_then(Position::point), wanted.at) {
            (Some(a), Some(b)) if wanted.kind != RecordType::Administrative => {
                Some(a.distance_m(b)).filter(|distance_m| *distance_m <= wanted.reach_m)
            }
            _ => {
                let shares_code = draft.zipcodes.iter().any(|code| wanted.zipcodes.contains(code));
                (same_parent || shares_code || only).then_some(wanted.reach_m)
            }
        }
    }

    /// Whether one source knows both places, so that they are surely two.
    fn are_told_apart(&self, a: usize, b: usize) -> bool {
        let (Some(a), Some(b)) = (self.get(a), self.get(b)) else { return false };
        let schemes = |draft: &PlaceDraft, id: &String| {
            draft.ids.iter().any(|other| scheme(other) == scheme(id))
        };
        a.kind == RecordType::Country
            || (a.source == b.source && !a.names.default.is_empty() && !b.names.default.is_empty())
            || a.ids.iter().any(|id| schemes(b, id))
    }
}

fn scheme(id: &str) -> &str {
    id.split(':').next().unwrap_or_default()
}
