//! Running the server: its commands, its configuration, whether it is ready, what it counts.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use actix_web::http::StatusCode;
use serde_json::json;
use sqlx::{Connection, SqliteConnection};
use sync_server::metrics;
use sync_server::state::AppState;
use sync_server::store::SqlStore;

use sync_server::access::KEY_HEADER;

use crate::fixture::{DataDir, TOKEN, app, get, post, send, send_to};
use crate::geocode::two_countries;
use crate::process::{ServerProcess, command, poll_until};
use crate::sockets::read_answer;

/// Runs the program to its end.
fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sync-server"))
        .args(arguments)
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn run_ok(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn failure(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_backup_taken_and_restored_while_serving_brings_a_deleted_patch_back() {
    let data = two_countries();
    let server = ServerProcess::start(data.path(), &[]);
    let record = json!({
        "name": "Kirchweg", "city": "Vaduz", "county": "", "administrative": "",
        "country": "Liechtenstein", "countrycode": "li", "zipcode": ["9490"],
        "population": 5700, "coordinates": "47.1405, 9.5205", "type": "street",
    });
    let body = json!({ "record": record, "status": "approved" }).to_string();
    let (_, made) = server.ask("POST", "/patch", &body);
    let made: serde_json::Value = serde_json::from_slice(&made).unwrap();
    let path = format!("/patch/{}", made["id"].as_str().unwrap());
    let dir = text(data.path());
    let backup = data.path().join("backup.db");
    run_ok(&["backup", "--data", dir, text(&backup)]);
    server.ask("DELETE", &path, "{}");
    let found = || {
        let (_, body) = server.ask("POST", "/search", r#"{"query":"Kirchweg Vaduz"}"#);
        let answer: serde_json::Value = serde_json::from_slice(&body).unwrap();
        answer["results"].as_array().unwrap().iter().any(|result| result["name"] == "Kirchweg")
    };
    assert!(server.ask("GET", &path, "").0.starts_with("http/1.1 404"));
    assert!(!found());
    let said = run_ok(&["restore", "--data", dir, text(&backup)]);
    assert!(said.contains("the epoch is now"), "{said}");
    assert!(server.ask("GET", &path, "").0.starts_with("http/1.1 200"));
    poll_until("users to find the patch again", || found().then_some(()));
    assert!(run_ok(&["verify", "--data", dir]).contains("sound"));
}

#[test]
fn commands_of_the_database_say_what_is_wrong() {
    let data = DataDir::new();
    let dir = text(data.path());
    assert!(run_ok(&["migrate", "--data", dir]).contains("up to date"));
    assert!(
        failure(&["backup", "--data", dir, text(&data.path().join("manifest.json"))])
            .contains("exists already")
    );
    assert!(failure(&["restore", "--data", dir, "/nowhere.db"]).contains("/nowhere.db is no file"));
    let other = data.path().join("other.db");
    fs::write(&other, [7; 4096]).unwrap();
    let message = failure(&["restore", "--data", dir, text(&other)]);
    assert!(message.contains("other.db is not a database of Hereabouts"), "{message}");
    let message = failure(&["migrate", "--database-url", "mysql://localhost"]);
    assert!(message.contains("--database-url") && message.contains("sqlite:FILE"), "{message}");
    let message = failure(&["serve", "--data", dir, "--database-url", "sqlite::memory:"]);
    assert!(message.contains("ends with the program"), "{message}");
    assert!(failure(&["migrate"]).contains("--data"));
}

#[test]
fn check_config_finds_what_serve_would_stumble_over() {
    let data = DataDir::new();
    let file = data.path().join("hereabouts.toml");
    let write = |more: &str| {
        fs::write(&file, format!("data = '{}'\n{more}", data.path().display())).unwrap();
    };
    write("listen = '127.0.0.1:0'\nbody_timeout = 20\nlog_format = 'json'");
    assert!(run_ok(&["check-config", "--config", text(&file)]).contains("usable"));
    // Nothing is made by only looking.
    assert!(!data.path().join("hereabouts.db").exists());
    for (more, expected) in [
        ("body_timeout = 0", "--body-timeout"),
        ("bodytimeout = 1", "unknown setting `bodytimeout`"),
        ("www = '/nowhere'", "/nowhere"),
        ("tls_cert = '/nowhere.pem'\ntls_key = '/nowhere.pem'", "--tls-cert"),
        ("tls_key = '/nowhere.pem'", "--tls-cert"),
        ("blobs_url = 'http://x'", "--blobs-url"),
        ("database_url = 'postgre://u:S3cret@h/d'", "--database-url"),
    ] {
        write(more);
        let message = failure(&["check-config", "--config", text(&file)]);
        assert!(message.contains(expected), "{more}: {message}");
        assert!(!message.contains("S3cret"), "{message}");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command.args(["check-config", "--data"]).arg(data.path());
    let output = command.env("HEREABOUTS_BOOTSTRAP_KEY", "short").output().unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("HEREABOUTS_BOOTSTRAP_KEY must be 16"), "{message}");
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let data = DataDir::new();
    let file = data.path().join("hereabouts.toml");
    fs::write(&file, "body_timeout = 301\n").unwrap();
    let check = |env: Option<&str>, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
        command.args(["check-config", "--data"]).arg(data.path()).arg("--config").arg(&file);
        if let Some(value) = env {
            command.env("HEREABOUTS_BODY_TIMEOUT", value);
        }
        command.args(more).output().unwrap().status.success()
    };
    assert!(!check(None, &[]));
    assert!(check(Some("5"), &[]));
    assert!(!check(Some("0"), &[]));
    assert!(check(Some("0"), &["--body-timeout", "5"]));
}

#[actix_web::test]
async fn the_server_is_ready_while_its_database_answers() {
    let data = DataDir::new();
    assert_eq!(send(data.state(), get("/readyz")).await.status, StatusCode::OK);
    let file = data.path().join("store.db");
    let store = SqlStore::open_sqlite(&file).await.unwrap();
    let app = app(AppState { store: Arc::new(store), ..data.state() }).await;
    assert_eq!(send_to(&app, get("/readyz")).await.status, StatusCode::OK);
    let url = format!("sqlite:{}", file.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("DROP TABLE store").execute(&mut connection).await.unwrap();
    let answer = send_to(&app, get("/readyz")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.message().contains("unavailable"));
    // Data without a database: shards are still given out.
    assert_eq!(send_to(&app, get("/healthz")).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn metrics_count_answers_by_route_and_tell_sizes() {
    let data = two_countries();
    let state = actix_web::web::Data::new(data.loaded_state());
    state.access.bootstrap(Path::new("")).await.unwrap();
    let routes = sync_server::routes::configure(state.clone());
    let app = actix_web::test::init_service(actix_web::App::new().configure(routes)).await;
    for query in ["Vaduz", "Monaco"] {
        let body = json!({ "query": query }).to_string();
        assert_eq!(send_to(&app, post("/search", body)).await.status, StatusCode::OK);
    }
    send_to(&app, get(&format!("/sync/v1/blobs/{}", "0".repeat(64)))).await;
    send_to(&app, get("/whatever/a/client/makes/up")).await;
    let text = metrics::write(&state).await;
    for line in [
        "hereabouts_requests_total{route=\"/search\",method=\"POST\",status=\"200\"} 2",
        "hereabouts_requests_total{route=\"/sync/v1/blobs/{sha256}\",method=\"GET\",status=\"404\"} 1",
        "hereabouts_requests_total{route=\"other\",method=\"GET\",status=\"404\"} 1",
        "hereabouts_request_duration_seconds_count{route=\"/search\"} 2",
        "hereabouts_shards 2",
        &format!("hereabouts_store_version {}", state.store.version().await.unwrap()),
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    // They are not to be had where everybody can ask.
    assert_eq!(send_to(&app, get("/metrics")).await.status, StatusCode::NOT_FOUND);
}

#[test]
fn metrics_have_a_port_of_their_own() {
    let data = DataDir::new();
    let mut command = command(data.path(), &["--metrics-listen", "127.0.0.1:0"]);
    let mut server = ServerProcess::start_command(command.stderr(Stdio::piped()));
    let mut lines = BufReader::new(server.take_stderr()).lines().map(Result::unwrap);
    let line = lines.find(|line| line.contains("metrics on http://")).unwrap();
    let (_, rest) = line.split_once("metrics on http://").unwrap();
    let address = rest.split('/').next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("content-type: text/plain; version=0.0.4"), "{answer}");
    assert!(answer.contains("hereabouts_shards 0"), "{answer}");
}

#[cfg(unix)]
#[test]
fn a_request_under_way_is_answered_after_the_signal() {
    let data = two_countries();
    let mut server = ServerProcess::start(data.path(), &[]);
    let mut stream = server.connect();
    let body = r#"{"query":"Vaduz"}"#;
    let (first, rest) = body.split_at(5);
    write!(
        stream,
        "POST /search HTTP/1.1\r\nHost: x\r\n{KEY_HEADER}: {TOKEN}\r\nContent-Length: {}\r\n\r\n{first}",
        body.len()
    )
    .unwrap();
    // Another answer shows that the first part has been read by then.
    assert!(server.ask("GET", "/healthz", "").0.starts_with("http/1.1 200"));
    server.signal("TERM");
    poll_until("the server to stop listening", || TcpStream::connect(server.address).err());
    stream.write_all(rest.as_bytes()).unwrap();
    let (head, body) = read_answer(&mut stream, true);
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(String::from_utf8(body).unwrap().contains("Vaduz"));
    assert!(server.wait().success());
}
