//! Whom we dial, and how many at a time.

use std::net::SocketAddr;

use super::{Phase, Swarm};
use crate::addresses::PeerFlags;
use crate::{Action, Time, limits};

impl<B> Swarm<B> {
    /// Dials as many as are missing.
    pub(crate) fn dial(&mut self) {
        let wants_nothing = self.phase == Phase::Seeding && self.hashes.layers.are_complete();
        while self.next_dial().is_some_and(|at| at <= self.now) {
            if self.connections.is_empty() && self.addresses.dialling() >= self.dials_alone() {
                self.dial_pace.raise();
            }
            let patience = self.dial_patience();
            let bans = &self.bans;
            let is_unwanted =
                |ip, flags: PeerFlags| bans.hosts.contains(ip) || wants_nothing && flags.has(PeerFlags::SEED);
            let Some(address) = self.addresses.next(self.now, is_unwanted) else { return };
            let is_first = self.addresses.is_first_dial(address);
            let patience = if is_first { patience } else { limits::DIAL_PATIENCE };
            self.dial_pace.dialled(self.now);
            let encrypted = self.addresses.is_dialled_encrypted(address);
            self.actions.push_back(Action::Connect { address, patience, encrypted });
        }
    }

    /// Who hung up at once may insist on encryption, or not know it: the same address is dialled the other way. True if it is.
    pub(crate) fn dial_the_other_way(&mut self, address: SocketAddr) -> bool {
        let is_wanted = !matches!(self.phase, Phase::Stopping(_) | Phase::Stopped)
            && !self.bans.hosts.contains(address.ip());
        let encrypted = is_wanted.then(|| self.addresses.dial_the_other_way(address)).flatten();
        let connect = encrypted.map(|encrypted| Action::Connect {
            address,
            patience: limits::DIAL_PATIENCE,
            encrypted,
        });
        let is_dialled = connect.is_some();
        self.actions.extend(connect);
        is_dialled
    }

    /// When another address may be dialled, if that does not depend on somebody else.
    pub(crate) fn next_dial(&self) -> Option<Time> {
        let (dialling, connected) = (self.addresses.dialling(), self.connections.len());
        match () {
            () if connected > 0 => {
                let may = connected + dialling < self.most_connections() && dialling < limits::DIALS;
                may.then_some(Time::ZERO)
            }
            () if dialling < self.dials_alone() => Some(Time::ZERO),
            () => (dialling < self.most_dials()).then(|| self.dial_pace.next_raise()),
        }
    }

    /// How many dials there may be now, while nobody is connected.
    fn dials_alone(&self) -> usize {
        self.dial_pace.limit(limits::DIALS.min(self.most_connections()), self.most_dials())
    }

    /// How many there may be at the most, while nobody is connected. Should several answer at once, those for whom there is no
    /// place are not many more than it has.
    fn most_dials(&self) -> usize {
        limits::DIALS_ALONE.min(4 * self.config.connections).min(self.connections_allowed)
    }

    /// How long an address may take that is dialled first.
    fn dial_patience(&self) -> Time {
        let is_crowded = self.connections.is_empty() && self.addresses.candidates() > self.most_dials();
        if is_crowded { limits::FIRST_DIAL_PATIENCE } else { limits::DIAL_PATIENCE }
    }
}
