//! Where the content of a torrent may be after all: one folder deeper than it was looked for. A guess for people: nothing is read, and
//! nothing outside the folder that the user named is looked at.

use std::path::{Path, PathBuf};

use super::beneath::Links;
use super::survey::Content;
use crate::metainfo::Metainfo;

/// A folder in `data`, named from where one is, that has content of the torrent.
pub fn nearby(torrent: &Metainfo, data: &Path) -> Option<PathBuf> {
    let holds = |folder: &PathBuf| {
        let content = Content::find(torrent, folder, Links::Inside);
        content.is_ok_and(|content| content.has_any(torrent).unwrap_or_default())
    };
    deeper(data).into_iter().find(holds)
}

/// The folders in a folder, in the order of their names.
fn deeper(data: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(data).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut folders: Vec<PathBuf> =
        folders.take(MOST_FOLDERS).map(|entry| in_folder(data, Path::new(&entry.file_name()))).collect();
    folders.sort_unstable();
    folders
}

fn in_folder(data: &Path, name: &Path) -> PathBuf {
    if data == Path::new(".") { name.to_owned() } else { data.join(name) }
}

/// More would take long.
const MOST_FOLDERS: usize = 1000;
