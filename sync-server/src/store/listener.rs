//! Hears of changes that other servers made on the same PostgreSQL.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::Result;

/// Channel on which every transaction tells the new version.
pub(super) const CHANNEL: &str = "hereabouts";
/// Wait before the next attempt to listen, after one that failed.
const RETRY: Duration = Duration::from_secs(1);

/// Listens until it is dropped.
#[derive(Debug)]
pub(super) struct Listener(JoinHandle<()>);

impl Listener {
    pub(super) async fn start(pool: PgPool, seen: watch::Sender<i64>) -> Result<Self> {
        let mut listener = listen(&pool).await?;
        Ok(Self(tokio::spawn(async move {
            loop {
                match listener.try_recv().await {
                    Ok(Some(told)) => {
                        let version: i64 = told.payload().parse().unwrap_or_default();
                        seen.send_modify(|seen| *seen = version.max(*seen));
                    }
                    // The connection was lost, and with it what was told meanwhile: whoever waits
                    // has to look.
                    Ok(None) => seen.send_modify(|_| {}),
                    Err(error) => {
                        tracing::warn!(%error, "changes of other servers are found by looking only");
                        sleep(RETRY).await;
                        if let Ok(again) = listen(&pool).await {
                            listener = again;
                            seen.send_modify(|_| {});
                        }
                    }
                }
            }
        })))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn listen(pool: &PgPool) -> Result<PgListener> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
