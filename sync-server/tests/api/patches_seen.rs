//! What a patch says is what users see, or it is refused: houses whose street changes, records
//! that move, translations, and several changes at once.

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use serde_json::{Value, json};
use sync_server::access::KEY_HEADER;
use sync_server::model::{Role, Scope};

use crate::access_fixture::{TestServer, server};
use crate::fixture::{Answer, TOKEN, anonymous};
use crate::gazetteer::{monaco, world};

impl<S, B> TestServer<S>
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    /// The first result of a search, whole.
    async fn first(&self, query: &str) -> Value {
        self.ok("POST", "/search", json!({ "query": query })).await["results"][0].clone()
    }

    /// Corrects the first result of a search; the patch.
    async fn correct(&self, query: &str, update: Value) -> Value {
        let origin = self.first(query).await;
        let body = json!({"origin": origin, "update": update, "status": "approved"});
        self.ok("PUT", "/patch", body).await
    }

    async fn edit(&self, patch: &Value, body: Value) -> u16 {
        self.status("PATCH", &format!("/patch/{}", patch["id"].as_str().unwrap()), body).await
    }

    async fn send_once(&self, method: Method, path: &str, key: &str, body: &Value) -> Answer {
        let request = anonymous(method, path)
            .insert_header((KEY_HEADER, TOKEN))
            .insert_header(("idempotency-key", key))
            .set_payload(body.to_string());
        self.send(request).await
    }
}

fn shown(hit: &Value) -> (&str, &str, &str) {
    let text = |field: &str| hit[field].as_str().unwrap();
    (text("name"), text("coordinates"), text("precision"))
}

#[actix_web::test]
async fn a_corrected_house_goes_where_its_street_goes() {
    for street_first in [false, true] {
        for street in
            [json!({"name": "Hauptgasse"}), json!({"name": "Hauptgasse", "city": "Triesen"})]
        {
            let server = server().await;
            if street_first {
                server.correct("Städtle Vaduz", street.clone()).await;
                server.correct("Hauptgasse 43", json!({"coordinates": "47.14,9.53"})).await;
            } else {
                server.correct("Städtle 43 Vaduz", json!({"coordinates": "47.14,9.53"})).await;
                server.correct("Städtle Vaduz", street.clone()).await;
            }
            let hit = server.first("Hauptgasse 43").await;
            assert_eq!(shown(&hit), ("Hauptgasse 43", "47.14, 9.53", "exact"), "{street}");
            let left = server.first("Städtle 43 Vaduz").await;
            assert_ne!(left["name"], "Städtle 43", "{street}");
        }
    }
}

#[actix_web::test]
async fn a_new_name_counts_after_a_new_street() {
    let server = server().await;
    let street = json!({"number": "43", "suffix": "b", "name": "Städtle"});
    let made = server.correct("Städtle 43 Vaduz", json!({"street": street})).await;
    assert_eq!(server.first("Städtle 43b Vaduz").await["name"], "Städtle 43b");
    assert_eq!(server.edit(&made, json!({"update": {"name": "Städtle 99"}})).await, 204);
    assert_eq!(server.first("Städtle 99 Vaduz").await["name"], "Städtle 99");
    for name in ["99", "Städtle"] {
        assert_eq!(server.edit(&made, json!({"update": {"name": name}})).await, 422, "{name}");
    }
    // As clients do it, who send the whole record.
    let mut whole = server.first("Städtle 99 Vaduz").await;
    let origin = whole.clone();
    whole["name"] = json!("Städtle 98");
    let body = json!({"origin": origin, "update": whole, "status": "approved"});
    let again = server.ok("PUT", "/patch", body).await;
    assert_eq!((&again["id"], &again["name"]), (&made["id"], &json!("Städtle 98")));
    assert_eq!(server.first("Städtle 98 Vaduz").await["name"], "Städtle 98");
}

#[actix_web::test]
async fn what_could_never_be_seen_is_refused_also_of_proposals() {
    let mut server = server().await;
    server.publish("zz", &world()).await;
    let house = json!({"type": "street", "name": "Städtle 333",
        "street": {"number": "333", "suffix": "", "name": "Städtle"}});
    let body = json!({"origin": server.first("Landesmuseum").await, "update": house});
    assert_eq!(server.status("PUT", "/patch", body).await, 409);
    let country = json!({"query": "Liechtenstein", "types": ["country"]});
    let country = server.ok("POST", "/search", country).await["results"][0].clone();
    for (change, param) in [
        (json!({"remove": true}), "remove"),
        (json!({"update": {"countrycode": "us"}}), "update.countrycode"),
        (json!({"update": {"type": "city"}}), "update.type"),
    ] {
        let mut body = json!({"origin": country, "status": "approved"});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = server.call(TOKEN, "PUT", "/patch", &body).await;
        assert_eq!(answer.json()["errors"][0]["param"], param, "{answer:?}");
        let mut proposal = change.clone();
        proposal["mutationId"] = json!(param);
        proposal["origin"] = country.clone();
        let body = json!({"proposals": [proposal]});
        let result = server.ok("POST", "/sync/v1/proposals", body).await["results"][0].clone();
        assert_eq!(result["outcome"], "rejected", "{result}");
        assert_eq!(result["errors"][0]["param"], param, "{result}");
    }
    for update in [json!({"type": "tourism"}), json!({"name": "Ohne"})] {
        let origin = server.first("Städtle 43 Vaduz").await;
        let proposal = json!({"mutationId": update.to_string().len().to_string(), "origin": origin, "update": update});
        let body = json!({"proposals": [proposal]});
        let result = server.ok("POST", "/sync/v1/proposals", body).await["results"][0].clone();
        assert_eq!(result["outcome"], "rejected", "{result}");
    }
}

#[actix_web::test]
async fn what_has_no_language_counts_for_all_of_them() {
    let server = server().await;
    let origin = server.first("Landesmuseum").await;
    let update = json!({"name": "Musée national", "city": "Vaduz", "zipcode": ["9499"],
        "coordinates": "47.15,9.53", "type": "tourism"});
    let body = json!({"origin": origin, "update": update, "language": "fr", "status": "approved"});
    let made = server.ok("PUT", "/patch", body).await;
    for (language, name) in [("fr", "Musée national"), ("de", "Landesmuseum")] {
        let search = json!({"query": name, "language": language});
        let hit = server.ok("POST", "/search", search).await["results"][0].clone();
        assert_eq!((&hit["name"], &hit["coordinates"]), (&json!(name), &json!("47.15, 9.53")));
        assert_eq!(hit["zipcode"], json!(["9499"]));
    }
    assert_eq!(made["coordinates"], "47.15, 9.53");
    // One that is all in one language keeps that until another one is the last.
    let record = json!({"name": "Moulin", "city": "Vaduz", "country": "Liechtenstein",
        "countrycode": "li", "zipcode": ["9490"], "population": 0, "coordinates": "47.12,9.53",
        "type": "tourism"});
    let body = json!({"record": record, "language": "fr", "status": "approved"});
    let made = server.ok("POST", "/patch", body).await;
    let german = json!({"update": {"name": "Mühle"}, "language": "de"});
    assert_eq!(server.edit(&made, german).await, 204);
    let path = format!("/patch/{}/language", made["id"].as_str().unwrap());
    assert_eq!(server.status("DELETE", &format!("{path}/fr"), Value::Null).await, 204);
    assert_eq!(server.status("DELETE", &format!("{path}/de"), Value::Null).await, 409);
    assert_eq!(server.first("Mühle").await["coordinates"], "47.12, 9.53");
}

#[actix_web::test]
async fn every_field_of_a_translation_is_shown_in_its_language() {
    let server = server().await;
    let origin = server.first("Landesmuseum").await;
    let update = json!({"name": "Musée national", "city": "Vadouce", "country": "Principauté"});
    let body = json!({"origin": origin, "update": update, "language": "fr", "status": "approved"});
    server.ok("PUT", "/patch", body).await;
    let of = async |query: &str, language: &str| {
        let search = json!({"query": query, "language": language});
        let hit = server.ok("POST", "/search", search).await["results"][0].clone();
        ["name", "city", "country"].map(|field| hit[field].as_str().unwrap().to_owned())
    };
    assert_eq!(of("Landesmuseum", "fr").await, ["Musée national", "Vadouce", "Principauté"]);
    assert_eq!(of("Landesmuseum", "de").await, ["Landesmuseum", "Vaduz", "Liechtenstein"]);
    assert_eq!(of("Städtle", "fr").await[1], "Vadouce");
    let reverse = json!({"coordinates": origin["coordinates"], "language": "fr"});
    let hit = server.ok("POST", "/reverse", reverse).await["results"][0].clone();
    assert_eq!(hit["city"], "Vadouce");
}

#[actix_web::test]
async fn a_translation_of_a_house_is_the_name_of_its_street_in_the_language() {
    let server = server().await;
    let origin = server.first("Städtle 43, Vaduz").await;
    let update = json!({"name": "43 La Petite Ville"});
    let body = json!({"origin": origin, "update": update, "language": "fr", "status": "approved"});
    let made = server.ok("PUT", "/patch", body).await;
    let name = async |query: &str, language: &str| {
        let search = json!({"query": query, "language": language});
        let hit = server.ok("POST", "/search", search).await["results"][0].clone();
        hit["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(name("Städtle 43, Vaduz", "fr").await, "La Petite Ville 43");
    assert_eq!(name("Städtle, Vaduz", "fr").await, "La Petite Ville");
    assert_eq!(name("43 la petite ville", "fr").await, "La Petite Ville 43");
    assert_eq!(name("Städtle 43, Vaduz", "de").await, "Städtle 43");
    // Where the house goes to another street, that has the name.
    assert_eq!(server.edit(&made, json!({"update": {"name": "Neue Gasse 43"}})).await, 204);
    assert_eq!(name("Städtle, Vaduz", "fr").await, "Städtle");
    assert_eq!(name("Neue Gasse 43, Vaduz", "fr").await, "La Petite Ville 43");
}

#[actix_web::test]
async fn a_record_that_moves_to_another_country_is_in_that_one_alone() {
    let mut server = server().await;
    server.publish("mc", &monaco()).await;
    server.publish("zz", &world()).await;
    let moved = json!({"countrycode": "mc", "city": "Monaco", "coordinates": "43.735,7.42"});
    let made = server.correct("Landesmuseum", moved).await;
    let places = async |server: &TestServer<_>| {
        let found = server.ok("POST", "/search", json!({"query": "Landesmuseum"})).await;
        let found = found["results"].as_array().unwrap().clone();
        let code = |hit: Value| hit["countrycode"].as_str().unwrap().to_owned();
        found.into_iter().map(code).collect::<Vec<_>>()
    };
    assert_eq!(places(&server).await, ["mc"]);
    let heads = server.ok("GET", "/sync/v1/status", Value::Null).await["countries"].clone();
    assert_eq!((&heads["li"]["head"], &heads["mc"]["head"]), (&json!(1), &json!(1)));
    assert_eq!(server.ok("GET", "/sync/v1/conflicts", Value::Null).await["total"], 0);
    let world = json!({"update": {"countrycode": "us", "city": "", "coordinates": "40.7,-74"}});
    assert_eq!(server.edit(&made, world).await, 204);
    assert_eq!(places(&server).await, ["us"]);
    assert_eq!(server.edit(&made, json!({"status": "pending"})).await, 204);
    assert_eq!(places(&server).await, ["li"]);
    assert_eq!(server.edit(&made, json!({"status": "approved"})).await, 204);
    let back =
        json!({"update": {"countrycode": "li", "city": "Vaduz", "coordinates": "47.138,9.5222"}});
    assert_eq!(server.edit(&made, back).await, 204);
    assert_eq!(places(&server).await, ["li"]);
}

#[actix_web::test]
async fn a_request_that_changes_nothing_is_remembered_as_well() {
    let server = server().await;
    let body = json!({"origin": server.first("Landesmuseum").await, "update": {"name": "Museum"}});
    let made = server.ok("PUT", "/patch", body.clone()).await;
    let same = server.send_once(Method::PUT, "/patch", "k", &body).await;
    assert_eq!((same.status.as_u16(), same.header("etag")), (200, Some("\"1\"")));
    assert_eq!(server.edit(&made, json!({"update": {"name": "Neues Museum"}})).await, 204);
    let again = server.send_once(Method::PUT, "/patch", "k", &body).await;
    assert_eq!((again.json(), again.header("etag")), (same.json(), Some("\"1\"")));
    let path = format!("/patch/{}", made["id"].as_str().unwrap());
    assert_eq!(server.ok("GET", &path, Value::Null).await["name"], "Neues Museum");
    assert_eq!(server.send_once(Method::PATCH, &path, "l", &json!({})).await.status, 204);
    let other = json!({"update": {"name": "x"}});
    assert_eq!(server.send_once(Method::PATCH, &path, "l", &other).await.status, 422);

    let key = server.ok("POST", "/keys", json!({"name": "one"})).await;
    let path = format!("/keys/{}", key["id"].as_str().unwrap());
    let same = json!({"name": "one"});
    assert_eq!(server.send_once(Method::PATCH, &path, "m", &same).await.status, 200);
    server.ok("PATCH", &path, json!({"name": "two"})).await;
    assert_eq!(server.send_once(Method::PATCH, &path, "m", &same).await.json()["name"], "two");
}

#[actix_web::test]
async fn operations_of_one_request_see_what_those_before_them_did() {
    let server = server().await;
    server.correct("Landesmuseum", json!({"name": "Museum"})).await;
    let origin = server.first("Museum").await;
    let upsert = |update: Value| json!({"method": "upsert", "origin": origin, "update": update});
    let body = json!({"operations": [
        upsert(json!({"population": 1})), upsert(json!({"name": "Haus"})),
    ]});
    let done = server.ok("POST", "/patch/bulk", body).await["results"].clone();
    assert_eq!(done[0]["id"], done[1]["id"]);
    assert_eq!(server.first("Haus Vaduz").await["name"], "Haus");
    let record = json!({"name": "Brunnen", "city": "Vaduz", "country": "Liechtenstein",
        "countrycode": "li", "zipcode": ["9490"], "population": 0, "coordinates": "47.12,9.53",
        "type": "tourism"});
    let body = json!({"operations": [
        {"method": "create", "record": record, "status": "approved"},
        {"method": "upsert", "origin": record, "update": {"name": "Weltbrunnen"}},
    ]});
    let done = server.ok("POST", "/patch/bulk", body).await["results"].clone();
    assert_eq!(done[0]["id"], done[1]["id"]);
    assert_eq!(server.first("Weltbrunnen").await["name"], "Weltbrunnen");
    let none = server.ok("POST", "/patch/search", json!({"types": ["bus", "-bus"]})).await;
    assert_eq!(none["totalResults"], 0);
}

#[actix_web::test]
async fn many_who_correct_one_record_at_once_all_succeed() {
    let server = server().await;
    let origin = server.first("Landesmuseum").await;
    let bodies: Vec<_> = (0..40)
        .map(|n| json!({"origin": origin, "update": {"name": format!("Museum {n}")}}))
        .collect();
    let requests = bodies.iter().map(|body| server.status("PUT", "/patch", body.clone()));
    let statuses = futures_util::future::join_all(requests).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}

#[actix_web::test]
async fn a_key_for_some_countries_gives_itself_and_others_no_more() {
    let mut server = server().await;
    server.publish("mc", &monaco()).await;
    let small = server.ok("POST", "/keys", json!({"role": "private", "countries": ["li"]})).await;
    let token = small["token"].as_str().unwrap();
    let path = format!("/keys/{}", small["id"].as_str().unwrap());
    let large = server.ok("POST", "/keys", json!({"role": "public"})).await;
    let large = format!("/keys/{}", large["id"].as_str().unwrap());
    for (method, path, body) in [
        ("PATCH", path.as_str(), json!({"countries": null})),
        ("PATCH", path.as_str(), json!({"countries": ["li", "mc"]})),
        ("POST", "/keys", json!({"countries": ["mc"]})),
        ("PATCH", large.as_str(), json!({"name": "mine"})),
        ("DELETE", large.as_str(), Value::Null),
    ] {
        let answer = server.call(token, method, path, &body).await;
        assert_eq!(answer.status, 403, "{method} {path} {body}");
    }
    let own = server.call(token, "POST", "/keys", &json!({})).await.json();
    assert_eq!(own["countries"], json!(["li"]));
    let shown = server.call(token, "GET", &large, &Value::Null).await.json();
    assert!(shown["token"].as_str().unwrap().contains('…'), "{shown}");

    let record = |code: &str| {
        json!({"name": "Brunnen", "city": "", "country": "", "countrycode": code,
        "zipcode": [], "population": 0, "coordinates": "47.12,9.53", "type": "tourism"})
    };
    let add = async |code: &str| {
        let body = json!({"record": record(code), "status": "approved"});
        server.call(token, "POST", "/patch", &body).await
    };
    assert_eq!(add("mc").await.status, 403);
    let made = add("li").await;
    assert_eq!(made.status, 200);
    let path = format!("/patch/{}", made.json()["id"].as_str().unwrap());
    let moved = json!({"update": {"countrycode": "mc"}});
    assert_eq!(server.call(token, "PATCH", &path, &moved).await.status, 403);
    assert_eq!(server.status("PATCH", &path, moved).await, 204);
    assert_eq!(server.call(token, "DELETE", &path, &Value::Null).await.status, 403);
    let proposer = server
        .add_key(Role::Public, |key| key.permissions = Some(vec![Scope::PatchesPropose]))
        .await;
    assert!(!proposer.is_empty());
}
