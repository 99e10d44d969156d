//! Two servers over one PostgreSQL: what is approved on one is seen on the other.

use std::thread;

use serde_json::{Value, json};
use sync_server::store::{SqlStore, Store};

use crate::geocode::two_countries;
use crate::postgres::new_database;
use crate::process::{ServerProcess, poll_until};

/// Patches that each server approves while the other does.
const PATCHES: usize = 20;

fn approve(server: &ServerProcess, name: &str) -> Value {
    let record = json!({
        "name": name, "city": "Vaduz", "country": "Liechtenstein", "countrycode": "li",
        "zipcode": ["9490"], "population": 5700, "coordinates": "47.1405, 9.5205",
        "type": "street",
    });
    server.post("/patch", &json!({"record": record, "status": "approved"}))
}

fn finds(server: &ServerProcess, name: &str) -> bool {
    let found = server.post("/search", &json!({"query": name, "countries": ["li"]}));
    found["results"].as_array().unwrap().iter().any(|result| result["name"] == name)
}

#[actix_web::test]
async fn what_one_server_approves_the_other_shows_soon() {
    let url = new_database().await;
    let data = two_countries();
    let options = ["--database-url", url.as_str()];
    let servers = [(); 2].map(|()| ServerProcess::start(data.path(), &options));
    let [one, other] = &servers;
    approve(one, "Kirchweg");
    assert!(finds(one, "Kirchweg"));
    poll_until("the other to show it", || finds(other, "Kirchweg").then_some(()));
}

#[actix_web::test]
async fn approvals_at_the_same_time_lose_and_repeat_no_position() {
    let url = new_database().await;
    let data = two_countries();
    let options = ["--database-url", url.as_str()];
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
