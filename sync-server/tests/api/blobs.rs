//! Blobs: caching, ranges, codings, names.

use actix_web::http::{Method, StatusCode};

use crate::fixture::{Answer, DataDir, brotli_of, get, gzip_of, request, sample_bytes, send};

const LENGTH: usize = 300_001;

fn path(name: &str) -> String {
    format!("/sync/v1/blobs/{name}")
}

#[actix_web::test]
async fn a_blob_is_answered_whole_and_may_be_kept_for_ever() {
    let data = DataDir::new();
    let bytes = sample_bytes(LENGTH);
    let name = data.add_blob(&bytes);
    let answer = send(data.state(), get(&path(&name))).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, bytes);
    let quoted = format!("\"{name}\"");
    let expected = [
        ("etag", Some(quoted.as_str())),
        ("cache-control", Some("public, max-age=31536000, immutable")),
        ("content-type", Some("application/octet-stream")),
        ("x-content-type-options", Some("nosniff")),
        ("access-control-allow-origin", Some("*")),
        ("cross-origin-resource-policy", Some("cross-origin")),
        ("accept-ranges", Some("bytes")),
        ("vary", Some("accept-encoding")),
        ("content-encoding", None),
    ];
    for (header, value) in expected {
        assert_eq!(answer.header(header), value, "{header}");
    }
}

#[actix_web::test]
async fn the_coding_follows_the_preferences_of_the_client() {
    let data = DataDir::new();
    let bytes = sample_bytes(LENGTH);
    let name = data.add_blob(&bytes);
    let cases = [
        (None, Some("")),
        (Some(""), Some("")),
        (Some("br"), Some("br")),
        (Some("gzip"), Some("gzip")),
        (Some("gzip, deflate, br, zstd"), Some("br")),
        (Some("gzip, deflate"), Some("gzip")),
        (Some("br;q=0.5, gzip;q=0.9"), Some("gzip")),
        (Some("br;q=0.9, gzip;q=0.5"), Some("br")),
        (Some("br;q=0, gzip"), Some("gzip")),
        (Some("br;q=0, gzip;q=0"), Some("")),
        (Some("identity;q=1, br;q=0.5"), Some("")),
        (Some("identity"), Some("")),
        (Some("zstd"), Some("")),
        (Some("*"), Some("")),
        (Some("identity;q=0, gzip"), Some("gzip")),
        (Some("*;q=0, br"), Some("br")),
        (Some("*;q=0"), None),
        (Some("identity;q=0, zstd"), None),
        (Some("BR"), Some("br")),
        (Some("br;q=nonsense"), Some("")),
    ];
    for (accept, expected) in cases {
        let mut request = get(&path(&name));
        if let Some(accept) = accept {
            request = request.insert_header(("accept-encoding", accept));
        }
        let answer = send(data.state(), request).await;
        let Some(coding) = expected else {
            assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE, "{accept:?}");
            answer.message();
            continue;
        };
        assert_eq!(answer.status, StatusCode::OK, "{accept:?}");
        assert_eq!(answer.header("content-encoding").unwrap_or(""), coding, "{accept:?}");
        let (body, tag) = match coding {
            "br" => (brotli_of(&bytes), format!("\"{name}-br\"")),
            "gzip" => (gzip_of(&bytes), format!("\"{name}-gzip\"")),
            _ => (bytes.clone(), format!("\"{name}\"")),
        };
        assert_eq!(answer.body, body, "{accept:?}");
        assert_eq!(answer.header("etag"), Some(tag.as_str()), "{accept:?}");
    }
}

#[actix_web::test]
async fn a_coding_without_a_file_falls_back_to_the_next_best() {
    let data = DataDir::new();
    let bytes = sample_bytes(1_000);
    let name = data.add_plain_blob(&bytes);
    let request = get(&path(&name)).insert_header(("accept-encoding", "gzip, deflate, br"));
    let answer = send(data.state(), request).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (StatusCode::OK, None));
    assert_eq!(answer.body, bytes);
}

#[actix_web::test]
async fn ranges_are_cut_as_the_standard_says() {
    let data = DataDir::new();
    for length in [LENGTH, 1_000] {
        let bytes = sample_bytes(length);
        let name = data.add_blob(&bytes);
        let last = length - 1;
        let from_last = format!("bytes={last}-");
        let beyond = format!("bytes={length}-");
        let tail = (length - 10, last);
        let cases = [
            ("bytes=0-0", Ok((0_usize, 0_usize))),
            ("bytes=0-99", Ok((0, 99))),
            ("bytes=900-", Ok((900, last))),
            (from_last.as_str(), Ok((last, last))),
            ("bytes=-10", Ok(tail)),
            ("bytes=-99999999", Ok((0, last))),
            ("bytes=10-99999999", Ok((10, last))),
            (beyond.as_str(), Err(StatusCode::RANGE_NOT_SATISFIABLE)),
            ("bytes=-0", Err(StatusCode::RANGE_NOT_SATISFIABLE)),
            ("bytes=0-1,5-6", Err(StatusCode::OK)),
            ("bytes=a-b", Err(StatusCode::OK)),
            ("lines=0-5", Err(StatusCode::OK)),
            ("bytes=99999999999999999999-", Err(StatusCode::OK)),
        ];
        for (range, expected) in cases {
            // Browsers accept compressed answers always; a range is of the plain bytes even so.
            let request = get(&path(&name))
                .insert_header(("range", range))
                .insert_header(("accept-encoding", "identity, gzip;q=0.1"));
            let answer = send(data.state(), request).await;
            match expected {
                Ok((first, last)) => {
                    assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT, "{range}");
                    assert_eq!(answer.body, bytes[first..=last], "{range}");
                    let said = format!("bytes {first}-{last}/{length}");
                    assert_eq!(answer.header("content-range"), Some(said.as_str()), "{range}");
                    assert_eq!(answer.header("content-encoding"), None, "{range}");
                }
                Err(StatusCode::OK) => {
                    assert_eq!(answer.status, StatusCode::OK, "{range}");
                    assert_eq!(answer.body, bytes, "{range}");
                    assert_eq!(answer.header("content-range"), None, "{range}");
                }
                Err(status) => {
                    assert_eq!(answer.status, status, "{range}");
                    let said = format!("bytes */{length}");
                    assert_eq!(answer.header("content-range"), Some(said.as_str()), "{range}");
                    answer.message();
                }
            }
        }
    }
}

#[actix_web::test]
async fn a_range_is_of_the_plain_bytes_whatever_codings_are_accepted() {
    let data = DataDir::new();
    let bytes = sample_bytes(LENGTH);
    let name = data.add_blob(&bytes);
    let ranged = |accept: &str| {
        get(&path(&name))
            .insert_header(("range", "bytes=70000-200000"))
            .insert_header(("accept-encoding", accept))
    };
    let answer = send(data.state(), ranged("gzip, deflate, br")).await;
    assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(answer.body, bytes[70_000..=200_000]);
    let answer = send(data.state(), ranged("br, identity;q=0")).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (StatusCode::OK, Some("br")));
    assert_eq!(answer.body, brotli_of(&bytes));
}

#[actix_web::test]
async fn if_range_answers_a_part_of_the_same_blob_only() {
    let data = DataDir::new();
    let bytes = sample_bytes(1_000);
    let name = data.add_blob(&bytes);
    let cases = [
        (format!("\"{name}\""), StatusCode::PARTIAL_CONTENT),
        (format!("W/\"{name}\""), StatusCode::OK),
        (format!("\"{name}-br\""), StatusCode::OK),
        ("\"other\"".into(), StatusCode::OK),
        ("Sun, 06 Nov 1994 08:49:37 GMT".into(), StatusCode::OK),
    ];
    for (if_range, status) in cases {
        let request = get(&path(&name))
            .insert_header(("range", "bytes=0-9"))
            .insert_header(("if-range", if_range.as_str()));
        let answer = send(data.state(), request).await;
        assert_eq!(answer.status, status, "{if_range}");
        let length = if status == StatusCode::OK { 1_000 } else { 10 };
        assert_eq!(answer.body, bytes[..length], "{if_range}");
    }
}

#[actix_web::test]
async fn a_client_that_has_the_blob_gets_no_body() {
    let data = DataDir::new();
    let name = data.add_blob(&sample_bytes(1_000));
    let cases = [
        (format!("\"{name}\""), "identity", StatusCode::NOT_MODIFIED),
        (format!("W/\"{name}\""), "identity", StatusCode::NOT_MODIFIED),
        (format!("\"x\", \"{name}\""), "identity", StatusCode::NOT_MODIFIED),
        ("*".into(), "br", StatusCode::NOT_MODIFIED),
        (format!("\"{name}-br\""), "br", StatusCode::NOT_MODIFIED),
        (format!("\"{name}-br\""), "gzip", StatusCode::OK),
        ("\"x\"".into(), "identity", StatusCode::OK),
        ("nonsense".into(), "identity", StatusCode::OK),
    ];
    for (known, accept, status) in cases {
        let request = get(&path(&name))
            .insert_header(("if-none-match", known.as_str()))
            .insert_header(("accept-encoding", accept));
        let answer = send(data.state(), request).await;
        assert_eq!(answer.status, status, "{known} {accept}");
        assert_eq!(answer.body.is_empty(), status == StatusCode::NOT_MODIFIED, "{known}");
        assert!(answer.header("etag").is_some(), "{known}");
        assert_eq!(answer.header("vary"), Some("accept-encoding"), "{known}");
    }
}

#[actix_web::test]
async fn head_says_what_get_would_without_a_body() {
    let data = DataDir::new();
    let name = data.add_blob(&sample_bytes(LENGTH));
    let whole = send(data.state(), get(&path(&name))).await;
    let head = send(data.state(), request(Method::HEAD, &path(&name))).await;
    assert_eq!(head.status, StatusCode::OK);
    assert!(head.body.is_empty());
    let without_id = |answer: &Answer| {
        let mut headers: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| name.as_str() != "x-request-id")
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        headers
    };
    assert_eq!(without_id(&head), without_id(&whole));
}

#[actix_web::test]
async fn an_empty_blob_is_an_answer_like_any_other() {
    let data = DataDir::new();
    let name = data.add_plain_blob(b"");
    let answer = send(data.state(), get(&path(&name))).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
    let answer = send(data.state(), get(&path(&name)).insert_header(("range", "bytes=0-"))).await;
    assert_eq!(answer.status, StatusCode::RANGE_NOT_SATISFIABLE);
}

#[actix_web::test]
async fn unknown_blobs_are_not_found() {
    let data = DataDir::new();
    let answer = send(data.state(), get(&path(&"0".repeat(64)))).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.message(), "Blob not found");
}

#[actix_web::test]
async fn no_name_leads_out_of_the_blobs() {
    let data = DataDir::new();
    let name = data.add_blob(b"bytes");
    let names = [
        name.to_uppercase(),
        format!("{name}.br"),
        name.split_at(1).1.to_owned(),
        format!("{name}0"),
        "..".into(),
        "%2e%2e".into(),
        "../manifest.json".into(),
        "..%2Fmanifest.json".into(),
        "..%5Cmanifest.json".into(),
        "%2e%2e%2fmanifest.json".into(),
        format!("..%2fblobs%2f{name}"),
        format!("{}%00", name.split_at(63).0),
        "%ff".into(),
        "é".repeat(32).replace('é', "%C3%A9"),
        "x".repeat(5_000),
    ];
    for name in names {
        let answer = send(data.state(), get(&path(&name))).await;
        let refused = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::NOT_FOUND];
        assert!(refused.contains(&answer.status), "{name}: {answer:?}");
        answer.message();
    }
}
