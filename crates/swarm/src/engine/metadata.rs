//! Metadata for peers that have only its hash (BEP 9): fetched from several peers at once, and given to others.
//!
//! Every copy comes from one peer, so that a lie has one author. The first copy that fits the info hash is taken; who
//! sends one that does not is banned. Copies are short, as a rule two blocks; a few side by side, whichever is the
//! quickest, beat one that is put together from many and fits nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use piece_hash::{Backend, Sha1, Sha256};

use super::Swarm;
use crate::addresses::host;
use crate::extension::{Extension, METADATA_BLOCK, MetadataMessage};
use crate::limits::{
    METADATA_PACE, METADATA_PATIENCE, METADATA_PAUSE, METADATA_QUIET, METADATA_REQUESTS, METADATA_SOURCES,
    METADATA_TRIES,
};
use crate::peer::{Judgement, PeerConnection};
use crate::wire::Message;
use crate::{Action, CloseReason, Config, ConnectionId, Time};

/// The copies of the metadata that are being fetched.
#[derive(Debug, Default)]
pub(crate) struct MetadataCopies {
    copies: BTreeMap<ConnectionId, MetadataCopy>,
    /// Copies that did not fit. For each of them, one more is fetched at a time: where one liar is, there are others.
    bad_copies: usize,
    /// One fitted: the driver has it.
    pub(crate) done: bool,
}

/// What one peer has sent of the metadata.
#[derive(Debug)]
struct MetadataCopy {
    /// Bytes that it is said to have.
    size: usize,
    /// What has come, up to the block that stands farthest back. It grows with what comes, not with what is claimed.
    info: Vec<u8>,
    /// Which blocks have come.
    blocks: BTreeSet<u32>,
    /// The next block to ask for.
    next: u32,
    started: Time,
    last_block: Time,
}

impl MetadataCopies {
    /// Bytes that all of them take.
    fn bytes(&self) -> usize {
        self.copies.values().map(|copy| copy.info.len()).sum()
    }

    /// Bytes that the copy of one peer takes.
    pub(crate) fn kept_for(&self, id: ConnectionId) -> usize {
        self.copies.get(&id).map_or(0, |copy| copy.info.len() + copy.blocks.len() * size_of::<u32>())
    }

    /// How many get on well enough that no other peer is to be asked beside them.
    fn prompt(&self, now: Time) -> usize {
        self.copies.values().filter(|copy| copy.is_prompt(now)).count()
    }

    /// The one, other than that of `id`, of which nothing has come for longest.
    fn most_silent(&self, id: ConnectionId) -> Option<ConnectionId> {
        let others = self.copies.iter().filter(|(other, copy)| **other != id && !copy.info.is_empty());
        others.min_by_key(|(_, copy)| copy.last_block).map(|(other, _)| *other)
    }

    /// Bytes of the copy that is furthest, and how many it is said to have.
    pub(crate) fn furthest(&self) -> Option<(usize, usize)> {
        let progress = |copy: &MetadataCopy| (copy.received(), copy.size);
        self.copies.values().map(progress).max()
    }
}

impl MetadataCopy {
    fn new(size: usize, now: Time) -> Self {
        Self { size, info: Vec::new(), blocks: BTreeSet::new(), next: 0, started: now, last_block: now }
    }

    /// Blocks that have come.
    fn blocks_received(&self) -> u32 {
        self.blocks.len() as u32
    }

    /// Bytes that have come.
    fn received(&self) -> usize {
        (self.blocks.len() * METADATA_BLOCK).min(self.info.len())
    }

    fn is_prompt(&self, now: Time) -> bool {
        let paid = METADATA_PACE * self.blocks_received();
        now.saturating_sub(self.started) < METADATA_QUIET + paid
    }

    fn put(&mut self, block: u32, data: &[u8]) {
        let start = start_of(block);
        let end = start + data.len();
        self.info.resize(self.info.len().max(end), 0);
        self.info[start..end].copy_from_slice(data);
        self.blocks.insert(block);
    }

    fn block_count(&self) -> u32 {
        blocks_of(self.size)
    }

    /// Blocks to ask for now.
    fn next_requests(&mut self) -> std::ops::Range<u32> {
        let from = self.next;
        self.next = self.block_count().min(self.blocks_received() + METADATA_REQUESTS);
        from..self.next
    }
}

/// Where a block begins in the info dictionary.
fn start_of(block: u32) -> usize {
    block as usize * METADATA_BLOCK
}

/// How many blocks an info dictionary of `size` bytes has (BEP 9).
fn blocks_of(size: usize) -> u32 {
    u32::try_from(size.div_ceil(METADATA_BLOCK)).unwrap_or(u32::MAX)
}

impl<B> Swarm<B> {
    pub(crate) fn on_metadata_message(&mut self, id: ConnectionId, payload: &[u8]) -> Judgement {
        match MetadataMessage::decode(payload).map_err(|_| CloseReason::Protocol)? {
            MetadataMessage::Request { block } => self.send_metadata(id, block),
            MetadataMessage::Data { block, total, data } => self.on_metadata(id, block, total, data),
            MetadataMessage::Reject { .. } => {
                self.drop_copy(id);
                Ok(())
            }
            MetadataMessage::Other => Ok(()),
        }
    }

    /// Begins copies as long as more are allowed and there is somebody to ask.
    pub(crate) fn fetch_metadata(&mut self) {
        while let Some((id, size)) = self.next_copy() {
            self.metadata.copies.insert(id, MetadataCopy::new(size, self.now));
            self.request_metadata(id);
        }
    }

    /// Gives up copies that do not get on, and those that take long while others wait.
    pub(crate) fn watch_metadata(&mut self) {
        let now = self.now;
        let waiting = self.connections.values().filter(|peer| self.claimed_size(peer).is_some()).count();
        let hopeless = |(id, copy): &(&ConnectionId, &MetadataCopy)| {
            let tries = self.connections.get(id).map_or(0, |peer| peer.metadata.tries);
            let others_wait = waiting > self.metadata.copies.len();
            let turn = METADATA_PATIENCE * 2_u32.pow(tries.min(10));
            now.saturating_sub(copy.last_block) > METADATA_PATIENCE
                || others_wait && now.saturating_sub(copy.started) > turn
        };
        let given_up: Vec<ConnectionId> =
            self.metadata.copies.iter().filter(hopeless).map(|(id, _)| *id).collect();
        given_up.into_iter().for_each(|id| self.drop_copy(id));
    }

    /// A copy will not be finished. Who promised metadata again and again and gave none is of no use.
    pub(crate) fn drop_copy(&mut self, id: ConnectionId) {
        if self.metadata.copies.remove(&id).is_none() {
            return;
        }
        let Some(peer) = self.connections.get_mut(&id) else { return };
        peer.metadata.tries += 1;
        peer.metadata.not_before = self.now + METADATA_PAUSE;
        if peer.metadata.tries >= METADATA_TRIES {
            self.close(id, CloseReason::BadMetadata);
        }
    }

    fn next_copy(&self) -> Option<(ConnectionId, usize)> {
        if self.picker.is_some()
            || self.metadata.done
            || self.metadata.prompt(self.now) >= METADATA_SOURCES * (1 + self.metadata.bad_copies)
        {
            return None;
        }
        let is_asked = |peer: &PeerConnection| self.metadata.copies.contains_key(&peer.id);
        // A host has its turn, not a peer: whoever comes with many peers is one of many hosts all the same.
        let mut turns: BTreeMap<IpAddr, u32> = BTreeMap::new();
        for peer in self.connections.values() {
            *turns.entry(host(peer.address.ip())).or_default() +=
                peer.metadata.tries + u32::from(is_asked(peer));
        }
        let free = self.connections.values().filter(|peer| !is_asked(peer));
        let ready = free.filter(|peer| peer.metadata.not_before <= self.now);
        let turn = |peer: &PeerConnection| turns.get(&host(peer.address.ip())).copied();
        let sized = ready
            .filter_map(|peer| Some((turn(peer), peer.metadata.tries, peer.id, self.claimed_size(peer)?)));
        sized.min().map(|(.., id, size)| (id, size))
    }

    /// How many bytes of metadata a peer says it has, if we can ask it.
    fn claimed_size(&self, peer: &PeerConnection) -> Option<usize> {
        peer.extension.ids.id(Extension::Metadata).filter(|_| !peer.closing)?;
        let size = usize::try_from(peer.extension.metadata_size?).ok()?;
        (1..=self.config.metadata).contains(&size).then_some(size)
    }

    fn request_metadata(&mut self, id: ConnectionId) {
        let peer = self.connections.get(&id);
        let Some(number) = peer.and_then(|peer| peer.extension.ids.id(Extension::Metadata)) else {
            return;
        };
        let blocks = self.metadata.copies.get_mut(&id).map(MetadataCopy::next_requests).unwrap_or_default();
        for block in blocks {
            let payload = MetadataMessage::Request { block }.encode();
            self.send(id, Message::Extended { id: number, payload });
        }
    }

    fn on_metadata(&mut self, id: ConnectionId, block: u32, total: u64, data: &[u8]) -> Judgement {
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        let Some(copy) = self.metadata.copies.get_mut(&id).filter(|copy| block < copy.next) else {
            peer.metadata.unrequested += 1;
            return if peer.metadata.unrequested > 2 * METADATA_REQUESTS {
                Err(CloseReason::Protocol)
            } else {
                Ok(())
            };
        };
        if usize::try_from(total) != Ok(copy.size) {
            return Err(CloseReason::BadMetadata);
        }
        copy.put(block, data);
        copy.last_block = self.now;
        if copy.blocks_received() < copy.block_count() {
            self.drop_silent_copies(id);
            self.request_metadata(id);
            return Ok(());
        }
        let info = self.metadata.copies.remove(&id).map(|copy| copy.info);
        self.on_whole_copy(id, info.unwrap_or_default())
    }

    /// All copies together take no more than the longest one may. Those of which nothing has come for longest go first; their
    /// peers may be asked again.
    fn drop_silent_copies(&mut self, id: ConnectionId) {
        while self.metadata.bytes() > self.config.metadata {
            let Some(silent) = self.metadata.most_silent(id) else { return };
            self.metadata.copies.remove(&silent);
            if let Some(peer) = self.connections.get_mut(&silent) {
                peer.metadata.not_before = self.now + METADATA_PAUSE;
            }
        }
    }

    fn on_whole_copy(&mut self, id: ConnectionId, info: Vec<u8>) -> Judgement {
        if !fits(&self.config, &info) {
            self.metadata.bad_copies += 1;
            let ip = self.connections.get(&id).map(|peer| peer.address.ip());
            ip.into_iter().for_each(|ip| self.ban(ip, CloseReason::BadMetadata));
            return Err(CloseReason::BadMetadata);
        }
        self.connections.get_mut(&id).into_iter().for_each(|peer| peer.metadata.has_sent_it = true);
        self.metadata = MetadataCopies { done: true, ..MetadataCopies::default() };
        self.actions.push_back(Action::Metadata { info });
        Ok(())
    }

    /// Gives a block to a peer: each of them twice at most, because answering costs a thousand times what asking does.
    fn send_metadata(&mut self, id: ConnectionId, block: u32) -> Judgement {
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        let Some(number) = peer.extension.ids.id(Extension::Metadata) else { return Ok(()) };
        // Of a private torrent only those hear who have it from its tracker's site (BEP 27).
        let picker = self.picker.as_ref().filter(|_| !self.addresses.is_private());
        let info = picker.map(|picker| picker.geometry().metainfo().raw_info());
        let info = info.unwrap_or_default();
        let most = 2 * blocks_of(info.len());
        let length = MetadataMessage::block_length(block, info.len() as u64);
        peer.metadata.requests += 1;
        if peer.metadata.requests > most + 2 * METADATA_REQUESTS {
            return Err(CloseReason::Protocol);
        }
        let start = start_of(block);
        let message = match info.get(start..start + length).filter(|data| !data.is_empty()) {
            Some(data) if peer.metadata.requests <= most => {
                MetadataMessage::Data { block, total: info.len() as u64, data }
            }
            _ => MetadataMessage::Reject { block },
        };
        let payload = message.encode();
        self.send(id, Message::Extended { id: number, payload });
        Ok(())
    }
}

/// Whether an info dictionary is the one: every info hash that is known must fit.
fn fits(config: &Config, info: &[u8]) -> bool {
    let backend = Backend::best();
    config.info_hash_v1.is_none_or(|hash| backend.digest::<Sha1>(info) == hash)
        && config.info_hash_v2.is_none_or(|hash| backend.digest::<Sha256>(info) == hash)
}
