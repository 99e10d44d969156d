//! Heads as server-sent events: at once, and at every change.
//!
//! Format: <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use geocoder_core::CountryCode;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::access::Caller;
use crate::error::{ApiError, ErrorBody};
use crate::handlers::manifest::{CountriesQuery, countries_of};
use crate::model::Scope;
use crate::overlays::AppOverlay;
use crate::state::AppState;
use crate::sync::heads::Heads;
use crate::sync::streams::OpenStream;

/// Time after which proxies are shown that the connection is in use.
const COMMENT_AFTER: Duration = Duration::from_secs(20);
/// Seconds after which clients that find no room may ask again.
const RETRY_AFTER_S: u64 = 60;
/// Tells nginx and its like to pass on every event at once.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// `GET /sync/v1/events`
#[utoipa::path(
    get,
    path = "/sync/v1/events",
    tag = "Synchronisation",
    operation_id = "getEvents",
    summary = "Tells of every change",
    description = "Server-sent events named `heads`, each with the heads as `GET /sync/v1/heads` answers them: at once, and at every change. A comment every 20 seconds shows that the connection is alive. It ends when the key is no longer usable and when the server stops.",
    params(CountriesQuery),
    responses(
        (status = 200, description = "Events", body = String, content_type = "text/event-stream"),
        (status = 429, description = "Too many devices listen: ask for the heads from time to time", body = ErrorBody<'_>),
    ),
)]
pub async fn get(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let wanted = countries_of(&caller, &request)?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((X_ACCEL_BUFFERING, "no"));
    if request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    let open = state.sync.streams.open(&caller.key.id);
    let open = open.ok_or(ApiError::TooManyRequests { retry_after_s: RETRY_AFTER_S })?;
    let listener = Listener {
        changes: state.overlays.changes(),
        closing: state.sync.streams.closing(),
        state,
        caller,
        wanted,
        told: None,
        quiet_since: Instant::now(),
        _open: open,
    };
    Ok(response.streaming(stream::unfold(listener, |mut listener| async move {
        let text = listener.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), listener))
    })))
}

/// One open stream.
struct Listener {
    state: web::Data<AppState>,
    caller: Caller,
    wanted: Option<Vec<CountryCode>>,
    changes: watch::Receiver<()>,
    closing: watch::Receiver<bool>,
    /// What was told last: where it came from, and the JSON.
    told: Option<(Arc<AppOverlay>, String)>,
    quiet_since: Instant,
    _open: OpenStream,
}

impl Listener {
    /// Returns what is to be sent next, after however long; `None` ends the stream.
    async fn next(&mut self) -> Option<String> {
        loop {
            if *self.closing.borrow_and_update() || !self.may_listen().await {
                return None;
            }
            self.changes.borrow_and_update();
            if let Some(event) = self.news().await? {
                self.quiet_since = Instant::now();
                return Some(event);
            }
            let comment_at = self.quiet_since + COMMENT_AFTER;
            if comment_at <= Instant::now() {
                self.quiet_since = Instant::now();
                return Some(": \n\n".into());
            }
            tokio::select! {
                changed = self.changes.changed() => changed.ok()?,
                closing = self.closing.changed() => closing.ok()?,
                () = sleep_until(comment_at) => {}
            }
        }
    }

    /// Whether the key may still do what it was let in for; a store that does not answer is no
    /// reason to turn a device away.
    async fn may_listen(&self) -> bool {
        self.state.access.may_still(&self.caller, Scope::SyncRead).await.unwrap_or(true)
    }

    /// Returns the event for what has changed: nothing where nothing has, none when it cannot be
    /// told.
    async fn news(&mut self) -> Option<Option<String>> {
        let own = self.state.app_overlay(&self.caller).await.ok()?;
        if self.told.as_ref().is_some_and(|(before, _)| Arc::ptr_eq(before, &own)) {
            return Some(None);
        }
        let min_poll_s = self.state.sync.options.min_poll_s;
        let heads = Heads::of(&own, self.wanted.as_deref(), min_poll_s);
        let json = serde_json::to_string(&heads).ok()?;
        let is_new = self.told.as_ref().is_none_or(|(_, before)| *before != json);
        let event = is_new.then(|| format!("event: heads\ndata: {json}\n\n"));
        self.told = Some((own, json));
        Some(event)
    }
}
