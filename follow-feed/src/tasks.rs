//! What a person wants to know of feeds, or to be otherwise, feed after feed.

use cli_kit::{Failure, World};
use follow::book::Book;
use follow::journal::{self, JournalError};

use crate::check::check;
use crate::clock::now;
use crate::list::Followed;
use crate::plan::{Plan, Task};
use crate::report::{self, Report};
use crate::round::Round;
use crate::visit::open;

/// Does what was typed with the feed at this place.
pub(crate) fn attend(round: &mut Round<'_>, place: usize, world: &mut World) {
    round.with_feed(place, world, |round, report, world| {
        let plan = round.run.plan;
        let feed = &plan.feeds[place];
        match plan.task {
            Task::ListState => list_state(plan, feed, world),
            Task::Check => {
                let settings = round.run.settings_of(feed);
                check(plan, feed, &settings, &mut round.web, report, (now(), world))
            }
            _ => with_book(round, place, report, world),
        }
        .map(|()| None)
    });
}

/// Does it with the book of a feed, which is for nobody else meanwhile.
fn with_book(
    round: &mut Round<'_>,
    place: usize,
    report: &mut Report<'_>,
    world: &mut World,
) -> Result<(), Failure> {
    let plan = round.run.plan;
    let feed = &plan.feeds[place];
    if !plan.state.join(journal::name_of(&feed.url)).exists() {
        match plan.task {
            Task::Explain => return report::unknown(plan, feed, world),
            Task::Amend(..) => return report.amended(0, world),
            _ => {}
        }
    }
    let (mut book, harmed) = match open(plan, feed) {
        Ok(opened) => opened,
        Err(none) => return none.tell(plan, report, world),
    };
    report.offered_by = book.state.fetch.offerer();
    harmed.map_or(Ok(()), |harmed| report.tell(&harmed, world))?;
    match plan.task {
        Task::Explain => round.pass(place, report, world, |pass, sink| pass.explain(&book, sink)),
        _ => amend(plan, &mut book, report, world),
    }
}

/// Does what a person wants to be otherwise.
fn amend(plan: &Plan, book: &mut Book, report: &mut Report<'_>, world: &mut World) -> Result<(), Failure> {
    let failed = |error: JournalError| report::journal_failed(&error);
    match &plan.task {
        Task::Amend(item, amendment) => {
            let amended = book.amend(item, *amendment, now()).map_err(failed)?;
            report.amended(amended, world)
        }
        Task::Trust(key) => {
            book.trust(&key.to_string()).map_err(failed)?;
            report.trusted(key, world)
        }
        _ => Ok(()),
    }
}

fn list_state(plan: &Plan, feed: &Followed, world: &mut World) -> Result<(), Failure> {
    match journal::peek(&plan.state.join(journal::name_of(&feed.url))) {
        Some((_, state)) => report::state(plan, feed, &state, world),
        None => report::unknown(plan, feed, world),
    }
}
