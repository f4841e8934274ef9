//! What can go wrong on the disk, always with the place where it did.

use std::io;
use std::path::PathBuf;

use rustix::io::Errno;
use torrent_core::naming::NamingError;
use torrent_core::path::UnsafeName;

use super::damage::Damage;

/// Why the disk did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiskError {
    /// A system call failed.
    #[error("{}: {action}{}: {error}", .path.display(), .offset.map_or(String::new(), |offset| format!(" at byte {offset}")))]
    Io {
        /// Of which file or folder.
        path: PathBuf,
        /// What was tried: a verb such as `write`.
        action: &'static str,
        /// Where in the file.
        offset: Option<u64>,
        /// What the system says.
        error: io::Error,
    },
    /// Something else is in a file's place, and may not be touched.
    #[error("{}: exists with other content", .path.display())]
    Exists {
        /// The file that exists.
        path: PathBuf,
    },
    /// Files share a piece; something else is in the place of one of them at least, and may not be touched.
    #[error("{}: it or one of {others} files that share a piece with it exists with other content", .path.display())]
    ExistTogether {
        /// The first of them.
        path: PathBuf,
        /// How many others there are.
        others: usize,
    },
    /// Something that is no regular file is at a file's place.
    #[error("{}: is not a file", .path.display())]
    NoFile {
        /// What stands where the file would be.
        path: PathBuf,
    },
    /// Something else, or a link to a folder, is where the torrent has a folder.
    #[error("{}: is not a folder", .path.display())]
    NoFolder {
        /// What stands where the folder would be.
        path: PathBuf,
    },
    /// The file system has too little free space.
    #[error("{}: {needed} bytes are needed, {free} are free", .path.display())]
    TooLittleSpace {
        /// The folder that things go into.
        path: PathBuf,
        /// Bytes that are still to be written.
        needed: u64,
        /// Bytes that are free.
        free: u64,
        /// Those of the needed bytes that are whole files, which others keep the room of until they are replaced.
        anew: u64,
    },
    /// Another process fetches the same torrent into the same folder.
    #[error("{}: another process fetches this torrent", .path.display())]
    Busy {
        /// The folder that things go into.
        path: PathBuf,
    },
    /// A work folder or something in it was not made by us.
    #[error("{}: {why}", .path.display())]
    NotOurs {
        /// Which folder or file.
        path: PathBuf,
        /// What shows that it is not ours.
        why: &'static str,
    },
    /// The file system cannot hold a name.
    #[error("{}: this file system cannot hold the name: {error}", .path.display())]
    Name {
        /// Which file would have it.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Of two files of the torrent the names are one here, where case makes no difference.
    #[error("{}: this file system takes it for the name of another file of the torrent", .path.display())]
    Twin {
        /// The second one.
        path: PathBuf,
    },
    /// Another torrent of the same call has a file with this name, or where this one needs a folder, or a folder there.
    #[error("{}: another torrent of this call has that name", .path.display())]
    Claimed {
        /// The file that cannot have its name.
        path: PathBuf,
    },
    /// There is no such file to be renamed.
    #[error("there is no file {index}: the torrent has {count}, counted from 0")]
    NoSuchFile {
        /// The index that was typed.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The torrent's names cannot be file paths.
    #[error(transparent)]
    UnsafeName(#[from] UnsafeName),
    /// Nothing of what was to be offered is there as the torrent says.
    #[error("{}: {why}", .path.display())]
    NothingOffered {
        /// A file that is not.
        path: PathBuf,
        /// What is wrong with it.
        why: Damage,
    },
    /// The torrent is named like a work folder of ours.
    #[error("the name is one that unfinished downloads have")]
    ReservedName,
    /// The torrent has more pieces than are kept count of for every peer.
    #[error("the torrent has more than {} pieces", swarm::limits::PIECES)]
    TooManyPieces,
    /// The watch of [`StorageParams`](super::StorageParams) said so.
    #[error("stopped")]
    Stopped,
}

impl From<NamingError> for DiskError {
    fn from(error: NamingError) -> Self {
        match error {
            NamingError::Unsafe(name) => Self::UnsafeName(name),
            NamingError::NoSuchFile { index, count } => Self::NoSuchFile { index, count },
        }
    }
}

impl DiskError {
    pub(crate) fn io(path: impl Into<PathBuf>, action: &'static str, error: impl Into<io::Error>) -> Self {
        Self::Io { path: path.into(), action, offset: None, error: error.into() }
    }

    /// Whether there is nothing at the path.
    pub(crate) fn is_not_there(&self) -> bool {
        matches!(self, Self::Io { error, .. } if error.kind() == io::ErrorKind::NotFound)
    }

    /// Whether the system gave one of these reasons.
    pub(crate) fn is_errno(&self, errnos: &[Errno]) -> bool {
        let Self::Io { error, .. } = self else { return false };
        errnos.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
    }

    /// Whether the process or the system has too little of something now, which says nothing of the file.
    pub(crate) fn is_of_process(&self) -> bool {
        self.is_errno(&[Errno::MFILE, Errno::NFILE, Errno::NOMEM])
    }

    /// Whether this is about nothing new being possible here, of which nothing that is there suffers.
    pub(crate) fn forbids_writing(&self) -> bool {
        let errnos = [Errno::ROFS, Errno::ACCESS, Errno::PERM, Errno::NOSPC, Errno::DQUOT, Errno::MLINK];
        self.is_errno(&errnos)
    }

    pub(crate) fn at(
        path: impl Into<PathBuf>,
        action: &'static str,
        offset: u64,
        error: impl Into<io::Error>,
    ) -> Self {
        Self::Io { path: path.into(), action, offset: Some(offset), error: error.into() }
    }
}
