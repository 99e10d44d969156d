//! Decoded blocks that were used last, a bounded number of them.

use std::sync::{Arc, Mutex, PoisonError};

/// Keeps one value for each remainder of the blocks' numbers: what is used together stands
/// together, so blocks of one search seldom displace one another.
#[derive(Debug)]
pub(crate) struct BlockCache<T> {
    slots: Vec<Mutex<Option<(u32, Arc<T>)>>>,
}

impl<T> BlockCache<T> {
    /// Makes a cache for a shard of so many blocks.
    pub(crate) fn new(n_blocks: u32, most: usize) -> Self {
        let slots = usize::try_from(n_blocks).unwrap_or(most).min(most);
        Self { slots: (0..slots).map(|_| Mutex::new(None)).collect() }
    }

    fn slot(&self, block: u32) -> Option<&Mutex<Option<(u32, Arc<T>)>>> {
        self.slots.get((block as usize).checked_rem(self.slots.len())?)
    }

    /// Returns the value of a block when it is still there.
    pub(crate) fn get(&self, block: u32) -> Option<Arc<T>> {
        let slot = self.slot(block)?.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, value) = slot.as_ref()?;
        (*number == block).then(|| Arc::clone(value))
    }

    /// Keeps the value of a block until another takes its slot.
    pub(crate) fn keep(&self, block: u32, value: T) -> Arc<T> {
        let value = Arc::new(value);
        if let Some(slot) = self.slot(block) {
            let kept = Some((block, Arc::clone(&value)));
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        }
        value
    }
}
