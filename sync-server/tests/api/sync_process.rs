//! Synchronisation with real processes: events on sockets, servers that share a store, and servers
//! that are killed while they compact.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use geocoder_core::delta::{Delta, Snapshot};
use serde_json::{Value, json};
use sync_server::access::KEY_HEADER;
use sync_server::store::{SqlStore, Store};

use crate::fixture::{TOKEN, sha256_hex};
use crate::geocode::two_countries;
use crate::postgres::new_database;
use crate::process::{ServerProcess, poll_until};
use crate::sync_fixture::street;

/// Parts of the time that a compaction takes.
const STEP: Duration = Duration::from_micros(250);

/// Options with which a few approvals make segments and snapshots, and forget what they hold.
const COMPACT_OFTEN: &[&str] = &[
    "--sync-segment-operations",
    "2",
    "--sync-snapshot-operations",
    "3",
    "--sync-keep-operations",
    "4",
];

/// An open stream of events, and what came of it so far.
struct Events {
    stream: TcpStream,
    text: String,
}

impl Events {
    fn open(server: &ServerProcess, token: &str) -> Self {
        let mut stream = server.connect();
        let path = "/sync/v1/events?countries=li";
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n{KEY_HEADER}: {token}\r\n\r\n").unwrap();
        Self { stream, text: String::new() }
    }

    /// Returns the data of the next event, however long it takes within the deadline.
    fn next(&mut self) -> Value {
        loop {
            if let Some((before, rest)) = self.text.split_once("event: heads\ndata: ")
                && let Some((data, rest)) = rest.split_once("\n\n")
            {
                assert!(!before.contains("HTTP/1.1") || before.starts_with("HTTP/1.1 200 "));
                let json = serde_json::from_str(data).unwrap();
                self.text = rest.to_owned();
                return json;
            }
            let mut piece = [0; 4096];
            let length = self.stream.read(&mut piece).unwrap();
            assert!(length > 0, "the stream ended after {:?}", self.text);
            self.text.push_str(std::str::from_utf8(&piece[..length]).unwrap());
        }
    }

    /// Waits for the end of the stream, in which nothing but comments may come.
    fn end(mut self) {
        // The last piece of a body is empty; the connection may stay for other requests.
        while !self.text.ends_with("0\r\n\r\n") {
            let mut piece = [0; 4096];
            match self.stream.read(&mut piece).unwrap() {
                0 => break,
                length => self.text.push_str(std::str::from_utf8(&piece[..length]).unwrap()),
            }
        }
        assert!(!self.text.contains("event:"), "{}", self.text);
    }
}

fn approve(server: &ServerProcess, number: u32) {
    server.post("/patch", &json!({"record": street(number), "status": "approved"}));
}

#[test]
fn a_stream_tells_of_every_approval_until_the_server_stops() {
    let data = two_countries();
    let mut server = ServerProcess::start(data.path(), &[]);
    let mut events = Events::open(&server, TOKEN);
    let first = events.next();
    assert_eq!(first, server.get_json("/sync/v1/heads?countries=li"));
    for number in 1..=3 {
        approve(&server, number);
        let event = events.next();
        assert_eq!(event["countries"]["li"]["head"], number);
        assert_eq!(event, server.get_json("/sync/v1/heads?countries=li"));
    }
    // What other countries or a proposal change does not concern the stream.
    server.post("/patch", &json!({"record": street(9)}));
    approve(&server, 4);
    assert_eq!(events.next()["countries"]["li"]["head"], 4);
    server.signal("TERM");
    events.end();
    assert!(server.wait().success());
}

#[test]
fn a_stream_says_how_proxies_are_to_treat_it_and_has_no_body_for_head() {
    let data = two_countries();
    let server = ServerProcess::start(data.path(), &[]);
    let mut events = Events::open(&server, TOKEN);
    while !events.text.contains("\r\n\r\n") {
        let mut piece = [0; 1];
        events.stream.read_exact(&mut piece).unwrap();
        events.text.push(char::from(piece[0]));
    }
    let head = events.text.to_lowercase();
    for line in
        ["content-type: text/event-stream", "cache-control: no-store", "x-accel-buffering: no"]
    {
        assert!(head.contains(line), "{line} in {head}");
    }
    let answer = server.exchange(&format!(
        "HEAD /sync/v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{KEY_HEADER}: {TOKEN}\r\n\r\n"
    ));
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn a_stream_ends_when_its_key_is_revoked_and_others_go_on() {
    let data = two_countries();
    let server = ServerProcess::start(data.path(), &[]);
    let key = server.post("/keys", &json!({"name": "shop", "role": "public"}));
    let token = key["token"].as_str().unwrap();
    let mut revoked = Events::open(&server, token);
    let mut other = Events::open(&server, TOKEN);
    revoked.next();
    other.next();
    let path = format!("/keys/{}", key["id"].as_str().unwrap());
    let (head, _) = server.ask("DELETE", &path, "{}");
    assert!(head.starts_with("http/1.1 20"), "{head}");
    revoked.end();
    approve(&server, 1);
    assert_eq!(other.next()["countries"]["li"]["head"], 1);
}

#[test]
fn streams_over_the_limit_are_told_to_poll() {
    let data = two_countries();
    let server = ServerProcess::start(data.path(), &["--sync-max-streams-per-key", "1"]);
    let mut first = Events::open(&server, TOKEN);
    first.next();
    let (head, body) = server.ask("GET", "/sync/v1/events", "");
    assert!(head.starts_with("http/1.1 429 ") && head.contains("retry-after: 60"), "{head}");
    assert!(String::from_utf8(body).unwrap().contains("\"status\":429"));
    drop(first);
    // The server sees that the client is gone when it next writes to it.
    let mut number = 0;
    poll_until("room for another stream", || {
        number += 1;
        approve(&server, number);
        let mut again = Events::open(&server, TOKEN);
        let mut status = [0; 12];
        again.stream.read_exact(&mut status).unwrap();
        (status == *b"HTTP/1.1 200").then_some(())
    });
}

#[actix_web::test]
async fn an_approval_at_one_server_is_an_event_at_another() {
    let url = new_database().await;
    let data = two_countries();
    let options = [&["--database-url", url.as_str()], COMPACT_OFTEN].concat();
    let [one, other] = [(); 2].map(|()| ServerProcess::start(data.path(), &options));
    let mut events = Events::open(&other, TOKEN);
    assert_eq!(events.next()["countries"]["li"]["head"], 0);
    for number in 1..=12 {
        approve(&one, number);
        let mut event = events.next();
        // Compactions count in the version and are events of their own.
        while event["countries"]["li"]["head"] != number {
            event = events.next();
        }
    }
    // A compaction may still be under way: it is over when all say the same.
    let paths = ["/sync/v1/heads", "/sync/v1/manifest"];
    poll_until("both to say the same", || {
        let [heads, manifest] = paths.map(|path| one.get_json(path));
        let is_same = paths.map(|path| other.get_json(path)) == [heads.clone(), manifest.clone()];
        (is_same && heads["version"] == manifest["version"]).then_some(())
    });
    follow_from_nothing(&other);
}

/// Makes the state as a new device does, again when the feed is compacted meanwhile.
fn follow_from_nothing(server: &ServerProcess) {
    poll_until("a way to the head", || try_to_follow(server));
}

/// Makes the state from the snapshot, the segments and the changes; nothing when the server says to
/// begin anew.
fn try_to_follow(server: &ServerProcess) -> Option<()> {
    let manifest = server.get_json("/sync/v1/manifest?countries=li");
    let of_country = &manifest["countries"]["li"];
    let (generation, overlay) = (&of_country["base"]["generation"], &of_country["overlay"]);
    let blob = |sha256: &Value| {
        let name = sha256.as_str().unwrap();
        let bytes = server.get(&format!("/sync/v1/blobs/{name}"));
        assert_eq!(sha256_hex(&bytes), name);
        bytes
    };
    let generation = generation.as_str().unwrap();
    let (mut state, mut seq) = (Snapshot::empty(generation.parse().unwrap()), 0);
    if !overlay["snapshot"].is_null() {
        state = Snapshot::decode(&blob(&overlay["snapshot"]["sha256"])).unwrap();
        seq = overlay["snapshot"]["seq"].as_u64().unwrap();
    }
    for segment in overlay["segments"].as_array().unwrap() {
        let delta = Delta::decode(&blob(&segment["sha256"])).unwrap();
        assert_eq!((&segment["from"], &segment["to"]), (&json!(delta.from), &json!(delta.to)));
        // Operations are whole: those before the position change nothing.
        if delta.to > seq {
            assert!(delta.from <= seq, "{overlay}");
            state.apply(&delta).unwrap();
            seq = delta.to;
        }
    }
    let epoch = manifest["epoch"].as_str().unwrap();
    let path = format!(
        "/sync/v1/changes?country=li&epoch={epoch}&generation={generation}&since={seq}&limit=10000"
    );
    let (head, bytes) = server.ask("GET", &path, "");
    if head.starts_with("http/1.1 409 ") {
        return None;
    }
    assert!(head.starts_with("http/1.1 200 "), "{head} {}", String::from_utf8_lossy(&bytes));
    let delta = Delta::decode(&bytes).unwrap();
    state.apply(&delta).unwrap();
    let sha256 = sha256_hex(&state.encode());
    let hex: String = delta.state.unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, sha256);
    Some(())
}

#[test]
fn a_server_killed_while_it_compacts_leaves_whole_feeds() {
    let cycles: u32 = match std::env::var("HEREABOUTS_SOAK_CRASHES") {
        Ok(cycles) => cycles.parse().unwrap(),
        Err(_) => 10,
    };
    let data = two_countries();
    let mut compactions = BTreeSet::new();
    for cycle in 0..cycles {
        let mut server = ServerProcess::start(data.path(), COMPACT_OFTEN);
        follow_from_nothing(&server);
        let (sender, receiver) = channel();
        let address = server.address;
        let client = thread::spawn(move || {
            for number in 0.. {
                let body = json!({"record": street(cycle * 1000 + number), "status": "approved"});
                if crate::crash::post_patch(address, &body).is_none() || sender.send(()).is_err() {
                    return;
                }
            }
        });
        // Compactions follow approvals: after another number of them and another time in each
        // cycle, one is under way at another step.
        for _ in 0..4 + cycle % 5 {
            receiver.recv().unwrap();
        }
        let moment = Instant::now() + STEP * (cycle * 7 % 40);
        while Instant::now() < moment {
            thread::yield_now();
        }
        server.kill();
        client.join().unwrap();
        compactions.insert(check(&data.path().join("hereabouts.db")));
    }
    assert!(compactions.len() > 1 && !compactions.contains(&0), "{compactions:?}");
    follow_from_nothing(&ServerProcess::start(data.path(), COMPACT_OFTEN));
}

/// Looks for damage; returns the number of compactions.
fn check(file: &Path) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = SqlStore::open_sqlite(file).await.unwrap();
        assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
        let kept = store.kept_feeds(None).await.unwrap();
        store.close().await;
        kept.iter().map(|kept| kept.compactions).sum()
    })
}
