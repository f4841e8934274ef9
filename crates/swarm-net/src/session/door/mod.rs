//! The door: connections in and out, until it is known which torrent each is for.
//!
//! A caller has one of few places ([`Callers`]) and some seconds. Its first bytes show what it speaks (`first_bytes`), and the code for that
//! has it from then on: for BitTorrent, `handshake`; for HTTP, the web server. Nothing else of the session knows of it before.

mod caller;
mod callers;
mod dial;
mod dials;
mod first_bytes;
mod handshake;
mod listen;
mod secure_handshake;
mod secure_pace;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::SocketAddr;

use mio::Token;
use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use swarm::{ConnectionId, Time};

use super::{CONNECTIONS, Session};
use crate::job_id::JobId;
use crate::transport::Stream;
use caller::Caller;
use callers::Callers;
pub(super) use dials::Dial;
use dials::Dials;
use first_bytes::Spoken;

pub(super) use listen::listen;
use secure_pace::SecurePace;

/// Callers that are not known yet, and addresses that are to be dialled.
pub(super) struct Door {
    listeners: Vec<TcpListener>,
    /// When the listeners are looked at again, though the system reports nothing new of them.
    next_accept: Option<Time>,
    /// Callers that have not shown what they speak.
    unheard: BTreeMap<ConnectionId, Caller>,
    /// The places of all callers that have not said which torrent they mean.
    callers: Callers,
    /// How many handshakes of encrypted streams callers have begun.
    secure_pace: SecurePace,
    dials: Dials,
}

impl Door {
    pub(super) fn new(listeners: Vec<TcpListener>) -> Self {
        Self {
            listeners,
            next_accept: None,
            unheard: BTreeMap::new(),
            callers: Callers::default(),
            secure_pace: SecurePace::default(),
            dials: Dials::default(),
        }
    }

    /// When something is to be done though nothing happens.
    pub(super) fn next_accept(&self) -> Option<Time> {
        self.next_accept
    }

    /// Whether there are callers, whose time will be over.
    pub(super) fn has_callers(&self) -> bool {
        !self.unheard.is_empty()
    }

    /// Whether dials wait until there may be one connection more.
    pub(super) fn has_dials(&self) -> bool {
        !self.dials.is_empty()
    }

    /// How many dials wait for each torrent, if any do.
    pub(super) fn waiting_dials(&self) -> impl Iterator<Item = (JobId, usize)> {
        self.dials.counts()
    }

    /// How many callers have not shown what they speak.
    pub(super) fn callers(&self) -> usize {
        self.unheard.len()
    }

    /// A torrent has gone: nobody is dialled for it.
    pub(super) fn forget_torrent(&mut self, job: JobId) {
        self.dials.forget(job);
    }

    /// A connection is closed: if it was a caller's, its place is free.
    pub(super) fn forget_connection(&mut self, id: ConnectionId) {
        self.callers.forget(id);
    }
}

impl Session {
    /// Somebody dialled us. Of many, some are taken now: others have their turn before the rest.
    pub(super) fn on_dialled(&mut self, listener: usize) {
        for _ in 0..ACCEPTS {
            match self.door.listeners.get(listener).map(TcpListener::accept) {
                Some(Ok((socket, address))) => self.on_call(socket, address),
                Some(Err(error)) if error.kind() == ErrorKind::ConnectionAborted => {}
                Some(Err(error)) if error.kind() != ErrorKind::WouldBlock => {
                    self.door.next_accept = Some(self.now + DEAF);
                    return;
                }
                _ => return,
            }
        }
        self.door.next_accept = Some(self.now);
    }

    /// Accepts callers that still wait at the listeners, when it is time.
    pub(super) fn accept_waiting(&mut self) {
        if self.door.next_accept.take_if(|at| *at <= self.now).is_some() {
            (0..self.door.listeners.len()).for_each(|listener| self.on_dialled(listener));
        }
    }

    fn on_call(&mut self, socket: TcpStream, address: SocketAddr) {
        let places = self.connections.len() + self.door.unheard.len() + self.visitors();
        if places >= self.most_connections() || self.bans.contains(address.ip()) {
            return;
        }
        let mut stream = Stream::accepted(socket);
        let Some(id) = self.register(&mut stream) else { return };
        let caller = Caller { address, stream, opening: Vec::new(), until: self.now + PATIENCE };
        self.door.unheard.insert(id, caller);
        let goes = self.door.callers.admit(id, address.ip());
        goes.into_iter().for_each(|id| self.dismiss(id));
    }

    /// Has the system report what happens to a stream. `None` if it refuses.
    fn register(&mut self, stream: &mut Stream) -> Option<ConnectionId> {
        self.last_connection += 1;
        let token = Token(self.last_connection as usize);
        let is_known = token.0 > CONNECTIONS && stream.register(self.poll.registry(), token).is_ok();
        is_known.then_some(ConnectionId(self.last_connection))
    }

    /// A caller says something, or goes. What it speaks decides where the connection goes on.
    pub(super) fn on_caller(&mut self, id: ConnectionId, event: &Event) {
        let Some(caller) = self.door.unheard.get_mut(&id) else { return };
        caller.stream.on_event(event);
        match caller.hear() {
            Ok(Spoken::NeedsMore) => {}
            Ok(Spoken::BitTorrent) if self.settings.encryption.allows_plain() => self.await_handshake(id),
            Ok(Spoken::Http) if self.web_server.is_some() => self.await_requests(id),
            Ok(Spoken::Encrypted) if self.settings.encryption.allows_encrypted() => {
                self.await_secure_handshake(id);
            }
            Ok(_) | Err(_) => self.dismiss(id),
        }
    }

    /// A caller speaks HTTP.
    fn await_requests(&mut self, id: ConnectionId) {
        let Some(Caller { address, stream, opening, .. }) = self.door.unheard.remove(&id) else { return };
        self.door.callers.forget(id);
        self.welcome(id, address, stream, &opening);
    }

    /// A caller has to go, whether it has shown what it speaks or not.
    fn dismiss(&mut self, id: ConnectionId) {
        self.door.callers.forget(id);
        match self.door.unheard.remove(&id) {
            Some(mut caller) => caller.stream.deregister(self.poll.registry()),
            None => self.close(id),
        }
    }

    /// Ends the connections of callers that have not shown in time what they speak.
    pub(super) fn give_up_callers(&mut self) {
        let now = self.now;
        let over = self.door.unheard.iter().filter(|(_, caller)| caller.until <= now);
        let over: Vec<ConnectionId> = over.map(|(id, _)| *id).collect();
        over.into_iter().for_each(|id| self.dismiss(id));
    }
}

/// How long a caller, or a peer that we have dialled, may take to say which torrent it means.
const PATIENCE: Time = Time::from_secs(10);

/// Callers that one listener may bring before others have their turn.
const ACCEPTS: usize = 64;

/// How long a listener that could not accept a caller is left alone: descriptors are rare, and none says when it is free.
const DEAF: Time = Time::from_millis(100);
