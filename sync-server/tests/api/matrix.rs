//! Every route of the table with every kind of key.

use actix_web::http::Method;
use serde_json::{Value, json};
use sync_server::access::{KEY_HEADER, Need};
use sync_server::model::{KeyStatus, Role, Scope, ScopeSet};
use sync_server::routes::{RouteEntry, table};

use crate::access_fixture::{TestClock, server, server_with};
use crate::fixture::{TOKEN, anonymous};
use sync_server::access::options::AccessOptions;

/// A path of a route with something in place of its parameters.
fn path_of(entry: &RouteEntry, id: &str) -> String {
    entry
        .path
        .replace("{id}", id)
        .replace("{language}", "fr")
        .replace("{sha256}", &"0".repeat(64))
        .replace("{patchId}", id)
        .replace("{mutationId}", id)
}

#[test]
fn every_route_says_what_it_asks_and_few_ask_nothing() {
    let open: Vec<_> = table()
        .iter()
        .filter(|entry| entry.need == Need::Open)
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect();
    // Whoever adds a route without a key has to add it here, and should know why.
    let expected = [
        "GET /healthz",
        "GET /readyz",
        "GET /config.json",
        "GET /sync/v1/blobs/{sha256}",
        "GET /openapi.json",
        "GET /docs",
    ];
    for route in &open {
        assert!(expected.contains(&route.as_str()), "{route} asks for no key");
    }
    assert!(open.iter().any(|route| route == "GET /healthz"));
    let any_key: Vec<_> =
        table().iter().filter(|entry| entry.need == Need::AnyKey).map(|entry| entry.path).collect();
    assert_eq!(any_key, ["/keys/current"]);
}

#[test]
fn routes_that_change_something_ask_for_more_than_reading() {
    for entry in table() {
        let Need::Key(scope) = entry.need else { continue };
        let reads = scope.name().ends_with(":read");
        let harmless =
            entry.method == "GET" || ["/patch/search", "/search", "/reverse"].contains(&entry.path);
        assert!(harmless || !reads, "{} {} needs {}", entry.method, entry.path, scope.name());
    }
}

#[test]
fn no_route_stands_twice() {
    let mut routes: Vec<_> = table().iter().map(|entry| (entry.path, entry.method)).collect();
    let number = routes.len();
    routes.sort_unstable();
    routes.dedup();
    assert_eq!(routes.len(), number);
}

#[actix_web::test]
async fn every_route_treats_every_kind_of_key_as_it_must() {
    let clock = TestClock::new();
    let server = server_with(AccessOptions::unlimited(), &clock).await;
    server.add_app("OTHER", None, |_| {}).await;
    server.add_app("ENDED", None, |app| app.active = false).await;
    let now = clock.now();
    let public = server.add_key(Role::Public, |_| {}).await;
    let other_app = server.add_key_to("OTHER", Role::Private, |_| {}).await;
    let powerless = server.add_key(Role::Private, |key| key.permissions = Some(vec![])).await;
    let unusable = [
        ("inactive", server.add_key(Role::Private, |key| key.status = KeyStatus::Inactive).await),
        ("expired", server.add_key(Role::Private, |key| key.expires_at = Some(now)).await),
        ("deleted", server.add_key(Role::Private, |key| key.deleted_at = Some(now)).await),
        ("of an ended app", server.add_key_to("ENDED", Role::Private, |_| {}).await),
        ("bad", "pk_nobody-has-this-one".to_owned()),
        ("undefined", "undefined".to_owned()),
        ("no text", "\u{fffd}".to_owned()),
    ];
    let elsewhere = [
        (
            "wrong domain",
            server.add_key(Role::Private, |key| key.domains = vec!["a.example".into()]).await,
        ),
        (
            "wrong address",
            server.add_key(Role::Private, |key| key.allowed_ips = vec!["10.0.0.0/8".into()]).await,
        ),
    ];
    for entry in table() {
        let path = path_of(&entry, "nothing");
        let what = format!("{} {path}", entry.method);
        let method = Method::from_bytes(entry.method.as_bytes()).unwrap();
        for empty in [None, Some("")] {
            let mut request = anonymous(method.clone(), &path);
            if let Some(empty) = empty {
                request = request.insert_header((KEY_HEADER, empty));
            }
            let answer = server.send(request).await;
            if entry.need == Need::Open {
                assert!(![401, 403, 412].contains(&answer.status.as_u16()), "{what}: {answer:?}");
                continue;
            }
            assert_eq!(answer.status, 412, "{what}");
            assert_eq!(answer.message(), "Access denied missing credentials", "{what}");
        }
        if entry.need == Need::Open {
            continue;
        }
        for (kind, token) in &unusable {
            let answer = server.call(token, entry.method, &path, &Value::Null).await;
            assert_eq!(answer.status, 401, "{kind}: {what}");
            assert_eq!(answer.message(), "Access denied authentication failed", "{kind}: {what}");
            assert_eq!(answer.header("ratelimit"), None, "{kind}: {what}");
        }
        for (kind, token) in &elsewhere {
            let answer = server.call(token, entry.method, &path, &Value::Null).await;
            assert_eq!(answer.status, 403, "{kind}: {what}");
            let said = "You are not authorized to access this resource";
            assert_eq!(answer.message(), said, "{kind}: {what}");
            assert!(answer.header("ratelimit").is_some(), "{kind}: {what}");
        }
        let in_public = match entry.need {
            Need::Key(scope) => ScopeSet::PUBLIC.contains(scope),
            _ => true,
        };
        for (kind, token, may) in [
            ("public", public.as_str(), in_public),
            ("powerless", powerless.as_str(), entry.need == Need::AnyKey),
            ("private", TOKEN, true),
            ("other app", other_app.as_str(), true),
        ] {
            let answer = server.call(token, entry.method, &path, &Value::Null).await;
            let status = answer.status.as_u16();
            if may {
                assert!(![401, 403, 412].contains(&status), "{kind}: {what}: {answer:?}");
            } else {
                assert_eq!(status, 403, "{kind}: {what}");
            }
            assert!(status < 500, "{kind}: {what}: {answer:?}");
            assert!(answer.header("ratelimit").is_some(), "{kind}: {what}");
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{kind}: {what}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{kind}: {what}");
            assert!(answer.header("x-request-id").is_some(), "{kind}: {what}");
        }
    }
}

#[actix_web::test]
async fn what_belongs_to_another_app_is_as_if_it_were_not_there() {
    let server = server().await;
    server.add_app("OTHER", None, |_| {}).await;
    let other = server.add_key_to("OTHER", Role::Private, |_| {}).await;
    let key = server.ok("POST", "/keys", json!({})).await["id"].as_str().unwrap().to_owned();
    let record = json!({"name": "Rue X", "city": "Vaduz", "country": "Liechtenstein", "countrycode": "li",
        "zipcode": ["9490"], "population": 1, "coordinates": "47.1, 9.5", "type": "street"});
    let patch = server.ok("POST", "/patch", json!({ "record": record })).await;
    let patch = patch["id"].as_str().unwrap().to_owned();
    let with_id: Vec<_> = table().into_iter().filter(|entry| entry.path.contains("{id}")).collect();
    assert!(with_id.len() >= 10);
    for entry in with_id {
        let id = match entry.path.split('/').nth(1) {
            Some("keys") => &key,
            Some("apps") => &server.root,
            Some("patch") => &patch,
            other => panic!("whose id is in a path below {other:?}?"),
        };
        let path = path_of(&entry, id);
        let body = if entry.method == "GET" { Value::Null } else { json!({"name": "taken"}) };
        let answer = server.call(&other, entry.method, &path, &body).await;
        let history = entry.path.ends_with("/history");
        if !(history && answer.status == 200 && answer.json()["results"] == json!([])) {
            assert_eq!(answer.status, 404, "{} {path}: {answer:?}", entry.method);
        }
    }
    for path in ["/keys?appId=", "/audit?appId="] {
        let answer =
            server.call(&other, "GET", &format!("{path}{}", server.root), &Value::Null).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    for (path, body) in [
        ("/keys", json!({ "appId": server.root })),
        ("/apps", json!({ "name": "below", "parentId": server.root })),
    ] {
        let answer = server.call(&other, "POST", path, &body).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    // And the other way round nothing was changed.
    let kept = server.ok("GET", &format!("/keys/{key}"), Value::Null).await;
    assert_eq!(kept["name"], Value::Null);
    assert_eq!(server.ok("GET", "/keys", Value::Null).await.as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn preflights_need_no_key_on_any_route() {
    let server = server().await;
    for entry in table() {
        let request = anonymous(Method::OPTIONS, &path_of(&entry, "x"))
            .insert_header(("origin", "https://a.example"))
            .insert_header(("access-control-request-method", entry.method))
            .insert_header((
                "access-control-request-headers",
                "authorization,content-type,idempotency-key,if-match,prefer,user-agent,x-placekit-api-key",
            ));
        let answer = server.send(request).await;
        assert_eq!(answer.status, 204, "{}", entry.path);
        let allowed = answer.header("access-control-allow-headers").unwrap();
        for name in
            ["authorization", "idempotency-key", "if-match", "prefer", "x-placekit-api-version"]
        {
            assert!(allowed.split(", ").any(|allowed| allowed == name), "{name} in {allowed}");
        }
        let exposed = answer.header("access-control-expose-headers").unwrap();
        for name in
            ["ratelimit", "ratelimit-policy", "retry-after", "etag", "link", "x-total-count"]
        {
            assert!(exposed.split(", ").any(|exposed| exposed == name), "{name} in {exposed}");
        }
    }
}

#[actix_web::test]
async fn bodies_are_as_large_as_their_routes_need() {
    let server = server().await;
    for entry in table() {
        if entry.method == "GET" || entry.method == "DELETE" {
            continue;
        }
        let path = path_of(&entry, "nothing");
        let limit = entry.body_limit.bytes;
        assert!((64 * 1024..=1024 * 1024).contains(&limit), "{path}");
        let body = format!("{{\"x\":\"{}\"}}", "y".repeat(limit));
        let method = Method::from_bytes(entry.method.as_bytes()).unwrap();
        let request = anonymous(method, &path).insert_header((KEY_HEADER, TOKEN)).set_payload(body);
        let answer = server.send(request).await;
        assert_eq!(answer.status, 413, "{} {path}", entry.method);
        assert!(answer.message().contains(&limit.to_string()), "{path}");
    }
}

#[test]
fn scopes_of_public_keys_are_those_of_the_routes_they_may_use() {
    let usable: Vec<_> = table()
        .iter()
        .filter(|entry| matches!(entry.need, Need::Key(scope) if ScopeSet::PUBLIC.contains(scope)))
        .map(|entry| entry.path)
        .collect();
    assert!(usable.contains(&"/search") && usable.contains(&"/reverse"));
    assert!(
        usable
            .iter()
            .all(|path| path.starts_with("/sync/") || ["/search", "/reverse"].contains(path))
    );
    assert!(!ScopeSet::PUBLIC.contains(Scope::PatchesPropose));
}
