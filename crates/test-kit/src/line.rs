//! A connection between peers, from the side of a test.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

use swarm::wire::{Decoded, HANDSHAKE_LENGTH, Handshake, Limits, Message, decode, encode};

use crate::service::{LOOK, Stop};

/// A connection. Everything on it ends with an error when the other side closes ([`ErrorKind::UnexpectedEof`] and
/// others) or the test is over ([`ErrorKind::TimedOut`]).
pub(crate) struct Line {
    stream: TcpStream,
    stop: Stop,
    /// What came and was not read yet.
    buffer: Vec<u8>,
    limits: Limits,
}

impl Line {
    pub(crate) fn new(stream: TcpStream, stop: &Stop, limits: Limits) -> io::Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LOOK))?;
        stream.set_write_timeout(Some(LOOK))?;
        Ok(Self { stream, stop: stop.clone(), buffer: Vec::new(), limits })
    }

    pub(crate) fn stop(&self) -> &Stop {
        &self.stop
    }

    pub(crate) fn read_handshake(&mut self) -> io::Result<Handshake> {
        loop {
            match Handshake::decode(&self.buffer).map_err(nonsense)? {
                // Byte by byte: a lie shows before all of it is there.
                None => self.fill(self.buffer.len() + 1)?,
                Some(handshake) => {
                    self.buffer.drain(..HANDSHAKE_LENGTH);
                    return Ok(handshake);
                }
            }
        }
    }

    pub(crate) fn receive(&mut self) -> io::Result<Message<Vec<u8>>> {
        loop {
            match decode(&self.buffer, &self.limits).map_err(nonsense)? {
                Decoded::Incomplete { need } => self.fill(need)?,
                Decoded::Message { length, message } => {
                    self.buffer.drain(..length);
                    return Ok(message);
                }
                Decoded::Block { header, block } => {
                    let end = header + block.length as usize;
                    self.fill(end)?;
                    let data = self.buffer[header..end].to_vec();
                    self.buffer.drain(..end);
                    return Ok(Message::Piece { block, data });
                }
            }
        }
    }

    /// A message and, of a piece, its bytes.
    pub(crate) fn send(&mut self, message: &Message<Vec<u8>>) -> io::Result<()> {
        self.send_bytes(&bytes_of(message))
    }

    /// Reads while the other side takes nothing: otherwise both could wait for ever, and nobody would see it close.
    pub(crate) fn send_bytes(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => bytes = &bytes[written..],
                Err(error) => {
                    self.bear(error)?;
                    self.take_in()?;
                }
            }
        }
        Ok(())
    }

    /// Reads and forgets until the other side closes: always an error.
    pub(crate) fn drain(&mut self) -> io::Result<()> {
        loop {
            self.buffer.clear();
            self.fill(1)?;
        }
    }

    /// Reads until so many bytes are there.
    fn fill(&mut self, need: usize) -> io::Result<()> {
        while self.buffer.len() < need {
            self.take_in()?;
        }
        Ok(())
    }

    /// Reads what comes within a moment.
    fn take_in(&mut self) -> io::Result<()> {
        let mut chunk = [0; 16 << 10];
        match self.stream.read(&mut chunk) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                self.buffer.extend_from_slice(&chunk[..read]);
                Ok(())
            }
            Err(error) => self.bear(error),
        }
    }

    /// Passes over what only says that nothing has happened.
    fn bear(&self, error: io::Error) -> io::Result<()> {
        match error.kind() {
            _ if self.stop.is_over() => Err(ErrorKind::TimedOut.into()),
            ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Ok(()),
            _ => Err(error),
        }
    }
}

/// A message as it is sent.
pub(crate) fn bytes_of(message: &Message<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(message, &mut bytes);
    if let Message::Piece { data, .. } = message {
        bytes.extend_from_slice(data);
    }
    bytes
}

fn nonsense(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}
