//! What the disk has to say.

use swarm::{ConnectionId, Event};

use super::Session;
use crate::disk::Answer;
use crate::job::{Failure, JobEvent};
use crate::job_id::JobId;

impl Session {
    pub(super) fn on_disk(&mut self, answer: Answer) {
        let read = read_for(&answer);
        let closed = closed(&answer);
        self.take_answer(answer);
        // Only now: who cannot get its blocks has gone by this answer.
        read.into_iter().for_each(|(connection, bytes)| self.forget_reading(connection, bytes));
        closed.into_iter().for_each(|job| self.forget_readings(job));
    }

    fn take_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Prepared { job, torrent, warnings } => {
                warnings.into_iter().for_each(|message| self.say(job, JobEvent::Warning { message }));
                self.on_prepared(job, torrent);
            }
            Answer::Written { job, piece } => self.tell(job, Event::Written { piece }),
            Answer::Completed { job, is_settled } => self.on_completed(job, is_settled),
            Answer::Read { connection, bytes, .. } if self.is_visitor(connection) => {
                self.on_content(connection, bytes);
            }
            Answer::Read { connection, blocks, bytes, .. } => self.on_read(connection, blocks, bytes),
            Answer::Unread { job, connection, error, .. } => {
                error.into_iter().for_each(|error| self.say(job, JobEvent::Unread { error }));
                self.close(connection);
            }
            // A response that has begun cannot say that the rest does not come.
            Answer::Lost { connection, .. } if self.is_visitor(connection) => self.close(connection),
            Answer::Lost { job, connection, blocks } => self.on_blocks_lost(job, connection, blocks),
            Answer::Damaged { job, pieces, news } => {
                self.tell(job, Event::Lost { pieces });
                if let Some((paths, why)) = news {
                    self.say(job, JobEvent::Damaged { piece: pieces.start, paths, why });
                }
            }
            Answer::Found { job, pieces, healed } => {
                self.tell(job, Event::Found { pieces });
                if !healed.is_empty() {
                    self.say(job, JobEvent::Healed { paths: healed });
                }
            }
            Answer::NothingLeft { job } => self.say(job, JobEvent::NothingLeft),
            Answer::Checking { job, connection } => self.on_checking(job, connection),
            Answer::Rested { job, torrent } => self.on_rested(job, torrent),
            Answer::Closed { job } => self.on_disk_closed(job),
            Answer::Failed { job, error } => self.end(job, Err(Failure::Disk(error))),
        }
    }
}

/// Whose request to read this answers, and how many bytes of it.
fn read_for(answer: &Answer) -> Option<(ConnectionId, usize)> {
    match answer {
        Answer::Read { connection, blocks, .. }
        | Answer::Unread { connection, blocks, .. }
        | Answer::Lost { connection, blocks, .. } => {
            Some((*connection, blocks.iter().map(|block| block.bytes()).sum()))
        }
        _ => None,
    }
}

/// The job of which nothing that was to be read before is answered after this.
fn closed(answer: &Answer) -> Option<JobId> {
    match answer {
        Answer::Rested { job, .. } | Answer::Closed { job } | Answer::Failed { job, .. } => Some(*job),
        _ => None,
    }
}
