//! Versions of the API: dates to which keys are pinned, so that later changes reach only those
//! who ask for them.

use actix_web::http::header::{HeaderMap, HeaderName};

use crate::error::{ApiError, Place};
use crate::model::{Key, Timestamp};

/// The versions that this server answers in, oldest first.
pub const API_VERSIONS: [&str; 1] = ["2026-11-01"];
/// Names the version of one request, whatever the key is pinned to.
pub const API_VERSION_HEADER: HeaderName = HeaderName::from_static("x-placekit-api-version");
/// Time after a change of version in which an older one may be chosen again: three days.
pub const DOWNGRADE_S: i64 = 72 * 3600;

/// Returns the newest version, which new keys are pinned to.
pub fn newest() -> &'static str {
    API_VERSIONS.last().copied().unwrap_or_default()
}

/// Says why a text is no version of this API.
///
/// # Errors
/// Names the versions that there are.
pub fn check(version: &str) -> Result<(), String> {
    if API_VERSIONS.contains(&version) {
        Ok(())
    } else {
        Err(format!("Must be one of these versions: {}.", API_VERSIONS.join(", ")))
    }
}

/// Returns the version that a request is answered in.
///
/// # Errors
/// Refuses versions that there are not.
pub fn of_request<'a>(headers: &'a HeaderMap, key: &'a Key) -> Result<&'a str, ApiError> {
    let Some(asked) = headers.get(API_VERSION_HEADER) else { return Ok(&key.api_version) };
    let asked = asked.to_str().unwrap_or_default().trim();
    check(asked)
        .map_err(|msg| ApiError::invalid(Place::Header, API_VERSION_HEADER.as_str(), asked, msg))?;
    Ok(asked)
}

/// What a change of a key's version leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum VersionChange {
    /// Nothing changes.
    Same,
    /// The new version holds, and until then an older one may be chosen again.
    Changed {
        /// The end of that time.
        downgrade_until: Option<Timestamp>,
    },
    /// The time for going back is over.
    TooLate,
}

/// Decides about a change from one version to another; versions are dates, so their order is that
/// of their texts.
pub fn change(
    from: &str,
    to: &str,
    downgrade_until: Option<Timestamp>,
    now: Timestamp,
) -> VersionChange {
    if to == from {
        VersionChange::Same
    } else if to > from {
        VersionChange::Changed { downgrade_until: Some(now.plus_seconds(DOWNGRADE_S)) }
    } else if downgrade_until.is_some_and(|until| now < until) {
        VersionChange::Changed { downgrade_until }
    } else {
        VersionChange::TooLate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_go_up_at_any_time_and_down_for_three_days() {
        let (old, new, now) = ("2026-01-01", "2026-06-01", Timestamp(1_000_000_000_000));
        let until = now.plus_seconds(DOWNGRADE_S);
        let changed = |until| VersionChange::Changed { downgrade_until: Some(until) };
        assert_eq!(change(old, old, None, now), VersionChange::Same);
        assert_eq!(change(old, new, None, now), changed(until));
        assert_eq!(change(new, old, Some(until), until.plus_seconds(-1)), changed(until));
        assert_eq!(change(new, old, Some(until), until), VersionChange::TooLate);
        assert_eq!(change(new, old, None, now), VersionChange::TooLate);
    }

    #[test]
    fn versions_are_dates_in_order() {
        assert!(API_VERSIONS.is_sorted() && API_VERSIONS.contains(&newest()));
        assert!(check(newest()).is_ok());
        for wrong in ["", "latest", "2020-01-01"] {
            assert!(check(wrong).unwrap_err().contains(newest()), "{wrong:?}");
        }
    }
}
