//! What goes on beside the requests: seeing changes of keys, and writing what was counted.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, sleep};

use super::Access;

/// Time between writings of what was counted.
const FLUSH_EVERY: Duration = Duration::from_secs(30);
/// Time until a store that fails is asked again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl Access {
    /// Sees changes that other servers and programs make, for as long as it runs.
    pub async fn follow_changes(&self) {
        let mut seen = None;
        loop {
            let followed = async {
                if let Some(version) = seen {
                    self.store.changed_since(version).await?;
                }
                self.store.version().await
            };
            match followed.await {
                Ok(version) => {
                    if seen.replace(version) != Some(version) {
                        self.invalidate();
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "changes of keys are not seen until the database answers");
                    sleep(RETRY_AFTER).await;
                }
            }
        }
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
