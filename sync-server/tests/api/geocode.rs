//! Geocoding over real shards, in the shapes of PlaceKit's API.

use actix_web::http::StatusCode;
use bytes::Bytes;
use geocoder_core::shard::ChunkKind;
use geocoder_core::{Geocoder, Shard};
use serde_json::{Value, json};
use sync_server::catalog::Catalog;

use crate::fixture::{Answer, DataDir, post, send};
use crate::gazetteer::{liechtenstein, monaco};

pub(crate) fn two_countries() -> DataDir {
    let mut data = DataDir::new();
    data.list_country("li", &liechtenstein());
    data.list_country("mc", &monaco());
    data
}

async fn ask(path: &str, body: &Value) -> Answer {
    send(two_countries().loaded_state(), post(path, body.to_string())).await
}

async fn names(path: &str, body: &Value) -> Vec<String> {
    let answer = ask(path, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let json = answer.json();
    let results = json["results"].as_array().unwrap();
    results.iter().map(|result| result["name"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_search_answers_a_house_in_the_shape_of_placekit() {
    let answer = ask("/search", &json!({"query": "Städtle 43 Vaduz", "maxResults": 3})).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let json = answer.json();
    assert_eq!(json["maxResults"], 3);
    assert_eq!(json["query"], "Städtle 43 Vaduz");
    let results = json["results"].as_array().unwrap();
    assert_eq!(json["resultsCount"], results.len());
    assert_eq!(json.as_object().unwrap().len(), 4, "{json}");

    let first = &results[0];
    assert_eq!(first["street"]["number"], "43");
    assert_eq!(first["street"]["suffix"], "");
    assert_eq!(first["street"]["name"], "Städtle");
    for (field, value) in [
        ("city", "Vaduz"),
        ("country", "Liechtenstein"),
        ("countrycode", "li"),
        ("county", ""),
        ("administrative", ""),
        ("administrativecode", ""),
        ("countycode", ""),
        ("citycode", ""),
        ("type", "street"),
        ("precision", "exact"),
    ] {
        assert_eq!(first[field], value, "{field} of {first}");
    }
    assert_eq!(first["zipcode"], json!(["9490"]));
    assert_eq!(first["population"], 5_700);
    assert!(first["name"].as_str().unwrap().contains("43"), "{first}");
    assert!(first["highlight"].as_str().unwrap().contains("<mark>"), "{first}");
    let (lat, lng) = (first["lat"].as_f64().unwrap(), first["lng"].as_f64().unwrap());
    assert!((lat - 47.13968).abs() < 1e-4 && (lng - 9.5219).abs() < 1e-4, "{first}");
    let coordinates = first["coordinates"].as_str().unwrap();
    let (lat_text, lng_text) = coordinates.split_once(", ").unwrap();
    assert_eq!((lat_text.parse(), lng_text.parse()), (Ok(lat), Ok(lng)));
}

#[actix_web::test]
async fn a_reverse_search_answers_the_nearest_first_with_its_distance() {
    let answer = ask("/reverse", &json!({"coordinates": "47.13968,9.5219"})).await;
    assert_eq!(answer.status, StatusCode::OK);
    let json = answer.json();
    assert_eq!((&json["query"], &json["maxResults"]), (&json!(""), &json!(5)));
    let results = json["results"].as_array().unwrap();
    assert_eq!(results[0]["street"]["number"], "43");
    assert_eq!(results[0]["city"], "Vaduz");
    assert!(results.iter().all(|result| result["distance"].is_f64()), "{results:?}");
    // Areas around the point come behind what is at points.
    let distances: Vec<_> = results
        .iter()
        .filter(|result| result["precision"] != "area")
        .map(|result| result["distance"].as_f64().unwrap())
        .collect();
    assert!(distances.len() >= 2 && distances[0] < 5.0, "{distances:?}");
    assert!(distances.is_sorted(), "{distances:?}");
}

#[actix_web::test]
async fn a_shard_damaged_after_the_start_is_an_error_that_spares_the_client() {
    let data = two_countries();
    let bytes = liechtenstein();
    let chunks = Shard::open(bytes.as_slice()).unwrap().chunks().to_vec();
    let records = chunks.iter().find(|chunk| chunk.kind == ChunkKind::Records).unwrap();
    let mut damaged = bytes.clone();
    damaged[usize::try_from(records.offset).unwrap() + 3] ^= 0x10;
    let mut geocoder = Geocoder::new();
    geocoder.insert(Shard::open(Bytes::from(damaged)).unwrap());
    let catalog = Catalog::from_parts(data.manifest().clone(), geocoder);
    let state = data.state_serving(catalog);
    let answer = send(state, post("/search", r#"{"query":"Städtle 43"}"#)).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.message(), "The data for this request is unavailable, try again later");
    assert!(answer.header("retry-after").is_some());
}

#[actix_web::test]
async fn bodies_are_json_whatever_they_call_themselves() {
    let data = two_countries();
    let body = json!({"query": "dorfstrasse 24", "foo": {"bar": [1]}, "timeout": 5}).to_string();
    for content_type in [
        None,
        Some("application/json; charset=UTF-8"),
        Some("application/x-www-form-urlencoded"),
        Some("text/plain"),
        Some("nonsense"),
    ] {
        let mut request = post("/search", body.clone());
        if let Some(content_type) = content_type {
            request = request.insert_header(("content-type", content_type));
        }
        let answer = send(data.loaded_state(), request).await;
        assert_eq!(answer.status, StatusCode::OK, "{content_type:?}");
        assert_eq!(answer.json()["results"][0]["city"], "Triesen", "{content_type:?}");
    }
    for body in ["", "  ", "{}"] {
        let answer = send(data.loaded_state(), post("/search", body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{body:?}");
        assert_eq!(answer.json()["query"], "");
        assert_eq!(answer.json()["maxResults"], 5);
    }
}

#[actix_web::test]
async fn what_official_clients_send_besides_is_taken() {
    for options in [
        json!({"language": "undefined"}),
        json!({"language": "de-CH"}),
        json!({"coordinates": null}),
        json!({"coordinates": "47.14, 9.52"}),
        json!({"countries": ["LI"]}),
        json!({"countries": []}),
        json!({"countryByIP": true}),
        json!({"maxResults": 20}),
    ] {
        let mut body = json!({"query": "vaduz", "types": ["city"]});
        for (key, value) in options.as_object().unwrap() {
            body[key] = value.clone();
        }
        assert_eq!(names("/search", &body).await, ["Vaduz"], "{options}");
    }
}

#[actix_web::test]
async fn countries_limit_a_search() {
    let all = names("/search", &json!({"query": "", "types": ["city"]})).await;
    assert_eq!(all.len(), 3, "{all:?}");
    let body = json!({"query": "", "types": ["city"], "countries": ["mc"]});
    assert_eq!(names("/search", &body).await, ["Monaco"]);
}

#[actix_web::test]
async fn countries_that_are_not_on_offer_are_refused_by_their_place_in_the_list() {
    let cases = [
        (json!(["sx"]), vec![(0, "sx")]),
        (json!(["li", "li", "FR", "mc", "zz"]), vec![(2, "FR"), (4, "zz")]),
    ];
    for (countries, expected) in cases {
        for (path, mut body) in [
            ("/search", json!({"query": "vaduz"})),
            ("/reverse", json!({"coordinates": "47.14,9.52"})),
        ] {
            body["countries"] = countries.clone();
            let answer = ask(path, &body).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {countries}");
            answer.message();
            let json = answer.json();
            let errors = json["errors"].as_array().unwrap();
            assert_eq!(errors.len(), expected.len(), "{errors:?}");
            for (error, (index, value)) in errors.iter().zip(&expected) {
                let param = format!("countries[{index}]");
                assert_eq!(error["param"], param.as_str());
                assert_eq!(error["path"], param.as_str());
                assert_eq!(error["value"], *value);
                assert_eq!(error["location"], "body");
                let msg = error["msg"].as_str().unwrap();
                assert!(msg.starts_with("This country is not supported"), "{msg}");
            }
        }
    }
}

#[actix_web::test]
async fn a_search_for_countries_alone_ignores_the_list_of_countries() {
    for countries in [json!(["li"]), json!(["fr"]), json!([])] {
        let body = json!({"query": "mona", "types": ["country"], "countries": countries});
        assert_eq!(names("/search", &body).await, ["Monaco"], "{countries}");
        let body = json!({
            "coordinates": "43.7325,7.4215", "types": ["country"], "countries": countries
        });
        assert_eq!(names("/reverse", &body).await, ["Monaco"], "{countries}");
    }
}
