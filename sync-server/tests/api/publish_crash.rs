//! A publication is killed at one point after the other: what is served is the old build or the
//! new one, whole, and the next publication goes through.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use shard_builder::progress::Silent;
use sync_server::blobs::BlobStore;
use sync_server::catalog::Catalog;
use sync_server::publish::publish;
use sync_server::publish::sweep::sweep;
use tempfile::TempDir;

use crate::gazetteer::liechtenstein_gazetteer;

/// Where a publication is killed.
#[derive(Debug, Clone, Copy)]
enum Point {
    /// When so many files have come into `blobs/`, drafts among them.
    Blobs(usize),
    /// When a manifest or its draft has come into `manifests/`.
    Kept,
    /// When the draft of the manifest is there.
    Draft,
    /// When the manifest is another one.
    Manifest,
}

#[test]
fn a_publication_that_is_killed_leaves_the_old_build_or_the_new_one() {
    let cycles: usize = match std::env::var("HEREABOUTS_SOAK_CRASHES") {
        Ok(cycles) => cycles.parse().unwrap(),
        Err(_) => 24,
    };
    let data = TempDir::new().unwrap();
    let first = build(usize::MAX);
    publish(first.path(), data.path()).unwrap();
    let (mut old, mut new) = (0, 0);
    for cycle in 0..cycles {
        let next = build(cycle);
        let point = match cycle % 6 {
            0 => Point::Kept,
            1 => Point::Draft,
            2 => Point::Manifest,
            // Neither the file nor what is under way at that moment is the same twice.
            _ => Point::Blobs(1 + cycle * 7 % 40),
        };
        let before = published(data.path());
        kill_at(next.path(), data.path(), point);
        let after = published(data.path());
        let wanted = published(next.path());
        assert!([&before, &wanted].contains(&&after), "{point:?}: {before} {after} {wanted}");
        *if after == before { &mut old } else { &mut new } += 1;
        // A server that starts now, or looks, finds everything as it must be.
        Catalog::load(&BlobStore::new(data.path()), None).unwrap();
        // And the next one goes through, whatever was left.
        publish(next.path(), data.path()).unwrap();
        assert_eq!(published(data.path()), wanted);
        sweep(data.path(), Duration::ZERO).unwrap();
        Catalog::load(&BlobStore::new(data.path()), None).unwrap();
        let names = fs::read_dir(data.path().join("blobs")).unwrap();
        let drafts = names.filter(|name| {
            name.as_ref().unwrap().file_name().to_string_lossy().ends_with(".draft")
        });
        assert_eq!(drafts.count(), 0, "{point:?}");
    }
    assert!(old > 0, "no publication was killed early: {old} {new}");
}

/// Makes a build that no other one is like.
fn build(number: usize) -> TempDir {
    let gazetteer = liechtenstein_gazetteer(&[&format!("Strasse {number}")]);
    let dir = TempDir::new().unwrap();
    shard_builder::publish(dir.path(), &gazetteer, None, &Silent).unwrap();
    dir
}

/// Returns the generation that the manifest of a directory names.
fn published(dir: &Path) -> String {
    let manifest = fs::read(dir.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    manifest["countries"]["li"]["base"]["generation"].as_str().unwrap().to_owned()
}

/// Publishes and kills the program at a point, unless it is faster.
fn kill_at(build: &Path, data: &Path, point: Point) {
    let count = |folder: &str| fs::read_dir(data.join(folder)).unwrap().count();
    let manifest = || fs::read(data.join("manifest.json")).unwrap();
    let drafts = || {
        let names = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with(".manifest")).count()
    };
    let (blobs, kept, old) = (count("blobs"), count("manifests"), manifest());
    let mut child = Command::new(env!("CARGO_BIN_EXE_sync-server"))
        .arg("publish")
        .arg(build)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while child.try_wait().unwrap().is_none() {
        let is_there = match point {
            Point::Blobs(number) => count("blobs") >= blobs + number,
            Point::Kept => count("manifests") > kept,
            Point::Draft => drafts() > 0,
            Point::Manifest => manifest() != old,
        };
        if is_there {
            // It may have ended in this very moment.
            let _ = child.kill();
        }
    }
    child.wait().unwrap();
}
