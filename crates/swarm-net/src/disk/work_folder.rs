//! The hidden folder of unfinished files: it is made, locked, and seen to be ours alone.
//!
//! Where the output folder is shared (`/tmp`), somebody else may make the work folder first, with a journal that vouches for files of
//! theirs, or with a hard link that we would write through.

use std::path::Path;

use rustix::fs::{FileType, Stat};
use rustix::io::Errno;

use super::error::DiskError;
use super::folder::Folder;
use super::layout::{DiskLayout, PROBE};

/// Makes the work folder and locks it. Between the two, another process may have finished and removed it.
pub(super) fn lock(folder: &Folder, layout: &DiskLayout) -> Result<Folder, DiskError> {
    loop {
        let is_new = folder.make_private_folder(&layout.work)?;
        let lock = folder.folder(&layout.work)?;
        if !lock.lock()? {
            return Err(DiskError::Busy { path: folder.name(Path::new("")) });
        }
        let there = folder.look(&layout.work)?.map(|stat| (stat.st_dev, stat.st_ino));
        let found = lock.stat_itself()?;
        if there == Some((found.st_dev, found.st_ino)) {
            if !is_new {
                refuse_if_not_ours(&lock, &found)?;
            }
            return Ok(lock);
        }
    }
}

/// A folder that was there before must look like one that we make now. Its owner alone does not say it: some file systems have one
/// owner and mode for everything.
fn refuse_if_not_ours(lock: &Folder, found: &Stat) -> Result<(), DiskError> {
    let not_ours = |why| Err(DiskError::NotOurs { path: lock.name(Path::new("")), why });
    let probe = Path::new(PROBE);
    lock.clear_folder(probe)?;
    match lock.make_private_folder(probe) {
        Err(error) if error.is_errno(&[Errno::ACCESS, Errno::PERM]) => {
            return not_ours("it belongs to somebody else");
        }
        made => made?,
    };
    let ours = lock.folder(probe)?.stat_itself()?;
    lock.remove_folder(probe)?;
    if found.st_uid != ours.st_uid {
        return not_ours("it belongs to somebody else");
    }
    if found.st_mode & WRITABLE_BY_OTHERS & !ours.st_mode != 0 {
        return not_ours("others can write to it");
    }
    Ok(())
}

/// What we find in the work folder must have its owner, and no name elsewhere, except that a crash may have left a file both names.
pub(super) fn refuse_planted(
    folder: &Folder,
    path: &Path,
    found: &Stat,
    owner: u32,
    is_twice_named: bool,
) -> Result<(), DiskError> {
    let why = match () {
        () if !FileType::from_raw_mode(found.st_mode).is_file() => "it is no file",
        () if found.st_uid != owner => "it belongs to somebody else",
        () if found.st_nlink > if is_twice_named { 2 } else { 1 } => "it is a hard link to a file elsewhere",
        () => return Ok(()),
    };
    Err(DiskError::NotOurs { path: folder.name(path), why })
}

const WRITABLE_BY_OTHERS: u32 = 0o022;
