//! What surrounds every handler.

pub mod cors;
pub mod request_log;
