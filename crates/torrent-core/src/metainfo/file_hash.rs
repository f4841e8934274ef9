//! Hashes of whole files that some writers put beside the path and length of a file: `md5sum` of old clients, and `md5`,
//! `sha1`, `crc32` as archives write them. No BEP knows them, and no client needs them; where several files share a piece
//! they tell which of them is damaged.

use data_encoding::HEXLOWER_PERMISSIVE;

use super::Metainfo;
use crate::bencode::{Events, Value};

/// The hash of a file as a whole, as the torrent states it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names of the algorithms say it")]
pub enum FileHash {
    Sha256([u8; 32]),
    Sha1([u8; 20]),
    Md5([u8; 16]),
    /// That of zip and gzip, big-endian.
    Crc32([u8; 4]),
}

/// The keys that hold one, the strongest first.
const KEYS: [&str; 5] = ["sha256", "sha1", "md5sum", "md5", "crc32"];

impl FileHash {
    /// What the algorithm is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "sha256",
            Self::Sha1(_) => "sha1",
            Self::Md5(_) => "md5",
            Self::Crc32(_) => "crc32",
        }
    }

    /// The key of an entry that should be a hash and is not: of another length than its algorithm gives, say.
    pub(super) fn malformed(key: &[u8], value: Value<'_>) -> Option<&'static str> {
        let known = KEYS.iter().find(|known| known.as_bytes() == key)?;
        Self::read(known, value).is_none().then_some(known)
    }

    /// The bytes themselves, or their hexadecimal digits.
    fn read(key: &str, value: Value<'_>) -> Option<Self> {
        let text = value.as_bytes()?;
        match key {
            "sha256" => exact(text).map(Self::Sha256),
            "sha1" => exact(text).map(Self::Sha1),
            "md5sum" | "md5" => exact(text).map(Self::Md5),
            "crc32" => exact(text).map(Self::Crc32),
            _ => None,
        }
    }

    /// The strongest hash among the entries of a file.
    fn strongest(entries: &[(&[u8], Value<'_>)]) -> Option<Self> {
        let value = |key: &str| entries.iter().find(|(name, _)| *name == key.as_bytes());
        KEYS.iter().find_map(|key| Self::read(key, value(key)?.1))
    }
}

fn exact<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    if text.len() == N {
        return text.try_into().ok();
    }
    HEXLOWER_PERMISSIVE.decode(text).ok()?.try_into().ok()
}

impl Metainfo {
    /// The files whose own hash is known, by index, with the strongest of their hashes. Only v1's list of files is read:
    /// files that v2 knows share no pieces. Nothing is kept of it, for a torrent may have millions of files.
    pub fn file_hashes(&self) -> impl Iterator<Item = (usize, FileHash)> {
        let list = self.info_entries().get(b"files").and_then(Events::of_list);
        let mut events = list.unwrap_or_else(|| Events::new(b""));
        let (mut offset, mut index) = (0_u64, 0);
        std::iter::from_fn(move || {
            events.value()?;
            let entries: Vec<_> = events.entries().collect();
            let start = offset;
            offset = offset.saturating_add(length_of(&entries));
            index = self.next_with_bytes(index, start);
            let is_file =
                index < self.files().len() && self.files().get(index).offset == start && offset > start;
            Some(FileHash::strongest(&entries).filter(|_| is_file).map(|hash| (index, hash)))
        })
        .flatten()
    }

    /// The first file from `index` on that starts at `offset` or behind it and is not empty. Entries are matched with files by where
    /// they start: pad files and links have entries, but are no files of their own.
    fn next_with_bytes(&self, mut index: usize, offset: u64) -> usize {
        let files = self.files();
        let is_passed = |index: usize| files.get(index).offset < offset || files.get(index).length == 0;
        while index < files.len() && is_passed(index) {
            index += 1;
        }
        index
    }
}

/// Bytes that an entry takes up in the torrent; a link has none, whatever it says.
fn length_of(entries: &[(&[u8], Value<'_>)]) -> u64 {
    let value = |key: &[u8]| entries.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
    let attr = value(b"attr").and_then(Value::as_bytes).unwrap_or_default();
    if attr.contains(&b'l') { 0 } else { value(b"length").and_then(Value::as_u64).unwrap_or_default() }
}
