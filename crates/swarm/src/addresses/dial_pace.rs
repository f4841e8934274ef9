//! How many addresses are dialled at a time while nobody is connected.
//!
//! A dead address holds its dial for seconds. Among thousands of them, those that are not would have their turn after minutes. So for
//! as long as nobody is connected, more are dialled beside those that hang: a few at a time, because if some of them are not dead,
//! we hear from these first.

use crate::Time;
use crate::limits::DIALS;

/// How many dials there are beyond the usual number.
#[derive(Debug, Default)]
pub(crate) struct DialPace {
    beyond: usize,
    /// When an address was dialled last.
    last: Time,
}

impl DialPace {
    /// How many dials there may be, where there are `usual` and never more than `most`.
    pub(crate) fn limit(&self, usual: usize, most: usize) -> usize {
        (usual + self.beyond).min(most.max(usual))
    }

    /// When there may be more, if those that there are go on hanging.
    pub(crate) fn next_raise(&self) -> Time {
        self.last + STEP
    }

    /// Lets there be more.
    pub(crate) fn raise(&mut self) {
        self.beyond += DIALS;
    }

    /// An address is dialled.
    pub(crate) fn dialled(&mut self, now: Time) {
        self.last = now;
    }

    /// Somebody is connected.
    pub(crate) fn reset(&mut self) {
        self.beyond = 0;
    }
}

/// How long the others are waited for before more are dialled: most who answer do so by then.
const STEP: Time = Time::from_millis(100);
