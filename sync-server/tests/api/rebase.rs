//! What patches of Liechtenstein come to in a later build of it.

use bytes::Bytes;
use geocoder_core::gazetteer::Gazetteer;
use geocoder_core::overlay::{Change, PatchRecord};
use geocoder_core::{Geocoder, LonLat, RecordType, SearchRequest, Shard, TypeSet};
use sync_server::model::patch::Street;
use sync_server::model::{Fields, Patch, PatchStatus, Timestamp};
use sync_server::patches::edit::{Content, create};
use sync_server::patches::origin;
use sync_server::patches::rebase::{Outcome, Resolution, resolve};
use sync_server::state::AppState;

use crate::fixture::DataDir;
use crate::generations::{house, liechtenstein, shard_of, sight, street};

/// A build that is served.
struct Base {
    state: AppState,
    _data: DataDir,
}

impl Base {
    fn of(gazetteer: &Gazetteer) -> Self {
        let mut data = DataDir::new();
        data.list_country("li", &shard_of(gazetteer));
        Self { state: data.loaded_state(), _data: data }
    }

    /// Makes a patch of the first result of a search.
    fn patch(&self, query: &str, kind: RecordType, content: Content) -> Patch {
        let request = SearchRequest {
            query: query.into(),
            types: TypeSet::NONE.with(kind),
            ..SearchRequest::default()
        };
        let catalog = self.state.catalog.current();
        let hit = catalog.geocoder().search(&request).unwrap().results.swap_remove(0);
        assert!(query.contains(&hit.name), "{query} found {}", hit.name);
        let fields = Fields {
            name: Some(hit.name),
            city: Some(hit.city),
            country: Some(hit.country),
            countrycode: Some(hit.countrycode),
            zipcode: Some(hit.zipcode),
            population: Some(hit.population),
            coordinates: Some((hit.lat, hit.lng)),
            kind: Some(hit.kind),
            street: hit.street.map(|street| Street {
                number: street.number,
                suffix: street.suffix,
                name: street.name,
            }),
            ..Fields::default()
        };
        let origin = origin::find_in_base(&catalog, &fields).unwrap();
        assert!(origin.is_some(), "{fields:?}");
        create("APP", ID.into(), origin, content, Timestamp(1))
    }

    fn resolve(&self, patch: &Patch) -> Resolution {
        let catalog = self.state.catalog.current();
        let shard = self.shard();
        resolve(patch, catalog.geocoder(), &shard, &catalog.generation("li")).unwrap()
    }

    fn shard(&self) -> Shard<Bytes> {
        let catalog = self.state.catalog.current();
        let geocoder: &Geocoder<Bytes> = catalog.geocoder();
        geocoder.shards()[0].clone()
    }

    /// Returns what the base says of the record that a resolution is about.
    fn target(&self, resolution: &Resolution) -> PatchRecord {
        let target = resolution.correction.as_ref().unwrap().target.as_ref().unwrap();
        self.shard().record(target).unwrap().unwrap()
    }
}

const ID: &str = "00112233445566778899aabbccddeeff";

fn update(fields: Fields) -> Content {
    Content { fields: Some(fields), status: Some(PatchStatus::Approved), ..Content::default() }
}

fn name(name: &str) -> Content {
    update(Fields { name: Some(name.into()), ..Fields::default() })
}

fn at(lat: f64, lon: f64) -> Content {
    update(Fields { coordinates: Some((lat, lon)), ..Fields::default() })
}

fn put(resolution: &Resolution) -> &PatchRecord {
    match &resolution.correction.as_ref().unwrap().change {
        Change::Put(record) => record,
        Change::Remove => panic!("{resolution:?}"),
    }
}

/// Returns the outcomes of a patch before and after a change of the base.
fn outcomes(
    query: &str,
    kind: RecordType,
    content: Content,
    change: impl FnOnce(&mut Gazetteer),
) -> (Outcome, Resolution, Base) {
    let mut gazetteer = liechtenstein();
    let old = Base::of(&gazetteer);
    let patch = old.patch(query, kind, content);
    let before = old.resolve(&patch).outcome;
    change(&mut gazetteer);
    let new = Base::of(&gazetteer);
    let after = new.resolve(&patch);
    (before, after, new)
}

#[test]
fn a_patch_of_a_record_that_is_as_it_was_applies_in_another_generation() {
    let (before, after, new) =
        outcomes("Heiligkreuz, Vaduz", RecordType::Street, name("Am Kreuz"), |gazetteer| {
            gazetteer.streets.retain(|street| street.names.default != "Städtle");
        });
    assert_eq!((before, after.outcome), (Outcome::Applied, Outcome::Applied));
    assert_eq!(new.target(&after).default.name, "Heiligkreuz");
    assert_eq!(put(&after).default.name, "Am Kreuz");
}

#[test]
fn what_the_base_has_corrected_itself_is_left_to_it() {
    let (_, after, _) =
        outcomes("Heiligkreuz, Vaduz", RecordType::Street, name("Am Kreuz"), |gazetteer| {
            street(gazetteer, "Heiligkreuz", "Vaduz").names.default = "Am Kreuz".into();
        });
    assert_eq!((after.outcome, after.correction), (Outcome::Redundant, None));
}

#[test]
fn a_field_that_the_base_has_changed_otherwise_is_a_conflict_that_the_patch_wins() {
    let (_, after, new) =
        outcomes("Heiligkreuz, Vaduz", RecordType::Street, name("Am Kreuz"), |gazetteer| {
            street(gazetteer, "Heiligkreuz", "Vaduz").names.default = "Heiligkreuzweg".into();
        });
    assert_eq!(after.outcome, Outcome::Conflict);
    assert_eq!(new.target(&after).default.name, "Heiligkreuzweg");
    assert_eq!(put(&after).default.name, "Am Kreuz");
}

#[test]
fn fields_that_the_patch_leaves_alone_follow_the_base() {
    let (_, after, _) =
        outcomes("Heiligkreuz, Vaduz", RecordType::Street, name("Am Kreuz"), |gazetteer| {
            let street = street(gazetteer, "Heiligkreuz", "Vaduz");
            street.zipcodes = vec!["9999".into()];
            street.coordinates.lat += 0.002;
        });
    assert_eq!(after.outcome, Outcome::Applied);
    assert_eq!(put(&after).default.name, "Am Kreuz");
    assert_eq!(put(&after).zipcodes, ["9999"]);
}

#[test]
fn a_field_that_a_patch_names_as_it_was_is_no_change_of_the_patch() {
    let fields = Fields {
        name: Some("Am Kreuz".into()),
        zipcode: Some(vec!["9490".into()]),
        ..Fields::default()
    };
    let (_, after, _) =
        outcomes("Heiligkreuz, Vaduz", RecordType::Street, update(fields), |gazetteer| {
            street(gazetteer, "Heiligkreuz", "Vaduz").zipcodes = vec!["9999".into()];
        });
    assert_eq!(after.outcome, Outcome::Applied);
    assert_eq!(put(&after).zipcodes, ["9999"]);
}

#[test]
fn a_record_that_is_gone_leaves_the_patch_as_a_record_of_its_own() {
    let (_, after, _) =
        outcomes("Heiligkreuz, Vaduz", RecordType::Street, name("Am Kreuz"), |gazetteer| {
            gazetteer.streets.retain(|street| street.names.default != "Heiligkreuz");
        });
    assert_eq!(after.outcome, Outcome::Orphan);
    let correction = after.correction.as_ref().unwrap();
    assert_eq!((correction.id.to_string().as_str(), &correction.target), (ID, &None));
    assert_eq!(
        (put(&after).default.name.as_str(), put(&after).default.city.as_str()),
        ("Am Kreuz", "Vaduz")
    );
}

#[test]
fn a_removal_applies_while_there_is_something_to_remove() {
    let removal = || Content { remove: Some(true), ..Content::default() };
    let query = "Heiligkreuz, Vaduz";
    let (before, after, _) = outcomes(query, RecordType::Street, removal(), |gazetteer| {
        street(gazetteer, "Heiligkreuz", "Vaduz").zipcodes = vec!["9999".into()];
    });
    assert_eq!((before, after.outcome), (Outcome::Applied, Outcome::Applied));
    assert_eq!(after.correction.unwrap().change, Change::Remove);

    let (_, after, _) = outcomes(query, RecordType::Street, removal(), |gazetteer| {
        gazetteer.streets.retain(|street| street.names.default != "Heiligkreuz");
    });
    assert_eq!((after.outcome, after.correction), (Outcome::Orphan, None));
}

#[test]
fn an_addition_ends_where_the_base_has_the_record() {
    let fields = Fields {
        name: Some("Neuer Weg".into()),
        city: Some("Vaduz".into()),
        country: Some("Liechtenstein".into()),
        countrycode: Some("li".into()),
        zipcode: Some(vec!["9490".into()]),
        population: Some(0),
        coordinates: Some((47.141, 9.521)),
        kind: Some(RecordType::Street),
        ..Fields::default()
    };
    let patch = create("APP", ID.into(), None, update(fields.clone()), Timestamp(1));
    let mut gazetteer = liechtenstein();
    let before = Base::of(&gazetteer).resolve(&patch);
    assert_eq!(before.outcome, Outcome::Applied);
    assert_eq!(before.correction.unwrap().target, None);

    let vaduz = street(&mut gazetteer, "Heiligkreuz", "Vaduz").clone();
    let coordinates = LonLat::new(9.5212, 47.1413).unwrap();
    let mut added =
        geocoder_core::gazetteer::StreetRecord { coordinates, houses: Vec::new(), ..vaduz };
    added.names.default = "Neuer Weg".into();
    added.geometry = vec![vec![coordinates, LonLat::new(9.5213, 47.1418).unwrap()]];
    gazetteer.streets.push(added);
    let new = Base::of(&gazetteer);
    let after = new.resolve(&patch);
    assert_eq!((after.outcome, after.correction), (Outcome::Redundant, None));

    // The same record with another postcode is one record and a question, not two records.
    let other = Fields { zipcode: Some(vec!["9487".into()]), ..fields };
    let patch = create("APP", ID.into(), None, update(other), Timestamp(1));
    let after = new.resolve(&patch);
    assert_eq!(after.outcome, Outcome::Conflict);
    assert_eq!(new.target(&after).default.name, "Neuer Weg");
}

#[test]
fn houses_are_found_again_by_street_and_number() {
    let moved = || at(47.1301, 9.5201);
    let query = "Städtle 43, Vaduz";
    let kind = RecordType::Street;
    let set = |lat: f64, lon: f64| {
        move |gazetteer: &mut Gazetteer| {
            let street = street(gazetteer, "Städtle", "Vaduz");
            house(street, 43).coordinates = LonLat::new(lon, lat).unwrap();
        }
    };
    let (before, after, new) = outcomes(query, kind, moved(), |gazetteer| {
        street(gazetteer, "Städtle", "Vaduz").zipcodes = vec!["9999".into()];
    });
    assert_eq!((before, after.outcome), (Outcome::Applied, Outcome::Applied));
    assert_eq!(new.target(&after).default.name, "Städtle 43");
    // The base has moved it to within a few metres of where the patch has it.
    let (_, after, _) = outcomes(query, kind, moved(), set(47.13015, 9.52012));
    assert_eq!((after.outcome, after.correction), (Outcome::Redundant, None));
    let (_, after, _) = outcomes(query, kind, moved(), set(47.1340, 9.5220));
    assert_eq!(after.outcome, Outcome::Conflict);
    assert!((put(&after).coordinates.lat - 47.1301).abs() < 1e-9);
    // The house is gone and its street is not.
    let (_, after, _) = outcomes(query, kind, moved(), |gazetteer| {
        street(gazetteer, "Städtle", "Vaduz").houses.retain(|house| house.number != 43);
    });
    assert_eq!(after.outcome, Outcome::Orphan);
    assert_eq!(put(&after).house.as_ref().unwrap().street, "Städtle");
    // Its street has another name.
    let (_, after, new) = outcomes(query, kind, moved(), |gazetteer| {
        street(gazetteer, "Städtle", "Vaduz").names.default = "Hauptgasse".into();
    });
    assert_eq!(after.outcome, Outcome::Applied);
    assert_eq!(new.target(&after).default.name, "Hauptgasse 43");
}

#[test]
fn a_point_of_the_same_name_further_away_is_another_one() {
    let mut gazetteer = liechtenstein();
    let point = sight(&mut gazetteer).clone();
    let city = &gazetteer.places[point.city].names.default;
    let query = format!("{}, {city}", point.names.default);
    let moved = |by: f64| move |gazetteer: &mut Gazetteer| sight(gazetteer).coordinates.lat += by;
    let (_, near, new) = outcomes(&query, point.kind, name("Sehenswert"), moved(0.0005));
    assert_eq!(near.outcome, Outcome::Applied);
    assert_eq!(new.target(&near).default.name, point.names.default);
    let (_, far, _) = outcomes(&query, point.kind, name("Sehenswert"), moved(0.005));
    assert_eq!(far.outcome, Outcome::Orphan);
}

#[test]
fn a_translation_ends_where_the_base_has_it() {
    let french = || Content { language: Some("fr".into()), ..name("Rue de la Sainte-Croix") };
    let translated = |text: &'static str| {
        move |gazetteer: &mut Gazetteer| {
            let names = &mut street(gazetteer, "Heiligkreuz", "Vaduz").names;
            names.languages.push(("fr".into(), text.into()));
        }
    };
    let query = "Heiligkreuz, Vaduz";
    let (before, after, _) =
        outcomes(query, RecordType::Street, french(), translated("Rue de la Sainte-Croix"));
    assert_eq!((before, after.outcome), (Outcome::Applied, Outcome::Redundant));
    let (_, after, _) = outcomes(query, RecordType::Street, french(), translated("Sainte-Croix"));
    assert_eq!(after.outcome, Outcome::Applied);
    let languages = &put(&after).languages;
    assert_eq!(languages[0].1.name.as_deref(), Some("Rue de la Sainte-Croix"));
}

#[test]
fn a_translation_of_a_house_ends_where_the_base_has_it_for_its_street() {
    let french = Content { language: Some("fr".into()), ..name("10 Rue de la Sainte-Croix") };
    let (before, after, _) =
        outcomes("Heiligkreuz 10, Vaduz", RecordType::Street, french, |gazetteer| {
            let names = &mut street(gazetteer, "Heiligkreuz", "Vaduz").names;
            names.languages.push(("fr".into(), "Rue de la Sainte-Croix".into()));
        });
    assert_eq!((before, after.outcome), (Outcome::Applied, Outcome::Redundant));
}

#[test]
fn a_house_between_two_others_applies_until_the_base_has_it() {
    // Städtle has no house of this number, and search puts it between its neighbours.
    let mut gazetteer = liechtenstein();
    let numbers: Vec<u32> =
        street(&mut gazetteer, "Städtle", "Vaduz").houses.iter().map(|h| h.number).collect();
    let number = (2..60)
        .find(|n| !numbers.contains(n) && numbers.contains(&(n - 2)) && numbers.contains(&(n + 2)));
    let number = number.unwrap();
    let query = format!("Städtle {number}, Vaduz");
    let old = Base::of(&gazetteer);
    let patch = old.patch(&query, RecordType::Street, at(47.1301, 9.5201));
    assert!(patch.target.as_ref().unwrap().absent);
    assert_eq!(old.resolve(&patch).outcome, Outcome::Applied);

    street(&mut gazetteer, "Städtle", "Vaduz").zipcodes = vec!["9999".into()];
    let resolution = Base::of(&gazetteer).resolve(&patch);
    assert_eq!(resolution.outcome, Outcome::Applied);
    assert_eq!(put(&resolution).house.as_ref().unwrap().number, number);

    let city = street(&mut gazetteer, "Städtle", "Vaduz");
    let mut added = city.houses[0].clone();
    added.number = number;
    added.coordinates = LonLat::new(9.5201, 47.13011).unwrap();
    city.houses.push(added);
    assert_eq!(Base::of(&gazetteer).resolve(&patch).outcome, Outcome::Redundant);
}
