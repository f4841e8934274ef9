//! What the torrent says of each file, known and unknown keys, as it stands.

use super::Metainfo;
use super::paths::{chosen_path, is_called_pad};
use crate::bencode::{BencodeEvent, Dict, Events, Value};

/// The keys of a file that are understood, in either half.
pub const FILE_KEYS: [&str; 6] = ["attr", "length", "path", "path.utf-8", "pieces root", "symlink path"];

impl Metainfo {
    /// The entries of `files`, in the order of [`Metainfo::files`], pad files left out as there. None in a torrent of a
    /// single file and in v2.
    pub fn v1_entries(&self) -> impl Iterator<Item = Dict<'_>> {
        let files = self.info_entries().get(b"files").filter(|_| self.protocol().has_v1());
        let entries = files.and_then(Value::as_list).into_iter().flatten();
        entries.filter_map(Value::as_dict).filter(|entry| !is_pad(*entry))
    }

    /// The properties in `file tree`, in the same order. None in v1.
    pub fn v2_entries(&self) -> impl Iterator<Item = Dict<'_>> {
        let tree = self.info_entries().get(b"file tree").filter(|_| self.protocol().has_v2());
        let mut events = tree.map(|tree| Events::new(tree.raw()));
        if let Some(events) = &mut events {
            events.value();
        }
        std::iter::from_fn(move || properties(events.as_mut()?))
    }
}

/// The properties of the next file. How deep it stands does not matter.
fn properties<'a>(events: &mut Events<'a>) -> Option<Dict<'a>> {
    loop {
        match events.key()? {
            BencodeEvent::Key(b"") => return events.whole()?.as_dict(),
            BencodeEvent::Key(_) => drop(events.value()?),
            BencodeEvent::Leave | BencodeEvent::Enter | BencodeEvent::Value(_) => {}
        }
    }
}

fn is_pad(entry: Dict<'_>) -> bool {
    let mut attr: &[u8] = b"";
    let (mut path, mut twin) = (None, None);
    for (key, value) in entry {
        match key {
            b"attr" => attr = value.as_bytes().unwrap_or_default(),
            b"path" => path = Some(value),
            b"path.utf-8" => twin = Some(value),
            _ => {}
        }
    }
    !attr.contains(&b'l') && (attr.contains(&b'p') || chosen_path(path, twin).is_some_and(is_called_pad))
}
