//! The web app's files.

use std::fs;

use actix_web::http::{Method, StatusCode};
use tempfile::TempDir;

use crate::fixture::{DataDir, brotli_of, get, request, sample_bytes, send};

fn site() -> TempDir {
    let dir = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write("index.html", b"<!doctype html><title>start</title>");
    write("sw.js", b"self.skipWaiting()");
    write("app.webmanifest", b"{}");
    write("assets/app-1a2b.js", &sample_bytes(100_000));
    write("assets/app-1a2b.js.br", &brotli_of(&sample_bytes(100_000)));
    write("assets/geocoder-3c4d.wasm", b"\0asm\x01\0\0\0");
    write("with space.txt", b"text");
    write(".hidden", b"secret");
    write("docs/index.html", b"<!doctype html><title>docs</title>");
    write("admin/index.html", b"<!doctype html><title>admin</title>");
    dir
}

#[actix_web::test]
async fn files_have_their_media_type_and_life_time() {
    let (data, site) = (DataDir::new(), site());
    let immutable = "public, max-age=31536000, immutable";
    for (path, content_type, cache_control) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/?installed=1", "text/html; charset=utf-8", "no-cache"),
        ("/docs/", "text/html; charset=utf-8", "no-cache"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/app.webmanifest", "application/manifest+json", "no-cache"),
        ("/assets/app-1a2b.js", "text/javascript; charset=utf-8", immutable),
        ("/assets/geocoder-3c4d.wasm", "application/wasm", immutable),
        ("/with%20space.txt", "text/plain; charset=utf-8", "no-cache"),
    ] {
        let answer = send(data.state_with_site(site.path()), get(path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), Some(content_type), "{path}");
        assert_eq!(answer.header("cache-control"), Some(cache_control), "{path}");
        assert!(answer.header("etag").is_some(), "{path}");
        assert!(answer.header("last-modified").is_some(), "{path}");
    }
}

#[actix_web::test]
async fn every_file_carries_the_security_headers() {
    let (data, site) = (DataDir::new(), site());
    for path in ["/", "/sw.js", "/assets/app-1a2b.js"] {
        let answer = send(data.state_with_site(site.path()), get(path)).await;
        let policy = answer.header("content-security-policy").unwrap();
        let directives: Vec<_> = policy.split("; ").collect();
        for directive in [
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "connect-src 'self' https://api.placekit.co",
            "worker-src 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(directives.contains(&directive), "{directive} in {policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("permissions-policy"), Some("geolocation=(self)"), "{path}");
    }
}

#[actix_web::test]
async fn compressed_files_are_answered_to_those_who_accept_them() {
    let (data, site) = (DataDir::new(), site());
    let path = "/assets/app-1a2b.js";
    let accepting = get(path).insert_header(("accept-encoding", "gzip, deflate, br"));
    let answer = send(data.state_with_site(site.path()), accepting).await;
    assert_eq!(answer.header("content-encoding"), Some("br"));
    assert_eq!(answer.header("vary"), Some("accept-encoding"));
    assert_eq!(answer.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(answer.body, brotli_of(&sample_bytes(100_000)));
    let plain = send(data.state_with_site(site.path()), get(path)).await;
    assert_eq!(plain.body, sample_bytes(100_000));
    assert_ne!(plain.header("etag"), answer.header("etag"));
}

#[actix_web::test]
async fn unchanged_files_are_not_sent_again() {
    let (data, site) = (DataDir::new(), site());
    let first = send(data.state_with_site(site.path()), get("/")).await;
    for (name, value) in [
        ("if-none-match", first.header("etag").unwrap()),
        ("if-modified-since", first.header("last-modified").unwrap()),
    ] {
        let again = get("/").insert_header((name, value));
        let answer = send(data.state_with_site(site.path()), again).await;
        assert_eq!(answer.status, StatusCode::NOT_MODIFIED, "{name}");
        // Browsers update the stored headers from this answer: the policy must not get lost.
        assert!(answer.header("content-security-policy").is_some(), "{name}");
    }
    fs::write(site.path().join("index.html"), "<!doctype html><title>newer</title>").unwrap();
    let known = get("/").insert_header(("if-none-match", first.header("etag").unwrap()));
    let answer = send(data.state_with_site(site.path()), known).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_folder_with_a_page_is_answered_at_its_own_address() {
    let (data, site) = (DataDir::new(), site());
    for path in ["/admin", "//admin"] {
        let answer = send(data.state_with_site(site.path()), get(path)).await;
        assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{path}");
        assert_eq!(answer.header("location"), Some("admin/"), "{path}");
    }
}

#[actix_web::test]
async fn nothing_outside_the_site_is_answered() {
    let (data, site) = (DataDir::new(), site());
    for path in [
        "/.hidden",
        "/%2ehidden",
        "/../Cargo.toml",
        "/..%2f..%2fetc/passwd",
        "/assets/..%2f.hidden",
        "/assets",
        "/assets/",
        "/index.html/",
        "/index.html/x",
        "/%00",
        "/no-such-file.js",
    ] {
        let answer = send(data.state_with_site(site.path()), get(path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.message(), "Route not found", "{path}");
    }
}

#[actix_web::test]
async fn the_api_stays_what_it_is_beside_a_site() {
    let (data, site) = (DataDir::new(), site());
    let answer = send(data.state_with_site(site.path()), get("/healthz")).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let answer = send(data.state_with_site(site.path()), get("/search")).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    for method in [Method::POST, Method::PUT] {
        let answer = send(data.state_with_site(site.path()), request(method, "/index.html")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        answer.message();
    }
}
