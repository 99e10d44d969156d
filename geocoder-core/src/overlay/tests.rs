//! Corrections, one kind at a time.

use super::*;
use crate::gazetteer::{Gazetteer, House, Names, PlaceRecord, PointRecord, StreetRecord};
use crate::shard::writer::ShardWriter;
use crate::{
    CountryCode, Error, Geocoder, Hit, LonLat, RecordType, ReverseRequest, SearchRequest, TypeSet,
};

pub(super) fn at(lon: f64, lat: f64) -> LonLat {
    LonLat { lon, lat }
}

fn place(
    kind: RecordType,
    name: &str,
    parent: Option<usize>,
    coordinates: LonLat,
    zipcodes: &[&str],
) -> PlaceRecord {
    PlaceRecord {
        kind,
        names: Names::new(name),
        parent,
        coordinates,
        population: if kind == RecordType::City { 139_000 } else { 0 },
        zipcodes: zipcodes.iter().map(ToString::to_string).collect(),
        code: String::new(),
        importance: default_importance(kind, 0),
        located: true,
        boundary: Vec::new(),
    }
}

/// A part of Brittany.
fn brittany(separate_alternates: bool) -> Gazetteer {
    let mut places = vec![
        place(RecordType::Country, "France", None, at(2.0, 47.0), &[]),
        place(RecordType::Administrative, "Bretagne", Some(0), at(-2.8, 48.2), &[]),
        place(RecordType::County, "Finistère", Some(1), at(-4.0, 48.3), &[]),
        place(RecordType::City, "Brest", Some(2), at(-4.486, 48.39), &["29200"]),
        place(RecordType::City, "Quimper", Some(2), at(-4.102, 47.996), &["29000"]),
        place(RecordType::County, "Morbihan", Some(1), at(-2.8, 47.8), &[]),
    ];
    places[1].code = "BRE".into();
    places[3].names.languages.push(("br".into(), "Brest-Kêr".into()));
    let street = |name: &str, city: usize, lon: f64, lat: f64| StreetRecord {
        names: Names::new(name),
        city,
        zipcodes: Vec::new(),
        coordinates: at(lon, lat),
        geometry: vec![vec![at(lon - 0.002, lat), at(lon + 0.002, lat)]],
        houses: [(1, ""), (3, ""), (3, "bis"), (9, "")]
            .map(|(number, suffix)| House {
                number,
                suffix: suffix.into(),
                coordinates: at(lon + f64::from(number) * 1e-4, lat + 1e-4),
                zipcode: None,
            })
            .to_vec(),
        importance: 100,
    };
    let mut streets = vec![
        street("Rue de Siam", 3, -4.49, 48.385),
        street("Rue Jean Jaurès", 3, -4.48, 48.395),
        street("Rue Kéréon", 4, -4.104, 47.995),
    ];
    streets[0].names.alternates.push("Grand Rue".into());
    let airport = PointRecord {
        kind: RecordType::Airport,
        names: Names {
            default: "Aéroport de Brest-Bretagne".into(),
            languages: Vec::new(),
            alternates: vec!["BES".into()],
        },
        city: 3,
        zipcodes: vec!["29490".into()],
        coordinates: at(-4.4185, 48.4478),
        population: 0,
        importance: 120,
    };
    Gazetteer {
        country: CountryCode::parse("fr"),
        places,
        streets,
        points: vec![airport],
        separate_alternates,
        ..Gazetteer::default()
    }
}

pub(super) struct World {
    pub(super) shard: Shard<Vec<u8>>,
    pub(super) corrections: Vec<Correction>,
}

impl World {
    fn new(gazetteer: &Gazetteer) -> Self {
        let written = ShardWriter::new(gazetteer).write().unwrap();
        Self { shard: Shard::open(written.bytes).unwrap(), corrections: Vec::new() }
    }

    pub(super) fn brittany() -> Self {
        Self::new(&brittany(false))
    }

    fn correct(&mut self, target: Option<RecordRef>, change: Change) -> CorrectionId {
        let id = CorrectionId([u8::try_from(self.corrections.len()).unwrap(); 16]);
        self.corrections.push(Correction { id, target, change });
        id
    }

    pub(super) fn put(&mut self, target: Option<RecordRef>, record: PatchRecord) -> CorrectionId {
        self.correct(target, Change::Put(Box::new(record)))
    }

    /// Resolves the first result of a query, and returns all that is known of it.
    pub(super) fn found(&self, query: &str) -> (RecordRef, PatchRecord) {
        let mut base = Geocoder::new();
        base.insert(self.shard.clone());
        let hit = first(&base, query);
        let (_, found) = base.resolve(&origin(&hit)).unwrap().unwrap();
        let record = self.shard.record(&found).unwrap().unwrap();
        (found, record)
    }

    /// Changes the first result of a query.
    pub(super) fn change(
        &mut self,
        query: &str,
        change: impl FnOnce(&mut PatchRecord),
    ) -> CorrectionId {
        let (found, mut record) = self.found(query);
        change(&mut record);
        self.put(Some(found), record)
    }

    pub(super) fn overlay(&self) -> Overlay {
        Overlay::build(&self.shard, &self.corrections).unwrap()
    }

    pub(super) fn geocoder(&self) -> Geocoder<Vec<u8>> {
        let mut geocoder = Geocoder::new();
        geocoder.insert(self.shard.with_overlay(Arc::new(self.overlay())).unwrap());
        geocoder
    }
}

pub(super) fn ask(geocoder: &Geocoder<Vec<u8>>, query: &str, language: Option<&str>) -> Vec<Hit> {
    let language = language.map(String::from);
    let request = SearchRequest { query: query.into(), language, ..SearchRequest::default() };
    geocoder.search(&request).unwrap().results
}

pub(super) fn first(geocoder: &Geocoder<Vec<u8>>, query: &str) -> Hit {
    ask(geocoder, query, None).into_iter().next().unwrap_or_else(|| panic!("{query}: nothing"))
}

fn names(geocoder: &Geocoder<Vec<u8>>, query: &str) -> Vec<String> {
    ask(geocoder, query, None).into_iter().map(|hit| hit.name).collect()
}

pub(super) fn nearest(geocoder: &Geocoder<Vec<u8>>, at: LonLat) -> Hit {
    geocoder.reverse(&ReverseRequest::at(at)).unwrap().results.swap_remove(0)
}

pub(super) fn origin(hit: &Hit) -> Origin {
    Origin {
        name: hit.name.clone(),
        city: hit.city.clone(),
        county: Some(hit.county.clone()),
        administrative: Some(hit.administrative.clone()),
        country: hit.country.clone(),
        countrycode: hit.countrycode.clone(),
        zipcodes: hit.zipcode.clone(),
        population: hit.population,
        coordinates: at(hit.lng, hit.lat),
        kind: hit.kind,
        house: hit.street.as_ref().filter(|street| !street.number.is_empty()).map(|street| {
            PatchHouse {
                number: street.number.parse().unwrap(),
                suffix: street.suffix.clone(),
                street: street.name.clone(),
            }
        }),
    }
}

#[test]
fn a_renamed_street_is_found_by_its_new_name_alone_and_keeps_all_else() {
    let mut world = World::brittany();
    world.change("rue de siam", |record| record.default.name = "Rue du Traon Quizac".into());
    let geocoder = world.geocoder();
    let hit = first(&geocoder, "traon quizac 3 bis, brest");
    assert_eq!(hit.name, "3 bis Rue du Traon Quizac");
    assert_eq!((hit.city.as_str(), hit.zipcode.as_slice()), ("Brest", &["29200".to_string()][..]));
    assert_eq!(first(&geocoder, "grand rue").name, "Rue du Traon Quizac");
    assert!(!names(&geocoder, "rue de siam").contains(&"Rue de Siam".to_string()));
    let hit = nearest(&geocoder, at(-4.4899, 48.3851));
    assert_eq!(hit.street.unwrap().name, "Rue du Traon Quizac");
    let features = geocoder
        .features(&BBox { min_lon: -5.0, min_lat: 48.0, max_lon: -4.0, max_lat: 49.0 }, true);
    assert_eq!(features.unwrap().streets.len(), 2);
}

#[test]
fn a_renamed_city_is_the_city_of_its_streets_from_then_on() {
    let mut world = World::brittany();
    let (city, _) = world.found("brest");
    assert!(matches!(city, RecordRef::Place { .. }));
    world.change("brest", |record| {
        record.default.name = "Brest Métropole".into();
        record.zipcodes = vec!["29210".into()];
    });
    let geocoder = world.geocoder();
    let hit = first(&geocoder, "siam metropole");
    assert_eq!((hit.name.as_str(), hit.city.as_str()), ("Rue de Siam", "Brest Métropole"));
    assert_eq!(hit.zipcode, ["29210"]);
    assert_eq!(first(&geocoder, "29210").name, "Brest Métropole");
    assert!(names(&geocoder, "29200").is_empty());
    assert_eq!(first(&geocoder, "bretagne").kind, RecordType::Administrative);
}

#[test]
fn a_translation_shows_in_its_language_and_what_it_lacks_shows_as_before() {
    let mut world = World::brittany();
    world.change("rue kereon", |record| {
        let names = PatchNames { name: Some("Straed Kereon".into()), ..PatchNames::default() };
        record.languages.push(("br".into(), names));
    });
    let geocoder = world.geocoder();
    assert_eq!(ask(&geocoder, "kereon", Some("br"))[0].name, "Straed Kereon");
    assert_eq!(ask(&geocoder, "straed kereon", None)[0].name, "Rue Kéréon");
    assert_eq!(ask(&geocoder, "kereon", Some("br"))[0].city, "Quimper");
    assert_eq!(ask(&geocoder, "siam", Some("br"))[0].city, "Brest-Kêr");
}

#[test]
fn a_street_of_a_city_that_is_unknown_shows_it_and_is_found_by_it_but_the_city_is_no_result() {
    let mut world = World::brittany();
    let (_, mut record) = world.found("rue kereon");
    record.default.name = "Rue des Dolmens".into();
    record.default.city = "Carnac".into();
    record.default.county = "Morbihan".into();
    record.zipcodes = vec!["56340".into()];
    record.coordinates = at(-3.079, 47.584);
    world.put(None, record);
    let geocoder = world.geocoder();
    let hit = first(&geocoder, "dolmens carnac");
    assert_eq!((hit.city.as_str(), hit.county.as_str()), ("Carnac", "Morbihan"));
    assert_eq!((hit.administrative.as_str(), hit.zipcode[0].as_str()), ("Bretagne", "56340"));
    let cities = SearchRequest {
        query: "carnac".into(),
        types: TypeSet::NONE.with(RecordType::City),
        ..SearchRequest::default()
    };
    assert_eq!(geocoder.search(&cities).unwrap().results, []);
    assert_eq!(nearest(&geocoder, at(-3.079, 47.584)).name, "Rue des Dolmens");
}

#[test]
fn what_a_removed_city_held_is_in_what_contained_it() {
    let mut world = World::brittany();
    let (quimper, _) = world.found("quimper");
    world.correct(Some(quimper), Change::Remove);
    let geocoder = world.geocoder();
    assert!(names(&geocoder, "quimper").is_empty());
    let hit = first(&geocoder, "kereon finistere");
    assert_eq!((hit.city.as_str(), hit.county.as_str()), ("", "Finistère"));
}

#[test]
fn corrections_of_houses_of_one_street_combine() {
    let mut world = World::brittany();
    // 1 and 9 swap their numbers, 3 goes, 3 bis moves and gets a postcode, 11 is new.
    let (one, mut record) = world.found("1 rue de siam");
    record.house.as_mut().unwrap().number = 9;
    world.put(Some(one), record.clone());
    let (nine, mut record) = world.found("9 rue de siam");
    record.house.as_mut().unwrap().number = 1;
    world.put(Some(nine), record);
    let (three, _) = world.found("3 rue de siam");
    world.correct(Some(three), Change::Remove);
    world.change("3 bis rue de siam", |record| {
        record.coordinates = at(-4.4901, 48.3861);
        record.zipcodes = vec!["29201".into()];
    });
    let RecordRef::Record { block, index } = world.found("rue de siam").0 else { panic!() };
    let eleven = RecordRef::House { block, index, number: 11, suffix: "ter".into() };
    let record = world.shard.record(&eleven).unwrap().unwrap();
    assert_eq!(record.default.name, "11 ter Rue de Siam");
    world.put(Some(eleven), record);
    assert_eq!(world.overlay().skipped(), []);
    let geocoder = world.geocoder();
    let lng = |query| first(&geocoder, query).lng;
    assert!((lng("1 rue de siam") + 4.4891).abs() < 1e-9);
    assert!((lng("9 rue de siam") + 4.4899).abs() < 1e-9);
    let bis = first(&geocoder, "3 rue de siam");
    assert_eq!((bis.name.as_str(), bis.lat), ("3 bis Rue de Siam", 48.3861));
    assert_eq!(bis.zipcode, ["29201"]);
    assert_eq!(first(&geocoder, "rue de siam").zipcode, ["29200", "29201"]);
    assert_eq!(first(&geocoder, "11ter rue de siam").name, "11 ter Rue de Siam");
    assert_eq!(nearest(&geocoder, at(-4.4901, 48.3862)).name, "3 bis Rue de Siam");
    // Results of the overlay are known by what was corrected.
    let swapped = geocoder.resolve(&origin(&first(&geocoder, "9 rue de siam"))).unwrap();
    assert_eq!(swapped.unwrap().1, world.corrections[0].target.clone().unwrap());
}

#[test]
fn a_house_goes_to_the_street_it_names_which_is_made_when_there_is_none() {
    let mut world = World::brittany();
    world.change("9 rue de siam", |record| {
        record.house.as_mut().unwrap().street = "rue jean-jaures".into();
    });
    let (_, mut record) = world.found("1 rue kereon");
    record.house.as_mut().unwrap().street = "Rue des Gentilshommes".into();
    let id = world.put(None, record);
    let geocoder = world.geocoder();
    assert_eq!(first(&geocoder, "9 rue de siam").precision, crate::Precision::Street);
    let hits = ask(&geocoder, "9 jean jaures", None);
    assert_eq!(hits[0].name, "9 Rue Jean Jaurès");
    let hit = first(&geocoder, "1 gentilshommes quimper");
    assert_eq!(hit.name, "1 Rue des Gentilshommes");
    let added = geocoder.resolve(&origin(&hit)).unwrap().unwrap().1;
    assert_eq!(added, RecordRef::Added { id });
}

#[test]
fn a_point_changes_type_and_place_and_keeps_its_code_whether_alternates_are_apart_or_not() {
    for apart in [false, true] {
        let mut world = World::new(&brittany(apart));
        world.change("aeroport de brest", |record| {
            record.default.name = "Aérodrome de Guipavas".into();
            record.coordinates = at(-4.42, 48.45);
        });
        let geocoder = world.geocoder();
        let hit = first(&geocoder, "BES");
        assert_eq!((hit.name.as_str(), hit.lat), ("Aérodrome de Guipavas", 48.45));
        assert_eq!(hit.zipcode, ["29490"]);
        assert_eq!(hit.administrative, "Bretagne");
    }
}

#[test]
fn cities_that_are_records_are_corrected_like_any_record() {
    for apart in [false, true] {
        let mut gazetteer = brittany(apart);
        gazetteer.country = Some(CountryCode::WORLD);
        gazetteer.streets.clear();
        gazetteer.points = ["Landerneau", "Morlaix"]
            .into_iter()
            .zip([-4.25, -3.83])
            .map(|(name, lon)| PointRecord {
                kind: RecordType::City,
                names: Names { alternates: vec![format!("Kêr {name}")], ..Names::new(name) },
                city: 2,
                zipcodes: Vec::new(),
                coordinates: at(lon, 48.5),
                population: 15_000,
                importance: 100,
            })
            .collect();
        let mut world = World::new(&gazetteer);
        world.change("landerneau", |record| {
            record.default.name = "Landerne".into();
            record.population = 16_500;
        });
        let (morlaix, mut record) = world.found("morlaix");
        world.correct(Some(morlaix), Change::Remove);
        record.default.name = "Roscoff".into();
        record.default.city = "Roscoff".into();
        record.coordinates = at(-3.98, 48.72);
        world.put(None, record);
        assert_eq!(world.overlay().skipped(), []);
        let geocoder = world.geocoder();
        let hit = first(&geocoder, "landerne");
        assert_eq!((hit.city.as_str(), hit.population), ("Landerne", 16_500));
        assert_eq!(hit.county, "Finistère");
        assert_eq!(first(&geocoder, "ker landerneau").name, "Landerne");
        assert!(names(&geocoder, "morlaix").is_empty());
        assert_eq!(first(&geocoder, "roscoff").county, "Finistère");
        assert_eq!(nearest(&geocoder, at(-3.98, 48.72)).name, "Roscoff");
    }
}

#[test]
fn places_and_records_become_one_another() {
    let mut world = World::brittany();
    world.change("quimper", |record| record.kind = RecordType::Tourism);
    world.change("rue jean jaures", |record| {
        record.kind = RecordType::City;
        record.default.name = "Jaurès-Ville".into();
    });
    assert_eq!(world.overlay().skipped(), []);
    let geocoder = world.geocoder();
    assert_eq!(first(&geocoder, "quimper").kind, RecordType::Tourism);
    assert_eq!(first(&geocoder, "kereon").county, "Finistère");
    let hit = first(&geocoder, "jaures ville");
    assert_eq!((hit.kind, hit.county.as_str()), (RecordType::City, "Finistère"));
}

#[test]
fn a_crossing_of_corrected_streets_is_found_by_their_new_names_alone() {
    let mut gazetteer = brittany(false);
    let mut crossing = gazetteer.streets[0].clone();
    crossing.names = Names::new("Rue Louis Pasteur");
    crossing.geometry = vec![vec![at(-4.49, 48.385), at(-4.49, 48.387)]];
    gazetteer.streets.push(crossing);
    let mut world = World::new(&gazetteer);
    let crosses =
        |geocoder: &Geocoder<Vec<u8>>, query: &str| first(geocoder, query).name.contains('&');
    let mut base = Geocoder::new();
    base.insert(world.shard.clone());
    assert!(crosses(&base, "siam & pasteur"));
    world.change("rue de siam", |record| record.default.name = "Rue du Château".into());
    let geocoder = world.geocoder();
    assert!(crosses(&geocoder, "chateau & pasteur"));
    assert!(!crosses(&geocoder, "siam & pasteur"));
    let (pasteur, _) = world.found("louis pasteur");
    world.correct(Some(pasteur), Change::Remove);
    assert!(!crosses(&world.geocoder(), "chateau & pasteur"));
}

#[test]
fn the_order_of_corrections_plays_no_role_and_of_two_of_one_record_the_greater_id_counts() {
    let mut world = World::brittany();
    let less = world.change("rue de siam", |record| record.default.name = "Rue A".into());
    world.change("rue de siam", |record| record.default.name = "Rue Bé".into());
    world.change("brest", |record| record.default.name = "Brest Nevez".into());
    world.change("finistere", |record| record.default.name = "Penn-ar-Bed".into());
    world.change("3 rue kereon", |record| record.coordinates.lat += 1e-4);
    let (_, mut record) = world.found("rue kereon");
    record.default.city = "Carnac".into();
    world.put(None, record);
    let forward = world.overlay();
    assert_eq!(forward.skipped(), [Skipped { id: less, reason: SkipReason::Superseded }]);
    assert_eq!(first(&world.geocoder(), "rue be penn ar bed").city, "Brest Nevez");
    world.corrections.reverse();
    assert_eq!(format!("{:?}", world.overlay()), format!("{forward:?}"));
}

#[test]
fn an_origin_is_known_in_any_language_and_case_and_nothing_beside_it_is() {
    let mut gazetteer = brittany(false);
    let mut twin = gazetteer.streets[0].clone();
    twin.coordinates.lat += 0.001;
    twin.houses.clear();
    gazetteer.streets.push(twin);
    let world = World::new(&gazetteer);
    let mut geocoder = Geocoder::new();
    geocoder.insert(world.shard.clone());
    let hit = ask(&geocoder, "3 bis siam", Some("br")).swap_remove(0);
    let exact = origin(&hit);
    let (_, house) = geocoder.resolve(&exact).unwrap().unwrap();
    assert!(matches!(&house, RecordRef::House { number: 3, suffix, .. } if suffix == "bis"));
    let mut tolerant = exact.clone();
    tolerant.name = "3 BIS rue de siam".into();
    tolerant.city = "brest".into();
    tolerant.county = None;
    tolerant.administrative = Some(String::new());
    tolerant.country = "FRANCE".into();
    tolerant.countrycode = "FR".into();
    tolerant.house = None;
    assert_eq!(geocoder.resolve(&tolerant).unwrap().unwrap().1, house);
    type Spoil = fn(&mut Origin);
    let spoils: [Spoil; 8] = [
        |origin| origin.coordinates.lat += 0.001,
        |origin| origin.city = "Quimper".into(),
        |origin| origin.county = Some("Morbihan".into()),
        |origin| origin.zipcodes.push("29201".into()),
        |origin| origin.population += 1,
        |origin| origin.kind = RecordType::Tourism,
        |origin| origin.countrycode = "de".into(),
        |origin| origin.country = "Deutschland".into(),
    ];
    for (number, spoil) in spoils.into_iter().enumerate() {
        let mut other = tolerant.clone();
        spoil(&mut other);
        assert_eq!(geocoder.resolve(&other).unwrap(), None, "{number}");
    }
    // A number between two others is a house that could be added.
    let between = first(&geocoder, "5 rue de siam");
    assert_eq!(between.precision, crate::Precision::Interpolated);
    let (_, added) = geocoder.resolve(&origin(&between)).unwrap().unwrap();
    assert!(matches!(added, RecordRef::House { number: 5, .. }));
}

#[test]
fn no_corrections_change_nothing_and_another_base_is_refused() {
    let world = World::brittany();
    let overlay = world.overlay();
    assert!(overlay.is_empty());
    let same = world.shard.with_overlay(Arc::new(overlay)).unwrap();
    assert!(same.overlay.is_none());
    let other = World::new(&brittany(true));
    let error = other.shard.with_overlay(Arc::new(world.overlay())).unwrap_err();
    assert!(matches!(error, Error::WrongBase { .. }), "{error}");
}

#[test]
fn a_correction_of_a_record_whose_chunk_is_missing_waits_for_it() {
    let mut world = World::brittany();
    world.change("rue de siam", |record| record.default.name = "Rue du Château".into());
    let chunk = |number: usize| {
        let info = world.shard.chunks()[number];
        let start = usize::try_from(info.offset).unwrap();
        world.shard.bytes()[start..start + usize::try_from(info.size).unwrap()].to_vec()
    };
    let mut partial = Shard::open_partial(chunk(0), chunk(1)).unwrap();
    loop {
        let overlay = Overlay::build(&partial, &world.corrections).unwrap();
        let Some(missing) = overlay.missing_chunks().first().copied() else {
            assert_eq!(overlay.skipped(), []);
            break;
        };
        assert_eq!(overlay.skipped()[0].reason, SkipReason::MissingChunk);
        partial.insert_chunk(missing, chunk(missing as usize)).unwrap();
    }
    let handle = partial.clone();
    assert_eq!(partial.insert_chunk(2, chunk(2)), Err(Error::SharedShard));
    drop(handle);
    assert_eq!(partial.insert_chunk(2, chunk(2)), Ok(()));
}

#[test]
fn an_origin_of_an_earlier_base_is_known_by_type_name_and_city_and_the_nearest_counts() {
    let earlier = World::brittany();
    let mut geocoder = Geocoder::new();
    geocoder.insert(earlier.shard.clone());
    let mut gazetteer = brittany(false);
    // What a later base says otherwise of the same records.
    gazetteer.places[3].population += 1_000;
    gazetteer.places[3].zipcodes.push("29201".into());
    gazetteer.places[3].coordinates.lat += 0.01;
    gazetteer.places[2].names.default = "Penn-ar-Bed".into();
    let street = &mut gazetteer.streets[0];
    street.coordinates.lat += 0.005;
    street.houses.iter_mut().for_each(|house| house.coordinates.lat += 0.005);
    street.houses.retain(|house| house.number != 9);
    street.names = Names::new("Straed Siam");
    street.names.languages.push(("fr".into(), "Rue de Siam".into()));
    let mut twin = gazetteer.streets[0].clone();
    twin.coordinates.lat -= 0.012;
    twin.houses.iter_mut().for_each(|house| house.coordinates.lat -= 0.012);
    gazetteer.streets.push(twin);
    gazetteer.points[0].coordinates.lon += 0.01;
    gazetteer.points[0].zipcodes.clear();
    let later = World::new(&gazetteer);
    let found = |query: &str| {
        let wanted = origin(&first(&geocoder, query));
        let mut without_house = wanted.clone();
        without_house.house = None;
        assert_eq!(later.shard.resolve(&wanted).unwrap(), None, "{query}");
        let found = later.shard.resolve_across(&wanted).unwrap();
        assert_eq!(later.shard.resolve_across(&without_house).unwrap(), found, "{query}");
        let record = found.as_ref().map(|found| later.shard.record(found).unwrap().unwrap());
        record.map(|record| (record.default.name, (record.coordinates.lat * 1e4).round()))
    };
    assert_eq!(found("brest").unwrap(), ("Brest".into(), 484_000.0));
    assert_eq!(found("rue de siam").unwrap(), ("Straed Siam".into(), 483_900.0));
    assert_eq!(found("3 bis rue de siam").unwrap(), ("3 bis Straed Siam".into(), 483_901.0));
    assert_eq!(found("9 rue de siam"), None);
    assert_eq!(found("aeroport de brest").unwrap().1, 484_478.0);
    let gone: [fn(&mut Origin); 4] = [
        |origin| origin.coordinates.lat += 0.02,
        |origin| origin.city = "Quimper".into(),
        |origin| origin.name = "Rue de la Siam".into(),
        |origin| origin.kind = RecordType::Tourism,
    ];
    let wanted = origin(&first(&geocoder, "rue de siam"));
    for (number, spoil) in gone.into_iter().enumerate() {
        let mut other = wanted.clone();
        spoil(&mut other);
        assert_eq!(later.shard.resolve_across(&other).unwrap(), None, "{number}");
    }
}
