//! Extended messages (BEP 10): what we and a peer say of ourselves, and to which extension a message goes.

use super::Swarm;
use crate::extension::{self, Extension, ExtensionHandshake, ExtensionIds};
use crate::peer::Judgement;
use crate::wire::Message;
use crate::{CloseReason, ConnectionId, limits};

impl<B> Swarm<B> {
    /// Also sent when something of it changes (BEP 10, BEP 21).
    pub(crate) fn send_extension_handshake(&mut self, id: ConnectionId) {
        let Some(peer) = self.connections.get(&id) else { return };
        let metainfo = self.picker.as_ref().map(|picker| picker.geometry().metainfo());
        let is_private = metainfo.is_some_and(|metainfo| metainfo.private() == Some(true));
        let info = metainfo.map(|metainfo| metainfo.raw_info().len() as u64);
        let handshake = ExtensionHandshake {
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
            Some(Extension::Metadata) => self.on_metadata_message(id, payload),
            None => Ok(()),
        }
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
        known.client = news.client.or(known.client.take());
        if let Some(requests) = known.requests {
            peer.download.window.allow(requests as usize);
        }
        let size = known.metadata_size.unwrap_or_default();
        let needed = self.picker.is_none() && !self.metadata.done;
        if needed && size > self.config.metadata as u64 {
            return Err(CloseReason::BadMetadata);
        }
        Ok(())
    }
}

const CLIENT: &str = concat!("Piecework ", env!("CARGO_PKG_VERSION"));
