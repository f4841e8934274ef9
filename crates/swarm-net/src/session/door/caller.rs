//! A caller: a host that dialled us and has not shown what it speaks.

use std::io::{self, ErrorKind, Read};
use std::net::SocketAddr;

use swarm::Time;

use super::first_bytes::{LONGEST, Spoken, spoken};
use crate::transport::Stream;

/// A host that dialled us and has not shown what it speaks. The code that reads on gets the stream and what was read of it.
pub(super) struct Caller {
    pub(super) address: SocketAddr,
    pub(super) stream: Stream,
    /// Its first bytes: at most [`LONGEST`].
    pub(super) opening: Vec<u8>,
    /// When it has to have said which torrent it means, or what else it wants.
    pub(super) until: Time,
}

impl Caller {
    /// Reads what has come, and no more than it takes to tell what it is.
    ///
    /// # Errors
    /// It has gone.
    pub(super) fn hear(&mut self) -> io::Result<Spoken> {
        let mut bytes = [0; LONGEST];
        while self.stream.is_readable && spoken(&self.opening) == Spoken::NeedsMore {
            match self.stream.read(&mut bytes[self.opening.len()..]) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.opening.extend_from_slice(&bytes[self.opening.len()..][..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.stream.is_readable = false,
                Err(error) => return Err(error),
            }
        }
        Ok(spoken(&self.opening))
    }
}
