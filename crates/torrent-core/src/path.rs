//! Paths as torrents spell them, and the one check that turns them into file paths.
//!
//! A [`RawPath`] is what a torrent says: any components, each any bytes. A [`SafePath`] is a file path below some root:
//! whatever touches the disk takes that.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::bencode::{Sink, Writer};
use crate::limits;

/// A path of any number of components, each any bytes, as bencoded strings one after the other: just what stands
/// between the `l` and the `e` of a v1 `path`. So a hostile component needs no escaping, and a million paths fit one
/// buffer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RawPath<'a>(&'a [u8]);

impl<'a> RawPath<'a> {
    /// The path whose components stand in `bencoded`, one string after the other.
    pub(crate) fn from_bencoded(bencoded: &'a [u8]) -> Self {
        Self(bencoded)
    }

    /// The components as bencoded strings.
    pub fn as_bencoded(self) -> &'a [u8] {
        self.0
    }

    /// The components, outermost first.
    pub fn components(self) -> impl Iterator<Item = &'a [u8]> + Clone {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (component, behind) = first_component(rest)?;
            rest = behind;
            Some(component)
        })
    }

    /// The path without its last component, and that component as a path.
    pub(crate) fn split_last(self) -> (Self, Self) {
        let mut start = 0;
        while let Some((_, behind)) = first_component(&self.0[start..])
            && !behind.is_empty()
        {
            start = self.0.len() - behind.len();
        }
        (Self(&self.0[..start]), Self(&self.0[start..]))
    }

    /// Whether it can be a [`SafePath`].
    ///
    /// # Errors
    /// What makes the path unsafe.
    pub fn check(self) -> Result<(), UnsafePath> {
        let mut components = self.components().peekable();
        components.peek().ok_or(UnsafePath::Empty)?;
        components.try_for_each(check_component)
    }

    /// The components with `/` between them. Not to be used as a file path: see [`SafePath`].
    pub fn joined(self) -> Vec<u8> {
        let mut joined = Vec::with_capacity(self.0.len());
        self.join(&mut joined);
        joined
    }

    /// Makes `joined` what [`joined`](Self::joined) returns.
    pub fn join(self, joined: &mut Vec<u8>) {
        joined.clear();
        for (at, component) in self.components().enumerate() {
            if at > 0 {
                joined.push(b'/');
            }
            joined.extend_from_slice(component);
        }
    }
}

/// An owned [`RawPath`] that grows and shrinks at its end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RawPathBuf {
    bencoded: Vec<u8>,
}

impl RawPathBuf {
    /// The path of these components.
    pub fn of<'c>(components: impl IntoIterator<Item = &'c [u8]>) -> Self {
        let mut path = Self::default();
        components.into_iter().for_each(|component| path.push(component));
        path
    }

    /// Appends a component.
    pub fn push(&mut self, component: &[u8]) {
        append_component(&mut self.bencoded, component);
    }

    /// A mark to [`RawPathBuf::cut`] back to.
    pub fn mark(&self) -> usize {
        self.bencoded.len()
    }

    /// Takes away what was appended since `mark`.
    pub fn cut(&mut self, mark: usize) {
        self.bencoded.truncate(mark);
    }

    /// A view of the path.
    pub fn as_path(&self) -> RawPath<'_> {
        RawPath(&self.bencoded)
    }
}

/// The first bencoded string, without its length, and what comes behind it.
fn first_component(bencoded: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length: usize = 0;
    for (at, byte) in bencoded.iter().enumerate() {
        match byte {
            b':' => return bencoded[at + 1..].split_at_checked(length),
            // Whoever made the path has seen to it that these are digits of a length that fits.
            digit => length = length.wrapping_mul(10).wrapping_add(usize::from(digit & 0x0f)),
        }
    }
    None
}

pub(crate) fn append_component<S: Sink>(sink: &mut S, component: &[u8]) {
    Writer::new(sink).bytes(component);
}

/// A relative file path that stays below its root: components that are not empty, `.` or `..`, hold no `/` or NUL
/// and have at most 255 bytes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SafePath(PathBuf);

impl SafePath {
    /// Checks `path`.
    ///
    /// # Errors
    /// What makes the path unsafe.
    pub fn new(path: RawPath<'_>) -> Result<Self, UnsafePath> {
        path.check()?;
        Ok(Self(path.components().map(OsStr::from_bytes).collect()))
    }

    /// The path, relative to its root.
    pub fn as_path(&self) -> &Path {
        &self.0
    }
}

/// Checks one component, such as the name of a torrent.
///
/// # Errors
/// What makes the component unsafe.
pub fn check_component(component: &[u8]) -> Result<(), UnsafePath> {
    match component {
        b"" => Err(UnsafePath::Empty),
        b"." | b".." => Err(UnsafePath::Dots),
        _ if component.iter().any(|byte| matches!(byte, b'/' | 0)) => {
            Err(if component.contains(&b'/') { UnsafePath::Slash } else { UnsafePath::Nul })
        }
        _ if component.len() > limits::NAME => Err(UnsafePath::TooLong),
        _ => Ok(()),
    }
}

/// A file of a torrent whose path cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnsafeFile {
    /// Which file of the list.
    pub index: usize,
    /// What is wrong with its path.
    pub why: UnsafePath,
}

/// Why a torrent's names cannot be file paths.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UnsafeName {
    /// Because of the name of the torrent itself.
    #[error("the name is unsafe: {0}")]
    Torrent(UnsafePath),
    /// Because of the path of a file.
    #[error("file {} is unsafe: {}", .0.index, .0.why)]
    File(UnsafeFile),
}

impl UnsafeName {
    /// The stable code, which the linter has as well.
    pub const CODE: &str = "E-unsafe-name";
}

/// What makes a torrent's path unfit to be a file path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnsafePath {
    /// An empty path or component.
    Empty,
    /// A component `.` or `..`.
    Dots,
    /// A component that holds a `/`.
    Slash,
    /// A component that holds a NUL byte.
    Nul,
    /// A component of more than 255 bytes.
    TooLong,
    /// The same path as another file's.
    Twice,
    /// A file where another file needs a folder.
    FileAndFolder,
    /// A symbolic link whose target is not a path inside the torrent.
    Link,
}

impl fmt::Display for UnsafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the path has an empty component",
            Self::Dots => "the path has a component `.` or `..`",
            Self::Slash => "a component of the path holds a `/`",
            Self::Nul => "a component of the path holds a NUL byte",
            Self::TooLong => "a component of the path is longer than 255 bytes",
            Self::Twice => "another file has the same path",
            Self::FileAndFolder => "another file needs a folder where this one needs a file",
            Self::Link => "the symbolic link leads out of the torrent",
        })
    }
}

impl std::error::Error for UnsafePath {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(components: &[&[u8]], expected: Result<&str, UnsafePath>) {
        let path = RawPathBuf::of(components.iter().copied());
        assert_eq!(path.as_path().components().collect::<Vec<_>>(), components);
        let safe = SafePath::new(path.as_path());
        assert_eq!(safe.as_ref().map(SafePath::as_path), expected.as_ref().map(Path::new), "{components:?}");
    }

    #[test]
    fn components_decide_what_is_safe() {
        check(&[b"a"], Ok("a"));
        check(&[b"a b", b"..c", b"d\\e"], Ok("a b/..c/d\\e"));
        check(&[b"Icon\r"], Ok("Icon\r"));
        check(&[&[b'x'; 255]], Ok(&"x".repeat(255)));
        check(&[], Err(UnsafePath::Empty));
        check(&[b"a", b""], Err(UnsafePath::Empty));
        check(&[b".."], Err(UnsafePath::Dots));
        check(&[b"a", b"."], Err(UnsafePath::Dots));
        check(&[b"/etc"], Err(UnsafePath::Slash));
        check(&[b"a/../../b"], Err(UnsafePath::Slash));
        check(&[b"a\0b"], Err(UnsafePath::Nul));
        check(&[&[b'x'; 256]], Err(UnsafePath::TooLong));
    }
}
