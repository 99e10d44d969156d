//! Who listens to changes: counted, so that listeners cannot take all connections, and told when
//! the server stops.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// Open streams.
#[derive(Debug)]
pub struct Streams {
    open: Arc<Mutex<Open>>,
    limit: usize,
    limit_per_key: usize,
    closing: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    of_key: HashMap<String, usize>,
}

/// A stream that counts until it is dropped.
#[derive(Debug)]
pub struct OpenStream {
    open: Arc<Mutex<Open>>,
    key_id: String,
}

impl Streams {
    /// Starts with none.
    pub fn new(limit: usize, limit_per_key: usize) -> Self {
        Self { open: Arc::default(), limit, limit_per_key, closing: watch::Sender::new(false) }
    }

    /// Counts a stream of a key; `None` when there are as many as there may be.
    pub fn open(&self, key_id: &str) -> Option<OpenStream> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_key = open.of_key.get(key_id).copied().unwrap_or_default();
        if open.total >= self.limit || of_key >= self.limit_per_key {
            return None;
        }
        open.total += 1;
        open.of_key.insert(key_id.to_owned(), of_key + 1);
        Some(OpenStream { open: Arc::clone(&self.open), key_id: key_id.to_owned() })
    }

    /// Number of open streams.
    pub fn len(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).total
    }

    /// Whether nobody listens.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends all streams, those of later requests too: the server stops.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Tells when streams are to end.
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.total = open.total.saturating_sub(1);
        if let Some(of_key) = open.of_key.get_mut(&self.key_id) {
            *of_key = of_key.saturating_sub(1);
            if *of_key == 0 {
                open.of_key.remove(&self.key_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_limited_by_key_and_in_all_until_they_end() {
        let streams = Streams::new(3, 2);
        let of_a = [streams.open("a"), streams.open("a")];
        assert!(of_a.iter().all(Option::is_some) && streams.open("a").is_none());
        let of_b = streams.open("b").unwrap();
        assert!(streams.open("c").is_none());
        assert_eq!(streams.len(), 3);
        drop(of_a);
        let again = [streams.open("a"), streams.open("a")];
        assert!(again.iter().all(Option::is_some) && streams.open("b").is_none());
        drop((again, of_b));
        assert!(streams.is_empty());
    }
}
