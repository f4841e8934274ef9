//! One feed of a run, from the opening of its book on: one of the crew asks it, and what it has brought is taken by whoever hears
//! of it.

use cli_kit::{Exit, Failure, World};
use fastrand::Rng;
use follow::book::Book;
use follow::journal::{Journal, JournalError, name_of};
use follow::web::{RealWeb, Web};
use follow::{Event, Hosts, OfferedBy, Pass, PassError, Settings, Shared};

use crate::clock::now;
use crate::list::Followed;
use crate::plan::{Plan, Task};
use crate::report::{self, Report};
use crate::space::free;

/// What all feeds of a run have in common. Threads share it.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) hosts: &'a Hosts,
    pub(crate) shared: &'a Shared,
    pub(crate) is_ended: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> Run<'a> {
    pub(crate) fn web(&self) -> RealWeb<'a> {
        RealWeb::new(&self.plan.access, self.plan.timeout, self.is_ended)
    }

    pub(crate) fn pass<'b>(
        &'b self,
        settings: &'b Settings,
        web: &'b mut dyn Web,
        rng: &'b mut Rng,
        tell: &'b mut dyn FnMut(Event) -> bool,
    ) -> Pass<'b> {
        let Self { hosts, shared, is_ended, .. } = *self;
        Pass { settings, web, hosts, shared, rng, clock: &now, free: &free, is_ended, tell }
    }

    pub(crate) fn settings_of(&self, feed: &Followed) -> Settings {
        let mut settings = self.plan.settings.clone();
        settings.choice.wanted.extend(feed.wanted.iter().cloned());
        settings.choice.unwanted.extend(feed.unwanted.iter().cloned());
        settings.key = feed.key.as_ref().map(ToString::to_string);
        settings
    }
}

/// A feed that was asked.
pub(crate) struct Visit {
    /// Its place among all.
    pub(crate) place: usize,
    /// Who offered what is in it, before it was asked.
    pub(crate) offered_by: Option<OfferedBy>,
    /// What happened, which is still to be told.
    pub(crate) told: Vec<Event>,
    /// Its book, which is for nobody else meanwhile.
    pub(crate) book: Result<Book, NoBook>,
}

/// Why a feed has no book for us.
pub(crate) enum NoBook {
    /// Another run has it.
    Busy,
    Failed(Failure),
}

/// One of the crew.
pub(crate) struct Visitor<'a> {
    run: Run<'a>,
    web: RealWeb<'a>,
    rng: Rng,
}

impl<'a> Visitor<'a> {
    pub(crate) fn new(run: Run<'a>) -> Self {
        Self { run, web: run.web(), rng: Rng::new() }
    }

    /// Asks the feed at this place.
    pub(crate) fn visit(&mut self, place: usize) -> Visit {
        let mut visit = Visit { place, offered_by: None, told: Vec::new(), book: Err(NoBook::Busy) };
        visit.book = self.ask(&mut visit);
        visit
    }

    fn ask(&mut self, visit: &mut Visit) -> Result<Book, NoBook> {
        let plan = self.run.plan;
        let feed = &plan.feeds[visit.place];
        let (mut book, harmed) = open(plan, feed)?;
        self.run.shared.add(&plan.state.join(name_of(&feed.url)), &book.state);
        visit.told.extend(harmed);
        visit.offered_by = book.state.fetch.offerer();
        if let Task::Recheck { all } = plan.task {
            book.recheck(all, now()).map_err(|error| NoBook::Failed(report::journal_failed(&error)))?;
        }
        let settings = self.run.settings_of(feed);
        let mut tell = |event| {
            visit.told.push(event);
            true
        };
        let asked = self.run.pass(&settings, &mut self.web, &mut self.rng, &mut tell).ask(&mut book);
        match asked.err().and_then(failure_of) {
            Some(failure) => Err(NoBook::Failed(failure)),
            None => Ok(book),
        }
    }
}

/// Opens the book of a feed, and says what of it was harmed.
pub(crate) fn open(plan: &Plan, feed: &Followed) -> Result<(Book, Option<Event>), NoBook> {
    let opened = match Journal::open(&plan.state, &feed.url, now(), plan.adopt) {
        Ok(opened) => opened,
        Err(JournalError::Busy) => return Err(NoBook::Busy),
        Err(error) => return Err(NoBook::Failed(report::journal_failed(&error))),
    };
    let book = Book::new(&feed.url, opened.journal, opened.state);
    let harmed = Event::Harmed { lines: opened.harmed, path: book.path() };
    Ok((book, Some(harmed).filter(|_| opened.harmed > 0)))
}

impl NoBook {
    /// Tells that there is none. What another run has, that one does; but it does not hear what a person wants to be otherwise.
    pub(crate) fn tell(self, plan: &Plan, report: &mut Report<'_>, world: &mut World) -> Result<(), Failure> {
        match self {
            Self::Failed(failure) => Err(failure),
            Self::Busy if matches!(plan.task, Task::Follow | Task::Explain) => report.busy(world),
            Self::Busy => {
                let failure = report.failure(Exit::LocalIo, "another run works on it");
                Err(failure.hint("say it again when that has ended"))
            }
        }
    }
}

/// What is to be said of a pass that has ended before its end; nothing, where it could not be told.
pub(crate) fn failure_of(error: PassError) -> Option<Failure> {
    match error {
        PassError::Journal(error) => Some(report::journal_failed(&error)),
        PassError::Sink(path, error) => Some(Failure::io(path, &error)),
        PassError::Told => None,
    }
}
