//! Peers that are known by name are looked up.

use std::net::{SocketAddr, ToSocketAddrs};

use swarm::{Event, NamedPeer, Origin};
use torrent_core::magnet::Peer;

use super::Session;
use crate::job::{JobEvent, Source};
use crate::job_id::JobId;
use crate::mailbox::ThreadAnswer;
use crate::turn_queue::ServerStanding;

impl Session {
    /// Looks up the peers that the user named, and those that a link names.
    pub(super) fn look_up_peers(&mut self, job: JobId) {
        let Some(torrent) = self.torrents.get(job) else { return };
        let job_of = &torrent.job;
        let typed = job_of.peers.clone();
        let linked = match &job_of.source {
            Source::Magnet(magnet) => magnet.peers.iter().take(LINKED).cloned().collect(),
            Source::Torrent(_) => Vec::new(),
        };
        self.look_up(job, Origin::User, typed);
        self.look_up(job, Origin::Link, linked);
    }

    /// Looks up peers. Addresses need no looking up, and are known before any web seed has answered.
    fn look_up(&mut self, job: JobId, origin: Origin, mut peers: Vec<Peer>) {
        let address = |peer: &Peer| Some(SocketAddr::new(peer.host.parse().ok()?, peer.port));
        let addresses: Vec<SocketAddr> = peers.iter().filter_map(address).collect();
        peers.retain(|peer| address(peer).is_none());
        if !addresses.is_empty() {
            self.on_resolved(job, origin, addresses, Vec::new());
        }
        if let Some(torrent) = self.torrents.get_mut(job) {
            torrent.lookups += peers.len();
        }
        // Each is a task of its own, so that a list of dead names keeps no other torrent's waiting.
        for Peer { host, port } in peers {
            let mailbox = self.mailbox.clone();
            self.namers.run(job, ServerStanding::New, move || {
                let (addresses, unknown) = match (host.as_str(), port).to_socket_addrs() {
                    Ok(found) => (found.collect(), Vec::new()),
                    Err(error) => (Vec::new(), vec![format!("peer {host}:{port}: {error}")]),
                };
                mailbox.put(ThreadAnswer::Resolved { job, origin, addresses, unknown });
            });
        }
    }

    /// A peer was looked up.
    pub(super) fn on_looked_up(
        &mut self,
        job: JobId,
        origin: Origin,
        addresses: Vec<SocketAddr>,
        unknown: Vec<String>,
    ) {
        if let Some(torrent) = self.torrents.get_mut(job) {
            torrent.lookups = torrent.lookups.saturating_sub(1);
        }
        self.on_resolved(job, origin, addresses, unknown);
    }

    fn on_resolved(&mut self, job: JobId, origin: Origin, addresses: Vec<SocketAddr>, unknown: Vec<String>) {
        unknown.into_iter().for_each(|message| self.say(job, JobEvent::Warning { message }));
        if origin == Origin::Link {
            self.warn_of_refused(job, &addresses);
        }
        let peers = addresses.into_iter().map(NamedPeer::from).collect();
        self.tell(job, Event::Peers { origin, peers });
    }

    /// Says which peers of a link are not dialled, because it may not name them.
    fn warn_of_refused(&mut self, job: JobId, addresses: &[SocketAddr]) {
        let Some(swarm) = self.torrents.get(job).and_then(|torrent| torrent.swarm.as_ref()) else { return };
        let refusal = |address: &SocketAddr| Some((*address, swarm.refusal_of_linked(*address)?));
        let mut refused = addresses.iter().filter_map(refusal);
        let Some((address, why)) = refused.next() else { return };
        let more = refused.count();
        self.say(job, JobEvent::Refused { address, more, why });
    }
}

/// Peers that a link may name: each may be a name that is looked up.
const LINKED: usize = 100;
