//! What the server answers is what its description says, and the description is served.

use std::collections::BTreeSet;

use actix_web::http::{Method, StatusCode};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::fixture::{Answer, anonymous, app, request, send, send_to};
use crate::geocode::two_countries;
use crate::keys_fixture::{PUBLIC, with_keys};

/// The description as it is served, with its shapes closed: what they do not name is a fault.
struct Description {
    document: Value,
}

impl Description {
    fn new(document: Value) -> Self {
        Self { document }
    }

    /// Returns the shape of the JSON of an answer.
    fn shape(&self, method: &str, path: &str, status: StatusCode) -> Value {
        let pointer = format!("/paths/{}/{}", path.replace('/', "~1"), method.to_lowercase());
        let operation = self.document.pointer(&pointer).unwrap();
        let answer = &operation["responses"][status.as_str()];
        let answer = match answer["$ref"].as_str() {
            Some(target) => self.document.pointer(target.trim_start_matches('#')).unwrap(),
            None => answer,
        };
        answer["content"]["application/json"]["schema"].clone()
    }

    /// Names of the members that a shape can have; none for shapes other than objects.
    fn members(&self, shape: &Value) -> BTreeSet<String> {
        if let Some(target) = shape["$ref"].as_str() {
            return self.members(self.document.pointer(target.trim_start_matches('#')).unwrap());
        }
        let own = shape["properties"].as_object().into_iter().flatten().map(|(name, _)| name);
        let mut members: BTreeSet<String> = own.cloned().collect();
        for word in ["allOf", "oneOf"] {
            for part in shape[word].as_array().into_iter().flatten() {
                members.extend(self.members(part));
            }
        }
        members
    }

    fn check(&self, method: &str, path: &str, answer: &Answer) {
        let shape = self.shape(method, path, answer.status);
        assert!(shape.is_object(), "{method} {path} does not describe {answer:?}");
        let mut schema = self.document.clone();
        schema["allOf"] = json!([shape]);
        let validator: Validator = jsonschema::draft202012::new(&schema).unwrap();
        let json = answer.json();
        let faults: Vec<_> = validator.iter_errors(&json).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{method} {path}: {faults:?} in {json}");
        let members = self.members(&shape);
        for name in json.as_object().into_iter().flatten().map(|(name, _)| name) {
            assert!(members.contains(name), "{method} {path}: {name} is not described");
        }
    }
}

#[actix_web::test]
async fn answers_have_the_shapes_of_the_description() {
    let data = two_countries();
    let app = app(with_keys(data.loaded_state()).await).await;
    let served = send_to(&app, anonymous(Method::GET, "/openapi.json")).await;
    assert_eq!(served.status, StatusCode::OK);
    let description = Description::new(served.json());

    let ask = async |method: Method, route: &str, path: &str, body: Value| {
        let asked = request(method.clone(), path).set_payload(body.to_string());
        let answer = send_to(&app, asked).await;
        description.check(method.as_str(), route, &answer);
        answer.json()
    };
    let search = json!({"query": "Dorfstrasse", "types": ["street"], "explain": true});
    let found = ask(Method::POST, "/search", "/search", search).await["results"][0].clone();
    assert_eq!(found["name"], "Dorfstrasse");
    let point = json!({"coordinates": "47.14, 9.52"});
    assert!(!ask(Method::POST, "/reverse", "/reverse", point).await["results"][0].is_null());
    ask(Method::POST, "/search", "/search", json!({"maxResults": 42})).await;

    let correction = json!({"origin": found, "update": {"name": "Feldweg"}, "language": "de"});
    let patch = ask(Method::PUT, "/patch", "/patch", correction).await;
    let path = format!("/patch/{}", patch["id"].as_str().unwrap());
    ask(Method::GET, "/patch/{id}", &path, json!({})).await;
    let of_patch = format!("{path}/history");
    let history = ask(Method::GET, "/patch/{id}/history", &of_patch, json!({}));
    assert_eq!(history.await["results"].as_array().unwrap().len(), 1);
    ask(Method::POST, "/patch/search", "/patch/search", json!({"query": "Feld"})).await;
    let operations = json!({"operations": [{"method": "delete", "id": patch["id"]}]});
    ask(Method::POST, "/patch/bulk", "/patch/bulk", operations).await;
    ask(Method::GET, "/patch/{id}", &path, json!({})).await;

    let key =
        json!({"name": "shop", "rateLimit": {"limit": 5, "window": 1}, "metadata": {"a": "b"}});
    let key = ask(Method::POST, "/keys", "/keys", key).await;
    let path = format!("/keys/{}", key["id"].as_str().unwrap());
    ask(Method::POST, "/keys/{id}/rotate", &format!("{path}/rotate"), json!({})).await;
    ask(Method::GET, "/keys", "/keys", json!({})).await;
    ask(Method::GET, "/keys", "/keys?limit=1", json!({})).await;
    ask(Method::GET, "/keys/current", "/keys/current", json!({})).await;
    ask(Method::DELETE, "/keys/{id}", &path, json!({})).await;
    ask(Method::GET, "/permissions", "/permissions", json!({})).await;
    ask(Method::POST, "/apps", "/apps", json!({"name": "shop", "createApiKey": true})).await;
    ask(Method::GET, "/apps", "/apps?page=1", json!({})).await;
    ask(Method::GET, "/audit", "/audit?limit=1", json!({})).await;
    ask(Method::GET, "/healthz", "/healthz", json!({})).await;
    ask(Method::GET, "/readyz", "/readyz", json!({})).await;
    ask(Method::GET, "/config.json", "/config.json", json!({})).await;

    for (token, status) in [(None, 412), (Some("pk_unknown"), 401), (Some(PUBLIC), 403)] {
        let mut asked = anonymous(Method::GET, "/keys");
        if let Some(token) = token {
            asked = asked.insert_header(("x-placekit-api-key", token));
        }
        let answer = send_to(&app, asked).await;
        assert_eq!(answer.status.as_u16(), status);
        description.check("GET", "/keys", &answer);
    }
}

#[actix_web::test]
async fn the_reference_page_is_whole_without_a_key_and_may_load_nothing() {
    let state = two_countries().loaded_state();
    let answer = send(state, anonymous(Method::GET, "/docs")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let page = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(page.contains("<h3 id=\"search\">") && page.ends_with("</html>\n"));
}
