//! Who calls, and what they may do: keys, the rule for pages and addresses, limits and quotas.

pub mod allowed;
pub mod app_tree;
pub mod background;
pub mod bootstrap;
mod caller;
pub mod client_address;
pub mod command_line;
pub mod key_cache;
pub mod options;
pub mod random;
pub mod rate_limit;
pub mod secret;
pub mod token;
pub mod usage;
pub mod version;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use actix_web::HttpMessage;
use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName, HeaderValue, HttpDate};

pub use app_tree::{AppNode, AppTree, MAX_DEPTH};
pub use caller::Caller;
pub use key_cache::{scopes_of, scopes_of_role};

use crate::error::ApiError;
use crate::model::{Clock, Key, KeyStatus, Scope, Timestamp};
use crate::store::{Store, StoreError};
use allowed::Requester;
use client_address::{client_address, limit_group};
use key_cache::{KeyCache, KnownKey, Peek};
use options::{AccessOptions, Reveal};
use rate_limit::{Allowance, KeyClient, RateLimits};
use secret::Secret;
use token::{Token, TokenHash};
use usage::Usage;
use version::API_VERSION_HEADER;

/// Header with the token in PlaceKit's API.
pub const KEY_HEADER: HeaderName = HeaderName::from_static("x-placekit-api-key");

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// What a route asks of its callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Open,
    /// A key, whatever it may do.
    AnyKey,
    /// A key that may do this.
    Key(Scope),
}

/// What came of checking a request, with headers for its answer either way.
#[derive(Debug)]
pub struct Admission {
    /// The caller, or why the request is refused.
    pub outcome: Result<Caller, ApiError>,
    /// Headers of the answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

/// Id of a request, kept with it.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

/// Checks requests.
#[derive(Debug)]
pub struct Access {
    store: Arc<dyn Store>,
    clock: Clock,
    options: AccessOptions,
    secret: Secret,
    keys: KeyCache,
    usage: Usage,
    limits: RateLimits<KeyClient>,
    failures: RateLimits<IpAddr>,
}

impl Access {
    /// Starts with nothing read or counted.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Clock,
        secret: Secret,
        options: AccessOptions,
    ) -> Self {
        Self {
            keys: KeyCache::new(Arc::clone(&store), clock.clone()),
            store,
            clock,
            options,
            secret,
            usage: Usage::default(),
            limits: RateLimits::new(),
            failures: RateLimits::new(),
        }
    }

    /// Makes what is known of keys and apps old; called after each change of them.
    pub fn invalidate(&self) {
        self.keys.invalidate();
    }

    /// Returns the apps.
    ///
    /// # Errors
    /// Fails when the store does not answer.
    pub async fn apps(&self) -> Result<Arc<AppTree>, ApiError> {
        self.keys.apps().await.map_err(unavailable)
    }

    /// Returns when a key was last used, if that is later than what the store says.
    pub fn last_used(&self, key_id: &str) -> Option<Timestamp> {
        self.usage.last_used(key_id)
    }

    /// Returns the token of a key of this id: the same at each call.
    pub fn new_token(&self, key_id: &str) -> Token {
        Token::derive(&self.secret, key_id)
    }

    /// Returns the token of a stored key for an answer; `None` when it cannot or may not be shown
    /// again.
    pub fn known_token(&self, key: &Key) -> Option<Token> {
        if self.options.reveal_tokens == Reveal::Once || !key.derived {
            return None;
        }
        let token = self.new_token(&key.id);
        // Under another secret than the one that the key was made with, it is another token.
        token.hash().is(&key.token_hash).then_some(token)
    }

    /// Checks a request; `counts` says whether it counts towards the quota of the app.
    pub async fn admit(&self, request: &HttpRequest, need: Need, counts: bool) -> Admission {
        let mut headers = Vec::new();
        let outcome = self.check(request, need, counts, &mut headers).await;
        Admission { outcome, headers }
    }

    async fn check(
        &self,
        request: &HttpRequest,
        need: Need,
        counts: bool,
        headers: &mut Vec<(HeaderName, HeaderValue)>,
    ) -> Result<Caller, ApiError> {
        let peer = request.peer_addr().map_or(IpAddr::from(Ipv4Addr::UNSPECIFIED), |at| at.ip());
        let ip = client_address(peer, request.headers(), &self.options.trusted_proxies);
        let known = self.identify(request, ip).await?;
        let key = &known.key;
        let limit = key.rate_limit.unwrap_or(self.options.rate_limit);
        let allowance = self.limits.count(&(Arc::clone(&known.id), limit_group(ip)), limit);
        tell_allowance(&allowance, headers);
        tell_rotation(key, headers);
        if let Some(retry_after_s) = allowance.retry_after_s {
            return Err(ApiError::TooManyRequests { retry_after_s });
        }
        if !known.allowed.lets(&Requester::of(request.headers(), ip)) {
            return Err(ApiError::Forbidden);
        }
        if let Need::Key(scope) = need
            && !known.scopes.contains(scope)
        {
            return Err(ApiError::Forbidden);
        }
        let version = version::of_request(request.headers(), key)?;
        tell(headers, API_VERSION_HEADER, version);
        let apps = self.apps().await?;
        let node = apps.get(&key.app_id).ok_or(ApiError::AuthenticationFailed)?;
        let now = self.clock.now();
        if counts && !self.usage.count(&node.app.id, node.app.monthly_quota, now) {
            return Err(ApiError::QuotaExceeded);
        }
        self.usage.touch(&known.id, now);
        let request_id = request.extensions().get::<RequestId>().map(|id| Arc::clone(&id.0));
        Ok(Caller {
            key: Arc::clone(key),
            app: Arc::clone(&node.app),
            scopes: known.scopes,
            app_ids: Arc::clone(&node.app_ids),
            ip,
            request_id: request_id.unwrap_or_else(|| "".into()),
        })
    }

    /// Whether a caller who was let in would still be let in for this.
    ///
    /// # Errors
    /// Fails when the store does not answer and the key is not known from before.
    pub async fn may_still(&self, caller: &Caller, scope: Scope) -> Result<bool, ApiError> {
        let Some(hash) = TokenHash::of_hex(&caller.key.token_hash) else { return Ok(false) };
        let known = match self.keys.peek(hash) {
            Peek::Known(known) => Some(known),
            Peek::Nobodys => None,
            Peek::Old | Peek::New => self.keys.read(hash).await.map_err(unavailable)?,
        };
        let Some(known) = known else { return Ok(false) };
        let apps = self.apps().await?;
        let app_usable = apps.get(&known.key.app_id).is_some_and(|node| node.usable);
        let is_usable = app_usable && is_usable(&known.key, self.clock.now());
        Ok(is_usable && known.scopes.contains(scope) && known.key.countries == caller.key.countries)
    }

    /// Finds the usable key of a request; why a key is not usable is not told.
    async fn identify(&self, request: &HttpRequest, ip: IpAddr) -> Result<Arc<KnownKey>, ApiError> {
        let text = token_of(request).ok_or(ApiError::MissingCredentials)?;
        let Some(token) = Token::sent(text) else { return Err(self.failed(ip)) };
        let known = match self.keys.peek(token.hash()) {
            Peek::Known(known) => known,
            Peek::Nobodys => return Err(self.failed(ip)),
            Peek::Old => match self.keys.read(token.hash()).await.map_err(unavailable)? {
                Some(known) => known,
                None => return Err(self.failed(ip)),
            },
            Peek::New => {
                // Asking the store costs most: an address that guesses may not do it on and on.
                let guess = self.failed(ip);
                if matches!(guess, ApiError::TooManyRequests { .. }) {
                    return Err(guess);
                }
                self.keys.read(token.hash()).await.map_err(unavailable)?.ok_or(guess)?
            }
        };
        let apps = self.apps().await?;
        let app_usable = apps.get(&known.key.app_id).is_some_and(|node| node.usable);
        if app_usable && is_usable(&known.key, self.clock.now()) {
            Ok(known)
        } else {
            Err(self.failed(ip))
        }
    }

    /// Counts an unusable token and returns the answer to it.
    fn failed(&self, ip: IpAddr) -> ApiError {
        let allowance = self.failures.count(&limit_group(ip), self.options.failed_auth_limit);
        match allowance.retry_after_s {
            Some(retry_after_s) => ApiError::TooManyRequests { retry_after_s },
            None => ApiError::AuthenticationFailed,
        }
    }
}

/// Whether a key works at a time.
pub fn is_usable(key: &Key, now: Timestamp) -> bool {
    key.status == KeyStatus::Active
        && key.deleted_at.is_none()
        && key.expires_at.is_none_or(|end| now < end)
}

/// Returns the token of a request; `None` when there is none or it is empty.
fn token_of(request: &HttpRequest) -> Option<&str> {
    let headers = request.headers();
    let own = headers.get(KEY_HEADER).map_or("", text);
    if !own.is_empty() {
        return headers.get(KEY_HEADER).map(text);
    }
    let (scheme, token) = headers.get(header::AUTHORIZATION).map(text)?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// A header that is no text is a token that nobody has.
fn text(value: &HeaderValue) -> &str {
    std::str::from_utf8(value.as_bytes()).map_or("\u{fffd}", str::trim)
}

fn unavailable(error: StoreError) -> ApiError {
    ApiError::DataUnavailable(error.into())
}

fn tell(headers: &mut Vec<(HeaderName, HeaderValue)>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.push((name, value));
    }
}

fn tell_allowance(allowance: &Allowance, headers: &mut Vec<(HeaderName, HeaderValue)>) {
    tell(headers, RATE_LIMIT, &allowance.header());
    tell(headers, RATE_LIMIT_POLICY, &allowance.policy_header());
}

/// Tells those who still use a rotated key since when they should not (RFC 9745) and until when
/// they can (RFC 8594).
fn tell_rotation(key: &Key, headers: &mut Vec<(HeaderName, HeaderValue)>) {
    let Some(rotation) = key.rotation.as_ref().filter(|rotation| rotation.replaced_by.is_some())
    else {
        return;
    };
    tell(headers, DEPRECATION, &format!("@{}", key.updated_at.0 / 1000));
    if let Some(until) = rotation.grace_until {
        let until = Duration::from_millis(u64::try_from(until.0).unwrap_or_default());
        tell(headers, SUNSET, &HttpDate::from(UNIX_EPOCH + until).to_string());
    }
}
