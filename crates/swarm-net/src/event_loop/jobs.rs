//! How torrents begin, go on and end.

use std::collections::BTreeMap;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use swarm::{ConnectionId, Event, Origin, Swarm, Time, limits};
use torrent_core::magnet::Peer;
use torrent_core::metainfo::Metainfo;

use super::EventLoop;
use super::queue::Queue;
use crate::connection::Connection;
use crate::disk::{self, DiskError, Request};
use crate::ending::shortfall_of;
use crate::hashed::Hashed;
use crate::job::{Failure, Goal, JobEvent, Source};
use crate::job_id::JobId;
use crate::mailbox::Answer;
use crate::pool::{BLOCK, Block};
use crate::tables::{blocks_beside, tables_limit};
use crate::torrent::{JobStage, Torrent, metainfo_of};

impl EventLoop<'_> {
    /// Begins all jobs.
    pub(super) fn begin(&mut self) {
        for job in (0..self.torrents.len()).map(JobId) {
            for message in std::mem::take(&mut self.torrents[job.0].remarks) {
                self.observer.on_event(job, JobEvent::Warning { message: &message });
            }
            let torrent = &self.torrents[job.0];
            match torrent.job.source.clone() {
                Source::Torrent(_) if torrent.job.goal != Goal::Files => self.end(job, Ok(())),
                // All of it may be there.
                Source::Torrent(metainfo) => self.prepare(job, &metainfo),
                Source::Magnet(_) if torrent.job.found.is_some() => {
                    match (torrent.job.found.clone(), torrent.job.goal) {
                        (Some(metainfo), Goal::Files) => self.prepare(job, &metainfo),
                        _ => self.end(job, Ok(())),
                    }
                }
                Source::Magnet(_) if !torrent.has_somebody_to_ask() => {
                    self.end(job, Err(Failure::NobodyHasMetadata))
                }
                Source::Magnet(_) => self.start_engine(job, None),
            }
        }
    }

    /// Tells an engine what happened.
    pub(super) fn tell(&mut self, job: JobId, event: Event<Block>) {
        if let Some(swarm) = &mut self.torrents[job.0].swarm {
            swarm.handle(self.now, event);
        }
    }

    /// Lets engines know that their time has come.
    pub(super) fn tick_engines(&mut self) {
        for torrent in &mut self.torrents {
            let Some(swarm) = &mut torrent.swarm else { continue };
            if swarm.next_deadline().is_some_and(|deadline| deadline <= self.now) {
                let job = |id: &ConnectionId| self.connections.get(id).and_then(Connection::job);
                let unread = self.queues.wait_for_reading().flat_map(Queue::iter);
                let connections = unread.filter(|id| job(id) == Some(torrent.id)).collect();
                swarm.handle(self.now, Event::TickUnread { connections });
            }
        }
    }

    /// Lets the disk look at what is there.
    fn prepare(&mut self, job: JobId, metainfo: &Arc<Metainfo>) {
        let torrent = &mut self.torrents[job.0];
        torrent.set_metainfo(metainfo);
        torrent.stage = JobStage::Preparing;
        if let Some(failure) = self.refusal_of_tables(job) {
            return self.end(job, Err(failure));
        }
        let torrent = &mut self.torrents[job.0];
        match torrent.storage_params(metainfo) {
            Ok(params) => {
                torrent.is_on_disk = true;
                self.disk.send(Request::Prepare { job, params });
            }
            Err(failure) => self.end(job, Err(failure)),
        }
    }

    /// Why there is no memory for what would be kept of a job's torrent.
    fn refusal_of_tables(&self, job: JobId) -> Option<Failure> {
        let others = self.torrents.iter().filter(|torrent| torrent.id != job).map(Torrent::tables).sum();
        self.torrents[job.0].refusal_of_tables(others, self.settings.memory)
    }

    fn start_engine(&mut self, job: JobId, torrent: Option<swarm::Torrent>) {
        let config = self.torrents[job.0].config(self.settings.memory);
        self.torrents[job.0].swarm = Some(Swarm::new(config, torrent));
        self.share_budget();
        self.look_up_peers(job);
        self.answer_early();
    }

    /// Gives every engine its part of the pool. What connections hold of blocks that nobody asked for is kept aside. A pool
    /// that is too small for a piece of each torrent grows: otherwise all would wait for ever.
    fn share_budget(&mut self) {
        let needs = |torrent: &Torrent| Some((torrent.blocks_a_piece()?, torrent.committed()));
        let needs: Vec<(usize, usize)> = self.torrents.iter().filter_map(needs).collect();
        let whole = self.blocks_for_payload();
        let aside = ASIDE.min(whole / 8);
        let share = (whole - aside) / needs.len().max(1);
        // What an engine counts on already stays until it is written.
        let of_one = |(blocks, committed): &(usize, usize)| share.max(blocks + BESIDE).max(*committed);
        let needed = needs.iter().map(of_one).sum::<usize>() + aside;
        self.pool.resize(needed);
        self.warn_of_large_pieces(share, needed);
        self.warn_of_long_tables();
        for swarm in self.torrents.iter_mut().filter_map(|torrent| torrent.swarm.as_mut()) {
            swarm.handle(self.now, Event::Budget { blocks: share });
        }
    }

    /// Says of each torrent once that its pieces need more than its `share`; and what all `needed` blocks come to.
    fn warn_of_large_pieces(&mut self, share: usize, needed: usize) {
        let mebibytes = (needed * BLOCK).div_ceil(1 << 20);
        let message = format!("pieces are large: {mebibytes} MiB of memory are needed");
        for torrent in &mut self.torrents {
            if torrent.blocks_a_piece() > Some(share)
                && !std::mem::replace(&mut torrent.has_warned_of_pieces, true)
            {
                self.observer.on_event(torrent.id, JobEvent::Warning { message: &message });
            }
        }
    }

    /// Says once of each torrent that is not small that what is kept of all together is more than the user allows.
    fn warn_of_long_tables(&mut self) {
        let tables: u64 = self.torrents.iter().map(Torrent::tables).sum();
        let limit = tables_limit(self.settings.memory);
        if tables <= limit {
            return;
        }
        let mebibytes = (tables - limit).div_ceil(1 << 20);
        let message = format!(
            "the torrents of this call have many pieces and files: {mebibytes} MiB more than allowed are needed"
        );
        let share = limit / self.torrents.len().max(1) as u64;
        for torrent in &mut self.torrents {
            if torrent.tables() > share && !std::mem::replace(&mut torrent.has_warned_of_tables, true) {
                self.observer.on_event(torrent.id, JobEvent::Warning { message: &message });
            }
        }
    }

    /// How many blocks fit beside what is kept of the torrents.
    fn blocks_for_payload(&self) -> usize {
        let left = blocks_beside(self.torrents.iter().map(Torrent::tables).sum(), self.settings.memory);
        usize::try_from(left).unwrap_or(usize::MAX) / BLOCK
    }

    /// Looks up the peers that the user named, and those that a link names.
    fn look_up_peers(&mut self, job: JobId) {
        let job_of = &self.torrents[job.0].job;
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
            self.on_resolved(job, origin, addresses, &[]);
        }
        if peers.is_empty() {
            return;
        }
        let mailbox = self.mailbox.clone();
        self.namers.run(move || {
            let (mut addresses, mut unknown) = (Vec::new(), Vec::new());
            for Peer { host, port } in peers {
                match (host.as_str(), port).to_socket_addrs() {
                    Ok(found) => addresses.extend(found),
                    Err(error) => unknown.push(format!("peer {host}:{port}: {error}")),
                }
            }
            mailbox.put(Answer::Resolved { job, origin, addresses, unknown });
        });
    }

    pub(super) fn on_resolved(
        &mut self,
        job: JobId,
        origin: Origin,
        addresses: Vec<SocketAddr>,
        unknown: &[String],
    ) {
        for message in unknown {
            self.observer.on_event(job, JobEvent::Warning { message });
        }
        if origin == Origin::Link {
            self.warn_of_refused(job, &addresses);
        }
        self.tell(job, Event::Peers { origin, addresses });
    }

    /// Says which peers of a link are not dialled, because it may not name them.
    fn warn_of_refused(&mut self, job: JobId, addresses: &[SocketAddr]) {
        let Some(swarm) = &self.torrents[job.0].swarm else { return };
        let refusal = |address: &SocketAddr| Some((*address, swarm.refusal_of_linked(*address)?));
        let mut refused = addresses.iter().filter_map(refusal);
        let Some((address, why)) = refused.next() else { return };
        let more = match refused.count() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let message = format!("peer {address}{more}: not dialled: {why}");
        self.observer.on_event(job, JobEvent::Warning { message: &message });
    }

    /// Peers gave the metadata.
    pub(super) fn on_metadata(&mut self, job: JobId, info: Vec<u8>) {
        let limit = tables_limit(self.settings.memory).saturating_sub(info.len() as u64);
        match metainfo_of(info, &BTreeMap::new(), limit).map(Arc::new) {
            Err(refusal) => self.end(job, Err(Failure::Refused(refusal))),
            // Whatever it is for, nothing is made for each piece of it.
            Ok(metainfo) if metainfo.layout().piece_count() > limits::PIECES.into() => {
                self.end(job, Err(Failure::Disk(DiskError::TooManyPieces)));
            }
            Ok(metainfo) => {
                self.torrents[job.0].set_metainfo(&metainfo);
                if let Some(failure) = self.refusal_of_tables(job) {
                    return self.end(job, Err(failure));
                }
                self.observer.on_event(job, JobEvent::Metadata { metainfo: &metainfo });
                match self.torrents[job.0].job.goal {
                    Goal::Files => self.prepare(job, &metainfo),
                    Goal::Torrent if metainfo.lacks_layers() => self.fetch_layers(job, metainfo),
                    Goal::Torrent | Goal::Metadata => self.end(job, Ok(())),
                }
            }
        }
    }

    /// Lets the engine go on for the sake of piece layers alone: nothing is there, and nothing is wanted.
    fn fetch_layers(&mut self, job: JobId, metainfo: Arc<Metainfo>) {
        let torrent = &mut self.torrents[job.0];
        torrent.layers_until = Some(self.now + LAYERS);
        let none = vec![false; torrent.pieces().unwrap_or_default() as usize];
        self.tell(job, Event::Ready(swarm::Torrent { metainfo, have: none.clone(), wanted: none }));
        self.set_pieces(job);
    }

    fn end_if_layered(&mut self, job: JobId) {
        let torrent = &mut self.torrents[job.0];
        let Some(until) = torrent.layers_until else { return };
        if torrent.take_layers() || until <= self.now {
            self.end(job, Ok(()));
        }
    }

    /// Lets connections know how many pieces there are.
    fn set_pieces(&mut self, job: JobId) {
        let pieces = self.torrents[job.0].pieces();
        for connection in self.connections.values_mut().filter(|connection| connection.job() == Some(job)) {
            connection.set_pieces(pieces);
        }
    }

    pub(super) fn on_hashed(&mut self, hashed: Hashed) {
        let Hashed { job, piece, blocks, digests } = hashed;
        if let Some(merkle) = digests.merkle {
            self.torrents[job.0].merkle.insert(piece, merkle);
        }
        self.tell(job, Event::Hashed { piece, blocks, digests });
    }

    pub(super) fn on_disk(&mut self, answer: disk::Answer) {
        match answer {
            disk::Answer::Prepared { job, torrent, warnings } => self.on_prepared(job, torrent, &warnings),
            disk::Answer::Written { job, piece } => self.tell(job, Event::Written { piece }),
            disk::Answer::Completed { job } => self.on_completed(job),
            disk::Answer::Read { connection, blocks, bytes, .. } => self.on_read(connection, blocks, bytes),
            disk::Answer::Unread { job, connection, error } => {
                error.iter().for_each(|error| self.observer.on_event(job, JobEvent::Unread { error }));
                self.close(connection);
            }
            disk::Answer::Closed { job } => self.on_disk_closed(job),
            disk::Answer::Failed { job, error } => self.end(job, Err(Failure::Disk(error))),
        }
    }

    fn on_prepared(&mut self, job: JobId, ready: swarm::Torrent, warnings: &[String]) {
        for message in warnings {
            self.observer.on_event(job, JobEvent::Warning { message });
        }
        if self.torrents[job.0].stage != JobStage::Preparing {
            return;
        }
        let wanted = ready.wanted.iter().filter(|wanted| **wanted).count();
        let had = ready.wanted.iter().zip(&ready.have).filter(|(wanted, have)| **wanted && **have).count();
        let metainfo = Arc::clone(&ready.metainfo);
        if had < wanted && !self.torrents[job.0].has_somebody_to_ask() {
            return self.end(job, Err(Failure::NobodyToAsk));
        }
        self.torrents[job.0].stage = JobStage::Running;
        match self.torrents[job.0].swarm.is_some() {
            true => self.tell(job, Event::Ready(ready)),
            false => self.start_engine(job, Some(ready)),
        }
        self.set_pieces(job);
        let progress = self.torrents[job.0].progress();
        let event = JobEvent::Started { metainfo: &metainfo, pieces: wanted, pieces_had: had, progress };
        self.observer.on_event(job, event);
        self.share_budget();
    }

    fn on_completed(&mut self, job: JobId) {
        self.torrents[job.0].completed = Some(self.now);
        let progress = self.torrents[job.0].progress();
        self.observer.on_event(job, JobEvent::Completed(progress));
        self.share_budget();
        self.end_if_seeded(job);
        let Torrent { stage, port, .. } = &self.torrents[job.0];
        if *stage == JobStage::Running {
            self.observer.on_event(job, JobEvent::Seeding { port: *port });
        }
    }

    /// Says where jobs stand, and ends those whose time has come.
    pub(super) fn look_at_jobs(&mut self) {
        for job in (0..self.torrents.len()).map(JobId) {
            let torrent = &mut self.torrents[job.0];
            let failure = torrent.failure_now(self.now);
            match torrent.stage {
                JobStage::Done => continue,
                JobStage::Leaving { until } if until <= self.now => torrent.swarm_is_over = true,
                _ => {}
            }
            let progress = torrent.progress();
            self.observer.on_event(job, JobEvent::Progress(progress));
            match failure {
                Some(failure) => self.end(job, Err(failure)),
                None => {
                    self.end_if_seeded(job);
                    self.end_if_layered(job);
                }
            }
            self.finish(job);
        }
        if self.pool.capacity() > self.blocks_for_payload() {
            self.share_budget(); // What was committed when it shrank may be written by now.
        }
    }

    fn end_if_seeded(&mut self, job: JobId) {
        if self.torrents[job.0].has_seeded(self.now) {
            self.end(job, Ok(()));
        }
    }

    /// Ends every job that has not ended.
    pub(super) fn end_all(&mut self, why: impl Fn() -> Failure) {
        for job in (0..self.torrents.len()).map(JobId) {
            let is_complete = self.torrents[job.0].completed.is_some();
            self.end(job, if is_complete { Ok(()) } else { Err(why()) });
            if let JobStage::Leaving { until } = &mut self.torrents[job.0].stage {
                *until = (*until).min(self.now + HURRIED_GOODBYE);
            }
        }
    }

    /// Lets a job end: peers and trackers hear of it, the disk syncs what it has. The first result counts.
    fn end(&mut self, job: JobId, result: Result<(), Failure>) {
        let until = self.now + if result.is_ok() { GOODBYE } else { HURRIED_GOODBYE };
        let torrent = &mut self.torrents[job.0];
        if torrent.result.is_some() {
            return;
        }
        if result.is_err() {
            torrent.shortfall = shortfall_of(torrent);
        }
        torrent.result = Some(result);
        torrent.stage = JobStage::Leaving { until };
        torrent.checking.stop();
        self.web_seeds.cancel_all(job);
        if self.torrents[job.0].is_on_disk {
            self.disk.send(Request::Close { job });
        }
        self.tell(job, Event::Stop);
        self.torrents[job.0].swarm_is_over |= self.torrents[job.0].swarm.is_none();
        self.finish(job);
    }

    pub(super) fn on_stopped(&mut self, job: JobId) {
        self.torrents[job.0].swarm_is_over = true;
        self.finish(job);
    }

    fn on_disk_closed(&mut self, job: JobId) {
        self.torrents[job.0].is_on_disk = false;
        self.finish(job);
    }

    /// A job is done when nobody has anything more to do for it.
    fn finish(&mut self, job: JobId) {
        let torrent = &mut self.torrents[job.0];
        let is_leaving = matches!(torrent.stage, JobStage::Leaving { .. });
        if !is_leaving || torrent.is_on_disk || !torrent.swarm_is_over {
            return;
        }
        torrent.stage = JobStage::Done;
        torrent.forget_engine();
        let of_job = self.connections.values().filter(|connection| connection.job() == Some(job));
        let ids: Vec<_> = of_job.map(|connection| connection.id).collect();
        ids.into_iter().for_each(|id| self.close(id));
        self.share_budget();
    }
}

/// How long trackers and peers have to hear that we go: those who answered before, and what they are told next comes on top.
const GOODBYE: Time = Time::from_secs(4);

/// The same for what failed, or if somebody pressed Ctrl-C.
const HURRIED_GOODBYE: Time = Time::from_millis(800);

/// How long peers have to give piece layers after the metadata. Those of a hybrid may know its v1 half alone.
const LAYERS: Time = Time::from_secs(30);

/// Blocks of a next piece that come while the last ones of a piece are waited for, at least.
const BESIDE: usize = 64;

/// Peers that a link may name: each may be a name that is looked up.
const LINKED: usize = 100;

/// Blocks kept for what connections hold of blocks that nobody asked for.
const ASIDE: usize = 128;
