//! Tests of own records: the schema and the reader agree.

use std::io::Write;

use serde_json::json;

use super::super::collected::Collected;
use super::*;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../docs/record.schema.json")).unwrap()
}

fn examples() -> Vec<Value> {
    schema()["examples"].as_array().unwrap().clone()
}

/// What the reader and the schema think of a record.
fn verdicts(schema: &jsonschema::Validator, record: &Value) -> (Result<(), String>, bool) {
    (parse(&record.to_string(), 1).map(drop), schema.is_valid(record))
}

fn assert_agreed(schema: &jsonschema::Validator, record: &Value) -> bool {
    let (read, valid) = verdicts(schema, record);
    assert_eq!(read.is_ok(), valid, "{record}: {read:?}");
    valid
}

#[test]
fn the_examples_of_the_schema_are_records() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    assert!(jsonschema::draft202012::meta::is_valid(&schema()));
    for example in examples() {
        assert!(assert_agreed(&validator, &example), "{example}");
    }
}

#[test]
fn the_reader_refuses_what_the_schema_refuses_and_nothing_else() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(5.0),
        json!(1.5),
        json!(300),
        json!(1e12),
        json!(""),
        json!(" "),
        json!("<>"),
        json!("x"),
        json!("12"),
        json!("street"),
        json!("city"),
        json!("is"),
        json!("47.1,9.5"),
        json!("-90 , 180.0"),
        json!("90.1,0"),
        json!("1e1,2"),
        json!("47.1"),
        json!("9490;9491"),
        json!("ABC"),
        json!("ü".repeat(250)),
        json!("ü".repeat(251)),
        json!([]),
        json!(["9490", "FL-9491"]),
        json!(["A 1", 5]),
        json!({}),
        json!({"de": "Genf"}),
        json!({"german": "Genf"}),
        json!({"name": "A", "number": 5}),
        json!({"name": "A", "number": 0}),
        json!({"name": "A", "side": "left"}),
    ];
    let mut refused = 0;
    for example in examples() {
        for key in FIELDS.into_iter().chain(["highlight", "colour"]) {
            let mut without = example.clone();
            without.as_object_mut().unwrap().remove(key);
            refused += usize::from(!assert_agreed(&validator, &without));
            for value in &odd {
                let mut changed = example.clone();
                changed[key] = value.clone();
                refused += usize::from(!assert_agreed(&validator, &changed));
            }
        }
    }
    assert!(refused > 2_000, "{refused}");
}

#[test]
fn a_house_is_a_number_of_its_street() {
    let house = parse(&examples()[0].to_string(), 4).unwrap();
    assert_eq!(house.kind, EntryKind::Address);
    assert_eq!(
        (house.names.default.as_str(), house.house_number.as_str()),
        ("Austurstræti", "14 b")
    );
    assert_eq!(house.locality.city.name, "Reykjavík");
    assert_eq!(house.locality.zipcodes, ["101"]);
    assert_eq!(house.coordinates.unwrap().lon, -21.9377);
    assert_eq!(house.line, 4);
    let street = parse(&examples()[1].to_string(), 1).unwrap();
    assert_eq!((street.kind, street.house_number.as_str()), (EntryKind::Address, ""));
}

#[test]
fn a_place_keeps_its_names_code_and_identifier() {
    let city = parse(&examples()[2].to_string(), 1).unwrap();
    assert_eq!(city.kind, EntryKind::Record(RecordType::City));
    let languages = [("de".to_owned(), "Genf".to_owned()), ("en".into(), "Geneva".into())];
    assert_eq!(city.names.languages, languages);
    assert_eq!(city.names.alternates, ["Ginevra"]);
    assert_eq!((city.code.as_str(), city.population), ("6621", 203_856));
    assert_eq!(city.ids, ["geonames:2660646"]);
    let result = parse(&examples()[5].to_string(), 1).unwrap();
    assert_eq!((result.population, result.code.as_str()), (0, ""), "those are of the city");
    assert_eq!(result.locality.county.name, "Nord");
}

#[test]
fn bad_records_are_counted_with_their_line_and_reason() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    for example in examples() {
        writeln!(file, "{example}").unwrap();
    }
    writeln!(file, "{{\"type\":\"city\",\"nmae\":\"Vaduz\"}}\n{{\"type\":\"city\"").unwrap();
    let source = Records { path: file.path().into(), attribution: Vec::new() };
    let read = Collected::of(&source, "ch");
    assert_eq!(read.entries.len(), 3, "one of Switzerland, two of no country");
    assert_eq!(read.report.clipped["of another country"], 3);
    let bad = &read.report.warnings["bad row"];
    assert_eq!(bad.count, 2);
    assert!(bad.examples[0].ends_with(":7: 'nmae' is no field of a record"), "{bad:?}");
    assert!(bad.examples[1].contains(":8: no JSON object"), "{bad:?}");
}
