//! Rate limits by key and client, told in the headers of the IETF's seventh draft, which
//! PlaceKit's contract names.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use quick_cache::sync::Cache;

use crate::model::key::RateLimit;

/// Most pairs of key and client that are counted at once; the least used are forgotten first.
const MAX_COUNTED: usize = 100_000;

type Limiter = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

#[derive(Clone)]
struct Counted {
    limit: RateLimit,
    limiter: Arc<Limiter>,
}

/// What a limit says about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// The limit.
    pub limit: RateLimit,
    /// Requests left now.
    pub remaining: u32,
    /// Seconds until none is used up any more.
    pub reset_s: u64,
    /// Seconds to wait, when the request is over the limit.
    pub retry_after_s: Option<u64>,
}

impl Allowance {
    /// Returns the value of `RateLimit`.
    pub fn header(&self) -> String {
        let Self { limit, remaining, reset_s, .. } = self;
        format!("limit={}, remaining={remaining}, reset={reset_s}", limit.limit)
    }

    /// Returns the value of `RateLimit-Policy`.
    pub fn policy_header(&self) -> String {
        format!("{};w={}", self.limit.limit, self.limit.window_s)
    }
}

/// Counts requests by what makes them one client's.
pub struct RateLimits<K> {
    counted: Cache<K, Counted>,
    clock: DefaultClock,
}

impl<K: Eq + std::hash::Hash + Clone> RateLimits<K> {
    /// Starts with nothing counted.
    pub fn new() -> Self {
        Self { counted: Cache::new(MAX_COUNTED), clock: DefaultClock::default() }
    }

    /// Counts a request.
    pub fn count(&self, who: &K, limit: RateLimit) -> Allowance {
        let counted = match self.counted.get(who) {
            Some(counted) if counted.limit == limit => counted,
            _ => {
                let limiter = Arc::new(
                    RateLimiter::direct(quota(limit))
                        .with_middleware::<StateInformationMiddleware>(),
                );
                let counted = Counted { limit, limiter };
                self.counted.insert(who.clone(), counted.clone());
                counted
            }
        };
        match counted.limiter.check() {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity().min(limit.limit);
                let used = limit.limit.saturating_sub(remaining);
                Allowance { limit, remaining, reset_s: reset_s(used, limit), retry_after_s: None }
            }
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now());
                let retry_after_s = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                Allowance {
                    limit,
                    remaining: 0,
                    reset_s: reset_s(limit.limit, limit),
                    retry_after_s: Some(retry_after_s.max(1)),
                }
            }
        }
    }
}

impl<K: Eq + std::hash::Hash + Clone> Default for RateLimits<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> std::fmt::Debug for RateLimits<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RateLimits")
    }
}

/// A key and what counts as one client of it.
pub type KeyClient = (Arc<str>, IpAddr);

fn quota(limit: RateLimit) -> Quota {
    let burst = NonZeroU32::new(limit.limit).unwrap_or(NonZeroU32::MIN);
    let period = Duration::from_secs(limit.window_s.max(1).into()) / burst.get();
    Quota::with_period(period.max(Duration::from_nanos(1)))
        .unwrap_or(Quota::per_second(burst))
        .allow_burst(burst)
}

/// Requests come back one by one over the window, so few used ones are back sooner.
fn reset_s(used: u32, limit: RateLimit) -> u64 {
    (u64::from(used) * u64::from(limit.window_s)).div_ceil(limit.limit.max(1).into()).max(1)
}

/// Reads `10/1`: requests, and seconds of their window.
///
/// # Errors
/// Says what is wrong.
pub fn parse_rate_limit(text: &str) -> Result<RateLimit, String> {
    let numbers = text.split_once('/').and_then(|(limit, window)| {
        Some(RateLimit { limit: limit.trim().parse().ok()?, window_s: window.trim().parse().ok()? })
    });
    numbers
        .filter(|limit| is_sensible(*limit))
        .ok_or_else(|| format!("`{text}` is not REQUESTS/SECONDS, such as 10/1, with 1 to 1000000 requests and 1 to 86400 seconds"))
}

/// Whether a limit is one that can be counted.
pub fn is_sensible(limit: RateLimit) -> bool {
    (1..=1_000_000).contains(&limit.limit) && (1..=86_400).contains(&limit.window_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN_A_DAY: RateLimit = RateLimit { limit: 10, window_s: 86_400 };

    #[test]
    fn headers_have_the_words_of_the_contract() {
        let limits = RateLimits::<u8>::new();
        let first = limits.count(&1, RateLimit { limit: 10, window_s: 1 });
        assert_eq!(first.header(), "limit=10, remaining=9, reset=1");
        assert_eq!(first.policy_header(), "10;w=1");
    }

    #[test]
    fn requests_over_the_limit_are_told_when_to_come_back() {
        let limits = RateLimits::<u8>::new();
        let remaining: Vec<_> = (0..10).map(|_| limits.count(&1, TEN_A_DAY).remaining).collect();
        assert_eq!(remaining, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
        let over = limits.count(&1, TEN_A_DAY);
        assert_eq!((over.remaining, over.reset_s), (0, 86_400));
        assert!((8_000..=8_640).contains(&over.retry_after_s.unwrap()), "{over:?}");
        assert_eq!(limits.count(&2, TEN_A_DAY).remaining, 9);
    }

    #[test]
    fn a_changed_limit_counts_from_the_start() {
        let limits = RateLimits::<u8>::new();
        let one = RateLimit { limit: 1, window_s: 86_400 };
        limits.count(&1, one);
        assert!(limits.count(&1, one).retry_after_s.is_some());
        assert_eq!(limits.count(&1, TEN_A_DAY).retry_after_s, None);
    }

    #[test]
    fn limits_are_read_from_settings() {
        assert_eq!(parse_rate_limit("10/1"), Ok(RateLimit { limit: 10, window_s: 1 }));
        for wrong in ["", "10", "0/1", "10/0", "-1/1", "a/b", "1/2/3", "9999999/1"] {
            assert!(parse_rate_limit(wrong).is_err(), "{wrong:?}");
        }
    }
}
