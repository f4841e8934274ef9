//! In which order addresses are dialled. Trackers, links and the user take turns (each is a namer, an [`Origin`]), and when the list is
//! full, the namer with the most addresses loses one: a long list keeps no short one waiting or out.
//!
//! Each address that may be dialled has a number, and the lowest is next. The addresses of one namer get one number after the other; a
//! namer that comes later begins with the number that is next. An address that several named has the lowest that it would get.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use super::origin::Origin;
use crate::Time;

/// The addresses that wait to be dialled.
#[derive(Debug)]
pub(crate) struct Turns {
    waiting: BTreeMap<SocketAddr, (Origin, Place)>,
    /// Those that may be dialled now, by number, in random order among equals.
    ready: BTreeSet<(u64, u32, SocketAddr)>,
    /// Those that may be dialled later, by when.
    later: BTreeSet<(Time, SocketAddr)>,
    /// By namer, those of its addresses that wait.
    shares: BTreeMap<Origin, Share>,
    /// The number that was dialled last.
    current: u64,
    rng: fastrand::Rng,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Ready(u64, u32),
    Later(Time),
}

/// The addresses of one namer that wait.
#[derive(Debug, Default)]
struct Share {
    waiting: BTreeSet<SocketAddr>,
    /// The last number that one of them got.
    last: u64,
}

impl Turns {
    pub(crate) fn new(rng: fastrand::Rng) -> Self {
        Self {
            waiting: BTreeMap::new(),
            ready: BTreeSet::new(),
            later: BTreeSet::new(),
            shares: BTreeMap::new(),
            current: 0,
            rng,
        }
    }

    /// `namer` names an address that may be dialled now, or that waits already: true if it waits in the turn of `namer` from now on.
    pub(crate) fn name(&mut self, namer: Origin, address: SocketAddr) -> bool {
        let Some((other, place)) = self.waiting.get(&address).copied() else {
            self.get_ready(namer, address);
            return true;
        };
        let number = match place {
            Place::Ready(number, _) => number,
            Place::Later(_) => self.next_of(other),
        };
        let is_earlier = self.next_of(namer) < number;
        if is_earlier {
            self.remove(address);
            match place {
                Place::Ready(..) => self.get_ready(namer, address),
                Place::Later(at) => self.put_off(namer, address, at),
            }
        }
        is_earlier
    }

    /// An address that does not wait may be dialled at `at`.
    pub(crate) fn put_off(&mut self, namer: Origin, address: SocketAddr, at: Time) {
        self.later.insert((at, address));
        self.put(namer, address, Place::Later(at));
    }

    /// The next to dial, if it is time. It waits no more.
    pub(crate) fn next(&mut self, now: Time) -> Option<SocketAddr> {
        while let Some(&(_, address)) = self.later.first().filter(|(at, _)| *at <= now) {
            if let Some(namer) = self.remove(address) {
                self.get_ready(namer, address);
            }
        }
        let &(number, _, address) = self.ready.first()?;
        self.current = number;
        self.remove(address);
        Some(address)
    }

    /// Whether one could be dialled now.
    pub(crate) fn is_somebody_ready(&self, now: Time) -> bool {
        !self.ready.is_empty() || self.later.first().is_some_and(|(at, _)| *at <= now)
    }

    /// When one can be dialled; that time may have passed.
    pub(crate) fn due(&self) -> Option<Time> {
        if self.ready.is_empty() { self.later.first().map(|(at, _)| *at) } else { Some(Time::ZERO) }
    }

    /// How many can be dialled, now or later.
    pub(crate) fn count(&self) -> usize {
        self.waiting.len()
    }

    /// Frees a place for an address of `namer` when the list has its `most`: drops one of the namer that has the most, if these are more
    /// than those of `namer`, and gives it back. Addresses of the user stay.
    pub(crate) fn displace(&mut self, namer: Origin, most: usize) -> Option<SocketAddr> {
        let own = self.shares.get(&namer).map_or(0, |share| share.waiting.len());
        let namers = self.shares.len() + usize::from(own == 0);
        if own >= most / namers {
            return None;
        }
        let others = self.shares.iter().filter(|(other, _)| **other != Origin::User);
        let greatest = others.map(|(_, share)| &share.waiting).max_by_key(|waiting| waiting.len())?;
        let address = *greatest.last().filter(|_| greatest.len() > own + 1)?;
        self.remove(address);
        Some(address)
    }

    /// Forgets all but these.
    pub(crate) fn retain(&mut self, stays: impl Fn(SocketAddr) -> bool) {
        let goes: Vec<SocketAddr> = self.waiting.keys().copied().filter(|address| !stays(*address)).collect();
        for address in goes {
            self.remove(address);
        }
    }

    fn next_of(&self, namer: Origin) -> u64 {
        self.shares.get(&namer).map_or(0, |share| share.last).max(self.current) + 1
    }

    fn get_ready(&mut self, namer: Origin, address: SocketAddr) {
        let (number, tie) = (self.next_of(namer), self.rng.u32(..));
        self.ready.insert((number, tie, address));
        self.put(namer, address, Place::Ready(number, tie));
        self.shares.entry(namer).or_default().last = number;
    }

    fn put(&mut self, namer: Origin, address: SocketAddr, place: Place) {
        self.waiting.insert(address, (namer, place));
        self.shares.entry(namer).or_default().waiting.insert(address);
    }

    /// Takes an address out; gives the namer in whose turn it waited.
    fn remove(&mut self, address: SocketAddr) -> Option<Origin> {
        let (namer, place) = self.waiting.remove(&address)?;
        match place {
            Place::Ready(number, tie) => self.ready.remove(&(number, tie, address)),
            Place::Later(at) => self.later.remove(&(at, address)),
        };
        let share = self.shares.get_mut(&namer)?;
        share.waiting.remove(&address);
        if share.waiting.is_empty() {
            self.shares.remove(&namer);
        }
        Some(namer)
    }
}
