//! Tests of joining several sources.

use super::*;

use geocoder_core::gazetteer::Names;

use crate::entry::Locality;
use crate::progress::Silent;
use crate::report::Brought;

/// A source of prepared entries.
struct Prepared {
    label: &'static str,
    licence: (&'static str, bool),
    entries: Vec<Entry>,
}

impl Prepared {
    fn boxed(label: &'static str, entries: Vec<Entry>) -> Box<dyn Source> {
        Box::new(Self { label, licence: ("CC-BY-4.0", false), entries })
    }
}

impl Source for Prepared {
    fn label(&self) -> String {
        self.label.into()
    }

    fn attribution(&self) -> Vec<Attribution> {
        vec![Attribution {
            source: self.label.into(),
            licence: self.licence.0.into(),
            url: String::new(),
            notice: String::new(),
            share_alike: self.licence.1,
        }]
    }

    fn read(
        &self,
        _: CountryCode,
        sink: &mut dyn Sink,
        report: &mut Report,
        _: &dyn Progress,
    ) -> Result<()> {
        self.entries.iter().for_each(|entry| sink.entry(entry.clone(), report));
        Ok(())
    }
}

fn point(lat: f64, lon: f64) -> Option<LonLat> {
    LonLat::new(lon, lat)
}

fn place(kind: RecordType, name: &str, at: Option<LonLat>) -> Entry {
    let mut entry = Entry::new(EntryKind::Record(kind), Names::new(name));
    entry.coordinates = at;
    entry
}

fn address(street: &str, number: &str, city: &str, zipcode: &str, at: (f64, f64)) -> Entry {
    let mut entry = Entry::new(EntryKind::Address, Names::new(street));
    entry.house_number = number.into();
    entry.coordinates = point(at.0, at.1);
    entry.locality = Locality {
        city: AreaName::named(city),
        zipcodes: vec![zipcode.into()],
        ..Locality::default()
    };
    entry
}

fn build(sources: &[Box<dyn Source>]) -> (Gazetteer, Report) {
    let mut report = Report::default();
    let country = CountryCode::parse("is").unwrap();
    let gazetteer = assemble(country, sources, false, &mut report, &Silent).unwrap();
    (gazetteer, report)
}

#[test]
fn a_place_of_two_sources_is_one_record_with_the_names_of_both() {
    let register = vec![address("Austurstræti", "14", "Reykjavík", "101", (64.147, -21.94))];
    let mut city = place(RecordType::City, "Reykjavík", point(64.135, -21.895));
    city.names.languages = vec![("ru".into(), "Рейкьявик".into())];
    city.names.alternates = vec!["Reykjavik".into(), "Rejkjavik".into()];
    city.population = 118_918;
    let (gazetteer, report) =
        build(&[Prepared::boxed("register", register), Prepared::boxed("gazetteer", vec![city])]);
    let cities: Vec<_> = gazetteer.places.iter().filter(|p| p.kind == RecordType::City).collect();
    assert_eq!(cities.len(), 1);
    assert_eq!(cities[0].names.default, "Reykjavík");
    assert_eq!(cities[0].names.languages, [("ru".to_string(), "Рейкьявик".to_string())]);
    assert_eq!(cities[0].names.alternates, ["Rejkjavik"], "equal but for accents: once");
    assert_eq!(cities[0].population, 118_918);
    assert_eq!(cities[0].zipcodes, ["101"]);
    assert_eq!(Some(cities[0].coordinates), point(64.135, -21.895), "stated beats derived");
    assert_eq!(report.provenance["gazetteer"].0["city"], Brought { new: 0, known: 1 });
    assert_eq!(gazetteer.streets[0].houses[0].number, 14);
}

#[test]
fn namesakes_of_one_source_stay_two_and_others_far_away_are_new() {
    let city = |id: &str, lat| {
        let mut city = place(RecordType::City, "Hof", point(lat, -20.0));
        city.ids = vec![id.into()];
        city
    };
    let first = vec![city("a:1", 64.0), city("a:2", 64.05), city("a:1", 64.0)];
    let second = vec![place(RecordType::City, "Hof", point(65.0, -20.0))];
    let (gazetteer, _) =
        build(&[Prepared::boxed("first", first), Prepared::boxed("second", second)]);
    assert_eq!(gazetteer.places.iter().filter(|p| p.kind == RecordType::City).count(), 3);
}

#[test]
fn a_guess_gives_way_to_any_better_point_and_is_not_for_reverse_search() {
    let mut guess = place(RecordType::City, "Vík", point(63.0, -19.0));
    guess.approximate = true;
    guess.ids = vec!["insee:1".into()];
    let (gazetteer, _) = build(&[Prepared::boxed("first", vec![guess.clone()])]);
    assert!(!gazetteer.places[1].located);
    let mut better = place(RecordType::City, "Vik", point(63.4, -19.0));
    better.ids = vec!["insee:1".into()];
    let (gazetteer, _) =
        build(&[Prepared::boxed("first", vec![guess]), Prepared::boxed("second", vec![better])]);
    assert!(gazetteer.places[1].located);
    assert_eq!(Some(gazetteer.places[1].coordinates), point(63.4, -19.0));
}

#[test]
fn farms_of_one_name_are_apart_and_a_house_of_two_sources_is_one() {
    let first = vec![
        address("Hóll", "", "Selfoss", "801", (63.9, -21.0)),
        address("Hóll", "", "Selfoss", "801", (63.99, -21.0)),
        address("Austurvegur", "2 a", "Selfoss", "800", (63.93, -21.0)),
        address("Austurvegur", "4", "Selfoss", "800", (63.931, -21.0)),
    ];
    let second = vec![
        address("AUSTURVEGUR", "2A", "Selfoss", "800", (63.935, -21.0)),
        address("Austurvegur", "6", "Selfoss", "800", (63.932, -21.0)),
    ];
    let (gazetteer, _) =
        build(&[Prepared::boxed("first", first), Prepared::boxed("second", second)]);
    let named = |name: &str| -> Vec<_> {
        gazetteer.streets.iter().filter(|street| street.names.default == name).collect()
    };
    assert_eq!(named("Hóll").len(), 2);
    let houses = &named("Austurvegur")[0].houses;
    let shown: Vec<_> = houses.iter().map(|h| format!("{}{}", h.number, h.suffix)).collect();
    assert_eq!(shown, ["2a", "4", "6"]);
    assert_eq!(Some(houses[0].coordinates), point(63.93, -21.0), "the first source is trusted");
    assert_eq!(named("Austurvegur")[0].zipcodes, ["800"], "the city has 801 as well");
}

#[test]
fn an_address_without_a_city_belongs_to_the_nearest_one() {
    let cities = vec![place(RecordType::City, "Selfoss", point(63.93, -21.0))];
    let near = address("Austurvegur", "2", "", "800", (63.94, -21.01));
    let far = address("Austurvegur", "4", "", "800", (65.0, -18.0));
    let (gazetteer, report) =
        build(&[Prepared::boxed("cities", cities), Prepared::boxed("addresses", vec![near, far])]);
    assert_eq!(gazetteer.streets.len(), 1);
    assert_eq!(gazetteer.streets[0].city, 1);
    assert_eq!(report.unjoined["no city named and none near"], 1);
}

#[test]
fn a_point_goes_to_the_city_it_names_else_to_the_nearest() {
    let cities = vec![
        place(RecordType::City, "Reykjavík", point(64.135, -21.895)),
        place(RecordType::City, "Keflavík", point(64.005, -22.562)),
    ];
    let mut named = place(RecordType::Airport, "Keflavik International", point(63.985, -22.605));
    named.locality.city = AreaName::named("Reykjavík");
    let mut again = place(RecordType::Airport, "KEFLAVIK INTERNATIONAL", point(63.986, -22.6));
    again.names.alternates = vec!["KEF".into()];
    let station = place(RecordType::Bus, "Kjarninn", point(64.0, -22.56));
    let (gazetteer, _) = build(&[
        Prepared::boxed("cities", cities),
        Prepared::boxed("airports", vec![named, station]),
        Prepared::boxed("others", vec![again]),
    ]);
    let city = |index: usize| &gazetteer.places[gazetteer.points[index].city].names.default;
    assert_eq!(gazetteer.points.len(), 2);
    assert_eq!(city(0), "Reykjavík");
    assert_eq!(gazetteer.points[0].names.alternates, ["KEF"]);
    assert_eq!(city(1), "Keflavík");
}

#[test]
fn a_city_of_a_later_source_takes_the_regions_of_the_first() {
    let mut first = address("Austurvegur", "2", "Selfoss", "800", (63.93, -21.0));
    first.locality.administrative = AreaName::named("Suðurland");
    let mut region = place(RecordType::Administrative, "South", None);
    region.ids = vec!["geonames:IS.42".into()];
    let mut city = place(RecordType::City, "Hella", point(63.83, -20.4));
    city.locality.administrative = AreaName::identified("geonames:IS.42");
    let (gazetteer, _) = build(&[
        Prepared::boxed("register", vec![first]),
        Prepared::boxed("gazetteer", vec![region, city]),
    ]);
    let names: Vec<_> = gazetteer.places.iter().map(|p| p.names.default.as_str()).collect();
    assert_eq!(names, ["IS", "Suðurland", "Selfoss", "Hella"]);
    assert_eq!(gazetteer.places[3].parent, Some(1));
}

#[test]
fn a_city_goes_back_to_the_region_of_the_first_source_when_a_later_one_has_others() {
    let in_region = |name: &str, region: &str, lat, lon| {
        let mut city = place(RecordType::City, name, point(lat, lon));
        city.locality.administrative = AreaName::named(region);
        city
    };
    let gazetteer = vec![
        in_region("Selfoss", "South", 63.933, -21.0),
        in_region("Kópavogur", "Capital Region", 64.11, -21.91),
    ];
    let mut house = address("Austurvegur", "1", "Selfoss", "800", (63.934, -21.0));
    house.locality.administrative = AreaName::named("Suðurland og Reykjanes");
    house.locality.county = AreaName::named("Sveitarfélagið Árborg");
    let (gazetteer, _) =
        build(&[Prepared::boxed("gazetteer", gazetteer), Prepared::boxed("register", vec![house])]);
    let selfoss = gazetteer.places.iter().find(|p| p.names.default == "Selfoss").unwrap();
    assert_eq!(gazetteer.places[selfoss.parent.unwrap()].names.default, "South");
}

#[test]
fn a_population_beyond_what_a_shard_holds_does_not_stop_the_build() {
    let mut city = place(RecordType::City, "Hof", point(64.0, -20.0));
    city.population = u32::MAX;
    let (gazetteer, _) = build(&[Prepared::boxed("register", vec![city])]);
    geocoder_core::shard::writer::ShardWriter::new(&gazetteer).write().unwrap();
}

#[test]
fn regions_referred_to_before_they_are_described_get_their_names() {
    let mut city = place(RecordType::City, "Hella", point(63.83, -20.4));
    city.locality.administrative = AreaName::identified("geonames:IS.42");
    let mut region = place(RecordType::Administrative, "South", None);
    region.ids = vec!["geonames:IS.42".into()];
    let mut lost = place(RecordType::City, "Vík", point(63.4, -19.0));
    lost.locality.administrative = AreaName::identified("geonames:IS.99");
    let (gazetteer, report) = build(&[Prepared::boxed("one", vec![city, region, lost])]);
    let place = |name: &str| gazetteer.places.iter().find(|p| p.names.default == name).unwrap();
    let parent = |name: &str| &gazetteer.places[place(name).parent.unwrap()].names.default;
    assert_eq!(parent("Hella"), "South");
    assert_eq!(parent("Vík"), "IS");
    assert_eq!(report.warnings["area that is referred to but not described"].count, 1);
}

#[test]
fn licences_that_demand_share_alike_are_not_mixed_unasked() {
    let entries = || vec![place(RecordType::City, "Hella", point(63.83, -20.4))];
    let strict = Prepared { label: "osm", licence: ("ODbL-1.0", true), entries: entries() };
    let sources: Vec<Box<dyn Source>> =
        vec![Box::new(strict), Prepared::boxed("register", entries())];
    let country = CountryCode::parse("is").unwrap();
    let mut report = Report::default();
    let refused = assemble(country, &sources, false, &mut report, &Silent).unwrap_err();
    assert!(refused.to_string().contains("ODbL-1.0"), "{refused}");
    let mixed = assemble(country, &sources, true, &mut report, &Silent).unwrap();
    assert_eq!(mixed.attribution.len(), 2);
}

#[test]
fn cities_of_the_world_are_records_below_their_region() {
    let in_country = |mut entry: Entry, code: &str| {
        entry.locality.country = CountryCode::parse(code);
        entry
    };
    let mut paris = place(RecordType::City, "Paris", point(48.85341, 2.3488));
    paris.population = 2_138_551;
    paris.locality.administrative = AreaName::identified("geonames:FR.11");
    let mut region = place(RecordType::Administrative, "Île-de-France", None);
    region.ids = vec!["geonames:FR.11".into()];
    let texan = place(RecordType::City, "Paris", point(33.66, -95.56));
    let france = place(RecordType::Country, "France", None);
    let entries = vec![
        in_country(region, "fr"),
        in_country(paris, "fr"),
        in_country(texan, "us"),
        in_country(france, "fr"),
    ];
    let mut report = Report::default();
    let sources = [Prepared::boxed("world", entries)];
    let world = assemble(CountryCode::WORLD, &sources, false, &mut report, &Silent).unwrap();
    let names: Vec<_> = world.places.iter().map(|p| (p.names.default.as_str(), p.parent)).collect();
    assert_eq!(names, [("France", None), ("US", None), ("Île-de-France", Some(0))]);
    let cities: Vec<_> = world.points.iter().map(|p| (p.city, p.population)).collect();
    assert_eq!(cities, [(2, 2_138_551), (1, 0)]);
}

#[test]
fn a_city_that_nobody_locates_lies_in_the_middle_of_its_region() {
    let within = |mut entry: Entry| {
        entry.locality.administrative = AreaName::named("Suðurland");
        entry
    };
    let entries = vec![
        within(place(RecordType::City, "Hella", point(63.83, -20.4))),
        within(place(RecordType::City, "Nowhere", None)),
    ];
    let (gazetteer, _) = build(&[Prepared::boxed("one", entries)]);
    let lost = gazetteer.places.iter().find(|p| p.names.default == "Nowhere").unwrap();
    assert_eq!((Some(lost.coordinates), lost.located), (point(63.83, -20.4), false));
}
