//! One torrent of a run: what it is of, and where it goes.

use std::path::{Path, PathBuf};

use torrent_core::data::Input;

/// One torrent to make.
#[derive(Debug)]
pub(crate) struct Torrent {
    pub(crate) name: Vec<u8>,
    pub(crate) content: Content,
    pub(crate) output: Output,
}

/// What a torrent is of.
#[derive(Debug)]
pub(crate) enum Content {
    /// What comes from standard input.
    Stdin,
    /// Files on disk; `single_file` if the torrent is one file, not a folder.
    Disk { inputs: Vec<Input>, single_file: bool },
}

impl Content {
    pub(crate) fn is_single_file(&self) -> bool {
        matches!(self, Self::Stdin | Self::Disk { single_file: true, .. })
    }

    /// The file or folder that is the content, if it is one.
    pub(crate) fn only_path(&self) -> Option<&Path> {
        match self {
            Self::Disk { inputs, .. } if inputs.len() == 1 => {
                inputs.first().map(|input| input.path.as_path())
            }
            _ => None,
        }
    }
}

/// Where a torrent goes.
#[derive(Debug)]
pub(crate) enum Output {
    Stdout,
    File(PathBuf),
}

impl Output {
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdout => None,
            Self::File(path) => Some(path),
        }
    }
}
