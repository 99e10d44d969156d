//! Countries of requests: what they ask, where their address is, and what the server assumes.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use actix_web::http::StatusCode;
use geocoder_core::CountryCode;
use serde_json::{Value, json};
use sync_server::geography::{Geography, GeographyConfig};
use sync_server::state::AppState;
use tempfile::TempDir;

use crate::fixture::{Answer, post, send};
use crate::gazetteer::world;
use crate::geocode::two_countries;

/// Addresses of providers in Liechtenstein, Monaco and the United States, of which there is no shard here.
const LIECHTENSTEIN: &str = "212.77.32.1";
const MONACO: &str = "80.94.96.1";
const AMERICA: &str = "8.8.8.8";

static DATABASE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(unpacked);

fn unpacked() -> (TempDir, PathBuf) {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data/geoip/iptoasn-country-ipv4.mmdb.xz");
    let mut bytes = Vec::new();
    lzma_rust2::XzReader::new(fs::File::open(packed).unwrap(), true)
        .read_to_end(&mut bytes)
        .unwrap();
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("countries.mmdb");
    fs::write(&path, bytes).unwrap();
    (directory, path)
}

fn geography(default_country: Option<&str>) -> Geography {
    let config = GeographyConfig {
        geoip: Some(DATABASE.1.clone()),
        default_country: default_country.and_then(CountryCode::parse),
    };
    Geography::open(&config).unwrap()
}

async fn ask_with(geography: Geography, path: &str, ip: &str, body: &Value) -> Answer {
    let state = AppState { geography, ..two_countries().loaded_state() };
    send(state, post(path, body.to_string()).insert_header(("x-forwarded-for", ip))).await
}

async fn countries(path: &str, ip: &str, body: &Value) -> Vec<String> {
    let answer = ask_with(geography(None), path, ip, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let json = answer.json();
    let results = json["results"].as_array().unwrap().iter();
    let mut countries: Vec<String> =
        results.map(|result| result["countrycode"].as_str().unwrap().to_owned()).collect();
    countries.sort();
    countries.dedup();
    countries
}

#[actix_web::test]
async fn the_database_tells_countries_of_addresses() {
    let geography = geography(None);
    for (ip, country) in [(LIECHTENSTEIN, "li"), (MONACO, "mc"), (AMERICA, "us")] {
        let location = geography.locate(ip.parse().unwrap());
        assert_eq!(location.country, CountryCode::parse(country), "{ip}");
    }
    for ip in ["127.0.0.1", "::1", "2001:db8::1"] {
        assert_eq!(geography.locate(ip.parse().unwrap()).country, None, "{ip}");
    }
}

#[actix_web::test]
async fn without_countries_a_search_is_of_the_country_of_the_address() {
    let body = json!({"query": "a", "maxResults": 20, "types": ["street", "city"]});
    assert_eq!(countries("/search", LIECHTENSTEIN, &body).await, Vec::<String>::new());
    let body = json!({"query": "", "maxResults": 20});
    assert_eq!(countries("/search", LIECHTENSTEIN, &body).await, ["li"]);
    assert_eq!(countries("/search", MONACO, &body).await, ["mc"]);
    assert_eq!(countries("/search", "127.0.0.1", &body).await, ["li", "mc"]);
}

#[actix_web::test]
async fn cities_and_countries_are_searched_worldwide_unless_countries_are_named() {
    for types in [json!(["city"]), json!(["country"]), json!(["city", "country"])] {
        let body = json!({"types": types, "maxResults": 20});
        assert_eq!(countries("/search", MONACO, &body).await, ["li", "mc"], "{types}");
    }
    let body = json!({"types": ["city"], "countries": ["LI"]});
    assert_eq!(countries("/search", MONACO, &body).await, ["li"]);
    let body = json!({"types": ["country"], "countries": ["li"], "query": "Mona"});
    assert_eq!(countries("/search", MONACO, &body).await, ["mc"]);
}

#[actix_web::test]
async fn the_old_option_puts_the_address_before_the_countries() {
    let body = json!({"countries": ["li"], "countryByIP": true});
    assert_eq!(countries("/search", MONACO, &body).await, ["mc"]);
    assert_eq!(countries("/search", AMERICA, &body).await, ["li"]);
    let body = json!({"countries": ["li"], "countryByIP": false});
    assert_eq!(countries("/search", MONACO, &body).await, ["li"]);
    let answer = ask_with(geography(None), "/search", MONACO, &json!({"countryByIP": "yes"})).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["errors"][0]["param"], "countryByIP");
}

#[actix_web::test]
async fn the_country_of_the_address_is_always_an_answer() {
    let body = json!({"types": ["country"], "maxResults": 1, "language": "en"});
    for (ip, expected) in [(LIECHTENSTEIN, "li"), (MONACO, "mc")] {
        let answer = ask_with(geography(None), "/reverse", ip, &body).await.json();
        assert_eq!(answer["results"][0]["countrycode"], expected);
        assert_eq!(answer["results"][0]["type"], "country");
        assert!(!answer["results"][0]["name"].as_str().unwrap().is_empty());
    }
    // Nobody knows of the United States here: the default country answers, else the most important one.
    for (default, expected) in [(Some("mc"), "mc"), (None, "li")] {
        let answer = ask_with(geography(default), "/reverse", AMERICA, &body).await.json();
        assert_eq!(answer["resultsCount"], 1, "{answer}");
        assert_eq!(answer["results"][0]["countrycode"], expected);
    }
}

#[actix_web::test]
async fn what_is_here_is_answered_from_the_country_of_the_address() {
    assert_eq!(countries("/reverse", MONACO, &json!({"maxResults": 20})).await, ["mc"]);
    let answer = ask_with(geography(None), "/reverse", MONACO, &json!({"types": ["city"]})).await;
    assert_eq!(answer.json()["results"][0]["name"], "Monaco");
    // Whoever names a point means that point.
    let body = json!({"coordinates": "47.1396,9.5219"});
    assert_eq!(countries("/reverse", MONACO, &body).await, ["li"]);
}

#[actix_web::test]
async fn a_country_that_the_world_alone_has_is_answered_from_there() {
    let names = async |body: Value| {
        let mut data = two_countries();
        data.list_country("zz", &world());
        let state = AppState { geography: geography(None), ..data.loaded_state() };
        let request =
            post("/reverse", body.to_string()).insert_header(("x-forwarded-for", AMERICA));
        let json = send(state, request).await.json();
        let results = json["results"].as_array().unwrap().clone();
        assert_eq!(json["resultsCount"], results.len());
        results.iter().map(|hit| hit["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(json!({})).await, ["United States"]);
    assert_eq!(names(json!({"types": ["city"]})).await, Vec::<String>::new());
    assert_eq!(names(json!({"types": ["country"], "maxResults": 1})).await, ["United States"]);
}

#[actix_web::test]
async fn a_country_is_answered_at_sea_too() {
    for point in ["36,18", "60,-25", "0,-30"] {
        let body = json!({"types": ["country"], "coordinates": point, "maxResults": 1});
        assert_eq!(countries("/reverse", MONACO, &body).await, ["mc"], "{point}");
        assert_eq!(countries("/reverse", AMERICA, &body).await, ["li"], "{point}");
    }
}

#[actix_web::test]
async fn the_default_country_stands_for_unknown_addresses() {
    let state = AppState { geography: geography(Some("mc")), ..two_countries().loaded_state() };
    let json = send(state, post("/search", "{}")).await.json();
    let results = json["results"].as_array().unwrap();
    assert!(results.iter().all(|result| result["countrycode"] == "mc"), "{results:?}");
}
