//! `If-Match` and `ETag`: nobody overwrites what someone else has just changed.
//!
//! A condition that does not hold is answered with 409, since 412 means in PlaceKit's API that
//! there is no key.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderValue, IF_MATCH};

use crate::error::ApiError;

/// Returns the tag of a revision.
pub fn tag_of(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// Checks the condition of a request against the stored revision.
///
/// # Errors
/// Refuses when the header names other revisions.
pub fn check(request: &HttpRequest, revision: i64) -> Result<(), ApiError> {
    let values: Vec<&str> =
        request.headers().get_all(IF_MATCH).map(text).flat_map(|value| value.split(',')).collect();
    let stored = tag_of(revision);
    let holds = |value: &&str| {
        let value = value.trim();
        value == "*"
            || value.strip_prefix("W/").unwrap_or(value) == stored
            || value == revision.to_string()
    };
    if values.is_empty() || values.iter().any(holds) {
        return Ok(());
    }
    Err(ApiError::Conflict(format!(
        "It has been changed since you read it; its revision is {stored} now. Read it again."
    )))
}

fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_the_stored_revision_matches() {
        let cases = [
            (None, true),
            (Some("\"3\""), true),
            (Some("W/\"3\""), true),
            (Some("3"), true),
            (Some("*"), true),
            (Some("\"2\", \"3\""), true),
            (Some("\"2\""), false),
            (Some(""), false),
            (Some("\"33\""), false),
        ];
        for (header, expected) in cases {
            let mut request = TestRequest::default();
            if let Some(header) = header {
                request = request.insert_header((IF_MATCH, header));
            }
            assert_eq!(check(&request.to_http_request(), 3).is_ok(), expected, "{header:?}");
        }
    }
}
