//! Apps and what they own.

use serde_json::{Value, json};
use sync_server::model::Role;

use crate::access_fixture::server;
use crate::fixture::TOKEN;

#[actix_web::test]
async fn an_app_is_made_with_its_first_key_seen_from_above_and_ended() {
    let server = server().await;
    let body = json!({ "name": "Shop", "createApiKey": true, "apiKeyName": "web", "role": "private",
        "allowedIps": "203.0.113.0/24", "permissionIds": [1, 8, 9, 10, 11], "monthlyQuota": 1000 });
    let app = server.ok("POST", "/apps", body).await;
    assert_eq!(
        (&app["name"], &app["status"], &app["monthlyQuota"]),
        (&json!("Shop"), &json!("active"), &json!(1000))
    );
    assert_eq!(app["parentId"], json!(server.root));
    let id = app["id"].as_str().unwrap();
    let key = &app["apiKey"];
    assert_eq!((&key["appId"], &key["name"]), (&app["id"], &json!("web")));
    assert_eq!(key["allowedIps"], json!(["203.0.113.0/24"]));
    let token = key["token"].as_str().unwrap();
    let call =
        async |method: &str, path: &str, body: Value| server.call(token, method, path, &body).await;
    // The app sees itself; the one above sees both.
    assert_eq!(call("GET", "/apps", Value::Null).await.json().as_array().unwrap().len(), 1);
    assert_eq!(server.ok("GET", "/apps", Value::Null).await.as_array().unwrap().len(), 2);
    assert_eq!(call("GET", &format!("/apps/{}", server.root), Value::Null).await.status, 404);
    let path = format!("/apps/{id}");
    assert_eq!(call("PATCH", &path, json!({ "name": "Shop 2" })).await.json()["name"], "Shop 2");
    for own_limits in [json!({ "monthlyQuota": null }), json!({ "status": "inactive" })] {
        assert_eq!(call("PATCH", &path, own_limits.clone()).await.status, 422, "{own_limits}");
    }
    assert_eq!(call("DELETE", &path, json!({})).await.status, 409);
    let listed = server.ok("GET", &format!("/keys?appId={id}"), Value::Null).await;
    assert_eq!(listed[0]["name"], "web");
    assert_eq!(server.ok("GET", "/keys?appId=*", Value::Null).await.as_array().unwrap().len(), 2);
    assert_eq!(server.ok("GET", "/keys", Value::Null).await.as_array().unwrap().len(), 1);
    server.ok("PATCH", &path, json!({ "status": "inactive" })).await;
    assert_eq!(call("GET", "/apps", Value::Null).await.status, 401);
    server.ok("PATCH", &path, json!({ "status": "active" })).await;
    assert_eq!(call("GET", "/apps", Value::Null).await.status, 200);
    server.ok("DELETE", &path, Value::Null).await;
    assert_eq!(call("GET", "/apps", Value::Null).await.status, 401);
    assert_eq!(server.status("GET", &path, Value::Null).await, 404);
}

#[actix_web::test]
async fn apps_are_refused_where_they_would_not_fit() {
    let server = server().await;
    assert_eq!(server.status("POST", "/apps", json!({})).await, 422);
    assert_eq!(
        server.status("POST", "/apps", json!({ "name": "x", "monthlyQuota": -1 })).await,
        422
    );
    let mut parent = server.root.clone();
    for level in 1..8 {
        let body = json!({ "name": format!("level {level}"), "parentId": parent });
        parent = server.ok("POST", "/apps", body).await["id"].as_str().unwrap().to_owned();
    }
    let body = json!({ "name": "too deep", "parentId": parent });
    assert_eq!(server.status("POST", "/apps", body).await, 409);
    let own = format!("/apps/{}", server.root);
    assert_eq!(server.status("DELETE", &own, Value::Null).await, 409);
    assert_eq!(server.status("PATCH", &own, json!({ "status": "inactive" })).await, 409);
    assert_eq!(server.ok("PATCH", &own, json!({ "monthlyQuota": 5 })).await["monthlyQuota"], 5);
}

#[actix_web::test]
async fn apps_with_others_below_are_not_ended() {
    let server = server().await;
    server.add_app("MIDDLE", Some(&server.root), |_| {}).await;
    server.add_app("LOWEST", Some("MIDDLE"), |_| {}).await;
    assert_eq!(server.status("DELETE", "/apps/MIDDLE", Value::Null).await, 409);
    assert_eq!(server.status("DELETE", "/apps/LOWEST", Value::Null).await, 200);
    assert_eq!(server.status("DELETE", "/apps/MIDDLE", Value::Null).await, 200);
}

#[actix_web::test]
async fn lists_of_apps_have_filters_and_pages() {
    let server = server().await;
    server.add_app("ONE", Some(&server.root), |app| app.name = "Shop".into()).await;
    server.add_app("TWO", Some(&server.root), |app| app.active = false).await;
    let ids = async |query: &str| {
        let list = server.ok("GET", &format!("/apps?{query}"), Value::Null).await;
        let list = list.get("data").unwrap_or(&list).as_array().unwrap().clone();
        list.iter().map(|app| app["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("search=shop").await, ["ONE"]);
    assert_eq!(ids("status=inactive").await, ["TWO"]);
    assert_eq!(ids("limit=1&startingAfter=ONE").await.len(), 1);
    assert_eq!(server.status("GET", "/apps?startingAfter=NONE", Value::Null).await, 404);
}

#[actix_web::test]
async fn permissions_are_listed_with_the_numbers_that_keys_take() {
    let server = server().await;
    let list = server.ok("GET", "/permissions", Value::Null).await;
    for permission in list.as_array().unwrap() {
        let body = json!({ "role": "private", "permissionIds": [permission["id"]] });
        let key = server.ok("POST", "/keys", body).await;
        assert_eq!(key["permissions"], json!([permission["name"]]));
        assert!(permission["detail"].as_str().unwrap().ends_with('.'));
    }
    let public = server.add_key(Role::Public, |_| {}).await;
    assert_eq!(server.call(&public, "GET", "/permissions", &Value::Null).await.status, 403);
    assert_eq!(server.call(TOKEN, "GET", "/permissions", &Value::Null).await.status, 200);
}
