//! What happened, as one number: the same seed gives the same.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use swarm::wire::Message;
use swarm::{Action, ConnectionId};

use super::payload::Token;

/// A hash of all that happened so far.
#[derive(Debug, Default)]
pub(super) struct Trace {
    state: DefaultHasher,
    actions: u64,
}

impl Trace {
    pub(super) fn add(&mut self, now: Duration, node: usize, action: &Action<Token>) {
        self.actions += 1;
        (now, node, std::mem::discriminant(action)).hash(&mut self.state);
        match action {
            Action::Send { connection, message } => self.message(*connection, message),
            Action::SendBlock { connection, block } => (connection, block).hash(&mut self.state),
            Action::Connect { address, .. } => address.hash(&mut self.state),
            Action::Close { connection, why } => (connection, why).hash(&mut self.state),
            Action::Hash { piece, .. } | Action::Write { piece, .. } => piece.hash(&mut self.state),
            Action::WebGet { job, web_seed, bytes, whole_files } => {
                (job, web_seed, bytes, whole_files).hash(&mut self.state);
            }
            Action::WebCancel { job } => job.hash(&mut self.state),
            Action::Metadata { info } => info.hash(&mut self.state),
            Action::Announce { .. } | Action::Report(_) => format!("{action:?}").hash(&mut self.state),
            Action::Completed | Action::Stopped | Action::Node { .. } => {}
        }
    }

    pub(super) fn number(&self) -> u64 {
        self.state.finish()
    }

    pub(super) fn actions(&self) -> u64 {
        self.actions
    }

    fn message(&mut self, connection: ConnectionId, message: &Message<Token>) {
        (connection, std::mem::discriminant(message)).hash(&mut self.state);
        match message {
            Message::Have(piece) => piece.hash(&mut self.state),
            Message::Request(block) | Message::Cancel(block) | Message::RejectRequest(block) => {
                block.hash(&mut self.state);
            }
            Message::Bitfield(bits) => bits.hash(&mut self.state),
            Message::Extended { id, payload } => (id, payload).hash(&mut self.state),
            Message::HashRequest(range) | Message::HashReject(range) => range.hash(&mut self.state),
            Message::Hashes { range, hashes } => (range, hashes).hash(&mut self.state),
            _ => {}
        }
    }
}
