//! Makes a patch, or the next revision of one; nothing is stored here.

use std::collections::BTreeMap;

use super::correction::named_house;
use super::origin::house_of_street;
use crate::model::patch::{Street, Target};
use crate::model::{Fields, Patch, PatchStatus, Timestamp};

/// What is written into a patch.
#[derive(Debug, Clone, Default)]
pub struct Content {
    /// Fields, of the language or of none.
    pub fields: Option<Fields>,
    /// Whether the record is taken away; fields alone say that it is not.
    pub remove: Option<bool>,
    /// Status, when it is to be another one.
    pub status: Option<PatchStatus>,
    /// Language of the fields.
    pub language: Option<String>,
    /// Whether the world's shard is the one for the country that the fields name.
    pub in_world: bool,
}

/// Why a translation cannot be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LanguageFault {
    /// The patch has no fields in this language.
    Unknown,
    /// Nothing would be left of the patch.
    Last,
}

/// A record that is corrected: as it was found, and where.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The record.
    pub fields: Fields,
    /// Whether it is of the world's shard rather than of that of its country.
    pub in_world: bool,
    /// Where it is; `None` when it is known from an earlier patch only.
    pub target: Option<Target>,
}

/// Makes a patch of a new record, or of one that exists.
pub fn create(
    app_id: &str,
    id: String,
    origin: Option<Origin>,
    content: Content,
    now: Timestamp,
) -> Patch {
    let (origin, in_world, target) = match origin {
        Some(Origin { fields, in_world, target }) => (Some(fields), in_world, target),
        None => (None, false, None),
    };
    let mut patch = Patch {
        id,
        app_id: app_id.to_owned(),
        status: PatchStatus::Pending,
        origin,
        target,
        in_world,
        remove: false,
        default: None,
        languages: BTreeMap::new(),
        first_language: None,
        proposal: None,
        created_at: now,
        updated_at: now,
        revision: 1,
    };
    write(&mut patch, content);
    patch
}

/// Returns the next revision of a patch, or the same one when the content changes nothing.
pub fn update(patch: &Patch, content: Content, now: Timestamp) -> Patch {
    let mut next = patch.clone();
    write(&mut next, content);
    if next != *patch {
        advance(&mut next, now);
    }
    next
}

/// Returns the next revision of a patch without a translation.
///
/// # Errors
/// Fails when there is no such translation, or nothing else.
pub fn delete_language(
    patch: &Patch,
    language: &str,
    now: Timestamp,
) -> Result<Patch, LanguageFault> {
    let mut next = patch.clone();
    next.languages.remove(language).ok_or(LanguageFault::Unknown)?;
    if next.default.is_none() && next.languages.is_empty() && !next.remove {
        return Err(LanguageFault::Last);
    }
    if next.first_language.as_deref() == Some(language) {
        next.first_language = next.languages.keys().next().cloned();
    }
    // The first translation stands for what the patch says in no language: what nothing else says,
    // such as where the record is, goes to the next one.
    let lost = patch.record(None).beside(&next.record(None));
    let first = next.first_language.as_ref().filter(|_| next.default.is_none());
    match first.and_then(|first| next.languages.get_mut(first)) {
        Some(first) => *first = first.clone().or(&lost),
        None if lost == Fields::default() => {}
        None => next.default = Some(next.default.unwrap_or_default().or(&lost)),
    }
    advance(&mut next, now);
    Ok(next)
}

fn advance(patch: &mut Patch, now: Timestamp) {
    patch.revision += 1;
    patch.updated_at = now;
}

fn write(patch: &mut Patch, content: Content) {
    if let Some(status) = content.status {
        patch.status = status;
    }
    // Who says what a record is says that it is there.
    if let Some(remove) = content.remove.or(content.fields.as_ref().map(|_| false)) {
        patch.remove = remove;
    }
    let Some(mut fields) = content.fields else { return };
    let now = patch.record(None);
    match content.language {
        None => {
            let mut known = patch.default.take().unwrap_or_default();
            // A new name leaves the parts of the old one behind, also when they are sent with it.
            let is_renamed = fields.name.is_some() && fields.name != now.name;
            let house_of = |street: &Option<Street>| street.as_ref().and_then(house_of_street);
            let is_old = fields.street.is_none() || house_of(&fields.street) == named_house(&now);
            if is_renamed && is_old {
                (fields.street, known.street) = (None, None);
            }
            patch.default = Some(fields.or(&known));
        }
        Some(language) => {
            // Where a record is and the like is no matter of language: it counts for all.
            let facts = fields.take_facts();
            let new = facts.clone().beside(&now);
            let changed = facts.changed_from(&now).changed_from(&new);
            if changed != Fields::default() {
                let known = patch.default.take().unwrap_or_default();
                patch.default = Some(changed.or(&known));
            }
            fields = fields.or(&new);
            patch.first_language.get_or_insert_with(|| language.clone());
            let known = patch.languages.remove(&language).unwrap_or_default();
            patch.languages.insert(language, fields.or(&known).without_empty_texts());
        }
    }
    // Where a record was found it stays, also when its country gets a shard of its own.
    if patch.record(None).countrycode != now.countrycode {
        patch.in_world = content.in_world;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEN: Timestamp = Timestamp(1);
    const NOW: Timestamp = Timestamp(2);

    fn named(name: &str, language: Option<&str>) -> Content {
        let fields = Fields { name: Some(name.into()), ..Fields::default() };
        Content { fields: Some(fields), language: language.map(Into::into), ..Content::default() }
    }

    #[test]
    fn an_update_that_changes_nothing_is_no_new_revision() {
        let patch = create("APP", "1".into(), None, named("a", None), THEN);
        assert_eq!(update(&patch, Content::default(), NOW), patch);
        assert_eq!(update(&patch, named("a", None), NOW), patch);
        let next = update(&patch, named("b", None), NOW);
        assert_eq!((next.revision, next.updated_at, next.created_at), (2, NOW, THEN));
    }

    #[test]
    fn an_update_leaves_the_fields_that_it_does_not_name() {
        let patch = create("APP", "1".into(), None, named("a", None), THEN);
        let city = Fields { city: Some("Vaduz".into()), ..Fields::default() };
        let content = Content { fields: Some(city), ..Content::default() };
        let record = update(&patch, content, NOW).record(None);
        assert_eq!((record.name.as_deref(), record.city.as_deref()), (Some("a"), Some("Vaduz")));
    }

    #[test]
    fn fields_end_a_removal_that_is_not_repeated() {
        let removal = Content { remove: Some(true), ..Content::default() };
        let patch = create("APP", "1".into(), None, removal.clone(), THEN);
        assert!(update(&patch, Content::default(), NOW).remove);
        assert!(!update(&patch, named("a", None), NOW).remove);
        let both = Content { remove: Some(true), ..named("a", None) };
        assert!(update(&patch, both, NOW).remove);
    }

    #[test]
    fn the_last_translation_stays_and_others_go() {
        let french = create("APP", "1".into(), None, named("a", Some("fr")), THEN);
        assert_eq!(delete_language(&french, "fr", NOW), Err(LanguageFault::Last));
        assert_eq!(delete_language(&french, "de", NOW), Err(LanguageFault::Unknown));
        let german = update(&french, named("b", Some("de")), NOW);
        let left = delete_language(&german, "fr", NOW).unwrap();
        assert_eq!(left.record(None).name.as_deref(), Some("b"));
        // The first one alone says where the record is.
        let mut placed = german.clone();
        placed.languages.get_mut("fr").unwrap().coordinates = Some((47.1, 9.5));
        let left = delete_language(&placed, "fr", NOW).unwrap().record(None);
        assert_eq!((left.name.as_deref(), left.coordinates), (Some("b"), Some((47.1, 9.5))));
        let default = update(&french, named("c", None), NOW);
        assert!(delete_language(&default, "fr", NOW).is_ok());
    }
}
