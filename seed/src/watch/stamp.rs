//! What shows that a file or folder has changed, without reading it.

use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Names, lengths and times of all that is at a place. Two that are the same differ only by chance.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Stamp(pub(super) u64);

impl Stamp {
    /// The stamp of what is at a path, a whole tree perhaps. What cannot be looked at has one, too. Links are not followed, but for the path itself.
    pub(super) fn of(path: &Path) -> Self {
        let mut stamp = Self::default();
        let mut folders: Vec<PathBuf> = Vec::new();
        stamp.add(path, fs::metadata(path).ok(), &mut folders);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten() {
                match entry {
                    Ok(entry) => stamp.add(&entry.path(), entry.metadata().ok(), &mut folders),
                    Err(_) => stamp.add(&folder, None, &mut Vec::new()),
                }
            }
        }
        stamp
    }

    /// This, and that of something that belongs to it.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0.rotate_left(1).wrapping_add(other.0))
    }

    /// Adds what was seen at a path. The order in which a folder lists what it has does not matter.
    fn add(&mut self, path: &Path, seen: Option<Metadata>, folders: &mut Vec<PathBuf>) {
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        let facts = seen.as_ref().map(|seen| (seen.len(), seen.mtime(), seen.mtime_nsec(), seen.ino()));
        facts.hash(&mut hasher);
        self.0 = self.0.wrapping_add(hasher.finish());
        if seen.is_some_and(|seen| seen.is_dir()) {
            folders.push(path.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_kit::Folder;

    #[test]
    fn every_change_shows() {
        let folder = Folder::new("d/a 5\nd/b/c 7\nd/e 0");
        let mut seen = vec![Stamp::of(&folder.join("d"))];
        let mut see = |what: &str| {
            let stamp = Stamp::of(&folder.join("d"));
            assert!(!seen.contains(&stamp), "{what}");
            assert_eq!(stamp, Stamp::of(&folder.join("d")));
            seen.push(stamp);
        };
        folder.write("d/b/c", "longer than before");
        see("a length");
        folder.write("d/b/f", "");
        see("a file that came");
        folder.remove("d/e");
        see("a file that went");
        fs::rename(folder.join("d/a"), folder.join("d/g")).unwrap();
        see("a name");
        let time = fs::metadata(folder.join("d/g")).unwrap().modified().unwrap();
        let file = fs::File::options().write(true).open(folder.join("d/g")).unwrap();
        file.set_modified(time - std::time::Duration::from_secs(1)).unwrap();
        see("a time");
        fs::remove_dir_all(folder.join("d")).unwrap();
        see("nothing left");
    }
}
