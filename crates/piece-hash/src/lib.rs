//! Bytes in, digests out: SHA-1 and SHA-256 (FIPS 180-4) of many independent messages at once.
//!
//! The pieces of a torrent are independent messages, and so are the 16 KiB leaves of BEP 52. Callers hand over as
//! many of them as they have at one time; a [`Backend`] decides how to hash them. Reading data, threads and trees
//! are left to others.
//!
//! A [`Message`] may arrive in parts, and each part in spans that lie anywhere in memory, because a v1 piece crosses
//! files and a large piece does not fit a buffer.

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
#[cfg(target_arch = "x86_64")]
mod sha_ni;

#[cfg(test)]
mod tests;

pub use algorithm::{Algorithm, Sha1, Sha1Digest, Sha256, Sha256Digest};
pub use backend::{BACKEND_VARIABLE, Backend, Known, UnknownBackend};
pub use hybrid::Blocks;
pub use message::{Message, Part};
