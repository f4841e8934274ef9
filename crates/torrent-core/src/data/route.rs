//! When something on the way to a file or folder was last put in the place of something else. Files below keep their own
//! times when a link is turned to another folder, or a folder takes the name of another.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{self as sys, FileType, Stat};
use rustix::io::Errno;

use super::stamp::Stamp;

/// The last time, in nanoseconds since 1970, at which a link or folder on the way to `path`, or there, may have been swapped;
/// the end of time if nobody can tell. Folders that hold `companion`, too, are passed over: it would have moved with them.
pub(super) fn last_swap(path: &Path, companion: Option<&Path>) -> i64 {
    let route = Route { companion, here: PathBuf::from("/"), ahead: Vec::new(), links: 0, last: 0 };
    std::path::absolute(path).ok().and_then(|path| route.walk(&path).ok()).unwrap_or(i64::MAX)
}

/// When an entry of a folder may have been put there: that changes the times of both inodes, so the earlier one counts.
pub(super) fn swapped(entry: &Stat, folder: &Stat) -> i64 {
    Stamp::of(entry).changed().min(Stamp::of(folder).changed())
}

struct Route<'a> {
    companion: Option<&'a Path>,
    /// The path of the folder, without symbolic links.
    here: PathBuf,
    /// The names still to go, the next one last.
    ahead: Vec<OsString>,
    links: usize,
    last: i64,
}

impl Route<'_> {
    fn walk(mut self, path: &Path) -> Result<i64, Errno> {
        self.turn_to(path);
        let mut folder = sys::lstat(&self.here)?;
        while let Some(name) = self.ahead.pop() {
            if name == ".." {
                self.here.pop();
                folder = sys::lstat(&self.here)?;
                continue;
            }
            self.here.push(name);
            let entry = sys::lstat(&self.here)?;
            match FileType::from_raw_mode(entry.st_mode) {
                FileType::Symlink => {
                    self.last = self.last.max(swapped(&entry, &folder));
                    self.follow()?;
                    folder = sys::lstat(&self.here)?;
                }
                FileType::Directory => {
                    if self.companion.is_none_or(|companion| !companion.starts_with(&self.here)) {
                        self.last = self.last.max(swapped(&entry, &folder));
                    }
                    folder = entry;
                }
                // A file tells by its own times.
                _ => {}
            }
        }
        Ok(self.last)
    }

    fn follow(&mut self) -> Result<(), Errno> {
        self.links += 1;
        if self.links > LINKS {
            return Err(Errno::LOOP);
        }
        let target = sys::readlink(&self.here, Vec::new())?;
        self.here.pop();
        self.turn_to(super::select::as_path(target.as_bytes()));
        Ok(())
    }

    fn turn_to(&mut self, path: &Path) {
        if path.is_absolute() {
            self.here = PathBuf::from("/");
        }
        let steps = path.components().rev();
        let names = steps.filter(|step| matches!(step, Component::Normal(_) | Component::ParentDir));
        self.ahead.extend(names.map(|step| step.as_os_str().to_owned()));
    }
}

/// As many as Linux follows.
const LINKS: usize = 40;
