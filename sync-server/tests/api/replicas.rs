//! Two servers over one PostgreSQL: what is approved on one is seen on the other.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sync_server::store::{SqlStore, Store};

use crate::fixture::TOKEN;
use crate::geocode::two_countries;
use crate::postgres::new_database;
use crate::process::ServerProcess;
use crate::sockets::read_answer;

/// Longest time until another server shows what was approved.
const SEEN_WITHIN: Duration = Duration::from_secs(5);
/// Patches that each server approves while the other does.
const PATCHES: usize = 20;

fn post(server: &ServerProcess, path: &str, body: &Value) -> Value {
    let mut stream = server.connect();
    let body = body.to_string();
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: x\r\nx-placekit-api-key: {TOKEN}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let (head, body) = read_answer(&mut stream, true);
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    serde_json::from_slice(&body).unwrap()
}

fn approve(server: &ServerProcess, name: &str) -> Value {
    let record = json!({
        "name": name, "city": "Vaduz", "country": "Liechtenstein", "countrycode": "li",
        "zipcode": ["9490"], "population": 5700, "coordinates": "47.1405, 9.5205",
        "type": "street",
    });
    post(server, "/patch", &json!({"record": record, "status": "approved"}))
}

fn finds(server: &ServerProcess, name: &str) -> bool {
    let found = post(server, "/search", &json!({"query": name, "countries": ["li"]}));
    found["results"].as_array().unwrap().iter().any(|result| result["name"] == name)
}

#[actix_web::test]
async fn what_one_server_approves_the_other_shows_soon() {
    let url = new_database().await;
    let data = two_countries();
    let options = ["--database-url", url.as_str(), "--rate-limit", "1000/1"];
    let servers = [(); 2].map(|()| ServerProcess::start(data.path(), &options));
    let [one, other] = &servers;
    approve(one, "Kirchweg");
    assert!(finds(one, "Kirchweg"));
    let start = Instant::now();
    while !finds(other, "Kirchweg") {
        assert!(start.elapsed() < SEEN_WITHIN, "not seen within {SEEN_WITHIN:?}");
        thread::yield_now();
    }
}

#[actix_web::test]
async fn approvals_at_the_same_time_lose_and_repeat_no_position() {
    let url = new_database().await;
    let data = two_countries();
    let options = ["--database-url", url.as_str(), "--rate-limit", "1000/1"];
    let servers = [(); 2].map(|()| ServerProcess::start(data.path(), &options));
    let mut app_id = String::new();
    thread::scope(|scope| {
        let work = servers.iter().enumerate().map(|(number, server)| {
            scope.spawn(move || {
                for patch in 0..PATCHES {
                    approve(server, &format!("Weg {number} {patch}"));
                }
            })
        });
        for worker in work.collect::<Vec<_>>() {
            worker.join().unwrap();
        }
    });
    let store = SqlStore::open(&url).await.unwrap();
    for (app, country, head) in store.feed_heads().await.unwrap() {
        assert_eq!((country.as_str(), head), ("li", 2 * PATCHES as i64));
        app_id = app;
    }
    let feed = store.feed(&app_id, "li", 0, 1000).await.unwrap();
    let positions: Vec<i64> = feed.iter().map(|row| row.seq).collect();
    assert_eq!(positions, (1..=2 * PATCHES as i64).collect::<Vec<_>>());
    let mut patches: Vec<&str> = feed.iter().map(|row| row.patch_id.as_str()).collect();
    patches.sort_unstable();
    patches.dedup();
    assert_eq!(patches.len(), 2 * PATCHES);
}
