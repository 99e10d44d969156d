//! Builds several countries by a build file, as the command line does, and again.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

fn data(file: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(file).display().to_string()
}

/// A build file in a directory of its own.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        project.write(&[("mc", &osm("monaco.osm.pbf")), ("ad", &andorra())]);
        project
    }

    fn write(&self, countries: &[(&str, &str)]) {
        let mut text = String::from("out = \"data\"\n");
        for (code, source) in countries {
            text += &format!("[[country]]\ncode = \"{code}\"\n{source}\n");
        }
        fs::write(self.folder.path().join("build.toml"), text).unwrap();
    }

    fn build(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_shard-builder"))
            .args(["build", "--config"])
            .arg(self.folder.path().join("build.toml"))
            .args(arguments)
            .output()
            .unwrap()
    }

    fn said(&self, arguments: &[&str]) -> String {
        let output = self.build(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{text}");
        text
    }

    /// Everything that is published, by path.
    fn published(&self) -> BTreeMap<String, Vec<u8>> {
        let out = self.folder.path().join("data");
        let blobs = fs::read_dir(out.join("blobs")).unwrap();
        let files = blobs.map(|entry| entry.unwrap().path()).chain([out.join("manifest.json")]);
        files.map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
    }
}

fn osm(file: &str) -> String {
    format!("[[country.source]]\nkind = \"osm\"\npaths = [{:?}]", data(file))
}

fn andorra() -> String {
    format!(
        "[[country.source]]\nkind = \"geonames\"\ncities = [{:?}]\nadmin1 = {:?}",
        data("geonames/cities15000.txt.xz"),
        data("geonames/admin1.json.gz"),
    )
}

#[test]
fn a_second_build_rebuilds_what_changed_and_nothing_else() {
    let project = Project::new();
    let first = project.said(&["--jobs", "2"]);
    assert!(first.contains("mc: OpenStreetMap") && first.contains("ad: GeoNames"), "{first}");
    let published = project.published();

    let second = project.said(&["--jobs", "2"]);
    assert!(second.contains("mc: unchanged") && second.contains("ad: unchanged"), "{second}");
    assert!(project.published() == published);

    let minimum = format!("{}\nmin_population = 20000", andorra());
    project.write(&[("mc", &osm("monaco.osm.pbf")), ("ad", &minimum)]);
    let third = project.said(&[]);
    assert!(third.contains("mc: unchanged") && third.contains("ad: GeoNames"), "{third}");
}

#[test]
fn an_interrupted_build_goes_on_where_it_was_and_damaged_output_is_made_anew() {
    let project = Project::new();
    project.said(&[]);
    let published = project.published();
    let out = project.folder.path().join("data");
    fs::remove_file(out.join("reports/ad.json")).unwrap();
    let said = project.said(&[]);
    assert!(said.contains("mc: unchanged") && said.contains("ad: GeoNames"), "{said}");
    assert!(project.published() == published, "the same bytes, and the same manifest version");

    let manifest: Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let sha256 = manifest["countries"]["mc"]["base"]["sha256"].as_str().unwrap();
    fs::write(out.join("blobs").join(sha256), b"cut").unwrap();
    let said = project.said(&[]);
    assert!(said.contains("mc: OpenStreetMap") && said.contains("ad: unchanged"), "{said}");
    assert!(project.published() == published);
}

#[test]
fn countries_built_one_after_the_other_or_at_once_have_the_same_bytes() {
    let blobs = |jobs: &str| {
        let project = Project::new();
        project.said(&["--jobs", jobs]);
        let published = project.published().into_iter();
        let named = published.map(|(path, bytes)| {
            (Path::new(&path).file_name().unwrap().to_string_lossy().into_owned(), bytes)
        });
        named.filter(|(name, _)| name != "manifest.json").collect::<BTreeMap<_, _>>()
    };
    assert!(blobs("1") == blobs("4"));
}

#[test]
fn one_bad_country_is_named_and_the_others_are_built() {
    let project = Project::new();
    project.write(&[("mc", &osm("nowhere.osm.pbf")), ("ad", &andorra())]);
    let output = project.build(&[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(text.contains("error: mc: cannot read") && text.contains("nowhere.osm.pbf"), "{text}");
    assert!(text.contains("1 of 2 countries could not be built"), "{text}");
    let path = String::from_utf8(output.stdout).unwrap();
    assert!(Path::new(path.trim()).is_file(), "{path}");
}

#[test]
fn the_account_of_a_build_tells_machines_what_the_report_tells_people() {
    let project = Project::new();
    let said = project.said(&["--country", "ad"]);
    let path = project.folder.path().join("data/reports/ad.json");
    let account: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let cities = account["records"]["city"].as_u64().unwrap();
    assert!(cities > 0 && said.contains(&format!("{cities}  city")), "{said}");
    assert_eq!(account["attribution"][0]["licence"], "CC-BY-4.0");
    assert!(account["shard"]["brotli_bytes"].as_u64().unwrap() > 100);
    assert!(account["seconds"].as_f64().unwrap() > 0.0);
    if cfg!(target_os = "linux") {
        assert!(account["peak_memory_bytes"].as_u64().unwrap() > 1_000_000);
    }
    let label = account["sources"][0].as_str().unwrap();
    assert_eq!(account["provenance"][label]["city"]["new"].as_u64().unwrap(), cities);
}
