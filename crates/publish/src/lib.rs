//! What everybody may read of a torrent: a [`Summary`], an [`item`] of a feed, and nobody's [`passkeys`].

mod item;
mod media_type;
pub mod passkeys;
mod summary;

pub use item::{Attached, Found, NoItem, item};
pub use media_type::media_type;
pub use summary::{Summary, clean, short_hash, size_text};
