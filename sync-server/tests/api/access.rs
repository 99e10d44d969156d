//! Keys in requests: where tokens stand, limits, quotas, revocation, and a database that is down.

use std::sync::Arc;

use actix_web::http::Method;
use serde_json::{Value, json};
use sqlx::Connection;
use sync_server::access::KEY_HEADER;
use sync_server::access::options::AccessOptions;
use sync_server::model::key::RateLimit;
use sync_server::model::{Role, Scope};
use sync_server::store::SqlStore;

use crate::access_fixture::{TestClock, server, server_on, server_with};
use crate::fixture::{TOKEN, anonymous};

#[actix_web::test]
async fn a_token_stands_in_placekits_header_or_as_bearer() {
    let server = server().await;
    let search = || anonymous(Method::POST, "/search").set_payload("{}");
    let bearer = format!("Bearer {TOKEN}");
    let lower = format!("bearer  {TOKEN} ");
    for (headers, expected) in [
        (vec![("x-placekit-api-key", TOKEN)], 200),
        (vec![("authorization", bearer.as_str())], 200),
        (vec![("authorization", lower.as_str())], 200),
        (vec![("x-placekit-api-key", ""), ("authorization", bearer.as_str())], 200),
        (vec![("x-placekit-api-key", "wrong"), ("authorization", bearer.as_str())], 401),
        (vec![("authorization", "Basic eDp5")], 412),
        (vec![("authorization", "Bearer")], 412),
        (vec![("authorization", "Bearer wrong")], 401),
        (vec![], 412),
    ] {
        let mut request = search();
        for header in &headers {
            request = request.insert_header(*header);
        }
        assert_eq!(server.send(request).await.status, expected, "{headers:?}");
    }
    let answer = server.send(search().insert_header((KEY_HEADER, "wrong"))).await;
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    let in_query = anonymous(Method::POST, &format!("/search?key={TOKEN}"));
    assert_eq!(server.send(in_query).await.status, 412);
}

#[actix_web::test]
async fn limits_are_told_in_the_headers_that_the_contract_names() {
    let limit = RateLimit { limit: 10, window_s: 1 };
    let options = AccessOptions { rate_limit: limit, ..AccessOptions::unlimited() };
    let server = server_with(options, &TestClock::new()).await;
    let answer = server.call(TOKEN, "POST", "/search", &json!({})).await;
    assert_eq!(answer.header("ratelimit"), Some("limit=10, remaining=9, reset=1"));
    assert_eq!(answer.header("ratelimit-policy"), Some("10;w=1"));
}

#[actix_web::test]
async fn requests_over_the_limit_are_refused_by_key_and_client() {
    let limit = RateLimit { limit: 3, window_s: 86_400 };
    let options = AccessOptions { rate_limit: limit, ..AccessOptions::unlimited() };
    let server = server_with(options, &TestClock::new()).await;
    let public = server.add_key(Role::Public, |_| {}).await;
    let own = RateLimit { limit: 5, window_s: 86_400 };
    let generous = server.add_key(Role::Public, |key| key.rate_limit = Some(own)).await;
    for number in 0..3 {
        let answer = server.call(&public, "POST", "/search", &json!({ "maxResults": 42 })).await;
        assert_eq!(answer.status, 422);
        let left = format!("limit=3, remaining={}, ", 2 - number);
        assert!(answer.header("ratelimit").unwrap().starts_with(&left), "{answer:?}");
    }
    let answer = server.call(&public, "POST", "/search", &json!({})).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.message(), "Too many requests from this IP, please try again in a minute");
    assert_eq!(answer.json()["status"], 429);
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
    assert!(answer.header("ratelimit").unwrap().starts_with("limit=3, remaining=0, "));
    // Another client with the same key, the same client with another key, a key with its own.
    let elsewhere = anonymous(Method::POST, "/search")
        .insert_header((KEY_HEADER, public.as_str()))
        .peer_addr(([198, 51, 100, 9], 1).into());
    assert_eq!(server.send(elsewhere).await.status, 200);
    assert_eq!(server.call(TOKEN, "POST", "/search", &json!({})).await.status, 200);
    for _ in 0..5 {
        assert_eq!(server.call(&generous, "POST", "/search", &json!({})).await.status, 200);
    }
    assert_eq!(server.call(&generous, "POST", "/search", &json!({})).await.status, 429);
}

#[actix_web::test]
async fn forwarded_addresses_count_only_behind_trusted_proxies() {
    let limit = RateLimit { limit: 1, window_s: 86_400 };
    let unlimited = AccessOptions::unlimited();
    let trusted = vec!["203.0.113.0/24".parse().unwrap()];
    for (trusted_proxies, second) in [(vec![], 429), (trusted, 200)] {
        let options = AccessOptions { rate_limit: limit, trusted_proxies, ..unlimited.clone() };
        let server = server_with(options, &TestClock::new()).await;
        let from = |address: &str| {
            anonymous(Method::POST, "/search")
                .insert_header((KEY_HEADER, TOKEN))
                .insert_header(("x-forwarded-for", address))
        };
        assert_eq!(server.send(from("192.0.2.1")).await.status, 200);
        assert_eq!(server.send(from("192.0.2.2")).await.status, second);
    }
}

#[actix_web::test]
async fn whoever_guesses_tokens_is_slowed_down_and_others_are_not() {
    let limit = RateLimit { limit: 5, window_s: 86_400 };
    let options = AccessOptions { failed_auth_limit: limit, ..AccessOptions::unlimited() };
    let server = server_with(options, &TestClock::new()).await;
    assert_eq!(server.status("GET", "/keys", Value::Null).await, 200);
    let mut statuses = Vec::new();
    for number in 0..8 {
        let guess = format!("pk_guess-{number}");
        statuses.push(server.call(&guess, "POST", "/search", &json!({})).await.status.as_u16());
    }
    // The first good request asked the store too.
    assert_eq!(statuses, [401, 401, 401, 401, 429, 429, 429, 429]);
    // A key that was seen works on, also after changes, when it is read again.
    for _ in 0..8 {
        server.state.access.invalidate();
        assert_eq!(server.status("GET", "/keys", Value::Null).await, 200);
    }
    let elsewhere = anonymous(Method::POST, "/search")
        .insert_header((KEY_HEADER, "pk_guess"))
        .peer_addr(([198, 51, 100, 9], 1).into());
    assert_eq!(server.send(elsewhere).await.status, 401);
}

#[actix_web::test]
async fn a_used_up_quota_ends_geocoding_until_the_next_month() {
    let clock = TestClock::new();
    let server = server_with(AccessOptions::unlimited(), &clock).await;
    server.add_app("SMALL", Some(&server.root), |app| app.monthly_quota = Some(2)).await;
    let token = server.add_key_to("SMALL", Role::Private, |_| {}).await;
    assert_eq!(server.call(&token, "POST", "/search", &json!({})).await.status, 200);
    // What other servers have counted is added once it is known.
    server.state.access.flush_usage().await;
    let reversed = server.call(&token, "POST", "/reverse", &json!({"coordinates": "47,9"})).await;
    assert_eq!(reversed.status, 200);
    for _ in 0..2 {
        let answer = server.call(&token, "POST", "/search", &json!({})).await;
        assert_eq!(answer.status, 451);
        assert!(answer.message().starts_with("Access denied: "));
        server.state.access.flush_usage().await;
    }
    assert_eq!(server.call(&token, "GET", "/keys", &Value::Null).await.status, 200);
    let month = clock.now().month();
    assert_eq!(server.state.store.usage(&month).await.unwrap(), [("SMALL".to_owned(), 2)]);
    clock.advance_s(31 * 86_400);
    assert_eq!(server.call(&token, "POST", "/search", &json!({})).await.status, 200);
}

#[actix_web::test]
async fn a_revoked_key_ends_with_the_answer_and_an_expiring_one_on_time() {
    let clock = TestClock::new();
    let server = server_with(AccessOptions::unlimited(), &clock).await;
    let made = server.ok("POST", "/keys", json!({ "role": "private" })).await;
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    let works =
        async || server.call(token, "GET", "/keys/current", &Value::Null).await.status == 200;
    assert!(works().await);
    server.ok("PATCH", &format!("/keys/{id}"), json!({ "status": "inactive" })).await;
    assert!(!works().await);
    server.ok("PATCH", &format!("/keys/{id}"), json!({ "status": "active" })).await;
    assert!(works().await);
    let end = clock.now().plus_seconds(60);
    server.ok("PATCH", &format!("/keys/{id}"), json!({ "expiresAt": end })).await;
    clock.advance_s(59);
    assert!(works().await);
    clock.advance_s(1);
    assert!(!works().await);
    let later = end.plus_seconds(86_400);
    server.ok("PATCH", &format!("/keys/{id}"), json!({ "expiresAt": later })).await;
    assert!(works().await);
    server.ok("DELETE", &format!("/keys/{id}"), Value::Null).await;
    assert!(!works().await);
}

#[actix_web::test]
async fn unknown_tokens_are_remembered_for_a_while_but_not_past_a_change() {
    let clock = TestClock::new();
    let server = server_with(AccessOptions::unlimited(), &clock).await;
    let token = "pk_of-a-test-with-number-0000";
    assert_eq!(server.call(token, "GET", "/keys", &Value::Null).await.status, 401);
    assert_eq!(server.add_key(Role::Private, |_| {}).await, token);
    assert_eq!(server.call(token, "GET", "/keys", &Value::Null).await.status, 200);
}

#[actix_web::test]
async fn the_last_use_is_seen_at_once_and_written_later() {
    let clock = TestClock::new();
    let server = server_with(AccessOptions::unlimited(), &clock).await;
    let made = server.ok("POST", "/keys", json!({})).await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["lastUsedAt"], Value::Null);
    clock.advance_s(5);
    let token = made["token"].as_str().unwrap();
    assert_eq!(server.call(token, "POST", "/search", &json!({})).await.status, 200);
    let used = clock.now().to_string();
    let shown = server.ok("GET", &format!("/keys/{id}"), Value::Null).await;
    assert_eq!(shown["lastUsedAt"], json!(used));
    let written = async || {
        let written =
            server.state.store.last_used(std::slice::from_ref(&server.root)).await.unwrap();
        written.into_iter().find(|(key, _)| key == id).map(|(_, at)| at.to_string())
    };
    assert_eq!(written().await, None);
    server.state.access.flush_usage().await;
    assert_eq!(written().await, Some(used));
}

#[actix_web::test]
async fn permissions_narrow_what_a_key_may_do() {
    let server = server().await;
    let only =
        |scope: Scope| move |key: &mut sync_server::model::Key| key.permissions = Some(vec![scope]);
    let searching = server.add_key(Role::Public, only(Scope::GeocodeSearch)).await;
    assert_eq!(server.call(&searching, "POST", "/search", &json!({})).await.status, 200);
    assert_eq!(server.call(&searching, "POST", "/reverse", &json!({})).await.status, 403);
    assert_eq!(server.call(&searching, "GET", "/sync/v1/manifest", &Value::Null).await.status, 403);
    let reading = server.add_key(Role::Private, only(Scope::KeysRead)).await;
    assert_eq!(server.call(&reading, "GET", "/keys", &Value::Null).await.status, 200);
    assert_eq!(server.call(&reading, "POST", "/keys", &json!({})).await.status, 403);
    // A public key that was given more by mistake still may not.
    let public = server.add_key(Role::Public, only(Scope::KeysWrite)).await;
    assert_eq!(server.call(&public, "POST", "/keys", &json!({})).await.status, 403);
}

#[actix_web::test]
async fn a_key_for_some_countries_sees_no_others() {
    let server = server().await;
    let elsewhere =
        server.add_key(Role::Public, |key| key.countries = Some(vec!["fr".into()])).await;
    let here = server.add_key(Role::Public, |key| key.countries = Some(vec!["li".into()])).await;
    let listed = async |token: &str, query: &str| {
        let path = format!("/sync/v1/manifest{query}");
        let answer = server.call(token, "GET", &path, &Value::Null).await;
        let countries = answer.json()["countries"].as_object().map(serde_json::Map::len);
        (answer.status.as_u16(), countries)
    };
    assert_eq!(listed(&here, "").await, (200, Some(1)));
    assert_eq!(listed(&here, "?countries=li,fr").await, (200, Some(1)));
    assert_eq!(listed(&elsewhere, "").await, (200, Some(0)));
    assert_eq!(listed(&elsewhere, "?countries=li").await, (403, None));
    let search = json!({ "countries": ["li"], "query": "Vaduz" });
    assert_eq!(server.call(&here, "POST", "/search", &search).await.status, 200);
    assert_eq!(server.call(&elsewhere, "POST", "/search", &search).await.status, 403);
    let reverse = json!({ "countries": ["li"], "coordinates": "47.1,9.5" });
    assert_eq!(server.call(&elsewhere, "POST", "/reverse", &reverse).await.status, 403);
    let countries = json!({ "types": ["country"], "query": "Li" });
    assert_eq!(server.call(&elsewhere, "POST", "/search", &countries).await.status, 200);
}

#[actix_web::test]
async fn known_keys_work_on_while_the_database_is_down() {
    let dir = tempfile::TempDir::new().unwrap();
    let file = dir.path().join("store.db");
    let store = SqlStore::open_sqlite(&file).await.unwrap();
    let server = server_on(Arc::new(store), AccessOptions::unlimited(), &TestClock::new()).await;
    let public = server.add_key(Role::Public, |_| {}).await;
    let unseen = server.add_key(Role::Public, |_| {}).await;
    let search = async |token: &str| server.call(token, "POST", "/search", &json!({})).await;
    assert_eq!(search(&public).await.status, 200);
    // Whatever fails: the tables of keys and apps are not there any more.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    let mut other = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("ALTER TABLE api_keys RENAME TO k; ALTER TABLE apps RENAME TO a;")
        .execute(&mut other)
        .await
        .unwrap();
    server.state.access.invalidate();
    assert_eq!(search(&public).await.status, 200);
    let answer = search(&unseen).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.message(), "The data for this request is unavailable, try again later");
    assert_eq!(server.call(&public, "GET", "/keys/current", &Value::Null).await.status, 503);
    sqlx::raw_sql("ALTER TABLE k RENAME TO api_keys; ALTER TABLE a RENAME TO apps;")
        .execute(&mut other)
        .await
        .unwrap();
    assert_eq!(search(&unseen).await.status, 200);
}

#[actix_web::test]
async fn versions_can_be_asked_for_by_request() {
    let server = server().await;
    let asked = |version: &str| {
        anonymous(Method::POST, "/search")
            .insert_header((KEY_HEADER, TOKEN))
            .insert_header(("x-placekit-api-version", version))
    };
    let newest = sync_server::access::version::newest();
    let answer = server.send(asked(newest)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-placekit-api-version")),
        (200, Some(newest))
    );
    let answer = server.send(asked("1999-01-01")).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["errors"][0]["location"], "headers");
}
