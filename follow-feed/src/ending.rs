//! Whether the run is to end as soon as it may.

use std::sync::atomic::{AtomicBool, Ordering};

use cli_kit::Interrupt;

use crate::plan::Plan;

/// Whether the run is to end: there was a signal, its time is over, or nobody hears what it has to say. Threads share it.
pub(crate) struct Ending<'a> {
    plan: &'a Plan,
    interrupt: Interrupt,
    is_unheard: AtomicBool,
}

impl<'a> Ending<'a> {
    pub(crate) fn new(plan: &'a Plan, interrupt: Interrupt) -> Self {
        Self { plan, interrupt, is_unheard: AtomicBool::new(false) }
    }

    pub(crate) fn has_come(&self) -> bool {
        self.is_unheard.load(Ordering::Relaxed) || self.interrupt.raised().is_some() || self.plan.is_over()
    }

    /// Nobody reads what is printed, and that is all that becomes of items.
    pub(crate) fn is_unheard(&self) {
        self.is_unheard.store(true, Ordering::Relaxed);
    }
}
