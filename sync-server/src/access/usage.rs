//! When keys were last used and how much apps used this month: counted in memory, written to the
//! store in the background, so that no request waits for it. A crash loses at most a minute.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::Timestamp;
use crate::store::{self, Store};

#[derive(Debug, Default)]
struct Counts {
    /// When keys were used since the last writing.
    used: HashMap<String, Timestamp>,
    /// Requests since the last writing, by app and month.
    added: HashMap<(String, String), u64>,
    /// What the store had for this month when it was last asked, by app.
    month: String,
    stored: HashMap<String, u64>,
}

/// Counts that wait to be written.
#[derive(Debug, Default)]
pub struct Usage(Mutex<Counts>);

impl Usage {
    /// Notes that a key was used.
    pub fn touch(&self, key_id: &str, at: Timestamp) {
        let mut counts = self.counts();
        match counts.used.get_mut(key_id) {
            Some(last) => *last = at.max(*last),
            None => drop(counts.used.insert(key_id.to_owned(), at)),
        }
    }

    /// Returns when a key was last used, if that is not written yet.
    pub fn last_used(&self, key_id: &str) -> Option<Timestamp> {
        self.counts().used.get(key_id).copied()
    }

    /// Counts a request of an app; returns false, and does not count it, when the month's quota
    /// is used up.
    pub fn count(&self, app_id: &str, quota: Option<u64>, at: Timestamp) -> bool {
        let month = at.month();
        let mut counts = self.counts();
        let stored = if counts.month == month { counts.stored.get(app_id).copied() } else { None };
        let added = counts.added.entry((app_id.to_owned(), month)).or_default();
        if quota.is_some_and(|quota| stored.unwrap_or_default().saturating_add(*added) >= quota) {
            return false;
        }
        *added += 1;
        true
    }

    /// Writes what waits, and reads what all servers have counted.
    ///
    /// # Errors
    /// Fails when the store does; what was not written waits on.
    pub async fn flush(&self, store: &dyn Store, now: Timestamp) -> store::Result<()> {
        let used = mem::take(&mut self.counts().used);
        let rows: Vec<_> = used.into_iter().collect();
        if !rows.is_empty()
            && let Err(error) = store.touch_keys(&rows).await
        {
            for (key_id, at) in rows {
                self.touch(&key_id, at);
            }
            return Err(error);
        }
        let rows: Vec<(String, String, u64)> = {
            let counts = self.counts();
            let added = counts.added.iter().filter(|(_, number)| **number > 0);
            added.map(|((app, month), number)| (app.clone(), month.clone(), *number)).collect()
        };
        if !rows.is_empty() {
            store.add_usage(&rows).await?;
        }
        let month = now.month();
        let read = store.usage(&month).await;
        // What was written counts as stored from the same moment on, so that nothing is counted
        // twice or forgotten in between.
        let mut counts = self.counts();
        for (app, row_month, number) in rows {
            if counts.month == row_month {
                *counts.stored.entry(app.clone()).or_default() += number;
            }
            if let Some(added) = counts.added.get_mut(&(app, row_month)) {
                *added -= number;
            }
        }
        counts.added.retain(|(_, added_month), number| *number > 0 || *added_month == month);
        counts.stored = read?.into_iter().collect();
        counts.month = month;
        Ok(())
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Nothing panics while the lock is held, so a poisoned lock holds whole counts.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_over_the_quota_are_not_counted() {
        let usage = Usage::default();
        let now = Timestamp(1_769_860_800_000);
        assert!((0..3).all(|_| usage.count("A", Some(3), now)));
        assert!(!usage.count("A", Some(3), now));
        assert!(usage.count("B", Some(3), now));
        assert!(usage.count("A", Some(4), now) && usage.count("A", None, now));
        assert!(usage.count("A", Some(3), now.plus_seconds(86_400)), "a new month has begun");
        assert!(!usage.count("A", Some(0), now.plus_seconds(86_400)));
    }

    #[test]
    fn times_of_use_never_go_back() {
        let usage = Usage::default();
        usage.touch("k", Timestamp(5));
        usage.touch("k", Timestamp(3));
        assert_eq!(usage.last_used("k"), Some(Timestamp(5)));
        assert_eq!(usage.last_used("other"), None);
    }
}
