//! The work: a pass over each feed, in an order of chance. Or what a person wants to be otherwise.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cli_kit::{Exit, Failure, Interrupt, World, parse};
use fastrand::Rng;
use follow::book::Book;
use follow::journal::{self, Journal, JournalError};
use follow::sink::{Exec, Print, Save, Sink, Watch};
use follow::web::RealWeb;
use follow::{Event, Pass, PassError, Settings, Shared};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::args::Args;
use crate::check::check;
use crate::fetch::{Fetcher, Limits};
use crate::list::Followed;
use crate::plan::{Plan, Target, Task};
use crate::report::{self, Report};
use crate::space::free;

pub(crate) fn run(world: &mut World) -> Result<Exit, Failure> {
    let Some(args) = parse::<Args>(world)? else { return Ok(Exit::Yes) };
    world.quiet = args.flags.quiet;
    let mut plan = Plan::new(&args, world, now())?;
    let mut rng = Rng::new();
    if plan.task == Task::Follow {
        // In one order always the same feeds would meet the limits of their host.
        rng.shuffle(&mut plan.feeds);
    }
    let mut round = Round::new(&plan, rng, world)?;
    for place in 0..plan.feeds.len() {
        // What is under way ends tidily.
        if world.interrupt.raised().is_some() || plan.is_over() {
            break;
        }
        round.visit(place, world);
    }
    round.finish(world);
    world.interrupt.check()?;
    report::matched(&plan, round.exit, world)
}

/// Passes over all feeds of a run, and what they have in common.
struct Round<'a> {
    plan: &'a Plan,
    web: RealWeb,
    shared: Shared,
    rng: Rng,
    /// Fetches for all of them.
    fetcher: Option<Fetcher>,
    /// Those of whose items some are under way, by their places.
    unfinished: Vec<(usize, Book, Report<'a>)>,
    exit: Exit,
}

impl<'a> Round<'a> {
    fn new(plan: &'a Plan, rng: Rng, world: &World) -> Result<Self, Failure> {
        let started =
            plan.fetch.clone().map(|means| Fetcher::start(means, world.interrupt.clone())).transpose();
        Ok(Self {
            plan,
            web: RealWeb::new(&plan.access, plan.timeout),
            shared: shared(&plan.state),
            rng,
            fetcher: started.map_err(|error| Failure::new(Exit::LocalIo, error.to_string()))?,
            unfinished: Vec::new(),
            exit: Exit::Yes,
        })
    }

    /// Does with a feed what is to be done. One that fails does not stop the others.
    fn visit(&mut self, place: usize, world: &mut World) {
        let feed = &self.plan.feeds[place];
        let mut report = Report::new(self.plan, feed);
        let done = match self.plan.task {
            Task::ListState => list_state(self.plan, feed, world).map(|()| None),
            Task::Check => {
                let settings = settings_of(self.plan, feed);
                check(self.plan, feed, &settings, &mut self.web, &mut report, (now(), world)).map(|()| None)
            }
            _ => self.work(place, &mut report, world),
        };
        match done {
            Err(failure) => self.note(&failure, world),
            Ok(Some(book)) if !book.under_way.is_empty() => {
                return self.unfinished.push((place, book, report));
            }
            Ok(_) => {}
        }
        self.exit = self.exit.max(report.exit);
    }

    fn note(&mut self, failure: &Failure, world: &World) {
        world.fail(failure);
        self.exit = self.exit.max(failure.exit);
    }

    /// Does it with its book, which is for nobody else meanwhile.
    fn work(
        &mut self,
        place: usize,
        report: &mut Report<'_>,
        world: &mut World,
    ) -> Result<Option<Book>, Failure> {
        let (plan, feed) = (self.plan, &self.plan.feeds[place]);
        if !plan.state.join(journal::name_of(&feed.url)).exists() {
            match plan.task {
                Task::Explain => return report::unknown(plan, feed, world).map(|()| None),
                Task::Amend(..) => return report.amended(0, world).map(|()| None),
                _ => {}
            }
        }
        let Some(mut book) = open(plan, feed, report, world)? else { return Ok(None) };
        if amend(plan, &mut book, report, world)? {
            return Ok(None);
        }
        let is_explained = plan.task == Task::Explain;
        let done = self.pass(place, report, world, |pass| match is_explained {
            true => pass.explain(&book),
            false => pass.run(&mut book),
        });
        // What is under way is settled whatever else failed.
        match done {
            Err(failure) if !book.under_way.is_empty() => self.note(&failure, world),
            done => done?,
        }
        Ok(Some(book))
    }

    /// Does something of a pass. What cannot be printed ends it, so that it does not count as printed.
    fn pass(
        &mut self,
        place: usize,
        report: &mut Report<'_>,
        world: &mut World,
        act: impl FnOnce(&mut Pass<'_>) -> Result<(), PassError>,
    ) -> Result<(), Failure> {
        let settings = settings_of(self.plan, &self.plan.feeds[place]);
        let interrupt = world.interrupt.clone();
        let mut sink = self.sink(place, &interrupt);
        let mut untold = None;
        let mut pass = Pass {
            settings: &settings,
            web: &mut self.web,
            sink: &mut *sink,
            shared: &mut self.shared,
            rng: &mut self.rng,
            clock: &now,
            free: &free,
            is_ended: &|| interrupt.raised().is_some() || self.plan.is_over(),
            tell: &mut |event| {
                let told = report.tell(&event, world);
                untold = told.err();
                untold.is_none()
            },
        };
        let done = act(&mut pass);
        match (done, untold) {
            (_, Some(failure)) => Err(failure),
            (Ok(()), None) => Ok(()),
            (Err(PassError::Journal(error)), None) => Err(report::journal_failed(&error)),
            (Err(PassError::Sink(path, error)), None) => Err(Failure::io(path, &error)),
            (Err(PassError::Told), None) => Ok(()),
        }
    }

    fn sink(&self, place: usize, interrupt: &Interrupt) -> Box<dyn Sink> {
        let (plan, feed) = (self.plan, &self.plan.feeds[place]);
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
    fn finish(&mut self, world: &mut World) {
        while let Some(end) = self.fetcher.as_mut().and_then(Fetcher::next_end) {
            let is_its = |(place, ..): &(usize, Book, Report<'_>)| *place == end.ticket.feed;
            let Some(at) = self.unfinished.iter().position(is_its) else { continue };
            let (place, mut book, mut report) = self.unfinished.swap_remove(at);
            let settled = self.pass(place, &mut report, world, |pass| {
                pass.settle(&mut book, &end.ticket.id, end.verdict)?;
                if book.under_way.is_empty() { Ok(book.tidy(now())?) } else { Ok(()) }
            });
            settled.unwrap_or_else(|failure| self.note(&failure, world));
            self.exit = self.exit.max(report.exit);
            if !book.under_way.is_empty() {
                self.unfinished.push((place, book, report));
            }
        }
        if let Some(Err(why)) = self.fetcher.take().map(Fetcher::finish) {
            self.note(&Failure::new(Exit::Network, why.to_string()), world);
        }
    }
}

/// The book of a feed; `None` if another run has it and does what this one would.
fn open(
    plan: &Plan,
    feed: &Followed,
    report: &mut Report<'_>,
    world: &mut World,
) -> Result<Option<Book>, Failure> {
    let opened = match Journal::open(&plan.state, &feed.url, now(), plan.adopt) {
        Ok(opened) => opened,
        // The other run does not hear what a person wants to be otherwise.
        Err(JournalError::Busy) if matches!(plan.task, Task::Follow | Task::Explain) => {
            return report.busy(world).map(|()| None);
        }
        Err(JournalError::Busy) => {
            let failure = report.failure(Exit::LocalIo, "another run works on it");
            return Err(failure.hint("say it again when that has ended"));
        }
        Err(error) => return Err(report::journal_failed(&error)),
    };
    let book = Book::new(&feed.url, opened.journal, opened.state);
    report.offered_by = book.state.fetch.offerer();
    if opened.harmed > 0 {
        report.tell(&Event::Harmed { lines: opened.harmed, path: book.path() }, world)?;
    }
    Ok(Some(book))
}

/// Does what a person wants to be otherwise. True if that was all.
fn amend(plan: &Plan, book: &mut Book, report: &mut Report<'_>, world: &mut World) -> Result<bool, Failure> {
    match &plan.task {
        Task::Amend(item, amendment) => {
            let amended =
                book.amend(item, *amendment, now()).map_err(|error| report::journal_failed(&error))?;
            report.amended(amended, world).map(|()| true)
        }
        Task::Trust(key) => {
            book.trust(&key.to_string()).map_err(|error| report::journal_failed(&error))?;
            report.trusted(key, world).map(|()| true)
        }
        Task::Recheck { all } => {
            book.recheck(*all, now()).map_err(|error| report::journal_failed(&error))?;
            Ok(false)
        }
        _ => Ok(false),
    }
}

fn settings_of(plan: &Plan, feed: &Followed) -> Settings {
    let mut settings = plan.settings.clone();
    settings.choice.wanted.extend(feed.wanted.iter().cloned());
    settings.choice.unwanted.extend(feed.unwanted.iter().cloned());
    settings.key = feed.key.as_ref().map(ToString::to_string);
    settings
}

/// Ends a process and those that it started.
fn kill(group: u32) {
    let group = i32::try_from(group).ok().and_then(Pid::from_raw);
    // It may have ended by itself just now.
    group.map(|group| kill_process_group(group, Signal::KILL));
}

/// What all feeds of a folder know, whether or not they are followed in this run.
fn shared(state: &Path) -> Shared {
    let mut shared = Shared::default();
    let known = journal::journals(state);
    known.iter().filter_map(|path| journal::peek(path)).for_each(|(_, state)| shared.add(&state));
    shared
}

fn list_state(plan: &Plan, feed: &Followed, world: &mut World) -> Result<(), Failure> {
    match journal::peek(&plan.state.join(journal::name_of(&feed.url))) {
        Some((_, state)) => report::state(plan, feed, &state, world),
        None => report::unknown(plan, feed, world),
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
