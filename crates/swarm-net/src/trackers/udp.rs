//! Announces over UDP (BEP 15) that are on their way: who was asked, in which transaction, and until when. Packets go in and come out; the
//! sockets are others' work.
//!
//! A packet is an answer only if it comes from the address and port that were asked, has the transaction that was asked there last, and is of
//! the kind that was asked for. Any other is dropped and changes nothing.
//!
//! A tracker is asked over every address family that it has, for every hash of a hybrid, all at once. The next announce to the same address,
//! of whatever torrent, goes over the connection that an earlier one left, for the minute that it lasts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use swarm::tracker::{Announcer, UdpConnection, UdpExchange, UdpStep};
use swarm::{Announce, Announced, Time, TrackerError, TrackerId};
use torrent_core::address::{Namer, Url};

use super::answer::{AnnounceResult, OTHERS, failed};
use crate::job_id::JobId;
use crate::random;
use crate::turn_queue::{ServerStanding, TurnQueue};

/// Announces over UDP that wait for their turn or for answers.
pub(crate) struct UdpTrackers {
    queue: TurnQueue<(TrackerId, UdpAnnounce)>,
    under_way: BTreeMap<AnnounceId, UnderWay>,
    /// Whose packets wait for an answer.
    asked: BTreeMap<AskedKey, AnnounceId>,
    deadlines: BTreeSet<(Time, AnnounceId)>,
    connections: BTreeMap<SocketAddr, UdpConnection>,
    steps: VecDeque<UdpTrackerStep>,
}

/// An announce to a tracker whose addresses are known.
pub(crate) struct UdpAnnounce {
    pub(crate) url: Url,
    pub(crate) addresses: Vec<SocketAddr>,
    /// How we announce ourselves: a hybrid has two hashes.
    pub(crate) announcers: Vec<Announcer>,
    pub(crate) announce: Announce,
}

/// What is to be done.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum UdpTrackerStep {
    /// A packet is to be sent. It may get lost; if it cannot be sent at all, [`UdpTrackers::unsent`] is to hear of it.
    Send { to: SocketAddr, packet: Vec<u8> },
    /// An announce is over.
    Announced { job: JobId, tracker: TrackerId, answer: AnnounceResult },
}

/// There is one announce at a time for each.
type AnnounceId = (JobId, TrackerId);

/// Where a packet went, and its transaction.
type AskedKey = (SocketAddr, u32);

/// An announce that has its place.
struct UnderWay {
    standing: ServerStanding,
    /// Those that are not over.
    exchanges: Vec<AddressExchange>,
    /// What has come of the others.
    answer: Option<AnnounceResult>,
    /// When the answer is given on at the latest: set by the first good one.
    tell_at: Option<Time>,
    /// The answer was given on. Addresses that have not answered by then are still to get the announce.
    is_told: bool,
    deadline: Time,
}

/// An exchange with one address for one hash.
struct AddressExchange {
    address: SocketAddr,
    /// Of the packet that was sent last.
    transaction: u32,
    exchange: UdpExchange,
}

impl UdpTrackers {
    pub(crate) fn new() -> Self {
        Self {
            queue: TurnQueue::new(ANNOUNCES),
            under_way: BTreeMap::new(),
            asked: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            connections: BTreeMap::new(),
            steps: VecDeque::new(),
        }
    }

    /// Asks a tracker when its turn has come. What is still under way of an earlier announce to it is dropped.
    pub(crate) fn ask(
        &mut self,
        job: JobId,
        tracker: TrackerId,
        standing: ServerStanding,
        announce: UdpAnnounce,
        now: Time,
    ) {
        self.drop_announce((job, tracker));
        self.queue.push(job, standing, (tracker, announce));
        self.begin(now);
    }

    /// A torrent has gone.
    pub(crate) fn forget(&mut self, job: JobId, now: Time) {
        self.queue.forget(job);
        let of_job = self.under_way.range((job, TrackerId(0))..=(job, TrackerId(usize::MAX)));
        let ids: Vec<AnnounceId> = of_job.map(|(id, _)| *id).collect();
        ids.into_iter().for_each(|id| self.drop_announce(id));
        self.begin(now);
    }

    /// Takes a packet that came from an address. False if it is no answer to anything: then it may be somebody else's.
    pub(crate) fn receive(&mut self, now: Time, from: SocketAddr, packet: &[u8]) -> bool {
        let Some(transaction) = number_at(packet, TRANSACTION_OF_ANSWER) else { return false };
        let Some(id) = self.asked.get(&(from, transaction)).copied() else { return false };
        let Some(exchange) = self.exchange(id, (from, transaction)) else { return false };
        let result = exchange.exchange.receive(now, packet);
        let connection = exchange.exchange.connection();
        connection.into_iter().for_each(|connection| self.keep(from, connection, now));
        if let Some(result) = result {
            self.end(id, (from, transaction), result, now);
        }
        self.go_on(id, now);
        true
    }

    /// A packet could not be sent.
    pub(crate) fn unsent(&mut self, now: Time, to: SocketAddr, packet: &[u8], why: impl ToString) {
        let Some(transaction) = number_at(packet, TRANSACTION_OF_REQUEST) else { return };
        let Some(id) = self.asked.get(&(to, transaction)).copied() else { return };
        self.end(id, (to, transaction), Err(failed(why)), now);
        self.go_on(id, now);
    }

    /// Time has passed.
    pub(crate) fn on_time(&mut self, now: Time) {
        while let Some((_, id)) = self.deadlines.first().copied().filter(|(deadline, _)| *deadline <= now) {
            self.go_on(id, now);
        }
    }

    /// When to call [`on_time`](Self::on_time) again.
    pub(crate) fn next_deadline(&self) -> Option<Time> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// What to do next; `None` until something happens.
    pub(crate) fn poll(&mut self) -> Option<UdpTrackerStep> {
        self.steps.pop_front()
    }

    /// Begins those whose turn has come.
    fn begin(&mut self, now: Time) {
        while let Some((job, standing, (tracker, announce))) = self.queue.take() {
            // One that was asked for before it had its turn.
            self.drop_announce((job, tracker));
            let exchanges = self.exchanges(&announce);
            self.under_way.insert((job, tracker), UnderWay::new(standing, exchanges, now));
            self.go_on((job, tracker), now);
        }
    }

    /// One with every address, for every hash.
    fn exchanges(&self, announce: &UdpAnnounce) -> Vec<AddressExchange> {
        let target: Arc<str> = announce.url.target().into();
        let exchange = |address: SocketAddr, announcer: Announcer| {
            let (target, connection) = (Arc::clone(&target), self.connections.get(&address).copied());
            let (announce, is_ipv6) = (announce.announce.clone(), address.is_ipv6());
            let exchange = UdpExchange::new(target, announcer, announce, is_ipv6, connection);
            AddressExchange { address, transaction: 0, exchange }
        };
        let announcers = &announce.announcers;
        let at = |address: &SocketAddr| {
            announcers.iter().map(|announcer| exchange(*address, *announcer)).collect()
        };
        announce.addresses.iter().flat_map(|address| -> Vec<AddressExchange> { at(address) }).collect()
    }

    /// Sends what is to be sent for an announce, and tells what came of it if it is time.
    fn go_on(&mut self, id: AnnounceId, now: Time) {
        let Some(mut announce) = self.take(id) else { return };
        let mut waits: Vec<Time> = Vec::new();
        for mut exchange in std::mem::take(&mut announce.exchanges) {
            if let Some(until) = self.send(id, &mut exchange, now) {
                waits.push(until);
                announce.exchanges.push(exchange);
            } else {
                announce.add(AnnounceResult::none(failed("no answer")), now);
            }
        }
        if let Some(answer) = announce.answer_to_tell(now) {
            let (job, tracker) = id;
            self.steps.push_back(UdpTrackerStep::Announced { job, tracker, answer });
        }
        if announce.exchanges.is_empty() {
            self.queue.done(id.0, announce.standing);
            return self.begin(now);
        }
        announce.deadline = waits.into_iter().chain(announce.tell_at).min().unwrap_or(now);
        self.deadlines.insert((announce.deadline, id));
        self.under_way.insert(id, announce);
    }

    /// Sends what an exchange has to send. Gives until when it waits for an answer; `None` if none will come.
    fn send(&mut self, id: AnnounceId, exchange: &mut AddressExchange, now: Time) -> Option<Time> {
        loop {
            let transaction = self.new_transaction(exchange.address);
            match exchange.exchange.poll(now, transaction) {
                UdpStep::Wait(until) => return Some(until),
                UdpStep::GaveUp => {
                    self.asked.remove(&exchange.key());
                    return None;
                }
                UdpStep::Send(packet) => {
                    self.asked.remove(&exchange.key());
                    exchange.transaction = transaction;
                    self.asked.insert(exchange.key(), id);
                    self.steps.push_back(UdpTrackerStep::Send { to: exchange.address, packet });
                }
            }
        }
    }

    /// A number that nobody can guess, and that nobody waits for at this address.
    fn new_transaction(&self, address: SocketAddr) -> u32 {
        let mut numbers = std::iter::repeat_with(random::number);
        numbers.find(|number| !self.asked.contains_key(&(address, *number))).unwrap_or_default()
    }

    /// One exchange of an announce is over.
    fn end(&mut self, id: AnnounceId, key: AskedKey, result: Result<Announced, TrackerError>, now: Time) {
        self.asked.remove(&key);
        let Some(announce) = self.under_way.get_mut(&id) else { return };
        announce.exchanges.retain(|exchange| exchange.key() != key);
        announce.add(AnnounceResult::of(result, Some(Namer::at(key.0.ip()))), now);
    }

    fn exchange(&mut self, id: AnnounceId, key: AskedKey) -> Option<&mut AddressExchange> {
        self.under_way.get_mut(&id)?.exchanges.iter_mut().find(|exchange| exchange.key() == key)
    }

    fn take(&mut self, id: AnnounceId) -> Option<UnderWay> {
        let announce = self.under_way.remove(&id)?;
        self.deadlines.remove(&(announce.deadline, id));
        Some(announce)
    }

    fn drop_announce(&mut self, id: AnnounceId) {
        let Some(announce) = self.take(id) else { return };
        for exchange in &announce.exchanges {
            self.asked.remove(&exchange.key());
        }
        self.queue.done(id.0, announce.standing);
    }

    /// Remembers a connection for the next announce to the same address.
    fn keep(&mut self, address: SocketAddr, connection: UdpConnection, now: Time) {
        if self.connections.len() >= CONNECTIONS {
            self.connections.retain(|_, known| now < known.until);
        }
        let is_newer = self.connections.get(&address).is_none_or(|known| known.until < connection.until);
        if is_newer && self.connections.len() < CONNECTIONS {
            self.connections.insert(address, connection);
        }
    }
}

impl AddressExchange {
    fn key(&self) -> AskedKey {
        (self.address, self.transaction)
    }
}

impl UnderWay {
    fn new(standing: ServerStanding, exchanges: Vec<AddressExchange>, now: Time) -> Self {
        Self { standing, exchanges, answer: None, tell_at: None, is_told: false, deadline: now }
    }

    /// One of the exchanges brought this.
    fn add(&mut self, more: AnnounceResult, now: Time) {
        if more.result.is_ok() && !self.is_told {
            self.tell_at.get_or_insert(now + OTHERS);
        }
        match &mut self.answer {
            Some(answer) => answer.add(more),
            None => self.answer = Some(more),
        }
    }

    /// The answer, if it is to be given on now: once.
    fn answer_to_tell(&mut self, now: Time) -> Option<AnnounceResult> {
        let is_time = self.exchanges.is_empty() || self.tell_at.is_some_and(|at| at <= now);
        if !is_time || std::mem::replace(&mut self.is_told, true) {
            return None;
        }
        self.tell_at = None;
        Some(self.answer.take().unwrap_or_else(|| AnnounceResult::none(failed("no answer"))))
    }
}

fn number_at(packet: &[u8], place: usize) -> Option<u32> {
    packet.get(place..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// Where packets have their transaction (BEP 15).
const TRANSACTION_OF_ANSWER: usize = 4;
const TRANSACTION_OF_REQUEST: usize = 12;

/// Announces that are under way at a time, each with up to four exchanges and its URL. There are fewer, unless very many trackers are silent.
const ANNOUNCES: usize = 512;

/// Connections that are remembered.
const CONNECTIONS: usize = 1024;

#[cfg(test)]
mod tests;
