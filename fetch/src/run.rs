//! The work: open the sources, run them side by side, say how each ended.

use std::collections::HashSet;

use cli_kit::{Exit, Failure, Interrupt, World, parse};
use swarm_net::{Goal, Job, Outcome};

use crate::args::Args;
use crate::downloads;
use crate::jobs::{job, run_jobs};
use crate::plan::{Plan, Work};
use crate::report::{Reporter, sentence};
use crate::source::Opened;
use crate::survey::dry_run;
use crate::torrent_file::print_torrent;

pub(crate) fn run(world: &mut World) -> Result<Exit, Failure> {
    let Some(args) = parse::<Args>(world)? else { return Ok(Exit::Yes) };
    world.quiet = args.flags.quiet;
    swarm_net::raise_descriptor_limit();
    let plan = Plan::new(&args, world)?;
    let (opened, exit) = open(&plan, world)?;
    let done = match plan.work {
        Work::Fetch => fetch(&plan, opened, world)?,
        Work::DryRun => dry_run(&plan, opened, world)?,
        Work::PrintTorrent => print_torrent(&plan, opened, world)?,
    };
    Ok(exit.max(done))
}

/// Opens all sources. One that cannot be opened, or is the same as another, does not stop the rest.
fn open(plan: &Plan, world: &mut World) -> Result<(Vec<Opened>, Exit), Failure> {
    let (mut opened, mut seen, mut exit) = (Vec::<Opened>::new(), HashSet::new(), Exit::Yes);
    for (input, download) in plan.inputs.iter().zip(downloads::begin(plan)) {
        match Opened::new(plan, input, download, world) {
            Ok(source) => {
                let hashes: Vec<Vec<u8>> = source.hashes().into_iter().flatten().collect();
                match hashes.iter().any(|hash| seen.contains(hash)) {
                    true => world.note(format!("{}: named twice, fetched once", source.name)),
                    false => opened.push(source),
                }
                seen.extend(hashes);
            }
            Err(failure) => {
                world.interrupt.check()?;
                world.fail(&failure);
                exit = exit.max(failure.exit);
            }
        }
    }
    Ok((opened, exit))
}

fn fetch(plan: &Plan, opened: Vec<Opened>, world: &mut World) -> Result<Exit, Failure> {
    let jobs: Vec<Job> = opened.iter().map(|source| job(plan, source, Goal::Files)).collect();
    let interrupt = world.interrupt.clone();
    let mut reporter = reporter(plan, &opened, world);
    let outcomes = run_jobs(plan, jobs, &mut reporter, &interrupt);
    let exit = tell(&opened, &outcomes, &mut reporter);
    end(reporter, &interrupt, exit)
}

fn tell(opened: &[Opened], outcomes: &[Outcome], reporter: &mut Reporter<'_>) -> Exit {
    let ends = opened.iter().zip(outcomes).enumerate().map(|(index, (source, outcome))| {
        reporter.ended(index, outcome.progress);
        match &outcome.result {
            Ok(()) => Exit::Yes,
            Err(why) => say_why(index, source, why, reporter),
        }
    });
    ends.max().unwrap_or(Exit::Yes)
}

/// Says why a job did not deliver; gives what that means.
pub(crate) fn say_why(
    index: usize,
    source: &Opened,
    why: &swarm_net::Failure,
    reporter: &mut Reporter<'_>,
) -> Exit {
    match sentence(&source.name, why) {
        Some((failure, reason)) => {
            reporter.failed(index, &failure, reason);
            failure.exit
        }
        // The signal says it all.
        None => Exit::Interrupted,
    }
}

/// Who tells of these sources.
pub(crate) fn reporter<'w>(plan: &Plan, opened: &[Opened], world: &'w mut World) -> Reporter<'w> {
    let sources = opened.iter().map(|source| source.name.clone()).collect();
    Reporter::new(world, &plan.flags, &plan.output, sources)
}

/// The end of all jobs; that a signal was it, above all.
pub(crate) fn end(reporter: Reporter<'_>, interrupt: &Interrupt, exit: Exit) -> Result<Exit, Failure> {
    reporter.finish()?;
    let hinted = |failure: Failure| match exit {
        Exit::Yes => failure,
        _ => failure.hint("the same command goes on from here"),
    };
    interrupt.check().map(|()| exit).map_err(hinted)
}
