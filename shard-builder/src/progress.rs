//! How long work tells how far it is, so that libraries need no terminal.

/// Hears of the stages of a build.
pub trait Progress: Sync {
    /// A stage begins; `total` is its amount of work in bytes or steps, 0 when unknown.
    fn start(&self, stage: &str, total: u64);
    /// More of the current stage's work is done.
    fn advance(&self, amount: u64);
    /// The current stage is over.
    fn finish(&self);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _stage: &str, _total: u64) {}
    fn advance(&self, _amount: u64) {}
    fn finish(&self) {}
}
