//! The command line on real files: builds, answers, and clear errors for damaged ones.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test may panic")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use serde_json::{Value, json};
use tempfile::TempDir;

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_shard-builder"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn answer(arguments: &[&str], input: &str) -> String {
    let output = run(arguments, input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn failure(arguments: &[&str]) -> String {
    let output = run(arguments, "");
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains("panicked"), "{text}");
    text
}

fn data(file: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(file).display().to_string()
}

/// Monaco, built by the command itself.
struct Built {
    directory: TempDir,
    shard: String,
    report: String,
}

static MONACO: LazyLock<Built> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().display().to_string();
    let arguments = ["build", "--country", "MC", "--osm", &data("monaco.osm.pbf"), "--out", &out];
    let output = run(&arguments, "");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shard = String::from_utf8(output.stdout).unwrap().trim().to_string();
    let report = String::from_utf8(output.stderr).unwrap();
    Built { directory, shard, report }
});

fn search(query: &str) -> Value {
    let text = answer(&["search", &MONACO.shard, query, "--json"], "");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn build_reports_records_addresses_clipping_bytes_and_time() {
    let report = &MONACO.report;
    for part in [
        "reading relations",
        "records:",
        "house",
        "addresses joined to a street:",
        "nearest street",
        "clipped:",
        "warnings:",
        "with brotli",
        "built in",
    ] {
        assert!(report.contains(part), "{part} is missing in {report}");
    }
    assert!(MONACO.directory.path().join("manifest.json").is_file());
}

#[test]
fn inspect_tells_records_bytes_and_attribution() {
    let text = answer(&["inspect", &MONACO.shard], "");
    assert!(text.contains("© OpenStreetMap contributors"), "{text}");
    let json: Value =
        serde_json::from_str(&answer(&["inspect", &MONACO.shard, "--json"], "")).unwrap();
    assert_eq!(json["country"], "mc");
    assert_eq!(json["records"]["townhall"], 1);
    let total = json["total"]["brotli_bytes"].as_u64().unwrap();
    let without = json["without_geometry"]["brotli_bytes"].as_u64().unwrap();
    assert!(0 < without && without < total && total < 30_000);
    let size = std::fs::metadata(&MONACO.shard).unwrap().len();
    assert_eq!(json["total"]["raw_bytes"], size);
    for record in ["house", "street", "street_geometry", "point"] {
        let bytes = json["per_record"][record]["brotli_bytes"].as_f64().unwrap();
        assert!(bytes > 0.0 && bytes < 40.0, "{record}: {bytes}");
    }
    assert_eq!(json["attribution"][0]["licence"], "ODbL-1.0");
}

#[test]
fn verify_accepts_an_intact_shard_and_names_a_damaged_one() {
    assert!(answer(&["verify", &MONACO.shard], "").contains("all good"));
    let bytes = std::fs::read(&MONACO.shard).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path: PathBuf = directory.path().join("damaged.shard");
    let file = path.display().to_string();
    let check = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let text = failure(&["verify", &file]);
        assert!(text.contains("damaged.shard") && text.starts_with("error: "), "{text}");
        text
    };
    check(b"");
    check(b"{}");
    check(&bytes[..bytes.len() / 2]);
    check(&bytes[..bytes.len() - 1]);
    for position in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut flipped = bytes.clone();
        flipped[position] ^= 0x10;
        check(&flipped);
    }
    assert!(failure(&["verify", "no-such-file"]).contains("no-such-file"));
}

#[test]
fn search_answers_text_and_json() {
    let found = search("30 bd princesse charlotte");
    assert_eq!(found["results"][0]["name"], "30 Boulevard Princesse Charlotte");
    assert_eq!(found["results"][0]["precision"], "exact");
    assert_eq!(found["results"][0]["zipcode"], json!(["98000"]));
    let text = answer(&["search", &MONACO.shard, "12 ave d'ostende", "--max-results", "1"], "");
    assert!(text.starts_with("12 Avenue d'Ostende, 98000, Monaco"), "{text}");
    assert_eq!(text.lines().count(), 1);
    let explained = answer(&["search", &MONACO.shard, "mairie", "--explain"], "");
    assert!(explained.contains(" = "), "{explained}");
    let typed = answer(&["search", &MONACO.shard, "monaco", "--types", "train"], "");
    assert!(typed.lines().all(|line| line.contains("[train,")), "{typed}");
}

#[test]
fn reverse_answers_the_nearest_first() {
    let town_hall = &search("mairie de monaco")["results"][0];
    let point = format!("{},{}", town_hall["lat"], town_hall["lng"]);
    let text = answer(&["reverse", &MONACO.shard, &point, "--json"], "");
    let found: Value = serde_json::from_str(&text).unwrap();
    let distances: Vec<f64> = found["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["distance"].as_f64().unwrap())
        .collect();
    assert!(distances.len() > 1 && distances.is_sorted(), "{distances:?}");
    assert!(distances[0] < 5.0);
    let wrong = failure(&["reverse", &MONACO.shard, "91,0"]);
    assert!(wrong.contains("coordinates"), "{wrong}");
}

#[test]
fn requests_on_standard_input_are_answered_line_by_line_and_bad_ones_stop_nothing() {
    let input = "{\"query\":\"mairie\",\"maxResults\":1}\n\
                 not json\n\
                 \n\
                 {\"query\":\"x\",\"maxResults\":99,\"types\":[\"castle\"]}\n\
                 [1]\n\
                 {\"query\":\"mairie\",\"unknown\":true}";
    let text = answer(&["search", &MONACO.shard], input);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert_eq!(lines[0]["resultsCount"], 1);
    assert!(lines[1]["message"].as_str().unwrap().contains("JSON"));
    let params: Vec<&Value> =
        lines[2]["errors"].as_array().unwrap().iter().map(|error| &error["param"]).collect();
    assert_eq!(params, ["types[0]", "maxResults"]);
    assert!(lines[3]["message"].is_string());
    assert_eq!(lines[4]["results"][0], lines[0]["results"][0]);

    let text = answer(&["reverse", &MONACO.shard], "{}\n{\"coordinates\":\"43.73,7.42\"}\n");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["errors"][0]["param"], "coordinates");
    assert!(lines[1]["resultsCount"].as_u64().unwrap() > 0);
}

#[test]
fn a_line_that_is_too_long_is_refused_and_the_next_is_answered() {
    let long = format!("{{\"query\":\"{}\"}}\n{{\"query\":\"mairie\"}}\n", "x".repeat(2 << 20));
    let text = answer(&["search", &MONACO.shard], &long);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0]["message"].as_str().unwrap().contains("longer"));
    assert!(lines[1]["resultsCount"].as_u64().unwrap() > 0);
}

#[test]
fn wrong_arguments_are_explained() {
    let out = tempfile::tempdir().unwrap().path().display().to_string();
    let pbf = data("monaco.osm.pbf");
    let text = failure(&["build", "--country", "Monaco", "--osm", &pbf, "--out", &out]);
    assert!(text.contains("two letters"), "{text}");
    let text = failure(&["build", "--country", "fr", "--osm", "nowhere.pbf", "--out", &out]);
    assert!(text.contains("nowhere.pbf"), "{text}");
    let text = failure(&["search", &MONACO.shard, &MONACO.shard, "x"]);
    assert!(text.contains("second shard"), "{text}");
    let text = failure(&["search", "no-such.shard", "x"]);
    assert!(text.contains("no-such.shard"), "{text}");
}
