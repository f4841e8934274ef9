//! What both ends say first in BitTorrent (BEP 3), and which torrent that leads to.

use swarm::wire::Handshake;
use swarm::{CloseReason, ConnectionId, Direction};

use super::PATIENCE;
use super::caller::Caller;
use crate::connection::{Connection, ConnectionStage};
use crate::job_id::JobId;
use crate::session::Session;
use crate::stage::JobStage;
use crate::torrent::Torrent;

impl Session {
    /// A caller speaks BitTorrent.
    pub(super) fn await_handshake(&mut self, id: ConnectionId) {
        let Some(caller) = self.door.unheard.remove(&id) else { return };
        let Caller { address, stream, opening, until } = caller;
        let stage = ConnectionStage::Greeting { job: None, until };
        let mut connection = Connection::new(id, address, Direction::Incoming, stage, stream);
        connection.reader.begin_with(opening);
        self.connections.insert(id, connection);
        self.queues.readable.push(id);
    }

    /// We have dialled, so we speak first.
    pub(super) fn greet(&mut self, id: ConnectionId, job: JobId, encrypted: bool) {
        let swarm = self.torrents.get(job).and_then(|torrent| torrent.swarm.as_ref());
        let handshake = swarm.map(swarm::Swarm::handshake);
        let (Some(connection), Some(handshake)) = (self.connections.get_mut(&id), handshake) else { return };
        match encrypted {
            true => connection.begin_securing(self.settings.encryption, &handshake),
            false => connection.outbox.push_bytes(&handshake.encode()),
        }
        connection.stage = ConnectionStage::Greeting { job: Some(job), until: self.now + PATIENCE };
        self.queues.outgoing.push(id);
        self.go_on(id);
    }

    /// Reads what a peer says first.
    pub(crate) fn read_handshake(&mut self, id: ConnectionId, job: Option<JobId>) {
        self.read_secure_handshake(id);
        let is_awaited = |connection: &&mut Connection| {
            connection.stream.is_readable
                && connection.securing.is_none()
                && connection.early_handshake.is_none()
        };
        let Some(connection) = self.connections.get_mut(&id).filter(is_awaited) else { return };
        match connection.read_handshake() {
            Ok(Some(handshake)) => self.on_handshake(id, job, handshake),
            Ok(None) => connection.stream.is_readable = false,
            Err(error) => self.close_for(id, error.offence()),
        }
    }

    /// A peer said who it is and which torrent it means.
    fn on_handshake(&mut self, id: ConnectionId, job: Option<JobId>, theirs: Handshake) {
        let route = self.route(job, &theirs);
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if self.bans.contains(connection.address.ip()) {
            return self.close(id);
        }
        let Some((job, answer)) = route else {
            let is_early = job.is_none() && self.is_on_its_way(&theirs.info_hash);
            let Some(connection) = self.connections.get_mut(&id) else { return };
            connection.early_handshake = Some(theirs).filter(|_| is_early);
            connection.stream.is_readable = false;
            if !is_early {
                self.close_for(id, Some(CloseReason::Protocol));
            }
            return;
        };
        let torrent = self.torrents.get(job);
        let pieces = torrent.and_then(Torrent::pieces);
        if torrent.is_some_and(|torrent| torrent.job.economy.one_copy.is_some()) {
            connection.stream.keep_unsent_low();
        }
        if connection.direction == Direction::Incoming {
            connection.outbox.push_bytes(&answer.encode());
            self.queues.outgoing.push(id);
        }
        connection.stage = ConnectionStage::Up { job };
        self.door.callers.forget(id);
        connection.last_taken = self.now;
        connection.stream.is_readable = true;
        connection.set_pieces(pieces);
        let (address, direction) = (connection.address, connection.direction);
        if direction == Direction::Incoming {
            self.note_reached(address);
        }
        let event = swarm::Event::Connected { connection: id, address, direction, handshake: theirs };
        self.tell(job, event);
        self.queues.readable.push(id);
    }

    /// Whether a torrent will answer, and the caller is to wait for that.
    fn is_on_its_way(&mut self, info_hash: &[u8; 20]) -> bool {
        let is_preparing = |torrent: &Torrent| matches!(torrent.stage, JobStage::Preparing);
        let is_any = self.torrents.of_info_hash(info_hash).any(is_preparing);
        is_any || self.wake_for_caller(info_hash)
    }

    /// A torrent is ready: answers the peers that came too early.
    pub(crate) fn answer_early(&mut self) {
        let early =
            self.connections.values_mut().filter_map(|peer| Some((peer.id, peer.early_handshake.take()?)));
        for (id, handshake) in early.collect::<Vec<_>>() {
            self.on_handshake(id, None, handshake);
        }
    }

    /// The torrent that a handshake means, and what it answers. Who was dialled for a torrent cannot choose another.
    fn route(&self, job: Option<JobId>, theirs: &Handshake) -> Option<(JobId, Handshake)> {
        let is_meant = |torrent: &&Torrent| job.map_or(!torrent.stage.is_removed(), |job| job == torrent.id);
        let mut torrents = self.torrents.of_info_hash(&theirs.info_hash).filter(is_meant);
        torrents.find_map(|torrent| Some((torrent.id, torrent.swarm.as_ref()?.answer(theirs)?)))
    }
}
