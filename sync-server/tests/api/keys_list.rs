//! The list of keys: shapes, filters, order and pages.

use serde_json::{Value, json};
use sync_server::access::options::AccessOptions;

use crate::access_fixture::{TestClock, server_with};
use crate::fixture::TOKEN;

fn names(list: &Value) -> String {
    let list = list.get("data").unwrap_or(list).as_array().unwrap();
    list.iter().map(|key| key["name"].as_str().unwrap_or("-")).collect::<Vec<_>>().join(" ")
}

#[actix_web::test]
async fn keys_are_listed_filtered_sorted_and_paged() {
    let clock = TestClock::new();
    let server = server_with(AccessOptions::unlimited(), &clock).await;
    let mut ids = Vec::new();
    for (name, role, status) in [
        ("alpha", "public", "active"),
        ("Beta", "private", "active"),
        ("gamma", "public", "inactive"),
        ("delta", "public", "active"),
    ] {
        clock.advance_s(1);
        let body = json!({ "name": name, "role": role, "status": status, "description": format!("of {name}") });
        ids.push(server.ok("POST", "/keys", body).await["id"].as_str().unwrap().to_owned());
    }
    let own = server.ok("GET", "/keys/current", Value::Null).await;
    let rename = format!("/keys/{}", own["id"].as_str().unwrap());
    server.ok("PATCH", &rename, json!({ "name": "first" })).await;
    server.ok("DELETE", &format!("/keys/{}", ids[3]), Value::Null).await;
    let (beta, delta) = (&ids[1], &ids[3]);
    let search_id = format!("search={beta}");
    let cursor = format!("limit=2&startingAfter={delta}");
    let before = format!("limit=1&endingBefore={beta}&startingAfter=x");
    let page_two = "page=2&size=3&sort=name";
    for (query, expected) in [
        ("", "gamma Beta alpha first"),
        ("status=active", "Beta alpha first"),
        ("status=inactive", "gamma"),
        ("status=deleted", "delta"),
        ("role=private", "Beta first"),
        ("permissionType=private", "Beta first"),
        ("search=ETA", "Beta"),
        ("search=of%20g", "gamma"),
        (search_id.as_str(), "Beta"),
        ("permission=keys:read", "Beta first"),
        ("permission=geocode:search,keys:write", "Beta first"),
        ("permission=1", "gamma Beta alpha first"),
        ("sort=name", "alpha Beta first gamma"),
        ("sortBy=[-name]", "gamma first Beta alpha"),
        ("sortBy=role,-name", "gamma alpha first Beta"),
        ("sort=createdAt", "first alpha Beta gamma"),
        // A cursor that names a deleted key.
        (cursor.as_str(), "gamma Beta"),
        (before.as_str(), "gamma"),
        ("offset=1&limit=2", "Beta alpha"),
        (page_two, "gamma"),
        ("envelope=true&status=inactive", "gamma"),
        ("status=undefined", "gamma Beta alpha first"),
        ("nonsense=1", "gamma Beta alpha first"),
    ] {
        let list = server.ok("GET", &format!("/keys?{query}"), Value::Null).await;
        assert_eq!(names(&list), expected, "{query}");
        let paged = ["limit", "page", "envelope"].iter().any(|word| query.contains(word));
        assert_eq!(list.is_array(), !paged, "{query}");
    }
    for query in [
        "status=other",
        "sort=token",
        "page=1&offset=2",
        "limit=0",
        "role=x",
        "permission=x",
        "appId=x%00",
    ] {
        assert_eq!(
            server.status("GET", &format!("/keys?{query}"), Value::Null).await,
            422,
            "{query}"
        );
    }
    for query in ["appId=NOTMINE", "startingAfter=nothing"] {
        assert_eq!(
            server.status("GET", &format!("/keys?{query}"), Value::Null).await,
            404,
            "{query}"
        );
    }
}

#[actix_web::test]
async fn a_walk_by_the_urls_of_the_envelope_meets_every_key_once() {
    let clock = TestClock::new();
    let server = server_with(AccessOptions::unlimited(), &clock).await;
    for number in 0..7 {
        // Some at the same instant.
        clock.advance_s(number % 2);
        server.ok("POST", "/keys", json!({ "name": format!("k{number}") })).await;
    }
    for start in [
        "/keys?limit=3&role=public",
        "/keys?page=1&size=3&role=public",
        "/keys?offset=0&limit=3&role=public",
    ] {
        let mut met = Vec::new();
        let mut url = Some(start.to_owned());
        let mut back = None;
        while let Some(at) = url {
            let answer = server.call(TOKEN, "GET", &at, &Value::Null).await;
            let list = answer.json();
            assert_eq!((&list["status"], &list["total"]), (&json!(200), &json!(7)), "{at}");
            assert_eq!(answer.header("x-total-count"), Some("7"));
            assert_eq!(list["count"], json!(list["data"].as_array().unwrap().len()));
            met.extend(names(&list).split(' ').map(str::to_owned));
            url = list["nextUrl"].as_str().map(str::to_owned);
            let link = answer.header("link").unwrap();
            assert_eq!(link.contains("rel=\"next\""), url.is_some(), "{link}");
            assert!(met.len() <= 7, "{start}");
            back = list["previousUrl"].as_str().map(str::to_owned);
        }
        met.sort();
        assert_eq!(met, ["k0", "k1", "k2", "k3", "k4", "k5", "k6"], "{start}");
        let previous = server.ok("GET", &back.unwrap(), Value::Null).await;
        assert_eq!(previous["count"], 3, "{start}");
    }
}
