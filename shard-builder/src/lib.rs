//! Builds shards from gazetteers.
