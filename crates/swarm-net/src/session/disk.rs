//! What the disk is asked beside uploads, and what it has to say.

use swarm::Event;

use super::Session;
use crate::disk::{Answer, Request};
use crate::job::{Failure, JobEvent};
use crate::job_id::JobId;
use crate::pool::Block;

impl Session<'_> {
    pub(super) fn write_piece(&mut self, job: JobId, piece: u32, blocks: Vec<Block>) {
        let torrent = &mut self.torrents[job.0];
        let merkle = torrent.merkle.remove(&piece);
        self.disk.send(Request::Write { job, piece, blocks, merkle });
    }

    pub(super) fn on_disk(&mut self, answer: Answer) {
        match answer {
            Answer::Prepared { job, torrent, warnings } => self.on_prepared(job, torrent, &warnings),
            Answer::Written { job, piece } => self.tell(job, Event::Written { piece }),
            Answer::Completed { job } => self.on_completed(job),
            Answer::Read { connection, blocks, bytes, .. } => self.on_read(connection, blocks, bytes),
            Answer::Unread { job, connection, error } => {
                error.iter().for_each(|error| self.observer.on_event(job, JobEvent::Unread { error }));
                self.close(connection);
            }
            Answer::Closed { job } => self.on_disk_closed(job),
            Answer::Failed { job, error } => self.end(job, Err(Failure::Disk(error))),
        }
    }

    fn on_disk_closed(&mut self, job: JobId) {
        self.torrents[job.0].is_on_disk = false;
        self.finish(job);
    }
}
