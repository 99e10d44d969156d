//! Heads, manifest and changes: one moment told in several ways.

use std::fs;

use actix_web::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use geocoder_core::delta::{Delta, OperationChange};
use serde_json::{Value, json};
use sync_server::live::{Outcome, Watcher};
use sync_server::sync::SyncOptions;

use crate::fixture::{anonymous, get, send_to, sha256_hex};
use crate::gazetteer::liechtenstein_with;
use crate::geocode::two_countries;
use crate::keys_fixture::{OTHER_APP, PUBLIC};
use crate::sync_fixture::{Device, server, street};

const HEADS: &str = "/sync/v1/heads";

#[actix_web::test]
async fn an_approval_shows_in_heads_and_manifest_alike() {
    let data = two_countries();
    let server = server(data.loaded_state(), SyncOptions::default()).await;
    let before = server.ok(HEADS).await;
    let answer = before.json();
    assert_eq!((&answer["format"], &answer["min_poll_s"]), (&json!(1), &json!(60)));
    assert_eq!(answer["epoch"].as_str().unwrap(), server.state.store.epoch().await.unwrap());
    let head = &answer["countries"]["li"];
    assert_eq!(head["generation"], data.manifest().countries["li"].base.generation);
    assert_eq!(head["head"], 0);
    let tag = before.header("etag").unwrap();
    let again = get(HEADS).insert_header(("if-none-match", tag));
    let again = send_to(&server.app, again).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));

    server.approve(1).await;
    server.approve(2).await;
    let after = server.ok(HEADS).await.json();
    assert_eq!(after["version"].as_u64(), answer["version"].as_u64().map(|before| before + 2));
    assert_eq!(after["epoch"], answer["epoch"]);
    let head = &after["countries"]["li"];
    assert_eq!(head["head"], 2);
    assert_ne!(head["state_sha256"], answer["countries"]["li"]["state_sha256"]);
    assert_eq!(after["countries"]["mc"], answer["countries"]["mc"]);

    let manifest = server.ok("/sync/v1/manifest").await.json();
    for field in ["format", "epoch", "version"] {
        assert_eq!(manifest[field], after[field], "{field}");
    }
    for (country, head) in after["countries"].as_object().unwrap() {
        let of_country = &manifest["countries"][country];
        assert_eq!(of_country["base"]["generation"], head["generation"]);
        let overlay = &of_country["overlay"];
        assert_eq!(
            (&overlay["head"], &overlay["state_sha256"]),
            (&head["head"], &head["state_sha256"])
        );
        assert_eq!((&overlay["floor"], &overlay["snapshot"]), (&json!(0), &Value::Null));
        assert_eq!(overlay["segments"], json!([]));
    }
    // Patches are those of the app alone.
    let other = anonymous(Method::GET, HEADS).insert_header(("x-placekit-api-key", OTHER_APP));
    let other = send_to(&server.app, other).await.json();
    assert_eq!(other["countries"], answer["countries"]);
}

#[actix_web::test]
async fn deltas_of_any_length_lead_to_the_state_of_the_heads() {
    let data = two_countries();
    let server = server(data.loaded_state(), SyncOptions::default()).await;
    let mut early = Device::new(&server).await;
    assert_eq!(early.follow(&server, 1).await, 1);
    let mut ids = Vec::new();
    for number in 0..6 {
        ids.push(server.approve(number).await);
    }
    assert_eq!(early.follow(&server, 4).await, 2);
    server.delete(&ids[1]).await;
    let path = format!("/patch/{}", ids[2]);
    let update = json!({"update": {"zipcode": ["9491"]}});
    let answer = server.send(Method::PATCH, &path, &update).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    server.delete(&server.approve(7).await).await;
    assert_eq!(server.head().await["head"], 10);
    for limit in [1, 2, 3, 7, 10, 1000] {
        let mut device = early.clone();
        device.follow(&server, limit).await;
        let mut new = Device::new(&server).await;
        new.follow(&server, limit).await;
        assert_eq!(new.state, device.state, "{limit}");
        assert_eq!(new.state.corrections.len(), 5);
    }
    // One delta for each patch that changed, and none for a new device to take away.
    let changes = async |device: &Device| {
        let delta = Delta::decode(&server.ok(&device.path(1000)).await.body).unwrap();
        let put = delta.operations.iter().map(|o| matches!(o.change, OperationChange::Put(_)));
        put.collect::<Vec<_>>()
    };
    assert_eq!(changes(&early).await, [false, true, false]);
    assert_eq!(changes(&Device::new(&server).await).await, [true; 5]);
}

#[actix_web::test]
async fn a_device_that_cannot_be_led_on_is_told_why() {
    let data = two_countries();
    let server = server(data.loaded_state(), SyncOptions::default()).await;
    server.approve(1).await;
    let mut device = Device::new(&server).await;
    device.follow(&server, 10).await;
    let reason = async |path: &str| {
        let answer = server.get(path).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{path}: {answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let json = answer.json();
        assert!(!answer.message().is_empty());
        assert_eq!((&json["control"], &json["head"]), (&json!("must-refetch"), &json!(1)));
        assert_eq!((&json["epoch"], &json["floor"]), (&json!(device.epoch), &json!(0)));
        assert_eq!(json["generation"], device.state.generation.to_string());
        json["reason"].as_str().unwrap().to_owned()
    };
    let path = device.path(10);
    assert_eq!(reason(&path.replace(&device.epoch, "other")).await, "epoch_changed");
    let generation = device.state.generation.to_string();
    let other = path.replace(&generation, "0000000000000000");
    assert_eq!(reason(&other).await, "generation_changed");
    assert_eq!(reason(&path.replace("since=1", "since=2")).await, "above_head");
}

#[actix_web::test]
async fn wrong_questions_are_refused_parameter_by_parameter() {
    let data = two_countries();
    let server = server(data.loaded_state(), SyncOptions::default()).await;
    let path = Device::new(&server).await.path(10);
    for (from, to, param) in [
        ("country=li", "country=lie", "country"),
        ("country=li&", "", "country"),
        ("epoch=", "no=", "epoch"),
        ("generation=", "no=", "generation"),
        ("since=0", "since=-1", "since"),
        ("since=0", "since=", "since"),
        ("limit=10", "limit=0", "limit"),
        ("limit=10", "limit=10001", "limit"),
    ] {
        let answer = server.get(&path.replace(from, to)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}: {answer:?}");
        assert_eq!(answer.json()["errors"][0]["param"], param);
        assert_eq!(answer.json()["errors"][0]["location"], "query");
    }
    let answer = server.get(&path.replace("country=li", "country=fr")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{answer:?}");
    for path in ["/sync/v1/heads", "/sync/v1/changes", "/sync/v1/events"] {
        let answer = send_to(&server.app, anonymous(Method::GET, path)).await;
        assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED, "{path}");
    }
}

#[actix_web::test]
async fn changes_are_compressed_for_devices_and_json_for_people() {
    let data = two_countries();
    let server = server(data.loaded_state(), SyncOptions::default()).await;
    for number in 0..20 {
        server.approve(number).await;
    }
    let path = Device::new(&server).await.path(1000);
    let plain = server.ok(&path).await;
    assert_eq!(plain.header("content-type"), Some("application/octet-stream"));
    assert_eq!(plain.header("content-encoding"), None);
    let vary: Vec<_> = plain.headers.get_all("vary").map(|v| v.to_str().unwrap()).collect();
    assert!(vary.contains(&"accept-encoding") && vary.contains(&"accept"), "{vary:?}");
    let ask = async |headers: &[(&str, &str)]| {
        let mut request =
            anonymous(Method::GET, &path).insert_header(("x-placekit-api-key", PUBLIC));
        for header in headers {
            request = request.insert_header(*header);
        }
        send_to(&server.app, request).await
    };
    let br = ask(&[("accept-encoding", "gzip, br")]).await;
    assert_eq!(br.header("content-encoding"), Some("br"));
    let mut decoded = Vec::new();
    brotli::BrotliDecompress(&mut &br.body[..], &mut decoded).unwrap();
    assert_eq!(decoded, plain.body);
    assert!(br.body.len() < plain.body.len(), "{} of {}", br.body.len(), plain.body.len());
    let tag = br.header("etag").unwrap();
    let known = ask(&[("accept-encoding", "gzip, br"), ("if-none-match", tag)]).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));

    let people = ask(&[("accept", "text/html, application/json;q=0.9, */*;q=0.1")]).await;
    assert_eq!(people.header("content-type"), Some("application/json"));
    let json = people.json();
    assert_eq!((&json["from"], &json["to"]), (&json!(0), &json!(20)));
    let first = &json["operations"][0];
    assert_eq!(first["seq"], 1);
    let put = &first["change"]["put"]["change"]["put"];
    assert_eq!(put["default"]["name"], street(0)["name"], "{first}");
    assert_ne!(people.header("etag"), plain.header("etag"));
    let device = ask(&[("accept", "application/octet-stream, application/json;q=0.5")]).await;
    assert_eq!(device.body, plain.body);
}

#[actix_web::test]
async fn a_key_of_some_countries_sees_those_alone() {
    let data = two_countries();
    let server = server(data.loaded_state(), SyncOptions::default()).await;
    let path = Device::new(&server).await.path(10);
    let body = json!({"countries": ["mc"]});
    let answer = server.send(Method::PATCH, "/keys/public", &body).await;
    assert!(answer.status.is_success(), "{answer:?}");
    for path in [HEADS, "/sync/v1/manifest"] {
        let json = server.ok(path).await.json();
        let listed: Vec<_> = json["countries"].as_object().unwrap().keys().collect();
        assert_eq!(listed, ["mc"], "{path}");
    }
    for path in [&path, "/sync/v1/heads?countries=li", "/sync/v1/events?countries=li"] {
        assert_eq!(server.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[actix_web::test]
async fn a_new_base_comes_with_its_own_corrections_at_once() {
    let mut data = two_countries();
    let (_, mut watcher) = Watcher::start(data.store()).unwrap();
    let server = server(data.loaded_state(), SyncOptions::default()).await;
    let origin = json!({"query": "Dorfstrasse Triesen", "types": ["street"]});
    let found = server.send(Method::POST, "/search", &origin).await.json();
    let body = json!({
        "origin": found["results"][0], "update": {"name": "Landweg"}, "status": "approved",
    });
    assert_eq!(server.send(Method::PUT, "/patch", &body).await.status, StatusCode::OK);
    let mut old = Device::new(&server).await;
    old.follow(&server, 10).await;
    let before = server.ok(HEADS).await.json();

    // Streets before it move the record: its ordinal is another one.
    data.manifest_mut().version += 1;
    data.list_country("li", &liechtenstein_with(&["Aeulestrasse", "Austrasse"]));
    assert!(matches!(watcher.look(&server.state.catalog), Outcome::Replaced));
    // Until it is taken over, everything is of the old base.
    assert_eq!(server.ok(HEADS).await.json(), before);
    server.state.refresh_overlays(None).await.unwrap();
    let after = server.ok(HEADS).await.json();
    assert!(after["version"].as_u64() > before["version"].as_u64());
    assert_eq!(after["countries"]["li"]["head"], 1);
    let stale = server.get(&old.path(10)).await;
    assert_eq!(
        (stale.status.as_u16(), &stale.json()["reason"]),
        (409, &json!("generation_changed"))
    );
    let mut new = Device::new(&server).await;
    assert_ne!(new.state.generation, old.state.generation);
    new.follow(&server, 10).await;
    assert_ne!(new.state.corrections[0].target, None);
    let query = json!({"query": "Landweg Triesen"});
    let found = server.send(Method::POST, "/search", &query).await.json();
    assert_eq!(found["results"][0]["name"], "Landweg");
}

#[actix_web::test]
async fn heads_and_manifests_are_signed() {
    let data = two_countries();
    let file = data.path().join("key.hex");
    fs::write(&file, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").unwrap();
    let options = SyncOptions { signing_key: Some(file), ..SyncOptions::default() };
    let server = server(data.loaded_state(), options).await;
    let public = STANDARD.decode("PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=").unwrap();
    let public = VerifyingKey::from_bytes(&public.try_into().unwrap()).unwrap();
    for path in [HEADS, "/sync/v1/manifest", "/sync/v1/manifest?countries=li"] {
        let answer = server.ok(path).await;
        let signature = STANDARD.decode(answer.header("hereabouts-signature").unwrap()).unwrap();
        let signature = Signature::from_slice(&signature).unwrap();
        public.verify(&answer.body, &signature).unwrap();
        let mut other = answer.body.to_vec();
        other[10] ^= 1;
        assert!(public.verify(&other, &signature).is_err());
        let exposed = answer.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("hereabouts-signature"), "{exposed}");
        assert_eq!(answer.header("etag"), Some(&*format!("\"{}\"", sha256_hex(&answer.body))));
    }
}
