//! Where a file that is missing may be after all: under its name as another system or client spells it, or under any name next to
//! its place, if it has just its length. A guess for people: nothing is read.

use std::collections::{HashMap, HashSet};
use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;
use unicode_normalization::UnicodeNormalization;

use super::survey::Content;
use crate::files::{File, FileList};
use crate::path::{RawPathBuf, SafePath};

/// Looks for files of a torrent under other names.
pub struct Alike<'a> {
    files: &'a FileList,
    content: &'a Content,
    /// The names in the folders that were looked into; `true` for folders.
    folders: HashMap<PathBuf, Vec<(CString, bool)>>,
    /// The places of the torrent's own files, once they are wanted.
    own: Option<HashSet<PathBuf>>,
}

/// What clients append to the names of files that are not whole yet.
const UNFINISHED: &[&str] =
    &[".part", ".!qB", ".!ut", ".!bt", ".bc!", ".crdownload", ".partial", ".download"];

/// Names of a folder that are looked at for their lengths.
const MOST_NAMES: usize = 10_000;

impl<'a> Alike<'a> {
    /// Beside the places that `content` gives `files`.
    pub fn new(files: &'a FileList, content: &'a Content) -> Self {
        Self { files, content, folders: HashMap::new(), own: None }
    }

    /// What may be the file: its path from the content's own folder, or from the folder around it if that is called otherwise.
    pub fn find(&mut self, file: File<'_>) -> Option<Vec<u8>> {
        let place = self.content.path(file).ok()?;
        let mut at = PathBuf::new();
        let mut components = place.as_path().iter().peekable();
        while let Some(name) = components.next() {
            let is_last = components.peek().is_none();
            let found = self.entry(&at, name, !is_last);
            let found = found.or_else(|| if is_last { self.of_length(&at, file.length) } else { None })?;
            at.push(found);
        }
        let shown = at.strip_prefix(self.content.root()).unwrap_or(&at);
        (at != place.as_path()).then(|| shown.as_os_str().as_bytes().to_vec())
    }

    fn names(&mut self, folder: &Path) -> &[(CString, bool)] {
        let list = || self.content.beneath().list(folder).unwrap_or_default();
        self.folders.entry(folder.to_owned()).or_insert_with(list)
    }

    /// The entry of that name, else the first that is spelled another way.
    fn entry(&mut self, folder: &Path, name: &OsStr, is_folder: bool) -> Option<PathBuf> {
        let (wanted, names) = (folded(name.as_bytes()), self.names(folder));
        let is_alike = |entry: &[u8]| {
            let entry = folded(entry);
            let rest = entry.strip_prefix(wanted.as_str());
            rest.is_some_and(|rest| {
                rest.is_empty() || !is_folder && UNFINISHED.iter().any(|end| rest.eq_ignore_ascii_case(end))
            })
        };
        let candidates =
            || names.iter().filter(|(_, folder)| *folder == is_folder).map(|(name, _)| name.as_bytes());
        let exact = candidates().find(|entry| *entry == name.as_bytes());
        let found = exact.or_else(|| candidates().find(|entry| is_alike(entry)))?;
        Some(PathBuf::from(OsStr::from_bytes(found)))
    }

    /// The only file in a folder of that length which is not another file of the torrent.
    fn of_length(&mut self, folder: &Path, length: u64) -> Option<PathBuf> {
        let names = self.names(folder);
        if length == 0 || names.len() > MOST_NAMES {
            return None;
        }
        let files = names.iter().filter(|(_, is_folder)| !is_folder);
        let names: Vec<PathBuf> = files.map(|(name, _)| OsStr::from_bytes(name.as_bytes()).into()).collect();
        let mut found = names.into_iter().filter(|name| {
            let path = folder.join(name);
            self.length_of(&path) == Some(length) && !self.is_own(&path)
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    fn length_of(&self, path: &Path) -> Option<u64> {
        let components = path.iter().map(OsStr::as_bytes);
        let path = SafePath::new(RawPathBuf::of(components).as_path()).ok()?;
        let stat = self.content.beneath().look(&path).ok()?;
        FileType::from_raw_mode(stat.st_mode).is_file().then_some(u64::try_from(stat.st_size).ok()?)
    }

    fn is_own(&mut self, path: &Path) -> bool {
        let (files, content) = (self.files, self.content);
        let places = || files.iter().filter_map(|file| Some(content.path(file).ok()?.as_path().to_owned()));
        self.own.get_or_insert_with(|| places().collect()).contains(path)
    }
}

/// What is left of a name if composition, case and white space at its ends do not count.
fn folded(name: &[u8]) -> String {
    String::from_utf8_lossy(name).trim().nfc().collect::<String>().to_lowercase()
}
