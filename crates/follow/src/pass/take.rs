//! Decides about items, and takes those that are wanted.

use std::collections::{HashMap, HashSet};

use super::page::namer_of;
use super::settle::Counts;
use super::{Pass, PassError};
use crate::book::Book;
use crate::choice::{DUPLICATE, Decision, FIRST_RUN, SPACE, SURGE, TORRENT_SIZE, UNSIGNED};
use crate::entry::{Fate, Proof, Stage};
use crate::event::{Event, ItemEvent};
use crate::journal::Record;
use crate::parcel::{self, NoParcel, Parcel};
use crate::shared::Holder;
use crate::sink::{Delivery, Sink, Verdict};

impl Pass<'_> {
    /// Decides about all items that are open, and takes those that are wanted, the oldest first.
    pub(super) fn take_all(&mut self, book: &mut Book, sink: &mut dyn Sink) -> Result<(), PassError> {
        if self.settings.dry_run {
            return self.foretell(book, sink);
        }
        if !book.state.fetch.is_believed() {
            return Ok(());
        }
        self.drop_unsigned(book)?;
        self.begin(book)?;
        self.release_surge(book)?;
        self.drop_duplicates(book)?;
        let free = self.free_space(sink);
        let decided = self.settings.choice.decide(&book.state.entries, self.now(), free);
        let mut left = self.settings.choice.max_items.unwrap_or(usize::MAX);
        for (at, decision) in decided {
            if (self.is_ended)() {
                break;
            }
            let is_due = book.state.entries[at].fate.retry_at.is_none_or(|retry| retry <= self.now());
            match decision {
                Decision::Skip(why) => self.leave(book, at, Stage::Skipped, why)?,
                Decision::Wait(why) => self.leave(book, at, Stage::Waiting, why)?,
                Decision::Take if left == 0 || !is_due => {}
                Decision::Take => {
                    left -= 1;
                    self.take_one(book, at, sink)?;
                }
            }
        }
        Ok(book.sync()?)
    }

    fn free_space(&self, sink: &dyn Sink) -> Option<u64> {
        (self.free)(&sink.folder()?)
    }

    /// Says what would be done.
    pub(super) fn foretell(&mut self, book: &Book, sink: &dyn Sink) -> Result<(), PassError> {
        let (entries, now) = (&book.state.entries, self.now());
        let is_new = |at: &usize| entries[*at].fate.stage == Stage::New;
        let places: Vec<usize> = (0..entries.len()).filter(is_new).collect();
        let first = self.settings.choice.first_run;
        let left = if book.state.begun.is_none() { first.leaves(entries, &places, now) } else { Vec::new() };
        let free = self.free_space(sink);
        let decided: HashMap<usize, Decision> =
            self.settings.choice.decide(entries, now, free).into_iter().collect();
        let left: HashSet<usize> = left.into_iter().collect();
        for (at, entry) in entries.iter().enumerate() {
            let mut event = ItemEvent::of(entry, &book.state.fetch);
            let decision = decided.get(&at).copied();
            let is_signed = entry.proof != Proof::None || book.state.fetch.pin.is_none();
            (event.state, event.why) = match decision {
                Some(_) if !is_signed => ("skipped", Some(UNSIGNED.to_owned())),
                Some(_) if !book.state.fetch.is_believed() => ("waiting", Some(REFUSED.to_owned())),
                _ if left.contains(&at) => ("skipped", Some(FIRST_RUN.to_owned())),
                Some(Decision::Take) if entry.fate.retry_at.is_none_or(|retry| retry <= now) => {
                    ("new", event.why)
                }
                Some(Decision::Skip(why)) => ("skipped", Some(why.to_owned())),
                Some(Decision::Wait(why)) => ("waiting", Some(why.to_owned())),
                Some(Decision::Take) | None => (event.state, event.why),
            };
            self.tell(Event::Item(event))?;
        }
        Ok(())
    }

    /// Leaves most of what a feed had before anybody followed it.
    fn begin(&mut self, book: &mut Book) -> Result<(), PassError> {
        if book.state.begun.is_some() || book.state.fetch.ok_at.is_none() {
            return Ok(());
        }
        let now = self.now();
        let entries = &book.state.entries;
        let places: Vec<usize> =
            (0..entries.len()).filter(|at| entries[*at].fate.stage == Stage::New).collect();
        // After a harm nobody knows what is old: all that is there counts as seen.
        let left = match book.state.harmed {
            Some(_) => places,
            None => self.settings.choice.first_run.leaves(entries, &places, now),
        };
        for at in &left {
            let fate = Fate {
                stage: Stage::Skipped,
                since: now,
                why: Some(FIRST_RUN.to_owned()),
                ..Fate::default()
            };
            book.settle(*at, fate, Vec::new())?;
        }
        book.write(Record::Begun { at: now })?;
        book.sync()?;
        if left.is_empty() { Ok(()) } else { self.tell(Event::Baseline { left: left.len() }) }
    }

    /// Lets items go on that wait for a person, if one has come; else says that they wait.
    fn release_surge(&mut self, book: &mut Book) -> Result<(), PassError> {
        let is_held = |at: &usize| {
            let fate = &book.state.entries[*at].fate;
            fate.stage == Stage::Waiting && fate.why.as_deref() == Some(SURGE)
        };
        let held: Vec<usize> = (0..book.state.entries.len()).filter(is_held).collect();
        if held.is_empty() {
            return Ok(());
        }
        if !self.settings.accept_surge {
            return self.tell(Event::Surge { items: held.len() });
        }
        let since = self.now();
        for at in held {
            book.settle(at, Fate { since, ..Fate::default() }, Vec::new())?;
        }
        Ok(())
    }

    /// Leaves what another feed has brought already.
    fn drop_duplicates(&mut self, book: &mut Book) -> Result<(), PassError> {
        let is_signed = book.state.fetch.pin.is_some();
        for at in 0..book.state.entries.len() {
            let entry = &book.state.entries[at];
            if entry.fate.stage == Stage::New && self.shared.is_taken(&entry.hashes, is_signed) {
                self.duplicate(book, at, Vec::new())?;
            }
        }
        Ok(())
    }

    fn duplicate(&mut self, book: &mut Book, at: usize, hashes: Vec<String>) -> Result<(), PassError> {
        let why = Some(DUPLICATE.to_owned());
        let fate = Fate { stage: Stage::Skipped, since: self.now(), why, ..Fate::default() };
        book.settle(at, fate, hashes)?;
        let event = self.event(book, at);
        self.tell(Event::Duplicate(event))
    }

    pub(super) fn leave(
        &mut self,
        book: &mut Book,
        at: usize,
        stage: Stage,
        why: &str,
    ) -> Result<(), PassError> {
        let old = &book.state.entries[at].fate;
        let (attempts, tried) = (old.attempts, old.tried);
        let fate =
            Fate { stage, since: self.now(), why: Some(why.to_owned()), attempts, tried, ..Fate::default() };
        if !book.settle(at, fate, Vec::new())? {
            return Ok(());
        }
        let event = self.event(book, at);
        self.tell(if stage == Stage::Skipped { Event::Skipped(event) } else { Event::Waiting(event) })
    }

    pub(super) fn event(&self, book: &Book, at: usize) -> ItemEvent {
        ItemEvent::of(&book.state.entries[at], &book.state.fetch)
    }

    /// Gets the torrent of an item and hands it to the sink.
    fn take_one(&mut self, book: &mut Book, at: usize, sink: &mut dyn Sink) -> Result<(), PassError> {
        let parcel = match self.parcel(book, at, sink) {
            Ok(parcel) => parcel,
            Err(NoParcel::Ended) => return Ok(()),
            Err(NoParcel::Unasked(why)) => return self.again(book, at, &why, Counts::No),
            Err(NoParcel::Later(why)) => return self.again(book, at, &why, Counts::Yes),
            Err(why) => return self.give_up(book, at, &why.to_string()),
        };
        if self.settings.choice.max_size.zip(parcel.size).is_some_and(|(most, size)| size > most) {
            return self.leave(book, at, Stage::Skipped, TORRENT_SIZE);
        }
        let free = self.free_space(sink);
        if parcel.size.is_some_and(|size| self.settings.choice.lacks_space(size, free)) {
            return self.leave(book, at, Stage::Waiting, SPACE);
        }
        let claim = match self.shared.claim(&parcel.hashes, book.state.fetch.pin.is_some()) {
            Ok(claim) => claim,
            Err(Holder::Taker) => return self.duplicate(book, at, parcel.hashes),
            Err(Holder::OtherItem) => return self.again(book, at, ON_ITS_WAY, Counts::No),
        };
        let verdict = self.hand_over(book, at, sink, &parcel)?;
        if matches!(verdict, Verdict::UnderWay) {
            claim.keep();
        }
        self.judge(book, at, verdict, parcel, sink)
    }

    /// The torrent of an item, or what the feed says of it where that is enough.
    fn parcel(&mut self, book: &Book, at: usize, sink: &dyn Sink) -> Result<Parcel, NoParcel> {
        let entry = &book.state.entries[at];
        if sink.wants_torrent() {
            let namer = namer_of(&book.state.fetch.from);
            return parcel::get(&mut self.polite(), entry, namer, entry.fate.attempts + 1);
        }
        Ok(Parcel {
            magnet: entry.magnet().map(str::to_owned),
            hashes: entry.hashes.clone(),
            size: entry.size,
            way: entry.ways.first().cloned(),
            torrent: None,
            came_from: None,
        })
    }

    /// Writes down that something is done with an item, and has the sink do it.
    fn hand_over(
        &mut self,
        book: &mut Book,
        at: usize,
        sink: &mut dyn Sink,
        parcel: &Parcel,
    ) -> Result<Verdict, PassError> {
        let old = &book.state.entries[at].fate;
        let (since, attempts) = (self.now(), old.attempts + 1);
        let tried = old.tried.or(Some(since));
        let fate = Fate { stage: Stage::Taking, since, attempts, tried, ..Fate::default() };
        book.settle(at, fate, parcel.hashes.clone())?;
        book.sync()?;
        let entry = &book.state.entries[at];
        let offered_by = book.state.fetch.offerer_of(entry);
        Ok(sink.take(&Delivery {
            feed: &book.feed,
            entry,
            parcel,
            offered_by: offered_by.as_ref(),
            attempt: attempts,
        }))
    }
}

/// Why items wait whose feed is not believed now.
const REFUSED: &str = "refused";

/// Why an item waits whose torrent has been begun for another one.
const ON_ITS_WAY: &str = "another item has the same torrent, which is under way";
