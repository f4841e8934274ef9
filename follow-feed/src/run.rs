//! The work: feeds are asked, several at a time, and what they have brought is taken, feed after feed. Or what a person wants.

use cli_kit::{Exit, Failure, World, parse};
use fastrand::Rng;
use follow::journal::{journals, last_fetch};
use follow::{Hosts, Shared};

use crate::args::Args;
use crate::clock::now;
use crate::crew::ask_all;
use crate::ending::Ending;
use crate::plan::{Plan, Task};
use crate::queue::Queue;
use crate::report;
use crate::round::Round;
use crate::tasks::attend;
use crate::visit::{Run, Visitor};

pub(crate) fn run(world: &mut World) -> Result<Exit, Failure> {
    let Some(args) = parse::<Args>(world)? else { return Ok(Exit::Yes) };
    world.quiet = args.flags.quiet;
    let mut plan = Plan::new(&args, world, now())?;
    if plan.task == Task::Follow {
        // In one order always the same feeds would meet the limits of their host.
        Rng::new().shuffle(&mut plan.feeds);
    }
    let exit = all(&plan, world)?;
    world.interrupt.check()?;
    report::matched(&plan, exit, world)
}

fn all(plan: &Plan, world: &mut World) -> Result<Exit, Failure> {
    let ending = Ending::new(plan, world.interrupt.clone());
    // Whether or not they are followed in this run.
    let journals = journals(&plan.state);
    let hosts = Hosts::default();
    journals.iter().filter_map(|path| last_fetch(path)).for_each(|fetch| hosts.heed(&fetch));
    let (shared, is_ended) = (Shared::of(journals), || ending.has_come());
    let run = Run { plan, hosts: &hosts, shared: &shared, is_ended: &is_ended };
    let mut round = Round::new(run, &ending, world)?;
    if matches!(plan.task, Task::Follow | Task::Recheck { .. }) {
        follow(run, &mut round, world)?;
    } else {
        for place in (0..plan.feeds.len()).take_while(|_| !is_ended()) {
            attend(&mut round, place, world);
        }
    }
    Ok(round.finish(world))
}

fn follow(run: Run<'_>, round: &mut Round<'_>, world: &mut World) -> Result<(), Failure> {
    let feeds = &run.plan.feeds;
    let queue = Queue::new(feeds.iter().map(|feed| feed.url.as_str()), run.hosts, run.is_ended);
    let worker = || {
        let mut visitor = Visitor::new(run);
        move |place| visitor.visit(place)
    };
    ask_all(&queue, CREW.min(feeds.len()), worker, |visit| round.take(visit, world))
        .map_err(|error| Failure::new(Exit::LocalIo, error.to_string()))
}

/// Hosts that are asked at a time: as many dead ones cost the time of one, and as many feeds are in memory.
const CREW: usize = 16;
