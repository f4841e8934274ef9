//! What is done beside questions and lookups: tables are filled and kept fresh (BEP 5), what has expired is thrown away.

use super::krpc::Question;
use super::limits::{K, RETRY, SWEEP, UPKEEP};
use super::overlay::Overlay;
use super::{Dht, Purpose};
use crate::Time;

impl Dht {
    /// Looks after each table in its turn.
    pub(super) fn look_after(&mut self, now: Time) {
        if now >= self.next_sweep {
            self.next_sweep = now + SWEEP;
            self.overlays.iter_mut().flatten().for_each(|overlay| overlay.store.sweep(now));
        }
        for is_v6 in [false, true] {
            let Some(overlay) = &mut self.overlays[usize::from(is_v6)] else { continue };
            if now < overlay.next_upkeep {
                continue;
            }
            overlay.next_upkeep = now + UPKEEP;
            if let Some(node) = overlay.table.questionable(now) {
                overlay.check_later(node);
            }
            let stale = overlay.table.stale(now, &mut self.rng);
            self.send_checks(now, is_v6);
            if let Some(target) = stale {
                self.traverse(now, target, is_v6, None);
            }
            self.fill(now, is_v6);
        }
    }

    /// When a table is to be looked after, if there is anybody in it or to begin with.
    pub(super) fn next_upkeep(&self) -> Option<Time> {
        let is_peopled = |overlay: &&Overlay| !overlay.contacts().is_empty() || !overlay.table.is_empty();
        let peopled = self.overlays.iter().flatten().filter(is_peopled);
        peopled.map(|overlay| overlay.next_upkeep).min()
    }

    /// Looks for the nodes nearest to ourselves (BEP 5) where hardly anybody is known.
    pub(super) fn fill(&mut self, now: Time, is_v6: bool) {
        let Some(overlay) = &mut self.overlays[usize::from(is_v6)] else { return };
        if overlay.table.len() < K && now >= overlay.next_fill && !overlay.contacts().is_empty() {
            overlay.next_fill = now + RETRY;
            let own = overlay.own;
            self.traverse(now, own, is_v6, None);
        }
    }

    /// Asks nodes whether they are there.
    pub(super) fn send_checks(&mut self, now: Time, is_v6: bool) {
        while let Some(overlay) = &mut self.overlays[usize::from(is_v6)]
            && let Some(node) = overlay.next_check()
        {
            self.ask(now, node, Question::Ping, Purpose::Check);
        }
    }
}
