//! Signatures of [minisign](https://jedisct1.github.io/minisign/) on feeds and torrents: Ed25519 over BLAKE2b.
//!
//! A signed feed carries its signature in its last line, so that one file, replaced atomically, has both. [`judge`] says what there is of
//! that: a [`Judgement`]. [`without`] gives the feed as it was signed. A feed's [`Statement`] is signed too: which feed this is, when
//! it was built, and by which key; so that neither an older one nor that of another feed passes for it. [`check_file`] is for any
//! other file with a `.minisig` beside it.
//!
//! [`key_file()`] reads a secret key of `minisign`, [`SecretKey::sign_feed`] signs with it. The same feed and statement give the
//! same bytes. There is no file here, no network, no clock and no terminal.

mod feed;
mod inline;
mod key;
pub mod limits;
mod minisig;
mod secret;
mod statement;
#[cfg(test)]
mod tests;

pub use feed::{Judgement, judge, judge_beside};
pub use inline::without;
pub use key::{NotAKey, PublicKey};
pub use minisig::{BadSignature, check_file};
pub use secret::{KeyFile, LockedKey, SecretKey, key_file};
pub use statement::Statement;
