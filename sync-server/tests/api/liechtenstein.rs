//! The bundled extract of Liechtenstein, built, served by the program, and asked over HTTP.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use shard_builder::progress::Silent;
use shard_builder::publish;
use tempfile::TempDir;

use crate::fixture::{TOKEN, sha256_hex};
use crate::generations;
use crate::process::ServerProcess;
use crate::sockets::read_answer;

fn build_into(directory: &Path) {
    publish(directory, &generations::liechtenstein(), None, &Silent).unwrap();
}

pub(crate) fn post(server: &ServerProcess, path: &str, body: &Value) -> Value {
    let mut stream = server.connect();
    let body = body.to_string();
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: x\r\nX-PlaceKit-API-Key: {TOKEN}\r\n\
        Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let (head, body) = read_answer(&mut stream, true);
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    serde_json::from_slice(&body).unwrap()
}

pub(crate) fn get(server: &ServerProcess, path: &str) -> Vec<u8> {
    let mut stream = server.connect();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nX-PlaceKit-API-Key: {TOKEN}\r\n\r\n")
        .unwrap();
    let (head, body) = read_answer(&mut stream, true);
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    body
}

#[test]
fn addresses_of_a_country_are_found_and_found_back() {
    let directory = TempDir::new().unwrap();
    build_into(directory.path());
    let server = ServerProcess::start(directory.path(), &[]);
    for (query, number, street, city) in [
        ("Dorfstrasse 24, Triesen", "24", "Dorfstrasse", "Triesen"),
        ("dorfstr 24 9495", "24", "Dorfstrasse", "Triesen"),
        ("Heiligkreuz 25 Vadz", "25", "Heiligkreuz", "Vaduz"),
        ("Städtle 43 Vad", "43", "Städtle", "Vaduz"),
    ] {
        let answer = post(&server, "/search", &json!({"query": query, "countries": ["LI"]}));
        let best = &answer["results"][0];
        assert_eq!(best["street"]["number"], number, "{query}: {best}");
        assert_eq!(best["street"]["name"], street, "{query}: {best}");
        assert_eq!((&best["city"], &best["countrycode"]), (&json!(city), &json!("li")), "{query}");

        let back = post(&server, "/reverse", &json!({"coordinates": best["coordinates"]}));
        let nearest = &back["results"][0];
        assert_eq!(nearest["name"], best["name"], "{query}");
        assert!(nearest["distance"].as_f64().unwrap() < 5.0, "{nearest}");
    }
}

#[test]
fn the_chunks_of_a_country_make_up_its_shard() {
    let directory = TempDir::new().unwrap();
    build_into(directory.path());
    let server = ServerProcess::start(directory.path(), &[]);
    let manifest: Value =
        serde_json::from_slice(&get(&server, "/sync/v1/manifest?countries=li")).unwrap();
    let base = &manifest["countries"]["li"]["base"];
    let blob = |entry: &Value| {
        let sha256 = entry["sha256"].as_str().unwrap();
        let bytes = get(&server, &format!("/sync/v1/blobs/{sha256}"));
        assert_eq!(sha256_hex(&bytes), sha256);
        assert_eq!(bytes.len() as u64, entry["size"].as_u64().unwrap());
        bytes
    };
    let chunks = base["chunks"].as_array().unwrap();
    assert!(chunks.len() > 1);
    let joined: Vec<u8> = chunks.iter().flat_map(blob).collect();
    assert!(joined == blob(base), "the chunks are not the shard");
}
