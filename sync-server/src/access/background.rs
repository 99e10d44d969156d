//! What goes on beside the requests: seeing changes of keys, and writing what was counted.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::Access;
use crate::store::follow;

/// Time between writings of what was counted.
const FLUSH_EVERY: Duration = Duration::from_secs(30);

impl Access {
    /// Sees changes that other servers and programs make, for as long as it runs.
    pub async fn follow_changes(&self) {
        follow(&*self.store, "keys", async || self.invalidate()).await;
    }

    /// Writes what was counted from time to time, for as long as it runs.
    pub async fn flush_usage_regularly(&self) {
        let mut ticks = interval(FLUSH_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.flush_usage().await;
        }
    }

    /// Writes what was counted since the last time.
    pub async fn flush_usage(&self) {
        if let Err(error) = self.usage.flush(&*self.store, self.clock.now()).await {
            tracing::warn!(%error, "what was counted is written later");
        }
    }
}
