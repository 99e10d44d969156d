//! Corrections that make no sense, and more of them than anyone makes.

use proptest::prelude::*;

use super::tests::{World, ask, at, first, nearest, origin};
use super::*;
use crate::RecordType;

fn any_record() -> impl Strategy<Value = PatchRecord> {
    let text = || prop_oneof!["\\PC{0,40}", "[a-zé東 ]{0,300}", Just("Brest".to_string())];
    let fields = (text(), text(), text(), text(), Just("France".to_string()));
    let fields = fields.prop_map(|(name, city, county, administrative, country)| PatchFields {
        name,
        city,
        county,
        administrative,
        country,
    });
    let house = (any::<u32>(), text(), text());
    let house = house.prop_map(|(number, suffix, street)| PatchHouse { number, suffix, street });
    let names = text().prop_map(|name| PatchNames { name: Some(name), ..PatchNames::default() });
    let coordinates = prop_oneof![
        (-5.0..0.0f64, 47.0..49.0f64).prop_map(|(lon, lat)| at(lon, lat)),
        (any::<f64>(), any::<f64>()).prop_map(|(lon, lat)| at(lon, lat)),
    ];
    let lists =
        (prop::collection::vec((text(), names), 0..3), prop::collection::vec("\\PC{0,40}", 0..4));
    let kind = (0u8..10).prop_map(|kind| RecordType::from_number(kind).unwrap());
    (kind, fields, lists, any::<u32>(), coordinates, prop::option::of(house)).prop_map(
        |(kind, default, (languages, zipcodes), population, coordinates, house)| PatchRecord {
            kind,
            default,
            languages,
            zipcodes,
            population,
            coordinates,
            house,
        },
    )
}

fn any_target() -> impl Strategy<Value = RecordRef> {
    let number = || prop_oneof![0u32..6, any::<u32>()];
    prop_oneof![
        number().prop_map(|ordinal| RecordRef::Place { ordinal }),
        (number(), number()).prop_map(|(block, index)| RecordRef::Record { block, index }),
        (number(), number(), number(), "\\PC{0,3}").prop_map(|(block, index, number, suffix)| {
            RecordRef::House { block, index, number, suffix }
        }),
        any::<[u8; 16]>().prop_map(|id| RecordRef::Added { id: CorrectionId(id) }),
    ]
}

proptest! {
    #[test]
    fn no_correction_makes_building_or_searching_panic(
        corrections in prop::collection::vec(
            (any::<[u8; 16]>(), prop::option::of(any_target()), prop::option::of(any_record())),
            0..12,
        ),
    ) {
        let mut world = World::brittany();
        world.corrections = corrections
            .into_iter()
            .map(|(id, target, record)| Correction {
                id: CorrectionId(id),
                target,
                change: record.map_or(Change::Remove, |record| Change::Put(Box::new(record))),
            })
            .collect();
        let overlay = world.overlay();
        prop_assert_eq!(overlay.len() + overlay.skipped().len(), world.corrections.len());
        let geocoder = world.geocoder();
        for query in ["brest", "rue 3", "france", "é", "東", "29200"] {
            for hit in ask(&geocoder, query, None) {
                geocoder.resolve(&origin(&hit)).unwrap();
            }
        }
        nearest(&geocoder, at(-4.49, 48.385));
    }
}

#[test]
fn a_place_is_never_put_into_what_it_contains() {
    let mut world = World::brittany();
    world.change("finistere", |record| {
        record.kind = RecordType::City;
        record.default.county = String::new();
    });
    world.change("bretagne", |record| {
        record.kind = RecordType::City;
        record.default.county = "Morbihan".into();
    });
    let geocoder = world.geocoder();
    assert_eq!(first(&geocoder, "kereon").country, "France");
    assert_eq!(first(&geocoder, "bretagne").country, "France");
}
