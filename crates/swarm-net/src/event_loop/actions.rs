//! What the engines want done.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use swarm::wire::BlockAddress;
use swarm::{
    Action, Announce, ConnectionId, Event, Report, Swarm, TrackerError, TrackerId, WebError, WebJob,
};
use torrent_core::address::{AddressError, Namer, Url};
use torrent_core::metainfo::Metainfo;

use super::EventLoop;
use crate::connection::Connection;
use crate::disk::Request;
use crate::hash::ToHash;
use crate::job::JobEvent;
use crate::job_id::JobId;
use crate::mailbox::Answer;
use crate::pool::{BLOCK, Block};
use crate::trackers::{AnnounceRequest, AnnounceResult};
use crate::web::Fetch;

impl EventLoop<'_> {
    /// Does what all engines want now. False if they want nothing.
    pub(super) fn act(&mut self) -> bool {
        let mut has_acted = false;
        for job in (0..self.torrents.len()).map(JobId) {
            while let Some(action) = self.torrents[job.0].swarm.as_mut().and_then(Swarm::poll) {
                self.perform(job, action);
                has_acted = true;
            }
        }
        has_acted
    }

    fn perform(&mut self, job: JobId, action: Action<Block>) {
        match action {
            Action::Connect { address } => self.dial(job, address),
            Action::Send { connection, message } => {
                self.with_outgoing(connection, |connection| connection.outbox.push(&message));
            }
            Action::SendBlock { connection, block } => {
                self.with_outgoing(connection, |connection| connection.uploads.push_back(block));
            }
            Action::Close { connection, why: _ } => self.say_goodbye(connection, job),
            Action::Announce { tracker, announce } => self.announce(job, tracker, announce),
            Action::WebGet { job: web_job, web_seed, bytes, whole_files } => {
                if let Some((url, namer, metainfo)) = self.web_seed(job, web_job, web_seed) {
                    let fetch = Fetch { job, web_job, web_seed, url, namer, metainfo, bytes, whole_files };
                    self.web_seeds.get(fetch);
                }
            }
            Action::WebCancel { job: web_job } => self.web_seeds.cancel(job, web_job),
            Action::Hash { piece, blocks } => self.hash(job, piece, blocks),
            Action::Write { piece, blocks } => self.write_piece(job, piece, blocks),
            Action::Metadata { info } => self.on_metadata(job, info),
            Action::Report(report) => self.report(job, &report),
            Action::Completed => {} // The disk tells when the files are synced and have their names.
            Action::Stopped => self.on_stopped(job),
        }
    }

    fn with_outgoing(&mut self, id: ConnectionId, act: impl FnOnce(&mut Connection)) {
        if let Some(connection) = self.connections.get_mut(&id) {
            if connection.outbox.waiting() == 0 {
                connection.last_taken = self.now; // Its patience with us begins now.
            }
            act(connection);
            self.queues.outgoing.push(id);
        }
    }

    fn hash(&mut self, job: JobId, piece: u32, blocks: Vec<Block>) {
        if let Some(metainfo) = self.torrents[job.0].metainfo.clone() {
            self.hashers.hash(self.now, ToHash { job, metainfo, piece, blocks });
        }
    }

    fn write_piece(&mut self, job: JobId, piece: u32, blocks: Vec<Block>) {
        let torrent = &mut self.torrents[job.0];
        let merkle = torrent.merkle.remove(&piece);
        self.disk.send(Request::Write { job, piece, blocks, merkle });
    }

    /// Asks a tracker. One that is being asked is asked when it has answered: it must not hear that we go before it
    /// hears that we are complete.
    fn announce(&mut self, job: JobId, tracker: TrackerId, announce: Announce) {
        let torrent = &mut self.torrents[job.0];
        match torrent.asking.get_mut(&tracker) {
            Some(next) => *next = Some(announce),
            None => {
                torrent.asking.insert(tracker, None);
                self.ask(job, tracker, announce);
            }
        }
    }

    fn ask(&mut self, job: JobId, tracker: TrackerId, announce: Announce) {
        let (torrent, mailbox) = (&self.torrents[job.0], self.mailbox.clone());
        let Some(named) = torrent.trackers.get(tracker.0) else { return };
        let url = match &named.url {
            Ok(url) => url.clone(),
            Err(error) => return mailbox.put(Answer::Announced { job, tracker, answer: unusable(error) }),
        };
        let (namer, announcers, bind) = (named.namer, torrent.announcers(), self.settings.bind);
        let access = self.settings.access.clone();
        let request = AnnounceRequest { url, namer, announcers, announce, bind, access };
        self.announcers.run(move || mailbox.put(Answer::Announced { job, tracker, answer: request.run() }));
    }

    pub(super) fn on_announced(&mut self, job: JobId, tracker: TrackerId, answer: AnnounceResult) {
        if let Some(Some(announce)) = self.torrents[job.0].asking.insert(tracker, None) {
            return self.ask(job, tracker, announce);
        }
        self.torrents[job.0].asking.remove(&tracker);
        if !answer.near.is_empty() {
            self.tell(job, Event::Peers { origin: swarm::Origin::User, addresses: answer.near });
        }
        self.tell(job, Event::Announced { tracker, result: answer.result });
    }

    /// Where a web seed is, who named it, and the torrent. If its URL cannot be used, the engine hears so.
    fn web_seed(
        &mut self,
        job: JobId,
        web_job: WebJob,
        web_seed: usize,
    ) -> Option<(Url, Namer, Arc<Metainfo>)> {
        let torrent = &self.torrents[job.0];
        if torrent.result.is_some() {
            return None; // Nobody would stop the request any more.
        }
        let (named, metainfo) = (torrent.web_seeds.get(web_seed)?, torrent.metainfo.clone()?);
        match &named.url {
            Ok(url) => Some((url.clone(), named.namer, metainfo)),
            Err(error) => {
                let result = Err(WebError::NotAsked(error.clone()));
                self.tell(job, Event::WebEnded { job: web_job, ranges: false, result });
                None
            }
        }
    }

    pub(super) fn on_web_block(&mut self, job: JobId, web_job: WebJob, block: BlockAddress, data: Block) {
        self.tell(job, Event::WebBlock { job: web_job, block, data });
    }

    pub(super) fn on_web_ended(
        &mut self,
        job: JobId,
        web_job: WebJob,
        ranges: bool,
        result: Result<(), WebError>,
    ) {
        self.web_seeds.ended(job, web_job);
        self.tell(job, Event::WebEnded { job: web_job, ranges, result });
    }

    fn report(&mut self, job: JobId, report: &Report) {
        let torrent = &self.torrents[job.0];
        let event = match report {
            Report::Piece { piece } => JobEvent::Piece { piece: *piece },
            Report::BadPiece { piece } => JobEvent::BadPiece { piece: *piece },
            Report::Banned { ip, why } => JobEvent::Banned { ip: *ip, why: *why },
            Report::Unreached { address, why } => JobEvent::Unreached { address: *address, why: *why },
            Report::Tracker { tracker, message, is_forbidden } => {
                let url = torrent.trackers.get(tracker.0).map_or("", |named| &named.text);
                JobEvent::Tracker { url, message, is_forbidden: *is_forbidden }
            }
            Report::WebSeed { web_seed, message, is_forbidden } => {
                let url = torrent.web_seeds.get(*web_seed).map_or("", |named| &named.text);
                JobEvent::WebSeed { url, message, is_forbidden: *is_forbidden }
            }
        };
        self.observer.on_event(job, event);
    }

    /// Asks the disk for blocks that peers want, as many as may be in memory and as the rate allows. However much others hold, each
    /// peer gets a block at a time: else a few that take nothing would stop all.
    pub(super) fn ask_for_uploads(&mut self) {
        for _ in 0..self.queues.uploaders.len() {
            let allowed = self.upload.allowance(self.now);
            let Some(id) = (allowed > 0).then(|| self.queues.uploaders.pop()).flatten() else { return };
            let Some(connection) = self.connections.get_mut(&id) else { continue };
            let Some(job) = connection.job() else { continue };
            let least = if connection.uploading == 0 { BLOCK } else { 0 };
            let most = UPLOADING.saturating_sub(self.uploading).max(least);
            let most = most.min(UPLOADING_EACH.saturating_sub(connection.uploading)).min(allowed);
            let blocks = batch(&mut connection.uploads, most);
            let bytes: usize = blocks.iter().map(|block| block.length as usize).sum();
            connection.uploading += bytes;
            self.uploading += bytes;
            self.upload.take(bytes);
            if bytes > 0 {
                self.disk.send(Request::Read { job, connection: id, blocks });
            }
            if !connection.uploads.is_empty() && connection.uploading < UPLOADING_EACH {
                self.queues.uploaders.push(id);
            }
        }
    }

    /// The disk has read blocks for a peer.
    pub(super) fn on_read(&mut self, id: ConnectionId, blocks: Vec<BlockAddress>, bytes: Vec<u8>) {
        let bytes = Rc::new(bytes);
        self.with_outgoing(id, |connection| {
            let mut start = 0;
            for block in blocks {
                let end = start + block.length as usize;
                connection.outbox.push_block(block, &bytes, start..end);
                start = end;
            }
        });
    }
}

/// The first of `blocks`, about `most` bytes of them.
fn batch(blocks: &mut VecDeque<BlockAddress>, most: usize) -> Vec<BlockAddress> {
    let mut bytes = 0;
    let is_in = |block: &&BlockAddress| {
        let is_in = bytes < most;
        bytes += block.length as usize;
        is_in
    };
    let count = blocks.iter().take(BATCH).take_while(is_in).count();
    blocks.drain(..count).collect()
}

fn unusable(error: &AddressError) -> AnnounceResult {
    AnnounceResult { result: Err(TrackerError::NotAsked(error.clone())), near: Vec::new() }
}

/// Bytes of blocks on their way from disk to all peers, and one block more for each of them.
const UPLOADING: usize = 4 << 20;

/// The same, to one peer.
const UPLOADING_EACH: usize = 1 << 20;

/// Blocks that the disk reads at a time.
const BATCH: usize = 16;
