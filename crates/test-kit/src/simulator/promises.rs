//! Whether the only seed of a torrent keeps to its policy: checked from outside, by what it does and what it was told.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use swarm::wire::Message;
use swarm::{Action, Bill, ConnectionId, Event};
use torrent_core::layout::{PieceIndex, PieceRange};

use super::payload::Token;

/// What an origin has promised, and what it knows.
#[derive(Debug, Default)]
pub(super) struct Promises {
    /// As long as no more peers than this are connected, each may get everything.
    bill: usize,
    /// How many pieces there are.
    all: PieceRange,
    /// By connection: the pieces that the peer said it has.
    peers: BTreeMap<ConnectionId, BTreeSet<PieceIndex>>,
    pieces: BTreeMap<PieceIndex, Promised>,
    /// When anybody announced anything.
    heard_at: Duration,
    /// Since when somebody lacks something.
    needed_since: Option<Duration>,
    /// When a block was sent last, and the longest time between two.
    sent_at: Option<Duration>,
    longest_pause: Duration,
}

#[derive(Debug, Default)]
struct Promised {
    at: Duration,
    to: BTreeSet<ConnectionId>,
    /// Those of them who got some of it.
    sent_to: BTreeSet<ConnectionId>,
    /// When somebody announced it to whom it was not promised.
    seen_at: Option<Duration>,
}

impl Promises {
    pub(super) fn new(bill: usize, all: PieceRange) -> Self {
        Self { bill, all, ..Self::default() }
    }

    pub(super) fn longest_pause(&self) -> Duration {
        self.longest_pause
    }

    /// Something happens that the origin is told.
    pub(super) fn hears(&mut self, now: Duration, event: &Event<Token>) {
        match event {
            Event::Connected { connection, .. } => drop(self.peers.insert(*connection, BTreeSet::new())),
            Event::Closed { connection, .. } => self.gone(*connection),
            Event::Received { connection, message } => self.is_told(now, *connection, message),
            _ => {}
        }
    }

    /// The origin does something.
    pub(super) fn does(&mut self, now: Duration, action: &Action<Token>) -> Result<(), String> {
        match action {
            Action::Send { connection, message: Message::Have(piece) } => {
                self.promises(now, *connection, *piece)
            }
            Action::Send { message: message @ (Message::HaveAll | Message::Bitfield(_)), .. } => {
                Err(format!("an origin shows all that it has: {message:?}"))
            }
            Action::SendBlock { connection, block } => {
                let pause = self.sent_at.map_or(Duration::ZERO, |before| now - before);
                (self.sent_at, self.longest_pause) = (Some(now), self.longest_pause.max(pause));
                let piece = self.pieces.get_mut(&block.piece).filter(|piece| piece.to.contains(connection));
                let piece = piece.ok_or_else(|| format!("{block:?} was not promised to {connection:?}"))?;
                piece.sent_to.insert(*connection);
                Ok(())
            }
            Action::Close { connection, .. } => {
                self.gone(*connection);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What must be so at any time.
    pub(super) fn check(&mut self, now: Duration, bill: &Bill) -> Result<(), String> {
        if bill.promised > bill.most_promised {
            return Err(format!("{} bytes are promised, and {} may be", bill.promised, bill.most_promised));
        }
        if let Some(since) = bill.oldest_promise.filter(|since| now - *since > PROMISE) {
            return Err(format!("a promise of {since:?} is still open"));
        }
        let is_needed = self.peers.values().any(|has| has.len() < self.all.count() as usize);
        self.needed_since = self.needed_since.or(Some(now)).filter(|_| is_needed);
        let idle =
            self.needed_since.map_or(Duration::ZERO, |since| now - self.sent_at.unwrap_or(since).max(since));
        if bill.fresh > 0 && idle > (2 * bill.relay_time).max(IDLE) {
            return Err(format!("nothing is sent for {idle:?}, and {} pieces were never given", bill.fresh));
        }
        Ok(())
    }

    /// A peer is gone. What it was promised and got nothing of was not given.
    fn gone(&mut self, connection: ConnectionId) {
        self.peers.remove(&connection);
        for piece in self.pieces.values_mut().filter(|piece| !piece.sent_to.contains(&connection)) {
            piece.to.remove(&connection);
        }
    }

    fn is_told(&mut self, now: Duration, connection: ConnectionId, message: &Message<Token>) {
        let came_with: BTreeSet<PieceIndex> = match message {
            Message::Have(piece) => return self.announces(now, connection, *piece),
            Message::HaveAll => self.all.iter().collect(),
            Message::Bitfield(bits) => {
                let has = |piece: &PieceIndex| bits[piece.index() / 8] >> (7 - piece.index() % 8) & 1 == 1;
                self.all.iter().filter(has).collect()
            }
            _ => return,
        };
        self.peers.insert(connection, came_with);
    }

    fn announces(&mut self, now: Duration, connection: ConnectionId, piece: PieceIndex) {
        let Some(has) = self.peers.get_mut(&connection) else { return };
        if has.insert(piece) {
            self.heard_at = now;
            let promised = self.pieces.entry(piece).or_default();
            if !promised.to.contains(&connection) {
                promised.seen_at = Some(now);
            }
        }
    }

    /// A piece is given once, and again only if it is lost, or if for some time nothing was heard of it.
    fn promises(&mut self, now: Duration, connection: ConnectionId, piece: PieceIndex) -> Result<(), String> {
        let is_few = self.peers.len() <= self.bill;
        let is_silent = now - self.heard_at >= SILENCE;
        let promised = self.pieces.entry(piece).or_default();
        let peers = &self.peers;
        let is_there = peers.iter().any(|(id, has)| promised.to.contains(id) || has.contains(&piece));
        let is_recent = |at: Duration| now - at < STUCK;
        let goes_on = is_recent(promised.at) || promised.seen_at.is_some_and(is_recent);
        if !promised.to.is_empty() && is_there && goes_on && !is_few && !is_silent {
            return Err(format!("{piece:?} is promised to {connection:?} again: {promised:?}"));
        }
        promised.at = now;
        promised.to.insert(connection);
        Ok(())
    }
}

/// No piece is stuck that anything was heard of within this time.
const STUCK: Duration = Duration::from_secs(2);
/// If nobody announces anything for so long, nothing that was said need be believed.
const SILENCE: Duration = Duration::from_secs(5);
/// No promise is open for longer.
const PROMISE: Duration = Duration::from_secs(60);
/// How long the line may be idle whatever the round trips are.
const IDLE: Duration = Duration::from_secs(1);
