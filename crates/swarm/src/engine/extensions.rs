//! Extended messages (BEP 10): what we and a peer say of ourselves, and to which extension a message goes.

use torrent_core::layout::PieceIndex;

use super::Swarm;
use crate::addresses::Witness;
use crate::extension::{self, DontHaveMessage, Extension, ExtensionHandshake, ExtensionIds};
use crate::peer::Judgement;
use crate::wire::Message;
use crate::{CloseReason, ConnectionId, limits};

impl<B> Swarm<B> {
    /// Also sent when something of it changes (BEP 10, BEP 21).
    pub(crate) fn send_extension_handshake(&mut self, id: ConnectionId) {
        let Some(peer) = self.connections.get(&id) else { return };
        let metainfo = self.picker.as_ref().map(|picker| picker.geometry().metainfo());
        let is_private = self.is_private();
        let info = metainfo.map(|metainfo| metainfo.raw_info().len() as u64);
        let handshake = ExtensionHandshake {
            prefers_encryption: None,
            ids: ExtensionIds::ours(is_private),
            metadata_size: info.filter(|_| !is_private),
            port: self.config.listen_port,
            requests: Some(limits::REQUEST_QUEUE as u32),
            upload_only: self.says_that_it_seeds().then_some(true),
            client: Some(CLIENT.as_bytes().to_vec()),
            your_ip: Some(peer.address.ip()),
        };
        self.send(id, Message::Extended { id: extension::HANDSHAKE, payload: handshake.encode() });
    }

    pub(crate) fn on_extended(&mut self, id: ConnectionId, number: u8, payload: &[u8]) -> Judgement {
        if number == extension::HANDSHAKE {
            return self.on_extension_handshake(id, payload);
        }
        match Extension::of_our_id(number) {
            Some(Extension::DontHave) => self.on_dont_have(id, payload),
            Some(Extension::Metadata) => self.on_metadata_message(id, payload),
            Some(Extension::Pex) => self.on_peers_exchanged(id, payload),
            None => Ok(()),
        }
    }

    /// Tells a peer that we do not have a piece that it was told of. Who does not know the extension has its requests rejected.
    pub(crate) fn send_dont_have(&mut self, id: ConnectionId, piece: PieceIndex) {
        let Some(peer) = self.connections.get(&id).filter(|peer| !peer.closing) else { return };
        if let Some(number) = peer.extension.ids.id(Extension::DontHave) {
            self.send(id, Message::Extended { id: number, payload: DontHaveMessage { piece }.encode() });
        }
    }

    fn on_dont_have(&mut self, id: ConnectionId, payload: &[u8]) -> Judgement {
        let message = DontHaveMessage::decode(payload).map_err(|_| CloseReason::Protocol)?;
        self.on_lost_piece(id, message.piece)
    }

    fn on_extension_handshake(&mut self, id: ConnectionId, payload: &[u8]) -> Judgement {
        let news = ExtensionHandshake::decode(payload).map_err(|_| CloseReason::Protocol)?;
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        let known = &mut peer.extension;
        known.ids.update(news.ids);
        known.metadata_size = news.metadata_size.or(known.metadata_size);
        known.port = news.port.or(known.port);
        known.requests = news.requests.or(known.requests);
        known.upload_only = news.upload_only.or(known.upload_only);
        known.prefers_encryption = news.prefers_encryption.or(known.prefers_encryption);
        known.client = news.client.or(known.client.take());
        if let Some(ip) = news.your_ip {
            self.addresses.own.says(Witness::peer(peer.address.ip()), ip);
        }
        if let Some(requests) = known.requests {
            peer.download.window.allow(requests as usize);
        }
        let size = known.metadata_size.unwrap_or_default();
        let needed = self.picker.is_none() && !self.metadata.done;
        if needed && size > self.config.metadata as u64 {
            return Err(CloseReason::BadMetadata);
        }
        self.connections_changed();
        self.tell_of_peers(id);
        Ok(())
    }
}

const CLIENT: &str = concat!("Piecework ", env!("CARGO_PKG_VERSION"));
