//! The bundled extract of Liechtenstein, built, served by the program, and asked over HTTP.

use std::path::Path;

use serde_json::{Value, json};
use shard_builder::progress::Silent;
use shard_builder::publish;
use tempfile::TempDir;

use crate::fixture::sha256_hex;
use crate::generations;
use crate::process::ServerProcess;

fn build_into(directory: &Path) {
    publish(directory, &generations::liechtenstein(), None, &Silent).unwrap();
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
        let answer = server.post("/search", &json!({"query": query, "countries": ["LI"]}));
        let best = &answer["results"][0];
        assert_eq!(best["street"]["number"], number, "{query}: {best}");
        assert_eq!(best["street"]["name"], street, "{query}: {best}");
        assert_eq!((&best["city"], &best["countrycode"]), (&json!(city), &json!("li")), "{query}");

        let back = server.post("/reverse", &json!({"coordinates": best["coordinates"]}));
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
    let manifest: Value = server.get_json("/sync/v1/manifest?countries=li");
    let base = &manifest["countries"]["li"]["base"];
    let blob = |entry: &Value| {
        let sha256 = entry["sha256"].as_str().unwrap();
        let bytes = server.get(&format!("/sync/v1/blobs/{sha256}"));
        assert_eq!(sha256_hex(&bytes), sha256);
        assert_eq!(bytes.len() as u64, entry["size"].as_u64().unwrap());
        bytes
    };
    let chunks = base["chunks"].as_array().unwrap();
    assert!(chunks.len() > 1);
    let joined: Vec<u8> = chunks.iter().flat_map(blob).collect();
    assert!(joined == blob(base), "the chunks are not the shard");
}
