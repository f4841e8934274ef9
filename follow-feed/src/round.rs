//! What is done with the feeds of a run one after the other: what they have brought is told, decided and taken.

use std::path::Path;

use cli_kit::{Exit, Failure, Interrupt, World};
use fastrand::Rng;
use follow::book::Book;
use follow::sink::{Exec, Print, Save, Sink, Watch};
use follow::web::RealWeb;
use follow::{Event, Pass, PassError};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::clock::now;
use crate::ending::Ending;
use crate::fetch::{Fetcher, Limits};
use crate::plan::{Target, Task};
use crate::report::Report;
use crate::visit::{Run, Visit, failure_of};

/// All feeds of a run, for the one thread that takes what they have brought.
pub(crate) struct Round<'a> {
    pub(crate) run: Run<'a>,
    pub(crate) web: RealWeb<'a>,
    ending: &'a Ending<'a>,
    rng: Rng,
    /// Fetches for all of them.
    fetcher: Option<Fetcher>,
    /// Those of whose items some are under way, by their places.
    unfinished: Vec<(usize, Book, Report<'a>)>,
    exit: Exit,
    /// A feed has had what a person wants to be otherwise.
    has_matched: bool,
}

impl<'a> Round<'a> {
    pub(crate) fn new(run: Run<'a>, ending: &'a Ending<'a>, world: &World) -> Result<Self, Failure> {
        let means = run.plan.fetch.clone();
        let started = means.map(|means| Fetcher::start(means, world.interrupt.clone())).transpose();
        Ok(Self {
            run,
            web: run.web(),
            ending,
            rng: Rng::new(),
            fetcher: started.map_err(|error| Failure::new(Exit::LocalIo, error.to_string()))?,
            unfinished: Vec::new(),
            exit: Exit::Yes,
            has_matched: false,
        })
    }

    /// Does with a feed what is to be done. One that fails does not stop the others.
    pub(crate) fn with_feed(
        &mut self,
        place: usize,
        world: &mut World,
        act: impl FnOnce(&mut Self, &mut Report<'a>, &mut World) -> Result<Option<Book>, Failure>,
    ) {
        let mut report = Report::new(self.run.plan, &self.run.plan.feeds[place]);
        match act(self, &mut report, world) {
            Err(failure) => self.note(&failure, world),
            Ok(Some(book)) if !book.under_way.is_empty() => {
                return self.unfinished.push((place, book, report));
            }
            Ok(_) => self.has_matched |= report.exit == Exit::Yes,
        }
        self.exit = self.exit.max(report.exit);
    }

    /// Takes what a feed has brought.
    pub(crate) fn take(&mut self, visit: Visit, world: &mut World) {
        self.with_feed(visit.place, world, |round, report, world| round.work(visit, report, world));
    }

    fn work(
        &mut self,
        visit: Visit,
        report: &mut Report<'_>,
        world: &mut World,
    ) -> Result<Option<Book>, Failure> {
        report.offered_by = visit.offered_by;
        for event in &visit.told {
            if !tell((self.run, self.ending), event, report, world)? {
                return Ok(None);
            }
        }
        let mut book = match visit.book {
            Ok(book) => book,
            Err(none) => return none.tell(self.run.plan, report, world).map(|()| None),
        };
        let done = self.pass(visit.place, report, world, |pass, sink| pass.take(&mut book, sink));
        // What is under way is settled whatever else failed.
        match done {
            Err(failure) if !book.under_way.is_empty() => self.note(&failure, world),
            done => done?,
        }
        Ok(Some(book))
    }

    fn note(&mut self, failure: &Failure, world: &World) {
        world.fail(failure);
        self.exit = self.exit.max(failure.exit);
    }

    /// Does something of a pass. What cannot be told ends it, so that it does not count as printed.
    pub(crate) fn pass(
        &mut self,
        place: usize,
        report: &mut Report<'_>,
        world: &mut World,
        act: impl FnOnce(&mut Pass<'_>, &mut dyn Sink) -> Result<(), PassError>,
    ) -> Result<(), Failure> {
        let settings = self.run.settings_of(&self.run.plan.feeds[place]);
        let mut sink = self.sink(place, &world.interrupt);
        let (run, ending) = (self.run, self.ending);
        let mut untold = None;
        let mut tell = |event| {
            tell((run, ending), &event, report, world).unwrap_or_else(|failure| {
                untold = Some(failure);
                false
            })
        };
        let mut pass = run.pass(&settings, &mut self.web, &mut self.rng, &mut tell);
        let done = act(&mut pass, &mut *sink);
        match untold.or_else(|| done.err().and_then(failure_of)) {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    fn sink(&self, place: usize, interrupt: &Interrupt) -> Box<dyn Sink> {
        let (plan, feed) = (self.run.plan, &self.run.plan.feeds[place]);
        let folder = |own: &Path| feed.folder.clone().unwrap_or_else(|| own.to_owned());
        let parcels = || plan.state.join("parcels");
        match (&plan.target, &self.fetcher) {
            (Target::Save(path), _) => Box::new(Save(folder(path))),
            (Target::Watch(path), _) => Box::new(Watch(folder(path))),
            (Target::Exec { command, timeout }, _) => {
                let interrupt = interrupt.clone();
                Box::new(Exec {
                    command: command.clone(),
                    timeout: *timeout,
                    folder: parcels(),
                    is_ended: Box::new(move || interrupt.raised().is_some()),
                    kill,
                })
            }
            (Target::Fetch(path), Some(fetcher)) => {
                let choice = &plan.settings.choice;
                let limits = Limits { size: choice.max_size, free: choice.min_free };
                Box::new(fetcher.sink(place, folder(path), parcels(), limits))
            }
            _ => Box::new(Print),
        }
    }

    /// Waits for what is under way, and settles it. A feed is free for others when nothing more of it is.
    pub(crate) fn finish(mut self, world: &mut World) -> Exit {
        while let Some(end) = self.fetcher.as_mut().and_then(Fetcher::next_end) {
            let is_its = |(place, ..): &(usize, Book, Report<'_>)| *place == end.ticket.feed;
            let Some(at) = self.unfinished.iter().position(is_its) else { continue };
            let (place, mut book, mut report) = self.unfinished.swap_remove(at);
            let settled = self.pass(place, &mut report, world, |pass, sink| {
                pass.settle(&mut book, &end.ticket.id, end.verdict, sink)?;
                if book.under_way.is_empty() { Ok(book.tidy(now())?) } else { Ok(()) }
            });
            settled.unwrap_or_else(|failure| self.note(&failure, world));
            self.exit = self.exit.max(report.exit);
            if !book.under_way.is_empty() {
                self.unfinished.push((place, book, report));
            }
        }
        match self.fetcher.take().map(Fetcher::finish) {
            Some(Err(why)) => self.note(&Failure::new(Exit::Network, why.to_string()), world),
            Some(Ok(Some(said))) => world.note(said),
            _ => {}
        }
        match self.run.plan.task {
            // Of several feeds one is enough that has the item.
            Task::Amend(..) if self.has_matched && self.exit == Exit::No => Exit::Yes,
            _ => self.exit,
        }
    }
}

/// Tells what happened; false if nobody hears it, where that is all that becomes of items.
fn tell(
    (run, ending): (Run<'_>, &Ending<'_>),
    event: &Event,
    report: &mut Report<'_>,
    world: &mut World,
) -> Result<bool, Failure> {
    let told = report.tell(event, world);
    let is_heard = run.plan.target != Target::Print || !world.stdout_has_failed;
    if !is_heard {
        ending.is_unheard();
    }
    told.map(|()| is_heard)
}

/// Ends a process and those that it started.
fn kill(group: u32) {
    let group = i32::try_from(group).ok().and_then(Pid::from_raw);
    // It may have ended by itself just now.
    group.map(|group| kill_process_group(group, Signal::KILL));
}
