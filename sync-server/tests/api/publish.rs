//! Publishing of builds: what is taken, refused, kept, taken back and swept, and how a server that
//! runs takes it over.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use geocoder_core::gazetteer::Gazetteer;
use geocoder_core::manifest::Manifest;
use serde_json::json;
use shard_builder::progress::Silent;
use sync_server::blobs::BlobStore;
use sync_server::catalog::Catalog;
use sync_server::publish::sweep::{Swept, sweep};
use sync_server::publish::{Publication, PublishError, publish, roll_back};
use tempfile::TempDir;

use crate::gazetteer::{liechtenstein_gazetteer, monaco_gazetteer};
use crate::generations;
use crate::process::{ServerProcess, poll_until};

/// A build of Liechtenstein with a street of its own.
fn variant(street: &str) -> TempDir {
    build(&liechtenstein_gazetteer(&[street]))
}

fn build(gazetteer: &Gazetteer) -> TempDir {
    let dir = TempDir::new().unwrap();
    shard_builder::publish(dir.path(), gazetteer, None, &Silent).unwrap();
    dir
}

fn manifest(dir: &Path) -> Manifest {
    serde_json::from_slice(&fs::read(dir.join("manifest.json")).unwrap()).unwrap()
}

fn generation(dir: &Path) -> String {
    manifest(dir).countries["li"].base.generation.clone()
}

fn blobs(dir: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(dir.join("blobs")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn to(publication: &Publication) -> Vec<(&str, Option<&str>, &str)> {
    let changes = publication.changes.iter();
    changes
        .map(|change| (change.country.as_str(), change.from.as_deref(), change.to.as_str()))
        .collect()
}

#[test]
fn a_build_is_published_whole_and_other_countries_stay() {
    let data = TempDir::new().unwrap();
    let (first, second) = (variant("Städtle"), variant("Hauptgasse"));
    let published = publish(first.path(), data.path()).unwrap();
    assert_eq!(to(&published), [("li", None, generation(first.path()).as_str())]);
    assert_eq!(blobs(data.path()), blobs(first.path()));
    Catalog::load(&BlobStore::new(data.path()), None).unwrap();

    // The same once more changes nothing.
    let before = fs::read(data.path().join("manifest.json")).unwrap();
    let again = publish(first.path(), data.path()).unwrap();
    assert_eq!((again.changes.len(), again.copied_bytes), (0, 0));
    assert_eq!(fs::read(data.path().join("manifest.json")).unwrap(), before);

    // Another country comes, and then another base of the first, of a build that is far ahead.
    let monaco = build(&monaco_gazetteer());
    let published = publish(monaco.path(), data.path()).unwrap();
    assert_eq!(published.version, 3);
    assert_eq!(generation(data.path()), generation(first.path()));
    let mut ahead = manifest(second.path());
    ahead.version = 41;
    let text = serde_json::to_vec(&ahead).unwrap();
    fs::write(second.path().join("manifest.json"), text).unwrap();
    let published = publish(second.path(), data.path()).unwrap();
    assert_eq!(published.version, 42);
    let (from, new) = (generation(first.path()), generation(second.path()));
    assert_eq!(to(&published), [("li", Some(from.as_str()), new.as_str())]);
    let now = manifest(data.path());
    assert_eq!(now.countries["mc"], manifest(monaco.path()).countries["mc"]);
    assert_eq!(now.countries["li"], ahead.countries["li"]);
    let catalog = Catalog::load(&BlobStore::new(data.path()), None).unwrap();
    assert_eq!(catalog.geocoder().shards().len(), 2);
    // The manifests of before are kept.
    for version in [2, 3] {
        let kept = data.path().join(format!("manifests/{version}.json"));
        let kept: Manifest = serde_json::from_slice(&fs::read(kept).unwrap()).unwrap();
        assert_eq!(kept.version, version);
    }
}

#[test]
fn what_is_damaged_or_incomplete_is_not_published() {
    let data = TempDir::new().unwrap();
    publish(variant("Städtle").path(), data.path()).unwrap();
    let before = (fs::read(data.path().join("manifest.json")).unwrap(), blobs(data.path()));
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    type Harm<'a> = Box<dyn Fn(&Path, &Manifest) + 'a>;
    let base = |manifest: &Manifest| manifest.countries["li"].base.clone();
    let blob = |dir: &Path, name: &str| dir.join("blobs").join(name);
    let harms: [(&str, Harm<'_>); 8] = [
        ("no manifest", Box::new(|dir, _| fs::remove_file(dir.join("manifest.json")).unwrap())),
        ("no JSON", Box::new(|dir, _| fs::write(dir.join("manifest.json"), "{").unwrap())),
        ("shard", Box::new(|dir, m| flip(&blob(dir, &base(m).sha256)))),
        ("chunk", Box::new(|dir, m| flip(&blob(dir, &base(m).chunks[1].sha256)))),
        (
            "no chunk",
            Box::new(|dir, m| {
                fs::remove_file(blob(dir, &base(m).chunks[1].sha256)).unwrap();
            }),
        ),
        (
            "short chunk",
            Box::new(|dir, m| {
                fs::write(blob(dir, &base(m).chunks[1].sha256), "x").unwrap();
            }),
        ),
        (
            "brotli",
            Box::new(|dir, m| {
                // Well-formed, but of something else.
                let other =
                    fs::read(blob(dir, &format!("{}.br", base(m).chunks[0].sha256))).unwrap();
                fs::write(blob(dir, &format!("{}.br", base(m).sha256)), other).unwrap();
            }),
        ),
        (
            "generation",
            Box::new(|dir, m| {
                let mut wrong = m.clone();
                let entry = wrong.countries.get_mut("li").unwrap();
                entry.base.generation = "0123456789abcdef".into();
                fs::write(dir.join("manifest.json"), serde_json::to_vec(&wrong).unwrap()).unwrap();
            }),
        ),
    ];
    for (what, harm) in harms {
        let build = variant("Hauptgasse");
        harm(build.path(), &manifest(build.path()));
        let error = publish(build.path(), data.path()).unwrap_err();
        assert!(!error.to_string().is_empty(), "{what}");
        assert_eq!(fs::read(data.path().join("manifest.json")).unwrap(), before.0, "{what}");
        // Blobs that were copied before the damage was found are swept one day.
        assert!(blobs(data.path()).is_superset(&before.1), "{what}");
        for name in blobs(data.path()) {
            assert!(!name.ends_with(".draft"), "{what}: {name}");
        }
    }
    let error = publish(data.path(), data.path()).unwrap_err();
    assert!(matches!(error, PublishError::SameDirectory { .. }), "{error}");
}

#[test]
fn a_damaged_blob_that_is_there_already_is_replaced() {
    let (data, build) = (TempDir::new().unwrap(), variant("Städtle"));
    publish(build.path(), data.path()).unwrap();
    let name = &manifest(build.path()).countries["li"].base.chunks[0].sha256;
    let (source, copy) =
        (build.path().join("blobs").join(name), data.path().join("blobs").join(name));
    let mut bytes = fs::read(&copy).unwrap();
    bytes[0] ^= 1;
    fs::write(&copy, &bytes).unwrap();
    publish(variant("Hauptgasse").path(), data.path()).unwrap();
    publish(build.path(), data.path()).unwrap();
    assert_eq!(fs::read(&copy).unwrap(), fs::read(&source).unwrap());
}

#[test]
fn only_one_publishes_at_a_time() {
    let (data, build) = (TempDir::new().unwrap(), variant("Städtle"));
    let lock = File::open(data.path()).unwrap();
    lock.lock().unwrap();
    let error = publish(build.path(), data.path()).unwrap_err();
    assert!(matches!(error, PublishError::Busy { .. }), "{error}");
    assert!(!data.path().join("manifest.json").exists());
    drop(lock);
    publish(build.path(), data.path()).unwrap();
}

#[test]
fn a_generation_is_taken_back_and_put_forth_again() {
    let data = TempDir::new().unwrap();
    let builds = ["A-Weg", "B-Weg", "C-Weg"].map(variant);
    let monaco = build(&monaco_gazetteer());
    for build in &builds {
        publish(build.path(), data.path()).unwrap();
    }
    publish(monaco.path(), data.path()).unwrap();
    let names = builds.each_ref().map(|build| generation(build.path()));
    let version = manifest(data.path()).version;
    let back = roll_back(data.path(), "li", None).unwrap();
    assert_eq!(to(&back), [("li", Some(names[2].as_str()), names[1].as_str())]);
    assert_eq!(back.version, version + 1);
    assert_eq!(manifest(data.path()).countries.len(), 2);
    // Once more goes further back, not forth.
    assert_eq!(to(&roll_back(data.path(), "li", None).unwrap())[0].2, names[0]);
    let error = roll_back(data.path(), "li", None).unwrap_err();
    assert!(matches!(error, PublishError::NothingBefore { .. }), "{error}");
    let forth = roll_back(data.path(), "li", Some(&names[2])).unwrap();
    assert_eq!((forth.version, generation(data.path())), (version + 3, names[2].clone()));
    for (country, to) in [("li", Some("0123456789abcdef")), ("fr", Some(names[0].as_str()))] {
        let error = roll_back(data.path(), country, to).unwrap_err();
        assert!(matches!(error, PublishError::UnknownGeneration { .. }), "{error}");
    }
    let error = roll_back(data.path(), "mc", None).unwrap_err();
    assert!(matches!(error, PublishError::NothingBefore { .. }), "{error}");
    let error = roll_back(TempDir::new().unwrap().path(), "li", None).unwrap_err();
    assert!(matches!(error, PublishError::NothingPublished { .. }), "{error}");

    let list = run(&["generations"], data.path());
    let list = String::from_utf8(list.stdout).unwrap();
    let lines: Vec<_> = list.lines().collect();
    assert_eq!(lines.len(), 4, "{list}");
    assert!(
        lines[0].starts_with(&format!("li {} ", names[2])) && lines[0].ends_with("current"),
        "{list}"
    );
    assert!(lines[3].starts_with("mc ") && lines[3].ends_with("current"), "{list}");

    // A generation whose blobs are gone is not published.
    fs::remove_file(data.path().join("blobs").join(&manifest_of(&builds[1]).sha256)).unwrap();
    assert!(roll_back(data.path(), "li", None).is_err());
    assert_eq!(generation(data.path()), names[2]);
}

fn manifest_of(build: &TempDir) -> geocoder_core::manifest::BaseEntry {
    manifest(build.path()).countries["li"].base.clone()
}

#[test]
fn a_sweep_leaves_three_generations_and_what_was_named_not_long_ago() {
    let data = TempDir::new().unwrap();
    let builds = ["A-Weg", "B-Weg", "C-Weg", "D-Weg", "E-Weg"].map(variant);
    for build in &builds {
        publish(build.path(), data.path()).unwrap();
    }
    let all: BTreeSet<_> = builds.iter().flat_map(|build| blobs(build.path())).collect();
    assert_eq!(blobs(data.path()), all, "nothing is a day old");
    fs::write(data.path().join("blobs").join("f".repeat(64)), "named by nobody").unwrap();
    fs::write(data.path().join("blobs/notes.txt"), "of somebody else").unwrap();
    assert_eq!(sweep(data.path(), Duration::from_secs(3600)).unwrap(), Swept::default());

    let swept = sweep(data.path(), Duration::ZERO).unwrap();
    let mut last: BTreeSet<_> = builds[2..].iter().flat_map(|build| blobs(build.path())).collect();
    last.insert("notes.txt".into());
    assert_eq!(blobs(data.path()), last);
    // And the manifests of the first two.
    assert_eq!(swept.files, all.difference(&last).count() + 1 + 2);
    assert_eq!(sweep(data.path(), Duration::ZERO).unwrap(), Swept::default());
    for expected in [&builds[3], &builds[2]] {
        roll_back(data.path(), "li", None).unwrap();
        assert_eq!(generation(data.path()), generation(expected.path()));
        Catalog::load(&BlobStore::new(data.path()), None).unwrap();
    }
    assert!(roll_back(data.path(), "li", None).is_err());
}

/// Runs a command of the program on a data directory.
pub(crate) fn run(arguments: &[&str], data: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command.args(arguments).arg("--data").arg(data).env_remove("RUST_LOG").output().unwrap()
}

#[test]
fn the_program_says_what_it_did_or_why_not() {
    let (data, build) = (TempDir::new().unwrap(), variant("Städtle"));
    let path = build.path().to_str().unwrap();
    let done = run(&["publish", path], data.path());
    assert!(done.status.success(), "{done:?}");
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(said.contains(&format!("li: {}, new", generation(build.path()))), "{said}");
    let failed = run(&["rollback", "LI"], data.path());
    assert_eq!(failed.status.code(), Some(1));
    let said = String::from_utf8(failed.stderr).unwrap();
    assert!(said.contains("nothing is changed") && said.contains("no generation of li"), "{said}");
    let failed = run(&["publish", "/nowhere"], data.path());
    assert_eq!(failed.status.code(), Some(1));
    let said = String::from_utf8(failed.stderr).unwrap();
    assert!(said.contains("nothing is published") && said.contains("/nowhere"), "{said}");
    assert!(run(&["sweep", "--keep", "0"], data.path()).status.success());
}

#[test]
fn a_server_that_runs_takes_over_a_new_base_with_all_patches() {
    let data = TempDir::new().unwrap();
    let mut gazetteer = generations::liechtenstein();
    publish(build(&gazetteer).path(), data.path()).unwrap();
    let server = ServerProcess::start(data.path(), &[]);
    let [renamed, new] = generations::single_streets(&gazetteer);
    let street = |name: &str| {
        let body = json!({"query": name, "types": ["street"], "maxResults": 1});
        let found = server.post("/search", &body);
        found["results"][0]["name"].as_str().unwrap_or_default().to_owned()
    };
    let origin = json!({"query": format!("{}, {}", renamed.0, renamed.1), "types": ["street"]});
    let origin = server.post("/search", &origin)["results"][0].clone();
    let operation = json!({"method": "upsert", "origin": origin,
        "update": {"name": "Zaunkönigweg"}, "status": "approved"});
    server.post("/patch/bulk", &json!({"operations": [operation]}));
    assert_eq!(street("Zaunkönigweg"), "Zaunkönigweg");

    generations::street(&mut gazetteer, &new.0, &new.1).names.default = "Eisvogelweg".into();
    // Ordinals of the patched street are others now.
    gazetteer.streets.retain(|street| !street.names.default.starts_with("Dorf"));
    let next = build(&gazetteer);
    let mut states = BTreeSet::new();
    let mut look = || {
        let json = |path| server.get_json(path);
        let of_manifest = json("/sync/v1/manifest")["countries"]["li"].clone();
        let of_heads = json("/sync/v1/heads")["countries"]["li"].clone();
        let pairs = [
            (&of_manifest["base"]["generation"], &of_manifest["overlay"]["state_sha256"]),
            (&of_heads["generation"], &of_heads["state_sha256"]),
        ];
        states.extend(pairs.map(|(generation, state)| (generation.to_string(), state.to_string())));
        of_heads["generation"].as_str().unwrap().to_owned()
    };
    look();
    let done = run(&["publish", next.path().to_str().unwrap()], data.path());
    assert!(done.status.success(), "{done:?}");
    poll_until("the new base", || {
        // What was approved is seen at every moment, over the old base and over the new one.
        assert_eq!(street("Zaunkönigweg"), "Zaunkönigweg");
        (look() == generation(next.path()) && street("Eisvogelweg") == "Eisvogelweg").then_some(())
    });
    // A state belongs to a generation: none was ever shown with the base of the other.
    assert_eq!(states.len(), 2, "{states:?}");
    assert_ne!(street(&renamed.0), renamed.0);

    assert!(run(&["rollback", "li"], data.path()).status.success());
    poll_until("the old base", || {
        assert_eq!(street("Zaunkönigweg"), "Zaunkönigweg");
        (street(&new.0) == new.0).then_some(())
    });
}
