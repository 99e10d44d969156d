//! Failures: [`Error`] for whoever runs the server, [`ApiError`] for whoever calls it.
//!
//! Every answer that is not a success is a JSON object with `message`, because PlaceKit's clients
//! parse every body. Details of 5xx go to the log only.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use geocoder_core::wire::{FieldError, Value};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::secret::SecretError;
use crate::store::{Guard, StoreError};
use crate::sync::signature::SigningKeyError;
use crate::tls::TlsError;

/// Result of starting and running the server.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the server cannot start or take over new data; messages say what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no readable manifest.
    #[error(
        "cannot read {}: make it with `shard-builder build --country li --osm FILE.osm.pbf --out {}`",
        path.display(), dir.display()
    )]
    ManifestUnreadable {
        /// The manifest.
        path: PathBuf,
        /// The data directory.
        dir: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The manifest is not one, or contradicts itself.
    #[error("{} is not usable: {what}; run `shard-builder build … --out {}` again", path.display(), dir.display())]
    ManifestInvalid {
        /// The manifest.
        path: PathBuf,
        /// The data directory.
        dir: PathBuf,
        /// The broken rule.
        what: String,
    },
    /// A blob that the manifest names is not there or cannot be read.
    #[error("cannot read {}, {role} of {country}: copy the whole directory again or rebuild it with `shard-builder build … --out DIR`", path.display())]
    BlobUnreadable {
        /// The blob.
        path: PathBuf,
        /// What the blob is to its country.
        role: &'static str,
        /// Country code.
        country: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A blob has other bytes than the manifest says.
    #[error("{}, {role} of {country}, is damaged: expected {expected}, got {got}; copy it again or rebuild it with `shard-builder build … --out DIR`", path.display())]
    BlobDamaged {
        /// The blob.
        path: PathBuf,
        /// What the blob is to its country.
        role: &'static str,
        /// Country code.
        country: String,
        /// Size or hash in the manifest.
        expected: String,
        /// Size or hash of the file.
        got: String,
    },
    /// The engine refuses a shard.
    #[error("{} cannot be opened as the shard of {country}: rebuild it with the `shard-builder` of this version", path.display())]
    ShardUnusable {
        /// The blob.
        path: PathBuf,
        /// Country code.
        country: String,
        /// Why.
        #[source]
        source: geocoder_core::Error,
    },
    /// A shard says it is of another country than the manifest says.
    #[error("{} is listed as {country} but is the shard of {found}; rebuild it with `shard-builder build … --out DIR`", path.display())]
    ShardOfOtherCountry {
        /// The blob.
        path: PathBuf,
        /// Country code in the manifest.
        country: String,
        /// Country code in the shard.
        found: String,
    },
    /// The directory of the web app has no start page.
    #[error("{} has no readable index.html: build the web app there, or leave out --www", dir.display())]
    SiteUnreadable {
        /// The directory.
        dir: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The bucket cannot be used.
    #[error("--blobs-url {url} is not usable")]
    BlobsUrl {
        /// The URL.
        url: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The files for TLS cannot be used.
    #[error("cannot use TLS")]
    Tls(#[from] TlsError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: choose another address with --listen")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The store cannot be used.
    #[error("cannot use the database")]
    Store(#[from] StoreError),
    /// There is no secret for tokens.
    #[error("cannot make tokens")]
    Secret(#[from] SecretError),
    /// The key for signatures cannot be used.
    #[error("cannot sign")]
    SigningKey(#[from] SigningKeyError),
    /// The token of the first private key cannot be used.
    #[error(
        "HEREABOUTS_BOOTSTRAP_KEY must be 16 to {} visible ASCII characters without spaces",
        crate::access::token::MAX_TOKEN_CHARS
    )]
    BootstrapKey,
    /// The database of addresses cannot be used.
    #[error(transparent)]
    Geoip(#[from] crate::geography::GeoipUnusable),
    /// The approved patches cannot be laid over the shards.
    #[error("approved patches cannot be read: check --database-url")]
    Patches(#[source] Cause),
    /// The running server failed.
    #[error("the server stopped")]
    Stopped(#[from] io::Error),
}

/// Where in a request a refused value was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The JSON body.
    Body,
    /// The query string.
    Query,
    /// The path.
    Path,
    /// A header.
    Header,
}

impl Place {
    /// Returns the name used in `location`, which is Express's.
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Query => "query",
            Self::Path => "params",
            Self::Header => "headers",
        }
    }
}

/// Why an answer is a 5xx: for the log, never for the client.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An answer that is not a success.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// No route has this path.
    #[error("Route not found")]
    RouteNotFound,
    /// The path has routes, but not for this method.
    #[error("Method not allowed, use {allow}")]
    MethodNotAllowed {
        /// Methods that the path has, comma-separated.
        allow: String,
    },
    /// There is no blob of this name.
    #[error("Blob not found")]
    BlobNotFound,
    /// Nothing with this id is there for the caller.
    #[error("{what} could not be found")]
    NotFound {
        /// What was looked for, as in `API key`.
        what: &'static str,
    },
    /// The request has no key.
    #[error("Access denied missing credentials")]
    MissingCredentials,
    /// The key is unknown or not usable; which of them is not told.
    #[error("Access denied authentication failed")]
    AuthenticationFailed,
    /// The key may not do this, or not from here.
    #[error("You are not authorized to access this resource")]
    Forbidden,
    /// The request does not fit what is stored.
    #[error("{0}")]
    Conflict(String),
    /// The client asks too often.
    #[error("Too many requests from this IP, please try again in a minute")]
    TooManyRequests {
        /// Seconds to wait.
        retry_after_s: u64,
    },
    /// The app has used up its month.
    #[error("Access denied: the monthly quota of this app is used up (Fair Usage Policy)")]
    QuotaExceeded,
    /// The client refuses every encoding that there is.
    #[error("No acceptable encoding, accept identity, br or gzip")]
    NotAcceptable,
    /// The body did not arrive in time.
    #[error("The request body did not arrive in time")]
    BodyTimeout,
    /// The body did not arrive whole, or is not well-formed HTTP.
    #[error("The request body could not be read")]
    BodyUnreadable,
    /// The body is larger than any request needs.
    #[error("The request body is larger than {limit_bytes} bytes")]
    BodyTooLarge {
        /// Largest body accepted.
        limit_bytes: usize,
    },
    /// Parameters break a rule; the text before the list is PlaceKit's.
    #[error("{}", match place {
        Place::Body => "Invalid body parameters. See `errors` for each of them.",
        Place::Query => "Invalid query parameters. See `errors` for each of them.",
        Place::Path => "Invalid path parameters. See `errors` for each of them.",
        Place::Header => "Invalid headers. See `errors` for each of them.",
    })]
    Invalid {
        /// Where the parameters were.
        place: Place,
        /// Every parameter refused.
        errors: Vec<FieldError>,
    },
    /// The range asked for lies outside the blob.
    #[error("Range not satisfiable, the length is {length_bytes} bytes")]
    RangeNotSatisfiable {
        /// Length of the blob.
        length_bytes: u64,
    },
    /// The data needed for the answer cannot be used now.
    #[error("The data for this request is unavailable, try again later")]
    DataUnavailable(#[source] Cause),
    /// Anything else; the cause is in the log.
    #[error("Internal error, try again later")]
    Internal(#[source] Cause),
}

/// Refuses a country that a request names.
pub const COUNTRY_NOT_SUPPORTED: &str =
    "This country is not supported: this server has no shard of it.";

/// Why a request is refused or fails.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorBody<'a> {
    /// What is wrong, for people.
    message: String,
    /// Every parameter that is refused, with 422.
    #[schema(value_type = Vec<crate::openapi::answers::RefusedParameter>, required = false)]
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    /// PlaceKit's JavaScript client gives up its only host for good on a 5xx, unless the body has
    /// a `status` that is none; PlaceKit's 429 has its number here.
    #[schema(value_type = Option<u16>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Option<u16>>,
}

impl ApiError {
    /// Refuses one parameter.
    pub fn invalid(place: Place, param: &str, value: &str, msg: String) -> Self {
        let error = FieldError::new(param, &Value::Text(value.into()), msg);
        Self::Invalid { place, errors: vec![FieldError { location: place.name(), ..error }] }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { .. } => {
                Self::Conflict("It has been changed by someone else in the meantime; read it again.".into())
            }
            StoreError::Refused(Guard::UsablePrivateKey { .. }) => Self::Conflict(
                "No usable private key would be left in this app; add force=true to do it all the same.".into(),
            ),
            StoreError::AlreadyAnswered => Self::Conflict(
                "A request with this Idempotency-Key was being answered; send it again for that answer.".into(),
            ),
            error => Self::DataUnavailable(error.into()),
        }
    }
}

impl From<SecretError> for ApiError {
    fn from(error: SecretError) -> Self {
        Self::Internal(error.into())
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::RouteNotFound | Self::BlobNotFound | Self::NotFound { .. } => {
                StatusCode::NOT_FOUND
            }
            Self::MissingCredentials => StatusCode::PRECONDITION_FAILED,
            Self::AuthenticationFailed => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::QuotaExceeded => StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::BodyUnreadable => StatusCode::BAD_REQUEST,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RangeNotSatisfiable { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::DataUnavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        match self {
            Self::MethodNotAllowed { allow } => {
                response.insert_header((header::ALLOW, allow.as_str()));
            }
            Self::RangeNotSatisfiable { length_bytes } => {
                response.insert_header((header::CONTENT_RANGE, format!("bytes */{length_bytes}")));
            }
            // The rest of such a body is not waited for, so the connection cannot be used again.
            Self::BodyTimeout | Self::BodyTooLarge { .. } | Self::BodyUnreadable => {
                response.force_close();
            }
            Self::DataUnavailable(_) => {
                response.insert_header((header::RETRY_AFTER, "10"));
            }
            Self::TooManyRequests { retry_after_s } => {
                response.insert_header((header::RETRY_AFTER, *retry_after_s));
            }
            // RFC 9110 demands a challenge; browsers show no dialog for this one.
            Self::AuthenticationFailed => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            _ => {}
        }
        let errors = match self {
            Self::Invalid { errors, .. } => errors.as_slice(),
            _ => &[],
        };
        let status = match self {
            Self::TooManyRequests { .. } => Some(Some(status.as_u16())),
            _ => status.is_server_error().then_some(None),
        };
        response.json(ErrorBody { message: self.to_string(), errors, status })
    }
}
