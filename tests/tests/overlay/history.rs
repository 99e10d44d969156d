//! Histories of corrections: put, changed, deleted and put again, on their way to devices in
//! deltas and snapshots.

use std::collections::{BTreeMap, VecDeque};

use geocoder_core::delta::{Delta, Generation, Operation, OperationChange, Snapshot};
use geocoder_core::overlay::{Correction, CorrectionId};

use crate::random::Random;

const GENERATION: Generation = Generation([7; 8]);

/// A feed: numbered operations, and the state behind the last of them.
pub(crate) struct History {
    operations: Vec<Operation>,
    random: Random,
}

impl History {
    /// Makes a random history that comes to some corrections, and passes others on the way.
    pub(crate) fn new(seed: u64, corrections: &[Correction], others: &[Correction]) -> Self {
        let mut random = Random::new(seed);
        let put = |correction: &Correction| OperationChange::Put(correction.clone());
        let mut chains: Vec<VecDeque<OperationChange>> = Vec::new();
        for correction in corrections {
            let mut chain = VecDeque::from([put(correction)]);
            for _ in 0..random.below(4) {
                let before = Correction { id: correction.id, ..random.of(others).clone() };
                let change = match random.below(3) {
                    0 => OperationChange::Delete(correction.id),
                    1 => put(correction),
                    _ => put(&before),
                };
                chain.push_front(change);
            }
            chains.push(chain);
        }
        for correction in others {
            let mut chain = VecDeque::from([put(correction)]);
            for _ in 0..random.below(3) {
                let other = Correction { id: correction.id, ..random.of(others).clone() };
                chain.push_back(put(&other));
            }
            chain.push_back(OperationChange::Delete(correction.id));
            chains.push(chain);
        }
        let mut operations = Vec::new();
        while !chains.is_empty() {
            let at = random.below(chains.len());
            match chains[at].pop_front() {
                Some(change) => {
                    operations.push(Operation { seq: operations.len() as u64 + 1, change });
                }
                None => drop(chains.swap_remove(at)),
            }
        }
        Self { operations, random }
    }

    pub(crate) fn head(&self) -> u64 {
        self.operations.len() as u64
    }

    /// Returns the state at a position, made without deltas.
    pub(crate) fn state(&self, position: u64) -> Snapshot {
        let mut model: BTreeMap<CorrectionId, Correction> = BTreeMap::new();
        for operation in self.operations.iter().filter(|o| o.seq <= position) {
            match &operation.change {
                OperationChange::Put(correction) => model.insert(correction.id, correction.clone()),
                OperationChange::Delete(id) => model.remove(id),
            };
        }
        Snapshot { generation: GENERATION, corrections: model.into_values().collect() }
    }

    /// Returns the bytes of a delta; a folded one is without operations that a later one
    /// replaces, be it behind its end.
    fn delta(&self, from: u64, to: u64, folded: bool) -> Vec<u8> {
        let replaced = |operation: &Operation| {
            let mut later = self.operations.iter().filter(|o| o.seq > operation.seq);
            later.any(|o| o.change.id() == operation.change.id())
        };
        let operations = self.operations.iter();
        let operations = operations.filter(|o| (from + 1..=to).contains(&o.seq));
        let operations = operations.filter(|o| !folded || !replaced(o)).cloned().collect();
        let delta =
            Delta { generation: GENERATION, from, to, head: self.head(), state: None, operations };
        delta.encode()
    }

    /// Goes to the head as a device does: by deltas of random lengths, from a snapshot now and
    /// then, stored in between. Returns the bytes of its last state.
    pub(crate) fn walk(&mut self, folded: bool) -> Vec<u8> {
        let mut position = 0;
        let mut stored = Snapshot::empty(GENERATION).encode();
        while position < self.head() {
            let rest = usize::try_from(self.head() - position).unwrap();
            let to = position + self.random.below(rest.min(60)) as u64 + 1;
            if self.random.below(6) == 0 {
                stored = self.state(to).encode();
            } else {
                let delta = Delta::decode(&self.delta(position, to, folded)).unwrap();
                let mut state = Snapshot::decode(&stored).unwrap();
                state.apply(&delta).unwrap();
                if !folded {
                    assert_eq!(state, self.state(to), "at {to}");
                }
                stored = state.encode();
            }
            position = to;
        }
        stored
    }
}
