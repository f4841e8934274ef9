//! Who gets the next piece ("relay"): those who pass on what they get, and a few strangers who are tried out.

use torrent_core::layout::PieceIndex;

use super::OneCopy;
use super::receiver::Receiver;
use crate::{ConnectionId, Time};

impl OneCopy {
    /// Who is promised a piece now, and which: the one with the fewest pieces that have not spread; of these, who was given the fewest.
    pub(super) fn choose(&mut self, now: Time) -> Option<(ConnectionId, PieceIndex)> {
        let empty_for = self.line.empty_for(now);
        let may_try = self.may_try(now);
        let needy = match self.others_seed {
            true => self.in_need(now, |receiver| (receiver.waits_for() as i64, 0)),
            false => self.in_need(now, |receiver| (receiver.unspread() as i64, i64::from(receiver.given))),
        };
        let is_eligible = |id: &ConnectionId| self.is_eligible(&self.receivers[id], may_try, now);
        let eligible: Vec<ConnectionId> = needy.into_iter().filter(is_eligible).collect();
        self.first_that_takes(eligible, now).or_else(|| {
            // Nobody is eligible: the least bad. Slow relays would otherwise be waited for until none is left.
            if empty_for < PAUSE || self.others_seed {
                return None;
            }
            let badness = |receiver: &Receiver| {
                (receiver.unspread() as i64, i64::from(receiver.fails) - i64::from(receiver.relays))
            };
            let least_bad = self.in_need(now, badness);
            self.first_that_takes(least_bad, now)
        })
    }

    /// Those who lack something, the least `key` first; of the same, by chance.
    fn in_need(&mut self, now: Time, key: impl Fn(&Receiver) -> (i64, i64)) -> Vec<ConnectionId> {
        let needy = self.receivers.iter().filter(|(_, receiver)| receiver.is_in_need(now));
        let mut needy: Vec<_> = needy.map(|(id, receiver)| (key(receiver), self.rng.u32(..), *id)).collect();
        needy.sort_unstable();
        needy.into_iter().map(|(_, _, id)| id).collect()
    }

    /// The best one may have all that is on offer.
    fn first_that_takes(&mut self, ids: Vec<ConnectionId>, now: Time) -> Option<(ConnectionId, PieceIndex)> {
        ids.into_iter().find_map(|id| Some((id, self.next_piece(id, now)?)))
    }

    fn is_eligible(&self, receiver: &Receiver, may_try: bool, now: Time) -> bool {
        if self.others_seed {
            return receiver.has_slot;
        }
        !self.is_thrifty()
            || receiver.waits_for() == 0
                && receiver.unspread() < MOST_UNSPREAD
                && !receiver.is_suspended(self.relay_time.patience(), now)
                && (receiver.is_relay() || may_try)
    }

    /// Whether a peer may be tried out that has not relayed anything yet: while not too much is at stake, and in any case one in the time
    /// that a piece takes to spread.
    fn may_try(&self, now: Time) -> bool {
        let most = (self.pieces.len() as i64 / 16).max(FEWEST_TRIALS);
        let median = self.relay_time.median();
        let at_stake: i64 = self.receivers.values().map(|receiver| stake(receiver, 2 * median, now)).sum();
        at_stake < most || now.saturating_sub(self.probed_at) >= median.max(BETWEEN_TRIALS)
    }
}

/// What a peer that is tried out may cost, in pieces that do not spread. Known relays make up for others.
fn stake(receiver: &Receiver, late: Time, now: Time) -> i64 {
    if receiver.is_relay() {
        -1
    } else if receiver.fails > 0 || receiver.has_kept_one_for(late, now) {
        4
    } else {
        i64::from(receiver.unspread() > 0)
    }
}

/// Who holds so many pieces that have not spread gets no other.
const MOST_UNSPREAD: usize = 2;
/// How long nothing may be promised before the choice is widened.
const PAUSE: Time = Time::from_millis(500);
/// However few pieces there are, so many peers may be tried out at a time.
const FEWEST_TRIALS: i64 = 4;
/// One may be tried out so often whatever is at stake.
const BETWEEN_TRIALS: Time = Time::from_secs(1);
