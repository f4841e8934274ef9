//! What would keep files from their names once they are whole: found before anything is fetched.
//!
//! Which names a file system holds only it knows, so they are tried: as files in a folder of the work folder, which are removed again.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use torrent_core::data::{folded, windows_holds};
use torrent_core::files::File;

use super::error::DiskError;
use super::folder::{Folder, Mount};
use super::layout::{DiskLayout, PROBE};

/// Whether every one of these files can get its name; `lock` is the work folder, in `folder`.
///
/// # Errors
/// What keeps one from its name.
pub(super) fn refuse_unfit<'f>(
    layout: &'f DiskLayout,
    files: impl Iterator<Item = File<'f>> + Clone,
    folder: &Folder,
    lock: &Folder,
) -> Result<(), DiskError> {
    refuse_closed(layout, files.clone(), folder)?;
    let mut trial = Trial::begin(lock)?;
    let tried = files.clone().try_for_each(|file| {
        let name = layout.name_of(file);
        trial.hold(&name).map_err(|error| match error {
            // That is not because of the name.
            full if full.is_errno(&[Errno::NOSPC, Errno::DQUOT, Errno::ROFS]) => full,
            DiskError::Io { error, .. } => DiskError::Name { path: folder.name(&name), error },
            other => other,
        })
    });
    let is_folding = trial.is_folding();
    trial.end()?;
    tried?;
    if is_folding { refuse_twins(layout, files, folder) } else { Ok(()) }
}

/// Whether files can be made and moved to where they are to be, as far as that shows without writing anything.
///
/// # Errors
/// A path that is too long, or a folder that takes no files or is on another mount, into which nothing can be renamed.
pub(super) fn refuse_closed<'f>(
    layout: &'f DiskLayout,
    mut files: impl Iterator<Item = File<'f>>,
    folder: &Folder,
) -> Result<(), DiskError> {
    let mut ways = Ways { folder, mount: None, seen: HashMap::new() };
    files.try_for_each(|file| ways.look(&layout.name_of(file)))
}

/// The folders that files will be in, as far as they are there.
struct Ways<'d> {
    folder: &'d Folder,
    /// Where the output folder, and the work folder in it, is mounted.
    mount: Option<Mount>,
    /// Whether each is there.
    seen: HashMap<PathBuf, bool>,
}

impl Ways<'_> {
    /// Sees whether files can be made where a file is to be.
    fn look(&mut self, name: &Path) -> Result<(), DiskError> {
        if name.as_os_str().len() >= PATH_MAX {
            let error = io::Error::from(Errno::NAMETOOLONG);
            return Err(DiskError::Name { path: self.folder.name(name), error });
        }
        for around in name.ancestors().skip(1) {
            if self.is_there(around)? {
                break;
            }
        }
        Ok(())
    }

    fn is_there(&mut self, path: &Path) -> Result<bool, DiskError> {
        if let Some(is_there) = self.seen.get(path) {
            return Ok(*is_there);
        }
        let is_there = path.as_os_str().is_empty() || self.folder.look(path)?.is_some();
        if is_there {
            let mount = self.folder.writable_mount(path)?;
            if mount != *self.mount.get_or_insert(self.folder.mount(Path::new(""))?) {
                return Err(DiskError::io(self.folder.name(path), "move files into", Errno::XDEV));
            }
        }
        self.seen.insert(path.to_owned(), is_there);
        Ok(is_there)
    }
}

/// A folder in which names are tried. Refusals go by characters, by length, and by a few odd words, so only names that have
/// something new are tried.
struct Trial<'d> {
    lock: &'d Folder,
    folder: Folder,
    characters: HashSet<char>,
    longest: usize,
    odd: HashSet<Vec<u8>>,
}

impl<'d> Trial<'d> {
    fn begin(lock: &'d Folder) -> Result<Self, DiskError> {
        lock.clear_folder(Path::new(PROBE))?;
        lock.make_private_folder(Path::new(PROBE))?;
        let folder = lock.folder(Path::new(PROBE))?;
        let (characters, odd) = (HashSet::new(), HashSet::new());
        Ok(Self { lock, folder, characters, longest: PLAIN_LENGTH, odd })
    }

    fn end(self) -> Result<(), DiskError> {
        self.lock.clear_folder(Path::new(PROBE))
    }

    /// Sees whether the file system holds every component of a path.
    fn hold(&mut self, path: &Path) -> Result<(), DiskError> {
        for name in path {
            if self.has_news(name.as_bytes()) {
                self.folder.try_name(Path::new(name))?;
            }
        }
        Ok(())
    }

    fn has_news(&mut self, name: &[u8]) -> bool {
        let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        let mut has_news = name.len() > self.longest;
        self.longest = self.longest.max(name.len());
        match std::str::from_utf8(name) {
            Ok(text) => text
                .chars()
                .filter(|character| !is_plain(*character))
                .for_each(|character| has_news |= self.characters.insert(character)),
            Err(_) => has_news |= self.is_odd(name),
        }
        // Devices such as `con`, dots and spaces at the end: that is not about characters.
        has_news | (!windows_holds(name) && self.is_odd(name))
    }

    fn is_odd(&mut self, name: &[u8]) -> bool {
        self.odd.len() < MOST_ODD && self.odd.insert(name.to_vec())
    }

    /// Whether the file system takes names for one that differ by case or by normal form.
    fn is_folding(&self) -> bool {
        let is_one = |one: &str, other: &str| {
            let (one, other) = (Path::new(one), Path::new(other));
            let made = self.folder.write(one, 0o600).is_ok();
            let is_one = made && self.folder.look(other).is_ok_and(|found| found.is_some());
            // The folder is cleared at the end in any case.
            let _ = self.folder.remove(one);
            is_one
        };
        is_one("case", "CASE") || is_one("\u{e9}", "e\u{301}")
    }
}

/// Where case makes no difference, two files may have one name, or a file that of a folder.
fn refuse_twins<'f>(
    layout: &'f DiskLayout,
    files: impl Iterator<Item = File<'f>> + Clone,
    folder: &Folder,
) -> Result<(), DiskError> {
    let mut taken = TakenNames::default();
    let name = |file| layout.name_of(file);
    files.clone().for_each(|file| taken.add_folders(&name(file), true));
    let twin = files.map(name).find(|name| !taken.add_file(name, true));
    twin.map_or(Ok(()), |twin| Err(DiskError::Twin { path: folder.name(&twin) }))
}

/// Names that are taken by files and by folders, as hashes.
#[derive(Default)]
pub(super) struct TakenNames {
    files: HashSet<Vec<u8>>,
    folders: HashSet<Vec<u8>>,
}

impl TakenNames {
    /// Notes the folders around a file.
    pub(super) fn add_folders(&mut self, path: &Path, is_folding: bool) {
        let around = path.ancestors().skip(1).filter(|around| !around.as_os_str().is_empty());
        self.folders.extend(around.map(|around| key(around, is_folding)));
    }

    /// Notes a file. False if something else has its place.
    pub(super) fn add_file(&mut self, path: &Path, is_folding: bool) -> bool {
        let key = key(path, is_folding);
        !self.folders.contains(&key) && self.files.insert(key)
    }

    /// Whether a file, or one of the folders around it, has the place of something that is noted.
    pub(super) fn is_in_the_way(&self, path: &Path, is_folding: bool) -> bool {
        let own = key(path, is_folding);
        let is_file = |path: &Path| self.files.contains(&key(path, is_folding));
        self.folders.contains(&own) || path.ancestors().any(is_file)
    }
}

fn key(path: &Path, is_folding: bool) -> Vec<u8> {
    let bytes = OsStr::as_bytes(path.as_os_str());
    if is_folding { folded(bytes).into_owned() } else { bytes.to_vec() }
}

/// Every file system holds names of so many plain letters.
const PLAIN_LENGTH: usize = 64;
/// Names that are tried because they are odd in themselves.
const MOST_ODD: usize = 1000;
/// Bytes of a path that the kernel takes, less one.
const PATH_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_something_new_are_tried() {
        let folder = test_kit::Folder::new("");
        let lock = Folder::open(folder.path()).unwrap();
        let mut trial = Trial::begin(&lock).unwrap();
        let long = "x".repeat(80);
        for (name, is_tried) in [
            ("plain-name_1.txt", false),
            ("a b", true),
            ("c d", false),
            ("What: is?", true),
            ("is: What?", true),
            (&long, true),
            (&long.to_uppercase(), false),
            (&"y".repeat(81), true),
            ("é", true),
            ("éé", false),
            ("CON", true),
            ("CON", false),
            ("end.", true),
            ("other end.", true),
            ("content", false),
        ] {
            assert_eq!(trial.has_news(name.as_bytes()), is_tried, "{name}");
        }
        assert!(trial.has_news(b"\xff") && !trial.has_news(b"\xff"));
        assert!(!trial.is_folding());
        trial.end().unwrap();
        assert_eq!(folder.names(), Vec::<String>::new());
    }
}
