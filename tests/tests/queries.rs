//! What people type, asked of real countries: numbers, short forms, marks, joined words, crossings,
//! words that say nothing, and what must hold letter by letter.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed test may panic"
)]

use std::sync::LazyLock;

use geocoder_core::shard::writer::ShardWriter;
use geocoder_core::{Geocoder, Hit, LonLat, Precision, RecordType, SearchRequest, Shard, TypeSet};
use hereabouts_tests::{demo_gazetteer, gazetteer, geocoder};

type Shards = Geocoder<Vec<u8>>;

fn of(country: &str) -> Shards {
    let written = ShardWriter::new(&demo_gazetteer(country).unwrap()).write().unwrap();
    let mut geocoder = Geocoder::new();
    geocoder.insert(Shard::open(written.bytes).unwrap());
    geocoder
}

/// Liechtenstein and Monaco.
static SMALL: LazyLock<Shards> = LazyLock::new(geocoder);
static ICELAND: LazyLock<Shards> = LazyLock::new(|| of("is"));
static WORLD: LazyLock<Shards> = LazyLock::new(|| of("zz"));

fn ask(geocoder: &Shards, query: &str, max_results: usize) -> Vec<Hit> {
    let request = SearchRequest { query: query.into(), max_results, ..SearchRequest::default() };
    geocoder.search(&request).unwrap().results
}

fn first(geocoder: &Shards, query: &str) -> Hit {
    let hits = ask(geocoder, query, 5);
    hits.into_iter().next().unwrap_or_else(|| panic!("{query} finds nothing"))
}

/// Checks the name and precision of the first result of each query.
fn check(geocoder: &Shards, expected: &[(&str, &str, Precision)]) {
    for (query, name, precision) in expected {
        let hit = first(geocoder, query);
        assert_eq!((hit.name.as_str(), hit.precision), (*name, *precision), "{query}");
    }
}

#[test]
fn a_number_stands_before_or_behind_the_street_with_its_suffix_in_any_spacing() {
    use Precision::Exact;
    check(
        &SMALL,
        &[
            ("Städtle 43", "Städtle 43", Exact),
            ("43 städtle vaduz", "Städtle 43", Exact),
            ("Vaduz, Städtle 43", "Städtle 43", Exact),
            ("9490 Vaduz Städtle 43", "Städtle 43", Exact),
            ("Städtle Nr. 43, 9490", "Städtle 43", Exact),
        ],
    );
    let with_suffix = gazetteer("li", "liechtenstein").unwrap();
    let streets = with_suffix.streets.iter().filter(|street| !street.names.default.contains(' '));
    let suffixed = streets.flat_map(|street| {
        let letters = street.houses.iter().filter(|house| house.suffix == "a");
        letters.map(|house| (street.names.default.as_str(), street.city, house))
    });
    let mut checked = 0;
    for (street, city, house) in suffixed.step_by(40) {
        let city = &with_suffix.places[city].names.default;
        for number in ["{}a", "{} a", "{} A", "{}-a", "{}A", "{}/a"] {
            let number = number.replace("{}", &house.number.to_string());
            let query = format!("{street} {number}, {city}");
            let hit = first(&SMALL, &query);
            let found = hit.street.as_ref().unwrap();
            assert_eq!((found.suffix.as_str(), hit.precision), ("a", Exact), "{query}");
            checked += 1;
        }
    }
    assert!(checked > 30, "{checked}");
}

#[test]
fn a_number_that_is_not_there_still_finds_the_street_and_says_so() {
    for query in ["Städtle 4711", "städtle 4711, vaduz", "4711 Städtle"] {
        let hit = first(&SMALL, query);
        assert_eq!((hit.name.as_str(), hit.precision), ("Städtle", Precision::Street), "{query}");
    }
}

#[test]
fn a_number_of_a_street_is_no_number_of_a_name_or_the_start_of_a_postcode() {
    check(
        &SMALL,
        &[
            ("1 Quai Antoine 1er", "1 Quai Antoine 1er", Precision::Exact),
            ("Quai Antoine 1er 1", "1 Quai Antoine 1er", Precision::Exact),
        ],
    );
    // 94 starts every postcode of Liechtenstein.
    let hit = first(&SMALL, "Landstrasse 94");
    assert_eq!(hit.street.unwrap().number, "94");
}

#[test]
fn joined_split_and_short_words_are_read() {
    for (query, name) in [
        ("AmBach", "Am Bach"),
        ("ambach triesen", "Am Bach"),
        ("Land strasse Vaduz", "Landstrasse"),
        ("Landstr. Vaduz", "Landstrasse"),
        ("landstr vaduz", "Landstrasse"),
        ("bd des moulins", "Boulevard des Moulins"),
        ("Bvd. des Moulins", "Boulevard des Moulins"),
        ("rue de l eglise monaco", "Rue de l'Église"),
        ("rue de l’Eglise", "Rue de l'Église"),
        ("rue leglise", "Rue de l'Église"),
        ("ave st martin", "Avenue Saint-Martin"),
    ] {
        let hits = ask(&SMALL, query, 5);
        assert_eq!(hits.first().map(|hit| hit.name.as_str()), Some(name), "{query}");
    }
    assert_eq!(first(&ICELAND, "Túng. 17").street.unwrap().name, "Túngata");
}

#[test]
fn a_short_word_may_have_an_error_beside_a_longer_one() {
    for (query, expected) in [("fot worth", "Fort Worth"), ("loz angeles", "Los Angeles")] {
        assert_eq!(first(&WORLD, query).name, expected, "{query}");
    }
    // Alone it would resemble too many others.
    assert!(ask(&WORLD, "loz ", 20).iter().all(|hit| !hit.name.starts_with("Los ")));
}

#[test]
fn a_short_form_is_read_by_where_it_stands() {
    assert_eq!(first(&WORLD, "st louis").name, "St. Louis");
    assert_eq!(first(&WORLD, "Saint Louis, MO").administrative, "Missouri");
}

#[test]
fn marks_that_are_typed_are_wanted_and_marks_that_are_not_are_no_matter() {
    assert_eq!(first(&SMALL, "Bödastrasse").name, "Bödastrasse");
    let both: Vec<String> =
        ask(&SMALL, "bodastrasse", 5).into_iter().map(|hit| hit.name).take(2).collect();
    assert!(both.contains(&"Bödastrasse".into()) && both.contains(&"Bodastrasse".into()));
    assert_eq!(first(&ICELAND, "Hóll").name, "Hóll");
    assert_eq!(first(&ICELAND, "Höll").name, "Höll");
}

#[test]
fn postcodes_are_found_alone_in_part_before_and_behind_the_city() {
    for query in ["9490", "9490 Vaduz", "Vaduz 9490", "FL-9490 Vaduz"] {
        assert_eq!(first(&SMALL, query).name, "Vaduz", "{query}");
    }
    assert!(
        ask(&SMALL, "948", 5).iter().all(|hit| hit.zipcode.iter().any(|z| z.starts_with("948")))
    );
    for query in ["98000 Monaco Cedex", "98000 Monaco Cedex 08"] {
        assert_eq!(first(&SMALL, query).name, "Monaco", "{query}");
    }
    let hit = first(&SMALL, "12 avenue de la costa 98000 Monaco Cedex 08");
    assert_eq!(hit.street.unwrap().number, "12");
}

#[test]
fn words_that_say_nothing_about_where_do_not_hide_the_address() {
    for query in [
        "Städtle 43, 2. Stock, Vaduz",
        "Städtle 43 Etage 3",
        "Städtle 43, Postfach 12, 9490 Vaduz, Liechtenstein",
        "Fürstentum Liechtenstein, Vaduz, Städtle 43",
    ] {
        assert_eq!(first(&SMALL, query).name, "Städtle 43", "{query}");
    }
}

#[test]
fn a_crossing_is_where_two_streets_meet() {
    for (query, name) in [
        ("Rue Grimaldi & Boulevard Albert 1er", "Rue Grimaldi & Boulevard Albert 1er"),
        ("rue grimaldi / rue suffren reymond", "Rue Grimaldi & Rue Suffren Reymond"),
        ("angle de la rue grimaldi et de la rue suffren", "Rue Grimaldi & Rue Suffren Reymond"),
        ("corner of rue grimaldi and rue suffren reymond", "Rue Grimaldi & Rue Suffren Reymond"),
        ("Aeulestrasse & Städtle, Vaduz", "Äulestrasse & Städtle"),
        ("Städtle Ecke Äulestrasse", "Städtle & Äulestrasse"),
        ("Städtle und Äulestrasse", "Städtle & Äulestrasse"),
    ] {
        let hit = first(&SMALL, query);
        let found = (hit.name.as_str(), hit.kind, hit.precision);
        assert_eq!(found, (name, RecordType::Street, Precision::Exact), "{query}");
    }
    // Vaduz's bus stop of that crossing stands nearby.
    let hit = first(&SMALL, "Aeulestrasse & Städtle, Vaduz");
    let at = LonLat::new(hit.lng, hit.lat).unwrap();
    assert!(at.distance_m(LonLat::new(9.52091, 47.141).unwrap()) < 50.0);
    // Streets that do not meet are found one by one.
    assert!(first(&SMALL, "Städtle & Boulevard des Moulins").precision == Precision::Street);
}

#[test]
fn a_quarter_is_named_in_place_of_its_city_and_a_city_in_place_of_the_one_beside() {
    for query in ["Boulevard des Moulins 2, Monte-Carlo", "2 bd des moulins monte carlo"] {
        assert_eq!(first(&SMALL, query).name, "2 Boulevard des Moulins", "{query}");
    }
}

#[test]
fn regions_are_named_by_their_codes() {
    for (query, region) in [
        ("Springfield MO", "Missouri"),
        ("Springfield, IL", "Illinois"),
        ("Springfield, Illinois", "Illinois"),
        ("Paris, TX", "Texas"),
        ("Portland OR", "Oregon"),
        ("Paris FR", "Île-de-France"),
    ] {
        assert_eq!(first(&WORLD, query).administrative, region, "{query}");
    }
    // A code is searched and never shown.
    assert!(!first(&WORLD, "Texas").highlight.contains("TX"));
}

#[test]
fn the_beginning_of_a_name_of_several_words_is_a_beginning_like_any() {
    assert_eq!(first(&ICELAND, "Suðurland").kind, RecordType::Administrative);
    for (query, name) in [
        ("sao", "São Paulo"),
        ("new y", "New York City"),
        ("new york", "New York City"),
        ("los a", "Los Angeles"),
        ("rio de", "Rio de Janeiro"),
        ("Mos", "Moscow"),
    ] {
        assert_eq!(first(&WORLD, query).name, name, "{query}");
    }
    assert_eq!(first(&SMALL, "Im L").kind, RecordType::Street);
}

#[test]
fn the_largest_cities_are_among_the_first_of_their_beginnings() {
    let gazetteer = demo_gazetteer("zz").unwrap();
    let mut cities: Vec<_> =
        gazetteer.points.iter().filter(|point| point.kind == RecordType::City).collect();
    cities.sort_by_key(|city| std::cmp::Reverse(city.population));
    for (letters, least) in [(2, 170), (3, 190), (4, 195)] {
        let found = cities.iter().take(200).filter(|city| {
            let name = &city.names.default;
            let query: String = name.chars().take(letters).collect();
            ask(&WORLD, &query, 20).iter().any(|hit| hit.name == *name)
        });
        let found = found.count();
        println!("{found} of 200 cities by {letters} letters");
        assert!(found >= least, "{found} of 200 by {letters} letters");
    }
}

#[test]
fn coordinates_bring_near_things_up_and_do_not_drown_famous_ones() {
    let near = |query: &str, lon: f64, lat: f64| {
        let request = SearchRequest {
            query: query.into(),
            coordinates: LonLat::new(lon, lat),
            max_results: 5,
            ..SearchRequest::default()
        };
        WORLD.search(&request).unwrap().results
    };
    let illinois = near("Springfield", -89.0, 39.8);
    assert_eq!(illinois[0].administrative, "Illinois");
    let oregon = near("Springfield", -123.0, 44.0);
    assert_eq!(oregon[0].administrative, "Oregon");
    for (query, name) in [("lond", "London"), ("pari", "Paris"), ("berl", "Berlin")] {
        let hits = near(query, -89.0, 39.8);
        assert!(hits.iter().any(|hit| hit.name == name), "{query}");
    }
}

#[test]
fn types_are_asked_for_and_left_out() {
    let ask = |types: TypeSet| {
        let request =
            SearchRequest { query: "Vaduz".into(), types, max_results: 20, ..Default::default() };
        SMALL.search(&request).unwrap().results
    };
    let only = ask(TypeSet::NONE.with(RecordType::Bus));
    assert!(!only.is_empty() && only.iter().all(|hit| hit.kind == RecordType::Bus));
    let without = ask(TypeSet::ALL.without(RecordType::Bus));
    assert!(!without.is_empty() && without.iter().all(|hit| hit.kind != RecordType::Bus));
}

/// While a name is typed, a result that was found stays among the first twenty, unless more than
/// twenty results whose names have the typed words in full take their places.
#[test]
fn a_result_never_vanishes_while_it_is_typed() {
    for (country, extract) in [("li", "liechtenstein"), ("mc", "monaco")] {
        let gazetteer = gazetteer(country, extract).unwrap();
        let mut typed = 0;
        for street in gazetteer.streets.iter().step_by(7) {
            let name = &street.names.default;
            let mut found_before = false;
            for (at, letter) in name.char_indices() {
                let query = name.get(..at + letter.len_utf8()).unwrap();
                let hits = ask(&SMALL, query, 20);
                let found = hits.iter().any(|hit| hit.name == *name);
                let last = query.rsplit([' ', '-', '\'']).next().unwrap_or_default().to_lowercase();
                let whole = |hit: &&Hit| {
                    let words = hit.name.to_lowercase();
                    words.split([' ', '-', '\'']).any(|word| word == last)
                };
                let crowd = hits.len() == 20 && hits.iter().filter(whole).count() >= 10;
                let number = last.bytes().any(|byte| byte.is_ascii_digit());
                assert!(
                    found || !found_before || crowd || number || last.len() < 3,
                    "{query:?} loses {name:?}: {:?}",
                    hits.iter().map(|hit| &hit.name).collect::<Vec<_>>()
                );
                found_before = found;
                typed += 1;
            }
            assert!(found_before || name.len() < 3, "{name} in full");
        }
        assert!(typed > 500, "{typed}");
    }
}

#[test]
fn hostile_queries_are_answered() {
    let long = "Städtle ".repeat(1300);
    let letters = "a".repeat(10_000);
    let digits = "9".repeat(10_000);
    let emoji = "🏔️👨‍👩‍👧".repeat(400);
    for query in [
        long.as_str(),
        &letters,
        &digits,
        &emoji,
        "\0",
        "Städtle\0 43",
        "\u{202e}eltdätS 34",
        "\u{200b}\u{200d}\u{feff}",
        "& & &",
        "/ & @ ×",
        "a & ",
        " & b",
        "et et et et",
        "corner of",
        "Ecke Ecke Ecke",
        "12-12-12/3/4 b-c",
        "%%%%''''\"\"\"",
        "ääääääääääääääääääääääääää ",
        "́́́́",
    ] {
        for geocoder in [&*SMALL, &*ICELAND, &*WORLD] {
            assert!(ask(geocoder, query, 20).len() <= 20);
        }
    }
}

/// Queries of one and two words, whole and cut, from names of the source.
fn sampled_queries(country: &str, step: usize) -> Vec<String> {
    let gazetteer = demo_gazetteer(country).unwrap();
    let places = gazetteer.places.iter().map(|place| &place.names.default);
    let streets = gazetteer.streets.iter().map(|street| &street.names.default);
    let points = gazetteer.points.iter().map(|point| &point.names.default);
    let names: Vec<String> =
        places.chain(streets).chain(points).step_by(step).map(|name| name.to_lowercase()).collect();
    let mut queries = Vec::new();
    for (name, other) in names.iter().zip(names.iter().rev()) {
        for letters in [1, 2, 3, 5] {
            queries.push(name.chars().take(letters).collect());
        }
        queries.push(name.clone());
        queries.push(format!("{name} {other}"));
        // Without the second letter: what is found resembles the word only.
        queries.push(name.chars().enumerate().filter(|(n, _)| *n != 1).map(|(_, c)| c).collect());
    }
    // Numbers and marks of letters are looked up on the best candidates only.
    queries.retain(|query: &String| query.is_ascii() && !query.contains(char::is_numeric));
    queries
}

/// A search looks no further once nothing can reach the results that are asked for. With more of
/// them it looks further: would it then find better ones, it had stopped too early.
#[test]
fn asking_for_more_results_never_changes_the_first_ones() {
    let mut checked = 0;
    for (country, geocoder, step) in [("is", &ICELAND, 130), ("zz", &WORLD, 350)] {
        for query in sampled_queries(country, step) {
            let few = ask(geocoder, &query, 1);
            let many = ask(geocoder, &query, 20);
            let label = |hit: &Hit| (hit.name.clone(), hit.city.clone(), hit.coordinates.clone());
            assert_eq!(few.first().map(label), many.first().map(label), "{query}");
            checked += 1;
        }
    }
    assert!(checked > 1_000, "{checked}");
}
