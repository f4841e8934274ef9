//! Where the journals of what is offered lie, a file for each torrent: which pieces were checked, and how their files were then.
//!
//! A journal is written as a whole, now and then, and replaces the one before; no sync is needed, because it is a hint with checksums.
//! Two processes may have the same folder: who writes holds a lock on the new file, and the last one counts.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use piece_hash::{Backend, Sha1};
use rustix::fs::{CWD, FlockOperation, Mode, OFlags, flock, fstat, ftruncate, openat, renameat, statat};
use rustix::io::Errno;
use torrent_core::metainfo::Metainfo;

use super::super::layout::key_of;
use crate::journal::{Identity, Journal, Memory, Unusable};

/// Where the journal of a torrent is in the folder of all.
pub(super) fn path_in(state: &Path, metainfo: &Metainfo) -> PathBuf {
    state.join(format!("{}.journal", HEXLOWER.encode(&key_of(metainfo))))
}

/// Whose journal it is: of a torrent whose files lie in this folder.
pub(super) fn identity(metainfo: &Metainfo, output: &Path) -> Identity {
    let output = std::path::absolute(output).unwrap_or_else(|_| output.to_owned());
    let digest = Backend::best().digest::<Sha1>(output.as_os_str().as_encoded_bytes());
    let selection = digest.first_chunk().copied().unwrap_or_default();
    let pieces = metainfo.layout().pieces().unwrap_or_default().count();
    Identity { key: key_of(metainfo), selection, pieces }
}

/// What a journal says: nothing if there is none.
///
/// # Errors
/// It cannot be used.
pub(super) fn read(path: &Path, identity: &Identity) -> Result<Memory, Unusable> {
    match open(path, OFlags::RDONLY) {
        Err(Errno::NOENT) => Ok(Memory::default()),
        opened => Memory::read(opened.map_err(io::Error::from)?, identity),
    }
}

/// Writes a journal, unless another process is about to.
///
/// # Errors
/// The folder or the file cannot be made or written to.
pub(super) fn write(path: &Path, identity: &Identity, memory: &Memory) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("new");
    let file = open(&new, OFlags::RDWR | OFlags::CREATE)?;
    if !is_ours(&file, &new)? {
        return Ok(());
    }
    ftruncate(&file, 0)?;
    Journal::create(&file, identity, memory)?;
    renameat(CWD, &new, CWD, path)?;
    Ok(())
}

fn open(path: &Path, flags: OFlags) -> Result<File, Errno> {
    // Somebody may have put a link or a FIFO there.
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    openat(CWD, path, flags, Mode::from(0o600)).map(File::from)
}

/// Locks a new file. Between opening and locking it, another process may have finished it and given it its name.
fn is_ours(file: &File, path: &Path) -> Result<bool, Errno> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::AGAIN) => return Ok(false),
        // Nobody can lock here (some network file systems).
        Err(Errno::NOLCK | Errno::NOSYS | Errno::OPNOTSUPP) => return Ok(true),
        locked => locked?,
    }
    let opened = fstat(file)?;
    match statat(CWD, path, rustix::fs::AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => Ok(false),
        there => there.map(|there| (there.st_dev, there.st_ino) == (opened.st_dev, opened.st_ino)),
    }
}
