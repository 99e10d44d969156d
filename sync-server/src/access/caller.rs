//! The caller of a request, once the key has been checked.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::{Ready, ready};

use crate::error::ApiError;
use crate::model::{App, Key, ScopeSet};

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

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        ready(caller.ok_or_else(|| ApiError::Internal("the route checks no key".into())))
    }
}
