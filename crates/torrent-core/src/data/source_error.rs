//! Why bytes of a file could not be had.

use std::io;

/// A file that could not be read to its end as it was found.
#[derive(Debug)]
pub struct SourceError {
    /// Its index in the list.
    pub file: usize,
    /// What kept the bytes from being read.
    pub kind: SourceErrorKind,
}

/// What happened to a file.
#[derive(Debug, thiserror::Error)]
pub enum SourceErrorKind {
    /// Its length, its times or the file itself changed.
    #[error("it changed while it was read")]
    Changed,
    /// It is not there any more.
    #[error("it vanished while it was to be read")]
    Vanished,
    /// The system refused.
    #[error("{0}")]
    Io(io::Error),
}

impl SourceError {
    pub(crate) fn io(file: usize, error: io::Error) -> Self {
        Self { file, kind: SourceErrorKind::Io(error) }
    }
}

/// A file that ends too early was cut short, and one that is a folder was a file before.
pub(crate) fn failed(file: usize, error: io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::IsADirectory => {
            SourceError { file, kind: SourceErrorKind::Changed }
        }
        _ => SourceError::io(file, error),
    }
}
