//! A server whose patches change, and a device that follows it by the routes of synchronisation.

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::{App, test, web};
use geocoder_core::delta::{Delta, Snapshot};
use serde_json::{Value, json};
use sync_server::routes;
use sync_server::state::AppState;
use sync_server::sync::{Sync, SyncOptions, compaction};

use crate::fixture::{Answer, anonymous, request, send_to, sha256_hex};
use crate::keys_fixture::{PRIVATE, PUBLIC, with_keys};

/// A server in this process.
pub(crate) struct Server<S> {
    pub(crate) app: S,
    pub(crate) state: web::Data<AppState>,
}

/// Starts a server.
pub(crate) async fn server(
    state: AppState,
    options: SyncOptions,
) -> Server<
    impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = actix_web::Error>,
> {
    let state = AppState { sync: Sync::new(options).unwrap(), ..state };
    let state = web::Data::new(with_keys(state).await);
    let app = test::init_service(App::new().configure(routes::configure(state.clone()))).await;
    Server { app, state }
}

/// The street of a number, as a record.
pub(crate) fn street(number: u32) -> Value {
    json!({
        "name": format!("Kirchweg {number}. Teil"), "city": "Vaduz", "county": "",
        "administrative": "", "country": "Liechtenstein", "countrycode": "li",
        "zipcode": ["9490"], "population": 5700, "coordinates": "47.1405, 9.5205",
        "type": "street",
    })
}

impl<S, B> Server<S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = anonymous(Method::GET, path).insert_header(("x-placekit-api-key", PUBLIC));
        send_to(&self.app, request).await
    }

    pub(crate) async fn ok(&self, path: &str) -> Answer {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = request(method, path)
            .insert_header(("x-placekit-api-key", PRIVATE))
            .set_payload(body.to_string());
        send_to(&self.app, request).await
    }

    /// Approves a new street; returns the id of the patch.
    pub(crate) async fn approve(&self, number: u32) -> String {
        let body = json!({"record": street(number), "status": "approved"});
        let made = self.send(Method::POST, "/patch", &body).await;
        assert_eq!(made.status, StatusCode::OK, "{made:?}");
        made.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn delete(&self, id: &str) {
        let deleted = self.send(Method::DELETE, &format!("/patch/{id}"), &json!({})).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{deleted:?}");
    }

    /// What the heads say of Liechtenstein.
    pub(crate) async fn head(&self) -> Value {
        let heads = self.ok("/sync/v1/heads?countries=li").await.json();
        heads["countries"]["li"].clone()
    }

    /// What the manifest says of the patches in Liechtenstein.
    pub(crate) async fn overlay(&self) -> Value {
        let manifest = self.ok("/sync/v1/manifest?countries=li").await.json();
        manifest["countries"]["li"]["overlay"].clone()
    }

    /// Compacts, as the server does beside its requests.
    pub(crate) async fn compact(&self, is_tick: bool) {
        for (app_id, own) in self.state.overlays.all() {
            compaction::compact_app(&self.state, &app_id, &own, is_tick).await.unwrap();
        }
    }
}

/// A device that follows Liechtenstein.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) epoch: String,
    pub(crate) seq: u64,
    pub(crate) state: Snapshot,
}

impl Device {
    /// A device with the present base and nothing over it.
    pub(crate) async fn new<S, B>(server: &Server<S>) -> Self
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
        B: MessageBody,
    {
        let heads = server.ok("/sync/v1/heads").await.json();
        let generation = heads["countries"]["li"]["generation"].as_str().unwrap();
        Self {
            epoch: heads["epoch"].as_str().unwrap().into(),
            seq: 0,
            state: Snapshot::empty(generation.parse().unwrap()),
        }
    }

    /// A device that begins with the newest snapshot.
    pub(crate) async fn with_snapshot<S, B>(server: &Server<S>) -> Self
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
        B: MessageBody,
    {
        let snapshot = server.overlay().await["snapshot"].clone();
        let sha256 = snapshot["sha256"].as_str().unwrap();
        let bytes = server.ok(&format!("/sync/v1/blobs/{sha256}")).await.body;
        assert_eq!((sha256_hex(&bytes), bytes.len()), (sha256.into(), size_of(&snapshot)));
        let state = Snapshot::decode(&bytes).unwrap();
        assert_eq!(snapshot["count"], state.corrections.len());
        let seq = snapshot["seq"].as_u64().unwrap();
        Self { seq, state, ..Self::new(server).await }
    }

    pub(crate) fn path(&self, limit: u64) -> String {
        let Self { epoch, seq, state } = self;
        let generation = state.generation;
        format!(
            "/sync/v1/changes?country=li&epoch={epoch}&generation={generation}&since={seq}&limit={limit}"
        )
    }

    /// Takes one delta; returns whether the device is at the head.
    pub(crate) fn take(&mut self, delta: &Delta) -> bool {
        assert_eq!((delta.from, delta.generation), (self.seq, self.state.generation));
        self.state.apply(delta).unwrap();
        self.seq = delta.to;
        assert_eq!(delta.state.is_some(), delta.to == delta.head);
        if let Some(state) = delta.state {
            let hex: String = state.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(sha256_hex(&self.state.encode()), hex);
        }
        delta.to == delta.head
    }

    /// Takes deltas of so many operations until the head, where the state has to be that of the
    /// heads; returns how many deltas.
    pub(crate) async fn follow<S, B>(&mut self, server: &Server<S>, limit: u64) -> usize
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
        B: MessageBody,
    {
        let mut deltas = 1;
        while !self.take(&Delta::decode(&server.ok(&self.path(limit)).await.body).unwrap()) {
            deltas += 1;
        }
        let head = server.head().await;
        assert_eq!(head["head"], self.seq);
        assert_eq!(head["state_sha256"], sha256_hex(&self.state.encode()));
        deltas
    }

    /// Takes the segments of the manifest that lie behind the position.
    pub(crate) async fn take_segments<S, B>(&mut self, server: &Server<S>) -> usize
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
        B: MessageBody,
    {
        let mut taken = 0;
        for segment in server.overlay().await["segments"].as_array().unwrap() {
            if segment["from"].as_u64().unwrap() < self.seq {
                continue;
            }
            let sha256 = segment["sha256"].as_str().unwrap();
            let bytes = server.ok(&format!("/sync/v1/blobs/{sha256}")).await.body;
            assert_eq!((sha256_hex(&bytes), bytes.len()), (sha256.into(), size_of(segment)));
            let delta = Delta::decode(&bytes).unwrap();
            assert_eq!(segment["to"], delta.to);
            self.take(&delta);
            taken += 1;
        }
        taken
    }
}

fn size_of(object: &Value) -> usize {
    usize::try_from(object["size"].as_u64().unwrap()).unwrap()
}
