//! Data directories made for a test, and requests to the application without a socket.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::{App, test, web};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use geocoder_core::Geocoder;
use geocoder_core::manifest::{Attribution, BaseEntry, CountryEntry, MANIFEST_FORMAT, Manifest};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sync_server::access::options::{AccessOptions, Hidden};
use sync_server::access::secret::Secret;
use sync_server::access::{Access, KEY_HEADER};
use sync_server::blobs::BlobStore;
use sync_server::catalog::Catalog;
use sync_server::live::LiveCatalog;
use sync_server::model::Clock;
use sync_server::routes;
use sync_server::site::Site;
use sync_server::state::AppState;
use sync_server::store::{SqlStore, Store};
use tempfile::TempDir;

/// Token of the private key that servers under test have.
pub(crate) const TOKEN: &str = "pk_0123456789abcdef";

/// A directory in the layout of `shard-builder build --out`.
pub(crate) struct DataDir {
    dir: TempDir,
    manifest: Manifest,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl DataDir {
    /// Makes a directory whose manifest lists no country.
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        fs::create_dir(dir.path().join("blobs")).unwrap();
        let manifest = Manifest {
            format: MANIFEST_FORMAT,
            epoch: "test".into(),
            version: 1,
            countries: BTreeMap::new(),
        };
        let data = Self { dir, manifest };
        data.write_manifest();
        data
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn store(&self) -> Arc<BlobStore> {
        Arc::new(BlobStore::new(self.path()))
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub(crate) fn manifest_mut(&mut self) -> &mut Manifest {
        &mut self.manifest
    }

    /// Writes the manifest as builders do: beside its place, then moved there.
    pub(crate) fn write_manifest(&self) {
        let new = self.path().join("manifest.json.new");
        fs::write(&new, serde_json::to_vec_pretty(&self.manifest).unwrap()).unwrap();
        fs::rename(new, self.path().join("manifest.json")).unwrap();
    }

    /// Writes a blob without compressed variants and returns its name.
    pub(crate) fn add_plain_blob(&self, bytes: &[u8]) -> String {
        let name = sha256_hex(bytes);
        fs::write(self.path().join("blobs").join(&name), bytes).unwrap();
        name
    }

    /// Writes a blob with its `.br` and `.gz` variants and returns its name.
    pub(crate) fn add_blob(&self, bytes: &[u8]) -> String {
        let name = self.add_plain_blob(bytes);
        let blobs = self.path().join("blobs");
        fs::write(blobs.join(format!("{name}.br")), brotli_of(bytes)).unwrap();
        fs::write(blobs.join(format!("{name}.gz")), gzip_of(bytes)).unwrap();
        name
    }

    /// Lists a country whose whole shard is one blob.
    pub(crate) fn list_country(&mut self, code: &str, bytes: &[u8]) {
        let sha256 = self.add_blob(bytes);
        let base = BaseEntry {
            generation: sha256.split_at(16).0.into(),
            format: 1,
            size: bytes.len() as u64,
            sha256,
            size_br: brotli_of(bytes).len() as u64,
            size_gzip: gzip_of(bytes).len() as u64,
            bbox: [9.0, 47.0, 10.0, 48.0],
            records: BTreeMap::from([("city".into(), 1)]),
            chunks: Vec::new(),
        };
        let attribution = vec![Attribution {
            source: "test".into(),
            licence: "CC0-1.0".into(),
            url: "https://example.org/".into(),
            notice: "made for a test".into(),
            share_alike: false,
        }];
        let entry = CountryEntry { name: code.to_uppercase(), base, attribution };
        self.manifest.countries.insert(code.into(), entry);
        self.write_manifest();
    }

    /// Returns a state over this directory whose shards are not opened: enough for everything
    /// but geocoding.
    pub(crate) fn state(&self) -> AppState {
        self.state_serving(Catalog::from_parts(self.manifest.clone(), Geocoder::new()))
    }

    /// Returns a state with a store, settings and a clock of the test's own.
    pub(crate) fn state_with(
        &self,
        store: Arc<dyn Store>,
        options: AccessOptions,
        clock: Clock,
    ) -> AppState {
        let catalog = Catalog::from_parts(self.manifest.clone(), Geocoder::new());
        let bootstrap_key = Some(Hidden(TOKEN.into()));
        let options = AccessOptions { bootstrap_key, ..options };
        let secret = Secret::from_bytes([7; 32]);
        let access = Access::new(Arc::clone(&store), clock.clone(), secret, options);
        AppState::new(self.store(), catalog, store, clock, access)
    }

    /// Returns a state with the shards opened, as the program starts with.
    pub(crate) fn loaded_state(&self) -> AppState {
        self.state_serving(Catalog::load(&self.store(), None).unwrap())
    }

    /// Returns a state that serves a catalog of the test's own.
    pub(crate) fn state_serving(&self, catalog: Catalog) -> AppState {
        let store = Arc::new(SqlStore::in_memory());
        let state = self.state_with(store, AccessOptions::unlimited(), Clock::system());
        AppState { catalog: LiveCatalog::new(catalog), ..state }
    }

    /// Returns a state that serves a web app as well.
    pub(crate) fn state_with_site(&self, dir: &Path) -> AppState {
        AppState { site: Some(Site::open(dir).unwrap()), ..self.state() }
    }
}

/// Starts the application with the routes of the program; [`TOKEN`] is that of its private key.
pub(crate) async fn app(
    state: AppState,
) -> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = actix_web::Error> {
    // The directory is for a file that is not written when the settings have a token.
    state.access.bootstrap(Path::new("")).await.unwrap();
    test::init_service(App::new().configure(routes::configure(web::Data::new(state)))).await
}

/// Sends one request to an application of its own.
pub(crate) async fn send(state: AppState, request: test::TestRequest) -> Answer {
    send_to(&app(state).await, request).await
}

/// Sends one request to a running application.
pub(crate) async fn send_to<B: MessageBody>(
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    request: test::TestRequest,
) -> Answer {
    let response = test::call_service(app, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = test::try_read_body(response).await.ok().unwrap();
    Answer { status, headers, body }
}

/// Starts a request with any method, and the token of the private key.
pub(crate) fn request(method: Method, path: &str) -> test::TestRequest {
    anonymous(method, path).insert_header((KEY_HEADER, TOKEN))
}

/// Starts a request without a key.
pub(crate) fn anonymous(method: Method, path: &str) -> test::TestRequest {
    let peer = SocketAddr::from(([203, 0, 113, 7], 40_000));
    test::TestRequest::default().method(method).uri(path).peer_addr(peer)
}

pub(crate) fn get(path: &str) -> test::TestRequest {
    request(Method::GET, path)
}

pub(crate) fn post(path: &str, body: impl Into<Bytes>) -> test::TestRequest {
    request(Method::POST, path).set_payload(body)
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {:?} of {self:?}", self.body))
    }

    /// Checks the shape that every answer but a success has, and returns its message.
    pub(crate) fn message(&self) -> String {
        assert!(!self.status.is_success(), "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        assert_eq!(self.header("access-control-allow-origin"), Some("*"), "{self:?}");
        let json = self.json();
        if self.status.is_server_error() {
            assert_eq!(json.get("status"), Some(&Value::Null), "{json}");
        } else if self.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(json["status"], 429, "{json}");
        } else {
            assert_eq!(json.get("status"), None, "{json}");
        }
        json["message"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes bytes that compress, but not to nothing.
pub(crate) fn sample_bytes(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"aeinrst "[(state >> 29) as usize]
    };
    (0..length).map(|_| next()).collect()
}

pub(crate) fn brotli_of(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &params).unwrap();
    compressed
}

pub(crate) fn gzip_of(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Longest wait for something that happens soon unless it is broken.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);
