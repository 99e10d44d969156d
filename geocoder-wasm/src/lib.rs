//! WebAssembly bindings of the engine: conversions and error codes, no logic of their own.
//!
//! The npm package `hereabouts` is the only caller; its TypeScript gives these calls their public
//! shape. Errors are JavaScript `Error`s with a stable `code`.

mod country;
mod engine;
mod error;
mod features;
mod options;
mod overlay;
mod shard_bytes;
mod shards;

pub use engine::Engine;
pub use overlay::{sha256, update_snapshot};

/// Answers in as little time and memory as the allocator of the standard library, with a third of
/// its code.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
