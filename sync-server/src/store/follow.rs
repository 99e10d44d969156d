//! Seeing what other servers and programs change.

use std::time::Duration;

use tokio::time::sleep;

use super::Store;

/// Time until a store that fails is asked again.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Calls a function once now and again whenever the store has another version, for as long as it
/// runs. `what` names for the log what is not followed while the store does not answer.
pub async fn follow(store: &dyn Store, what: &'static str, mut on_change: impl AsyncFnMut()) {
    let mut seen = None;
    loop {
        let next = async {
            if let Some(version) = seen {
                store.changed_since(version).await?;
            }
            store.version().await
        };
        match next.await {
            Ok(version) => {
                if seen.replace(version) != Some(version) {
                    on_change().await;
                }
            }
            Err(error) => {
                let error = anyhow::Error::from(error);
                tracing::error!(error = format!("{error:#}"), what, "the store does not answer");
                sleep(RETRY_AFTER).await;
            }
        }
    }
}
