//! Files on disk that are not in the torrent.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rustix::io::Errno;

use super::survey::Content;
use crate::files::FileList;

/// The files below the content's folder that are not in the torrent, in order. Links are not followed, empty folders not
/// listed.
///
/// # Errors
/// The first folder that cannot be read, and why.
pub fn extra_files(files: &FileList, content: &Content) -> Result<Vec<Vec<u8>>, (PathBuf, std::io::Error)> {
    if content.is_single_file() {
        return Ok(Vec::new());
    }
    let known: BTreeSet<Vec<u8>> = files.iter().map(|file| file.path.joined()).collect();
    let mut extra = Vec::new();
    let mut folders: Vec<Vec<u8>> = vec![Vec::new()];
    while let Some(folder) = folders.pop() {
        let path = content.root().join(OsStr::from_bytes(&folder));
        let names = match content.beneath().list(&path) {
            Ok(names) => names,
            // Nothing is there, or a link leads out: nothing of ours.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::XDEV | Errno::LOOP) => continue,
            Err(errno) => return Err((path, errno.into())),
        };
        for (name, is_folder) in names {
            let path = joined(&folder, name.as_bytes());
            match (is_folder, known.contains(&path)) {
                (true, false) => folders.push(path),
                // A link may stand for a folder that holds files of the torrent.
                (false, false) if !holds_any(&known, &path) => extra.push(path),
                (false, false) => {}
                (_, true) => {}
            }
        }
    }
    extra.sort_unstable();
    Ok(extra)
}

fn holds_any(known: &BTreeSet<Vec<u8>>, folder: &[u8]) -> bool {
    let below = [folder, b"/"].concat();
    known.range(below.clone()..).next().is_some_and(|path| path.starts_with(&below))
}

fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}
