//! The manifest: whole, filtered, cached, and replaced while serving.

use std::fs;
use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use geocoder_core::CountryCode;
use geocoder_core::manifest::Manifest;
use sync_server::catalog::Catalog;
use sync_server::live::{LiveCatalog, Outcome, Watcher};

use crate::fixture::{DataDir, app, get, request, sample_bytes, send, send_to, sha256_hex};
use crate::gazetteer::{liechtenstein, monaco};

const PATH: &str = "/sync/v1/manifest";

fn two_countries() -> DataDir {
    let mut data = DataDir::new();
    data.list_country("li", &sample_bytes(1_000));
    data.list_country("mc", &sample_bytes(2_000));
    data
}

#[actix_web::test]
async fn both_names_answer_the_manifest() {
    let data = two_countries();
    let state = data.state();
    let epoch = state.store.epoch().await.unwrap();
    let app = app(state).await;
    for path in [PATH, "/sync/v1/manifest.json", "/sync/v1/manifest?countries="] {
        let answer = send_to(&app, get(path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let mut json = answer.json();
        for (country, entry) in json["countries"].as_object_mut().unwrap() {
            let overlay = entry.as_object_mut().unwrap().remove("overlay");
            assert_eq!(overlay.unwrap()["head"], 0, "{country}");
        }
        // Positions are those of the database, whatever the builder counts by.
        let manifest = Manifest { epoch: epoch.clone(), ..data.manifest().clone() };
        assert_eq!(json, serde_json::to_value(manifest).unwrap(), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        let tag = format!("\"{}\"", sha256_hex(&answer.body));
        assert_eq!(answer.header("etag"), Some(tag.as_str()));
    }
}

#[actix_web::test]
async fn the_countries_parameter_selects_countries_on_offer() {
    let data = two_countries();
    let cases = [
        ("li", vec!["li"]),
        ("LI,mc", vec!["li", "mc"]),
        ("mc,%20li", vec!["li", "mc"]),
        ("li,li,fr", vec!["li"]),
        ("fr", vec![]),
    ];
    for (countries, expected) in cases {
        let answer = send(data.state(), get(&format!("{PATH}?countries={countries}"))).await;
        assert_eq!(answer.status, StatusCode::OK, "{countries}");
        let json = answer.json();
        let listed: Vec<_> = json["countries"].as_object().unwrap().keys().collect();
        assert_eq!(listed, expected, "{countries}");
        for key in ["format", "version"] {
            assert_eq!(json[key], serde_json::to_value(data.manifest()).unwrap()[key]);
        }
    }
    for query in ["countries=lie", "countries=li,,mc", "countries=%00", "countries=li&countries=mc"]
    {
        let answer = send(data.state(), get(&format!("{PATH}?{query}"))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        answer.message();
        assert_eq!(answer.json()["errors"][0]["location"], "query", "{query}");
    }
}

#[actix_web::test]
async fn an_unchanged_manifest_is_not_sent_again() {
    let data = two_countries();
    let app = app(data.state()).await;
    for path in [PATH.to_owned(), format!("{PATH}?countries=li")] {
        let tag = send_to(&app, get(&path)).await.header("etag").unwrap().to_owned();
        let again = get(&path).insert_header(("if-none-match", tag.as_str()));
        let answer = send_to(&app, again).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!(answer.header("etag"), Some(tag.as_str()));
    }
    let whole = send_to(&app, get(PATH)).await;
    let part = send_to(&app, get(&format!("{PATH}?countries=li"))).await;
    assert_ne!(whole.header("etag"), part.header("etag"));
}

#[actix_web::test]
async fn head_answers_the_headers_of_the_manifest() {
    let data = two_countries();
    let answer = send(data.state(), request(Method::HEAD, PATH)).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
    assert!(answer.header("etag").is_some());
}

#[test]
fn unusable_data_is_refused_with_the_file_and_what_to_do() {
    let refusal = |data: &DataDir| {
        let error = Catalog::load(&data.store(), None).unwrap_err();
        format!("{:#}", anyhow::Error::from(error))
    };
    let assert_says = |data: &DataDir, parts: &[&str]| {
        let said = refusal(data);
        for part in parts {
            assert!(said.contains(part), "{part:?} is not in {said:?}");
        }
    };

    let data = DataDir::new();
    fs::remove_file(data.path().join("manifest.json")).unwrap();
    assert_says(&data, &["manifest.json", "shard-builder build", "--out", "No such file"]);

    let data = DataDir::new();
    fs::write(data.path().join("manifest.json"), "{\"format\":1").unwrap();
    assert_says(&data, &["manifest.json", "EOF", "shard-builder build"]);

    let mut data = DataDir::new();
    data.manifest_mut().format = 7;
    data.write_manifest();
    assert_says(&data, &["format is 7", "reads 1"]);

    let mut data = two_countries();
    let entry = data.manifest_mut().countries.remove("li").unwrap();
    data.manifest_mut().countries.insert("LI".into(), entry);
    data.write_manifest();
    assert_says(&data, &["`LI`", "country code"]);

    let mut data = two_countries();
    data.manifest_mut().countries.get_mut("li").unwrap().base.sha256 = "../../etc/passwd".into();
    data.write_manifest();
    assert_says(&data, &["../../etc/passwd", "SHA-256"]);

    let data = two_countries();
    let sha256 = data.manifest().countries["li"].base.sha256.clone();
    let blob = data.path().join("blobs").join(&sha256);
    let mut bytes = fs::read(&blob).unwrap();
    bytes[500] ^= 1;
    fs::write(&blob, &bytes).unwrap();
    assert_says(&data, &[&sha256, "of li", "damaged", "shard-builder build"]);
    bytes.pop();
    fs::write(&blob, &bytes).unwrap();
    assert_says(&data, &[&sha256, "1000 bytes", "999 bytes"]);
    fs::remove_file(&blob).unwrap();
    assert_says(&data, &[&sha256, "cannot read", "of li"]);

    let data = two_countries();
    assert_says(&data, &["cannot be opened as the shard of li", "not a shard"]);

    let mut data = DataDir::new();
    data.list_country("mc", &liechtenstein());
    assert_says(&data, &["listed as mc", "the shard of li"]);
}

#[test]
fn a_new_build_replaces_the_catalog_and_an_unusable_one_does_not() {
    let mut data = DataDir::new();
    let (catalog, mut watcher) = Watcher::start(data.store()).unwrap();
    let live = LiveCatalog::new(catalog);
    assert!(matches!(watcher.look(&live), Outcome::Unchanged));

    let held = live.current();
    data.manifest_mut().version = 2;
    data.write_manifest();
    assert!(matches!(watcher.look(&live), Outcome::Replaced));
    assert_eq!(live.current().manifest().version, 2);
    assert_eq!(held.manifest().version, 1, "whoever took the old catalog keeps it");
    assert!(matches!(watcher.look(&live), Outcome::Unchanged));

    data.manifest_mut().version = 3;
    data.list_country("li", b"not a shard");
    let before = live.current();
    assert!(matches!(watcher.look(&live), Outcome::Refused(_)));
    assert!(Arc::ptr_eq(&before, &live.current()));
    assert!(matches!(watcher.look(&live), Outcome::Unchanged), "one refusal a manifest");

    fs::remove_file(data.path().join("manifest.json")).unwrap();
    assert!(matches!(watcher.look(&live), Outcome::Refused(_)));
    data.manifest_mut().countries.clear();
    data.list_country("li", &liechtenstein());
    assert!(matches!(watcher.look(&live), Outcome::Replaced));
    assert_eq!(live.current().manifest().version, 3);
    assert_eq!(live.current().geocoder().shards().len(), 1);
    data.list_country("mc", &monaco());
    assert!(matches!(watcher.look(&live), Outcome::Replaced));
    assert!(live.current().offers(CountryCode::parse("mc").unwrap()));
}
