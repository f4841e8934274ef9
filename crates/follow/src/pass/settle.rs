//! What a sink says of an item, at once or at the end of what it has begun, and what follows from that.

use super::{Pass, PassError};
use crate::book::Book;
use crate::choice::{CUT_OFF, REJECTED, SPACE, TORRENT_SIZE};
use crate::entry::{Fate, Stage};
use crate::event::{Event, ItemEvent};
use crate::parcel::Parcel;
use crate::sink::{Sink, Verdict};

/// Whether a failure counts among those that an item may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Counts {
    Yes,
    No,
    /// It is the first one: those before led to something.
    Anew,
}

impl Pass<'_> {
    /// Hears how it ended with an item that was [under way](Book::under_way).
    ///
    /// # Errors
    /// Why the pass ends with it.
    pub fn settle(
        &mut self,
        book: &mut Book,
        id: &str,
        verdict: Verdict,
        sink: &dyn Sink,
    ) -> Result<(), PassError> {
        let Some(parcel) = book.under_way.remove(id) else { return Ok(()) };
        self.shared.release(&parcel.hashes);
        match book.state.place(id) {
            Some(at) => self.judge(book, at, verdict, parcel, sink),
            None => Ok(()),
        }
    }

    /// The item stands where it stood before it was begun.
    fn put_back(&mut self, book: &mut Book, at: usize, why: &str) -> Result<(), PassError> {
        let old = &book.state.entries[at].fate;
        let attempts = old.attempts.saturating_sub(1);
        // What was never in vain has not been tried yet.
        let tried = old.tried.filter(|_| attempts > 0);
        let since = self.now();
        // That there is no room is found with the torrent at hand: it is asked for no more often than the feed.
        let retry_at = (why == SPACE).then_some(since + self.settings.policy.every);
        let why = Some(why.to_owned());
        let fate = Fate { stage: Stage::Waiting, since, why, attempts, tried, retry_at, path: None };
        book.settle(at, fate, Vec::new())?;
        book.sync()?;
        let event = self.event(book, at);
        self.tell(Event::Waiting(event))
    }

    /// Does what follows from a verdict.
    pub(super) fn judge(
        &mut self,
        book: &mut Book,
        at: usize,
        verdict: Verdict,
        parcel: Parcel,
        sink: &dyn Sink,
    ) -> Result<(), PassError> {
        let path = match verdict {
            Verdict::Taken(path) => path.map(|path| path.display().to_string()),
            Verdict::UnderWay => {
                // The sink has the torrent.
                let id = book.state.entries[at].id.clone();
                book.under_way.insert(id, Parcel { torrent: None, ..parcel });
                return Ok(());
            }
            Verdict::Later(why) => return self.again(book, at, &why, Counts::No),
            Verdict::Partly(why) => return self.again(book, at, &why, Counts::Anew),
            Verdict::Failed(why) => return self.again(book, at, &why, Counts::Yes),
            Verdict::Hopeless(why) => return self.give_up(book, at, &why),
            Verdict::CutOff => return self.put_back(book, at, CUT_OFF),
            Verdict::NoRoom => return self.put_back(book, at, SPACE),
            Verdict::TooLarge => return self.leave(book, at, Stage::Skipped, TORRENT_SIZE),
            Verdict::Rejected(_) => return self.leave(book, at, Stage::Skipped, REJECTED),
            Verdict::Broken(path, error) => return Err(PassError::Sink(path, error)),
        };
        let old = &book.state.entries[at].fate;
        let fate =
            Fate { stage: Stage::Taken, since: self.now(), path, why: None, retry_at: None, ..old.clone() };
        let mut event =
            ItemEvent { state: Stage::Taken.name(), path: fate.path.clone(), ..self.event(book, at) };
        if let Some(way) = &parcel.way {
            event.rule = Some(way.rule.clone());
        }
        (event.magnet, event.size) = (parcel.magnet.clone().or(event.magnet), parcel.size.or(event.size));
        // What is printed is all that some take: it is out before it counts.
        let is_printed = !sink.wants_torrent();
        if is_printed {
            self.tell(Event::Taken(event.clone()))?;
        }
        self.shared.take(&parcel.hashes, book.state.fetch.pin.is_some());
        book.settle(at, fate, parcel.hashes)?;
        book.sync()?;
        if is_printed { Ok(()) } else { self.tell(Event::Taken(event)) }
    }

    /// Something went wrong that may go right later. Enough of it, if it counts, is the end.
    pub(super) fn again(
        &mut self,
        book: &mut Book,
        at: usize,
        why: &str,
        counts: Counts,
    ) -> Result<(), PassError> {
        let now = self.now();
        let old = &book.state.entries[at].fate;
        let begun = if old.stage == Stage::Taking { old.attempts } else { old.attempts + 1 };
        let (attempts, tried) = match counts {
            Counts::Anew => (1, now),
            Counts::Yes => (begun, old.tried.unwrap_or(now)),
            // What is no failure brings the last try no nearer, but those after it know that they are not the first.
            Counts::No => (begun.min(NOT_THE_FIRST).max(begun - 1), now),
        };
        if counts == Counts::Yes && (attempts >= self.settings.retry || now - tried >= LONGEST_TRY) {
            return self.give_up(book, at, why);
        }
        let step = PAUSES[(attempts.max(1) as usize - 1).min(PAUSES.len() - 1)];
        let retry_at = Some(now + step + self.rng.i64(0..=step / 5));
        let why = Some(why.to_owned());
        let fate = Fate {
            stage: Stage::Waiting,
            since: now,
            why,
            attempts,
            tried: Some(tried),
            retry_at,
            path: None,
        };
        book.settle(at, fate, Vec::new())?;
        book.sync()?;
        let event = self.event(book, at);
        self.tell(Event::Waiting(event))
    }

    pub(super) fn give_up(&mut self, book: &mut Book, at: usize, why: &str) -> Result<(), PassError> {
        let old = &book.state.entries[at].fate;
        let (why, since) = (Some(why.to_owned()), self.now());
        let fate = Fate {
            stage: Stage::Failed,
            since,
            why,
            retry_at: None,
            attempts: old.attempts + 1,
            ..old.clone()
        };
        book.settle(at, fate, Vec::new())?;
        book.sync()?;
        let event = self.event(book, at);
        self.tell(Event::Failed(event))
    }
}

/// Seconds until an item is tried again, after each attempt.
const PAUSES: [i64; 6] = [60, 5 * 60, 30 * 60, 2 * 3600, 8 * 3600, 24 * 3600];

/// Seconds for which it is tried at most.
const LONGEST_TRY: i64 = 7 * 86_400;

/// So many attempts make the next one another, and give a magnet link its turn.
const NOT_THE_FIRST: u32 = 2;
