//! Records at the limits of what patches may say: all that is taken is shown.

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use serde_json::{Value, json};

use crate::access_fixture::{TestServer, server};

/// Makes an approved record from changes to a usual one, at a place of its own.
async fn add<S, B>(server: &TestServer<S>, number: usize, changes: &Value) -> Value
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let mut record = json!({"name": "Kirchweg", "city": "Vaduz", "country": "Liechtenstein",
        "countrycode": "li", "zipcode": ["9490"], "population": 0, "type": "tourism"});
    record["coordinates"] = json!(format!("{},9.6", 47.0 + number as f64 / 100.0));
    record.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let body = json!({"record": record, "status": "approved"});
    server.ok("POST", "/patch", body).await
}

#[actix_web::test]
async fn whatever_is_taken_of_a_record_is_shown() {
    let server = server().await;
    let wide = "\u{2000b}".repeat(200);
    let words = "жить ".repeat(40);
    let codes: Vec<String> = (0..250).map(|number| format!("{number:020}")).collect();
    let house = |number: &str, suffix: &str, name: &str| {
        json!({"type": "street", "name": format!("Weg {number}"),
            "street": {"number": number, "suffix": suffix, "name": name}})
    };
    let cases = [
        json!({"name": wide}),
        json!({"name": words.trim()}),
        json!({"name": "---"}),
        json!({"name": "\u{301}\u{301}"}),
        json!({"city": wide, "county": wide, "administrative": wide}),
        json!({"type": "city", "name": wide}),
        json!({"zipcode": ["\u{2000b}".repeat(20)]}),
        json!({"zipcode": codes}),
        json!({"population": 2_147_483_647, "type": "city", "name": "Millionendorf"}),
        house("12", &"b".repeat(200), "Weg"),
        house("12", "\u{2000b}", &wide),
        house("99999999999999", "", "Weg"),
        house("0", "", ""),
        house("5", "", "---"),
    ];
    for (number, changes) in cases.iter().enumerate() {
        let made = add(&server, number, changes).await;
        let approved: usize = server.state.overlays.sizes().iter().map(|size| size.applied).sum();
        assert_eq!(approved, number + 1, "{changes}");
        let body = json!({"coordinates": made["coordinates"], "types": [made["type"]]});
        let first = server.ok("POST", "/reverse", body).await["results"][0].clone();
        assert_eq!(first["coordinates"], made["coordinates"], "{changes}");
        assert_eq!(first["zipcode"], made["zipcode"], "{changes}");
    }
}

#[actix_web::test]
async fn a_translation_of_a_whole_record_leaves_what_it_has_empty_as_it_is() {
    let server = server().await;
    let made = add(&server, 0, &json!({"name": "Postmuseum", "county": "Oberland"})).await;
    let path = format!("/patch/{}", made["id"].as_str().unwrap());
    let update = json!({"name": "Musée de la poste", "city": "Vaduz", "county": "",
        "administrative": "", "country": "Liechtenstein"});
    let body = json!({"update": update, "language": "fr"});
    assert_eq!(server.status("PATCH", &path, body).await, 204);
    let search = json!({"query": "musee de la poste", "language": "fr"});
    let first = server.ok("POST", "/search", search).await["results"][0].clone();
    assert_eq!(
        (&first["name"], &first["county"]),
        (&json!("Musée de la poste"), &json!("Oberland"))
    );
}

#[actix_web::test]
async fn a_patch_has_as_many_translations_as_the_engine_takes() {
    let server = server().await;
    let made = add(&server, 0, &json!({})).await;
    let path = format!("/patch/{}", made["id"].as_str().unwrap());
    let letters = || 'a'..='z';
    let codes = letters().flat_map(|first| letters().map(move |second| format!("{first}{second}")));
    let mut statuses = Vec::new();
    for code in codes.take(101) {
        let body = json!({"update": {"name": format!("Weg {code}")}, "language": code});
        statuses.push(server.status("PATCH", &path, body).await);
    }
    assert_eq!(statuses.pop(), Some(409));
    assert!(statuses.iter().all(|status| *status == 204), "{statuses:?}");
    let search = json!({"query": "weg dv", "language": "dv"});
    let first = server.ok("POST", "/search", search).await["results"][0]["name"].clone();
    assert_eq!(first, "Weg dv");
}
