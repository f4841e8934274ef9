//! Metadata for those who have only its hash (BEP 9): fetched from several peers at once, and given to others.

use crate::ConnectionId;
use crate::messages::Judgement;
use crate::swarm::Swarm;

impl<B> Swarm<B> {
    pub(crate) fn on_metadata_message(&mut self, _id: ConnectionId, _payload: &[u8]) -> Judgement {
        Ok(())
    }
}
