//! One entry of `files` or of the file tree, as it stands.

use crate::bencode::Value;
use crate::metainfo::{chosen_path, is_called_pad};

/// What an entry says, in `files` or in the tree.
#[derive(Default)]
pub(super) struct Entry<'a> {
    pub(super) attr: &'a [u8],
    pub(super) length: u64,
    pub(super) path: Option<Value<'a>>,
    pub(super) has_root: bool,
    pub(super) path_utf8: Option<Value<'a>>,
    pub(super) sha1: Option<Value<'a>>,
    pub(super) md5sum: Option<Value<'a>>,
    pub(super) unknown: Option<&'a [u8]>,
}

impl<'a> Entry<'a> {
    pub(super) fn of(entries: impl Iterator<Item = (&'a [u8], Value<'a>)>) -> Self {
        let mut entry = Self::default();
        for (key, value) in entries {
            match key {
                b"attr" => entry.attr = value.as_bytes().unwrap_or_default(),
                b"length" => entry.length = value.as_u64().unwrap_or_default(),
                b"path" => entry.path = Some(value),
                b"path.utf-8" => entry.path_utf8 = Some(value),
                b"sha1" => entry.sha1 = Some(value),
                b"md5sum" => entry.md5sum = Some(value),
                b"pieces root" => entry.has_root = true,
                b"symlink path" => {}
                other => entry.unknown = entry.unknown.or(Some(other)),
            }
        }
        entry
    }

    /// A link is no pad file, whatever else it is marked as: so the parser has it.
    pub(super) fn is_pad(&self) -> bool {
        !self.is_link() && (self.is_marked_pad() || self.is_called_pad())
    }

    pub(super) fn is_marked_pad(&self) -> bool {
        self.attr.contains(&b'p')
    }

    fn is_called_pad(&self) -> bool {
        chosen_path(self.path, self.path_utf8).is_some_and(is_called_pad)
    }

    pub(super) fn is_link(&self) -> bool {
        self.attr.contains(&b'l')
    }
}
