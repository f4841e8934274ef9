//! The owner and the permissions of a file that takes the place of another.

use std::fs::File;

use rustix::fs::{FileType, Gid, Mode, Stat, Uid, fchmod, fchown};

/// Gives `file` the owner, group and mode of `old`, and keeps it executable if the torrent has it so. That the system does not
/// allow or does not know one of these keeps no verified file from its name.
pub(super) fn inherit(file: &File, old: &Stat, is_executable: bool) {
    if !FileType::from_raw_mode(old.st_mode).is_file() {
        return;
    }
    // Whoever may not give the file to its owner may perhaps give it to its group.
    let (owner, group) = (Uid::from_raw(old.st_uid), Gid::from_raw(old.st_gid));
    let _ = fchown(file, Some(owner), Some(group)).or_else(|_| fchown(file, None, Some(group)));
    // As any write does, new content takes away what lets a program run as somebody else.
    let mode = old.st_mode & 0o777;
    let may_execute = if is_executable { (mode & 0o444) >> 2 } else { 0 };
    let _ = fchmod(file, Mode::from_raw_mode(mode | may_execute));
}
