//! How a file gets another name, on file systems that can do much and on those that can do little.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;

use rustix::fs::{self as sys, AtFlags, RenameFlags, Stat};
use rustix::io::Errno;

/// A name in an open folder.
pub(super) type Name<'n> = (&'n OwnedFd, &'n OsStr);

/// How a file gets another name; [`Errno::EXIST`] if that is taken.
pub(super) type RenameWay = fn(Name<'_>, Name<'_>) -> Result<(), Errno>;

/// Replaces what has the name.
pub(super) fn over_what_is_there(from: Name<'_>, to: Name<'_>) -> Result<(), Errno> {
    // Of two names of one file, a rename would leave both.
    if is_same_file(from, to) { unlink(from) } else { sys::renameat(from.0, from.1, to.0, to.1) }
}

/// Leaves what has the name alone.
pub(super) fn exclusively(from: Name<'_>, to: Name<'_>) -> Result<(), Errno> {
    match sys::renameat_with(from.0, from.1, to.0, to.1, RenameFlags::NOREPLACE) {
        Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => by_link(from, to),
        Err(Errno::EXIST) if is_same_file(from, to) => unlink(from),
        renamed => renamed,
    }
}

/// For file systems without an exclusive rename: a link is exclusive everywhere.
pub(super) fn by_link(from: Name<'_>, to: Name<'_>) -> Result<(), Errno> {
    match sys::linkat(from.0, from.1, to.0, to.1, AtFlags::empty()) {
        Ok(()) => unlink(from),
        Err(Errno::EXIST) if is_same_file(from, to) => unlink(from),
        Err(Errno::PERM | Errno::NOSYS | Errno::OPNOTSUPP | Errno::MLINK) => if_nothing_is_there(from, to),
        linked => linked,
    }
}

/// For file systems without links as well (FAT, some in user space). A program that takes the name between the two calls loses it:
/// there is nothing better.
pub(super) fn if_nothing_is_there(from: Name<'_>, to: Name<'_>) -> Result<(), Errno> {
    match stat(to) {
        Err(Errno::NOENT) => sys::renameat(from.0, from.1, to.0, to.1),
        looked => looked.and(Err(Errno::EXIST)),
    }
}

fn unlink(name: Name<'_>) -> Result<(), Errno> {
    sys::unlinkat(name.0, name.1, AtFlags::empty())
}

/// Whether two names are those of one file.
fn is_same_file(one: Name<'_>, other: Name<'_>) -> bool {
    let identity = |name| stat(name).map(|stat| (stat.st_dev, stat.st_ino));
    identity(one).is_ok_and(|one| identity(other) == Ok(one))
}

fn stat((folder, name): Name<'_>) -> Result<Stat, Errno> {
    rustix::io::retry_on_intr(|| sys::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW))
}
