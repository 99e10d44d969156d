//! Decoded blocks that were used last, a bounded number of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Values that share a remainder of their blocks' numbers: the least recently used gives way.
const WAYS: usize = 4;

/// Keeps decoded values by the number of their block.
#[derive(Debug)]
pub(crate) struct BlockCache<T> {
    sets: Vec<Mutex<Set<T>>>,
}

/// Most recently used first.
#[derive(Debug)]
struct Set<T>([Option<(u32, Arc<T>)>; WAYS]);

impl<T> Set<T> {
    fn way(&self, block: u32) -> Option<usize> {
        self.0.iter().position(|kept| kept.as_ref().is_some_and(|(known, _)| *known == block))
    }
}

impl<T> BlockCache<T> {
    /// Makes a cache of at most so many values for a shard of so many blocks.
    pub(crate) fn new(n_blocks: u32, most: usize) -> Self {
        let sets = (n_blocks as usize).min(most).div_ceil(WAYS);
        Self { sets: (0..sets).map(|_| Mutex::new(Set([const { None }; WAYS]))).collect() }
    }

    fn set(&self, block: u32) -> Option<MutexGuard<'_, Set<T>>> {
        let set = self.sets.get((block as usize).checked_rem(self.sets.len())?)?;
        // A panic elsewhere cannot leave a set half changed.
        Some(set.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the value of a block when it is still there.
    pub(crate) fn get(&self, block: u32) -> Option<Arc<T>> {
        let mut set = self.set(block)?;
        let way = set.way(block)?;
        set.0.get_mut(..=way)?.rotate_right(1);
        set.0.first()?.as_ref().map(|(_, value)| Arc::clone(value))
    }

    /// Keeps the value of a block until others take its place, in place of the one it had.
    pub(crate) fn keep(&self, block: u32, value: T) -> Arc<T> {
        let value = Arc::new(value);
        if let Some(mut set) = self.set(block) {
            let way = set.way(block).unwrap_or(WAYS - 1);
            if let Some(older) = set.0.get_mut(..=way) {
                older.rotate_right(1);
            }
            if let Some(first) = set.0.first_mut() {
                *first = Some((block, Arc::clone(&value)));
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_is_kept_and_the_number_of_values_is_bounded() {
        let cache = BlockCache::new(1000, 2 * WAYS);
        for block in 0..1000u32 {
            cache.keep(block, block);
            // Block 0 is used all the time, as are none of the others.
            assert_eq!(cache.get(0).as_deref(), Some(&0));
        }
        let kept: Vec<u32> = (0..1000).filter(|block| cache.get(*block).is_some()).collect();
        assert_eq!(kept, [0, 993, 994, 995, 996, 997, 998, 999]);
        assert!(BlockCache::<u32>::new(0, 8).get(3).is_none());
    }

    #[test]
    fn a_block_has_one_value() {
        let cache = BlockCache::new(8, WAYS);
        for value in 0..WAYS {
            cache.keep(1, value);
            cache.keep(2, value);
        }
        cache.keep(3, 0);
        assert_eq!(
            [1, 2, 3].map(|block| cache.get(block).as_deref().copied()),
            [3, 3, 0].map(Some)
        );
    }
}
