//! What the disk's thread does for torrents that are offered.

use std::time::Instant;

use swarm::ConnectionId;
use swarm::wire::BlockAddress;

use super::super::error::DiskError;
use super::super::offered::{CheckNews, CheckedPieces, Looked, Loss, ReadOutcome};
use super::super::request::Answer;
use super::{State, Worker};
use crate::job_id::JobId;

impl<A: FnMut(Answer)> Worker<A> {
    /// It is known what there is to offer.
    pub(super) fn offer(&mut self, job: JobId, looked: Looked) {
        let Looked { storage, losses, warnings } = looked;
        let torrent = storage.torrent();
        self.storages.insert(job, State::Offered { storage, is_unread_told: false });
        losses.into_iter().for_each(|loss| self.tell_loss(job, loss));
        (self.answer)(Answer::Prepared { job, torrent, warnings });
        (self.answer)(Answer::Completed { job, is_settled: true });
        self.note_fresh(job);
    }

    /// Reads blocks that a peer wants, as far as they are offered and checked. Those that are not checked wait, and others do not.
    pub(super) fn read_offered(&mut self, job: JobId, connection: ConnectionId, blocks: Vec<BlockAddress>) {
        let Some(State::Offered { storage, .. }) = self.storages.get_mut(&job) else { return };
        let (blocks, lost): (Vec<_>, Vec<_>) =
            blocks.into_iter().partition(|block| storage.offers(block.piece));
        if !lost.is_empty() {
            (self.answer)(Answer::Lost { job, connection, blocks: lost });
        }
        if blocks.is_empty() {
            return;
        }
        storage.go_on();
        if !storage.is_checked(&blocks) {
            (self.answer)(Answer::Checking { job, connection });
            storage.begin_checks(&blocks).into_iter().for_each(|task| self.checker.send(task));
            return storage.waiting.push((connection, blocks));
        }
        match storage.read(&mut self.open, &self.buffers, &blocks) {
            ReadOutcome::Bytes(bytes) => (self.answer)(Answer::Read { job, connection, blocks, bytes }),
            ReadOutcome::Failed(error) => self.tell_unread(job, connection, blocks, Some(error)),
            ReadOutcome::Changed(file) => {
                storage.forget_checks(&mut self.open, file);
                self.read_offered(job, connection, blocks);
            }
        }
    }

    /// Pieces were checked: who waited for them gets their blocks, or hears that they are lost.
    pub(super) fn checked(&mut self, checked: CheckedPieces) {
        let job = checked.job;
        let Some(State::Offered { storage, .. }) = self.storages.get_mut(&job) else { return };
        if !storage.asked_for(&checked) {
            return;
        }
        let pieces = checked.pieces;
        let of_them =
            |(_, blocks): &(_, Vec<BlockAddress>)| blocks.iter().any(|block| pieces.contains(block.piece));
        let waited = storage.waiting.extract_if(.., |waiting| of_them(waiting)).collect::<Vec<_>>();
        match storage.checked(&mut self.open, checked) {
            Ok(news) => {
                self.tell_news(job, news);
                waited
                    .into_iter()
                    .for_each(|(connection, blocks)| self.read_offered(job, connection, blocks));
            }
            Err(error) => {
                let mut error = Some(error);
                waited
                    .into_iter()
                    .for_each(|(connection, blocks)| self.tell_unread(job, connection, blocks, error.take()));
            }
        }
        self.go_on_checking(job);
    }

    /// What was lost may have come back: one check after the other.
    fn go_on_checking(&mut self, job: JobId) {
        if let Some(State::Offered { storage, .. }) = self.storages.get_mut(&job) {
            storage.next_check().into_iter().for_each(|task| self.checker.send(task));
        }
        self.note_fresh(job);
    }

    fn tell_news(&mut self, job: JobId, news: CheckNews) {
        let CheckNews { loss, found, healed } = news;
        loss.into_iter().for_each(|loss| self.tell_loss(job, loss));
        if let Some(pieces) = found {
            (self.answer)(Answer::Found { job, pieces, healed });
        }
        let Some(State::Offered { storage, .. }) = self.storages.get_mut(&job) else { return };
        if storage.has_become_empty() {
            (self.answer)(Answer::NothingLeft { job });
        }
    }

    /// Looks at what is lost, if that is due.
    pub(super) fn look_again_if_due(&mut self, job: JobId, now: Instant) {
        let Some(State::Offered { storage, .. }) = self.storages.get_mut(&job) else { return };
        if storage.look_due().is_some_and(|due| due <= now) {
            storage.look_again().into_iter().for_each(|task| self.checker.send(task));
            self.note_fresh(job);
        }
    }

    fn tell_loss(&mut self, job: JobId, loss: Loss) {
        let Loss { pieces, news } = loss;
        (self.answer)(Answer::Damaged { job, pieces, news });
    }

    fn tell_unread(
        &mut self,
        job: JobId,
        connection: ConnectionId,
        blocks: Vec<BlockAddress>,
        error: Option<DiskError>,
    ) {
        let Some(State::Offered { is_unread_told, .. }) = self.storages.get_mut(&job) else { return };
        let error = error.filter(|_| !std::mem::replace(is_unread_told, true));
        (self.answer)(Answer::Unread { job, connection, blocks, error });
    }

    /// Writes the journal of what is offered, if that is due.
    pub(super) fn note_offer_if_due(&mut self, job: JobId, now: Instant) {
        let Some(State::Offered { storage, .. }) = self.storages.get_mut(&job) else { return };
        if storage.note_due().is_some_and(|due| due <= now) {
            storage.take_note().into_iter().for_each(|task| self.checker.send(task));
            self.note_fresh(job);
        }
    }
}
