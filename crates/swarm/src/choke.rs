//! Who gets blocks (BEP 3, "choking").
//!
//! While we download, the peers that give us the most are unchoked, and one at random (the optimistic unchoke), so that better peers
//! are found and newcomers get a first piece. When we have everything, hosts take turns, and the one that has waited longest is next.
//! Turns are measured in time, not in bytes: slow peers are not starved, and fast ones are not punished for taking more.
//!
//! Who does nothing with a slot that others wait for loses it within seconds, and its host stands behind all others for a while. So callers
//! that say they are interested and request nothing keep nobody waiting for long, however many they are.

mod host_turns;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use crate::{ConnectionId, Time};
use host_turns::HostTurns;

/// What the choice depends on, for a peer that is interested in us.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) id: ConnectionId,
    /// Where it is; all of an IPv6 /64 are one.
    pub(crate) host: IpAddr,
    /// Bytes a second that it gives us.
    pub(crate) gives: f64,
    pub(crate) unchoked: bool,
    /// When it was choked or unchoked.
    pub(crate) changed: Time,
    /// It does nothing with its slot, or has taken more than anybody needs.
    pub(crate) is_wasteful: bool,
    /// It connected only recently.
    pub(crate) is_new: bool,
}

/// Whose turn it is when we have everything, those first who are to be unchoked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// In the middle of its turn.
    AtWork,
    Waits,
    /// Its turn is over.
    HasHad,
    /// Waits, and its host has wasted its last turn.
    HasWasted,
    Wastes,
}

/// Chooses which peers are unchoked, every ten seconds.
#[derive(Debug)]
pub(crate) struct Choker {
    /// How many may be unchoked, the optimistic unchoke among them.
    slots: usize,
    due: Time,
    /// When free slots are to be given away, between rounds.
    look: Option<Time>,
    /// When it was chosen last.
    looked: Time,
    optimistic: Option<ConnectionId>,
    optimistic_due: Time,
    turns: HostTurns,
}

impl Choker {
    pub(crate) fn new(slots: usize) -> Self {
        Self {
            slots,
            due: Time::ZERO,
            look: None,
            looked: Time::ZERO,
            optimistic: None,
            optimistic_due: Time::ZERO,
            turns: HostTurns::default(),
        }
    }

    /// How many may be unchoked from now on. If they are fewer, that is seen to at once.
    pub(crate) fn set_slots(&mut self, slots: usize, now: Time) {
        match slots.cmp(&self.slots) {
            Ordering::Less => self.look = Some(now),
            Ordering::Equal => {}
            Ordering::Greater => self.look_soon(),
        }
        self.slots = slots;
    }

    /// Somebody became interested or left: a free slot is given away without waiting for the next round, but not more
    /// than a few times a second.
    pub(crate) fn look_soon(&mut self) {
        let soon = self.looked + BETWEEN_LOOKS;
        self.look = Some(self.look.map_or(soon, |look| look.min(soon)));
    }

    /// A peer at `host` was choked, or has gone while it was unchoked.
    pub(crate) fn end_turn(&mut self, host: IpAddr, is_wasted: bool, now: Time) {
        self.turns.end(host, is_wasted, now);
    }

    /// When it is time to choose.
    pub(crate) fn due(&self) -> Time {
        self.look.map_or(self.due, |look| look.min(self.due))
    }

    fn is_due(&self, now: Time) -> bool {
        now >= self.due()
    }

    /// Who is to be unchoked, if it is time to choose.
    pub(crate) fn choose(
        &mut self,
        mut candidates: Vec<Candidate>,
        complete: bool,
        now: Time,
        rng: &mut fastrand::Rng,
    ) -> Option<Vec<ConnectionId>> {
        if !self.is_due(now) {
            return None;
        }
        let between_rounds = now < self.due;
        (self.look, self.looked) = (None, now);
        if complete {
            self.sort_by_turn(&mut candidates, now);
        } else {
            candidates.sort_by(|a, b| b.gives.total_cmp(&a.gives).then(a.id.cmp(&b.id)));
        }
        if between_rounds {
            candidates.sort_by_key(|peer| !peer.unchoked || complete && peer.is_wasteful);
        } else {
            self.due = now + ROUND;
        }
        let all = self.slots;
        if complete && candidates.len() > all {
            self.look = Some(now + CROWDED);
        }
        // Who has but one slot gives it to the one that gives most.
        let has_optimistic = !complete && !between_rounds && candidates.len() > all && all > 1;
        let by_merit = if has_optimistic { all - 1 } else { all };
        let mut chosen: Vec<ConnectionId> = candidates.iter().take(by_merit).map(|peer| peer.id).collect();
        if has_optimistic {
            chosen.extend(self.optimistic(&candidates[by_merit..], now, rng));
        }
        Some(chosen)
    }

    /// Puts those first whose turn it is when we have everything ([`Place`]), among equals those who have waited longest. One peer of each
    /// host comes before the others of all hosts.
    fn sort_by_turn(&self, candidates: &mut [Candidate], now: Time) {
        let order = |peer: &Candidate| match self.place(peer, now) {
            Place::AtWork => Duration::ZERO,
            Place::HasHad => now.saturating_sub(peer.changed),
            _ => Duration::MAX - now.saturating_sub(peer.changed.max(self.turns.ended(peer.host))),
        };
        candidates.sort_by_key(|peer| (self.place(peer, now), order(peer), peer.id));
        let mut hosts = BTreeSet::new();
        let others: BTreeSet<ConnectionId> =
            candidates.iter().filter(|peer| !hosts.insert(peer.host)).map(|peer| peer.id).collect();
        candidates.sort_by_key(|peer| {
            let place = self.place(peer, now);
            (place >= Place::HasWasted, others.contains(&peer.id), place)
        });
    }

    fn place(&self, peer: &Candidate, now: Time) -> Place {
        match peer.unchoked {
            _ if peer.is_wasteful => Place::Wastes,
            true if now.saturating_sub(peer.changed) < TURN => Place::AtWork,
            true => Place::HasHad,
            false if self.turns.has_wasted(peer.host, now) => Place::HasWasted,
            false => Place::Waits,
        }
    }

    /// One of the rest, for half a minute; newcomers are three times as likely. A host has one ticket, however many connections it has.
    fn optimistic(&mut self, rest: &[Candidate], now: Time, rng: &mut fastrand::Rng) -> Option<ConnectionId> {
        let is_there = |id: &ConnectionId| rest.iter().any(|peer| peer.id == *id && !peer.is_wasteful);
        let stays = self.optimistic.filter(|id| now < self.optimistic_due && is_there(id));
        if stays.is_none() {
            let mut hosts = BTreeSet::new();
            let has_wasted = |peer: &Candidate| self.turns.has_wasted(peer.host, now);
            let have_all = rest.iter().all(has_wasted);
            let tickets: Vec<ConnectionId> = rest
                .iter()
                .filter(|peer| (have_all || !has_wasted(peer)) && hosts.insert(peer.host))
                .flat_map(|peer| std::iter::repeat_n(peer.id, if peer.is_new { 3 } else { 1 }))
                .collect();
            self.optimistic = rng.choice(tickets);
            self.optimistic_due = now + OPTIMISTIC;
        }
        self.optimistic
    }
}

const BETWEEN_LOOKS: Duration = Duration::from_millis(200);
/// How often it is looked whether slots that others wait for are used.
const CROWDED: Duration = Duration::from_secs(3);
const ROUND: Duration = Duration::from_secs(10);
const OPTIMISTIC: Duration = Duration::from_secs(30);
const TURN: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(id: u64, gives: f64) -> Candidate {
        let host = IpAddr::from([8, 8, 8, id as u8]);
        let id = ConnectionId(id);
        let (changed, is_wasteful, is_new) = (Time::ZERO, false, false);
        Candidate { id, host, gives, unchoked: false, changed, is_wasteful, is_new }
    }

    fn choose(choker: &mut Choker, peers: &[Candidate], complete: bool, seconds: u64) -> Vec<u64> {
        let mut rng = fastrand::Rng::with_seed(1);
        let chosen = choker.choose(peers.to_vec(), complete, Time::from_secs(seconds), &mut rng);
        chosen.unwrap().iter().map(|id| id.0).collect()
    }

    #[test]
    fn who_gives_gets_and_one_more_by_chance() {
        let peers: Vec<Candidate> = (0..10).map(|id| peer(id, id as f64)).collect();
        let mut choker = Choker::new(5);
        let first = choose(&mut choker, &peers, false, 0);
        assert_eq!(first[..4], [9, 8, 7, 6]);
        assert!(first.len() == 5 && first[4] < 6);
        assert_eq!(choose(&mut choker, &peers, false, 10), first, "the lucky one stays for three rounds");
    }

    #[test]
    fn seeds_give_everybody_a_turn() {
        let mut peers: Vec<Candidate> = (0..12).map(|id| peer(id, 0.0)).collect();
        let mut choker = Choker::new(5);
        let mut served = [false; 12];
        for round in 0..30 {
            let chosen = choose(&mut choker, &peers, true, 10 * round);
            for candidate in &mut peers {
                let now_unchoked = chosen.contains(&candidate.id.0);
                if now_unchoked != candidate.unchoked {
                    (candidate.unchoked, candidate.changed) = (now_unchoked, Time::from_secs(10 * round));
                }
            }
            chosen.iter().for_each(|id| served[*id as usize] = true);
        }
        assert_eq!(served, [true; 12]);
    }

    #[test]
    fn between_rounds_only_free_slots_are_given_away() {
        let mut peers: Vec<Candidate> = (0..4).map(|id| peer(id, 0.0)).collect();
        let mut choker = Choker::new(5);
        assert_eq!(choose(&mut choker, &peers, false, 0), [0, 1, 2, 3]);
        peers.iter_mut().for_each(|peer| peer.unchoked = true);
        peers.extend([peer(4, 1e6), peer(5, 2e6)]);
        choker.look_soon();
        assert_eq!(choose(&mut choker, &peers, false, 1), [0, 1, 2, 3, 5]);
        choker.look_soon();
        assert!(choker.choose(peers, false, Time::ZERO, &mut fastrand::Rng::with_seed(1)).is_none());
    }

    #[test]
    fn slots_that_are_taken_away_are_empty_at_once() {
        let mut peers: Vec<Candidate> = (0..6).map(|id| peer(id, id as f64)).collect();
        let mut choker = Choker::new(5);
        let chosen = choose(&mut choker, &peers, false, 0);
        peers.iter_mut().for_each(|peer| peer.unchoked = chosen.contains(&peer.id.0));
        for (slots, expected) in [(2, vec![5, 4]), (1, vec![5]), (0, vec![])] {
            choker.set_slots(slots, Time::from_secs(1));
            assert_eq!(choose(&mut choker, &peers, false, 1), expected);
            peers.iter_mut().for_each(|peer| peer.unchoked = expected.contains(&peer.id.0));
        }
        choker.set_slots(1, Time::from_secs(2));
        assert_eq!(choose(&mut choker, &peers, false, 2), [5]);
        choker.set_slots(0, Time::from_secs(20));
        assert_eq!(choose(&mut choker, &peers, false, 20), [0; 0]);
        assert_eq!(choose(&mut choker, &peers, true, 40), [0; 0], "in a round of a seed as well");
    }

    #[test]
    fn fewer_peers_than_slots_are_all_served() {
        assert_eq!(choose(&mut Choker::new(5), &[peer(1, 0.0), peer(2, 0.0)], false, 0), [1, 2]);
        assert_eq!(choose(&mut Choker::new(5), &[], true, 0), [0; 0]);
    }
}
