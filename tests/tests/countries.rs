//! Countries of every kind of source, from the bundled data to the answers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed test may panic"
)]

use std::sync::LazyLock;

use geocoder_core::gazetteer::Gazetteer;
use geocoder_core::shard::ChunkKind;
use geocoder_core::shard::writer::{ShardWriter, WrittenShard};
use geocoder_core::{
    Geocoder, Hit, LonLat, RecordType, ReverseRequest, SearchRequest, Shard, TypeSet,
};
use hereabouts_tests::{brotli_size, demo_gazetteer, listed_gazetteer};

struct Country {
    gazetteer: Gazetteer,
    written: WrittenShard,
    geocoder: Geocoder<Vec<u8>>,
}

impl Country {
    fn new(gazetteer: Gazetteer) -> Self {
        let written = ShardWriter::new(&gazetteer).write().unwrap();
        let mut geocoder = Geocoder::new();
        geocoder.insert(Shard::open(written.bytes.clone()).unwrap());
        Self { gazetteer, written, geocoder }
    }

    fn ask(&self, query: &str, language: &str) -> Vec<Hit> {
        let request = SearchRequest {
            query: query.into(),
            language: Some(language.to_string()).filter(|language| !language.is_empty()),
            ..SearchRequest::default()
        };
        self.geocoder.search(&request).unwrap().results
    }

    fn first(&self, query: &str) -> Hit {
        let hits = self.ask(query, "");
        hits.into_iter().next().unwrap_or_else(|| panic!("{query} finds nothing"))
    }

    fn reverse(&self, lat: f64, lon: f64, types: TypeSet) -> Vec<Hit> {
        let coordinates = LonLat::new(lon, lat).unwrap();
        let request = ReverseRequest { types, ..ReverseRequest::at(coordinates) };
        self.geocoder.reverse(&request).unwrap().results
    }
}

static ICELAND: LazyLock<Country> = LazyLock::new(|| Country::new(demo_gazetteer("is").unwrap()));
static WORLD: LazyLock<Country> = LazyLock::new(|| Country::new(demo_gazetteer("zz").unwrap()));

#[test]
fn an_icelandic_address_is_found_with_and_without_accents_city_and_postcode() {
    for query in ["Austurstræti 14", "austurstraeti 14 reykjavik", "Austurstræti 14, 101"] {
        let hit = ICELAND.first(query);
        let street = hit.street.as_ref().unwrap();
        assert_eq!(
            (street.name.as_str(), street.number.as_str()),
            ("Austurstræti", "14"),
            "{query}"
        );
        assert_eq!((hit.city.as_str(), hit.zipcode[0].as_str()), ("Reykjavík", "101"), "{query}");
        assert_eq!(hit.administrative, "Höfuðborgarsvæðið");
        let at = LonLat::new(hit.lng, hit.lat).unwrap();
        assert!(at.distance_m(LonLat::new(-21.93894, 64.14753).unwrap()) < 5.0, "{query}");
    }
}

#[test]
fn a_dative_form_finds_the_street_in_its_nominative() {
    assert_eq!(ICELAND.first("Borgartúni 26").street.unwrap().name, "Borgartún");
}

#[test]
fn a_farm_is_found_by_its_name_and_by_standing_there() {
    for query in ["Þjórsárholt", "thjorsarholt selfoss"] {
        let hit = ICELAND.first(query);
        assert_eq!((hit.name.as_str(), hit.kind), ("Þjórsárholt", RecordType::Street), "{query}");
        assert_eq!(hit.county, "Skeiða- og Gnúpverjahreppur");
    }
    let near = ICELAND.reverse(64.02763, -20.21684, TypeSet::default());
    assert_eq!(near[0].name, "Þjórsárholt");
}

#[test]
fn icelands_places_unite_the_register_and_geonames() {
    let hit = ICELAND.first("Reykjavik");
    assert_eq!((hit.name.as_str(), hit.kind), ("Reykjavík", RecordType::City));
    assert_eq!(hit.population, 118_918, "of GeoNames");
    assert!(hit.zipcode.contains(&"101".to_string()), "of the register");
    assert_eq!(hit.county, "Reykjavíkurborg");
    let in_russian = ICELAND.ask("Рейкьявик", "ru");
    assert_eq!(in_russian[0].name, "Рейкьявик");
    assert_eq!(ICELAND.ask("Island", "de")[0].name, "Island");
    assert_eq!(ICELAND.first("Selfoss").county, "Sveitarfélagið Árborg", "the town of that name");
}

#[test]
fn an_airport_is_found_by_its_code() {
    for query in ["KEF", "kef", "BIKF", "Keflavik airport"] {
        let hit = ICELAND.first(query);
        let expected = ("Keflavik International Airport", RecordType::Airport);
        assert_eq!((hit.name.as_str(), hit.kind), expected, "{query}");
        assert_eq!(hit.zipcode, ["235"], "that of the nearest street");
    }
}

#[test]
fn every_numbered_address_of_the_register_is_a_house_or_one_of_two_on_the_same_spot() {
    let houses: usize = ICELAND.gazetteer.streets.iter().map(|street| street.houses.len()).sum();
    assert_eq!(houses, 112_696, "115,083 numbered, 2,387 of them twice within 500 m");
    let farms = ICELAND.gazetteer.streets.iter().filter(|street| street.houses.is_empty());
    assert_eq!(farms.count(), 12_673, "of 14,121 names without a number, others have houses too");
}

#[test]
fn icelands_download_is_under_800_kilobytes() {
    let bytes = brotli_size(&ICELAND.written.bytes);
    assert!(bytes < 600_000, "{bytes} bytes");
}

#[test]
fn a_world_city_is_found_by_its_name_in_any_language_and_script() {
    for (query, name) in [
        ("Moskau", "Moscow"),
        ("Москва", "Moscow"),
        ("København", "Copenhagen"),
        ("Copenhagen", "Copenhagen"),
        ("Kopenhagen", "Copenhagen"),
        ("東京", "Tokyo"),
        ("Reykjavik", "Reykjavík"),
        ("Lon", "London"),
    ] {
        let hit = WORLD.first(query);
        assert_eq!((hit.name.as_str(), hit.kind), (name, RecordType::City), "{query}");
    }
    for (query, language, name) in [
        ("Moskau", "de", "Moskau"),
        ("Copenhagen", "fr", "Copenhague"),
        ("Tokyo", "ja", "東京都"),
        ("København", "da", "København"),
    ] {
        assert_eq!(WORLD.ask(query, language)[0].name, name, "{query} in {language}");
    }
    let moscow = &WORLD.ask("Moskau", "de")[0];
    assert_eq!(moscow.country, "Russland");
    assert_eq!((moscow.countrycode.as_str(), moscow.population), ("ru", 10_381_222));
}

#[test]
fn the_paris_that_is_meant_comes_first() {
    let paris = WORLD.first("Paris");
    assert_eq!((paris.countrycode.as_str(), paris.city.as_str()), ("fr", "Paris"));
    assert_eq!(paris.administrative, "Île-de-France");
    assert_eq!((paris.lat, paris.lng), (48.85341, 2.3488), "to the last digit");
    let texan = WORLD.first("Paris, Texas");
    assert_eq!((texan.countrycode.as_str(), texan.administrative.as_str()), ("us", "Texas"));
    assert_eq!(texan.administrativecode, "TX");
    assert_eq!(WORLD.first("Springfield Illinois").administrative, "Illinois");
}

#[test]
fn regions_and_countries_rank_by_the_inhabitants_of_their_cities() {
    use RecordType::{Administrative, City, Country};
    for (query, kind, country) in [
        ("California", Administrative, "us"),
        ("Texas", Administrative, "us"),
        ("España", Country, "es"),
        ("Bayern", Administrative, "de"),
        ("Bretagne", Administrative, "fr"),
        ("New York", City, "us"),
        ("Zürich", City, "ch"),
        ("Genève", City, "ch"),
        ("Moskau", City, "ru"),
        ("Paris", City, "fr"),
    ] {
        let hit = WORLD.first(query);
        assert_eq!((hit.kind, hit.countrycode.as_str()), (kind, country), "{query}: {}", hit.name);
    }
}

#[test]
fn a_country_is_found_by_its_names_and_codes_before_cities_that_begin_so() {
    for (query, country) in [
        ("India", "in"),
        ("日本", "jp"),
        ("usa", "us"),
        ("US", "us"),
        ("UK", "gb"),
        ("Holland", "nl"),
        ("deu", "de"),
    ] {
        let hit = WORLD.first(query);
        let found = (hit.kind, hit.countrycode.as_str());
        assert_eq!(found, (RecordType::Country, country), "{query}: {}", hit.name);
    }
    let texas = WORLD.first("TX");
    assert_eq!((texas.kind, texas.name.as_str()), (RecordType::Administrative, "Texas"));
    for (query, city, country) in [("Paris USA", "Paris", "us"), ("London UK", "London", "gb")] {
        let hit = WORLD.first(query);
        assert_eq!((hit.name.as_str(), hit.countrycode.as_str()), (city, country), "{query}");
    }
    let largest = WORLD.ask("", "").into_iter().take(3).map(|hit| hit.countrycode);
    assert_eq!(largest.collect::<Vec<_>>(), ["cn", "in", "us"]);
}

#[test]
fn the_nearest_city_of_the_world_is_found_from_anywhere() {
    let cities = TypeSet::NONE.with(RecordType::City);
    for (lat, lon, name, country) in [
        (48.86, 2.35, "Paris", "fr"),
        (-18.13, 178.45, "Suva", "fj"),
        (64.15, -21.95, "Reykjavík", "is"),
    ] {
        let hit = &WORLD.reverse(lat, lon, cities)[0];
        assert_eq!((hit.name.as_str(), hit.countrycode.as_str()), (name, country));
    }
}

#[test]
fn names_without_a_language_are_searched_and_never_shown_and_can_be_left_out() {
    assert_eq!(WORLD.first("Lutetia").name, "Paris");
    for hit in WORLD.ask("Lutetia", "la") {
        assert_ne!(hit.name, "Lutetia");
    }
    let kinds: Vec<ChunkKind> = WORLD.written.chunks.iter().map(|chunk| chunk.kind).collect();
    assert!(kinds.contains(&ChunkKind::Alternates) && kinds.contains(&ChunkKind::AlternateTerms));
}

#[test]
fn the_world_is_silent_about_countries_whose_own_shard_answers() {
    let mut geocoder = Geocoder::new();
    for country in [&*WORLD, &*ICELAND] {
        geocoder.insert(Shard::open(country.written.bytes.clone()).unwrap());
    }
    let ask = |query: &str| {
        let request = SearchRequest { query: query.into(), ..SearchRequest::default() };
        geocoder.search(&request).unwrap().results
    };
    for query in ["Reykjavik", "Iceland", ""] {
        let hits = ask(query);
        let first = &hits[0];
        let same = |hit: &&Hit| hit.kind == first.kind && hit.countrycode == "is";
        assert_eq!(first.countrycode, "is", "{query}");
        assert!(hits.iter().filter(same).count() <= 1, "{query}");
    }
    assert_eq!(ask("Akureyri")[0].county, "Akureyrarbær", "which only Iceland's own shard knows");
    assert_eq!(ask("Paris")[0].countrycode, "fr");
    let request = ReverseRequest::at(LonLat::new(-21.94, 64.147).unwrap());
    let near = geocoder.reverse(&request).unwrap().results;
    assert!(near.iter().all(|hit| hit.country == "Ísland"), "none of the world's");
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    for (code, country) in [("is", &*ICELAND), ("zz", &*WORLD)] {
        let again = ShardWriter::new(&demo_gazetteer(code).unwrap()).write().unwrap();
        assert!(again.bytes == country.written.bytes, "{code}");
    }
}

#[test]
fn a_city_of_the_whole_world_costs_less_than_45_bytes() {
    let Some(gazetteer) = listed_gazetteer("zz").unwrap() else { return };
    let world = Country::new(gazetteer);
    let cities = world.gazetteer.points.iter().filter(|point| point.kind == RecordType::City);
    let cities = cities.count();
    assert!(cities > 199_000, "{cities}");
    let alternates = [ChunkKind::Alternates, ChunkKind::AlternateTerms];
    let size = |apart: bool| {
        let chunks = world.written.chunks.iter().zip(0..);
        let chosen = chunks.filter(|(chunk, _)| alternates.contains(&chunk.kind) == apart);
        let bytes: Vec<u8> =
            chosen.flat_map(|(_, n)| hereabouts_tests::chunk(&world.written, n)).collect();
        brotli_size(&bytes) as f64 / cities as f64
    };
    let (names, untagged) = std::thread::scope(|scope| {
        let names = scope.spawn(|| size(false));
        let untagged = size(true);
        (names.join().unwrap(), untagged)
    });
    println!("a city of {cities}: {names:.2} bytes, alternates {untagged:.2}");
    assert!(names < 22.0, "{names} bytes per city");
    assert!(untagged < 30.0, "{untagged} bytes per city for alternates");
    assert_eq!(world.first("Paris").countrycode, "fr");
    assert_eq!(world.first("東京").name, "Tokyo");
}

#[test]
fn streets_of_helsinki_are_found_in_both_languages_and_shown_in_the_one_asked_for() {
    let Some(gazetteer) = listed_gazetteer("fi").unwrap() else { return };
    let helsinki = Country::new(gazetteer);
    for (query, language, name) in [
        ("Mannerheimintie", "", "Mannerheimintie"),
        ("Mannerheimvägen", "", "Mannerheimintie"),
        ("Mannerheimintie", "sv", "Mannerheimvägen"),
        ("mannerheimvagen", "sv", "Mannerheimvägen"),
        ("Aleksanterinkatu", "sv", "Alexandersgatan"),
    ] {
        let hit = &helsinki.ask(query, language)[0];
        assert_eq!(hit.name, name, "{query} in {language}");
    }
}

#[test]
fn french_communes_are_found_by_name_and_postcode_and_guesses_are_kept_from_reverse_search() {
    let Some(gazetteer) = listed_gazetteer("fr").unwrap() else { return };
    let guessed = gazetteer.places.iter().filter(|p| p.kind == RecordType::City && !p.located);
    assert_eq!(
        guessed.count(),
        18_913 + 1_263 + 20 + 8,
        "by postcode, by département, parts of cities, nowhere"
    );
    let france = Country::new(gazetteer);
    let hit = france.first("Montpellier");
    assert_eq!((hit.kind, hit.citycode.as_str()), (RecordType::City, "34172"));
    assert_eq!((hit.county.as_str(), hit.countycode.as_str()), ("Hérault", "34"));
    assert!(hit.zipcode.contains(&"34000".to_string()) && hit.population > 250_000);
    assert_eq!(france.first("L'Abergement-Clémenciat").zipcode, ["01400"]);
    assert_eq!(france.first("01400").zipcode, ["01400"]);
}
