//! The disk: one thread that writes verified pieces, reads blocks for uploads, and keeps the journal.
//!
//! [`Disk`] takes [`Request`]s and gives [`Answer`]s; both are plain values. Pieces are written in the order that suits
//! the disk, and are answered with [`Answer::Written`] when their bytes are in the files. Files stay in a hidden work folder until
//! they are whole and synced; only then do they get their names. What is only offered (`offered`) is read and never written.

mod buffers;
mod claims;
mod damage;
mod error;
mod existing;
mod flusher;
mod folder;
mod found;
mod hashing;
mod layout;
mod naming;
mod offered;
mod open_files;
mod permissions;
mod prepare;
mod prepare_queue;
mod reading;
mod rename;
mod request;
mod runs;
mod settled;
mod storage;
#[cfg(test)]
mod tests;
mod work_folder;
mod worker;
mod write;

pub use buffers::Buffer;
#[cfg(test)]
pub(crate) use buffers::Buffers;
pub use claims::Claims;
pub use damage::Damage;
pub use error::DiskError;
pub use hashing::Hashing;
pub(crate) use prepare::longest_name;
pub use prepare::{DiskSurvey, survey};
pub use request::{Answer, Check, Offer, Request, StorageParams};
pub use worker::Disk;
