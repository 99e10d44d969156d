//! Builds shards from gazetteers.

pub mod lexicon;
