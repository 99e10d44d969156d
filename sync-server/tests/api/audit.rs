//! Every change is in the audit log, and no token is.

use serde_json::{Value, json};

use crate::access_fixture::server;
use crate::fixture::TOKEN;

#[actix_web::test]
async fn every_change_has_an_entry_without_tokens() {
    let server = server().await;
    let key = server.ok("POST", "/keys", json!({ "role": "private" })).await;
    let path = format!("/keys/{}", key["id"].as_str().unwrap());
    server.ok("PATCH", &path, json!({ "name": "one" })).await;
    server.ok("PATCH", &path, json!({ "name": "one" })).await;
    let new = server.ok("POST", &format!("{path}/rotate"), json!({})).await;
    server.ok("DELETE", &path, json!({})).await;
    let app = server.ok("POST", "/apps", json!({ "name": "x", "createApiKey": true })).await;
    let app_path = format!("/apps/{}", app["id"].as_str().unwrap());
    server.ok("PATCH", &app_path, json!({ "name": "y" })).await;
    server.ok("DELETE", &app_path, json!({})).await;
    let answer = server.call(TOKEN, "GET", "/audit", &Value::Null).await;
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    for token in [&key["token"], &new["token"], &app["apiKey"]["token"], &json!(TOKEN)] {
        assert!(!text.contains(token.as_str().unwrap()));
    }
    let log = answer.json();
    let actions: Vec<_> = log["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    // Newest first; the key of the ended app went with it, the first two are the server's own.
    assert_eq!(
        actions,
        [
            "app.delete",
            "app.update",
            "app.create",
            "key.delete",
            "key.rotate",
            "key.create",
            "key.update",
            "key.create",
            "key.create",
            "app.create",
        ]
    );
    let update = &log["data"][6];
    let own = server.ok("GET", "/keys/current", Value::Null).await;
    assert_eq!(update["actorKeyId"], own["id"]);
    assert_eq!(update["target"], key["id"]);
    assert_eq!(update["ip"], "203.0.113.7");
    assert!(
        update["beforeHash"] != update["afterHash"]
            && !update["requestId"].as_str().unwrap().is_empty()
    );
    assert_eq!(update["hash"].as_str().unwrap().len(), 64);
    assert_eq!(log["data"][9]["actorKeyId"], Value::Null);
}

#[actix_web::test]
async fn the_log_is_filtered_and_paged() {
    let server = server().await;
    let key = server.ok("POST", "/keys", json!({})).await;
    let id = key["id"].as_str().unwrap();
    for name in ["a", "b", "c"] {
        server.ok("PATCH", &format!("/keys/{id}"), json!({ "name": name })).await;
    }
    let count = async |query: &str| {
        server.ok("GET", &format!("/audit?{query}"), Value::Null).await["count"].as_u64().unwrap()
    };
    assert_eq!(count(&format!("target={id}")).await, 4);
    assert_eq!(count("action=key.update").await, 3);
    assert_eq!(count("action=key.").await, 5);
    assert_eq!(count("actorKeyId=nobody").await, 0);
    let mut seqs = Vec::new();
    let mut url = Some("/audit?limit=2".to_owned());
    while let Some(at) = url {
        let page = server.ok("GET", &at, Value::Null).await;
        seqs.extend(
            page["data"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()),
        );
        assert_eq!(page["total"], 6);
        url = page["nextUrl"].as_str().map(str::to_owned);
        assert!(seqs.len() <= 6);
    }
    assert_eq!(seqs, [6, 5, 4, 3, 2, 1]);
    assert_eq!(server.status("GET", "/audit?limit=1000", Value::Null).await, 422);
}
