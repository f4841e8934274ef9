//! What lies beside a torrent's files and is none of them.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rustix::io::Errno;

use super::survey::Content;
use crate::files::FileList;

/// The entries of the content's folder that the torrent does not know, in order, with `/` behind folders; what is in an
/// unknown folder is not listed. Links are not followed.
///
/// # Errors
/// The first folder that cannot be read, and why.
pub fn extra_files(files: &FileList, content: &Content) -> Result<Vec<Vec<u8>>, (PathBuf, std::io::Error)> {
    if content.is_single_file() {
        return Ok(Vec::new());
    }
    let known = Known::of(files);
    let mut extra = Vec::new();
    let mut folders: Vec<Vec<u8>> = vec![Vec::new()];
    while let Some(folder) = folders.pop() {
        let path = content.start().join(OsStr::from_bytes(&folder));
        let names = match content.beneath().list(&path) {
            Ok(names) => names,
            // Nothing is there, or a link leads out: nothing of ours.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::XDEV | Errno::LOOP) => continue,
            Err(errno) => return Err((path, errno.into())),
        };
        for (name, is_folder) in names {
            let path = joined(&folder, name.as_bytes());
            match (is_folder, known.folders.contains(path.as_slice()), known.files.contains(path.as_slice()))
            {
                (true, true, _) => folders.push(path),
                (_, _, true) => {}
                (true, ..) => extra.push([path.as_slice(), b"/"].concat()),
                (false, ..) => extra.push(path),
            }
        }
    }
    extra.sort_unstable();
    Ok(extra)
}

/// The paths of a torrent.
struct Known {
    files: HashSet<Vec<u8>>,
    folders: HashSet<Vec<u8>>,
}

impl Known {
    fn of(files: &FileList) -> Self {
        let mut known = Self { files: HashSet::new(), folders: HashSet::new() };
        for file in files.iter() {
            let path = file.path.joined();
            for (at, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
                if !known.folders.contains(&path[..at]) {
                    known.folders.insert(path[..at].to_vec());
                }
            }
            known.files.insert(path);
        }
        known
    }
}

fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}
