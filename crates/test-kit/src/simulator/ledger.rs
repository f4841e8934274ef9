//! What each connection was asked for and has not answered, and what its messages make an engine do.

use std::collections::BTreeMap;
use std::time::Duration;

use swarm::ConnectionId;
use swarm::limits::REQUESTS_IN_FLIGHT;
use swarm::wire::{BlockAddress, Message};

use super::payload::Token;

/// The accounts of all connections, and what is happening now.
#[derive(Default)]
pub(super) struct Ledger {
    accounts: BTreeMap<ConnectionId, Account>,
    /// The connection over which the message came that an engine handles now.
    heard: Option<ConnectionId>,
    /// It is a block that was not asked for.
    stray: Option<BlockAddress>,
}

#[derive(Default)]
struct Account {
    asked: Vec<BlockAddress>,
    second: u64,
    /// Messages that came in this second, and those that we sent because of them.
    came: u64,
    caused: u64,
}

impl Ledger {
    /// Counts a message that the peer received on a connection.
    pub(super) fn came(&mut self, connection: ConnectionId, now: Duration, message: &Message<Token>) {
        let account = self.accounts.entry(connection).or_default();
        if account.second != now.as_secs() {
            (account.second, account.came, account.caused) = (now.as_secs(), 0, 0);
        }
        account.came += 1;
        self.heard = Some(connection);
        self.stray = match message {
            Message::Piece { block, .. } => (!account.answer(*block)).then_some(*block),
            Message::RejectRequest(block) => {
                account.answer(*block);
                None
            }
            _ => None,
        };
    }

    /// The block that is here without having been asked for.
    pub(super) fn stray(&self) -> Option<BlockAddress> {
        self.stray
    }

    /// An engine sends a message.
    pub(super) fn sends(&mut self, connection: ConnectionId, message: &Message<Token>) -> Result<(), String> {
        if let Message::Request(block) = message {
            self.accounts.entry(connection).or_default().asked.push(*block);
        }
        if let Some(account) = self.heard.and_then(|heard| self.accounts.get_mut(&heard)) {
            account.caused += 1;
        }
        match message {
            Message::Cancel(block) if self.stray == Some(*block) => {
                Err(format!("a request for {block:?} is taken back because of one who was not asked for it"))
            }
            _ => Ok(()),
        }
    }

    /// The engine has done what it does about the message that came.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        self.stray = None;
        let Some(account) = self.heard.take().and_then(|heard| self.accounts.get(&heard)) else {
            return Ok(());
        };
        match account.caused > WINDOWS + EACH * account.came {
            true => Err(format!("{} messages in a second because of {}", account.caused, account.came)),
            false => Ok(()),
        }
    }

    pub(super) fn forget(&mut self, connection: ConnectionId) {
        self.accounts.remove(&connection);
    }
}

impl Account {
    /// A request is answered; false if there was none.
    fn answer(&mut self, block: BlockAddress) -> bool {
        let index = self.asked.iter().position(|asked| *asked == block);
        index.map(|index| self.asked.swap_remove(index)).is_some()
    }
}

/// Messages that a peer may make us send in a second whatever it says: its own window twice, and that of a peer which takes over what
/// it leaves.
const WINDOWS: u64 = 3 * REQUESTS_IN_FLIGHT as u64;

/// The same for each message that it sends: the next request, and cancels.
const EACH: u64 = 4;
