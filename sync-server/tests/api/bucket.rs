//! Blobs in a bucket, on a server that speaks the protocol of Amazon S3 and checks signatures.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;

use sync_server::access::KEY_HEADER;

use crate::fixture::{DataDir, TOKEN, sample_bytes};
use crate::geocode::two_countries;
use crate::process::{ServerProcess, command, poll_until};

const ACCESS_KEY: &str = "test-access-key";
const SECRET_KEY: &str = "test-secret-key";

/// Serves the buckets in a directory until the process ends.
fn serve_buckets(dir: &Path) -> SocketAddr {
    let mut service = S3ServiceBuilder::new(FileSystem::new(dir).unwrap());
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    let service = service.build();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let service = service.clone();
                tokio::spawn(async move {
                    let builder = Builder::new(TokioExecutor::new());
                    // Clients that hang up are none of the test's business.
                    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
    });
    receiver.recv().unwrap()
}

/// Puts a data directory into a bucket, under a prefix; the manifest last.
fn upload(data: &DataDir, buckets: &Path) {
    let place = buckets.join("shards/of/today");
    fs::create_dir_all(place.join("blobs")).unwrap();
    for entry in fs::read_dir(data.path().join("blobs")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), place.join("blobs").join(entry.file_name())).unwrap();
    }
    fs::copy(data.path().join("manifest.json"), place.join("manifest.json")).unwrap();
}

fn serve_command(state: &Path, buckets: SocketAddr, secret_key: &str) -> Command {
    let mut command = command(state, &["--blobs-url", "s3://shards/of/today"]);
    command
        .env("AWS_ENDPOINT", format!("http://{buckets}"))
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", secret_key);
    command
}

fn get(server: &ServerProcess, path: &str, headers: &str) -> (String, Vec<u8>) {
    use std::io::{Read, Write};
    let mut stream = server.connect();
    let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\n{KEY_HEADER}: {TOKEN}\r\n");
    write!(stream, "{head}{headers}Connection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let body = answer.split_off(end + 4);
    (String::from_utf8(answer).unwrap().to_lowercase(), body)
}

#[test]
fn a_bucket_serves_as_a_directory_does() {
    let mut data = two_countries();
    let large = sample_bytes(300_000);
    let (large_name, small_name) = (data.add_plain_blob(&large), data.add_blob(b"small"));
    let (buckets, state) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    upload(&data, buckets.path());
    let address = serve_buckets(buckets.path());
    // Over one database, so that they have the same epoch.
    let database = format!("sqlite:{}", state.path().join("both.db").display());
    let options = ["--database-url", database.as_str()];
    let mut command = serve_command(state.path(), address, SECRET_KEY);
    let from_bucket = ServerProcess::start_command(command.args(options));
    let from_dir = ServerProcess::start(data.path(), &options);

    let li = data.manifest().countries["li"].base.sha256.clone();
    let blob = |name: &str| format!("/sync/v1/blobs/{name}");
    for (path, headers) in [
        ("/sync/v1/manifest".to_owned(), ""),
        (blob(&large_name), "Range: bytes=100000-250000\r\n"),
        (blob(&large_name), "Range: bytes=-1\r\n"),
        (blob(&large_name), "Accept-Encoding: br\r\n"),
        (blob(&small_name), "Accept-Encoding: br\r\n"),
        (blob(&small_name), "Accept-Encoding: gzip\r\n"),
        (blob(&small_name), ""),
        (blob(&li), ""),
        (blob(&"0".repeat(64)), ""),
    ] {
        let (head, body) = get(&from_bucket, &path, headers);
        let (dir_head, dir_body) = get(&from_dir, &path, headers);
        assert_eq!(head.lines().next(), dir_head.lines().next(), "{path} {headers}");
        for name in ["content-length", "content-encoding", "content-range", "etag"] {
            let of =
                |head: &str| head.lines().find(|line| line.starts_with(name)).map(str::to_owned);
            assert_eq!(of(&head), of(&dir_head), "{path} {headers}");
        }
        let is_chunked = head.contains("transfer-encoding: chunked");
        assert!(is_chunked || body == dir_body, "{path} {headers}");
    }
    assert_eq!(get(&from_bucket, &blob(&large_name), "").1, large);

    // A new build in the bucket is served without a restart.
    data.manifest_mut().version = 7;
    data.write_manifest();
    upload(&data, buckets.path());
    poll_until("the new build", || {
        let (_, body) = get(&from_bucket, "/healthz", "");
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        (json["manifestVersion"] == 7).then_some(())
    });
}

#[test]
fn a_bucket_that_cannot_be_entered_is_named() {
    let data = two_countries();
    let (buckets, state) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    upload(&data, buckets.path());
    let address = serve_buckets(buckets.path());
    let mut command = serve_command(state.path(), address, "wrong");
    let output = command.stderr(std::process::Stdio::piped()).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && message.contains("s3://shards/of/today"), "{message}");
}
