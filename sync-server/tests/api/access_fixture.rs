//! Keys of every kind put straight into the store of a test, and requests with them.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_http::Request;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::{App as ActixApp, test, web};
use serde_json::Value;
use sync_server::access::KEY_HEADER;
use sync_server::access::bootstrap::NewKey;
use sync_server::access::options::AccessOptions;
use sync_server::access::token::Token;
use sync_server::catalog::Catalog;
use sync_server::live::{LiveCatalog, Outcome, Watcher};
use sync_server::model::{App, Clock, Key, Role, Timestamp};
use sync_server::routes;
use sync_server::state::AppState;
use sync_server::store::{Change, SqlStore, Store, Write};

use crate::fixture::{Answer, DataDir, TOKEN, anonymous, send_to};
use crate::gazetteer::liechtenstein;

/// A server with its state at hand.
pub(crate) struct TestServer<S> {
    pub(crate) state: web::Data<AppState>,
    /// Id of the app of the first private key.
    pub(crate) root: String,
    app: S,
    made: Cell<u32>,
    pub(crate) data: DataDir,
}

/// A clock that a test moves.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_800_000_000_000)))
    }

    pub(crate) fn clock(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Clock::of(move || Timestamp(now.load(Ordering::SeqCst)))
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn advance_s(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

pub(crate) type Respond = ServiceResponse<BoxBody>;

/// Starts a server without limits.
pub(crate) async fn server()
-> TestServer<impl Service<Request, Response = Respond, Error = actix_web::Error>> {
    server_with(AccessOptions::unlimited(), &TestClock::new()).await
}

/// Starts a server with settings and a clock.
pub(crate) async fn server_with(
    options: AccessOptions,
    clock: &TestClock,
) -> TestServer<impl Service<Request, Response = Respond, Error = actix_web::Error> + use<>> {
    server_on(Arc::new(SqlStore::in_memory()), options, clock).await
}

/// Starts a server on a store.
pub(crate) async fn server_on(
    store: Arc<dyn Store>,
    options: AccessOptions,
    clock: &TestClock,
) -> TestServer<impl Service<Request, Response = Respond, Error = actix_web::Error> + use<>> {
    let mut data = DataDir::new();
    data.list_country("li", &liechtenstein());
    let catalog = LiveCatalog::new(Catalog::load(&data.store(), None).unwrap());
    let state = AppState { catalog, ..data.state_with(store, options, clock.clock()) };
    let state = web::Data::new(state);
    state.access.bootstrap(Path::new("")).await.unwrap();
    let root = state.access.root_app().await.unwrap().id;
    let app = test::init_service(ActixApp::new().configure(routes::configure(state.clone()))).await;
    TestServer { state, root, app, made: Cell::new(0), data }
}

impl<S> TestServer<S> {
    /// Publishes a shard of a country, in place of the one that there was.
    pub(crate) async fn publish(&mut self, code: &str, bytes: &[u8]) {
        let (_, mut watcher) = Watcher::start(self.data.store()).unwrap();
        self.data.list_country(code, bytes);
        assert!(matches!(watcher.look(&self.state.catalog), Outcome::Replaced));
        self.state.refresh_overlays(None).await.unwrap();
    }
}

impl<S, B> TestServer<S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    /// Adds a key to the first app and returns its token.
    pub(crate) async fn add_key(&self, role: Role, change: impl FnOnce(&mut Key)) -> String {
        self.add_key_to(&self.root, role, change).await
    }

    /// Adds a key to an app and returns its token.
    pub(crate) async fn add_key_to(
        &self,
        app_id: &str,
        role: Role,
        change: impl FnOnce(&mut Key),
    ) -> String {
        let number = self.made.replace(self.made.get() + 1);
        let token = format!("pk_of-a-test-with-number-{number:04}");
        let at = self.state.clock.now();
        let key = NewKey { id: format!("key{number}"), app_id: app_id.into(), role, at };
        let mut key = key.with_token(&Token::sent(&token).unwrap(), false);
        change(&mut key);
        self.write(Write::Key(Box::new(key))).await;
        token
    }

    /// Adds an app below another one.
    pub(crate) async fn add_app(
        &self,
        id: &str,
        parent: Option<&str>,
        change: impl FnOnce(&mut App),
    ) {
        let at = self.state.clock.now();
        let mut app = App {
            id: id.into(),
            parent_id: parent.map(Into::into),
            name: id.into(),
            active: true,
            monthly_quota: None,
            created_at: at,
            updated_at: at,
            deleted_at: None,
            revision: 1,
        };
        change(&mut app);
        self.write(Write::App(app)).await;
    }

    async fn write(&self, write: Write) {
        let change = Change { writes: vec![write], ..Change::default() };
        self.state.store.commit(change).await.unwrap();
        self.state.access.invalidate();
    }

    pub(crate) async fn send(&self, request: test::TestRequest) -> Answer {
        send_to(&self.app, request).await
    }

    /// Sends a request with a token and a JSON body.
    pub(crate) async fn call(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = anonymous(method, path).insert_header((KEY_HEADER, token));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(request.set_payload(body)).await
    }

    /// Sends a request with the first private key, expects success and returns the body.
    pub(crate) async fn ok(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.call(TOKEN, method, path, &body).await;
        assert_eq!(answer.status, 200, "{method} {path} {body}: {answer:?}");
        answer.json()
    }

    /// Sends a request with the first private key and returns the status.
    pub(crate) async fn status(&self, method: &str, path: &str, body: Value) -> u16 {
        self.call(TOKEN, method, path, &body).await.status.as_u16()
    }
}
