//! What the disk has to say.

use swarm::Event;

use super::Session;
use crate::disk::Answer;
use crate::job::{Failure, JobEvent};

impl Session {
    pub(super) fn on_disk(&mut self, answer: Answer) {
        match answer {
            Answer::Prepared { job, torrent, warnings } => {
                warnings.into_iter().for_each(|message| self.say(job, JobEvent::Warning { message }));
                self.on_prepared(job, torrent);
            }
            Answer::Written { job, piece } => self.tell(job, Event::Written { piece }),
            Answer::Completed { job, is_settled } => self.on_completed(job, is_settled),
            Answer::Read { connection, blocks, bytes, .. } => self.on_read(connection, blocks, bytes),
            Answer::Unread { job, connection, error } => {
                error.into_iter().for_each(|error| self.say(job, JobEvent::Unread { error }));
                self.close(connection);
            }
            Answer::Rested { job, torrent } => self.on_rested(job, torrent),
            Answer::Closed { job } => self.on_disk_closed(job),
            Answer::Failed { job, error } => self.end(job, Err(Failure::Disk(error))),
        }
    }
}
