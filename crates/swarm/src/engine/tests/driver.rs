//! What these tests do as a driver: they make an engine, let peers connect, and hash and write pieces at once.

use torrent_core::layout::PieceIndex;

use super::*;
use crate::wire::Handshake;

type Happened = Event<Vec<u8>>;

impl Payload {
    /// An engine of this torrent; without one, of a link to it.
    pub(super) fn engine(
        &self,
        torrent: Option<Torrent>,
        adjust: impl FnOnce(&mut Config),
    ) -> Swarm<Vec<u8>> {
        let mut config = Config::new(1, [1; 20]);
        config.info_hash_v1 = self.metainfo.info_hash_v1();
        config.info_hash_v2 = self.metainfo.info_hash_v2();
        adjust(&mut config);
        Swarm::new(config, torrent)
    }

    /// An engine that has nothing of this torrent.
    pub(super) fn leecher(&self) -> Swarm<Vec<u8>> {
        self.engine(Some(self.torrent(false)), |_| {})
    }

    /// The answer where a piece is to be hashed.
    pub(super) fn hashed(&self, piece: PieceIndex, blocks: Vec<Vec<u8>>) -> Happened {
        let digests = self.digests(piece, &blocks);
        Event::Hashed { piece, blocks, digests }
    }

    /// The answer where a piece is to be hashed or written; any other action is given back.
    pub(super) fn carry_out(&self, action: Action<Vec<u8>>) -> Result<Happened, Action<Vec<u8>>> {
        match action {
            Action::Hash { piece, blocks } => Ok(self.hashed(piece, blocks)),
            Action::Write { piece, .. } => Ok(Event::Written { piece }),
            other => Err(other),
        }
    }
}

/// We have dialled a peer, which can do what we can. Each connection is to somebody else.
pub(super) fn connected(engine: &Swarm<Vec<u8>>, connection: ConnectionId, ip: [u8; 4]) -> Happened {
    let handshake = Handshake { peer_id: [connection.0 as u8 + 2; 20], ..engine.handshake() };
    let (address, direction) = (SocketAddr::from((ip, 6881)), Direction::Outgoing);
    Event::Connected { connection, address, direction, handshake }
}
