//! Whether others seed as well. Then a second copy from us is not what everybody waits for, and we give as other seeds do: to those who
//! have an upload slot, whatever they lack.
//!
//! Who says that it has everything need not, and need not give it to anybody. It counts once it has stayed for a while and was seen to
//! serve: pieces that it was given spread; or, of one that came with everything, pieces appear that we never gave to anybody.

use super::OneCopy;
use super::receiver::Receiver;
use crate::{ConnectionId, Time};

impl OneCopy {
    /// How many other complete peers have stayed for a while and were seen to serve.
    pub(crate) fn seeds(&self, now: Time) -> usize {
        self.receivers.values().filter(|receiver| receiver.is_seed(now)).count()
    }

    /// Whether there were any when that was looked at last.
    pub(crate) fn others_seed(&self) -> bool {
        self.others_seed
    }

    /// A peer lacks something.
    pub(crate) fn is_in_need(&self, id: ConnectionId, now: Time) -> bool {
        self.receivers.get(&id).is_some_and(|receiver| receiver.is_in_need(now))
    }

    /// These have an upload slot now. What was promised to others may be promised to anybody.
    pub(crate) fn give_slots(&mut self, to: &[ConnectionId]) {
        for (id, receiver) in &mut self.receivers {
            receiver.has_slot = to.contains(id);
            let ending = receiver.promises.iter_mut().filter(|_| !receiver.has_slot);
            ending.for_each(|promise| self.line.settle(promise.end()));
        }
    }

    /// When the next peer has stayed long enough to count.
    pub(super) fn next_seed(&self) -> Option<Time> {
        let counts_at = self.receivers.values().filter_map(Receiver::counts_at);
        counts_at.filter(|at| *at > self.looked_at).min()
    }

    /// A piece appeared that we never gave to anybody: whoever came with everything may have served it.
    pub(super) fn another_serves(&mut self) {
        let complete = self.receivers.values_mut().filter(|receiver| receiver.has.is_all());
        complete.for_each(|receiver| receiver.has_served = true);
    }
}
