//! Bytes in, digests out: SHA-1 and SHA-256 (FIPS 180-4) of many independent messages at once.
//!
//! The pieces of a torrent are independent messages, and so are the 16 KiB leaves of BEP 52. Callers hand over as
//! many of them as they have at one time; a [`Backend`] decides how to hash them. Reading data, threads and trees
//! are left to others.
//!
//! A [`Message`] may arrive in parts, and each part in spans that lie anywhere in memory, because a v1 piece crosses
//! files and a large piece does not fit a buffer.
//!
//! The way of a block: a message gives it to a lane (`message.rs`, `hybrid.rs`), the scheduler takes all lanes as far as
//! the shortest run goes (`lanes.rs`) by the kernel that the dispatch table has for so many lanes (`dispatch.rs`, `row.rs`). The
//! kernels are one folder for each instruction set: `avx512`, `avx2`, `sha_ni`; `portable.rs` is the `sha1` and `sha2`
//! crates. Only kernels are unsafe, and only where they load, store, or are called.
//!
//! What they cost: `cargo bench -p piece-hash`. `cargo +nightly miri test -p piece-hash` runs what Miri can of the tests.

mod algorithm;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod backend;
mod dispatch;
mod hybrid;
mod lanes;
mod message;
mod portable;
#[cfg(target_arch = "x86_64")]
mod rounds;
mod row;
#[cfg(target_arch = "x86_64")]
mod sha_ni;
mod state;

#[cfg(test)]
mod tests;

pub use algorithm::{Algorithm, Sha1, Sha1Digest, Sha256, Sha256Digest};
pub use backend::{BACKEND_VARIABLE, Backend, Known, UnknownBackend};
pub use hybrid::Blocks;
pub use message::{Message, Part};
