//! Giving a finished file its name: the step that must not overwrite by accident, even when others write there too.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use tempfile::TempPath;

/// Takes the place of whatever file is there.
pub(super) fn replacing(hidden: TempPath, target: &Path) -> io::Result<()> {
    again(|| fs::rename(&hidden, target))?;
    keep(hidden)
}

/// Fails with `AlreadyExists` if there is anything.
pub(super) fn without_replacing(hidden: TempPath, target: &Path) -> io::Result<()> {
    match again(|| renamed_exclusively(&hidden, target)) {
        Ok(()) => keep(hidden),
        Err(error) if LACKING.contains(&error.kind()) => linked(&hidden, target),
        Err(error) => Err(error),
    }
}

/// For file systems without an exclusive rename: a link is exclusive everywhere. The caller drops the other name.
fn linked(hidden: &Path, target: &Path) -> io::Result<()> {
    again(|| fs::hard_link(hidden, target))
}

#[cfg(target_os = "linux")]
fn renamed_exclusively(hidden: &Path, target: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, hidden, CWD, target, RenameFlags::NOREPLACE)?)
}

#[cfg(not(target_os = "linux"))]
fn renamed_exclusively(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// The hidden name is gone; nobody must remove a stranger's file of that name later.
fn keep(hidden: TempPath) -> io::Result<()> {
    hidden.keep().map(drop).map_err(|error| error.error)
}

/// A signal may come at any time.
fn again(mut act: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    loop {
        match act() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// How kernels and file systems say that they know no exclusive rename: ENOSYS, EOPNOTSUPP, EINVAL.
const LACKING: [ErrorKind; 2] = [ErrorKind::Unsupported, ErrorKind::InvalidInput];

#[cfg(test)]
mod tests {
    use super::*;
    use test_kit::Folder;

    fn hidden_in(folder: &Folder) -> TempPath {
        tempfile::Builder::new().prefix(".").tempfile_in(folder.path()).unwrap().into_temp_path()
    }

    #[test]
    fn each_way_moves_the_file_or_leaves_what_is_there() {
        let link: fn(TempPath, &Path) -> io::Result<()> = |hidden, target| linked(&hidden, target);
        for way in [without_replacing, link] {
            let folder = Folder::new("old: 1");
            let taken = way(hidden_in(&folder), &folder.join("old")).map_err(|error| error.kind());
            assert_eq!(taken, Err(ErrorKind::AlreadyExists));
            way(hidden_in(&folder), &folder.join("new")).unwrap();
            assert_eq!(
                (folder.list(), folder.read("old")),
                (vec![b"new".to_vec(), b"old".to_vec()], b"1".to_vec())
            );
        }
    }
}
