//! Who gets blocks (BEP 3, "choking").
//!
//! While we download, the peers that give us the most are unchoked, and one at random (the optimistic unchoke), so that better peers
//! are found and newcomers get a first piece. When we have everything, peers take turns, and the one that has waited longest is next.
//! Turns are measured in time, not in bytes: slow peers are not starved, and fast ones are not punished for taking more.

use std::cmp::Ordering;
use std::time::Duration;

use crate::{ConnectionId, Time};

/// What the choice depends on, for a peer that is interested in us.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) id: ConnectionId,
    /// Bytes a second that it gives us.
    pub(crate) gives: f64,
    pub(crate) unchoked: bool,
    /// When it was choked or unchoked.
    pub(crate) changed: Time,
    /// It connected only recently.
    pub(crate) is_new: bool,
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
        self.look = self.look.or(Some(self.looked + BETWEEN_LOOKS));
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
            candidates.sort_by_key(|peer| turn(peer, now));
        } else {
            candidates.sort_by(|a, b| b.gives.total_cmp(&a.gives).then(a.id.cmp(&b.id)));
        }
        if between_rounds {
            candidates.sort_by_key(|peer| !peer.unchoked);
        } else {
            self.due = now + ROUND;
        }
        let all = self.slots;
        // Who has but one slot gives it to the one that gives most.
        let has_optimistic = !complete && !between_rounds && candidates.len() > all && all > 1;
        let by_merit = if has_optimistic { all - 1 } else { all };
        let mut chosen: Vec<ConnectionId> = candidates.iter().take(by_merit).map(|peer| peer.id).collect();
        if has_optimistic {
            chosen.extend(self.optimistic(&candidates[by_merit..], now, rng));
        }
        Some(chosen)
    }

    /// One of the rest, for half a minute; newcomers are three times as likely.
    fn optimistic(&mut self, rest: &[Candidate], now: Time, rng: &mut fastrand::Rng) -> Option<ConnectionId> {
        let stays =
            self.optimistic.filter(|id| now < self.optimistic_due && rest.iter().any(|peer| peer.id == *id));
        if stays.is_none() {
            let tickets: Vec<ConnectionId> = rest
                .iter()
                .flat_map(|peer| std::iter::repeat_n(peer.id, if peer.is_new { 3 } else { 1 }))
                .collect();
            self.optimistic = rng.choice(tickets);
            self.optimistic_due = now + OPTIMISTIC;
        }
        self.optimistic
    }
}

/// Whose turn it is when we have everything: peers in the middle of theirs first, then the one that has waited longest.
fn turn(peer: &Candidate, now: Time) -> (u8, Duration, ConnectionId) {
    let since = now.saturating_sub(peer.changed);
    match peer.unchoked {
        true if since < TURN => (0, Duration::ZERO, peer.id),
        false => (1, Duration::MAX - since, peer.id),
        true => (2, since, peer.id),
    }
}

const BETWEEN_LOOKS: Duration = Duration::from_millis(200);
const ROUND: Duration = Duration::from_secs(10);
const OPTIMISTIC: Duration = Duration::from_secs(30);
const TURN: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(id: u64, gives: f64) -> Candidate {
        let id = ConnectionId(id);
        Candidate { id, gives, unchoked: false, changed: Time::ZERO, is_new: false }
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
