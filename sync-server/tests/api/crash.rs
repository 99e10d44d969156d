//! The server is killed while patches are written, again and again: whatever it acknowledged is
//! there afterwards, and the feed has no gaps.
//!
//! Killing a process does not take from the disk what the system has not written yet: that a
//! loss of power does not either is left to SQLite's `synchronous=FULL`.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use serde_json::{Value, json};
use sync_server::store::{SqlStore, Store};

use sync_server::access::KEY_HEADER;

use crate::fixture::TOKEN;
use crate::geocode::two_countries;
use crate::process::{ServerProcess, read_to_close};

/// Clients that write at the same time.
const CLIENTS: u64 = 4;
/// Most acknowledged patches before the server is killed.
const MOST_PATCHES: u64 = 24;

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let cycles: u64 = match std::env::var("HEREABOUTS_SOAK_CRASHES") {
        Ok(cycles) => cycles.parse().unwrap(),
        Err(_) => 20,
    };
    let data = two_countries();
    let mut acknowledged = BTreeSet::new();
    for cycle in 0..cycles {
        let mut server = ServerProcess::start(data.path(), &[]);
        // Neither the number nor what is under way at that moment is the same twice.
        let wanted = 1 + cycle * 7 % MOST_PATCHES;
        let (sender, receiver) = channel();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (address, sender) = (server.address, sender.clone());
                thread::spawn(move || write_until_killed(address, cycle, client, &sender))
            })
            .collect();
        drop(sender);
        for _ in 0..wanted {
            acknowledged.insert(receiver.recv().unwrap());
        }
        server.kill();
        // What was acknowledged between the last one counted and the kill counts too.
        acknowledged.extend(receiver);
        for client in clients {
            client.join().unwrap();
        }
        check(&data.path().join("hereabouts.db"), &acknowledged);
    }
    assert!(acknowledged.len() as u64 >= cycles);
}

/// Makes approved patches, one after the other, and sends the ids of those acknowledged.
fn write_until_killed(address: SocketAddr, cycle: u64, client: u64, ids: &Sender<String>) {
    for number in 0.. {
        let record = json!({
            "name": format!("Street {cycle} {client} {number}"), "city": "Vaduz", "county": "",
            "administrative": "", "country": "Liechtenstein", "countrycode": "li",
            "zipcode": ["9490"], "population": 5700, "coordinates": "47.1405, 9.5205",
            "type": "street",
        });
        let body = json!({ "record": record, "status": "approved" });
        let Some(id) = post_patch(address, &body) else { return };
        if ids.send(id).is_err() {
            return;
        }
    }
}

/// Returns the id of the patch when the whole answer arrived.
pub(crate) fn post_patch(address: SocketAddr, body: &Value) -> Option<String> {
    let body = body.to_string();
    let mut stream = TcpStream::connect(address).ok()?;
    let head = format!(
        "POST /patch HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{KEY_HEADER}: {TOKEN}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).ok()?;
    let answer = read_to_close(&mut stream);
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let Ok(json) = serde_json::from_str::<Value>(body) else { return None };
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    Some(json["id"].as_str().unwrap().to_owned())
}

fn check(file: &Path, acknowledged: &BTreeSet<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = SqlStore::open_sqlite(file).await.unwrap();
        assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
        let apps = store.apps().await.unwrap();
        let (head, approved) = store.approved(&apps[0].id, "li").await.unwrap();
        let ids: BTreeSet<_> = approved.into_iter().map(|patch| patch.id).collect();
        let lost: Vec<_> = acknowledged.difference(&ids).collect();
        assert!(lost.is_empty(), "{lost:?}");
        assert_eq!(head, ids.len() as i64);
        store.close().await;
    });
}
