//! What is due when: a table of named timers. When each goes off follows from what the engine knows, so none can be forgotten or go off in
//! vain; the driver is to come back for the earliest.

use super::{Phase, Swarm};
use crate::Time;
use crate::origin::OneCopy;

/// What an engine does when it is time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Timer {
    /// Who gets blocks is chosen.
    Choke,
    /// What the only seed has promised is looked after.
    Promises,
    /// An address may be dialled.
    Dial,
    /// A tracker is to be asked.
    Announce,
    /// What is measured and watched once a second.
    Upkeep,
    /// Everybody has had time to hear that we end.
    Goodbye,
}

impl Timer {
    /// In the order in which they go off if several are due.
    const ALL: [Self; 6] =
        [Self::Choke, Self::Promises, Self::Dial, Self::Announce, Self::Upkeep, Self::Goodbye];
}

impl<B> Swarm<B> {
    /// When to call with [`Event::Tick`](crate::Event::Tick) if nothing else happens; `None` if nothing is due before something does.
    pub fn next_deadline(&self) -> Option<Time> {
        Timer::ALL.into_iter().filter_map(|timer| self.due(timer)).min()
    }

    /// Does what is due. Called after every event.
    pub(crate) fn on_time(&mut self) {
        for timer in Timer::ALL {
            if self.due(timer).is_some_and(|due| due <= self.now) {
                self.go_off(timer);
            }
        }
        self.end();
    }

    fn go_off(&mut self, timer: Timer) {
        match timer {
            Timer::Choke => self.choke(),
            Timer::Promises => self.look_after_promises(),
            Timer::Dial => self.dial(),
            Timer::Announce => self.announce(),
            Timer::Upkeep => self.keep_up(),
            Timer::Goodbye => self.end(),
        }
    }

    /// When a timer goes off, if something is to be done by it.
    fn due(&self, timer: Timer) -> Option<Time> {
        match (self.phase, timer) {
            (Phase::Stopped, _) => None,
            (Phase::Stopping(latest), Timer::Goodbye) => Some(latest),
            (Phase::Stopping(_), Timer::Dial | Timer::Announce) | (_, Timer::Goodbye) => None,
            (_, Timer::Choke) => {
                (!self.connections.is_empty() && self.has_upload_slots()).then(|| self.choker.due())
            }
            (_, Timer::Promises) => self.one_copy.as_ref().and_then(OneCopy::due),
            (_, Timer::Dial) => Some(self.addresses.due()?.max(self.next_dial()?)),
            (_, Timer::Announce) => self.trackers.due(),
            (_, Timer::Upkeep) => (!self.is_idle()).then_some(self.next_second),
        }
    }

    /// Whether there is nothing to measure or to watch: all that is wanted is there, and nobody is connected.
    fn is_idle(&self) -> bool {
        self.phase == Phase::Seeding
            && self.connections.is_empty()
            && self.web.is_at_rest()
            && self.totals.down.is_at_rest()
            && self.totals.up.is_at_rest()
    }
}
