//! Where the content of a torrent may be after all: one folder deeper than it was looked for, or higher. A guess for people: nothing is
//! read.

use std::path::{Component, Path, PathBuf};

use super::beneath::Links;
use super::survey::Content;
use crate::metainfo::Metainfo;

/// A folder next to `data`, named from there, that has content of the torrent.
pub fn nearby(torrent: &Metainfo, data: &Path) -> Option<PathBuf> {
    let holds = |folder: &PathBuf| {
        let content = Content::find(torrent, folder, Links::Inside);
        content.is_ok_and(|content| content.has_any(torrent).unwrap_or_default())
    };
    deeper(data).into_iter().chain(higher(data)).find(holds)
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

/// The folder around a folder, and the one around that.
fn higher(data: &Path) -> impl Iterator<Item = PathBuf> {
    let above = |folder: &PathBuf| match folder.components().next_back() {
        Some(Component::Normal(_)) => folder.parent().map(|parent| match parent.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => parent.to_owned(),
        }),
        Some(Component::CurDir) => Some(PathBuf::from("..")),
        Some(Component::ParentDir) => Some(folder.join("..")),
        _ => None,
    };
    std::iter::successors(above(&data.to_owned()), above).take(2)
}

/// More would take long.
const MOST_FOLDERS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_above_are_named_from_where_one_is() {
        for (data, expected) in [
            ("a/b", ["a", "."].as_slice()),
            ("a", &[".", ".."]),
            (".", &["..", "../.."]),
            ("..", &["../..", "../../.."]),
            ("/a", &["/"]),
            ("/", &[]),
        ] {
            let found: Vec<PathBuf> = higher(Path::new(data)).collect();
            assert_eq!(found, expected.iter().map(PathBuf::from).collect::<Vec<_>>(), "{data}");
        }
    }
}
