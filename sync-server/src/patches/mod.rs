//! Patches: corrections of records, what may be written into them and what comes of them.
//!
//! [`input`] reads what clients send, [`record`] says which of several values of a field counts,
//! [`edit`] makes a patch out of another, [`change`] what has to be stored with it, [`search`]
//! reads filters, and [`view`] writes patches as clients see them. [`rebase`] looks patches up in a
//! [`base`], also in a newer one than the one that they were made for.

pub mod base;
pub mod change;
pub mod conflict;
mod correction;
pub mod edit;
pub mod input;
mod merge;
pub mod operation;
pub mod origin;
pub mod propose;
pub mod rebase;
pub mod record;
pub mod search;
pub mod service;
pub mod view;
