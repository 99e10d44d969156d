//! What patches are found by: country, kind, point and the words of their texts.

use geocoder_core::text::{fold, is_spaceless, words};

use crate::model::{Fields, Patch};

/// The columns beside the document of a patch.
#[derive(Debug, PartialEq)]
pub(super) struct PatchIndex {
    pub(super) country: Option<String>,
    pub(super) kind: Option<&'static str>,
    /// Point on the unit sphere.
    pub(super) point: Option<[f64; 3]>,
    /// Folded words, each behind a space.
    pub(super) words: String,
}

impl PatchIndex {
    pub(super) fn of(patch: &Patch) -> Self {
        let layers = || {
            [&patch.default, &patch.origin].into_iter().flatten().chain(patch.languages.values())
        };
        let mut folded: Vec<String> = layers().flat_map(texts).flat_map(starts).collect();
        folded.sort_unstable();
        folded.dedup();
        Self {
            country: layers()
                .find_map(|fields| fields.countrycode.as_deref())
                .map(str::to_lowercase),
            kind: layers().find_map(|fields| fields.kind).map(geocoder_core::RecordType::name),
            point: layers().find_map(|fields| fields.coordinates).map(unit_vector),
            words: folded.iter().flat_map(|word| [" ", word]).collect(),
        }
    }
}

/// Returns the folded words of what a person looks for, for [`super::PatchFilter::words`].
pub fn search_words(text: &str) -> Vec<String> {
    words(text).map(|word| fold(word.text)).filter(|word| !word.is_empty()).collect()
}

/// Returns the point of latitude and longitude in degrees on the unit sphere.
pub(super) fn unit_vector((lat, lng): (f64, f64)) -> [f64; 3] {
    let ((sin_lat, cos_lat), (sin_lng, cos_lng)) =
        (lat.to_radians().sin_cos(), lng.to_radians().sin_cos());
    [cos_lat * cos_lng, cos_lat * sin_lng, sin_lat]
}

fn texts(fields: &Fields) -> impl Iterator<Item = &str> {
    let one = [&fields.name, &fields.city, &fields.county, &fields.administrative, &fields.country];
    let many = fields.zipcode.iter().flatten();
    let street = fields.street.iter().map(|street| &street.name);
    one.into_iter().flatten().chain(many).chain(street).map(String::as_str)
}

/// Returns what a word of a search may start with: the words, and in scripts without spaces the
/// rest of the word from every character on, as any of them may begin a word.
fn starts(text: &str) -> Vec<String> {
    let rests = |word: String| -> Vec<String> {
        if word.chars().all(is_spaceless) {
            word.char_indices().filter_map(|(at, _)| word.get(at..).map(str::to_owned)).collect()
        } else {
            vec![word]
        }
    };
    search_words(text).into_iter().flat_map(rests).collect()
}
