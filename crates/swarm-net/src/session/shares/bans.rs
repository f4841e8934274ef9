//! Bans: who has done wrong to one torrent is banned for all.
//!
//! An engine that bans a host says so, and those that are connected with it hear of it at once. All others hear of it when they
//! want to dial it; and whoever calls from there is not let in.

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
        jobs.into_iter().for_each(|other| self.tell(other, Event::Banned { ip, why }));
        self.close_those(|connection| is_there(connection) && !connection.is_known());
    }

    /// Tells an engine that it wants to dial a host that is banned. False if it is not.
    pub(in crate::session) fn refuses_dial(&mut self, job: JobId, address: SocketAddr) -> bool {
        let Some(why) = self.bans.why(address.ip()) else { return false };
        self.tell(job, Event::Banned { ip: address.ip(), why });
        self.tell(job, Event::ConnectFailed { address, why: DialError::Unreachable });
        true
    }
}
