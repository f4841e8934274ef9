//! When which torrent is looked up in the DHT: at once, and then again and again, of thousands a few a second.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use swarm::Time;
use swarm::dht::InfoHash;

/// What is looked up, and when that is next.
#[derive(Default)]
pub(super) struct LookupTimes {
    /// When each is next, and how often it was looked up.
    known: HashMap<InfoHash, (Time, u8)>,
    /// The same in the order of time.
    due: BTreeSet<(Time, InfoHash)>,
    /// No other begins before.
    not_before: Time,
}

impl LookupTimes {
    /// It is to be looked up now.
    pub(super) fn add(&mut self, info_hash: InfoHash, now: Time) {
        self.put_off(info_hash, 0, now);
    }

    /// It is not looked up any more.
    pub(super) fn remove(&mut self, info_hash: &InfoHash) {
        if let Some((at, _)) = self.known.remove(info_hash) {
            self.due.remove(&(at, *info_hash));
        }
    }

    /// What is to be looked up now, and how often it was; whoever asks says [when again](Self::put_off).
    pub(super) fn next(&mut self, now: Time) -> Option<(InfoHash, u8)> {
        if self.next_deadline().is_none_or(|due| due > now) {
            return None;
        }
        self.not_before = self.not_before.max(now.saturating_sub(AT_ONCE * GAP)) + GAP;
        let (_, info_hash) = self.due.pop_first()?;
        let (_, times) = self.known.remove(&info_hash)?;
        Some((info_hash, times))
    }

    /// It is looked up then, after it was so often.
    pub(super) fn put_off(&mut self, info_hash: InfoHash, times: u8, at: Time) {
        self.remove(&info_hash);
        self.known.insert(info_hash, (at, times));
        self.due.insert((at, info_hash));
    }

    /// No node has taken an announce in: it is looked up again sooner, at growing intervals.
    pub(super) fn hurry(&mut self, info_hash: InfoHash, now: Time) {
        if let Some((at, times)) = self.known.get(&info_hash).copied() {
            self.put_off(info_hash, times, at.min(now + wait_after(times.saturating_sub(1), true)));
        }
    }

    /// All that is looked up at some time.
    pub(super) fn known(&self) -> impl Iterator<Item = InfoHash> {
        self.known.keys().copied()
    }

    pub(super) fn next_deadline(&self) -> Option<Time> {
        self.due.first().map(|(first, _)| (*first).max(self.not_before))
    }
}

/// How long until what was looked up so often is looked up again: who seeks peers does so at growing intervals, who only gives is announced
/// before nodes forget it.
pub(super) fn wait_after(times: u8, seeks: bool) -> Duration {
    if seeks { (FIRST_WAIT * 2_u32.pow(times.min(10).into())).min(WAIT) } else { WAIT }
}

/// Between two lookups: each is some fifty questions.
const GAP: Duration = Duration::from_millis(200);

/// Lookups that may begin at once after a pause.
const AT_ONCE: u32 = 5;

const FIRST_WAIT: Duration = Duration::from_secs(30);

/// As libtorrent does. Nodes keep an announce for half an hour.
const WAIT: Duration = Duration::from_secs(15 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_taken_in_is_looked_up_again_soon() {
        let (mut times, hash, minute) = (LookupTimes::default(), [1; 20], Time::from_secs(60));
        times.add(hash, Time::ZERO);
        let mut waits = Vec::new();
        for _ in 0..7 {
            let now = times.next_deadline().unwrap();
            let (_, count) = times.next(now).unwrap();
            times.put_off(hash, count + 1, now + wait_after(count, false));
            times.hurry(hash, now);
            waits.push((times.next_deadline().unwrap() - now).as_secs());
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900]);
        // It is never later than it would have been, and what is not looked up stays so.
        times.put_off(hash, 9, minute);
        times.hurry(hash, Time::ZERO);
        assert_eq!(times.known[&hash], (minute, 9));
        times.remove(&hash);
        times.hurry(hash, Time::ZERO);
        assert_eq!(times.next_deadline(), None);
    }

    fn hash(number: u32) -> InfoHash {
        let mut hash = [0; 20];
        hash[..4].copy_from_slice(&number.to_be_bytes());
        hash
    }

    /// When each of `count` that are added at once is looked up first and then again.
    fn looked_up(count: u32, until: Duration) -> Vec<(Time, InfoHash)> {
        let mut times = LookupTimes::default();
        let start = Duration::from_secs(1);
        (0..count).for_each(|number| times.add(hash(number), start));
        let (mut now, mut said) = (start, Vec::new());
        while let Some(due) = times.next_deadline().filter(|due| *due < until) {
            now = now.max(due);
            while let Some((info_hash, number)) = times.next(now) {
                said.push((now, info_hash));
                times.put_off(info_hash, number + 1, now + wait_after(number, false));
            }
        }
        said
    }

    #[test]
    fn one_is_looked_up_at_once_and_again_before_nodes_forget_it() {
        let times: Vec<u64> = looked_up(1, 4 * WAIT).iter().map(|(at, _)| at.as_secs()).collect();
        assert_eq!(times, [1, 901, 1801, 2701]);
    }

    #[test]
    fn thousands_are_announced_five_a_second_each_before_any_again() {
        let said = looked_up(10_000, Duration::from_secs(3_600));
        let within = |from: u64| {
            let second = Duration::from_secs(from)..Duration::from_secs(from + 1);
            said.iter().filter(|(at, _)| second.contains(at)).count()
        };
        assert!((2..3_500).all(|second| within(second) <= 6), "no burst");
        assert_eq!(within(1_000), 5);
        let first: BTreeSet<InfoHash> = said.iter().take(10_000).map(|(_, hash)| *hash).collect();
        assert_eq!(first.len(), 10_000);
    }

    #[test]
    fn who_seeks_peers_does_so_at_growing_intervals() {
        let waits: Vec<u64> = (0..8).map(|times| wait_after(times, true).as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(wait_after(u8::MAX, true), WAIT);
    }

    #[test]
    fn what_is_added_again_is_looked_up_once() {
        let mut times = LookupTimes::default();
        times.add(hash(1), Duration::from_secs(9));
        times.add(hash(1), Duration::from_secs(1));
        assert_eq!(times.next(Duration::from_secs(1)), Some((hash(1), 0)));
        assert_eq!(times.next(Duration::from_secs(99)), None);
    }
}
