//! What a list of torrents says of each: little enough to keep it for ten thousand.

use data_encoding::HEXLOWER;
use feed::{Enclosure, Extras, Item, Torrent};
use piece_hash::{Sha1Digest, Sha256Digest};
use torrent_core::metainfo::Metainfo;

/// What is said of a torrent where many are listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Its name, any bytes.
    pub name: Vec<u8>,
    /// Bytes of its content.
    pub size: u64,
    /// How many files it has.
    pub files: usize,
    /// Whether it is one file without a folder.
    pub is_single_file: bool,
    /// Whether its peers come from its own trackers alone (BEP 27).
    pub is_private: bool,
    /// Its v1 info hash, if it has one.
    pub info_hash_v1: Option<Sha1Digest>,
    /// Its v2 info hash, if it has one.
    pub info_hash_v2: Option<Sha256Digest>,
}

impl Summary {
    /// What is said of this torrent.
    pub fn of(metainfo: &Metainfo) -> Self {
        Self {
            name: metainfo.name().to_vec(),
            size: metainfo.files().content_length(),
            files: metainfo.files().len(),
            is_single_file: metainfo.is_single_file(),
            is_private: metainfo.private() == Some(true),
            info_hash_v1: metainfo.info_hash_v1(),
            info_hash_v2: metainfo.info_hash_v2(),
        }
    }

    /// The v1 info hash where there is one, because readers and other feeds know it (BEP 36); else the v2 hash as a URN.
    pub fn id(&self) -> String {
        let v1 = self.info_hash_v1.map(|hash| HEXLOWER.encode(&hash));
        let v2 = || self.info_hash_v2.map(|hash| format!("urn:btmh:1220{}", HEXLOWER.encode(&hash)));
        v1.or_else(v2).unwrap_or_default()
    }

    /// The info hash in 40 digits.
    pub fn short_hash(&self) -> Option<String> {
        short_hash(self.info_hash_v1, self.info_hash_v2)
    }

    /// Its name for people; its id if there is none.
    pub fn title(&self) -> String {
        let title = clean(&String::from_utf8_lossy(&self.name));
        if title.is_empty() { self.id() } else { title }
    }

    /// Its item in a feed, where the .torrent has a name as well, and a magnet link.
    pub fn item(&self, date: i64, enclosure: Enclosure, file_name: &[u8], magnet: String) -> Item {
        Item {
            title: self.title(),
            id: Some(self.id()),
            link: None,
            published: Some(date),
            updated: None,
            description: Some(description(self.size, self.files)),
            is_html: false,
            enclosures: vec![enclosure],
            alternates: Vec::new(),
            other_links: Vec::new(),
            torrent: self.claims(file_name, magnet),
            extras: Extras::default(),
        }
    }

    /// The four that Sonarr wants.
    fn claims(&self, file_name: &[u8], magnet: String) -> Torrent {
        Torrent {
            file_name: Some(clean(&String::from_utf8_lossy(file_name))),
            content_length: Some(self.size),
            info_hash: self.short_hash(),
            magnet: Some(magnet),
        }
    }
}

/// The info hash in 40 digits. Clients call a v2 torrent by the first 20 bytes of its hash (BEP 52).
pub fn short_hash(v1: Option<Sha1Digest>, v2: Option<Sha256Digest>) -> Option<String> {
    let v2 = || v2.map(|hash| HEXLOWER.encode(&hash[..20]));
    v1.map(|hash| HEXLOWER.encode(&hash)).or_else(v2)
}

/// Sonarr and autobrr read a size from it, and know units from KiB to GiB (P13).
fn description(size: u64, files: usize) -> String {
    let files = if files == 1 { String::new() } else { format!(", {files} files") };
    format!("Size: {}{files}", size_text(size))
}

/// A size as people read it, in units up to GiB.
pub fn size_text(size: u64) -> String {
    let (unit, name) = match size {
        // Less than a tenth of a unit would be nothing.
        0..1024 => return format!("{size} B"),
        1024..0x10_0000 => (1 << 10, "KiB"),
        0x10_0000..0x4000_0000 => (1 << 20, "MiB"),
        _ => (1 << 30, "GiB"),
    };
    let tenths = u128::from(size) * 10 / unit;
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// A text for a feed: what does not print is replaced, white space is single spaces.
pub fn clean(text: &str) -> String {
    let words: Vec<String> =
        text.split_whitespace().map(|word| word.chars().map(printing).collect()).collect();
    words.join(" ")
}

fn printing(c: char) -> char {
    let hides =
        matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    if c.is_control() || hides { char::REPLACEMENT_CHARACTER } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_units_that_readers_know() {
        let cases = [
            (0, 1, "Size: 0 B"),
            (20, 2, "Size: 20 B, 2 files"),
            (1023, 1, "Size: 1023 B"),
            (1024, 1, "Size: 1.0 KiB"),
            (600_162_597, 1, "Size: 572.3 MiB"),
            (1 << 30, 3, "Size: 1.0 GiB, 3 files"),
            (5 << 40, 1, "Size: 5120.0 GiB"),
        ];
        for (size, files, text) in cases {
            assert_eq!(description(size, files), text);
        }
    }

    #[test]
    fn texts_are_clean() {
        let cases = [
            (" a \n b\t", "a b"),
            ("a\x1b[1m\0", "a\u{fffd}[1m\u{fffd}"),
            ("x\u{202e}gpj", "x\u{fffd}gpj"),
            ("", ""),
        ];
        for (text, cleaned) in cases {
            assert_eq!(clean(text), cleaned);
        }
    }
}
