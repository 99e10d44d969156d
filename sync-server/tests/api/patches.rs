//! Patches over the real routes: made, found, translated, approved, taken back, and seen by users.

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::fixture::{Answer, DataDir, app, request, send_to};
use crate::geocode::two_countries;
use crate::keys_fixture::{PRIVATE, PUBLIC, with_keys};

/// The address of a client that reads every answer as JSON.
const CLIENT: &str = "PlaceKit/2.3.0 (Client=JavaScript) NodeJS/v20";

/// An application with the tiny countries, and what is sent to it with a private key.
struct Admin<S> {
    app: S,
    _data: DataDir,
}

async fn admin() -> Admin<
    impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = actix_web::Error>,
> {
    let data = two_countries();
    let state = with_keys(data.loaded_state()).await;
    Admin { app: app(state).await, _data: data }
}

impl<S, B> Admin<S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send_with(method, path, body, &[]).await
    }

    async fn send_with(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = request(method, path)
            .insert_header(("x-placekit-api-key", PRIVATE))
            .set_payload(body.to_string());
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        send_to(&self.app, request).await
    }

    async fn ok(&self, method: Method, path: &str, body: &Value) -> Value {
        let answer = self.send(method, path, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()
    }

    /// What end users find.
    async fn names(&self, query: &str) -> Vec<String> {
        let request = request(Method::POST, "/search")
            .insert_header(("x-placekit-api-key", PUBLIC))
            .set_payload(json!({"query": query, "maxResults": 20}).to_string());
        let answer = send_to(&self.app, request).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let json = answer.json();
        let results = json["results"].as_array().unwrap().iter();
        results.map(|result| result["name"].as_str().unwrap().to_owned()).collect()
    }

    /// The first result of a search, whole, as clients hand it back.
    async fn found(&self, body: &Value) -> Value {
        self.ok(Method::POST, "/search", body).await["results"][0].clone()
    }
}

fn record() -> Value {
    json!({
        "name": "Kirchweg", "city": "Vaduz", "county": "", "administrative": "",
        "country": "Liechtenstein", "countrycode": "li", "zipcode": ["9490"],
        "population": 5700, "coordinates": "47.1405, 9.5205", "type": "street",
    })
}

#[actix_web::test]
async fn a_new_record_is_seen_by_users_from_its_approval_until_it_is_taken_back() {
    let admin = admin().await;
    let made = admin.ok(Method::POST, "/patch", &json!({"record": record()})).await;
    assert_eq!((&made["status"], &made["name"]), (&json!("pending"), &json!("Kirchweg")));
    let id = made["id"].as_str().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    assert!(!admin.names("Kirchweg").await.contains(&"Kirchweg".to_owned()));

    let path = format!("/patch/{id}");
    for (status, seen) in [("approved", true), ("pending", false), ("approved", true)] {
        let answer = admin.send(Method::PATCH, &path, &json!({"status": status})).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::NO_CONTENT, 0));
        let names = admin.names("Kirchweg").await;
        assert_eq!(names.contains(&"Kirchweg".to_owned()), seen, "{status}: {names:?}");
    }
    let answer = admin.send(Method::DELETE, &path, &json!({})).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert!(!admin.names("Kirchweg").await.contains(&"Kirchweg".to_owned()));
    assert_eq!(admin.send(Method::GET, &path, &json!({})).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_result_is_corrected_by_handing_it_back_whole() {
    let admin = admin().await;
    let origin = admin.found(&json!({"query": "Dorfstrasse Triesen", "types": ["street"]})).await;
    assert_eq!(origin["name"], "Dorfstrasse");
    let body = json!({"origin": origin, "update": {"name": "Landweg"}, "status": "approved"});
    let made = admin.ok(Method::PUT, "/patch", &body).await;
    assert_eq!((&made["name"], &made["city"]), (&json!("Landweg"), &json!("Triesen")));
    assert_eq!(made["origin"]["name"], "Dorfstrasse");
    assert_eq!(admin.names("Landweg Triesen").await[0], "Landweg");
    // Its houses have moved along, and the old name is gone.
    assert_eq!(admin.names("Landweg 24 Triesen").await[0], "Landweg 24");
    assert!(!admin.names("Dorfstrasse").await.contains(&"Dorfstrasse".to_owned()));

    // The same origin is the same patch, and so is what the patch made of it.
    let again = json!({"origin": origin, "update": {"zipcode": ["9496"]}});
    let again = admin.ok(Method::PUT, "/patch", &again).await;
    assert_eq!((&again["id"], &again["name"]), (&made["id"], &json!("Landweg")));
    assert_eq!(again["status"], "approved");
    let patched = admin.found(&json!({"query": "Landweg", "types": ["street"]})).await;
    assert_eq!(patched["zipcode"], json!(["9496"]));
    let further = json!({"origin": patched, "update": {"name": "Feldweg"}});
    assert_eq!(admin.ok(Method::PUT, "/patch", &further).await["id"], made["id"]);
    assert_eq!(admin.names("Feldweg").await[0], "Feldweg");
}

#[actix_web::test]
async fn a_record_has_one_patch_whatever_of_it_is_handed_back() {
    let admin = admin().await;
    for query in ["Dorfstrasse Triesen", "Städtle 43, Vaduz", "Triesen", "Landesmuseum"] {
        let whole = admin.found(&json!({"query": query})).await;
        let mut required = whole.clone();
        let object = required.as_object_mut().unwrap();
        let codes = ["administrativecode", "countycode", "citycode", "highlight", "precision"];
        codes.iter().for_each(|name| drop(object.remove(*name)));
        let number = object.get("street").and_then(|street| street["number"].as_str());
        if number.is_none_or(str::is_empty) {
            object.remove("street");
        }
        let ids = [(whole, "9501"), (required, "9502")].map(|(origin, zipcode)| {
            json!({"origin": origin, "update": {"zipcode": [zipcode]}, "status": "pending"})
        });
        let [first, second] = ids;
        let first = admin.ok(Method::PUT, "/patch", &first).await;
        let second = admin.ok(Method::PUT, "/patch", &second).await;
        assert_eq!(first["id"], second["id"], "{query}");
        assert_eq!(second["zipcode"], json!(["9502"]), "{query}");
    }
}

#[actix_web::test]
async fn a_house_takes_another_street_and_stays_a_house() {
    let admin = admin().await;
    let origin = admin.found(&json!({"query": "Städtle 43, Vaduz"})).await;
    let refused = async |update: Value| {
        let body = json!({"origin": origin, "update": update, "status": "approved"});
        let answer = admin.send(Method::PUT, "/patch", &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{update}: {answer:?}");
        let json = answer.json();
        json["errors"].as_array().unwrap().iter().map(|e| e["param"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(refused(json!({"name": "Städtle"})).await, ["update.name"]);
    assert_eq!(refused(json!({"type": "tourism"})).await, ["update.type"]);
    let nothing = json!({"street": {"number": "abc", "suffix": "", "name": "Städtle"}});
    assert_eq!(refused(nothing).await, ["update.name"]);
    assert_eq!(admin.names("Städtle 43, Vaduz").await[0], "Städtle 43");

    let body = json!({"origin": origin, "update": {"name": "Stadtli 43"}, "status": "approved"});
    admin.ok(Method::PUT, "/patch", &body).await;
    assert_eq!(admin.names("Stadtli 43, Vaduz").await[0], "Stadtli 43");
}

#[actix_web::test]
async fn a_country_stays_one() {
    let admin = admin().await;
    let origin = admin.found(&json!({"query": "Monaco", "types": ["country"]})).await;
    let operation = json!({"method": "upsert", "origin": origin, "update": {"type": "city"}});
    let answer = admin.send(Method::POST, "/patch/bulk", &json!({"operations": [operation]})).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer:?}");
    assert_eq!(answer.json()["errors"][0]["param"], "operations[0].update.type");
}

#[actix_web::test]
async fn a_record_stays_where_it_is_without_the_translation_that_said_so() {
    let admin = admin().await;
    let body = json!({"record": record(), "language": "fr", "status": "approved"});
    let made = admin.ok(Method::POST, "/patch", &body).await;
    let path = format!("/patch/{}", made["id"].as_str().unwrap());
    let italian = json!({"update": {"name": "Via"}, "language": "it"});
    admin.send(Method::PATCH, &path, &italian).await;
    let answer = admin.send(Method::DELETE, &format!("{path}/language/fr"), &json!({})).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    let left = admin.ok(Method::GET, &path, &json!({})).await;
    assert_eq!((&left["name"], &left["city"]), (&json!("Via"), &json!("Vaduz")));
    assert_eq!((&left["lat"], &left["type"]), (&json!(47.1405), &json!("street")));
    assert_eq!(admin.names("Via Vaduz").await[0], "Via");
}

#[actix_web::test]
async fn a_wrong_language_is_told_once() {
    let admin = admin().await;
    let body = json!({"record": record(), "language": "french"});
    let answer = admin.send(Method::POST, "/patch", &body).await;
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 1, "{answer:?}");
}

#[actix_web::test]
async fn a_house_of_a_street_is_corrected_and_its_neighbours_stay() {
    let admin = admin().await;
    let origin = admin.found(&json!({"query": "Städtle 43, Vaduz"})).await;
    assert_eq!(origin["street"]["number"], "43");
    let update = json!({"coordinates": "47.1301, 9.5201"});
    let body = json!({"origin": origin, "update": update, "status": "approved"});
    admin.ok(Method::PUT, "/patch", &body).await;
    let fixed = admin.found(&json!({"query": "Städtle 43, Vaduz"})).await;
    assert_eq!(fixed["coordinates"], "47.1301, 9.5201");
    assert_eq!((&fixed["name"], &fixed["precision"]), (&origin["name"], &json!("exact")));
    let neighbour = admin.found(&json!({"query": "Städtle 41, Vaduz"})).await;
    assert_eq!(
        (&neighbour["street"]["number"], &neighbour["precision"]),
        (&json!("41"), &json!("exact"))
    );
    let near = json!({"coordinates": "47.1301,9.5201", "types": ["street"], "maxResults": 1});
    let near = admin.ok(Method::POST, "/reverse", &near).await;
    assert_eq!(near["results"][0]["street"]["number"], "43");
}

#[actix_web::test]
async fn what_a_correction_of_its_city_shows_in_another_way_is_corrected_as_well() {
    let admin = admin().await;
    let kirchweg = json!({"record": record(), "status": "approved"});
    let kirchweg = admin.ok(Method::POST, "/patch", &kirchweg).await;
    let street = admin.found(&json!({"query": "Städtle Vaduz", "types": ["street"]})).await;
    let body = json!({"origin": street, "update": {"zipcode": ["9491"]}, "status": "approved"});
    let street = admin.ok(Method::PUT, "/patch", &body).await;
    let city = admin.found(&json!({"query": "Vaduz", "types": ["city"]})).await;
    let update = json!({"name": "Faduz", "population": 6000});
    let body = json!({"origin": city, "update": update, "status": "approved"});
    admin.ok(Method::PUT, "/patch", &body).await;

    // A house that nobody corrected, a street that someone did, and one that someone added.
    for (query, patch) in [
        ("Städtle 41", None),
        ("Städtle", Some(&street["id"])),
        ("Kirchweg", Some(&kirchweg["id"])),
    ] {
        let origin = admin.found(&json!({"query": query, "types": ["street"]})).await;
        assert_eq!((&origin["city"], &origin["population"]), (&json!("Faduz"), &json!(6000)));
        let update = json!({"coordinates": "47.1309, 9.5209"});
        let body = json!({"origin": origin, "update": update, "status": "approved"});
        let made = admin.ok(Method::PUT, "/patch", &body).await;
        if let Some(id) = patch {
            assert_eq!(made["id"], *id, "{query}");
        }
        let moved = admin.found(&json!({"query": query, "types": ["street"]})).await;
        assert_eq!((&moved["name"], &moved["city"]), (&origin["name"], &origin["city"]));
        assert_eq!(moved["coordinates"], "47.1309, 9.5209", "{query}");
    }
}

#[actix_web::test]
async fn a_record_is_taken_away() {
    let admin = admin().await;
    let origin = admin.found(&json!({"query": "Landesmuseum"})).await;
    let body = json!({"origin": origin, "remove": true, "status": "approved"});
    assert_eq!(admin.ok(Method::PUT, "/patch", &body).await["remove"], true);
    assert!(!admin.names("Landesmuseum").await.contains(&"Landesmuseum".to_owned()));

    // Who says later what it is called says that it is there.
    let body = json!({"origin": origin, "update": {"name": "Museumshaus"}});
    let renamed = admin.ok(Method::PUT, "/patch", &body).await;
    assert_eq!((&renamed["remove"], &renamed["status"]), (&Value::Null, &json!("approved")));
    assert_eq!(admin.names("Museumshaus").await[0], "Museumshaus");
}

#[actix_web::test]
async fn an_origin_that_is_nowhere_is_not_found() {
    let admin = admin().await;
    let mut origin = admin.found(&json!({"query": "Dorfstrasse", "types": ["street"]})).await;
    origin["coordinates"] = json!("47.2, 9.6");
    let body = json!({"origin": origin, "update": {"name": "Landweg"}});
    let answer = admin.send(Method::PUT, "/patch", &body).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.message(), "origin could not be found");
}

#[actix_web::test]
async fn translations_fall_back_field_by_field_and_the_last_one_stays() {
    let admin = admin().await;
    let body = json!({"record": record(), "language": "fr"});
    let made = admin.ok(Method::POST, "/patch", &body).await;
    let path = format!("/patch/{}", made["id"].as_str().unwrap());
    let german = json!({"update": {"name": "Kirchengasse"}, "language": "de"});
    admin.send(Method::PATCH, &path, &german).await;
    let name = async |language: &str| {
        let shown = admin.ok(Method::GET, &format!("{path}?language={language}"), &json!({})).await;
        (shown["name"].clone(), shown["city"].clone())
    };
    assert_eq!(name("de").await, (json!("Kirchengasse"), json!("Vaduz")));
    for language in ["fr", "en", "undefined", ""] {
        assert_eq!(name(language).await, (json!("Kirchweg"), json!("Vaduz")), "{language}");
    }
    let delete = async |language: &str| {
        let path = format!("{path}/language/{language}");
        admin.send(Method::DELETE, &path, &json!({})).await.status
    };
    assert_eq!(delete("it").await, StatusCode::NOT_FOUND);
    assert_eq!(delete("de").await, StatusCode::NO_CONTENT);
    assert_eq!(delete("fr").await, StatusCode::CONFLICT);
    // With fields in no language, no translation is the last.
    admin.send(Method::PATCH, &path, &json!({"update": {"name": "Church Lane"}})).await;
    assert_eq!(delete("fr").await, StatusCode::NO_CONTENT);
}

#[actix_web::test]
async fn users_see_translations_in_their_language() {
    let admin = admin().await;
    let origin = admin.found(&json!({"query": "Vaduz", "types": ["city"]})).await;
    let body = json!({
        "origin": origin, "update": {"name": "Vadouz"}, "language": "fr", "status": "approved",
    });
    admin.ok(Method::PUT, "/patch", &body).await;
    let city = |language: &str| json!({"query": "Vaduz", "types": ["city"], "language": language});
    assert_eq!(admin.found(&city("fr")).await["name"], "Vadouz");
    assert_eq!(admin.found(&city("de")).await["name"], "Vaduz");
    let street = json!({"query": "Städtle", "types": ["street"], "language": "fr"});
    assert_eq!(admin.found(&street).await["city"], "Vadouz");
    assert_eq!(admin.found(&json!({"query": "Vadouz", "types": ["city"]})).await["name"], "Vaduz");
}

#[actix_web::test]
async fn patches_are_listed_filtered_and_turned_page_by_page() {
    let admin = admin().await;
    for number in 0..12 {
        let mut record = record();
        record["name"] = json!(format!("Weg {number}"));
        record["type"] = json!(if number % 2 == 0 { "street" } else { "tourism" });
        if number % 3 == 0 {
            record["countrycode"] = json!("mc");
        }
        let status = if number < 4 { "approved" } else { "pending" };
        admin.ok(Method::POST, "/patch", &json!({"record": record, "status": status})).await;
    }
    let list = async |body: Value| {
        let json = admin.ok(Method::POST, "/patch/search", &body).await;
        let results = json["results"].as_array().unwrap();
        assert_eq!(json["resultsCount"], results.len());
        (results.clone(), json["totalResults"].as_u64().unwrap())
    };
    assert_eq!(list(json!({})).await.1, 12);
    assert_eq!(list(json!({})).await.0.len(), 5);
    assert_eq!(list(json!({"status": "approved"})).await.1, 4);
    assert_eq!(list(json!({"countries": ["MC"]})).await.1, 4);
    assert_eq!(list(json!({"types": ["street"]})).await.1, 6);
    assert_eq!(list(json!({"types": ["-street"]})).await.1, 6);
    assert_eq!(list(json!({"query": "weg 1"})).await.1, 3);
    let mut ids = Vec::new();
    for offset in [0, 5, 10, 15] {
        let (results, total) = list(json!({"offset": offset})).await;
        assert_eq!(total, 12);
        ids.extend(results.iter().map(|result| result["id"].as_str().unwrap().to_owned()));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 12);
    let (results, _) = list(json!({"query": "Weg 11"})).await;
    for field in ["id", "status", "highlight", "name", "zipcode", "lat", "lng", "coordinates"] {
        assert!(results[0].get(field).is_some(), "{field}");
    }
}

#[actix_web::test]
async fn what_would_hurt_a_page_or_nobody_would_see_is_refused() {
    let admin = admin().await;
    for (field, value) in [
        ("name", json!("<img onerror=alert(1)>")),
        ("city", json!("a\u{0}b")),
        ("coordinates", json!("100, 200")),
        ("countrycode", json!("fr")),
        ("type", json!("castle")),
        ("zipcode", json!("9490")),
        ("population", json!(-5)),
    ] {
        let mut record = record();
        record[field] = value;
        let answer = admin.send(Method::POST, "/patch", &json!({"record": record})).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert_eq!(answer.json()["errors"][0]["param"], format!("record.{field}"));
    }
    for (method, body) in [
        (Method::POST, json!({})),
        (Method::PUT, json!({})),
        (Method::PUT, json!({"origin": record()})),
        (Method::PUT, json!({"origin": record(), "update": {}})),
        (Method::POST, json!({"record": record(), "status": "rejected"})),
    ] {
        let answer = admin.send(method, "/patch", &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
}

#[actix_web::test]
async fn the_official_client_gets_json_where_the_api_has_no_content() {
    let admin = admin().await;
    let made = admin.ok(Method::POST, "/patch", &json!({"record": record()})).await;
    let path = format!("/patch/{}", made["id"].as_str().unwrap());
    let client = [("user-agent", CLIENT)];
    let body = json!({"update": {"name": "Neuweg"}});
    let answer = admin.send_with(Method::PATCH, &path, &body, &client).await;
    assert_eq!((answer.status, &answer.json()["name"]), (StatusCode::OK, &json!("Neuweg")));
    let answer = admin.send_with(Method::PATCH, &path, &json!({}), &client).await;
    assert_eq!(answer.json()["revision"], 2);
    let prefer = [("prefer", "return=representation")];
    let answer = admin.send_with(Method::PATCH, &path, &json!({}), &prefer).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer = admin.send_with(Method::DELETE, &path, &json!({}), &client).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({})));
}

#[actix_web::test]
async fn a_revision_that_has_passed_is_a_conflict() {
    let admin = admin().await;
    let made = admin.ok(Method::POST, "/patch", &json!({"record": record()})).await;
    let path = format!("/patch/{}", made["id"].as_str().unwrap());
    let rename = async |name: &str, revision: &str| {
        let body = json!({"update": {"name": name}});
        admin.send_with(Method::PATCH, &path, &body, &[("if-match", revision)]).await
    };
    assert_eq!(rename("a", "\"1\"").await.status, StatusCode::NO_CONTENT);
    let answer = rename("b", "\"1\"").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(rename("b", "\"2\"").await.status, StatusCode::NO_CONTENT);
    assert_eq!(rename("c", "*").await.status, StatusCode::NO_CONTENT);

    let origin = admin.found(&json!({"query": "Dorfstrasse Triesen", "types": ["street"]})).await;
    let correct = async |name: &str, revision: &str| {
        let body = json!({"origin": origin, "update": {"name": name}});
        admin.send_with(Method::PUT, "/patch", &body, &[("if-match", revision)]).await.status
    };
    // There is no patch to have a revision yet.
    assert_eq!(correct("a", "\"1\"").await, StatusCode::CONFLICT);
    assert_eq!(correct("a", "*").await, StatusCode::OK);
    assert_eq!(correct("b", "\"1\"").await, StatusCode::OK);
    assert_eq!(correct("c", "\"1\"").await, StatusCode::CONFLICT);

    // What was rejected and is made anew is another patch than the one that was read before.
    let body = json!({"origin": origin, "update": {"name": "d"}});
    let patch = admin.ok(Method::PUT, "/patch", &body).await;
    let path = format!("/patch/{}", patch["id"].as_str().unwrap());
    assert_eq!(patch["revision"], 3);
    let upsert = json!({"method": "upsert", "origin": origin, "update": {"name": "e"}});
    let delete = json!({"method": "delete", "id": patch["id"]});
    let body = json!({"operations": [delete, upsert]});
    admin.ok(Method::POST, "/patch/bulk", &body).await;
    admin.send(Method::DELETE, &path, &json!({})).await;
    let body = json!({"origin": origin, "update": {"name": "f"}});
    assert_eq!(admin.ok(Method::PUT, "/patch", &body).await["revision"], 5);
    let body = json!({"update": {"name": "g"}});
    let answer = admin.send_with(Method::PATCH, &path, &body, &[("if-match", "\"1\"")]);
    assert_eq!(answer.await.status, StatusCode::CONFLICT);
}

#[actix_web::test]
async fn the_history_tells_who_did_what_and_outlives_the_patch() {
    let admin = admin().await;
    let made = admin.ok(Method::POST, "/patch", &json!({"record": record()})).await;
    let path = format!("/patch/{}", made["id"].as_str().unwrap());
    admin.send(Method::PATCH, &path, &json!({"update": {"name": "Neuweg"}})).await;
    admin.send(Method::PATCH, &path, &json!({"status": "approved"})).await;
    admin.send(Method::PATCH, &path, &json!({"status": "pending"})).await;
    admin.send(Method::DELETE, &path, &json!({"reason": "there is no such street"})).await;
    let history = admin.ok(Method::GET, &format!("{path}/history"), &json!({})).await;
    let entries = history["results"].as_array().unwrap();
    let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["create", "update", "approve", "unapprove", "reject"]);
    assert_eq!(entries[1]["from"]["default"]["name"], "Kirchweg");
    assert_eq!(entries[1]["to"]["default"]["name"], "Neuweg");
    assert_eq!(entries[4]["reason"], "there is no such street");
    assert!(entries.iter().all(|entry| entry["actorKeyId"].is_string()), "{entries:?}");
    let answer = admin.send(Method::GET, "/patch/0123/history", &json!({})).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn many_operations_are_done_together_or_not_at_all() {
    let admin = admin().await;
    let origin = admin.found(&json!({"query": "Dorfstrasse", "types": ["street"]})).await;
    let made = admin.ok(Method::POST, "/patch", &json!({"record": record()})).await;
    let id = &made["id"];
    let good = json!([
        {"method": "create", "record": record(), "status": "approved"},
        {"method": "upsert", "origin": origin, "update": {"name": "Landweg"}, "status": "approved"},
        {"method": "update", "id": id, "status": "approved"},
        {"method": "delete", "id": id, "reason": "twice"},
    ]);
    let mut bad = good.clone();
    bad[1]["origin"]["name"] = json!("Nowhere");
    let answer = admin.send(Method::POST, "/patch/bulk", &json!({"operations": bad})).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let total =
        async || admin.ok(Method::POST, "/patch/search", &json!({})).await["totalResults"].clone();
    assert_eq!(total().await, 1);
    let done = admin.ok(Method::POST, "/patch/bulk", &json!({"operations": good})).await;
    assert_eq!((&done["resultsCount"], &done["results"][3]), (&json!(4), &Value::Null));
    assert_eq!(done["results"][1]["name"], "Landweg");
    assert_eq!(total().await, 2);
    assert_eq!(admin.names("Landweg").await[0], "Landweg");
    bad[1]["origin"]["name"] = json!("a<b");
    let answer = admin.send(Method::POST, "/patch/bulk", &json!({"operations": bad})).await;
    assert_eq!(answer.json()["errors"][0]["param"], "operations[1].origin.name");
}

#[actix_web::test]
async fn patches_of_one_app_are_nothing_to_another() {
    let admin = admin().await;
    let made =
        admin.ok(Method::POST, "/patch", &json!({"record": record(), "status": "approved"})).await;
    let path = format!("/patch/{}", made["id"].as_str().unwrap());
    let other = [("x-placekit-api-key", crate::keys_fixture::OTHER_APP)];
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::PATCH, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::DELETE, format!("{path}/language/fr")),
        (Method::GET, format!("{path}/history")),
    ] {
        let answer = admin.send_with(method, &path, &json!({}), &other).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let list = admin.send_with(Method::POST, "/patch/search", &json!({}), &other).await;
    assert_eq!(list.json()["totalResults"], 0);
    let search = json!({"query": "Kirchweg"});
    let found = admin.send_with(Method::POST, "/search", &search, &other).await.json();
    let names = found["results"].as_array().unwrap().iter().map(|result| &result["name"]);
    assert!(!names.into_iter().any(|name| name == "Kirchweg"), "{found}");
}

#[actix_web::test]
async fn a_request_sent_twice_changes_patches_once() {
    let admin = admin().await;
    let body = json!({"record": record(), "status": "approved"});
    let send = async |method: Method, path: &str, body: &Value, key: &str| {
        admin.send_with(method, path, body, &[("idempotency-key", key)]).await
    };
    let first = send(Method::POST, "/patch", &body, "a").await;
    let again = send(Method::POST, "/patch", &body, "a").await;
    assert_eq!((first.status, again.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(again.json(), first.json());
    assert_eq!((first.header("etag"), again.header("etag")), (Some("\"1\""), Some("\"1\"")));
    let other = json!({"record": record(), "status": "pending"});
    assert_eq!(send(Method::POST, "/patch", &other, "a").await.status, 422);

    let path = format!("/patch/{}", first.json()["id"].as_str().unwrap());
    for _ in 0..2 {
        let renamed =
            send(Method::PATCH, &path, &json!({"update": {"name": "Landweg"}}), "b").await;
        assert_eq!(renamed.status, StatusCode::NO_CONTENT);
    }
    let bulk = json!({"operations": [{"method": "create", "record": record()}]});
    let done = send(Method::POST, "/patch/bulk", &bulk, "c").await;
    let again = send(Method::POST, "/patch/bulk", &bulk, "c").await;
    assert_eq!((again.json(), again.header("etag")), (done.json(), None));
    let history = admin.ok(Method::GET, &format!("{path}/history"), &json!({})).await;
    assert_eq!(history["results"].as_array().unwrap().len(), 2);
    let listed = admin.ok(Method::POST, "/patch/search", &json!({})).await;
    assert_eq!(listed["totalResults"], 2);
}
