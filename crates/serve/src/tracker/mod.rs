//! A tracker: who has or wants a torrent, for whoever announces it, over HTTP (BEP 3, 7, 23, 24, 31, 48) and UDP (BEP 15).
//!
//! A peer is only ever the address that asked, with the port that it names. Over HTTP the connection proves the address, over UDP the
//! connection id; `ip=` and its like are not looked at. So nobody can have our peers dial somebody who did not ask.
//!
//! It knows the torrents that it is [told](Tracker::offer) of and, if it is open, those that strangers announce, within bounds.
//! All numbers are in `limits`. What is kept of a peer is gone when it has missed two announces.

mod ask;
mod ask_rates;
mod http;
mod limits;
mod network;
mod own_addresses;
mod sample;
mod secret;
mod swarm_peers;
mod swarms;
#[cfg(test)]
mod tests;
mod udp;

pub use ask::SwarmCounts;
pub use udp::UdpAnswer;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use ask::{Ask, AskError, AskEvent, Told};
use ask_rates::AskRates;
use fastrand::Rng;
use own_addresses::OwnAddresses;
use secret::Secret;
use swarm_peers::PeerAddress;
use swarms::Swarms;
use torrent_core::address::{Reach, reach};

/// What a torrent is announced by: the SHA-1 info hash, or the first 20 bytes of the SHA-256 one (BEP 52).
pub type InfoHash = [u8; 20];

/// How a tracker answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TrackerConfig {
    /// Torrents that strangers announce are listed, too.
    pub is_open: bool,
    /// A swarm of so many peers is a crowd.
    pub crowd: usize,
    /// After so long peers announce again while they are no crowd, and never sooner.
    pub quick_interval: Duration,
    /// After so long they do in a crowd.
    pub slow_interval: Duration,
}

impl Default for TrackerConfig {
    /// Its own torrents only; 60 s below 50 peers, then 15 min.
    fn default() -> Self {
        let (quick_interval, slow_interval) = (Duration::from_secs(60), Duration::from_secs(15 * 60));
        Self { is_open: false, crowd: 50, quick_interval, slow_interval }
    }
}

/// The tracker. Time is since some moment before it began.
pub struct Tracker {
    config: TrackerConfig,
    /// Torrents of ours, and how often a peer that was listed became a seed.
    offered: BTreeMap<InfoHash, u32>,
    own: Swarms,
    /// Of torrents that strangers announce.
    others: Swarms,
    us: OwnAddresses,
    secret: Secret,
    rates: AskRates,
    rng: Rng,
    next_sweep: Option<Duration>,
}

impl Tracker {
    /// A tracker that knows no torrent. `random` is what nobody can guess.
    pub fn new(config: TrackerConfig, random: [u8; 32]) -> Self {
        let secret = Secret::new(random);
        let seed = secret.number([0, 0, 0, 0].into());
        Self {
            config,
            offered: BTreeMap::new(),
            own: Swarms::new(usize::MAX, limits::PEERS),
            others: Swarms::new(limits::OPEN_SWARMS, limits::PEERS),
            us: OwnAddresses::default(),
            secret,
            rates: AskRates::new(),
            rng: Rng::with_seed(seed),
            next_sweep: None,
        }
    }

    /// A torrent of ours, of which we are a seed. A hybrid is offered by both hashes.
    pub fn offer(&mut self, info_hash: InfoHash) {
        self.offered.entry(info_hash).or_default();
    }

    /// A torrent is no longer ours; its peers are forgotten.
    pub fn withdraw(&mut self, info_hash: InfoHash) {
        self.offered.remove(&info_hash);
        self.own.remove_swarm(info_hash);
    }

    /// Where peers find us. Of these an asker is told those that are of use to it.
    pub fn set_own_addresses(&mut self, addresses: impl IntoIterator<Item = SocketAddr>) {
        self.us = OwnAddresses::new(addresses);
    }

    /// Whether peers find us there.
    pub fn is_at(&self, address: SocketAddr) -> bool {
        self.us.contains(&PeerAddress { ip: address.ip().to_canonical(), port: address.port() })
    }

    /// How large a swarm is; `None` if the tracker does not know the torrent.
    pub fn counts(&self, info_hash: &InfoHash) -> Option<SwarmCounts> {
        let (swarms, us, completions) = match self.offered.get(info_hash) {
            Some(completions) => (&self.own, 1, *completions),
            None => (&self.others, 0, 0),
        };
        let peers = swarms.get(info_hash);
        let seeds = peers.map_or(0, swarm_peers::SwarmPeers::seeds);
        let leechers = peers.map_or(0, |peers| peers.len() - seeds);
        (us > 0 || peers.is_some()).then_some(SwarmCounts { seeds: seeds + us, leechers, completions })
    }

    /// How many swarms have peers and how many peers there are, torrents of strangers counted.
    pub fn size(&self) -> (usize, usize) {
        let ((own, own_peers), (others, other_peers)) = (self.own.counts(), self.others.counts());
        (own + others, own_peers + other_peers)
    }

    /// Answers an announce over HTTP: its query, without the `?`. The answer is bencoded, and its status is 200 whatever it says.
    pub fn announce(&mut self, query: &[u8], from: SocketAddr, now: Duration) -> Vec<u8> {
        let told = self.may_ask(from, now).and_then(|()| http::ask(query, from));
        http::answer(told.and_then(|ask| self.answer(&ask, now)), self.config.quick_interval)
    }

    /// Answers a scrape over HTTP (BEP 48), likewise.
    pub fn scrape(&mut self, query: &[u8], from: SocketAddr, now: Duration) -> Vec<u8> {
        let scraped = self.may_ask(from, now).and_then(|()| http::scraped(query));
        let known = scraped.map(|hashes| {
            hashes.into_iter().filter_map(|hash| self.counts(&hash).map(|counts| (hash, counts))).collect()
        });
        http::scrape_answer(known, self.config.quick_interval)
    }

    /// Time has passed.
    pub fn on_time(&mut self, now: Duration) {
        if self.next_sweep.is_some_and(|due| due <= now) {
            self.own.sweep(seconds(now));
            self.others.sweep(seconds(now));
            let is_empty = self.size().1 == 0;
            self.next_sweep = (!is_empty).then_some(now + limits::SWEEP);
        }
    }

    /// When to call [`on_time`](Self::on_time) again.
    pub fn next_deadline(&self) -> Option<Duration> {
        self.next_sweep
    }

    fn may_ask(&mut self, from: SocketAddr, now: Duration) -> Result<(), AskError> {
        let may_ask = self.rates.may_ask(from.ip().to_canonical(), &self.secret, now);
        may_ask.then_some(()).ok_or(AskError::TooOften)
    }

    /// Takes an announce in, and answers it.
    fn answer(&mut self, ask: &Ask, now: Duration) -> Result<Told, AskError> {
        if !self.config.is_open && !self.offered.contains_key(&ask.info_hash) {
            return Err(AskError::UnknownTorrent);
        }
        self.take_in(ask, now);
        let counts = self.counts(&ask.info_hash).unwrap_or_default();
        let interval = self.interval(counts);
        let is_leaving = ask.event == Some(AskEvent::Stopped);
        let peers = if is_leaving { Vec::new() } else { self.peers_for(ask, counts) };
        Ok(Told { interval, counts, asker: ask.asker.ip, peers })
    }

    /// Lists the asker, or forgets it if it goes.
    fn take_in(&mut self, ask: &Ask, now: Duration) {
        let counts = self.counts(&ask.info_hash).unwrap_or_default();
        let end = seconds(now + self.interval(counts) * 2 + limits::LATE);
        let completions = self.offered.get_mut(&ask.info_hash);
        let swarms = if completions.is_some() { &mut self.own } else { &mut self.others };
        if ask.event == Some(AskEvent::Stopped) {
            return swarms.remove(ask.info_hash, &ask.asker);
        }
        if !is_listable(&ask.asker) || self.us.contains(&ask.asker) {
            return;
        }
        let was_seed = swarms.list(ask.info_hash, ask.asker, ask.is_seed, seconds(now), end);
        if let Some(completions) = completions.filter(|_| was_seed == Some(false) && ask.is_seed) {
            *completions = completions.saturating_add(1);
        }
        self.next_sweep.get_or_insert(now + limits::SWEEP);
    }

    fn interval(&self, counts: SwarmCounts) -> Duration {
        let is_crowd = counts.seeds + counts.leechers >= self.config.crowd;
        if is_crowd { self.config.slow_interval } else { self.config.quick_interval }
    }

    /// Whom an asker is told of: of its own address family first.
    fn peers_for(&mut self, ask: &Ask, counts: SwarmCounts) -> Vec<PeerAddress> {
        let wanted = ask.wanted.unwrap_or(limits::WANTED).min(limits::WANTED_MAX);
        let is_told_of_us = self.is_told_of_us(ask, counts);
        let is_ipv6 = ask.asker.ip.is_ipv6();
        let families = [is_ipv6, !is_ipv6];
        let mut peers = Vec::new();
        for is_ipv6 in families.into_iter().take(1 + usize::from(ask.takes_both_families)) {
            if is_told_of_us {
                peers.extend(self.us.of_family(is_ipv6, ask.asker));
            }
            let known = self.own.get(&ask.info_hash).or(self.others.get(&ask.info_hash));
            let missing = wanted.saturating_sub(peers.len());
            let chosen =
                known.map(|known| known.choose(ask.asker, ask.is_seed, is_ipv6, missing, &mut self.rng));
            peers.extend(chosen.into_iter().flatten());
        }
        peers.truncate(wanted);
        peers
    }

    /// Whether an asker is told of ourselves. The first ones are; in a crowd one of four, at random: so many connections are enough to see it all,
    /// and they are not all ours. Who came back with nothing met only peers that cannot be dialled, perhaps.
    fn is_told_of_us(&mut self, ask: &Ask, counts: SwarmCounts) -> bool {
        let is_first = counts.seeds + counts.leechers < self.config.crowd;
        let is_stuck = ask.has_received_nothing && ask.event != Some(AskEvent::Started);
        let is_ours = self.offered.contains_key(&ask.info_hash) && !ask.is_seed;
        is_ours && (is_first || is_stuck || self.rng.u8(..4) == 0)
    }
}

/// Whether others may be told of a peer. Nobody is at a reserved address.
fn is_listable(peer: &PeerAddress) -> bool {
    peer.port != 0 && reach(peer.ip) != Reach::Nowhere
}

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}
