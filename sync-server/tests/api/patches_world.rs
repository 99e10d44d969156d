//! Patches of countries that only the world's shard knows, and what becomes of them when such a
//! country gets a shard of its own.

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use geocoder_core::CountryCode;
use geocoder_core::gazetteer::Gazetteer;
use geocoder_core::shard::writer::ShardWriter;
use serde_json::{Value, json};
use sync_server::model::{Role, Scope};

use crate::access_fixture::{Respond, TestServer, server};
use crate::gazetteer::world_gazetteer;

/// Starts a server with Liechtenstein and the world.
async fn worldwide()
-> TestServer<impl Service<actix_http::Request, Response = Respond, Error = actix_web::Error>> {
    let mut server = server().await;
    server.publish("zz", &bytes_of(&world_gazetteer())).await;
    server
}

/// Returns what the world has of France, as a shard of its own has it.
fn france() -> Gazetteer {
    let mut france = world_gazetteer();
    france.country = CountryCode::parse("fr");
    france.places.retain(|place| place.names.default != "New York");
    france.places.remove(0);
    france.places[1].parent = Some(0);
    france
}

fn bytes_of(gazetteer: &Gazetteer) -> Vec<u8> {
    ShardWriter::new(gazetteer).write().unwrap().bytes
}

impl<S, B> TestServer<S>
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    /// Cities that users find, and the countries that they are in.
    async fn cities(&self, query: &str) -> Vec<(String, String, String)> {
        let body = json!({"query": query, "types": ["city"], "maxResults": 20});
        let json = self.ok("POST", "/search", body).await;
        let text = |hit: &Value, field: &str| hit[field].as_str().unwrap().to_owned();
        let results = json["results"].as_array().unwrap().iter();
        results
            .map(|hit| (text(hit, "name"), text(hit, "country"), text(hit, "countrycode")))
            .collect()
    }

    /// The first result of a search for a city or country, whole.
    async fn origin(&self, query: &str, kind: &str) -> Value {
        let body = json!({"query": query, "types": [kind]});
        self.ok("POST", "/search", body).await["results"][0].clone()
    }

    async fn head(&self, country: &str) -> Value {
        let status = self.ok("GET", "/sync/v1/status", Value::Null).await;
        status["countries"][country].clone()
    }
}

fn city(name: &str, country: &str, code: &str, coordinates: &str) -> Value {
    json!({"name": name, "city": name, "country": country, "countrycode": code, "zipcode": [],
        "population": 12_000, "coordinates": coordinates, "type": "city"})
}

fn of(name: &str, country: &str, code: &str) -> Vec<(String, String, String)> {
    vec![(name.into(), country.into(), code.into())]
}

#[actix_web::test]
async fn records_of_the_world_are_corrected_removed_and_added() {
    let server = worldwide().await;
    let origin = server.origin("New York", "city").await;
    let body =
        json!({"origin": origin, "update": {"name": "Nieuw Amsterdam"}, "status": "approved"});
    let made = server.ok("PUT", "/patch", body).await;
    assert_eq!(made["countrycode"], "us");
    let renamed = of("Nieuw Amsterdam", "United States", "us");
    assert_eq!(server.cities("nieuw amsterdam").await, renamed);
    assert_eq!(server.cities("new york").await, []);
    // The patched record is corrected again, by the same patch.
    let again = server.origin("nieuw amsterdam", "city").await;
    let body = json!({"origin": again, "update": {"population": 9_000_000}, "status": "approved"});
    let changed = server.ok("PUT", "/patch", body).await;
    assert_eq!((&changed["id"], &changed["population"]), (&made["id"], &json!(9_000_000)));

    let origin = server.origin("Paris", "city").await;
    let body = json!({"origin": origin, "remove": true, "status": "approved"});
    let removal = server.ok("PUT", "/patch", body).await;
    assert_eq!(server.cities("paris").await, []);
    // Whatever a patch calls its country, its code says which one is meant.
    let record = city("Boston", "USA", "us", "42.36,-71.06");
    let body = json!({"record": record, "status": "approved"});
    server.ok("POST", "/patch", body).await;
    assert_eq!(server.cities("boston").await, of("Boston", "United States", "us"));

    let head = server.head("zz").await;
    assert_eq!((&head["approved"], &head["outcomes"]["applied"]), (&json!(3), &json!(3)));
    let listed = server.ok("POST", "/patch/search", json!({"countries": ["us"]})).await;
    assert_eq!(listed["totalResults"], 2);
    let path = format!("/patch/{}", removal["id"].as_str().unwrap());
    assert_eq!(server.status("PATCH", &path, json!({"status": "pending"})).await, 204);
    assert_eq!(server.cities("paris").await, of("Paris", "France", "fr"));
    let head = server.head("zz").await;
    assert_eq!((&head["approved"], &head["pending"]), (&json!(2), &json!(1)));
    assert_eq!(server.head("li").await["pending"], 0);
}

#[actix_web::test]
async fn countries_of_the_world_are_renamed_and_cities_move_between_countries() {
    let server = worldwide().await;
    let origin = server.origin("France", "country").await;
    let body = json!({"origin": origin, "update": {"name": "Gaule"}, "status": "approved"});
    server.ok("PUT", "/patch", body).await;
    assert_eq!(server.cities("paris").await, of("Paris", "Gaule", "fr"));
    let body = json!({"record": city("Lyon", "France", "fr", "45.76,4.83"), "status": "approved"});
    server.ok("POST", "/patch", body).await;
    assert_eq!(server.cities("lyon").await, of("Lyon", "Gaule", "fr"));

    let origin = server.origin("New York", "city").await;
    let moved = |code: &str| json!({"update": {"countrycode": code}});
    let body = json!({"origin": origin, "update": {"countrycode": "fr"}, "status": "approved"});
    let made = server.ok("PUT", "/patch", body).await;
    assert_eq!(server.cities("new york").await, of("New York", "Gaule", "fr"));
    // In a country with a shard of its own it is an addition there.
    let path = format!("/patch/{}", made["id"].as_str().unwrap());
    assert_eq!(server.status("PATCH", &path, moved("li")).await, 204);
    assert_eq!(server.cities("new york").await, of("New York", "Liechtenstein", "li"));
    assert_eq!(server.status("PATCH", &path, moved("us")).await, 204);
    assert_eq!(server.cities("new york").await, of("New York", "United States", "us"));
    let outcomes = server.head("zz").await["outcomes"].clone();
    assert_eq!((&outcomes["applied"], &outcomes["redundant"]), (&json!(2), &json!(1)));
}

#[actix_web::test]
async fn patches_of_the_world_stay_with_it_until_they_are_kept_for_their_country() {
    let mut server = worldwide().await;
    let origin = server.origin("Paris", "city").await;
    let body = json!({"origin": origin, "update": {"name": "Lutèce"}, "status": "approved"});
    let renamed = server.ok("PUT", "/patch", body).await;
    let body = json!({"record": city("Lyon", "France", "fr", "45.76,4.83"), "status": "approved"});
    let added = server.ok("POST", "/patch", body).await;
    let origin = server.origin("France", "country").await;
    let body = json!({"origin": origin, "update": {"name": "Gaule"}, "status": "approved"});
    server.ok("PUT", "/patch", body).await;
    server.publish("fr", &bytes_of(&france())).await;
    // Its own shard answers now, without the patches, which are the world's.
    assert_eq!(server.cities("paris").await, of("Paris", "France", "fr"));
    assert_eq!(server.cities("lyon").await, []);
    let path = format!("/patch/{}", renamed["id"].as_str().unwrap());
    assert_eq!(server.status("PATCH", &path, json!({"update": {"name": "Lutetia"}})).await, 204);
    assert_eq!(server.head("zz").await["outcomes"]["orphan"], 3);
    // The record of the country is another one, with a patch of its own.
    let origin = server.origin("Paris", "city").await;
    let body = json!({"origin": origin, "update": {"population": 3}});
    let own = server.ok("PUT", "/patch", body).await;
    assert_ne!(own["id"], renamed["id"]);
    let listed = server.ok("GET", "/sync/v1/conflicts?country=zz", Value::Null).await;
    for conflict in listed["data"].as_array().unwrap() {
        let path = format!("/sync/v1/conflicts/{}", conflict["patch"]["id"].as_str().unwrap());
        server.ok("POST", &path, json!({"resolution": "keep"})).await;
    }
    assert_eq!(server.cities("lutetia").await, of("Lutetia", "Gaule", "fr"));
    assert_eq!(server.cities("paris").await, []);
    assert_eq!(server.cities("lyon").await, of("Lyon", "Gaule", "fr"));
    assert_eq!(server.head("fr").await["outcomes"]["applied"], 3, "{added}");
    assert_eq!(server.head("zz").await["approved"], 0);
}

#[actix_web::test]
async fn a_new_build_of_the_world_is_compared_with_its_patches() {
    let mut server = worldwide().await;
    for (name, new) in [("New York", "Nieuw Amsterdam"), ("Paris", "Lutetia")] {
        let origin = server.origin(name, "city").await;
        let body = json!({"origin": origin, "update": {"name": new}, "status": "approved"});
        server.ok("PUT", "/patch", body).await;
    }
    let mut later = world_gazetteer();
    later.places[2].names.default = "Gotham".into();
    later.places[3].names.default = "Lutetia".into();
    server.publish("zz", &bytes_of(&later)).await;
    let outcomes = server.head("zz").await["outcomes"].clone();
    assert_eq!(
        (&outcomes["conflict"], &outcomes["redundant"]),
        (&json!(1), &json!(1)),
        "{outcomes}"
    );
    let list =
        server.ok("GET", "/sync/v1/conflicts?country=zz&outcome=conflict", Value::Null).await;
    assert_eq!(list["data"][0]["base"]["name"], "Gotham");
    let path = format!("/sync/v1/conflicts/{}", list["data"][0]["patch"]["id"].as_str().unwrap());
    server.ok("POST", &path, json!({"resolution": "keep"})).await;
    assert_eq!(server.head("zz").await["outcomes"]["applied"], 1);
    assert_eq!(server.cities("nieuw").await, of("Nieuw Amsterdam", "United States", "us"));
}

#[actix_web::test]
async fn countries_that_nobody_knows_are_refused() {
    let server = worldwide().await;
    let record = city("Wien", "Österreich", "at", "48.21,16.37");
    let answer =
        server.call(crate::fixture::TOKEN, "POST", "/patch", &json!({"record": record})).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["errors"][0]["param"], "record.countrycode");
    let record = city("Wien", "World", "zz", "48.21,16.37");
    assert_eq!(server.status("POST", "/patch", json!({"record": record})).await, 422);
    let mut origin = server.origin("Paris", "city").await;
    origin["coordinates"] = json!("48.9,2.4");
    let body = json!({"origin": origin, "update": {"name": "x"}});
    assert_eq!(server.status("PUT", "/patch", body).await, 404);
}

#[actix_web::test]
async fn records_of_the_world_are_proposed_by_keys_for_it() {
    let server = worldwide().await;
    let permissions = || Some(vec![Scope::GeocodeSearch, Scope::PatchesPropose]);
    let page = server.add_key(Role::Public, |key| key.permissions = permissions()).await;
    let own = |codes: &[&str]| Some(codes.iter().map(|code| (*code).to_owned()).collect());
    let small = server
        .add_key(Role::Public, |key| {
            key.permissions = permissions();
            key.countries = own(&["li"]);
        })
        .await;
    let origin = server.origin("Paris", "city").await;
    let mut gone = origin.clone();
    gone["coordinates"] = json!("45.1,2.4");
    let proposals = json!({"proposals": [
        {"mutationId": "renamed", "origin": origin, "update": {"name": "Lutetia"}},
        {"mutationId": "added", "update": city("Lyon", "France", "fr", "45.76,4.83")},
        {"mutationId": "gone", "origin": gone, "update": {"name": "Lutetia II"}},
    ]});
    let refused = server.call(&small, "POST", "/sync/v1/proposals", &proposals).await.json();
    for result in refused["results"].as_array().unwrap() {
        assert_eq!(result["outcome"], "rejected", "{result}");
    }
    let mut proposals = proposals;
    for proposal in proposals["proposals"].as_array_mut().unwrap() {
        proposal["mutationId"] = json!(format!("{}-2", proposal["mutationId"].as_str().unwrap()));
    }
    let taken = server.call(&page, "POST", "/sync/v1/proposals", &proposals).await.json();
    let outcomes: Vec<_> =
        taken["results"].as_array().unwrap().iter().map(|result| &result["outcome"]).collect();
    assert_eq!(outcomes, ["pending", "pending", "conflict"]);
    for result in taken["results"].as_array().unwrap() {
        let path = format!("/patch/{}", result["patchId"].as_str().unwrap());
        assert_eq!(server.status("PATCH", &path, json!({"status": "approved"})).await, 204);
    }
    assert_eq!(server.cities("lyon").await, of("Lyon", "France", "fr"));
    let outcomes = server.head("zz").await["outcomes"].clone();
    assert_eq!((&outcomes["applied"], &outcomes["orphan"]), (&json!(2), &json!(1)), "{outcomes}");
    let names: Vec<_> = server.cities("lutetia").await.into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["Lutetia", "Lutetia II"]);
}

#[actix_web::test]
async fn records_of_one_shard_are_not_corrected_by_patches_of_another() {
    let mut server = worldwide().await;
    // The record looks alike in both, and so does the patch of the world's.
    let correct = async |server: &TestServer<_>, name: &str| {
        let origin = server.origin("Paris", "city").await;
        let body = json!({"origin": origin, "update": {"zipcode": [name]}, "status": "approved"});
        server.ok("PUT", "/patch", body).await["id"].clone()
    };
    let of_world = correct(&server, "75000").await;
    server.publish("fr", &bytes_of(&france())).await;
    let of_france = correct(&server, "75001").await;
    assert_ne!(of_france, of_world);
    assert_eq!(server.origin("Paris", "city").await["zipcode"], json!(["75001"]));
    assert_eq!(server.head("fr").await["head"], 1);
}
