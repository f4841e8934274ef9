//! The work: open the sources, run them side by side, say how each ended.

use std::collections::HashMap;

use cli_kit::{Exit, Failure, Interrupt, World, escape, parse_with};
use swarm_net::{Goal, Select};

use crate::args::Args;
use crate::downloads::{Download, Downloads};
use crate::ended::Ended;
use crate::habits::HABITS;
use crate::jobs::run_jobs;
use crate::plan::{Input, Plan, Work};
use crate::report::Reporter;
use crate::source::Opened;
use crate::survey::dry_run;
use crate::torrent_file::print_torrent;

pub(crate) fn run(world: &mut World) -> Result<Exit, Failure> {
    let Some(args) = parse_with::<Args>(HABITS, world)? else { return Ok(Exit::Yes) };
    world.quiet = args.flags.quiet;
    swarm_net::raise_descriptor_limit();
    let plan = Plan::new(&args, world)?;
    plan.pulse.watch(plan.deadline, plan.patience, world);
    let interrupt = world.interrupt.clone();
    let mut reporter = Reporter::new(world, &plan);
    let (opened, exit) = open(&plan, &mut reporter, &interrupt);
    plan.pulse.set_sources(opened.iter().map(|source| source.name.clone()).collect());
    let done = match plan.work {
        _ if interrupt.raised().is_some() => Exit::Interrupted,
        Work::Fetch => fetch(&plan, &opened, &mut reporter, &interrupt),
        Work::DryRun => dry_run(&plan, &opened, &mut reporter, &interrupt)?,
        Work::PrintTorrent => print_torrent(&plan, &opened, &mut reporter, &interrupt)?,
    };
    say_idle(&plan, &reporter);
    end(reporter, &interrupt, exit.max(done))
}

/// Opens all sources. One that cannot be opened, or is the same as another, does not stop the rest.
fn open(plan: &Plan, reporter: &mut Reporter<'_>, interrupt: &Interrupt) -> (Vec<Opened>, Exit) {
    let (mut opened, mut seen, mut exit) = (Vec::<Opened>::new(), HashMap::new(), Exit::Yes);
    let mut kept = 0;
    let mut downloads = Downloads::new(plan);
    let begin = |input: &Input| match input {
        Input::Url(url) => Some(downloads.of_typed(url)),
        Input::Magnet(link) => downloads.of_link(&link.magnet, plan.strangers()),
        Input::File(_) | Input::Stdin => None,
    };
    let begun: Vec<Option<Download>> = plan.inputs.iter().map(begin).collect();
    for (job, download) in begun.into_iter().enumerate() {
        match Opened::new(plan, job, download, kept, &mut downloads, reporter.world) {
            _ if interrupt.raised().is_some() => reporter.interrupted(job, interrupt),
            Ok(source) => {
                let hashes: Vec<Vec<u8>> = source.hashes().into_iter().flatten().collect();
                match hashes.iter().find_map(|hash| seen.get(hash)) {
                    Some(of) => reporter.duplicate(job, *of),
                    None => {
                        kept += source.kept(plan);
                        opened.push(source);
                    }
                }
                for hash in hashes {
                    seen.entry(hash).or_insert(job);
                }
            }
            Err(failure) => {
                reporter.failed(job, &failure, reason_of(&failure), None);
                exit = exit.max(failure.exit);
            }
        }
    }
    // Links have been looked for meanwhile, several at a time; that one is not found is no failure.
    let found = opened.iter_mut().try_for_each(|source| source.find(plan, reporter.world));
    if found.is_err() || interrupt.raised().is_some() {
        opened.drain(..).for_each(|source| reporter.interrupted(source.job, interrupt));
    }
    (opened, exit)
}

/// The word by which programs know why a source could not be opened.
fn reason_of(failure: &Failure) -> &'static str {
    match failure.exit {
        Exit::Unacceptable => "unacceptable",
        Exit::Network => "network",
        _ => "source",
    }
}

fn fetch(plan: &Plan, opened: &[Opened], reporter: &mut Reporter<'_>, interrupt: &Interrupt) -> Exit {
    let sources: Vec<&Opened> = opened.iter().collect();
    let outcomes = run_jobs(plan, &sources, Goal::Files, reporter, interrupt);
    let ends = opened.iter().zip(outcomes).map(|(source, outcome)| {
        reporter.ended(source.job, outcome.progress);
        match Ended::of(outcome) {
            Ok(_) => Exit::Yes,
            Err(ended) => reporter.fell_short(source, &ended, interrupt),
        }
    });
    ends.max().unwrap_or(Exit::Yes)
}

/// Says which globs matched nothing in any torrent, so that what they were to select did not come. That is no talk that `--quiet`
/// silences.
fn say_idle(plan: &Plan, reporter: &Reporter<'_>) {
    for glob in plan.select.iter().flat_map(Select::idle_globs) {
        let cause = format!("`--select {}`: matches nothing", escape(glob.as_bytes()));
        reporter.world.fail(&Failure::new(Exit::Yes, cause));
    }
}

/// The end of all jobs; that a signal was it, above all.
fn end(reporter: Reporter<'_>, interrupt: &Interrupt, exit: Exit) -> Result<Exit, Failure> {
    reporter.finish()?;
    let hinted = |failure: Failure| match exit {
        Exit::Yes => failure,
        _ => failure.hint("the same command goes on from here"),
    };
    interrupt.check().map(|()| exit).map_err(hinted)
}
