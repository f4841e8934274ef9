//! Names that work on this system and cause trouble on others.

use std::borrow::Cow;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

use crate::files::{FileIndex, FileList};

/// A name or path that some system cannot hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PortabilityWarning {
    /// Where it stands; `None` for the name of the torrent.
    pub place: Option<Place>,
    /// What is wrong with it.
    pub kind: PortabilityWarningKind,
}

/// Why a name or path is not portable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PortabilityWarningKind {
    /// Another name of the same folder differs by case only: one file on macOS and Windows.
    CaseTwin(Place),
    /// Another name of the same folder differs by Unicode normal form only: one file on macOS.
    UnicodeTwin(Place),
    /// Windows has no such name.
    WindowsName,
    /// Longer than common file systems and clients can hold.
    LongName,
    /// Longer than many Windows programs can open.
    LongPath,
}

/// A name in the tree of files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The first file with that name in its path.
    pub file: usize,
    /// Which component of the path it is, from 0.
    pub depth: usize,
}

impl Place {
    /// The path up to that name, with `/` between components.
    pub fn path(self, files: &FileList) -> Vec<u8> {
        files.get(self.file).path.components().take(self.depth + 1).collect::<Vec<_>>().join(&b'/')
    }
}

impl PortabilityWarning {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self.kind {
            PortabilityWarningKind::CaseTwin(_) => "W-case-twin",
            PortabilityWarningKind::UnicodeTwin(_) => "W-unicode-twin",
            PortabilityWarningKind::WindowsName => "W-windows-name",
            PortabilityWarningKind::LongName => "W-long-name",
            PortabilityWarningKind::LongPath => "W-long-path",
        }
    }
}

impl fmt::Display for PortabilityWarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CaseTwin(_) => "another name differs from it by case only",
            Self::UnicodeTwin(_) => "another name differs from it by Unicode normal form only",
            Self::WindowsName => "Windows cannot hold this name",
            Self::LongName => {
                "the name is longer than 240 bytes, and clients append to names while they download"
            }
            Self::LongPath => "the path is longer than 240 characters, and many Windows programs stop at 260",
        })
    }
}

/// Visits every name that is not portable in a torrent called `name`, whose files must be sorted by their components.
/// Needs 32 bytes per file and folder; there may be as many warnings as names.
pub fn portability_warnings(name: &[u8], files: &FileList, mut visit: impl FnMut(PortabilityWarning)) {
    check_name(name, None, &mut visit);
    let mut siblings = Vec::new();
    for_each_new_name(files, |place, parent, component| {
        check_name(component, Some(place), &mut visit);
        siblings.push((folded_hash(parent, component), FileIndex::of(place.file), place.depth as u32));
    });
    let name_length = characters(name);
    for file in files.iter() {
        let (depth, length) = file.path.components().fold((0, name_length), |(depth, length), component| {
            (depth + 1, length + 1 + characters(component))
        });
        if length > LONGEST {
            let place = Place { file: file.index, depth };
            visit(PortabilityWarning { place: Some(place), kind: PortabilityWarningKind::LongPath });
        }
    }
    siblings.sort_unstable();
    for pair in siblings.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        let [first, second] =
            [pair[0], pair[1]].map(|(_, file, depth)| Place { file: file.index(), depth: depth as usize });
        twins(first, second, files).into_iter().for_each(&mut visit);
    }
}

/// Visits every file and folder name once, with a hash of the path above it. Paths in component order share the folders
/// they begin with.
fn for_each_new_name(files: &FileList, mut visit: impl FnMut(Place, u64, &[u8])) {
    // The folders around the last file, each with the hash of the path up to and with it.
    let mut open: Vec<(&[u8], u64)> = Vec::new();
    for file in files.iter() {
        for (depth, component) in file.path.components().enumerate() {
            if open.get(depth).is_none_or(|(name, _)| *name != component) {
                open.truncate(depth);
                let parent = open.last().map_or(0, |(_, hash)| *hash);
                visit(Place { file: file.index, depth }, parent, component);
                open.push((component, hash_of(parent, component)));
            }
        }
    }
}

fn hash_of(parent: u64, name: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (parent, name).hash(&mut hasher);
    hasher.finish()
}

fn folded_hash(parent: u64, name: &[u8]) -> u64 {
    hash_of(parent, folded(name))
}

/// The same for two names that some file system does not distinguish, by case or by Unicode normal form.
pub fn folded(name: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(name) {
        Ok(text) if !text.is_ascii() => {
            Cow::Owned(normalized(text).to_lowercase().nfc().collect::<String>().into_bytes())
        }
        _ if name.iter().any(u8::is_ascii_uppercase) => Cow::Owned(name.to_ascii_lowercase()),
        _ => Cow::Borrowed(name),
    }
}

fn normalized(text: &str) -> String {
    match is_nfc_quick(text.chars()) {
        unicode_normalization::IsNormalized::Yes => text.to_owned(),
        _ => text.nfc().collect(),
    }
}

fn twins(first: Place, second: Place, files: &FileList) -> Option<PortabilityWarning> {
    let [one, other] = [first, second].map(|place| place.path(files));
    // Equal hashes may be chance.
    if one == other || folded(&one) != folded(&other) {
        return None;
    }
    let texts = std::str::from_utf8(&one).ok().zip(std::str::from_utf8(&other).ok());
    let by_form_only = texts.is_some_and(|(one, other)| normalized(one) == normalized(other));
    let kind = match by_form_only {
        true => PortabilityWarningKind::UnicodeTwin(first),
        false => PortabilityWarningKind::CaseTwin(first),
    };
    Some(PortabilityWarning { place: Some(second), kind })
}

fn check_name(name: &[u8], place: Option<Place>, visit: &mut impl FnMut(PortabilityWarning)) {
    if !windows_holds(name) {
        visit(PortabilityWarning { place, kind: PortabilityWarningKind::WindowsName });
    }
    if name.len() > LONGEST {
        visit(PortabilityWarning { place, kind: PortabilityWarningKind::LongName });
    }
}

/// Whether Windows can have a file of this name (Microsoft, "Naming Files, Paths, and Namespaces").
pub fn windows_holds(name: &[u8]) -> bool {
    let is_reserved =
        |byte: &u8| matches!(byte, ..32 | b'<' | b'>' | b':' | b'"' | b'/' | b'\\' | b'|' | b'?' | b'*');
    let stem = name.split(|byte| *byte == b'.').next().unwrap_or_default();
    !name.iter().any(is_reserved)
        && !name.ends_with(b".")
        && !name.ends_with(b" ")
        && !is_device(stem.trim_ascii_end())
}

fn is_device(stem: &[u8]) -> bool {
    let Some((letters, number)) = stem.split_first_chunk::<3>() else { return false };
    match &letters.map(|letter| letter.to_ascii_uppercase()) {
        b"CON" | b"PRN" | b"AUX" | b"NUL" => number.is_empty(),
        b"COM" | b"LPT" => PORTS.iter().any(|port| port.as_bytes() == number),
        _ => false,
    }
}

const PORTS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³"];

/// Names and paths from this length on meet a limit somewhere: 255 bytes a name, 260 characters a path, less what
/// clients append and what folder the torrent is put into.
const LONGEST: usize = 240;

fn characters(name: &[u8]) -> usize {
    if name.is_ascii() { name.len() } else { String::from_utf8_lossy(name).encode_utf16().count() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::RawPathBuf;

    #[track_caller]
    fn check(paths: &[&str], expected: &[(&str, &str)]) {
        let mut files = FileList::default();
        let mut paths: Vec<Vec<&str>> = paths.iter().map(|path| path.split('/').collect()).collect();
        paths.sort();
        for path in paths {
            files.push(RawPathBuf::of(path.iter().map(|component| component.as_bytes())).as_path(), 1);
        }
        let mut found = Vec::new();
        portability_warnings(b"name", &files, |warning| {
            let path = warning.place.unwrap().path(&files);
            found.push((warning.code(), String::from_utf8(path).unwrap()));
        });
        let expected: Vec<_> = expected.iter().map(|(code, path)| (*code, (*path).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn twins_are_reported_once_where_they_differ() {
        check(&["README", "readme", "read"], &[("W-case-twin", "readme")]);
        check(&["a/x", "A/x", "A/y"], &[("W-case-twin", "a")]);
        check(&["a/x", "b/X"], &[]);
        check(&["ÄB", "äb"], &[("W-case-twin", "äb")]);
        check(&["e\u{301}", "\u{e9}"], &[("W-unicode-twin", "\u{e9}")]);
        check(
            &["x/e\u{301}", "x/\u{e9}", "x/E\u{301}"],
            &[("W-case-twin", "x/e\u{301}"), ("W-unicode-twin", "x/\u{e9}")],
        );
    }

    #[test]
    fn names_that_windows_cannot_hold() {
        for name in [
            "con",
            "CON.txt",
            "com1",
            "lpt9.x.y",
            "a:b",
            "a?",
            "x.",
            "x ",
            "a\u{1}",
            "a\\b",
            "nul .txt",
            "COM\u{b9}",
        ] {
            check(&[name], &[("W-windows-name", name)]);
        }
        for name in ["CONTACT", "com10", "com", "a.b", ".hidden", "aux1", "nulls.txt"] {
            check(&[name], &[]);
        }
        check(&["aux/a", "aux/b"], &[("W-windows-name", "aux")]);
    }

    #[test]
    fn long_names_and_paths() {
        let long = "x".repeat(241);
        check(&[&long], &[("W-long-name", &long), ("W-long-path", &long)]);
        let deep = ["abcdefghi"; 24].join("/");
        check(&[&deep], &[("W-long-path", &deep)]);
        check(&[&["abcdefghi"; 23].join("/")], &[]);
    }
}
