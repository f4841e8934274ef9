//! What the engines want done.

use swarm::{Action, ConnectionId, Report};
use torrent_core::address::WayOut;

use super::Session;
use super::door::Dial;
use crate::connection::Connection;
use crate::disk::Request;
use crate::job::{JobEvent, Source};
use crate::job_id::JobId;
use crate::named::Named;
use crate::pool::Block;

impl Session {
    /// Does what all engines want now. False if they want nothing.
    pub(super) fn act(&mut self) -> bool {
        let mut has_acted = false;
        while let Some((job, action)) = self.torrents.poll() {
            self.perform(job, action);
            has_acted = true;
        }
        has_acted
    }

    fn perform(&mut self, job: JobId, action: Action<Block>) {
        match action {
            Action::Connect { address, patience, encrypted } => {
                self.dial(job, Dial { address, patience, encrypted });
            }
            Action::Send { connection, message } => {
                self.with_outgoing(connection, |connection| connection.outbox.push(&message));
            }
            Action::SendBlock { connection, block } => {
                if let Some(connection) = self.connections.get_mut(&connection) {
                    connection.uploads.push_back(block);
                    self.queues.uploaders.push(connection.id);
                }
            }
            Action::Close { connection, why: _ } => self.say_goodbye(connection, job),
            Action::Announce { tracker, announce } => self.announce(job, tracker, announce),
            Action::WebGet { job: web_job, web_seed, bytes, whole_files } => {
                self.ask_web_seed(job, web_job, web_seed, bytes, whole_files);
            }
            Action::WebCancel { job: web_job } => self.web_seeds.cancel(job, web_job),
            Action::Hash { piece, blocks } => self.hash(job, piece, blocks),
            Action::Write { piece, blocks, merkle } => {
                self.disk.send(Request::Write { job, piece, blocks, merkle });
            }
            Action::Metadata { info } => self.on_metadata(job, info),
            Action::Report(report) => self.report(job, report),
            Action::Completed => {} // The disk tells when the files are synced and have their names.
            Action::Stopped => self.on_stopped(job),
            Action::Node { node } => self.on_node_of_peer(node),
        }
    }

    pub(super) fn with_outgoing(&mut self, id: ConnectionId, act: impl FnOnce(&mut Connection)) {
        if let Some(connection) = self.connections.get_mut(&id) {
            if connection.outbox.waiting() == 0 {
                connection.last_taken = self.now; // Its patience with us begins now.
            }
            act(connection);
            self.loads.count(connection);
            self.queues.outgoing.push(id);
        }
    }

    fn report(&mut self, job: JobId, report: Report) {
        let Some(torrent) = self.torrents.get(job) else { return };
        let url_of = |named: Option<&Named>| named.map(|named| named.text.clone()).unwrap_or_default();
        let source = match &torrent.job.source {
            Source::Torrent(_) => "torrent",
            Source::Magnet(_) => "link",
        };
        let with_namer = |message: String, way_out: Option<WayOut>| match way_out {
            Some(_) => format!("{message}, and only the {source} names it"),
            None => message,
        };
        let event = match report {
            Report::Piece { piece } => JobEvent::Piece { piece },
            Report::BadPiece { piece } => JobEvent::BadPiece { piece },
            Report::Banned { ip, why } => {
                self.on_banned(job, ip, why);
                JobEvent::Banned { ip, why }
            }
            Report::Unreached { address, why } => JobEvent::Unreached { address, why },
            Report::Tracker { tracker, message, way_out } => {
                let url = url_of(torrent.trackers.get(tracker.0));
                JobEvent::Tracker { url, message: with_namer(message, way_out), way_out }
            }
            Report::WebSeed { web_seed, message, way_out } => {
                let url = url_of(torrent.web_seeds.get(web_seed));
                JobEvent::WebSeed { url, message: with_namer(message, way_out), way_out }
            }
        };
        self.say(job, event);
    }
}
