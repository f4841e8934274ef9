//! What torrents have in common, and what each gets of it.

mod bans;
mod connections;
mod level;
mod memory;
mod upload_slots;

pub(super) use connections::ConnectionShares;
pub(super) use upload_slots::UploadSlots;
