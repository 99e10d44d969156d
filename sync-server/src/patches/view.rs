//! Patches as clients see them: PlaceKit's record with an id and a status, and what else there is.

use geocoder_core::RecordType;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::patch::Street;
use crate::model::{Fields, Patch, PatchStatus, Timestamp};

/// A patch in a language.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PatchView {
    id: String,
    status: PatchStatus,
    #[serde(flatten)]
    record: RecordView,
    /// Codes of the languages that it has translations in.
    languages: Vec<String>,
    /// Counts changes; `If-Match` takes it.
    revision: i64,
    #[serde(rename = "createdAt")]
    created_at: Timestamp,
    #[serde(rename = "updatedAt")]
    updated_at: Timestamp,
    /// Whether the record is taken away.
    #[serde(skip_serializing_if = "is_false")]
    remove: bool,
    /// The record that is corrected, as it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<RecordView>,
    /// The proposal that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<PatchProposal>,
}

/// The proposal that a patch came from.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatchProposal {
    mutation_id: String,
    /// Whether the record had another correction when it arrived, or was not there.
    conflict: bool,
    /// What the end user said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

/// A record in PlaceKit's fields: missing texts are empty, never absent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecordView {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    highlight: Option<String>,
    city: String,
    county: String,
    administrative: String,
    country: String,
    administrativecode: String,
    countrycode: String,
    countycode: String,
    citycode: String,
    zipcode: Vec<String>,
    population: u32,
    lat: f64,
    lng: f64,
    coordinates: String,
    #[schema(value_type = crate::openapi::values::RecordType)]
    #[serde(rename = "type")]
    kind: RecordType,
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<Street>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

impl From<&Fields> for RecordView {
    fn from(fields: &Fields) -> Self {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let (lat, lng) = fields.coordinates.unwrap_or_default();
        Self {
            name: text(&fields.name),
            highlight: None,
            city: text(&fields.city),
            county: text(&fields.county),
            administrative: text(&fields.administrative),
            country: text(&fields.country),
            administrativecode: text(&fields.administrativecode),
            countrycode: text(&fields.countrycode),
            countycode: text(&fields.countycode),
            citycode: text(&fields.citycode),
            zipcode: fields.zipcode.clone().unwrap_or_default(),
            population: fields.population.unwrap_or_default(),
            lat,
            lng,
            coordinates: format!("{lat}, {lng}"),
            kind: fields.kind.unwrap_or(RecordType::Street),
            street: fields.street.clone(),
        }
    }
}

impl PatchView {
    /// Shows a patch in a language, or in none.
    pub fn new(patch: &Patch, language: Option<&str>) -> Self {
        Self {
            id: patch.id.clone(),
            status: patch.status,
            record: RecordView::from(&patch.record(language)),
            languages: patch.languages.keys().cloned().collect(),
            revision: patch.revision,
            created_at: patch.created_at,
            updated_at: patch.updated_at,
            remove: patch.remove,
            origin: patch.origin.as_ref().map(RecordView::from),
            proposal: patch.proposal.as_ref().map(|mark| PatchProposal {
                mutation_id: mark.mutation_id.clone(),
                conflict: mark.conflict,
                comment: mark.comment.clone(),
            }),
        }
    }

    /// Adds the name, HTML-escaped, with marks around the words that start as some folded ones do.
    #[must_use]
    pub fn highlighted(mut self, words: &[String]) -> Self {
        self.record.highlight = Some(highlight(&self.record.name, words));
        self
    }
}

fn highlight(name: &str, wanted: &[String]) -> String {
    let mut out = String::new();
    let mut done = 0;
    for word in geocoder_core::text::words(name) {
        let mut folded = String::new();
        geocoder_core::text::fold_into(word.text, &mut folded);
        if !wanted.iter().any(|wanted| folded.starts_with(wanted.as_str())) {
            continue;
        }
        let end = word.start + word.text.len();
        escape(name.get(done..word.start).unwrap_or_default(), &mut out);
        out.push_str("<mark>");
        escape(word.text, &mut out);
        out.push_str("</mark>");
        done = end;
    }
    escape(name.get(done..).unwrap_or_default(), &mut out);
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_were_asked_for_are_marked_and_all_else_is_escaped() {
        let words = ["stad".to_owned()];
        assert_eq!(
            highlight("Städtle & Städtchen", &words),
            "<mark>Städtle</mark> &amp; <mark>Städtchen</mark>"
        );
        assert_eq!(highlight("L'Or", &[]), "L&#39;Or");
    }
}
