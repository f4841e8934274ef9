//! What a scan could not put into the torrent, and what the user should know about.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// An entry that had to be left out although nobody asked for it.
#[derive(Debug)]
pub struct Problem {
    /// The entry, as it can be found from the current folder.
    pub path: PathBuf,
    /// Why it is not in the list.
    pub kind: ProblemKind,
}

/// Why an entry cannot be put into a torrent.
#[derive(Debug)]
pub enum ProblemKind {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It was in its folder when that was read, and then it was not.
    Vanished,
    /// A FIFO, a socket or a device.
    Special,
    /// A symbolic link that leads nowhere.
    Dangling,
    /// A symbolic link that leads to a folder around it.
    Loop,
    /// More folders around it than torrents are read with.
    TooDeep,
    /// Its name is not UTF-8, and raw names were not asked for.
    NotUtf8,
    /// It is called like a pad file of BitComet, and whoever reads the torrent would take it for one.
    PadName,
    /// It is a symbolic link, and those were to be errors.
    LinkRefused,
    /// It is a symbolic link to be stored, but leads out of the tree.
    LinkOutside,
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable(error) => return error.fmt(f),
            Self::Vanished => "it vanished while the folder was read",
            Self::Special => "it is not a file, folder or symbolic link",
            Self::Dangling => "the symbolic link leads nowhere",
            Self::Loop => "the symbolic link leads in a circle",
            Self::TooDeep => "there are too many folders around it",
            Self::NotUtf8 => "the name is not UTF-8",
            Self::PadName => "it is called like a pad file, for which clients would take it",
            Self::LinkRefused => "it is a symbolic link",
            Self::LinkOutside => "the symbolic link leads out of the torrent",
        })
    }
}

/// Something that was done and may surprise the user.
#[derive(Debug)]
pub enum Note {
    /// A link leads out of the tree; its target is included.
    Outside(PathBuf),
    /// The file that is to be written is in the tree, and was left out.
    Output(PathBuf),
    /// The unfinished output of another run, or what is left of one; it was left out.
    Scratch(PathBuf),
    /// A `.gitignore` has a line that could not be understood.
    IgnoreFile(String),
}
