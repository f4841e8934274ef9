//! What an engine may keep because of one peer: each kind has its limit, and what a peer said takes no more than it sent.

use std::collections::BTreeMap;
use std::time::Duration;

use swarm::extension::METADATA_BLOCK;
use swarm::wire::{BITFIELD_MAX, Message, encode};
use swarm::{ConnectionId, Kept, limits};

use super::payload::Token;

/// What each peer sent in this second, and what was kept of it before.
#[derive(Default)]
pub(super) struct KeptBudgets {
    budgets: BTreeMap<ConnectionId, KeptBudget>,
    /// The most that there was of each kind.
    most: BTreeMap<&'static str, usize>,
}

#[derive(Default)]
struct KeptBudget {
    second: u64,
    /// Bytes that came in this second.
    came: usize,
    /// Bytes kept of what it said, when the second began and now.
    before: usize,
    said: usize,
}

impl KeptBudgets {
    /// Counts a message that the peer received on a connection.
    pub(super) fn came(&mut self, connection: ConnectionId, now: Duration, message: &Message<Token>) {
        let budget = self.budgets.entry(connection).or_default();
        if budget.second != now.as_secs() {
            (budget.second, budget.came, budget.before) = (now.as_secs(), 0, budget.said);
        }
        budget.came += length(message);
    }

    /// So much is kept now.
    pub(super) fn settle(&mut self, connection: ConnectionId, kept: &Kept) -> Result<(), String> {
        for (what, number, most) in limits_of(kept) {
            let seen = self.most.entry(what).or_default();
            *seen = number.max(*seen);
            if number > most {
                return Err(format!(
                    "{number} {what} kept because of {connection:?}, and {most} are allowed"
                ));
            }
        }
        let Some(budget) = self.budgets.get_mut(&connection) else { return Ok(()) };
        budget.said = kept.received() + kept.metadata.saturating_sub(AHEAD);
        let most = budget.before + TWICE * budget.came;
        match budget.said > most {
            true => Err(format!(
                "{} bytes are kept of what {connection:?} said, not {most}: {kept:?}",
                budget.said
            )),
            false => Ok(()),
        }
    }

    pub(super) fn most(&self, what: &str) -> usize {
        self.most.get(what).copied().unwrap_or_default()
    }

    pub(super) fn forget(&mut self, connection: ConnectionId) {
        self.budgets.remove(&connection);
    }
}

/// Each kind: its name, how much of it there is, and how much there may be.
fn limits_of(kept: &Kept) -> [(&'static str, usize, usize); 9] {
    [
        ("requests", kept.requests, limits::REQUEST_QUEUE),
        ("early haves", kept.early_haves, limits::EARLY_HAVES),
        ("bytes of an early bitfield", kept.early_bitfield, BITFIELD_MAX),
        ("bytes of metadata", kept.metadata, limits::METADATA),
        ("bytes of a client's name", kept.client, NAME),
        ("requests in flight", kept.in_flight, limits::REQUESTS_IN_FLIGHT),
        ("late blocks", kept.late, limits::LATE),
        ("requests for layers in flight", kept.hash_requests, limits::HASH_REQUESTS),
        ("bytes beside its pieces and metadata", kept.bytes() - kept.has - kept.metadata, ALL),
    ]
}

/// Bytes on the wire.
fn length(message: &Message<Token>) -> usize {
    let mut bytes = Vec::new();
    encode(message, &mut bytes);
    let block = if let Message::Piece { block, .. } = message { block.length } else { 0 };
    bytes.len() + block as usize
}

/// Bytes kept for each byte that came: numbers are kept in structures.
const TWICE: usize = 2;

/// A copy of the metadata reaches up to the block that stands farthest back, and blocks are asked for ahead.
const AHEAD: usize = limits::METADATA_REQUESTS as usize * (METADATA_BLOCK + size_of::<u32>());

/// Bytes of all kinds together: most of them would be an early bitfield.
const ALL: usize = 1 << 20;

/// What is kept of a client's name.
const NAME: usize = 64;
