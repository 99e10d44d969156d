//! Corrections, one kind at a time.
