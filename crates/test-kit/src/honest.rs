//! A peer that has everything and gives it to whoever asks.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use swarm::extension::{self, Extension, ExtensionHandshake, ExtensionIds, METADATA_BLOCK, MetadataMessage};
use swarm::wire::{Handshake, Limits, Message};

use crate::Content;
use crate::line::Line;
use crate::service::{Service, Stop, own_loopback};

/// A seeder on a port of this machine, until it is dropped.
#[derive(Debug)]
pub struct HonestPeer {
    service: Service,
    address: SocketAddr,
    given: Arc<AtomicU64>,
    content: Arc<Content>,
    manners: Manners,
}

/// What an honest peer can do.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// BEP 10 and BEP 9: it gives metadata.
    pub metadata: bool,
    /// It speaks the fast extension (BEP 6).
    pub fast: bool,
    /// How long it thinks before each block.
    pub delay: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Self { metadata: true, fast: true, delay: Duration::ZERO }
    }
}

impl HonestPeer {
    /// A peer that waits for connections.
    pub fn new(content: Arc<Content>, manners: Manners) -> Self {
        let service = Service::new();
        let given = Arc::<AtomicU64>::default();
        let (its_content, its_given) = (content.clone(), given.clone());
        let address = service.listen(own_loopback(), move |stream, stop| {
            // However a connection ends, the next one is served.
            let _ = serve(stream, stop, &its_content, manners, &its_given);
        });
        Self { service, address, given, content, manners }
    }

    /// The address where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Bytes of blocks that it has given away.
    pub fn given(&self) -> u64 {
        self.given.load(Ordering::Relaxed)
    }

    /// Connects to somebody who listens, as well.
    pub fn dial(&self, address: SocketAddr) {
        let (content, given, manners) = (self.content.clone(), self.given.clone(), self.manners);
        self.service.run(move |stop| {
            if let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_secs(5)) {
                let _ = dialled(stream, stop, &content, manners, &given);
            }
        });
    }
}

/// `-HP0001-` and where the connection is, which is nobody else's.
fn peer_id(line_end: SocketAddr) -> [u8; 20] {
    let mut id = *b"-HP0001-000000000000";
    let digits = format!("{:012x}", u64::from(line_end.port()) << 32 | u64::from(std::process::id()));
    id[8..].copy_from_slice(&digits.as_bytes()[digits.len() - 12..]);
    id
}

fn handshake(info_hash: [u8; 20], end: SocketAddr, manners: Manners) -> Handshake {
    let mut handshake = Handshake::new(info_hash, peer_id(end), false);
    if !manners.metadata {
        handshake.reserved[5] = 0;
    }
    if !manners.fast {
        handshake.reserved[7] = 0;
    }
    handshake
}

fn serve(
    stream: TcpStream,
    stop: &Stop,
    content: &Content,
    manners: Manners,
    given: &AtomicU64,
) -> io::Result<()> {
    let end = stream.local_addr()?;
    let mut line = Line::new(stream, stop, Limits::new(Some(content.pieces())))?;
    let theirs = line.read_handshake()?;
    if content.is_named_by(theirs.info_hash) {
        line.send_bytes(&handshake(theirs.info_hash, end, manners).encode())?;
        Conversation { line, content, manners, given, metadata_id: 0 }.hold(&theirs)?;
    }
    Ok(())
}

fn dialled(
    stream: TcpStream,
    stop: &Stop,
    content: &Content,
    manners: Manners,
    given: &AtomicU64,
) -> io::Result<()> {
    let end = stream.local_addr()?;
    let mut line = Line::new(stream, stop, Limits::new(Some(content.pieces())))?;
    line.send_bytes(&handshake(content.info_hash(), end, manners).encode())?;
    let theirs = line.read_handshake()?;
    Conversation { line, content, manners, given, metadata_id: 0 }.hold(&theirs)
}

/// One connection after its handshakes.
struct Conversation<'a> {
    line: Line,
    content: &'a Content,
    manners: Manners,
    given: &'a AtomicU64,
    /// The number by which the other side wants metadata.
    metadata_id: u8,
}

impl Conversation<'_> {
    /// Talks until the other side goes.
    fn hold(mut self, theirs: &Handshake) -> io::Result<()> {
        if self.manners.metadata && theirs.has_extensions() {
            self.send_extension_handshake()?;
        }
        let is_fast = self.manners.fast && theirs.has_fast();
        self.line.send(&if is_fast { Message::HaveAll } else { self.bitfield() })?;
        loop {
            let message = self.line.receive()?;
            self.answer(message)?;
        }
    }

    fn answer(&mut self, message: Message<Vec<u8>>) -> io::Result<()> {
        match message {
            Message::Interested => self.line.send(&Message::Unchoke),
            Message::Request(block) => {
                self.line.stop().sleep(self.manners.delay);
                let Some(data) = self.content.block(block) else { return Ok(()) };
                self.given.fetch_add(block.length.into(), Ordering::Relaxed);
                self.line.send(&Message::Piece { block, data: data.to_vec() })
            }
            Message::HashRequest(range) => self.line.send(&match self.content.hashes(range) {
                Some(hashes) => Message::Hashes { range, hashes },
                None => Message::HashReject(range),
            }),
            Message::Extended { id: extension::HANDSHAKE, payload } => {
                let theirs = ExtensionHandshake::decode(&payload).unwrap_or_default();
                self.metadata_id = theirs.ids.id(Extension::Metadata).unwrap_or(self.metadata_id);
                Ok(())
            }
            Message::Extended { id: METADATA_ID, payload } => self.answer_metadata(&payload),
            _ => Ok(()),
        }
    }

    fn answer_metadata(&mut self, payload: &[u8]) -> io::Result<()> {
        let Ok(MetadataMessage::Request { block }) = MetadataMessage::decode(payload) else { return Ok(()) };
        let info = self.content.metainfo().raw_info();
        let answer = match info.chunks(METADATA_BLOCK).nth(block as usize) {
            Some(data) => MetadataMessage::Data { block, total: info.len() as u64, data },
            None => MetadataMessage::Reject { block },
        };
        self.line.send(&Message::Extended { id: self.metadata_id, payload: answer.encode() })
    }

    fn send_extension_handshake(&mut self) -> io::Result<()> {
        let ours = ExtensionHandshake {
            ids: ExtensionIds::default().with(Extension::Metadata, METADATA_ID),
            metadata_size: Some(self.content.metainfo().raw_info().len() as u64),
            client: Some(b"honest".to_vec()),
            ..ExtensionHandshake::default()
        };
        self.line.send(&Message::Extended { id: extension::HANDSHAKE, payload: ours.encode() })
    }

    fn bitfield(&self) -> Message<Vec<u8>> {
        Message::Bitfield(full_bitfield(self.content.pieces()))
    }
}

/// Our number for metadata.
const METADATA_ID: u8 = 3;

/// A bitfield that has every piece.
pub(crate) fn full_bitfield(pieces: u32) -> Vec<u8> {
    let mut bits = vec![0xff; pieces.div_ceil(8) as usize];
    if let Some(last) = bits.last_mut().filter(|_| !pieces.is_multiple_of(8)) {
        *last = !(0xff >> (pieces % 8));
    }
    bits
}

#[cfg(test)]
mod tests;
