//! What a visitor is sent: bytes in order, from wherever they are.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};

use serve::site::Part;

use crate::disk::Buffer;

/// Bytes that wait for a socket.
#[derive(Default)]
pub(super) struct Outgoing {
    chunks: VecDeque<Chunk>,
    /// How many bytes of the first one have been sent.
    sent: usize,
}

/// Some of these bytes.
pub(super) enum Chunk {
    /// A head, a page, and whatever else was made for this answer.
    Own(Vec<u8>),
    /// Of a .torrent that is in memory anyhow.
    Part(Part),
    /// Content, which the disk has read.
    Content(Buffer),
}

impl Chunk {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Content(bytes) => bytes,
            Self::Part(part) => part.bytes(),
        }
    }
}

/// What one write took.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Sent {
    /// Bytes of all kinds.
    pub(super) bytes: usize,
    /// Bytes of content.
    pub(super) content: usize,
}

impl Outgoing {
    pub(super) fn push(&mut self, chunk: Chunk) {
        if !chunk.bytes().is_empty() {
            self.chunks.push_back(chunk);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Bytes of content in it that have not been sent.
    pub(super) fn content(&self) -> usize {
        self.unsent(|chunk| matches!(chunk, Chunk::Content(_)))
    }

    /// Bytes in it that were made for answers and have not been sent.
    pub(super) fn own(&self) -> usize {
        self.unsent(|chunk| matches!(chunk, Chunk::Own(_)))
    }

    fn unsent(&self, is_meant: impl Fn(&Chunk) -> bool) -> usize {
        let lengths = self.chunks.iter().enumerate().filter(|(_, chunk)| is_meant(chunk));
        lengths.map(|(place, chunk)| chunk.bytes().len() - if place == 0 { self.sent } else { 0 }).sum()
    }

    /// Writes what one call takes. `None` if it takes nothing now.
    ///
    /// # Errors
    /// The visitor has gone.
    pub(super) fn write(&mut self, stream: &mut impl Write) -> io::Result<Option<Sent>> {
        let Some(chunk) = self.chunks.front() else { return Ok(Some(Sent::default())) };
        let bytes = &chunk.bytes()[self.sent..];
        let count = match stream.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            Err(error) => return Err(error),
        };
        let content = if matches!(chunk, Chunk::Content(_)) { count } else { 0 };
        self.sent += count;
        if count == bytes.len() {
            self.chunks.pop_front();
            self.sent = 0;
        }
        Ok(Some(Sent { bytes: count, content }))
    }
}
