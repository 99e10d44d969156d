//! Every answer that is not a success is JSON with a message.

use actix_web::http::{Method, StatusCode};
use serde_json::json;

use crate::fixture::{DataDir, get, post, request, send};

#[actix_web::test]
async fn unknown_routes_are_not_found() {
    let data = DataDir::new();
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/nothing"),
        (Method::POST, "/patches"),
        (Method::DELETE, "/key/1"),
        (Method::GET, "/search/"),
        (Method::GET, "//search"),
        (Method::GET, "/sync/v1/blobs"),
        (Method::GET, "/sync/v1/blobs/"),
        (Method::GET, "/%ff%00"),
        (Method::TRACE, "/x"),
    ] {
        let answer = send(data.state(), request(method.clone(), path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
        assert_eq!(answer.message(), "Route not found", "{method} {path}");
    }
}

#[actix_web::test]
async fn wrong_methods_are_told_the_right_ones() {
    let data = DataDir::new();
    let blob = format!("/sync/v1/blobs/{}", "0".repeat(64));
    for (path, allow) in [
        ("/search", "POST"),
        ("/reverse", "POST"),
        ("/healthz", "GET, HEAD"),
        ("/sync/v1/manifest", "GET, HEAD"),
        ("/sync/v1/manifest.json", "GET, HEAD"),
        (blob.as_str(), "GET, HEAD"),
    ] {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE] {
            if allow.split(", ").any(|allowed| allowed == method.as_str()) {
                continue;
            }
            let answer = send(data.state(), request(method.clone(), path)).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
            answer.message();
        }
    }
}

#[actix_web::test]
async fn bodies_that_are_no_json_object_are_refused_like_wrong_parameters() {
    let data = DataDir::new();
    for body in ["{", "[]", "[\"query\"]", "null", "query=x", "{\"query\":\"x\"}}", "\u{0}"] {
        for path in ["/search", "/reverse"] {
            let answer = send(data.state(), post(path, body)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {body:?}");
            assert!(answer.message().starts_with("Invalid body parameters. "), "{body:?}");
            let error = answer.json()["errors"][0].clone();
            assert_eq!(error["location"], "body", "{body:?}");
            assert!(error["msg"].as_str().unwrap().starts_with("Must be a JSON object"));
        }
    }
}

#[actix_web::test]
async fn refused_parameters_are_listed_in_the_shape_of_placekit() {
    let data = DataDir::new();
    let body = json!({"query": 7, "maxResults": 42, "types": ["city", "-x"], "countries": "fr"});
    let answer = send(data.state(), post("/search", body.to_string())).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.message().starts_with("Invalid body parameters. "));
    let json = answer.json();
    let errors = json["errors"].as_array().unwrap();
    let by_param = |param: &str| errors.iter().find(|error| error["param"] == param).unwrap();
    assert_eq!(errors.len(), 4);
    for (param, value) in
        [("query", json!(7)), ("maxResults", json!(42)), ("types[1]", json!("-x"))]
    {
        let error = by_param(param);
        assert_eq!((&error["value"], &error["path"]), (&value, &json!(param)));
        assert_eq!(error["location"], "body");
        assert!(!error["msg"].as_str().unwrap().is_empty());
    }
    let expected = "Must be an integer between 1 and 20 included.";
    assert_eq!(by_param("maxResults")["msg"], expected);
    assert_eq!(by_param("countries")["value"], "fr");

    let body = r#"{"coordinates":[47.1,9.5]}"#;
    let answer = send(data.state(), post("/reverse", body)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["errors"][0]["param"], "coordinates");
    assert_eq!(answer.json()["errors"][0]["value"], json!([47.1, 9.5]));
}

#[actix_web::test]
async fn bodies_over_the_limit_are_refused_and_those_at_the_limit_are_read() {
    let data = DataDir::new();
    let padded = |bytes: usize| format!("{{{}}}", " ".repeat(bytes - 2));
    let answer = send(data.state(), post("/search", padded(64 * 1024))).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer = send(data.state(), post("/search", padded(64 * 1024 + 1))).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.message(), "The request body is larger than 65536 bytes");
    // What the client says about the length is enough to refuse.
    let declared = post("/search", "{}").insert_header(("content-length", "70000"));
    let answer = send(data.state(), declared).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[actix_web::test]
async fn health_says_what_is_served() {
    let mut data = DataDir::new();
    data.list_country("li", b"bytes");
    data.manifest_mut().version = 9;
    for method in [Method::GET, Method::HEAD] {
        let answer = send(data.state(), request(method.clone(), "/healthz")).await;
        assert_eq!(answer.status, StatusCode::OK, "{method}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let json = send(data.state(), get("/healthz")).await.json();
    let version = env!("CARGO_PKG_VERSION");
    let expected = json!({
        "status": "ok", "version": version, "manifestVersion": 9, "countries": ["li"]
    });
    assert_eq!(json, expected);
}

#[actix_web::test]
async fn every_request_has_an_id_of_its_own() {
    let data = DataDir::new();
    let mut ids = Vec::new();
    for path in ["/healthz", "/nothing", "/search"] {
        let answer = send(data.state(), get(path)).await;
        ids.push(answer.header("x-request-id").unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}
