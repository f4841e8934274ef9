//! One pass over one feed: ask it if it may be asked, remember what is new, decide, take.
//!
//! It has two halves. Several feeds may be [asked](Pass::ask) at a time; what they have brought is [taken](Pass::take) of one after the other.
//!
//! The order of writing is the promise. What a feed has is in the journal before what its server says of the content: a crash in
//! between costs a download, the other way round it would cost items. An item is `taking` before anything is done with it, and `taken` when
//! that is done for good. So everything is done at least once, and what is done twice is done to the same id. What is told of a feed itself,
//! such as that it has moved, is written first: a kill in between loses the word, not the fact.

mod absorb;
mod believe;
mod look;
pub(crate) mod page;
mod settle;
mod take;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fastrand::Rng;

use crate::book::Book;
use crate::choice::Choice;
use crate::event::Event;
use crate::hosts::{Hosts, Polite, Terms};
use crate::journal::JournalError;
use crate::polite::Policy;
use crate::shared::Shared;
use crate::sink::Sink;
use crate::web::{Answer, Ask, Web, WebError};

/// How a feed is followed.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How often it is asked.
    pub policy: Policy,
    /// Which of its items are wanted.
    pub choice: Choice,
    /// What to do with another torrent of a known item.
    pub revised: OnRevision,
    /// New items that look like known ones, beyond which none is taken.
    pub max_new: usize,
    /// They are what they seem: new.
    pub accept_surge: bool,
    /// Pages of older items that are read where items may have been missed.
    pub catch_up: usize,
    /// How often an item is tried.
    pub retry: u32,
    /// Seconds between two requests to a host.
    pub pause: u64,
    /// The key that a person names: the feed must be signed with it, or with one that follows from it.
    pub key: Option<String>,
    /// Seconds for which the publisher of a signed feed may sign nothing.
    pub max_silence: Option<i64>,
    /// Nothing is decided or taken; what would be is told.
    pub dry_run: bool,
}

/// What to do with another torrent of a known item.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OnRevision {
    /// It is an item like any other.
    #[default]
    Take,
    /// A person is told, and may mark it.
    Tell,
    /// It is left.
    Ignore,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Policy { every: 3600, patience: 86_400 },
            choice: Choice::default(),
            revised: OnRevision::default(),
            max_new: 20,
            accept_surge: false,
            catch_up: 0,
            retry: 12,
            pause: 2,
            key: None,
            max_silence: None,
            dry_run: false,
        }
    }
}

/// Why a pass ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Where items go there is no place for them.
    #[error("{}: {}", .0.display(), .1)]
    Sink(PathBuf, io::Error),
    /// What happened could not be told.
    #[error("standard output failed")]
    Told,
}

/// A pass, with all of the world that it touches.
pub struct Pass<'a> {
    /// How the feed is followed.
    pub settings: &'a Settings,
    /// Whom it asks.
    pub web: &'a mut dyn Web,
    /// Which hosts may be asked.
    pub hosts: &'a Hosts,
    /// What other feeds have.
    pub shared: &'a Shared,
    /// For pauses that are not all the same.
    pub rng: &'a mut Rng,
    /// The time, in seconds since 1970.
    pub clock: &'a dyn Fn() -> i64,
    /// How many bytes are free in a folder.
    pub free: &'a dyn Fn(&Path) -> Option<u64>,
    /// Whether it is to end as soon as it may.
    pub is_ended: &'a dyn Fn() -> bool,
    /// Hears what happens. False if it could not.
    pub tell: &'a mut dyn FnMut(Event) -> bool,
}

impl Pass<'_> {
    /// Does all that there is to do for a feed, but for what is [under way](Book::under_way) then.
    ///
    /// # Errors
    /// Why it ended before.
    pub fn run(&mut self, book: &mut Book, sink: &mut dyn Sink) -> Result<(), PassError> {
        self.ask(book)?;
        self.take(book, sink)
    }

    /// The first half: asks the feed, and writes down what it has.
    ///
    /// # Errors
    /// Why it ended before.
    pub fn ask(&mut self, book: &mut Book) -> Result<(), PassError> {
        // A dry run replaces no key.
        let is_free = !self.settings.dry_run || book.state.fetch.pin.is_none();
        if let Some(key) = self.settings.key.as_ref().filter(|_| is_free) {
            book.demand(key)?;
        }
        self.look(book)
    }

    /// The other half: decides, and hands to the sink what is wanted.
    ///
    /// # Errors
    /// Why it ended before.
    pub fn take(&mut self, book: &mut Book, sink: &mut dyn Sink) -> Result<(), PassError> {
        self.tell_doubts(book)?;
        self.take_all(book, sink)?;
        let now = self.now();
        Ok(book.tidy(now)?)
    }

    /// Says where it stands with each item, and what would be done, without asking anybody.
    ///
    /// # Errors
    /// It could not be told.
    pub fn explain(&mut self, book: &Book, sink: &dyn Sink) -> Result<(), PassError> {
        self.foretell(book, sink)
    }

    fn now(&self) -> i64 {
        (self.clock)()
    }

    fn tell(&mut self, event: Event) -> Result<(), PassError> {
        if (self.tell)(event) { Ok(()) } else { Err(PassError::Told) }
    }

    /// Asks when the host permits it.
    fn get(&mut self, ask: &Ask<'_>) -> Result<Answer, WebError> {
        self.polite().get(ask)
    }

    fn polite(&mut self) -> Polite<'_> {
        let terms = Terms { pause: Duration::from_secs(self.settings.pause), is_ended: self.is_ended };
        Polite { web: &mut *self.web, hosts: self.hosts, terms }
    }
}
