//! Names that are fine here and trouble elsewhere.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

use crate::files::FileList;

/// A path that some system cannot hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PortabilityWarning {
    /// The path, or the part of it up to the name in question, with `/` between components.
    pub path: Vec<u8>,
    /// What is wrong with it.
    pub kind: PortabilityWarningKind,
}

/// Why a path is not portable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PortabilityWarningKind {
    /// Another name of the same folder differs by case only: one file on macOS and Windows.
    CaseTwin(Vec<u8>),
    /// Another name of the same folder differs by Unicode normal form only: one file on macOS.
    UnicodeTwin(Vec<u8>),
    /// Windows has no such name.
    WindowsName,
    /// Longer than common file systems and clients can hold.
    LongName,
    /// Longer than many Windows programs can open.
    LongPath,
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

/// All that is not portable in the paths of a torrent called `name`, which must stand in component order. Takes 32
/// bytes a file and folder meanwhile.
pub fn portability_warnings(name: &[u8], files: &FileList) -> Vec<PortabilityWarning> {
    let mut warnings = Vec::new();
    let name_length = characters(name);
    check_name(name, || name.to_vec(), &mut warnings);
    let mut siblings = Vec::new();
    for_each_new_name(files, |place, component| {
        check_name(component, || place.path(files), &mut warnings);
        siblings.push((folded_hash(place.parent, component), place));
    });
    for file in files.iter() {
        let length =
            name_length + file.path.components().map(|component| 1 + characters(component)).sum::<usize>();
        if length > LONGEST {
            let kind = PortabilityWarningKind::LongPath;
            warnings.push(PortabilityWarning { path: file.path.joined(), kind });
        }
    }
    siblings.sort_unstable_by_key(|(hash, place)| (*hash, place.file));
    for pair in siblings.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        warnings.extend(twins(pair[0].1, pair[1].1, files));
    }
    warnings
}

/// A name in the tree of files: the component at `depth` of the path of `file`, the first file below that name.
#[derive(Clone, Copy)]
struct Place {
    file: u32,
    depth: u32,
    /// A hash of the path above.
    parent: u64,
}

impl Place {
    fn path(self, files: &FileList) -> Vec<u8> {
        let file = files.get(self.file as usize);
        file.path.components().take(self.depth as usize + 1).collect::<Vec<_>>().join(&b'/')
    }
}

/// Visits every file and folder name once. Paths in component order share the folders they begin with.
fn for_each_new_name(files: &FileList, mut visit: impl FnMut(Place, &[u8])) {
    // The folders around the last file, each with the hash of the path up to and with it.
    let mut open: Vec<(&[u8], u64)> = Vec::new();
    for file in files.iter() {
        for (depth, component) in file.path.components().enumerate() {
            if open.get(depth).is_none_or(|(name, _)| *name != component) {
                open.truncate(depth);
                let parent = open.last().map_or(0, |(_, hash)| *hash);
                visit(Place { file: file.index as u32, depth: depth as u32, parent }, component);
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

/// Equal for names that some file system takes for the same.
fn folded(name: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(name) {
        Ok(text) if !text.is_ascii() => {
            normalized(text).to_lowercase().nfc().collect::<String>().into_bytes()
        }
        _ => name.to_ascii_lowercase(),
    }
}

fn normalized(text: &str) -> String {
    match is_nfc_quick(text.chars()) {
        unicode_normalization::IsNormalized::Yes => text.to_owned(),
        _ => text.nfc().collect(),
    }
}

fn twins(first: Place, second: Place, files: &FileList) -> Option<PortabilityWarning> {
    let (first, second) = (first.path(files), second.path(files));
    // Equal hashes may be chance.
    if first == second || folded(&first) != folded(&second) {
        return None;
    }
    let texts = std::str::from_utf8(&first).ok().zip(std::str::from_utf8(&second).ok());
    let by_form_only = texts.is_some_and(|(first, second)| normalized(first) == normalized(second));
    let kind = match by_form_only {
        true => PortabilityWarningKind::UnicodeTwin(first),
        false => PortabilityWarningKind::CaseTwin(first),
    };
    Some(PortabilityWarning { path: second, kind })
}

fn check_name(name: &[u8], path: impl Fn() -> Vec<u8>, warnings: &mut Vec<PortabilityWarning>) {
    if !windows_holds(name) {
        warnings.push(PortabilityWarning { path: path(), kind: PortabilityWarningKind::WindowsName });
    }
    if name.len() > LONGEST {
        warnings.push(PortabilityWarning { path: path(), kind: PortabilityWarningKind::LongName });
    }
}

/// Microsoft, "Naming Files, Paths, and Namespaces".
fn windows_holds(name: &[u8]) -> bool {
    let is_reserved = |byte: &u8| *byte < 32 || b"<>:\"/\\|?*".contains(byte);
    let stem = name.split(|byte| *byte == b'.').next().unwrap_or_default();
    let stem = String::from_utf8_lossy(stem.trim_ascii_end()).to_ascii_uppercase();
    let is_device = ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str())
        || ["COM", "LPT"]
            .iter()
            .any(|port| stem.strip_prefix(port).is_some_and(|number| PORTS.contains(&number)));
    !name.iter().any(is_reserved) && !name.ends_with(b".") && !name.ends_with(b" ") && !is_device
}

const PORTS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³"];

/// Names and paths from this length on meet a limit somewhere: 255 bytes a name, 260 characters a path, less what
/// clients append and what folder the torrent is put into.
const LONGEST: usize = 240;

fn characters(name: &[u8]) -> usize {
    String::from_utf8_lossy(name).encode_utf16().count()
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
        let warnings = portability_warnings(b"name", &files);
        let found: Vec<_> =
            warnings.iter().map(|w| (w.code(), String::from_utf8_lossy(&w.path).into_owned())).collect();
        let expected: Vec<_> = expected.iter().map(|(code, path)| (*code, (*path).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn twins_are_told_once_where_they_differ() {
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
