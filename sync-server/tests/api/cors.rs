//! Pages of other origins can use the server and read its errors.

use actix_web::http::{Method, StatusCode};

use crate::fixture::{DataDir, request, send};

#[actix_web::test]
async fn preflights_of_the_official_clients_pass_on_every_path() {
    let data = DataDir::new();
    for path in ["/search", "/reverse", "/patch/1", "/sync/v1/manifest", "/", "/a/b/c"] {
        let preflight = request(Method::OPTIONS, path)
            .insert_header(("origin", "https://example.org"))
            .insert_header(("access-control-request-method", "POST"))
            .insert_header((
                "access-control-request-headers",
                "content-type,x-placekit-api-key,x-forwarded-for,user-agent",
            ));
        let answer = send(data.state(), preflight).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::NO_CONTENT, 0), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        let allowed = answer.header("access-control-allow-headers").unwrap();
        for name in ["content-type", "x-placekit-api-key", "x-forwarded-for", "user-agent", "range"]
        {
            assert!(allowed.split(", ").any(|allowed| allowed == name), "{name} in {allowed:?}");
        }
        let methods = answer.header("access-control-allow-methods").unwrap();
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
            assert!(methods.split(", ").any(|allowed| allowed == method), "{method}");
        }
        let max_age_s: u32 = answer.header("access-control-max-age").unwrap().parse().unwrap();
        assert!(max_age_s >= 7_200);
    }
}

#[actix_web::test]
async fn answers_and_errors_can_be_read_from_other_origins() {
    let data = DataDir::new();
    for (method, path) in [
        (Method::GET, "/sync/v1/manifest"),
        (Method::GET, "/sync/v1/blobs/x"),
        (Method::POST, "/search"),
        (Method::GET, "/search"),
        (Method::GET, "/nothing"),
        (Method::GET, "/healthz"),
    ] {
        let request = request(method.clone(), path).insert_header(("origin", "https://a.example"));
        let answer = send(data.state(), request).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{method} {path}");
        let exposed = answer.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("etag") && exposed.contains("content-range"), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}
