//! Proposals over the real routes: taken once, decided by a person, and told to whoever made them.

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use serde_json::{Value, json};
use sync_server::model::{Role, Scope};

use crate::access_fixture::{TestServer, server};
use crate::fixture::TOKEN;

const ROUTE: &str = "/sync/v1/proposals";

fn record(name: &str) -> Value {
    json!({"name": name, "city": "Vaduz", "country": "Liechtenstein", "countrycode": "li",
        "zipcode": ["9490"], "population": 5700, "coordinates": "47.1405, 9.5205", "type": "street"})
}

/// A public key that may search and propose, as a web page has.
async fn page_key<S, B>(server: &TestServer<S>) -> String
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let permissions = vec![Scope::GeocodeSearch, Scope::SyncRead, Scope::PatchesPropose];
    server.add_key(Role::Public, |key| key.permissions = Some(permissions)).await
}

/// Sends proposals and returns their results.
async fn send<S, B>(server: &TestServer<S>, token: &str, proposals: &[Value]) -> Vec<Value>
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let answer = server.call(token, "POST", ROUTE, &json!({ "proposals": proposals })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["results"].as_array().unwrap().clone()
}

/// Returns what became of a proposal.
async fn outcome<S, B>(server: &TestServer<S>, token: &str, id: &str) -> Value
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let answer = server.call(token, "GET", &format!("{ROUTE}/{id}"), &Value::Null).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[actix_web::test]
async fn a_proposal_is_taken_once_however_often_it_is_sent() {
    let server = server().await;
    let page = page_key(&server).await;
    let proposal =
        json!({"mutationId": "m-1", "update": record("Kirchweg"), "comment": "seen today"});
    let first = send(&server, &page, &[proposal.clone(), proposal.clone()]).await;
    assert_eq!((&first[0]["outcome"], &first[0]["duplicate"]), (&json!("pending"), &json!(false)));
    let again = send(&server, &page, std::slice::from_ref(&proposal)).await;
    for duplicate in [&first[1], &again[0]] {
        assert_eq!(duplicate["duplicate"], true);
        for member in ["mutationId", "outcome", "patchId", "createdAt"] {
            assert_eq!(duplicate[member], first[0][member], "{member}");
        }
    }
    let listed = server.ok("POST", "/patch/search", json!({})).await;
    assert_eq!(listed["totalResults"], 1);
    let patch = &listed["results"][0];
    assert_eq!((&patch["id"], &patch["status"]), (&first[0]["patchId"], &json!("pending")));
    let expected = json!({"mutationId": "m-1", "conflict": false, "comment": "seen today"});
    assert_eq!(patch["proposal"], expected);
    let id = patch["id"].as_str().unwrap();
    let history = server.ok("GET", &format!("/patch/{id}/history"), Value::Null).await;
    assert_eq!(history["results"][0]["reason"], "seen today");

    // The same id with other content is refused, and changes nothing of the first one.
    let other = json!({"mutationId": "m-1", "update": record("Feldweg")});
    let refused = send(&server, &page, &[other]).await;
    assert_eq!(refused[0]["outcome"], "rejected");
    assert!(refused[0]["message"].as_str().unwrap().contains("another proposal"));
    assert_eq!(outcome(&server, &page, "m-1").await["outcome"], "pending");
}

#[actix_web::test]
async fn whoever_proposed_sees_what_was_decided() {
    let server = server().await;
    let page = page_key(&server).await;
    let proposals = ["a", "b"].map(|id| json!({"mutationId": id, "update": record(id)}));
    let results = send(&server, &page, &proposals).await;
    let path = |index: usize| format!("/patch/{}", results[index]["patchId"].as_str().unwrap());
    assert_eq!(server.status("PATCH", &path(0), json!({"status": "approved"})).await, 204);
    assert_eq!(server.status("DELETE", &path(1), json!({"reason": "no such street"})).await, 204);
    assert_eq!(outcome(&server, &page, "a").await["outcome"], "approved");
    let rejected = outcome(&server, &page, "b").await;
    assert_eq!(
        (&rejected["outcome"], &rejected["message"]),
        (&json!("rejected"), &json!("no such street"))
    );
    let list = format!("{ROUTE}?mutationIds=b,a,unknown");
    let list = server.call(&page, "GET", &list, &Value::Null).await.json();
    let ids: Vec<_> =
        list["results"].as_array().unwrap().iter().map(|r| &r["mutationId"]).collect();
    assert_eq!(ids, ["a", "b"]);
    // Sent once more, it is told the decision.
    let again = send(&server, &page, &proposals[..1]).await;
    assert_eq!((&again[0]["outcome"], &again[0]["duplicate"]), (&json!("approved"), &json!(true)));

    server.add_app("OTHER", None, |_| {}).await;
    let other = server.add_key_to("OTHER", Role::Private, |_| {}).await;
    let answer = server.call(&other, "GET", &format!("{ROUTE}/a"), &Value::Null).await;
    assert_eq!(answer.status, 404);
    let unknown = server.call(&page, "GET", &format!("{ROUTE}/unknown"), &Value::Null).await;
    assert_eq!(unknown.status, 404);
}

#[actix_web::test]
async fn what_is_wrong_with_one_proposal_is_nothing_to_the_others() {
    let server = server().await;
    let page = page_key(&server).await;
    let mut elsewhere = record("x");
    elsewhere["countrycode"] = json!("fr");
    let results = send(
        &server,
        &page,
        &[
            json!({"mutationId": "a", "update": {"name": "<b>"}}),
            json!({"mutationId": "b", "update": record("Kirchweg")}),
            json!({"mutationId": "c d", "update": record("Kirchweg")}),
            json!({"update": record("Kirchweg")}),
            json!({"mutationId": "e", "update": elsewhere}),
            json!({"mutationId": "f", "remove": true}),
            json!("nonsense"),
            json!({"mutationId": "g", "origin": record("Nirgends"), "update": {}}),
        ],
    )
    .await;
    let outcomes: Vec<_> =
        results.iter().map(|result| result["outcome"].as_str().unwrap()).collect();
    let mut expected = ["rejected"; 8];
    expected[1] = "pending";
    assert_eq!(outcomes, expected, "{results:#?}");
    let params = |index: usize| -> Vec<String> {
        let errors = results[index]["errors"].as_array().unwrap().iter();
        errors.map(|error| error["param"].as_str().unwrap().to_owned()).collect()
    };
    assert!(
        params(0).contains(&"update.name".to_owned())
            && params(0).contains(&"update.city".to_owned())
    );
    assert_eq!(params(4), ["update.countrycode"]);
    assert_eq!(params(5), ["origin"]);
    // A refusal is kept too, so that the answer is the same when it is sent again.
    let again =
        send(&server, &page, &[json!({"mutationId": "a", "update": {"name": "<b>"}})]).await;
    assert_eq!(
        (&again[0]["errors"], &again[0]["duplicate"]),
        (&results[0]["errors"], &json!(true))
    );
    assert_eq!(server.ok("POST", "/patch/search", json!({})).await["totalResults"], 1);

    for body in [json!({}), json!({"proposals": []}), json!({"proposals": vec![json!({}); 101]})] {
        let answer = server.call(&page, "POST", ROUTE, &body).await;
        assert_eq!(answer.status, 422, "{answer:?}");
    }
}

#[actix_web::test]
async fn keys_for_some_countries_propose_for_them_alone() {
    let server = server().await;
    let monaco = server
        .add_key(Role::Public, |key| {
            key.permissions = Some(vec![Scope::PatchesPropose]);
            key.countries = Some(vec!["mc".into()]);
        })
        .await;
    let results =
        send(&server, &monaco, &[json!({"mutationId": "a", "update": record("x")})]).await;
    assert_eq!(results[0]["outcome"], "rejected");
    let public = server.add_key(Role::Public, |_| {}).await;
    let answer = server.call(&public, "POST", ROUTE, &json!({})).await;
    assert_eq!(answer.status, 403, "a public key may not propose unless it is told so");
}

#[actix_web::test]
async fn a_record_with_another_correction_or_none_at_all_is_left_to_a_person() {
    let server = server().await;
    let page = page_key(&server).await;
    let search = json!({"query": "Dorfstrasse Triesen", "types": ["street"]});
    let origin = server.ok("POST", "/search", search).await["results"][0].clone();
    let propose = |id: &str, origin: &Value, update: Value| json!({"mutationId": id, "origin": origin, "update": update});
    let nowhere = record("Nirgends");
    let results = send(
        &server,
        &page,
        &[
            propose("a", &origin, json!({"name": "Landweg"})),
            propose("b", &origin, json!({"zipcode": ["9496"]})),
            propose("c", &nowhere, json!({"name": "Irgendwo"})),
        ],
    )
    .await;
    let outcomes: Vec<_> = results.iter().map(|result| &result["outcome"]).collect();
    assert_eq!(outcomes, ["pending", "conflict", "conflict"], "{results:#?}");
    let id = |index: usize| results[index]["patchId"].as_str().unwrap().to_owned();
    let second = server.ok("GET", &format!("/patch/{}", id(1)), Value::Null).await;
    assert_eq!(
        (&second["status"], &second["proposal"]["conflict"]),
        (&json!("pending"), &json!(true))
    );

    // The first is approved; what is proposed of what it shows goes on from there.
    let approve = json!({"status": "approved"});
    assert_eq!(server.status("PATCH", &format!("/patch/{}", id(0)), approve.clone()).await, 204);
    let search = json!({"query": "Landweg", "types": ["street"]});
    let shown = server.ok("POST", "/search", search.clone()).await["results"][0].clone();
    assert_eq!(shown["name"], "Landweg");
    let third = send(&server, &page, &[propose("d", &shown, json!({"zipcode": ["9497"]}))]).await;
    assert_eq!(third[0]["outcome"], "conflict");
    let third = third[0]["patchId"].as_str().unwrap();
    assert_eq!(server.status("PATCH", &format!("/patch/{third}"), approve).await, 204);
    let results = server.ok("POST", "/search", search).await["results"].clone();
    assert_eq!(
        (&results[0]["name"], &results[0]["zipcode"]),
        (&json!("Landweg"), &json!(["9497"]))
    );
    // It took the place of the first one, which is pending again.
    let first = server.ok("GET", &format!("/patch/{}", id(0)), Value::Null).await;
    assert_eq!(first["status"], "pending");
    let history = server.ok("GET", &format!("/patch/{}/history", id(0)), Value::Null).await;
    let last = history["results"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["action"], "unapprove");
    assert_eq!(last["reason"], format!("Replaced by patch {third}"));
    assert_eq!(outcome(&server, &page, "d").await["outcome"], "approved");
}

#[actix_web::test]
async fn approving_what_the_api_corrects_takes_the_place_of_an_approved_proposal() {
    let server = server().await;
    let search = json!({"query": "Dorfstrasse Triesen", "types": ["street"]});
    let origin = server.ok("POST", "/search", search).await["results"][0].clone();
    let put = json!({"origin": origin, "update": {"name": "Feldweg"}});
    let put = server.ok("PUT", "/patch", put).await["id"].as_str().unwrap().to_owned();
    let proposal = json!({"mutationId": "a", "origin": origin, "update": {"name": "Landweg"}});
    let results = send(&server, TOKEN, &[proposal]).await;
    assert_eq!(results[0]["outcome"], "conflict");
    let proposed = results[0]["patchId"].as_str().unwrap().to_owned();
    for (approved, other) in [(&put, &proposed), (&proposed, &put), (&put, &proposed)] {
        let path = format!("/patch/{approved}");
        assert_eq!(server.status("PATCH", &path, json!({"status": "approved"})).await, 204);
        let patch = server.ok("GET", &format!("/patch/{other}"), Value::Null).await;
        assert_eq!(patch["status"], "pending");
    }
}
