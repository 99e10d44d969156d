//! Keys of the built program: the first start, the command line, the web app, and the log.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{DataDir, TOKEN};
use crate::process::{ServerProcess, poll_until};

fn keys(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    let (verb, rest) = arguments.split_first().unwrap();
    command.args(["keys", verb, "--data"]).arg(data).args(rest);
    command.env_remove("HEREABOUTS_SECRET").env_remove("HEREABOUTS_DATABASE_URL").output().unwrap()
}

fn text_of(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Asks for the caller's key; returns the status and the body.
fn current(server: &ServerProcess, token: &str, more: &str) -> (u16, Value) {
    get(server, "/keys/current", &format!("X-PlaceKit-API-Key: {token}\r\n{more}"))
}

fn get(server: &ServerProcess, path: &str, headers: &str) -> (u16, Value) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    let answer = server.exchange(&request);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in {answer}")))
}

#[test]
fn the_first_start_leaves_the_only_key_in_a_private_file() {
    let data = DataDir::new();
    let server = ServerProcess::start_without_key(data.path(), &[]);
    let file = data.path().join("hereabouts.key");
    let token = fs::read_to_string(&file).unwrap();
    #[cfg(unix)]
    for name in ["hereabouts.key", "hereabouts.secret"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(data.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let (status, key) = current(&server, token.trim(), "");
    assert_eq!(
        (status, &key["role"], &key["token"]),
        (200, &"private".into(), &token.trim().into())
    );
    drop(server);
    fs::remove_file(&file).unwrap();
    let server = ServerProcess::start_without_key(data.path(), &[]);
    assert!(!file.exists(), "a second start makes no second key");
    assert_eq!(current(&server, token.trim(), "").0, 200);
}

#[test]
fn a_key_of_the_command_line_works_and_ends_on_a_running_server() {
    let data = DataDir::new();
    let server = ServerProcess::start(data.path(), &[]);
    let made = keys(data.path(), &["create", "--name", "by hand", "--allowed-ip", "127.0.0.0/8"]);
    let token = text_of(&made);
    let token = token.trim();
    let key = poll_until("the new key to work", || {
        let (status, key) = current(&server, token, "");
        (status == 200).then_some(key)
    });
    assert_eq!((&key["name"], &key["role"]), (&"by hand".into(), &"private".into()));
    let id = key["id"].as_str().unwrap();
    let listed = text_of(&keys(data.path(), &["list"]));
    assert!(
        listed.contains(id) && listed.contains("by hand") && !listed.contains(token),
        "{listed}"
    );
    assert!(text_of(&keys(data.path(), &["revoke", id])).contains(id));
    poll_until("the revoked key to end", || (current(&server, token, "").0 == 401).then_some(()));
    let again = keys(data.path(), &["revoke", id]);
    assert!(!again.status.success());
    assert!(text_of(&keys(data.path(), &["list"])).contains("deleted"));
}

#[test]
fn the_last_private_key_is_revoked_by_force_only() {
    let dir = TempDir::new().unwrap();
    text_of(&keys(dir.path(), &["create"]));
    let listed = text_of(&keys(dir.path(), &["list"]));
    let id = listed.lines().nth(1).unwrap().split('\t').next().unwrap();
    let refused = keys(dir.path(), &["revoke", id]);
    let said = String::from_utf8(refused.stderr.clone()).unwrap();
    assert!(!refused.status.success() && said.contains("--force"), "{said}");
    text_of(&keys(dir.path(), &["revoke", id, "--force"]));
    for wrong in [["create", "--domain", "*.com"], ["create", "--app", "NOTTHERE"]] {
        assert!(!keys(dir.path(), &wrong).status.success(), "{wrong:?}");
    }
}

#[test]
fn the_web_app_gets_a_key_for_this_machine_and_nobody_else() {
    let data = DataDir::new();
    let site = TempDir::new().unwrap();
    fs::write(site.path().join("index.html"), "<!doctype html>").unwrap();
    let www = ["--www", site.path().to_str().unwrap()];
    let server = ServerProcess::start(data.path(), &www);
    let (status, config) = get(&server, "/config.json", "");
    assert_eq!(status, 200);
    let token = config["apiKey"].as_str().unwrap().to_owned();
    let manifest = |headers: &str| {
        let key = format!("X-PlaceKit-API-Key: {token}\r\n{headers}");
        get(&server, "/sync/v1/manifest", &key).0
    };
    assert_eq!(manifest(""), 200);
    assert_eq!(manifest("Origin: http://localhost:3000\r\n"), 200);
    assert_eq!(manifest("Origin: https://elsewhere.example\r\n"), 403);
    assert_eq!(get(&server, "/keys", &format!("X-PlaceKit-API-Key: {token}\r\n")).0, 403);
    // It stays the same, and stays deleted.
    drop(server);
    let server = ServerProcess::start(data.path(), &www);
    assert_eq!(get(&server, "/config.json", "").1["apiKey"], token.as_str());
    drop(server);
    let id = text_of(&keys(data.path(), &["list"]))
        .lines()
        .find(|line| line.contains("web app"))
        .unwrap()
        .split('\t')
        .next()
        .unwrap()
        .to_owned();
    text_of(&keys(data.path(), &["revoke", &id]));
    let server = ServerProcess::start(data.path(), &www);
    assert_eq!(get(&server, "/config.json", "").1.get("apiKey"), None);
}

#[test]
fn the_log_holds_no_tokens() {
    let data = DataDir::new();
    let (mut server, log) = ServerProcess::start_with_log(data.path());
    assert_eq!(current(&server, TOKEN, "").0, 200);
    current(&server, "pk_a-wrong-token-that-is-not-logged", "");
    let (status, _) = get(&server, "/keys/current", &format!("Authorization: Bearer {TOKEN}\r\n"));
    assert_eq!(status, 200);
    let create = format!(
        "POST /keys HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-PlaceKit-API-Key: {TOKEN}\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    let answer = server.exchange(&create);
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let made: Value = serde_json::from_str(body).unwrap();
    server.signal("TERM");
    assert!(server.wait().success());
    let log = fs::read_to_string(&log).unwrap();
    assert!(log.contains("/keys/current") && log.contains("stopped"), "{log}");
    for token in [TOKEN, "pk_a-wrong-token-that-is-not-logged", made["token"].as_str().unwrap()] {
        assert!(!log.contains(token), "{log}");
    }
}

#[test]
fn settings_of_access_that_cannot_be_used_are_named() {
    let data = DataDir::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data.path());
    for (name, value) in [
        ("HEREABOUTS_SECRET", "short"),
        ("HEREABOUTS_BOOTSTRAP_KEY", "short"),
        ("HEREABOUTS_RATE_LIMIT", "many"),
        ("HEREABOUTS_TRUSTED_PROXIES", "localhost"),
    ] {
        let output = command.env(name, value).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let option = name.trim_start_matches("HEREABOUTS_").to_lowercase().replace('_', "-");
        let option = option.trim_end_matches("ies");
        assert!(!output.status.success(), "{name}");
        assert!(said.contains(name) || said.contains(option), "{name}: {said}");
        assert!(name != "HEREABOUTS_SECRET" || !said.contains("short\""), "{said}");
        command.env_remove(name);
    }
}
