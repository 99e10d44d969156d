//! The caller of a request, once the key has been checked.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::{Ready, ready};
use geocoder_core::CountryCode;
use serde::Serialize;

use super::key_cache::scopes_of;
use crate::error::ApiError;
use crate::hex::sha256_hex;
use crate::model::{App, AuditEntry, Key, Patch, ScopeSet, Timestamp};

/// The caller: handlers take it as an argument, on routes that need a key.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The key.
    pub key: Arc<Key>,
    /// The app of the key.
    pub app: Arc<App>,
    /// What the key may do.
    pub scopes: ScopeSet,
    /// Ids of the caller's app and of all apps below it, own first.
    pub app_ids: Arc<[String]>,
    /// Address of the client, behind trusted proxies.
    pub ip: IpAddr,
    /// Id of the request.
    pub request_id: Arc<str>,
}

impl Caller {
    /// Whether an app is the caller's or below it; all others are as if they were not there.
    pub fn sees(&self, app_id: &str) -> bool {
        self.app_ids.iter().any(|own| own == app_id)
    }

    /// Whether a key may do no more than the caller's, and in no more countries.
    pub fn covers(&self, key: &Key) -> bool {
        let scopes = scopes_of(key);
        let in_countries = match (&self.key.countries, &key.countries) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(_), Some(theirs)) => theirs.iter().all(|country| self.is_for(country)),
        };
        scopes.and(self.scopes) == scopes && in_countries
    }

    /// Whether the key is for a country.
    pub fn is_for(&self, country: &str) -> bool {
        let own = self.key.countries.as_ref();
        own.is_none_or(|own| own.iter().any(|own| own.eq_ignore_ascii_case(country)))
    }

    /// Whether the key is for all shards that a patch is of.
    pub fn is_for_patch(&self, patch: &Patch) -> bool {
        patch.bases().iter().all(|base| self.is_for(base))
    }

    /// Narrows a list of countries, in which none means all, to those of the key.
    ///
    /// # Errors
    /// Refuses lists of other countries only.
    pub fn narrow_countries(&self, countries: &mut Vec<CountryCode>) -> Result<(), ApiError> {
        let Some(own) = &self.key.countries else { return Ok(()) };
        let own: Vec<CountryCode> =
            own.iter().filter_map(|code| CountryCode::parse(code)).collect();
        if countries.is_empty() {
            *countries = own;
        } else {
            countries.retain(|country| own.contains(country));
        }
        if countries.is_empty() { Err(ApiError::Forbidden) } else { Ok(()) }
    }

    /// Returns an entry of the audit log about a change that the caller makes.
    pub fn audit<T: Serialize>(
        &self,
        app_id: &str,
        action: &str,
        target: &str,
        (before, after): (Option<&T>, Option<&T>),
        at: Timestamp,
    ) -> AuditEntry {
        AuditEntry {
            seq: 0,
            at,
            app_id: app_id.into(),
            actor_key_id: Some(self.key.id.clone()),
            ip: Some(self.ip.to_string()),
            action: action.into(),
            target: target.into(),
            before_hash: before.map(hash_of).unwrap_or_default(),
            after_hash: after.map(hash_of).unwrap_or_default(),
            request_id: Some(self.request_id.to_string()),
            hash: String::new(),
        }
    }
}

fn hash_of(thing: &impl Serialize) -> String {
    serde_json::to_vec(thing).map(sha256_hex).unwrap_or_default()
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        ready(caller.ok_or_else(|| ApiError::Internal("the route checks no key".into())))
    }
}
