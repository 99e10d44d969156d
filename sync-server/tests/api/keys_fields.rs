//! Every field and parameter of the three key APIs that this one descends from: what it is here,
//! or why it is not. One table; each row is tried.

use serde_json::{Value, json};

use crate::access_fixture::server;

/// Whose word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    /// PlaceKit's.
    PlaceKit,
    /// A lender's.
    Lender,
    /// A mailer's.
    Mailer,
}
use Api::{Lender, Mailer, PlaceKit};

/// What a word means here.
#[derive(Debug)]
enum Meaning {
    /// A field of requests: sent with this value, this field of the key has that one.
    Sets(Value, &'static str, Value),
    /// A field of answers: this one here.
    Is(&'static str),
    /// A parameter of the list: this query is understood, and a wrong value of it is refused.
    Lists(&'static str, &'static str),
    /// A parameter of the list: a value that is wrong is refused, this one is understood, and the
    /// answer is an envelope.
    Pages(&'static str),
    /// A field of the envelope: this one here.
    Envelope(&'static str),
    /// Not here, for this reason; sent all the same, it changes nothing.
    Refused(&'static str),
}
use Meaning::{Envelope, Is, Lists, Pages, Refused, Sets};

fn table() -> Vec<(Api, &'static str, Meaning)> {
    let root = "companies are apps without one above; their ids are appId";
    let epoch = "instants are RFC 3339 everywhere";
    vec![
        // Requests.
        (PlaceKit, "role", Sets(json!("private"), "role", json!("private"))),
        (PlaceKit, "domains", Sets(json!(["a.example"]), "domains", json!(["a.example"]))),
        (Lender, "userId", Sets(json!("u1"), "userId", json!("u1"))),
        (
            Lender,
            "whitelistedIPs",
            Sets(json!(["10.0.0.0/8"]), "allowedIps", json!(["10.0.0.0/8"])),
        ),
        (Lender, "description", Sets(json!("d"), "description", json!("d"))),
        (Lender, "status", Sets(json!("inactive"), "status", json!("inactive"))),
        (Lender, "apiVersion", Sets(json!("2026-11-01"), "apiVersion", json!("2026-11-01"))),
        (Lender, "metaData", Sets(json!({"a": "b"}), "metadata", json!({"a": "b"}))),
        (Mailer, "name", Sets(json!("n"), "name", json!("n"))),
        (
            Mailer,
            "allowedIp",
            Sets(json!("10.0.0.1, 10.0.0.2"), "allowedIps", json!(["10.0.0.1", "10.0.0.2"])),
        ),
        (Mailer, "allowedIps", Sets(json!("10.0.0.1"), "allowedIps", json!(["10.0.0.1"]))),
        (
            Mailer,
            "permissionIds",
            Sets(json!([1, 3]), "permissions", json!(["geocode:search", "sync:read"])),
        ),
        (Mailer, "permissionType", Sets(json!("private"), "role", json!("private"))),
        (Mailer, "subAccountId", Sets(json!("BELOW"), "appId", json!("BELOW"))),
        // Answers.
        (PlaceKit, "id", Is("id")),
        (PlaceKit, "token", Is("token")),
        (PlaceKit, "appId", Is("appId")),
        (PlaceKit, "role", Is("role")),
        (PlaceKit, "domains", Is("domains")),
        (PlaceKit, "createdAt", Is("createdAt")),
        (PlaceKit, "updatedAt", Is("updatedAt")),
        (Lender, "id", Is("id")),
        (Lender, "userId", Is("userId")),
        (Lender, "key", Is("token")),
        (Lender, "status", Is("status")),
        (Lender, "description", Is("description")),
        (Lender, "whitelistedIPs", Is("allowedIps")),
        (Lender, "apiVersion", Is("apiVersion")),
        (Lender, "apiVersionUpdatedAt", Is("apiVersionUpdatedAt")),
        (Lender, "apiVersionDowngradeNotAllowedAfter", Is("apiVersionDowngradeNotAllowedAfter")),
        (Lender, "createdAt", Is("createdAt")),
        (Lender, "updatedAt", Is("updatedAt")),
        (Lender, "deletedAt", Is("deletedAt")),
        (Lender, "companyId", Refused(root)),
        (Mailer, "id", Is("id")),
        (Mailer, "name", Is("name")),
        (Mailer, "apiKey", Is("token")),
        (Mailer, "allowedIp", Is("allowedIps")),
        (Mailer, "permissions", Is("permissions")),
        (Mailer, "permissionType", Is("role")),
        (Mailer, "subAccountId", Is("appId")),
        (
            Mailer,
            "subAccountName",
            Refused("names of apps are in GET /apps/{id}, where they can change"),
        ),
        (Mailer, "companyId", Refused(root)),
        (Mailer, "companyName", Refused(root)),
        (Mailer, "createdAtEpoch", Refused(epoch)),
        // The list.
        (PlaceKit, "no parameter: a bare array", Lists("", "")),
        (Lender, "status", Lists("status=active", "status=7")),
        (Lender, "limit", Pages("limit=1")),
        (Lender, "startingAfter", Pages("startingAfter={id}")),
        (Lender, "endingBefore", Pages("endingBefore={id}")),
        (
            Lender,
            "endingBefore wins over startingAfter",
            Pages("endingBefore={id}&startingAfter=nothing"),
        ),
        (Lender, "offset", Pages("offset=1")),
        (Lender, "sortBy", Lists("sortBy=[updatedAt,-createdAt]", "sortBy=[token]")),
        (Mailer, "page", Pages("page=1")),
        (Mailer, "size", Pages("size=5")),
        (Mailer, "search", Lists("search=x", "search=a%00")),
        (Mailer, "sort", Lists("sort=-name", "sort=secret")),
        (Mailer, "subAccountId", Lists("subAccountId=BELOW", "subAccountId=%00")),
        (Mailer, "permissionType", Lists("permissionType=public", "permissionType=some")),
        (Lender, "status of the envelope", Envelope("status")),
        (Lender, "total", Envelope("total")),
        (Lender, "count", Envelope("count")),
        (Lender, "nextUrl", Envelope("nextUrl")),
        (Lender, "previousUrl", Envelope("previousUrl")),
        (Lender, "data", Envelope("data")),
        (Mailer, "apiKeys of the envelope", Envelope("data")),
        (Mailer, "count of the envelope", Envelope("total")),
    ]
}

#[actix_web::test]
async fn every_word_of_the_three_apis_means_what_the_table_says() {
    let server = server().await;
    server.add_app("BELOW", Some(&server.root), |_| {}).await;
    let plain = server.ok("POST", "/keys", json!({})).await;
    let id = plain["id"].as_str().unwrap();
    for (api, word, meaning) in table() {
        let what = format!("{api:?} {word}");
        match meaning {
            Sets(value, field, expected) => {
                let key = server.ok("POST", "/keys", json!({ word: value })).await;
                assert_eq!(key[field], expected, "{what}");
                assert_eq!(
                    key.get(word).is_some(),
                    word == field,
                    "{what} has two names in answers"
                );
            }
            Is(field) => assert!(plain.get(field).is_some(), "{what}"),
            Refused(reason) => {
                assert!(reason.len() > 20, "{what}");
                assert_eq!(plain.get(word), None, "{what}");
                let key = server.ok("POST", "/keys", json!({ word: 1 })).await;
                assert_eq!(key.get(word), None, "{what}");
            }
            Lists(query, wrong) => {
                let list = server.ok("GET", &format!("/keys?{query}"), Value::Null).await;
                assert!(list.is_array(), "{what}: {list}");
                let status = server.status("GET", &format!("/keys?{wrong}"), Value::Null).await;
                assert_eq!(status, if wrong.is_empty() { 200 } else { 422 }, "{what}");
            }
            Pages(query) => {
                let query = query.replace("{id}", id);
                let page = server.ok("GET", &format!("/keys?{query}"), Value::Null).await;
                assert!(page["data"].is_array(), "{what}: {page}");
            }
            Envelope(field) => {
                let page = server.ok("GET", "/keys?envelope=true", Value::Null).await;
                assert!(page.get(field).is_some(), "{what}");
            }
        }
    }
}

#[test]
fn the_table_has_every_field_that_placekit_documents() {
    let table = table();
    let has = |word: &str| table.iter().any(|(api, known, _)| *api == PlaceKit && *known == word);
    for word in ["id", "token", "appId", "role", "domains", "createdAt", "updatedAt"] {
        assert!(has(word), "{word}");
    }
}
