//! What corrections of a record say about what it is in: names in languages, renamed streets.

use super::tests::{World, ask, at, first};
use super::*;
use crate::Hit;

fn city(name: &str) -> PatchNames {
    PatchNames { city: Some(name.into()), ..PatchNames::default() }
}

/// Gives a record names of what contains it in a language, and nothing else.
fn translate(world: &mut World, query: &str, language: &str, names: PatchNames) {
    world.change(query, |record| record.languages = vec![(language.into(), names)]);
}

fn shown(world: &World, query: &str, language: &str) -> Hit {
    ask(&world.geocoder(), query, Some(language)).swap_remove(0)
}

#[test]
fn what_contains_a_record_is_called_as_its_translation_says_where_it_has_no_name_in_the_language() {
    let mut world = World::brittany();
    let county = Some("Penn-ar-Bed".into());
    let administrative = Some("Breizh".into());
    let country = Some("Bro-C'hall".into());
    let names = PatchNames { county, administrative, country, ..city("Kemper") };
    translate(&mut world, "rue kereon", "br", names);
    let hit = shown(&world, "rue kereon", "br");
    assert_eq!([hit.city.as_str(), &hit.county], ["Kemper", "Penn-ar-Bed"]);
    assert_eq!([hit.administrative.as_str(), &hit.country], ["Breizh", "Bro-C'hall"]);
    // So is all else that it contains, and it is found by that name.
    assert_eq!(shown(&world, "rue de siam", "br").county, "Penn-ar-Bed");
    assert_eq!(first(&world.geocoder(), "kemper").name, "Quimper");
    assert_eq!(shown(&world, "kemper", "br").name, "Kemper");
    assert_eq!(shown(&world, "rue kereon", "de").city, "Quimper");
}

#[test]
fn a_name_that_a_place_has_in_a_language_stays() {
    let mut world = World::brittany();
    translate(&mut world, "rue de siam", "br", city("Breizh-Kêr"));
    assert_eq!(shown(&world, "rue de siam", "br").city, "Brest-Kêr");
    // So does the one that a correction of its own gives it.
    let mut world = World::brittany();
    translate(&mut world, "rue kereon", "br", city("Kamper"));
    let own = PatchNames { name: Some("Kemper".into()), ..PatchNames::default() };
    translate(&mut world, "quimper", "br", own);
    assert_eq!(shown(&world, "rue kereon", "br").city, "Kemper");
}

#[test]
fn a_translation_of_a_house_is_one_of_its_city_as_well() {
    let mut world = World::brittany();
    translate(&mut world, "9 rue kereon", "br", city("Kemper"));
    assert_eq!(shown(&world, "9 rue kereon", "br").city, "Kemper");
}

#[test]
fn the_street_of_a_house_is_called_as_its_translation_says_where_it_has_no_name_in_the_language() {
    let mut world = World::brittany();
    let straed = PatchNames { name: Some("Straed Kereon".into()), ..PatchNames::default() };
    translate(&mut world, "9 rue kereon", "br", straed);
    assert_eq!(shown(&world, "9 rue kereon", "br").name, "9 Straed Kereon");
    assert_eq!(shown(&world, "straed kereon", "br").name, "Straed Kereon");
    assert_eq!(shown(&world, "straed kereon", "fr").name, "Rue Kéréon");
    // A correction of the street itself counts before it.
    let own = PatchNames { name: Some("Straed ar C'here".into()), ..PatchNames::default() };
    translate(&mut world, "rue kereon", "br", own);
    assert_eq!(shown(&world, "9 rue kereon", "br").name, "9 Straed ar C'here");
}

#[test]
fn a_city_that_a_record_calls_itself_is_not_what_contains_it() {
    let mut world = World::brittany();
    translate(&mut world, "quimper", "br", city("Kemper"));
    assert_eq!(shown(&world, "quimper", "br").name, "Quimper");
}

#[test]
fn a_house_added_to_a_street_goes_along_when_that_gets_another_name() {
    let mut world = World::brittany();
    let (_, mut house) = world.found("9 rue kereon");
    house.house =
        Some(PatchHouse { number: 11, suffix: String::new(), street: "Rue Kéréon".into() });
    house.coordinates = at(-4.1031, 47.9951);
    world.put(None, house.clone());
    let street = world.change("rue kereon", |record| record.default.name = "Straed Kereon".into());
    let hit = first(&world.geocoder(), "11 straed kereon");
    assert_eq!((hit.name.as_str(), hit.lng), ("11 Straed Kereon", -4.1031));
    let all = ask(&world.geocoder(), "rue kereon", None);
    assert!(all.iter().all(|hit| hit.name != "Rue Kéréon"), "{all:?}");
    // A street that has the name now counts before one that had it.
    let (_, mut other) = world.found("rue jean jaures");
    other.default = PatchFields { name: "Rue Kéréon".into(), ..house.default.clone() };
    other.zipcodes = house.zipcodes.clone();
    other.coordinates = at(-4.2, 48.0);
    world.put(None, other);
    assert_eq!(first(&world.geocoder(), "11 rue kereon").name, "11 Rue Kéréon");
    // Nor does it stay with a street that is gone.
    world.corrections.pop();
    let renamed = world.corrections.iter_mut().find(|other| other.id == street);
    renamed.unwrap().change = Change::Remove;
    assert_eq!(first(&world.geocoder(), "11 rue kereon").name, "11 Rue Kéréon");
}
