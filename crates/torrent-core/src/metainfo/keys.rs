//! The keys of a torrent that are understood (BEP 3 and those that extend it).

use std::ops::Range;

use super::fields::Known;

/// The keys of a torrent that are understood.
pub const ROOT_KEYS: [&str; 12] = [
    "announce",
    "announce-list",
    "collections",
    "comment",
    "created by",
    "creation date",
    "httpseeds",
    "info",
    "nodes",
    "piece layers",
    "similar",
    "url-list",
];

/// The keys of its info dictionary that are.
pub const INFO_KEYS: [&str; 13] = [
    "collections",
    "file tree",
    "files",
    "length",
    "meta version",
    "name",
    "name.utf-8",
    "piece length",
    "pieces",
    "private",
    "similar",
    "source",
    "update-url",
];

pub(super) type Root<'a> = Known<'a, { ROOT_KEYS.len() }>;
pub(super) type Info<'a> = Known<'a, { INFO_KEYS.len() }>;

/// Where `part`, a slice of `whole`, stands in it.
pub(super) fn range_of(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
    if part.is_empty() { 0..0 } else { start..start + part.len() }
}
