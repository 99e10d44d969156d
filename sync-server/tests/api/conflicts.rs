//! A new base under approved patches: what does not fit is listed, and decided by a person.

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use serde_json::{Value, json};
use sync_server::model::{Role, Scope};

use crate::access_fixture::{TestServer, server};
use crate::fixture::TOKEN;
use crate::generations::{liechtenstein, shard_of, single_streets, street};

async fn correct<S, B>(server: &TestServer<S>, query: &str, change: Value) -> String
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let search = json!({"query": query, "types": ["street"]});
    let origin = server.ok("POST", "/search", search).await["results"][0].clone();
    assert!(query.contains(origin["name"].as_str().unwrap()), "{origin}");
    let mut body = json!({"origin": origin, "status": "approved"});
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    server.ok("PUT", "/patch", body).await["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn patches_that_do_not_fit_a_new_base_are_listed_and_decided() {
    let mut server = server().await;
    let mut gazetteer = liechtenstein();
    server.publish("li", &shard_of(&gazetteer)).await;
    let [fits, fixed, changed, gone, removed] = single_streets(&gazetteer);
    let query = |(name, city): &(String, String)| format!("{name}, {city}");
    let renamed = |name: &str| json!({"update": {"name": name}});
    let applied = correct(&server, &query(&fits), renamed("Zaunkönigweg")).await;
    let redundant = correct(&server, &query(&fixed), renamed("Rotkehlchenweg")).await;
    let conflict = correct(&server, &query(&changed), renamed("Eisvogelweg")).await;
    let orphan = correct(&server, &query(&gone), renamed("Wiedehopfweg")).await;
    let removal = correct(&server, &query(&removed), json!({"remove": true})).await;
    let status = server.ok("GET", "/sync/v1/status", Value::Null).await;
    let outcomes = |applied, redundant, orphan, conflict| json!({"applied": applied, "redundant": redundant, "orphan": orphan, "conflict": conflict});
    assert_eq!(status["countries"]["li"]["outcomes"], outcomes(5, 0, 0, 0));
    let before = status["countries"]["li"]["generation"].clone();
    let empty = server.ok("GET", "/sync/v1/conflicts", Value::Null).await;
    assert_eq!((&empty["total"], &empty["data"]), (&json!(0), &json!([])));

    street(&mut gazetteer, &fixed.0, &fixed.1).names.default = "Rotkehlchenweg".into();
    street(&mut gazetteer, &changed.0, &changed.1).names.default = "Dompfaffweg".into();
    gazetteer.streets.retain(|street| ![&gone.0, &removed.0].contains(&&street.names.default));
    server.publish("li", &shard_of(&gazetteer)).await;

    let status = server.ok("GET", "/sync/v1/status", Value::Null).await;
    let country = &status["countries"]["li"];
    assert_eq!(country["outcomes"], outcomes(1, 1, 2, 1), "{status:#}");
    assert_eq!((&country["approved"], &country["pending"]), (&json!(5), &json!(0)));
    assert_ne!(country["generation"], before);
    assert_eq!(country["head"], 5);

    let list = server.ok("GET", "/sync/v1/conflicts?country=LI", Value::Null).await;
    assert_eq!((&list["total"], &list["count"]), (&json!(4), &json!(4)));
    let found = |id: &str| {
        let data = list["data"].as_array().unwrap();
        data.iter().find(|item| item["patch"]["id"] == id).cloned().unwrap_or_default()
    };
    assert_eq!(found(&applied), Value::Null);
    assert_eq!(found(&redundant)["outcome"], "redundant");
    assert_eq!(found(&orphan)["outcome"], "orphan");
    assert_eq!(found(&orphan).get("base"), None);
    assert_eq!(found(&conflict)["outcome"], "conflict");
    assert_eq!(found(&conflict)["base"]["name"], "Dompfaffweg");
    assert_eq!(found(&conflict)["patch"]["name"], "Eisvogelweg");
    assert_eq!(found(&conflict)["generation"], country["generation"]);
    let orphans = server.ok("GET", "/sync/v1/conflicts?outcome=orphan&limit=1", Value::Null).await;
    assert_eq!((&orphans["total"], &orphans["count"]), (&json!(2), &json!(1)));
    let next = orphans["nextUrl"].as_str().unwrap();
    let next = server.ok("GET", next, Value::Null).await;
    assert_ne!(next["data"][0]["patch"]["id"], orphans["data"][0]["patch"]["id"]);

    let path = |id: &str| format!("/sync/v1/conflicts/{id}");
    let keep = || json!({"resolution": "keep"});
    let retire = || json!({"resolution": "retire", "reason": "the base has it now"});
    // Decisions that make no sense.
    for (id, body, status) in [
        (&applied, keep(), 409),
        (&applied, retire(), 409),
        (&redundant, keep(), 409),
        (&removal, keep(), 409),
        (&"0".repeat(32), keep(), 404),
        (&conflict, json!({"resolution": "maybe"}), 422),
    ] {
        assert_eq!(server.status("POST", &path(id), body.clone()).await, status, "{id} {body}");
    }
    // Those who may not approve may not decide either.
    let permissions = vec![Scope::PatchesRead, Scope::PatchesWrite];
    let writer = server.add_key(Role::Private, |key| key.permissions = Some(permissions)).await;
    assert_eq!(server.call(&writer, "POST", &path(&conflict), &keep()).await.status, 403);
    server.add_app("OTHER", None, |_| {}).await;
    let other = server.add_key_to("OTHER", Role::Private, |_| {}).await;
    assert_eq!(server.call(&other, "POST", &path(&conflict), &keep()).await.status, 404);

    for id in [&conflict, &orphan] {
        let kept = server.ok("POST", &path(id), keep()).await;
        assert_eq!(
            (&kept["patch"]["id"], &kept["patch"]["status"]),
            (&json!(id), &json!("approved"))
        );
        assert_eq!(server.status("POST", &path(id), keep()).await, 409, "it fits now");
    }
    for id in [&redundant, &removal] {
        assert_eq!(server.ok("POST", &path(id), retire()).await["patch"], Value::Null);
        let history = server.ok("GET", &format!("/patch/{id}/history"), Value::Null).await;
        let last = history["results"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&last["action"], &last["reason"]),
            (&json!("retire"), &json!("the base has it now"))
        );
    }
    let status = server.ok("GET", "/sync/v1/status", Value::Null).await;
    assert_eq!(status["countries"]["li"]["outcomes"], outcomes(3, 0, 0, 0));
    let audit = server.ok("GET", "/audit?action=patch.retire", Value::Null).await;
    assert_eq!(audit["total"], 2);
    let audit = server.ok("GET", "/audit?action=patch.keep", Value::Null).await;
    assert_eq!(audit["total"], 2);

    // What is searched is what was decided.
    for name in ["Zaunkönigweg", "Rotkehlchenweg", "Eisvogelweg", "Wiedehopfweg"] {
        let search = json!({"query": name, "types": ["street"]});
        assert_eq!(server.ok("POST", "/search", search).await["results"][0]["name"], name);
    }
    let answer = server.call(TOKEN, "GET", "/sync/v1/conflicts?country=x", &Value::Null).await;
    assert_eq!(answer.status, 422);
}
