//! Bans: who has done wrong to one torrent is banned for all.
//!
//! An engine that bans a host says so, and those that are connected with it hear of it at once. All others hear of it when they
//! want to dial it; and whoever calls from there is not let in. A torrent for which the user named a peer there goes by what that peer
//! does to it alone: its data of another torrent may just be damaged.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use swarm::{CloseReason, DialError, Event, host};

use crate::connection::Connection;
use crate::job_id::JobId;
use crate::session::Session;

impl Session {
    /// The engine of a torrent has banned a host.
    pub(in crate::session) fn on_banned(&mut self, job: JobId, ip: IpAddr, why: CloseReason) {
        if !self.bans.ban(ip, why) {
            return;
        }
        let is_there = |connection: &Connection| host(connection.address.ip()) == host(ip);
        let there = self.connections.values().filter(|connection| is_there(connection));
        let jobs: BTreeSet<JobId> = there.filter_map(Connection::job).filter(|other| *other != job).collect();
        let warned = jobs.into_iter().filter(|other| !self.is_named_by_user(*other, ip));
        let warned: Vec<JobId> = warned.collect();
        warned.into_iter().for_each(|other| self.tell(other, Event::Banned { ip, why }));
        self.close_those(|connection| is_there(connection) && !connection.is_known());
    }

    /// Tells an engine that it wants to dial a host that is banned. False if it is not.
    pub(in crate::session) fn refuses_dial(&mut self, job: JobId, address: SocketAddr) -> bool {
        let ban = self.bans.why(address.ip()).filter(|_| !self.is_named_by_user(job, address.ip()));
        let Some(why) = ban else { return false };
        self.tell(job, Event::Banned { ip: address.ip(), why });
        self.tell(job, Event::ConnectFailed { address, why: DialError::Unreachable });
        true
    }

    fn is_named_by_user(&self, job: JobId, ip: IpAddr) -> bool {
        let swarm = self.torrents.get(job).and_then(|torrent| torrent.swarm.as_ref());
        swarm.is_some_and(|swarm| swarm.is_named_by_user(ip))
    }
}
