//! Making, changing, rotating and deleting keys.

use actix_web::http::Method;
use serde_json::{Value, json};
use sync_server::access::KEY_HEADER;
use sync_server::access::options::{AccessOptions, Reveal};
use sync_server::model::{Role, Scope};

use crate::access_fixture::{TestClock, server, server_with};
use crate::fixture::{TOKEN, anonymous};

#[actix_web::test]
async fn a_key_has_placekits_fields_first_and_lives_through_its_routes() {
    let server = server().await;
    let body = json!({ "role": "public", "domains": ["Example.com", "*.example.com", "localhost", "::1"] });
    let answer = server.call(TOKEN, "POST", "/keys", &body).await;
    assert_eq!(answer.status, 200);
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let places: Vec<_> =
        ["id", "token", "appId", "role", "domains", "createdAt", "updatedAt", "name"]
            .iter()
            .map(|name| text.find(&format!("\"{name}\":")).unwrap())
            .collect();
    assert!(places.is_sorted(), "{text}");
    let key = answer.json();
    let token = key["token"].as_str().unwrap();
    assert!(token.starts_with("pk_") && token.len() == 47);
    assert_eq!(key["appId"], json!(server.root));
    assert_eq!(key["domains"], json!(["example.com", "*.example.com", "localhost", "::1"]));
    assert!(key["createdAt"].as_str().unwrap().ends_with('Z'));
    let path = format!("/keys/{}", key["id"].as_str().unwrap());
    assert_eq!(server.ok("GET", &path, Value::Null).await, key, "the token can be shown again");
    let changed = server.ok("PATCH", &path, json!({ "domains": ["b.example"] })).await;
    assert_eq!(changed["domains"], json!(["b.example"]));
    assert_eq!(changed["token"], key["token"]);
    assert_eq!(server.ok("PATCH", &path, json!({})).await, changed);
    let deleted = server.ok("DELETE", &path, json!({})).await;
    assert_eq!(deleted, json!({ "message": "API key deleted permanently." }));
    for (method, body) in [("GET", Value::Null), ("PATCH", json!({})), ("DELETE", json!({}))] {
        assert_eq!(server.status(method, &path, body).await, 404, "{method}");
    }
}

#[actix_web::test]
async fn an_empty_body_makes_a_public_key() {
    let server = server().await;
    let key = server.ok("POST", "/keys", Value::Null).await;
    assert_eq!((&key["role"], &key["status"]), (&json!("public"), &json!("active")));
    assert_eq!(key["permissions"], json!(["geocode:search", "geocode:reverse", "sync:read"]));
}

#[actix_web::test]
async fn a_key_that_was_read_can_be_sent_back_and_what_is_fixed_stays() {
    let server = server().await;
    let key =
        server.ok("POST", "/keys", json!({ "name": "one", "allowedIps": ["10.0.0.0/8"] })).await;
    let path = format!("/keys/{}", key["id"].as_str().unwrap());
    assert_eq!(server.ok("PUT", &path, key.clone()).await, key);
    for (field, value) in [("role", "private"), ("appId", "OTHERAPPID"), ("id", "x")] {
        let answer = server.call(TOKEN, "PUT", &path, &json!({ field: value })).await;
        assert_eq!(answer.status, 422, "{field}");
        assert_eq!(answer.json()["errors"][0]["param"], field);
    }
    let renamed =
        server.ok("PUT", &path, json!({ "name": "two", "token": "mine", "createdAt": 0 })).await;
    assert_eq!((&renamed["name"], &renamed["token"]), (&json!("two"), &key["token"]));
    let cleared = server.ok("PATCH", &path, json!({ "name": null, "allowedIps": null })).await;
    assert_eq!((&cleared["name"], &cleared["allowedIps"]), (&Value::Null, &json!([])));
}

#[actix_web::test]
async fn wrong_fields_are_all_named_at_once() {
    let server = server().await;
    let many: Vec<String> = (0..101).map(|number| format!("a{number}.example")).collect();
    let too_much = "x".repeat(501);
    for (body, expected) in [
        (json!({ "role": "admin" }), vec!["role"]),
        (json!({ "domains": ["*.com", "a.example", 7] }), vec!["domains[0]", "domains[2]"]),
        (json!({ "domains": many }), vec!["domains"]),
        (json!({ "domains": true, "name": 7 }), vec!["name", "domains"]),
        (json!({ "allowedIps": ["10.0.0.0/33"] }), vec!["allowedIps[0]"]),
        (json!({ "name": "x".repeat(101) }), vec!["name"]),
        (json!({ "description": "a\u{0}b" }), vec!["description"]),
        (json!({ "expiresAt": "2001-01-01T00:00:00Z" }), vec!["expiresAt"]),
        (json!({ "expiresAt": "tomorrow" }), vec!["expiresAt"]),
        (json!({ "permissions": ["keys:write"] }), vec!["permissions[0]"]),
        (json!({ "permissions": ["nothing"] }), vec!["permissions[0]"]),
        (json!({ "rateLimit": { "limit": 0, "window": 1 } }), vec!["rateLimit"]),
        (json!({ "rateLimit": 5 }), vec!["rateLimit"]),
        (json!({ "metadata": { "a": 1 } }), vec!["metadata"]),
        (json!({ "metadata": { "a": too_much } }), vec!["metadata"]),
        (json!({ "apiVersion": "2001-01-01" }), vec!["apiVersion"]),
        (json!({ "countries": ["fr", "xyz"] }), vec!["countries[1]"]),
    ] {
        let answer = server.call(TOKEN, "POST", "/keys", &body).await;
        assert_eq!(answer.status, 422, "{body}");
        let errors = answer.json()["errors"].clone();
        let named: Vec<_> = errors
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["path"].as_str().unwrap())
            .collect();
        assert_eq!(named, expected, "{body}");
    }
    assert_eq!(server.ok("GET", "/keys", Value::Null).await.as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn nobody_gives_or_takes_more_than_the_own_key_may() {
    let server = server().await;
    let limited = server
        .add_key(Role::Private, |key| {
            key.permissions = Some(vec![Scope::GeocodeSearch, Scope::KeysRead, Scope::KeysWrite]);
        })
        .await;
    let call = async |method: &str, path: &str, body: Value| {
        server.call(&limited, method, path, &body).await
    };
    assert_eq!(call("POST", "/keys", json!({ "role": "private" })).await.status, 403);
    assert_eq!(call("POST", "/keys", json!({ "role": "public" })).await.status, 403);
    let body = json!({ "role": "public", "permissions": ["geocode:search"] });
    let made = call("POST", "/keys", body).await;
    assert_eq!(made.status, 200);
    let path = format!("/keys/{}", made.json()["id"].as_str().unwrap());
    let wider = json!({ "permissions": ["geocode:*"] });
    assert_eq!(call("PATCH", &path, wider).await.status, 403);
    assert_eq!(call("PATCH", &path, json!({ "name": "x" })).await.status, 200);
    // Keys that may do more are seen, but neither their tokens nor ways to change them.
    let strong = server.ok("POST", "/keys", json!({ "role": "private" })).await;
    let path = format!("/keys/{}", strong["id"].as_str().unwrap());
    let seen = call("GET", &path, Value::Null).await.json();
    assert_ne!(seen["token"], strong["token"]);
    assert!(seen["token"].as_str().unwrap().contains('…'));
    let listed = call("GET", "/keys", Value::Null).await;
    let tokens = String::from_utf8(listed.body.to_vec()).unwrap();
    assert!(!tokens.contains(strong["token"].as_str().unwrap()));
    for (method, path) in
        [("PATCH", path.clone()), ("DELETE", path.clone()), ("POST", format!("{path}/rotate"))]
    {
        assert_eq!(
            call(method, &path, json!({ "name": "x" })).await.status,
            403,
            "{method} {path}"
        );
    }
}

#[actix_web::test]
async fn nobody_is_locked_out_unless_it_is_forced() {
    let server = server().await;
    let own = server.ok("GET", "/keys/current", Value::Null).await;
    let path = format!("/keys/{}", own["id"].as_str().unwrap());
    for body in [
        json!({ "status": "inactive" }),
        json!({ "allowedIps": ["10.0.0.0/8"] }),
        json!({ "domains": ["a.example"] }),
        json!({ "permissions": ["keys:read"] }),
    ] {
        assert_eq!(server.status("PATCH", &path, body.clone()).await, 409, "{body}");
    }
    assert_eq!(server.status("DELETE", &path, json!({})).await, 409);
    server.ok("PATCH", &path, json!({ "allowedIps": ["203.0.113.0/24"] })).await;
    // The last private key of an app, by a key of the app above.
    server.add_app("BELOW", Some(&server.root), |_| {}).await;
    let key = server.ok("POST", "/keys", json!({ "role": "private", "appId": "BELOW" })).await;
    let below = format!("/keys/{}", key["id"].as_str().unwrap());
    assert_eq!(server.status("DELETE", &below, json!({})).await, 409);
    assert_eq!(server.status("PATCH", &below, json!({ "status": "inactive" })).await, 409);
    assert_eq!(server.status("DELETE", &format!("{below}?force=true"), json!({})).await, 200);
    // A second private key does not help the key of the request itself.
    server.ok("POST", "/keys", json!({ "role": "private" })).await;
    assert_eq!(server.status("DELETE", &path, json!({})).await, 409);
    assert_eq!(server.status("DELETE", &path, json!({ "force": true })).await, 200);
    assert_eq!(server.status("GET", "/keys", Value::Null).await, 401);
}

#[actix_web::test]
async fn a_rotated_key_works_on_for_its_grace_and_says_so() {
    let clock = TestClock::new();
    let server = server_with(AccessOptions::unlimited(), &clock).await;
    let old = server
        .ok("POST", "/keys", json!({ "role": "private", "name": "n", "metadata": {"a": "b"} }))
        .await;
    let path = format!("/keys/{}", old["id"].as_str().unwrap());
    let new = server.ok("POST", &format!("{path}/rotate"), json!({ "graceSeconds": 60 })).await;
    for field in ["name", "metadata", "role", "appId", "permissions", "domains"] {
        assert_eq!(new[field], old[field], "{field}");
    }
    assert!(new["id"] != old["id"] && new["token"] != old["token"]);
    assert_eq!(new["rotation"]["replaces"], old["id"]);
    let kept = server.ok("GET", &path, Value::Null).await;
    assert_eq!(kept["rotation"]["replacedBy"], new["id"]);
    assert_eq!(kept["expiresAt"], kept["rotation"]["graceUntil"]);
    let with = async |key: &Value| {
        server.call(key["token"].as_str().unwrap(), "GET", "/keys/current", &Value::Null).await
    };
    let answer = with(&old).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("deprecation"), Some(format!("@{}", clock.now().0 / 1000).as_str()));
    assert!(answer.header("sunset").unwrap().ends_with(" GMT"));
    assert_eq!(with(&new).await.header("deprecation"), None);
    assert_eq!(server.status("POST", &format!("{path}/rotate"), json!({})).await, 409);
    clock.advance_s(60);
    assert_eq!(with(&old).await.status, 401);
    assert_eq!(with(&new).await.status, 200);
    let path = format!("/keys/{}", new["id"].as_str().unwrap());
    let too_long = json!({ "graceSeconds": 31 * 86_400 });
    assert_eq!(server.status("POST", &format!("{path}/rotate"), too_long).await, 422);
}

#[actix_web::test]
async fn a_request_sent_twice_makes_one_key_and_no_token_is_kept() {
    let server = server().await;
    let send = async |key: &str, body: Value| {
        let request = anonymous(Method::POST, "/keys")
            .insert_header((KEY_HEADER, TOKEN))
            .insert_header(("idempotency-key", key))
            .set_payload(body.to_string());
        server.send(request).await
    };
    let first = send("a", json!({ "name": "one" })).await.json();
    assert_eq!(send("a", json!({ "name": "one" })).await.json(), first);
    assert_eq!(send("a", json!({ "name": "two" })).await.status, 422);
    assert_eq!(send("", json!({})).await.status, 422);
    assert_ne!(send("b", json!({ "name": "one" })).await.json()["id"], first["id"]);
    assert_eq!(server.ok("GET", "/keys", Value::Null).await.as_array().unwrap().len(), 3);
    let kept = server.state.store.answered(&server.root, "a").await.unwrap().unwrap();
    assert!(!format!("{kept:?}").contains(first["token"].as_str().unwrap()));
}

#[actix_web::test]
async fn changes_of_something_changed_since_are_refused() {
    let server = server().await;
    let made = server.call(TOKEN, "POST", "/keys", &json!({})).await;
    let path = format!("/keys/{}", made.json()["id"].as_str().unwrap());
    let tag = made.header("etag").unwrap().to_owned();
    let change = async |method: Method, name: &str| {
        let request = anonymous(method, &path)
            .insert_header((KEY_HEADER, TOKEN))
            .insert_header(("if-match", tag.as_str()))
            .set_payload(json!({ "name": name }).to_string());
        server.send(request).await
    };
    let changed = change(Method::PATCH, "one").await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
    assert_eq!(change(Method::PATCH, "two").await.status, 409);
    assert_eq!(change(Method::DELETE, "two").await.status, 409);
    assert_eq!(server.ok("GET", &path, Value::Null).await["name"], "one");
}

#[actix_web::test]
async fn tokens_can_be_shown_once_only() {
    let options = AccessOptions { reveal_tokens: Reveal::Once, ..AccessOptions::unlimited() };
    let server = server_with(options, &TestClock::new()).await;
    let made = server.ok("POST", "/keys", json!({})).await;
    let token = made["token"].as_str().unwrap();
    let shown =
        server.ok("GET", &format!("/keys/{}", made["id"].as_str().unwrap()), Value::Null).await;
    let shown = shown["token"].as_str().unwrap();
    let (start, end) = shown.split_once('…').unwrap();
    assert!(token.starts_with(start) && token.ends_with(end) && shown.chars().count() == 12);
}

#[actix_web::test]
async fn no_token_is_in_the_store() {
    let server = server().await;
    let made = server.ok("POST", "/keys", json!({ "role": "private" })).await;
    let token = made["token"].as_str().unwrap();
    let keys = server.state.store.keys(std::slice::from_ref(&server.root)).await.unwrap();
    let all = format!("{keys:?} {}", serde_json::to_string(&keys).unwrap());
    assert!(!all.contains(token) && !all.contains(TOKEN));
}
