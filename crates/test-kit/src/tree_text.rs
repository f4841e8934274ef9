//! The short text that describes a file tree, one entry a line.
//!
//! ```text
//! a/b.txt: some text            a file with this text; "quoted" text may hold escapes
//! big.bin 256KiB                a file of this size, its bytes following from path and size
//! empty 0
//! dir/                          a folder
//! link -> target                a symbolic link
//! pipe |                        a FIFO
//! "a b\xff.txt" 12              any name, with the escapes \\ \" \n \r \t \0 \xff \u{202e}
//! ```

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use crate::seeded::{seed_of, seeded_bytes};

/// One line of the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: OsString,
    pub(crate) node: Node,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Folder,
    File(Vec<u8>),
    Link(OsString),
    Fifo,
}

/// The entries of the text. Panics with the line that it cannot read.
pub(crate) fn entries(text: &str) -> impl Iterator<Item = Entry> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| {
        let entry = entry(line);
        entry.unwrap_or_else(|| panic!("not a line of a file tree: {line}"))
    })
}

fn entry(line: &str) -> Option<Entry> {
    let (mut path, rest) = name(line)?;
    let node = match rest {
        "" if path.last() == Some(&b'/') => Node::Folder,
        "|" => Node::Fifo,
        rest if rest.starts_with(':') => Node::File(value(rest[1..].trim_start())?),
        rest if rest.starts_with("->") => Node::Link(OsString::from_vec(value(rest[2..].trim_start())?)),
        rest => Node::File(contents(&path, size(rest)?)),
    };
    while path.last() == Some(&b'/') {
        path.pop();
    }
    Some(Entry { path: OsString::from_vec(path), node })
}

/// The name that opens a line, and the rest of the line.
fn name(line: &str) -> Option<(Vec<u8>, &str)> {
    if line.starts_with('"') {
        let (name, rest) = quoted(line)?;
        return Some((name, rest.trim_start()));
    }
    let end = line.find(' ').unwrap_or(line.len());
    let end = if line[..end].ends_with(':') { end - 1 } else { end };
    Some((line[..end].into(), line[end..].trim_start()))
}

/// Text or a link's target: as it stands, or quoted.
fn value(text: &str) -> Option<Vec<u8>> {
    match text.starts_with('"') {
        true => quoted(text).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value),
        false => Some(text.into()),
    }
}

/// The bytes between quotes, and what follows.
fn quoted(text: &str) -> Option<(Vec<u8>, &str)> {
    let mut chars = text.strip_prefix('"')?.chars();
    let mut bytes = Vec::new();
    loop {
        match chars.next()? {
            '"' => return Some((bytes, chars.as_str())),
            '\\' => escaped(&mut chars, &mut bytes)?,
            c => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
}

fn escaped(chars: &mut std::str::Chars<'_>, bytes: &mut Vec<u8>) -> Option<()> {
    match chars.next()? {
        'n' => bytes.push(b'\n'),
        'r' => bytes.push(b'\r'),
        't' => bytes.push(b'\t'),
        '0' => bytes.push(0),
        'x' => {
            let digits: String = chars.by_ref().take(2).collect();
            bytes.push(u8::from_str_radix(&digits, 16).ok()?);
        }
        'u' => {
            let digits: String = chars.by_ref().take_while(|c| *c != '}').skip(1).collect();
            let c = char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?;
            bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
        }
        c @ ('"' | '\\') => bytes.push(c as u8),
        _ => return None,
    }
    Some(())
}

fn contents(path: &[u8], len: usize) -> Vec<u8> {
    seeded_bytes(seed_of(path) ^ len as u64, len)
}

fn size(text: &str) -> Option<usize> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("B", 0), ("", 0)];
    let (digits, shift) =
        units.into_iter().find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, shift)))?;
    digits.parse::<usize>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, path: &[u8], node: Node) {
        assert_eq!(entry(line), Some(Entry { path: OsString::from_vec(path.into()), node }), "{line}");
    }

    #[test]
    fn every_kind_of_line_is_read() {
        check("a/b.txt: some text", b"a/b.txt", Node::File(b"some text".into()));
        check("a:b: c: d", b"a:b", Node::File(b"c: d".into()));
        check("blank:", b"blank", Node::File(vec![]));
        check(r#"lines: "one\ntwo\n""#, b"lines", Node::File(b"one\ntwo\n".into()));
        check("empty 0", b"empty", Node::File(vec![]));
        check("small 3", b"small", Node::File(contents(b"small", 3)));
        check("big 2KiB", b"big", Node::File(contents(b"big", 2048)));
        check("dir/", b"dir", Node::Folder);
        check("a/b/", b"a/b", Node::Folder);
        check("link -> ../x y", b"link", Node::Link("../x y".into()));
        check("pipe |", b"pipe", Node::Fifo);
    }

    #[test]
    fn quoted_names_may_be_any_bytes() {
        check(r#""a b\xff.txt" 0"#, b"a b\xff.txt", Node::File(vec![]));
        check(r#""\"\\\n\u{e9}": x"#, b"\"\\\n\xc3\xa9", Node::File(b"x".into()));
        check(r#""my dir/""#, b"my dir", Node::Folder);
    }

    #[test]
    fn nonsense_is_not_read() {
        for line in ["a", "a b", "a 1KB", "a 1 2", r#""a"#, r#""\q" 0"#, r#""\u{d800}" 0"#, r#"a: "b" c"#] {
            assert_eq!(entry(line), None, "{line}");
        }
    }
}
