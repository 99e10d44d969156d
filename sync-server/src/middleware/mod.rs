//! What surrounds every handler.

pub mod admit;
pub mod cors;
pub mod request_log;
