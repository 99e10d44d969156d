//! Group commit: changes that arrive while others are being stored share the next transaction.
//!
//! Making a transaction durable takes milliseconds however much is in it. A change that fails
//! takes nothing of the others back. Changes run in tasks of their own, so that a request that
//! is given up ends no transaction half-way.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, oneshot};

use super::database::Database;
use super::query::Query;
use super::{Change, Committed, Result, StoreError, apply};

/// Most changes in one transaction, which bounds the time that the first one waits.
const BATCH: usize = 64;

/// Changes that wait for their turn.
#[derive(Debug)]
pub(super) struct CommitQueue {
    database: Database,
    waiting: Mutex<Vec<Waiting>>,
    turn: AsyncMutex<()>,
}

#[derive(Debug)]
struct Waiting {
    change: Change,
    answer: oneshot::Sender<Result<Committed>>,
}

impl CommitQueue {
    pub(super) fn new(database: Database) -> Self {
        Self { database, waiting: Mutex::default(), turn: AsyncMutex::new(()) }
    }

    /// Stores a change, with others that wait now.
    pub(super) async fn commit(self: &Arc<Self>, change: Change) -> Result<Committed> {
        let (answer, answered) = oneshot::channel();
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Waiting { change, answer });
        let queue = Arc::clone(self);
        // One task a change: whatever is left when a batch is full has a task that comes for it.
        tokio::spawn(async move { queue.commit_batch().await });
        answered.await.unwrap_or_else(|_| Err(StoreError::Database("the program ends".into())))
    }

    async fn commit_batch(&self) {
        let _turn = self.turn.lock().await;
        let batch = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let size = waiting.len().min(BATCH);
            let later = waiting.split_off(size);
            mem::replace(&mut *waiting, later)
        };
        if batch.is_empty() {
            return;
        }
        let (changes, answers): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|waiting| (waiting.change, waiting.answer)).unzip();
        match self.store(&changes).await {
            Ok(results) => {
                for (answer, result) in answers.into_iter().zip(results) {
                    // Nobody waits any more for an answer that cannot be sent.
                    let _ = answer.send(result);
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for answer in answers {
                    let shared = StoreError::Database(Box::new(SharedError(Arc::clone(&error))));
                    let _ = answer.send(Err(shared));
                }
            }
        }
    }

    async fn store(&self, changes: &[Change]) -> Result<Vec<Result<Committed>>> {
        let mut transaction = self.database.begin().await?;
        let mut results = Vec::with_capacity(changes.len());
        let mut version = None;
        for change in changes {
            transaction.execute(Query::new("SAVEPOINT change")).await?;
            let result = apply::apply(&mut transaction, change).await;
            match &result {
                Ok(committed) => version = Some(committed.version),
                Err(_) => {
                    transaction.execute(Query::new("ROLLBACK TO SAVEPOINT change")).await?;
                }
            }
            transaction.execute(Query::new("RELEASE SAVEPOINT change")).await?;
            results.push(result);
        }
        if let Some(version) = version {
            transaction.tell(version).await?;
        }
        transaction.commit().await?;
        Ok(results)
    }
}

/// Why a transaction failed, for each of its changes.
#[derive(Debug, thiserror::Error)]
#[error("a transaction with several changes failed")]
struct SharedError(#[source] Arc<StoreError>);
