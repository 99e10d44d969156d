//! What only shows on real connections: timeouts, reuse, pieces, signals, new builds.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::fixture::{DataDir, sample_bytes};
use crate::process::{ServerProcess, output_of_failed_start, poll_until, read_to_close};

/// Reads one answer with `Content-Length` and leaves the connection open.
pub(crate) fn read_answer(stream: &mut TcpStream, has_body: bool) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; if has_body { length } else { 0 }];
    stream.read_exact(&mut body).unwrap();
    (head, body)
}

fn read_body_json(answer: &str) -> serde_json::Value {
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in {answer:?}"))
}

#[test]
fn a_body_that_does_not_come_is_answered_with_a_timeout() {
    let data = DataDir::new();
    let server = ServerProcess::start(data.path(), &["--body-timeout", "1"]);
    let mut stream = server.connect();
    stream.write_all(b"POST /search HTTP/1.1\r\nHost: x\r\nX-PlaceKit-API-Key: pk_0123456789abcdef\r\nContent-Length: 50\r\n\r\n{").unwrap();
    let answer = read_to_close(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer:?}");
    assert!(read_body_json(&answer)["message"].is_string());
}

#[test]
fn one_connection_carries_many_requests_of_all_kinds() {
    let data = DataDir::new();
    let bytes = sample_bytes(500_000);
    let blob = format!("/sync/v1/blobs/{}", data.add_blob(&bytes));
    let server = ServerProcess::start(data.path(), &[]);
    let mut stream = server.connect();
    for _ in 0..3 {
        for (method, path, status) in [
            ("GET", "/healthz", "200"),
            ("HEAD", "/healthz", "200"),
            ("HEAD", blob.as_str(), "200"),
            ("GET", blob.as_str(), "200"),
            ("HEAD", "/nothing", "404"),
            ("GET", "/nothing", "404"),
            ("HEAD", "/search", "405"),
            ("GET", "/sync/v1/manifest", "200"),
        ] {
            write!(stream, "{method} {path} HTTP/1.1\r\nHost: x\r\nX-PlaceKit-API-Key: pk_0123456789abcdef\r\n\r\n").unwrap();
            let (head, body) = read_answer(&mut stream, method != "HEAD");
            assert!(head.starts_with(&format!("http/1.1 {status} ")), "{method} {path}: {head}");
            if path == blob {
                assert!(head.contains("\r\ncontent-length: 500000\r\n"), "{head}");
                assert!(method == "HEAD" || body == bytes);
            }
        }
        stream
            .write_all(b"POST /search HTTP/1.1\r\nHost: x\r\nX-PlaceKit-API-Key: pk_0123456789abcdef\r\nContent-Length: 2\r\n\r\n{}")
            .unwrap();
        let (head, _) = read_answer(&mut stream, true);
        assert!(head.starts_with("http/1.1 200 "), "{head}");
    }
}

#[test]
fn bodies_come_in_chunks_as_well_and_have_the_same_limit() {
    let data = DataDir::new();
    let server = ServerProcess::start(data.path(), &[]);
    let chunked = "POST /search HTTP/1.1\r\nHost: x\r\nX-PlaceKit-API-Key: pk_0123456789abcdef\r\nConnection: close\r\n\
        Transfer-Encoding: chunked\r\n\r\n";
    let answer = server.exchange(&format!("{chunked}1\r\n{{\r\n1\r\n}}\r\n0\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer:?}");
    let mut stream = server.connect();
    write!(stream, "{chunked}11000\r\n{}\r\n", " ".repeat(0x11000)).unwrap();
    let (head, body) = read_answer(&mut stream, true);
    assert!(head.starts_with("http/1.1 413 "), "{head}");
    assert!(serde_json::from_slice::<serde_json::Value>(&body).unwrap()["message"].is_string());
}

#[test]
fn many_slow_readers_of_a_large_blob_cost_little_memory() {
    const READERS: usize = 100;
    let data = DataDir::new();
    let blob = sample_bytes(16_000_000);
    let name = data.add_plain_blob(&blob);
    let server = ServerProcess::start(data.path(), &[]);
    let resident_kb = || {
        let status = fs::read_to_string(format!("/proc/{}/status", server.process_id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    let Some(before_kb) = resident_kb() else {
        eprintln!("skipped: there is no /proc here to read the memory of a process from");
        return;
    };
    let mut readers: Vec<TcpStream> = (0..READERS)
        .map(|_| {
            let mut stream = server.connect();
            let request = format!("GET /sync/v1/blobs/{name} HTTP/1.1\r\nHost: x\r\nX-PlaceKit-API-Key: pk_0123456789abcdef\r\n\r\n");
            stream.write_all(request.as_bytes()).unwrap();
            stream
        })
        .collect();
    // Each reader has read a little, so each answer is under way, and then stops reading.
    for stream in &mut readers {
        let mut start = vec![0; 100_000];
        stream.read_exact(&mut start).unwrap();
        assert!(start.starts_with(b"HTTP/1.1 200 "));
    }
    let grown_kb = resident_kb().unwrap().saturating_sub(before_kb);
    // A tenth of what whole bodies would take.
    assert!(grown_kb < 160_000, "{grown_kb} kB for {READERS} readers");
}

#[cfg(unix)]
#[test]
fn signals_end_the_server_though_a_connection_is_idle() {
    for name in ["TERM", "INT"] {
        let data = DataDir::new();
        let mut server = ServerProcess::start(data.path(), &[]);
        let mut idle = server.connect();
        idle.write_all(
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-PlaceKit-API-Key: pk_0123456789abcdef\r\n\r\n",
        )
        .unwrap();
        read_answer(&mut idle, true);
        server.signal(name);
        assert!(server.wait().success(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn an_answer_under_way_ends_after_the_signal() {
    let data = DataDir::new();
    let bytes = sample_bytes(20_000_000);
    let name = data.add_plain_blob(&bytes);
    for signal in ["TERM", "INT"] {
        let mut server = ServerProcess::start(data.path(), &[]);
        let mut stream = server.connect();
        write!(stream, "GET /sync/v1/blobs/{name} HTTP/1.1\r\nHost: x\r\nX-PlaceKit-API-Key: pk_0123456789abcdef\r\n\r\n").unwrap();
        let mut start = [0; 1000];
        stream.read_exact(&mut start).unwrap();
        server.signal(signal);
        // New connections are refused once the signal has arrived, while the old one goes on.
        poll_until("the server to stop listening", || TcpStream::connect(server.address).err());
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert!(rest.ends_with(&bytes[bytes.len() - 1000..]));
        assert!(server.wait().success());
    }
}

#[test]
fn a_new_build_is_served_without_a_restart() {
    let mut data = DataDir::new();
    let server = ServerProcess::start(data.path(), &[]);
    let version = || {
        let request = "GET /sync/v1/manifest HTTP/1.1\r\nHost: x\r\nX-PlaceKit-API-Key: pk_0123456789abcdef\r\nConnection: close\r\n\r\n";
        read_body_json(&server.exchange(request))["version"].as_u64()
    };
    assert_eq!(version(), Some(1));
    data.manifest_mut().version = 2;
    data.write_manifest();
    poll_until("the new version", || version().filter(|version| *version == 2));
}

#[test]
fn a_start_without_usable_data_says_what_to_do() {
    let data = DataDir::new();
    let missing = data.path().join("nothing-here");
    let said = |directory: &std::path::Path, more: &[&str]| {
        String::from_utf8(output_of_failed_start(directory, more).stderr).unwrap()
    };
    let text = said(&missing, &[]);
    assert!(text.contains("nothing-here/manifest.json"), "{text}");
    assert!(text.contains("shard-builder build"), "{text}");
    let text = said(data.path(), &["--www", missing.to_str().unwrap()]);
    assert!(text.contains("index.html") && text.contains("--www"), "{text}");
    let taken = ServerProcess::start(data.path(), &[]);
    let text = said(data.path(), &["--listen", &taken.address.to_string()]);
    assert!(text.contains("--listen") && text.contains(&taken.address.to_string()), "{text}");
}
