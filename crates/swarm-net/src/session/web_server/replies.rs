//! What visitors are answered.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::SystemTime;

use serve::http::{Method, Persistence, Request, Status};
use serve::site::{
    Body, Carried, Found, Links, Listing, PathIndex, Reply, Route, content, feed, files_page, moved, page,
    refusal, torrent_file,
};
use serve::tracker::Tracker;
use swarm::{ConnectionId, Time};
use torrent_core::metainfo::Metainfo;

use super::outgoing::Chunk;
use super::{Session, WebServer};
use crate::connection::Connection;
use crate::job_id::JobId;
use crate::stage::JobStage;
use crate::torrent::Torrent;

/// What follows from a request.
enum Outcome {
    /// This is the answer; content is of this torrent.
    Answered(Reply, Option<JobId>),
    /// It is known as soon as the torrent can be read.
    Waits,
}

impl Session {
    /// Answers a request, or what came instead of one.
    pub(super) fn answer_visitor(&mut self, id: ConnectionId, request: Result<Request, Status>) {
        match request {
            Ok(request) => self.answer_request(id, request, self.now + WAITING),
            Err(status) => self.send_reply(id, None, refusal(status), None),
        }
    }

    /// Tries again what had to wait for its torrent.
    pub(super) fn answer_again(&mut self, id: ConnectionId) {
        let visitor = self.web_server.as_mut().and_then(|server| server.visitors.get_mut(&id));
        if let Some((request, until)) = visitor.and_then(|visitor| visitor.awaits.take()) {
            self.answer_request(id, request, until);
        }
    }

    fn answer_request(&mut self, id: ConnectionId, request: Request, until: Time) {
        let Some(server) = &self.web_server else { return };
        let Some(address) = server.visitors.get(&id).map(|visitor| visitor.address) else { return };
        match self.outcome(&request, address) {
            Outcome::Answered(reply, job) => self.send_reply(id, Some(&request), reply, job),
            Outcome::Waits if self.now >= until => {
                self.send_reply(id, Some(&request), refusal(Status::ServiceUnavailable), None);
            }
            Outcome::Waits => {
                let visitor = self.web_server.as_mut().and_then(|server| server.visitors.get_mut(&id));
                visitor.into_iter().for_each(|visitor| visitor.awaits = Some((request.clone(), until)));
            }
        }
    }

    /// What is at the path of a request.
    fn outcome(&mut self, request: &Request, from: SocketAddr) -> Outcome {
        let Some(server) = &self.web_server else { return refused(Status::NotFound) };
        let links = server.links(request);
        let route = Route::of(&request.path, request.query.as_deref(), &server.catalogue);
        let query = request.query.as_deref().unwrap_or_default();
        let made = |reply| Outcome::Answered(reply, None);
        match route {
            Route::Page(_) | Route::Feed | Route::Files(_) if server.own_bytes() > OWN => {
                refused(Status::ServiceUnavailable)
            }
            Route::Page(number) => made(page(&server.catalogue, number, &links, |job| self.carried(job))),
            Route::Feed => made(feed(&server.catalogue, &links)),
            Route::Moved(target) => made(moved(target)),
            Route::Torrent(job) => {
                self.of_torrent(job, |metainfo, listing| torrent_file(metainfo, listing, &links))
            }
            Route::Files(job) => {
                self.of_torrent(job, |metainfo, listing| files_page(metainfo, listing, &links))
            }
            Route::File(job) => self.content(request, from.ip(), job, None),
            Route::FileAt(job, path) => self.content(request, from.ip(), job, Some(&path)),
            Route::Announce => self.tracked(|tracker, now| tracker.announce(query, from, now)),
            Route::Scrape => self.tracked(|tracker, now| tracker.scrape(query, from, now)),
            Route::Nothing => refused(Status::NotFound),
        }
    }

    /// What follows from a request for what sleeps.
    fn until_it_wakes(&self, job: JobId) -> Outcome {
        match self.is_unreadable(job) {
            true => refused(Status::ServiceUnavailable),
            false => Outcome::Waits,
        }
    }

    /// What is said of a torrent.
    fn of_torrent(&mut self, job: JobId, say: impl FnOnce(&Arc<Metainfo>, &Listing) -> Reply) -> Outcome {
        let Some(metainfo) = self.metainfo(job) else { return self.until_it_wakes(job) };
        let listing = self.web_server.as_ref().and_then(|server| server.catalogue.get(job));
        let reply = listing.map(|listing| say(&metainfo, listing));
        Outcome::Answered(reply.unwrap_or_else(|| refusal(Status::NotFound)), None)
    }

    /// What our tracker says.
    fn tracked(&mut self, answer: impl FnOnce(&mut Tracker, Time) -> Vec<u8>) -> Outcome {
        let now = self.now;
        let said = self.tracker.as_mut().map(|tracker| answer(tracker, now));
        let reply = said.map(|said| Reply::own(Status::Ok, "text/plain", said));
        Outcome::Answered(reply.unwrap_or_else(|| refusal(Status::NotFound)), None)
    }

    /// A file of a torrent: the one at this path, or the only one.
    fn content(&mut self, request: &Request, from: IpAddr, job: JobId, path: Option<&[Vec<u8>]>) -> Outcome {
        let Some(metainfo) = self.metainfo(job) else { return self.until_it_wakes(job) };
        let Some(server) = &mut self.web_server else { return refused(Status::NotFound) };
        let file = match path {
            None => Some(Found::File(0)),
            Some(path) => {
                let paths = server.paths.entry(job).or_insert_with(|| PathIndex::of(&metainfo));
                paths.find(&metainfo, path)
            }
        };
        let Some(file) = file else { return refused(Status::NotFound) };
        if self.is_peer_of_origin(job, from) {
            return refused(Status::ServiceUnavailable);
        }
        let reply = content(request, &metainfo, file);
        match self.has(job, &metainfo, &reply.body) {
            Some(true) => Outcome::Answered(reply, Some(job)),
            Some(false) => refused(Status::NotFound),
            None => Outcome::Waits,
        }
    }

    /// Whether all pieces are there that have these bytes; `None` while that is not known.
    fn has(&self, job: JobId, metainfo: &Metainfo, body: &Body) -> Option<bool> {
        let have = self.torrents.get(job)?.swarm.as_ref()?.have()?;
        let Body::Content(bytes) = body else { return Some(true) };
        Some(
            have.is_all()
                || metainfo.layout().pieces_in(bytes.clone()).iter().all(|piece| have.contains(piece)),
        )
    }

    /// Whether somebody at this address gets pieces of a torrent that we pay one copy for: it is to get the others from peers.
    fn is_peer_of_origin(&self, job: JobId, ip: IpAddr) -> bool {
        let pays_one_copy = |torrent: &Torrent| torrent.job.economy.one_copy.is_some();
        let is_peer = |peer: &Connection| peer.is_up() && peer.job() == Some(job) && peer.address.ip() == ip;
        self.torrents.get(job).is_some_and(pays_one_copy) && self.connections.values().any(is_peer)
    }

    /// The torrent, unless it sleeps. Then it wakes.
    fn metainfo(&mut self, job: JobId) -> Option<Arc<Metainfo>> {
        let stays = |torrent: &&Torrent| !matches!(torrent.stage, JobStage::Leaving(_));
        let torrent = self.torrents.get(job).filter(stays);
        let metainfo = torrent.and_then(|torrent| torrent.metainfo.clone());
        if metainfo.is_none() {
            self.wake_for_visitor(job);
        }
        metainfo
    }

    /// What the swarm of a torrent has carried.
    fn carried(&self, job: JobId) -> Carried {
        let progress = self.counted(job);
        let received = progress.bill.map(|bill| (bill.received * progress.wanted as f64) as u64);
        Carried { given: progress.uploaded + progress.web, received }
    }

    /// Puts an answer where the socket of a visitor takes it from.
    fn send_reply(&mut self, id: ConnectionId, request: Option<&Request>, reply: Reply, job: Option<JobId>) {
        let Some(server) = &mut self.web_server else { return };
        let Some(visitor) = server.visitors.get_mut(&id) else { return };
        let Reply { answer, body } = reply;
        let head = answer.head(SystemTime::now(), Persistence::after(request));
        visitor.outgoing.push(Chunk::Own(head));
        visitor.pace = (self.now, 0);
        visitor.given = job;
        // Who could not be read gets the words as well.
        let method = request.map_or(Method::Get, |request| request.method);
        if answer.has_content(method) {
            match body {
                Body::Own(bytes) => visitor.outgoing.push(Chunk::Own(bytes)),
                Body::Torrent(parts) => {
                    parts.into_iter().for_each(|part| visitor.outgoing.push(Chunk::Part(part)))
                }
                Body::Content(bytes) => visitor.content = job.map(|job| (job, bytes)),
            }
        }
        server.ready.push(id);
    }
}

impl WebServer {
    /// Links as the client knows us.
    fn links(&self, request: &Request) -> Links {
        let of_host = || Links::of_host(request.host.as_deref().unwrap_or(&self.host));
        self.links.clone().unwrap_or_else(of_host)
    }

    /// Bytes of pages that wait for sockets.
    fn own_bytes(&self) -> usize {
        self.visitors.values().map(|visitor| visitor.outgoing.own()).sum()
    }
}

fn refused(status: Status) -> Outcome {
    Outcome::Answered(refusal(status), None)
}

/// How long a request waits for its torrent: it may have to be read and looked at first.
const WAITING: Time = Time::from_secs(20);

/// Bytes of pages that may wait for sockets. Beyond it nobody gets another page for now.
const OWN: usize = 16 << 20;
