//! The description is whole, consistent and the one in docs/openapi.json.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::access::Need;

fn value() -> Value {
    serde_json::to_value(document()).unwrap()
}

/// Returns method, path and operation of all operations.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation));
        }
    }
    all
}

fn visit(value: &Value, see: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                see(name, member);
                visit(member, see);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        _ => {}
    }
}

#[test]
fn the_description_has_the_routes_of_the_table_and_no_others() {
    let document = value();
    let described: BTreeSet<_> =
        operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    let routed: BTreeSet<_> = routes::table()
        .into_iter()
        .map(|entry| (entry.method.to_owned(), entry.path.to_owned()))
        .collect();
    assert_eq!(described, routed);
}

#[test]
fn security_is_that_of_the_route() {
    let document = value();
    for entry in routes::table() {
        let operation = &document["paths"][entry.path][entry.method.to_lowercase()];
        let schemes = operation["security"].as_array().unwrap().len();
        let text = operation["description"].as_str().unwrap();
        let place = format!("{} {}", entry.method, entry.path);
        match entry.need {
            Need::Open => assert_eq!(schemes, 0, "{place}"),
            Need::AnyKey => assert_eq!(schemes, 2, "{place}"),
            Need::Key(scope) => {
                assert_eq!(schemes, 2, "{place}");
                assert!(text.contains(scope.name()), "{place}: {text}");
            }
        }
        for status in ["401", "403", "412", "429"] {
            let documented = operation["responses"].get(status).is_some();
            assert_eq!(documented, entry.need != Need::Open, "{place} {status}");
        }
    }
}

#[test]
fn every_reference_has_its_target() {
    let document = value();
    let mut count = 0;
    visit(&document, &mut |name, target| {
        if name == "$ref" {
            let pointer = target.as_str().unwrap().strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
            count += 1;
        }
    });
    assert!(count > 100, "{count}");
}

#[test]
fn operations_have_names_of_their_own_which_links_use() {
    let document = value();
    let operations = operations(&document);
    let ids: BTreeSet<_> =
        operations.iter().map(|(_, _, it)| it["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), operations.len());
    let mut linked = 0;
    visit(&document["paths"], &mut |name, links| {
        let Some(links) = links.as_object().filter(|_| name == "links") else { return };
        for link in links.values() {
            assert!(ids.contains(link["operationId"].as_str().unwrap()), "{link}");
            linked += 1;
        }
    });
    assert!(linked > 10, "{linked}");
}

#[test]
fn patterns_say_what_the_engine_accepts() {
    for kind in geocoder_core::RecordType::ALL {
        let kinds = value()["components"]["schemas"]["RecordType"]["enum"].clone();
        assert!(kinds.as_array().unwrap().iter().any(|name| name == kind.name()), "{kind:?}");
        let filter = value()["components"]["schemas"]["TypeFilter"]["pattern"].clone();
        assert!(filter.as_str().unwrap().contains(kind.name()), "{kind:?}");
    }
    let permissions = value()["components"]["schemas"]["Scope"]["enum"].clone();
    let names: Vec<_> = crate::model::Scope::ALL.iter().map(|scope| scope.name()).collect();
    assert_eq!(permissions, serde_json::json!(names));
}

#[test]
fn the_committed_description_is_the_one_that_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == json().unwrap(), "docs/openapi.json is old: run `make openapi`");
}
