//! Who calls, and what they may do.

pub mod allowed;
mod caller;
pub mod client_address;
pub mod random;
pub mod rate_limit;
pub mod secret;
pub mod token;

pub use caller::Caller;
