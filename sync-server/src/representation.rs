//! Turns a content into an answer: preconditions, ranges, `HEAD`, caching headers (RFC 9110).

use std::time::SystemTime;

use actix_web::body::SizedStream;
use actix_web::http::header::{
    self, ContentType, EntityTag, Header, HttpDate, IfModifiedSince, IfNoneMatch, IfRange, Range,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream::{self, StreamExt};

use crate::coding::{self, Coding};
use crate::error::ApiError;
use crate::stored_file::Content;

/// A content in one coding, with what the answer says about it.
#[derive(Debug)]
pub struct Representation {
    /// The bytes.
    pub content: Content,
    /// How they are compressed.
    pub coding: Coding,
    /// Whether other codings of the same content may be answered to other requests.
    pub varies: bool,
    /// Strong entity tag of the content without quotes; the coding is added to it.
    pub tag: String,
    /// When the content changed, where that is known.
    pub modified: Option<SystemTime>,
    /// Media type.
    pub content_type: ContentType,
    /// Value of `Cache-Control`.
    pub cache_control: &'static str,
}

/// Returns the codings to look for, best first.
///
/// Ranges are cut out of the uncompressed bytes only, so a request for one gets no other coding.
///
/// # Errors
/// Fails when the client accepts no coding at all.
pub fn codings_for(request: &HttpRequest) -> Result<Vec<Coding>, ApiError> {
    let acceptable = coding::acceptable(request);
    if acceptable.is_empty() {
        return Err(ApiError::NotAcceptable);
    }
    if asked_range(request).is_some() && acceptable.contains(&Coding::Identity) {
        return Ok(vec![Coding::Identity]);
    }
    Ok(acceptable)
}

impl Representation {
    /// Answers a `GET` or `HEAD` request.
    ///
    /// # Errors
    /// Fails when the range asked for lies outside the content.
    pub fn answer(self, request: &HttpRequest) -> Result<HttpResponse, ApiError> {
        let tag = EntityTag::new_strong(format!("{}{}", self.tag, self.coding.tag_suffix()));
        if self.is_known_to(request, &tag) {
            return Ok(self.head(StatusCode::NOT_MODIFIED, &tag).finish());
        }
        let length_bytes = self.content.length_bytes();
        let range = if self.coding == Coding::Identity && self.may_cut(request, &tag) {
            asked_range(request)
        } else {
            None
        };
        let (status, start, length_bytes) = match range {
            None => (StatusCode::OK, 0, length_bytes),
            Some(range) => {
                let (first, last) = range
                    .to_satisfiable_range(length_bytes)
                    .ok_or(ApiError::RangeNotSatisfiable { length_bytes })?;
                (StatusCode::PARTIAL_CONTENT, first, last - first + 1)
            }
        };
        let mut response = self.head(status, &tag);
        response.insert_header(self.content_type.clone());
        if let Some(coding) = self.coding.header() {
            response.insert_header((header::CONTENT_ENCODING, coding));
        }
        if status == StatusCode::PARTIAL_CONTENT {
            let last = start + length_bytes - 1;
            let all = self.content.length_bytes();
            response.insert_header((header::CONTENT_RANGE, format!("bytes {start}-{last}/{all}")));
        }
        let pieces = if request.method() == Method::HEAD {
            stream::empty().boxed_local()
        } else {
            self.content.pieces(start, length_bytes)
        };
        Ok(response.body(SizedStream::new(length_bytes, pieces)))
    }

    /// Starts an answer with the headers that 200, 206 and 304 share.
    fn head(&self, status: StatusCode, tag: &EntityTag) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(status);
        response.insert_header((header::ETAG, tag.to_string()));
        response.insert_header((header::CACHE_CONTROL, self.cache_control));
        response.insert_header((header::ACCEPT_RANGES, "bytes"));
        if self.varies {
            response.insert_header((header::VARY, "accept-encoding"));
        }
        if let Some(modified) = self.modified {
            response.insert_header((header::LAST_MODIFIED, HttpDate::from(modified).to_string()));
        }
        response
    }

    /// Whether the client says that it has this very representation.
    fn is_known_to(&self, request: &HttpRequest, tag: &EntityTag) -> bool {
        if request.headers().contains_key(header::IF_NONE_MATCH) {
            return match IfNoneMatch::parse(request) {
                Ok(IfNoneMatch::Any) => true,
                Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(tag)),
                Err(_) => false,
            };
        }
        match (self.modified, IfModifiedSince::parse(request)) {
            (Some(modified), Ok(IfModifiedSince(since))) => {
                whole_seconds(modified) <= whole_seconds(since.into())
            }
            _ => false,
        }
    }

    /// Whether `If-Range` allows to answer with a part; dates are too coarse to allow it.
    fn may_cut(&self, request: &HttpRequest, tag: &EntityTag) -> bool {
        if !request.headers().contains_key(header::IF_RANGE) {
            return true;
        }
        matches!(IfRange::parse(request), Ok(IfRange::EntityTag(known)) if known.strong_eq(tag))
    }
}

/// Seconds since 1970: dates in headers have no fractions, dates of files do.
fn whole_seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Returns the range a `GET` asks for. Unknown units, malformed values and several ranges at once
/// are ignored, which the standard allows: the whole content is answered.
fn asked_range(request: &HttpRequest) -> Option<header::ByteRangeSpec> {
    if request.method() != Method::GET {
        return None;
    }
    match Range::parse(request) {
        Ok(Range::Bytes(mut ranges)) if ranges.len() == 1 => ranges.pop(),
        _ => None,
    }
}
