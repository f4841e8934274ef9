//! Serves HTTP to those who call at the peer port and speak it.
//!
//! A request becomes bytes like this. `visits` takes in who calls and reads what it sends; [`serve::http`] makes requests of that, one at
//! a time; `replies` finds what is at the path ([`serve::site`]); what is in memory goes into the [`Outgoing`] of the visitor, and what is
//! on disk is asked for by `reads`, block by block as peers' blocks are, as its socket takes them. `places` says who may stay.

mod outgoing;
mod places;
mod reads;
mod replies;
#[cfg(test)]
mod tests;
mod visitor;
mod visits;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::SystemTime;

use serve::site::{Catalogue, Entry, Links, PathIndex};
use swarm::{ConnectionId, Time};

use super::Session;
use super::queue::Queue;
use crate::job_id::JobId;
use crate::rate::Bucket;
use crate::serve::Serve;
use visitor::Visitor;

/// What is offered over HTTP, and to whom it is given at the moment.
pub(super) struct WebServer {
    /// Links that do not depend on what clients call us.
    links: Option<Links>,
    /// What clients call us that do not say it.
    host: String,
    catalogue: Catalogue<JobId>,
    /// Of those torrents of which a file was asked for.
    paths: BTreeMap<JobId, PathIndex>,
    visitors: BTreeMap<ConnectionId, Visitor>,
    /// Visitors that have something to read, to be answered or to write.
    ready: Queue,
    /// Visitors for whom the disk is to be asked.
    readers: Queue,
    /// When the rates allow what they did not allow when somebody was to read.
    next_read: Option<Time>,
    rate: Bucket,
    /// Bytes that the disk was asked for and that have not left.
    held: usize,
    /// Those of them that the disk has not read and whose visitors are gone.
    orphans: BTreeMap<ConnectionId, (JobId, usize)>,
}

impl WebServer {
    pub(super) fn new(settings: &Serve, bind: Option<IpAddr>, port: u16) -> Self {
        let host = bind.map_or("localhost".to_owned(), |ip| match ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        });
        Self {
            links: settings.base.as_deref().map(|base| Links::new(base).with_tracker(settings.tracker(port))),
            host: format!("{host}:{port}"),
            catalogue: Catalogue::default(),
            paths: BTreeMap::new(),
            visitors: BTreeMap::new(),
            ready: Queue::default(),
            readers: Queue::default(),
            next_read: None,
            rate: Bucket::new(settings.max_rate),
            held: 0,
            orphans: BTreeMap::new(),
        }
    }

    /// Whether clients know us by a URL that may be a proxy's.
    fn has_base(&self) -> bool {
        self.links.is_some()
    }

    /// How many visitors there are.
    pub(super) fn visitors(&self) -> usize {
        self.visitors.len()
    }

    /// Bytes that the disk was asked for and that have not left.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// Whether somebody has something to do at once.
    pub(super) fn is_busy(&self) -> bool {
        !self.ready.is_empty()
    }

    /// When rates allow what somebody waits for.
    pub(super) fn next_read(&self) -> Option<Time> {
        self.next_read.filter(|_| !self.readers.is_empty())
    }
}

impl Session {
    /// How many visitors there are.
    pub(super) fn visitors(&self) -> usize {
        self.web_server.as_ref().map_or(0, WebServer::visitors)
    }

    /// Whether this is the connection of a visitor.
    pub(super) fn is_visitor(&self, id: ConnectionId) -> bool {
        self.web_server.as_ref().is_some_and(|server| server.visitors.contains_key(&id))
    }

    /// A torrent is complete: whoever visits sees it.
    pub(super) fn offer_to_visitors(&mut self, job: JobId) {
        let metainfo = self.torrents.get(job).and_then(|torrent| torrent.metainfo.as_ref());
        if let (Some(server), Some(metainfo)) = (&mut self.web_server, metainfo) {
            server.catalogue.insert(job, Entry::of(metainfo), unix_time());
        }
    }

    /// The same of one that sleeps.
    pub(super) fn offer_asleep(&mut self, job: JobId, entry: Entry) {
        if let Some(server) = &mut self.web_server {
            server.catalogue.insert(job, entry, unix_time());
        }
    }

    /// A torrent goes: nobody sees it any more.
    pub(super) fn withdraw_from_visitors(&mut self, job: JobId) {
        if let Some(server) = &mut self.web_server {
            server.catalogue.remove(job);
        }
        self.leave_off_content(job);
    }

    /// No content of a torrent is to be had, for now: those who were being given some have to come back.
    pub(super) fn leave_off_content(&mut self, job: JobId) {
        let visitors = self.web_server.iter().flat_map(|server| &server.visitors);
        let given = visitors.filter(|(_, visitor)| visitor.is_given(job)).map(|(id, _)| *id);
        given.collect::<Vec<_>>().into_iter().for_each(|id| self.close_visitor(id));
        self.web_server.iter_mut().for_each(|server| drop(server.paths.remove(&job)));
    }
}

/// Seconds since 1970.
fn unix_time() -> i64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX)
}
