//! What of a torrent is not for everybody: URLs with a passkey or a password, which a public feed must not spread.

use std::borrow::Cow;

use torrent_core::metainfo::Metainfo;
use torrent_core::redact::redact;

/// Whether a URL holds something that only its owner should know.
pub fn is_secret(url: &[u8]) -> bool {
    redact(url) != url
}

/// A text with the secrets of its URLs masked.
pub fn masked(text: &str) -> String {
    String::from_utf8_lossy(&redact(text.as_bytes())).into_owned()
}

/// Trackers and web seeds that stay out of a public feed, with their secrets masked.
pub fn left_out(metainfo: &Metainfo) -> Vec<Cow<'_, [u8]>> {
    let advisory = metainfo.advisory();
    let urls = advisory.trackers.iter().flatten().chain(&advisory.web_seeds);
    urls.filter(|url| is_secret(url)).map(|url| redact(url)).collect()
}
