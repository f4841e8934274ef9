//! One announce over UDP (BEP 15): connect, announce, and again when nothing comes.
//!
//! The driver sends what it is told to the tracker's address, and hands over what comes from that address.

use std::sync::Arc;
use std::time::Duration;

use super::Announcer;
use super::udp::{CONNECTION_LIFETIME, UdpConnection, UdpReply, announce_packet, connect_packet};
use crate::{Announce, Announced, Time, TrackerError};

/// An announce on its way.
#[derive(Clone, Debug)]
pub struct UdpExchange {
    announcer: Announcer,
    announce: Announce,
    /// Path and query of the tracker's URL.
    target: Arc<str>,
    is_ipv6: bool,
    connection: Option<UdpConnection>,
    /// The connection is that of an earlier exchange, and the tracker may have forgotten it.
    is_borrowed: bool,
    waiting: Option<Waiting>,
    /// How many packets got no answer.
    lost: u32,
}

/// A packet that was sent.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    transaction: u32,
    is_connect: bool,
    until: Time,
}

/// What to do next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UdpStep {
    /// Send this packet, and ask again.
    Send(Vec<u8>),
    /// Wait for an answer, but not longer than this.
    Wait(Time),
    /// There will be no answer.
    GaveUp,
}

/// Packets that may get no answer. BEP 15 goes on to a wait of more than an hour; the engine asks again sooner.
const LOST_MAX: u32 = 3;

/// How long the first packet may take; the next ones twice as long each.
const FIRST_WAIT: Duration = Duration::from_secs(15);

impl UdpExchange {
    /// An announce, over the connection that an earlier one left if it still holds. `target`: path and query of the tracker's URL;
    /// `is_ipv6` where the tracker's address is.
    pub fn new(
        target: Arc<str>,
        announcer: Announcer,
        announce: Announce,
        is_ipv6: bool,
        connection: Option<UdpConnection>,
    ) -> Self {
        let is_borrowed = connection.is_some();
        Self { announcer, announce, target, is_ipv6, connection, is_borrowed, waiting: None, lost: 0 }
    }

    /// What to do. `transaction` is a random number that nobody can guess, used if there is something to send.
    pub fn poll(&mut self, now: Time, transaction: u32) -> UdpStep {
        if let Some(waiting) = self.waiting {
            if now < waiting.until {
                return UdpStep::Wait(waiting.until);
            }
            self.waiting = None;
            self.lost += 1;
            self.give_back();
        }
        if self.lost >= LOST_MAX {
            return UdpStep::GaveUp;
        }
        let connection = self.connection.filter(|connection| now < connection.until);
        self.connection = connection;
        let until = now + FIRST_WAIT * (1 << self.lost);
        self.waiting = Some(Waiting { transaction, is_connect: connection.is_none(), until });
        UdpStep::Send(match connection {
            None => connect_packet(transaction),
            Some(UdpConnection { id, .. }) => {
                announce_packet(id, transaction, &self.announcer, &self.announce, &self.target)
            }
        })
    }

    /// Takes what the tracker's address sent: the result, once it is there. What answers nothing that was asked is
    /// dropped. Poll afterwards.
    pub fn receive(&mut self, now: Time, packet: &[u8]) -> Option<Result<Announced, TrackerError>> {
        let waiting = self.waiting?;
        match (UdpReply::decode(packet, waiting.transaction, self.is_ipv6)?, waiting.is_connect) {
            (UdpReply::Connected { id }, true) => {
                self.connection = Some(UdpConnection { id, until: now + CONNECTION_LIFETIME });
                self.waiting = None;
                None
            }
            (UdpReply::Announced(announced), false) => Some(Ok(announced)),
            (UdpReply::Refused(_), false) if self.is_borrowed => {
                self.give_back();
                self.waiting = None;
                None
            }
            (UdpReply::Refused(words), _) => Some(Err(TrackerError::Refused(words))),
            _ => None,
        }
    }

    /// Does without a connection that the tracker seems to have forgotten: it may have been started anew.
    fn give_back(&mut self) {
        if std::mem::take(&mut self.is_borrowed) {
            self.connection = None;
        }
    }

    /// The connection, for the next announce to the same tracker.
    pub fn connection(&self) -> Option<UdpConnection> {
        self.connection
    }
}
