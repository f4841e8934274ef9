//! Files of a journal are plain ones: a pipe or a device in the place of one would be waited for, or read, for ever, and what a link
//! leads to is not ours to write.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

/// The file, to be read.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let length = check(path)?;
    if length > LONGEST { Err(ErrorKind::FileTooLarge.into()) } else { File::open(path) }
}

/// How long the file is; 0 if there is none. What is neither a file nor a folder, of which the system itself complains, is an error.
pub(super) fn check(path: &Path) -> io::Result<u64> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() || found.is_dir() => Ok(found.len()),
        Ok(_) => Err(io::Error::other("it is no plain file")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Bytes of a journal: one of a million items is half as long.
const LONGEST: u64 = 1 << 30;
