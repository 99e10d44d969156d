//! Cities as records: answered as cities that are places, whether their alternates are apart or
//! not, and with chunks missing.
#![cfg(feature = "build")]
#![expect(clippy::unwrap_used, reason = "a test that finds something missing has failed")]

use geocoder_core::gazetteer::{Gazetteer, Names, PlaceRecord, PointRecord};
use geocoder_core::shard::ChunkKind;
use geocoder_core::shard::writer::{ShardWriter, WrittenShard, repair_checksums};
use geocoder_core::{
    CountryCode, Geocoder, Hit, LonLat, Precision, RecordType, ReverseRequest, SearchRequest,
    SearchResponse, Shard, TypeSet, Weights,
};
use proptest::prelude::*;

/// A city before it is decided how it is stored.
#[derive(Debug, Clone)]
struct City {
    names: Names,
    /// Number of its region, or of none.
    region: usize,
    population: u32,
    coordinates: LonLat,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Layout {
    Places,
    Records { separate_alternates: bool },
}

const LAYOUTS: [Layout; 3] = [
    Layout::Places,
    Layout::Records { separate_alternates: false },
    Layout::Records { separate_alternates: true },
];

fn place(kind: RecordType, name: &str, parent: Option<usize>, code: &str) -> PlaceRecord {
    PlaceRecord {
        kind,
        names: Names::new(name),
        parent,
        coordinates: LonLat { lon: 2.0, lat: 47.0 },
        population: 0,
        zipcodes: Vec::new(),
        code: code.into(),
        importance: 0,
        located: false,
        boundary: Vec::new(),
    }
}

/// Writes two countries, each with a region, and cities in them.
fn write(cities: &[City], layout: Layout) -> WrittenShard {
    let mut gazetteer = Gazetteer {
        country: CountryCode::parse("zz"),
        places: vec![
            place(RecordType::Country, "France", None, "FR"),
            place(RecordType::Country, "Etats-Unis", None, "US"),
            place(RecordType::Administrative, "Bretagne", Some(0), ""),
            place(RecordType::Administrative, "Texas", Some(1), "TX"),
        ],
        separate_alternates: layout == Layout::Records { separate_alternates: true },
        ..Gazetteer::default()
    };
    for city in cities {
        let City { names, region, population, coordinates } = city.clone();
        let digits = u32::BITS - population.leading_zeros();
        let importance = u8::try_from(digits * 11).unwrap_or(u8::MAX);
        if layout == Layout::Places {
            gazetteer.places.push(PlaceRecord {
                names,
                coordinates,
                population,
                importance,
                located: true,
                ..place(RecordType::City, "", Some(region), "")
            });
        } else {
            gazetteer.points.push(PointRecord {
                kind: RecordType::City,
                names,
                city: region,
                zipcodes: Vec::new(),
                coordinates,
                population,
                importance,
            });
        }
    }
    ShardWriter::new(&gazetteer).write().unwrap()
}

fn geocoder(shard: &WrittenShard) -> Geocoder<Vec<u8>> {
    let mut geocoder = Geocoder::new();
    geocoder.insert(Shard::open(shard.bytes.clone()).unwrap());
    geocoder
}

fn request(query: &str) -> SearchRequest {
    SearchRequest { query: query.into(), max_results: 20, explain: true, ..Default::default() }
}

fn search(shard: &WrittenShard, query: &str) -> SearchResponse {
    geocoder(shard).search(&request(query)).unwrap()
}

fn city(name: &str, region: usize, population: u32, lon: f64, lat: f64) -> City {
    City { names: Names::new(name), region, population, coordinates: LonLat { lon, lat } }
}

/// Cities that share names, and one that has others in two scripts.
fn sample() -> Vec<City> {
    let mut paris = city("Paris", 0, 2_138_551, 2.3488, 48.85341);
    paris.names.languages = vec![("it".into(), "Parigi".into()), ("ja".into(), "パリ".into())];
    paris.names.alternates =
        ["Lutece", "PARIS", "Parigi", "Lutetia Parisiorum"].map(String::from).to_vec();
    let mut tokyo = city("Tokyo", 0, 8_336_599, 139.69171, 35.6895);
    tokyo.names.alternates = vec!["東京都".into(), "Edo".into(), "...".into()];
    vec![
        paris,
        tokyo,
        city("Paris", 3, 24_782, -95.55551, 33.66094),
        city("Brest", 2, 144_899, -4.48628, 48.39029),
        city("Anadyr", 1, 13_045, 177.50867, 64.73424),
    ]
}

#[test]
fn a_city_record_is_presented_as_a_city_in_its_region_and_country() {
    for layout in LAYOUTS {
        let shard = write(&sample(), layout);
        let request = SearchRequest {
            query: "paris".into(),
            language: Some("it".into()),
            types: TypeSet::NONE.with(RecordType::City),
            ..Default::default()
        };
        let hits = geocoder(&shard).search(&request).unwrap().results;
        let shown: Vec<_> = hits
            .iter()
            .map(|hit| (&*hit.name, &*hit.city, &*hit.country, &*hit.countrycode, hit.population))
            .collect();
        let expected = [
            ("Parigi", "Parigi", "France", "fr", 2_138_551),
            ("Paris", "Paris", "Etats-Unis", "us", 24_782),
        ];
        assert_eq!(shown, expected, "{layout:?}");
        assert_eq!(hits[0].kind, RecordType::City);
        assert_eq!(hits[0].precision, Precision::Area);
        assert_eq!((&*hits[1].administrative, &*hits[1].administrativecode), ("Texas", "TX"));
        assert_eq!(hits[1].highlight, "<mark>Paris</mark>");
        // Precise to two units of 1e-5 degree, even in a place that spans half the globe.
        assert!((hits[0].lat - 48.85341).abs() < 2e-5 && (hits[0].lng - 2.3488).abs() < 2e-5);
    }
}

#[test]
fn other_types_exclude_city_records() {
    let shard = write(&sample(), LAYOUTS[1]);
    let types = TypeSet::ALL.without(RecordType::City);
    let request = SearchRequest { query: "paris".into(), types, ..Default::default() };
    assert!(geocoder(&shard).search(&request).unwrap().results.is_empty());
}

#[test]
fn alternates_are_found_by_whole_words_beginnings_errors_and_pairs_of_letters() {
    for layout in LAYOUTS {
        let shard = write(&sample(), layout);
        for (query, name) in [
            ("lutece", "Paris"),
            ("lutet", "Paris"),
            ("luteca", "Paris"),
            ("lutetia paris france", "Paris"),
            ("edo", "Tokyo"),
            ("東京", "Tokyo"),
            ("京都", "Tokyo"),
            ("paris texas", "Paris"),
        ] {
            let answer = search(&shard, query);
            let hit = answer.results.first().unwrap_or_else(|| panic!("{query} {layout:?}"));
            assert_eq!(hit.name, name, "{query} {layout:?}");
            assert_eq!(hit.administrative == "Texas", query.contains("texas"), "{query}");
        }
    }
}

fn with_alternate(alternate: &str, city: City) -> City {
    let names = Names { alternates: vec![alternate.into()], ..city.names };
    City { names, ..city }
}

fn found(shard: &WrittenShard, query: &str) -> Vec<String> {
    search(shard, query).results.into_iter().map(|hit| hit.name).collect()
}

#[test]
fn what_hardly_means_the_query_leaves_room_for_what_resembles_it() {
    let cities = [
        with_alternate("Nova Kanana", city("New Canaan", 3, 20_000, -73.5, 41.1)),
        city("Kandana", 2, 33_000, 2.0, 47.0),
        city("Kinana", 2, 800, 2.5, 47.0),
    ];
    for layout in LAYOUTS {
        let shard = write(&cities, layout);
        assert_eq!(found(&shard, "kanana"), ["Kandana", "Kinana", "New Canaan"], "{layout:?}");
        // What is typed in full leaves none, be it another name.
        assert_eq!(found(&shard, "nova kanana"), ["New Canaan"], "{layout:?}");
        assert_eq!(found(&shard, "kinana"), ["Kinana"], "{layout:?}");
        // The first result does not depend on how many are asked for.
        let one = SearchRequest { max_results: 1, ..request("kanana") };
        assert_eq!(geocoder(&shard).search(&one).unwrap().results[0].name, "Kandana");
    }
}

#[test]
fn another_name_with_an_error_counts_less_than_the_one_that_is_shown() {
    let cities = [
        with_alternate("Zoola", city("Tula", 3, 1_200_000, 37.6, 54.2)),
        city("Zouila", 2, 4_000, 10.9, 35.4),
    ];
    for layout in LAYOUTS {
        let shard = write(&cities, layout);
        assert_eq!(found(&shard, "zoula"), ["Zouila", "Tula"], "{layout:?}");
        assert_eq!(found(&shard, "zoola")[0], "Tula", "{layout:?}");
    }
}

#[test]
fn the_nearest_cities_come_first_and_then_what_is_around_the_nearest() {
    for layout in [LAYOUTS[1], LAYOUTS[2]] {
        let shard = write(&sample(), layout);
        let at = LonLat { lon: -4.5, lat: 48.4 };
        let ask = |types| {
            let request = ReverseRequest { types, ..ReverseRequest::at(at) };
            geocoder(&shard).reverse(&request).unwrap().results
        };
        let names = |hits: &[Hit]| hits.iter().map(|hit| hit.name.clone()).collect::<Vec<_>>();
        let all = ask(TypeSet::ALL);
        assert_eq!(names(&all), ["Brest", "Bretagne", "France"]);
        assert!((1_000.0..2_000.0).contains(&all[0].distance_m.unwrap()));
        let areas = TypeSet::NONE.with(RecordType::Administrative).with(RecordType::Country);
        assert_eq!(names(&ask(areas)), ["Bretagne", "France"]);
        assert_eq!(names(&ask(TypeSet::NONE.with(RecordType::City))), ["Brest"]);
        // Streets and points are asked for in vain.
        assert!(ask(TypeSet::NONE.with(RecordType::Street)).is_empty());
        let ocean = ReverseRequest::at(LonLat { lon: -30.0, lat: 20.0 });
        assert!(geocoder(&shard).reverse(&ocean).unwrap().results.is_empty());
    }
}

#[test]
fn without_the_chunks_of_alternates_all_else_is_found_and_they_are_named() {
    let shard = write(&sample(), LAYOUTS[2]);
    let chunk = |number: usize| {
        let info = &shard.chunks[number];
        let start = usize::try_from(info.offset).unwrap();
        shard.bytes[start..start + usize::try_from(info.size).unwrap()].to_vec()
    };
    let apart = |kind| matches!(kind, ChunkKind::AlternateTerms | ChunkKind::Alternates);
    let mut part = Shard::open_partial(chunk(0), chunk(1)).unwrap();
    let numbers = 2..u32::try_from(shard.chunks.len()).unwrap();
    let kind_of = |number: u32| shard.chunks[number as usize].kind;
    for number in numbers.clone().filter(|number| !apart(kind_of(*number))) {
        part.insert_chunk(number, chunk(number as usize)).unwrap();
    }
    let mut geocoder = Geocoder::new();
    geocoder.insert(part);
    let answer = geocoder.search(&request("paris")).unwrap();
    assert_eq!(answer.results, search(&shard, "paris").results);
    let kinds: Vec<_> = answer.missing_chunks.iter().map(|id| kind_of(id.chunk)).collect();
    assert_eq!(kinds, [ChunkKind::AlternateTerms]);
    assert!(geocoder.search(&request("edo")).unwrap().results.is_empty());
    // Chunk by chunk, in the order in which they are asked for.
    let mut asked = Vec::new();
    while let Some(id) = geocoder.search(&request("edo")).unwrap().missing_chunks.first().copied() {
        asked.push(kind_of(id.chunk));
        let mut part = geocoder.remove(id.country).unwrap();
        part.insert_chunk(id.chunk, chunk(id.chunk as usize)).unwrap();
        geocoder.insert(part);
    }
    assert_eq!(asked, [ChunkKind::AlternateTerms, ChunkKind::Alternates]);
    let answer = geocoder.search(&request("edo")).unwrap();
    assert_eq!(answer, search(&shard, "edo"));
    assert_eq!(answer.results[0].name, "Tokyo");
}

#[test]
fn alternates_of_the_same_terms_as_another_name_take_no_room() {
    let mut plain = sample();
    for city in &mut plain {
        city.names.alternates.retain(|name| !["PARIS", "Parigi", "..."].contains(&name.as_str()));
    }
    for layout in LAYOUTS {
        assert_eq!(write(&sample(), layout).bytes, write(&plain, layout).bytes);
    }
}

#[test]
fn broken_content_with_right_checksums_never_panics() {
    let bytes = write(&sample(), LAYOUTS[2]).bytes;
    for at in 0..bytes.len() {
        for value in [0x00, 0x01, 0x55, 0xff] {
            let mut changed = bytes.clone();
            changed[at] = value;
            repair_checksums(&mut changed);
            let Ok(shard) = Shard::open(changed) else { continue };
            let _ = shard.verify();
            let mut geocoder = Geocoder::new();
            geocoder.insert(shard);
            let _ = geocoder.search(&request("lutece parxs"));
            let _ = geocoder.reverse(&ReverseRequest::at(LonLat { lon: 2.3, lat: 48.8 }));
        }
    }
}

/// What results say, without what may differ between layouts: the order of equal scores, and
/// which of several that nobody can tell apart stands for them.
fn said(response: &SearchResponse) -> Vec<String> {
    let mut said: Vec<String> = response
        .results
        .iter()
        .map(|hit| {
            let score = hit.explain.as_ref().map_or(0.0, |explain| explain.score);
            let Hit { name, city, administrative, countrycode, population, kind, .. } = hit;
            let precision = hit.precision;
            format!(
                "{score:9.3} {name} {city} {administrative} {countrycode} {population} {kind:?} \
                 {precision:?} {}",
                hit.highlight
            )
        })
        .collect();
    said.sort();
    said
}

prop_compose! {
    fn any_city(words: &'static str)(
        default in prop::collection::vec(words, 1..3),
        other in prop::option::of(words),
        alternates in prop::collection::vec(prop::collection::vec(words, 1..3), 0..3),
        region in 0usize..4,
        population in prop_oneof![Just(0u32), 1u32..3000, 1_000_000u32..9_000_000],
        lon in -17_000i32..17_000,
        lat in -8_000i32..8_000,
    ) -> City {
        let mut names = Names::new(default.join(" "));
        names.languages = other.map(|name| ("it".into(), name)).into_iter().collect();
        names.alternates = alternates.iter().map(|words| words.join("-")).collect();
        let degrees = |hundredths: i32| f64::from(hundredths) / 100.0;
        City { names, region, population, coordinates: LonLat { lon: degrees(lon), lat: degrees(lat) } }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    /// Words are too short to be matched with errors, which each dictionary allows for itself.
    #[test]
    fn city_records_are_answered_as_cities_that_are_places(
        cities in prop::collection::vec(any_city("(ab|abc|bac|ca|c|tex|東京)"), 1..14),
        query in prop::collection::vec("(ab|abc|bac|ca|c|a|texas|bre|france|東京)", 1..4),
    ) {
        let expected = said(&search(&write(&cities, Layout::Places), &query.join(" ")));
        for layout in [LAYOUTS[1], LAYOUTS[2]] {
            let found = said(&search(&write(&cities, layout), &query.join(" ")));
            prop_assert_eq!(&found, &expected, "{:?}", layout);
        }
    }

    #[test]
    fn answers_are_the_same_whether_alternates_are_apart_or_not(
        cities in prop::collection::vec(any_city("(marta|martha|sankt|florian|sanktflorian|a|東京都)"), 1..40),
        query in prop::collection::vec("(marta|mart|markta|santk|flo|florain|sanktflorian|京都|texas|x)", 1..4),
        max_results in 1usize..8,
    ) {
        let request = SearchRequest { query: query.join(" "), max_results, ..Default::default() };
        let together = geocoder(&write(&cities, LAYOUTS[1])).search(&request).unwrap();
        let apart = geocoder(&write(&cities, LAYOUTS[2])).search(&request).unwrap();
        prop_assert_eq!(together, apart);
    }

    #[test]
    fn reverse_finds_the_nearest_cities(
        cities in prop::collection::vec(any_city("[a-z]{5}"), 1..60),
        lon in -170.0f64..170.0, lat in -80.0f64..80.0,
    ) {
        // Close to one another, so that some are within reach.
        let cities: Vec<City> = cities
            .into_iter()
            .map(|mut city| {
                city.coordinates.lon = lon + city.coordinates.lon / 100.0;
                city.coordinates.lat = lat + city.coordinates.lat / 100.0;
                city
            })
            .collect();
        let at = LonLat { lon, lat };
        let mut expected: Vec<f64> =
            cities.iter().map(|city| at.distance_m(city.coordinates)).filter(|m| *m < 99_990.0).collect();
        expected.sort_by(f64::total_cmp);
        expected.truncate(20);
        let request = ReverseRequest {
            types: TypeSet::NONE.with(RecordType::City),
            max_results: 20,
            ..ReverseRequest::at(at)
        };
        let found = geocoder(&write(&cities, LAYOUTS[2])).reverse(&request).unwrap().results;
        prop_assert!(found.len() >= expected.len());
        for (hit, expected) in found.iter().zip(expected) {
            prop_assert!((hit.distance_m.unwrap() - expected).abs() < 4.0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    /// More than a thousand terms start so: most of where they occur is never read.
    #[test]
    fn a_beginning_finds_what_a_look_at_every_city_finds(
        cities in prop::collection::vec(any_city("(a[a-z]{2}|ka[ab]{0,9}|ka[a-z]{3}|ka[a-z]{4})"), 1600),
        queries in prop::collection::vec("(a[a-z]{2} )?ka?", 12),
        language in prop::option::of(Just("it")),
    ) {
        let [expected, together, apart] = LAYOUTS.map(|layout| geocoder(&write(&cities, layout)));
        for query in queries {
            let language = language.map(Into::into);
            let request = SearchRequest { language, ..request(&query) };
            let scores = |geocoder: &Geocoder<Vec<u8>>| -> Vec<f32> {
                let found = geocoder.search(&request).unwrap();
                found.results.iter().map(|hit| hit.explain.as_ref().unwrap().score).collect()
            };
            let expected = scores(&expected);
            prop_assert_eq!(&scores(&together), &expected, "{}", query);
            prop_assert_eq!(&scores(&apart), &expected, "{}, apart", query);
        }
    }
}

#[test]
fn larger_cities_are_found_by_a_part_of_their_names_as_far_as_they_are_before_smaller_ones() {
    let mut cities: Vec<City> =
        (0..300).map(|n| city("Kaza", 3, 100, -90.0 + f64::from(n) / 10.0, 30.0)).collect();
    // What the rest of a name costs: as much as a factor of about twenty in inhabitants.
    for (name, population) in
        [("Kaza Berlin", 10_000), ("Berlin Kaza Ulm", 400_000), ("Kaza Ulm", 900)]
    {
        cities.push(city(name, 2, population, 2.0, 47.0 + f64::from(population) / 1e6));
    }
    cities.extend((0..300).map(|n| city("Berlin Ulm", 2, 100, f64::from(n) / 100.0, 48.0)));
    for layout in LAYOUTS {
        let shard = write(&cities, layout);
        for query in ["kaza", "kaz", "k"] {
            let found = search(&shard, query);
            let names: Vec<&str> = found.results.iter().map(|hit| hit.name.as_str()).collect();
            assert_eq!(names[..2], ["Kaza Berlin", "Kaza"], "{query} {layout:?}");
        }
    }
}

#[test]
fn a_shard_is_ranked_by_its_own_weights() {
    let mut gazetteer = Gazetteer {
        country: CountryCode::parse("zz"),
        places: vec![place(RecordType::Country, "France", None, "FR")],
        ..Gazetteer::default()
    };
    gazetteer
        .places
        .push(PlaceRecord { population: 100_000, ..place(RecordType::City, "Brest", Some(0), "") });
    let points_of_size = |weights: Weights| {
        let shard = ShardWriter::new(&gazetteer).weights(weights).write().unwrap();
        let hits = search(&shard, "brest").results;
        let terms = hits[0].explain.clone().unwrap().terms;
        terms.into_iter().find(|(name, _)| *name == "population").unwrap().1
    };
    let usual = points_of_size(Weights::default());
    let doubled = Weights { population: 2.0 * Weights::default().population, ..Weights::default() };
    assert!((points_of_size(doubled) - 2.0 * usual).abs() < 1e-4);
    let broken = Weights { population: f32::NAN, ..Weights::default() };
    let shard = ShardWriter::new(&gazetteer).weights(broken).write().unwrap();
    assert!(Shard::open(shard.bytes).is_err());
}
