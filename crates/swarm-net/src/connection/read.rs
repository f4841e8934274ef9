//! Turns the bytes of a socket into messages. The payload of blocks is read straight into the pool, without a copy.
//!
//! A peer that sends blocks usually sends nothing else: 13 bytes of header, 16 KiB of payload, and again. So while blocks arrive, one
//! vectored read takes the rest of the current block and then header, block, header, block, each into its own buffer. If that guess
//! turns out to be wrong, the bytes are joined and decoded like all others.

use std::io::{self, IoSliceMut, Read};

use swarm::CloseReason;
use swarm::wire::{BlockAddress, Decoded, Limits, Message, WireError, decode};

use crate::pool::{BLOCK, Block, Pool};

/// The start of a message that has been read from a connection, but is not complete.
pub(crate) struct MessageReader {
    limits: Limits,
    /// The start of a message; more than that only while the pool is empty. Empty if there is a partial block.
    pending: Vec<u8>,
    /// How many bytes `pending` must have before decoding is tried again.
    need: usize,
    /// The block whose payload is being received.
    partial: Option<Partial>,
    /// How many whole blocks the next read may bring. 0: the last message was something else.
    expected: usize,
}

/// A block that has not arrived completely.
struct Partial {
    address: BlockAddress,
    block: Block,
    filled: usize,
}

/// Buffers for the message of a whole block.
struct BlockBuffers {
    header: [u8; HEADER],
    block: Block,
}

/// How a read ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ReadEnd {
    /// The socket had no more.
    Drained,
    /// There may be more.
    More,
    /// The pool is empty: try again when a block has been returned.
    PoolEmpty,
    /// The peer has closed its side.
    Closed,
}

/// What a read brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ReadResult {
    pub(crate) end: ReadEnd,
    /// Bytes that came.
    pub(crate) count: usize,
    /// Bytes of the messages that were decoded, blocks left out.
    pub(crate) message_bytes: usize,
}

/// What made decoding end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stop {
    /// There is no whole message any more.
    Incomplete,
    /// There is no buffer for a block.
    PoolEmpty,
    /// So many messages are enough for now.
    Enough,
}

/// Why a connection cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiveError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Wire(#[from] WireError),
}

impl ReceiveError {
    /// What the peer did wrong; a broken connection is nobody's fault.
    pub(crate) fn offence(&self) -> Option<CloseReason> {
        matches!(self, Self::Wire(_)).then_some(CloseReason::Protocol)
    }
}

/// Bytes that were asked for, and bytes that came: `None` if the socket had none.
type Count = (usize, Option<usize>);

impl MessageReader {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, pending: Vec::new(), need: 0, partial: None, expected: 0 }
    }

    /// What is known of the torrent from now on.
    pub(crate) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// What was read of the connection before.
    pub(crate) fn begin_with(&mut self, bytes: Vec<u8>) {
        self.pending = bytes;
    }

    /// Reads until `count` bytes are there, no byte more, and takes them off: for handshakes. `None`: not yet all there.
    pub(crate) fn take(&mut self, socket: &mut impl Read, count: usize) -> io::Result<Option<Vec<u8>>> {
        while self.pending.len() < count {
            let missing = count - self.pending.len();
            match fill(&mut self.pending, socket, missing)? {
                None => return Ok(None),
                Some(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Some(_) => {}
            }
        }
        let rest = self.pending.split_off(count);
        Ok(Some(std::mem::replace(&mut self.pending, rest)))
    }

    /// What came of the bytes that [`take`](Self::take) waits for.
    pub(crate) fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// Reads once, about `limit` bytes at most, and hands over what is whole with it: about [`MESSAGE_BYTES`] bytes of messages at
    /// most, and all blocks. While messages are left from before, nothing is read.
    pub(crate) fn read(
        &mut self,
        socket: &mut impl Read,
        pool: &Pool,
        limit: usize,
        on_message: &mut dyn FnMut(Message<Block>),
    ) -> Result<ReadResult, ReceiveError> {
        let (stop, before) = self.decode(pool, on_message)?;
        match stop {
            Stop::PoolEmpty => {
                return Ok(ReadResult { end: ReadEnd::PoolEmpty, count: 0, message_bytes: before });
            }
            Stop::Enough => return Ok(ReadResult { end: ReadEnd::More, count: 0, message_bytes: before }),
            Stop::Incomplete => {}
        }
        // A header that is all there was decoded above. With less than that, it is a guess that a block follows.
        let is_block_next = self.partial.is_some() || (self.expected > 0 && self.pending.len() < HEADER);
        let (asked, read) = match is_block_next {
            true => self.read_blocks(socket, pool, limit, on_message)?,
            false => self.read_messages(socket)?,
        };
        let (stop, behind) = self.decode(pool, on_message)?;
        let end = match read {
            // No buffer at all reads nothing as well, which says nothing of the peer.
            Some(0) if asked > 0 => ReadEnd::Closed,
            _ if stop == Stop::PoolEmpty || asked == 0 => ReadEnd::PoolEmpty,
            _ if stop == Stop::Enough => ReadEnd::More,
            // The socket has filled all that it was offered, so it may have more.
            Some(read) if read == asked => ReadEnd::More,
            _ => ReadEnd::Drained,
        };
        Ok(ReadResult { end, count: read.unwrap_or_default(), message_bytes: before + behind })
    }

    fn read_messages(&mut self, socket: &mut impl Read) -> io::Result<Count> {
        // No more than the message needs: behind it, a block may begin, and what is read of that here has to be copied.
        let asked = self.need.saturating_sub(self.pending.len()).clamp(MESSAGES, BLOCK);
        Ok((asked, fill(&mut self.pending, socket, asked)?))
    }

    /// One vectored read into the partial block and as many expected ones as pool and limit allow.
    fn read_blocks(
        &mut self,
        socket: &mut impl Read,
        pool: &Pool,
        limit: usize,
        on_message: &mut dyn FnMut(Message<Block>),
    ) -> io::Result<Count> {
        let mut buffers = self.buffers(pool, limit);
        let mut segments: Vec<IoSliceMut<'_>> = Vec::with_capacity(1 + 2 * buffers.len());
        if let Some(partial) = &mut self.partial {
            segments.push(IoSliceMut::new(partial.rest(limit)));
        }
        // The first bytes of a header may have come before. They go in front of the rest, so that all buffers look alike below.
        let mut begun = self.pending.len();
        for buffer in &mut buffers {
            buffer.header[..begun].copy_from_slice(&self.pending[..begun]);
            segments.push(IoSliceMut::new(&mut buffer.header[begun..]));
            segments.push(IoSliceMut::new(buffer.block.memory()));
            begun = 0;
        }
        let asked = segments.iter().map(|segment| segment.len()).sum();
        if asked == 0 {
            return Ok((0, None));
        }
        let read = unless_would_block(socket.read_vectored(&mut segments))?;
        if let Some(read @ 1..) = read {
            let begun = self.pending.len();
            self.pending.clear();
            self.distribute(begun + read, buffers, on_message);
        }
        Ok((asked, read))
    }

    /// Buffers for the blocks that are expected. If there is no partial block and none in the pool, there is none.
    fn buffers(&self, pool: &Pool, limit: usize) -> Vec<BlockBuffers> {
        let behind = self.partial.as_ref().map_or(0, Partial::missing);
        // Without a partial block one is read whatever the limit says: otherwise a low rate would let nothing come for ever.
        let fit = (limit.saturating_sub(behind) / BLOCK_MESSAGE).max(usize::from(self.partial.is_none()));
        // A quarter of what the pool has left, because other connections are to read as well.
        let count = fit.min(self.expected).min((pool.available() / 4).max(1));
        let buffer = |_| Some(BlockBuffers { header: [0; HEADER], block: pool.take()? });
        (0..count).map_while(buffer).collect()
    }

    /// Looks at `count` bytes that lie in the partial block and the buffers behind it.
    fn distribute(
        &mut self,
        mut count: usize,
        buffers: Vec<BlockBuffers>,
        on_message: &mut dyn FnMut(Message<Block>),
    ) {
        let mut blocks = 0;
        if let Some(partial) = self.partial.take() {
            count -= self.fill_block(partial, count, on_message);
            blocks += 1;
        }
        // As long as each header leads to the payload in its own buffer, the guess is right. From the first one that does not, the bytes
        // are one stream again: they are joined in `pending`.
        let mut is_guessed = true;
        for mut buffer in buffers {
            let header = count.min(HEADER);
            let payload = (count - header).min(BLOCK);
            count -= header + payload;
            let address = self.block_at(&buffer.header[..header]).filter(|_| is_guessed);
            match address.filter(|address| address.bytes() >= payload) {
                Some(address) => {
                    self.fill_block(Partial { address, block: buffer.block, filled: 0 }, payload, on_message);
                    blocks += 1;
                }
                None => {
                    self.pending.extend_from_slice(&buffer.header[..header]);
                    self.pending.extend_from_slice(&buffer.block.memory()[..payload]);
                    // A buffer without payload is where the read ended: that is no wrong guess.
                    is_guessed = is_guessed && payload == 0;
                }
            }
        }
        self.need = 0;
        // Twice as many as came, as in the slow start of TCP; one after a wrong guess.
        self.expected = if is_guessed { (2 * blocks).clamp(1, AHEAD) } else { 1 };
    }

    /// The block whose header this is.
    fn block_at(&self, header: &[u8]) -> Option<BlockAddress> {
        match decode::<Block>(header, &self.limits) {
            Ok(Decoded::Block { block, .. }) => Some(block),
            _ => None,
        }
    }

    /// Counts at most `count` bytes more into a block, and says how many it took.
    fn fill_block(
        &mut self,
        mut partial: Partial,
        count: usize,
        on_message: &mut dyn FnMut(Message<Block>),
    ) -> usize {
        let taken = count.min(partial.missing());
        partial.filled += taken;
        partial.block.set_length(partial.filled);
        match partial.missing() {
            0 => on_message(Message::Piece { block: partial.address, data: partial.block }),
            _ => self.partial = Some(partial),
        }
        taken
    }

    /// Takes whole messages off `pending`; also says how many bytes of messages other than blocks those were.
    fn decode(
        &mut self,
        pool: &Pool,
        on_message: &mut dyn FnMut(Message<Block>),
    ) -> Result<(Stop, usize), WireError> {
        if self.pending.is_empty() || self.pending.len() < self.need {
            return Ok((Stop::Incomplete, 0));
        }
        let mut pending = std::mem::take(&mut self.pending);
        let (mut taken, mut message_bytes, mut stop) = (0, 0, None);
        self.need = 0;
        while stop.is_none() && self.partial.is_none() {
            match decode(&pending[taken..], &self.limits)? {
                Decoded::Incomplete { need } => {
                    self.need = need;
                    stop = Some(Stop::Incomplete);
                }
                Decoded::Message { .. } if message_bytes >= MESSAGE_BYTES => stop = Some(Stop::Enough),
                Decoded::Message { length, message } => {
                    (taken, message_bytes) = (taken + length, message_bytes + length);
                    // Who sends other messages is read without guessing until a block comes.
                    self.expected = 0;
                    on_message(message);
                }
                Decoded::Block { header, block } => match pool.take() {
                    Some(memory) => {
                        taken += header + self.copy(block, memory, &pending[taken + header..], on_message)
                    }
                    None => stop = Some(Stop::PoolEmpty),
                },
            }
        }
        pending.drain(..taken);
        // One long message is no reason to keep its memory.
        if pending.len() <= MESSAGES && pending.capacity() > BLOCK {
            pending.shrink_to(MESSAGES);
        }
        self.pending = pending;
        Ok((stop.unwrap_or(Stop::Incomplete), message_bytes))
    }

    /// Copies to `block` what came of it.
    fn copy(
        &mut self,
        address: BlockAddress,
        mut block: Block,
        bytes: &[u8],
        on_message: &mut dyn FnMut(Message<Block>),
    ) -> usize {
        let length = bytes.len().min(address.bytes());
        block.memory()[..length].copy_from_slice(&bytes[..length]);
        self.expected = self.expected.max(1);
        self.fill_block(Partial { address, block, filled: 0 }, length, on_message)
    }
}

impl Partial {
    fn missing(&self) -> usize {
        self.address.bytes() - self.filled
    }

    /// Where the next bytes go, at most `limit`, but not none.
    fn rest(&mut self, limit: usize) -> &mut [u8] {
        let count = self.missing().min(limit.max(1));
        &mut self.block.memory()[self.filled..][..count]
    }
}

/// Appends at most `count` bytes to `bytes`.
fn fill(bytes: &mut Vec<u8>, socket: &mut impl Read, count: usize) -> io::Result<Option<usize>> {
    let length = bytes.len();
    bytes.reserve_exact(count);
    bytes.resize(length + count, 0);
    let read = unless_would_block(socket.read(&mut bytes[length..]));
    bytes.truncate(length + read.as_ref().map_or(0, |read| read.unwrap_or_default()));
    read
}

fn unless_would_block(read: io::Result<usize>) -> io::Result<Option<usize>> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        read => read.map(Some),
    }
}

/// What comes before the payload of a block.
const HEADER: usize = 13;

/// Bytes of the message of a whole block.
pub(crate) const BLOCK_MESSAGE: usize = HEADER + BLOCK;

/// Bytes to read while no blocks arrive: enough for many small messages, and for only a few bytes of a block, which would have to be
/// copied.
const MESSAGES: usize = 4 << 10;

/// Bytes of messages, blocks left out, after which a read ends and other connections have their turn: the answers may be hundreds of
/// times as long.
pub(crate) const MESSAGE_BYTES: usize = 4 << 10;

/// Blocks of a vectored read: 512 KiB, or 2,048 system calls for each GiB.
const AHEAD: usize = 32;

#[cfg(test)]
mod tests;
