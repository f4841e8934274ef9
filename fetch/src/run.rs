//! The work: open the sources, run them side by side, say how each ended.

use std::collections::HashSet;
use std::sync::Arc;

use cli_kit::{Exit, Failure, Interrupt, World, parse};
use swarm_net::disk::{Place, survey};
use swarm_net::{Job, JobId, News, Observer, Outcome, Select, Source};
use torrent_core::bencode::Writer;
use torrent_core::data::Watch;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::Metainfo;

use crate::args::Args;
use crate::plan::{Plan, Work};
use crate::report::{Teller, sentence};
use crate::source::Opened;

pub(crate) fn run(world: &mut World) -> Result<Exit, Failure> {
    let Some(args) = parse::<Args>(world)? else { return Ok(Exit::Yes) };
    world.quiet = args.flags.quiet;
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
    for input in &plan.inputs {
        match Opened::new(plan, input, world) {
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
    let jobs: Vec<Job> = opened.iter().map(|source| job(plan, source, false)).collect();
    let interrupt = world.interrupt.clone();
    let mut teller = teller(plan, &opened, world);
    let outcomes = run_jobs(plan, jobs, &mut teller, &interrupt);
    let exit = tell(&opened, &outcomes, &mut teller);
    teller.finish()?;
    interrupt.check()?;
    Ok(exit)
}

fn dry_run(plan: &Plan, opened: Vec<Opened>, world: &mut World) -> Result<Exit, Failure> {
    let interrupt = world.interrupt.clone();
    let mut teller = teller(plan, &opened, world);
    let mut exit = Exit::Yes;
    let outcomes = metadata(plan, &opened, &mut teller, &interrupt);
    for (index, (source, outcome)) in opened.iter().zip(outcomes).enumerate() {
        interrupt.check()?;
        let surveyed = outcome.and_then(|metainfo| {
            let place = place(plan, source, &metainfo, &interrupt)?;
            Ok((metainfo, survey(&place)?))
        });
        exit = exit.max(match surveyed {
            Ok((metainfo, survey)) => {
                teller.surveyed(index, &metainfo, &survey);
                if survey.needed <= survey.free { Exit::Yes } else { Exit::LocalIo }
            }
            Err(why) => say_why(index, source, &why, &mut teller),
        });
    }
    teller.finish()?;
    interrupt.check()?;
    Ok(exit)
}

fn print_torrent(plan: &Plan, opened: Vec<Opened>, world: &mut World) -> Result<Exit, Failure> {
    let interrupt = world.interrupt.clone();
    let mut teller = teller(plan, &opened, world);
    let mut exit = Exit::Yes;
    let outcomes = metadata(plan, &opened, &mut teller, &interrupt);
    for (index, (source, outcome)) in opened.iter().zip(outcomes).enumerate() {
        match outcome {
            Ok(metainfo) => teller.world.print(torrent_of(&metainfo, &source.source))?,
            Err(why) => exit = exit.max(say_why(index, source, &why, &mut teller)),
        }
    }
    teller.finish()?;
    interrupt.check()?;
    Ok(exit)
}

fn teller<'w>(plan: &Plan, opened: &[Opened], world: &'w mut World) -> Teller<'w> {
    let sources = opened.iter().map(|source| source.name.clone()).collect();
    Teller::new(world, &plan.flags, &plan.output, sources)
}

fn job(plan: &Plan, opened: &Opened, metadata_only: bool) -> Job {
    Job {
        source: opened.source.clone(),
        trackers: plan.trackers.clone(),
        web_seeds: plan.web_seeds.clone(),
        peers: plan.peers.clone(),
        local_allowed: opened.is_local,
        select: selected(plan, opened),
        output: plan.output.clone(),
        recheck: plan.recheck,
        force: plan.force,
        metadata_only,
        patience: plan.patience,
        seed_ratio: plan.seed_ratio,
        seed_time: plan.seed_time,
    }
}

/// What was typed, else what the link selects (BEP 53).
fn selected(plan: &Plan, opened: &Opened) -> Option<Select> {
    let runs = match &opened.source {
        Source::Magnet(magnet) => magnet.select.clone(),
        Source::Torrent(_) => Vec::new(),
    };
    plan.select.clone().or((!runs.is_empty()).then_some(Select { runs, globs: None }))
}

fn run_jobs(plan: &Plan, jobs: Vec<Job>, teller: &mut dyn Observer, interrupt: &Interrupt) -> Vec<Outcome> {
    if jobs.is_empty() {
        return Vec::new();
    }
    swarm_net::run(plan.settings.clone(), jobs, teller, || interrupt.raised().is_some())
}

/// The metadata of every source: at hand, or from peers.
fn metadata(
    plan: &Plan,
    opened: &[Opened],
    teller: &mut Teller<'_>,
    interrupt: &Interrupt,
) -> Vec<Result<Arc<Metainfo>, swarm_net::Failure>> {
    let is_link = |index: &usize| matches!(opened[*index].source, Source::Magnet(_));
    let links: Vec<usize> = (0..opened.len()).filter(is_link).collect();
    let jobs = links.iter().map(|index| job(plan, &opened[*index], true)).collect();
    let mut outcomes = run_jobs(plan, jobs, &mut OfLinks { teller, links }, interrupt).into_iter();
    let mut metadata_of = |source: &Opened| match &source.source {
        Source::Torrent(metainfo) => Ok(Arc::clone(metainfo)),
        Source::Magnet(_) => {
            let outcome = outcomes.next().ok_or(swarm_net::Failure::Interrupted)?;
            outcome.result?;
            outcome.metainfo.ok_or(swarm_net::Failure::Interrupted)
        }
    };
    opened.iter().map(&mut metadata_of).collect()
}

/// Tells of jobs that are only some of the sources.
struct OfLinks<'t, 'w> {
    teller: &'t mut Teller<'w>,
    /// By job: which source.
    links: Vec<usize>,
}

impl Observer for OfLinks<'_, '_> {
    fn hear(&mut self, job: JobId, news: News<'_>) {
        self.teller.hear(JobId(self.links[job.0]), news);
    }
}

fn place(
    plan: &Plan,
    opened: &Opened,
    metainfo: &Arc<Metainfo>,
    interrupt: &Interrupt,
) -> Result<Place, swarm_net::Failure> {
    let files = metainfo.files();
    let selected = match selected(plan, opened) {
        Some(select) => select.of(files)?,
        None => vec![true; files.len()],
    };
    Ok(Place {
        metainfo: Arc::clone(metainfo),
        selected,
        output: plan.output.clone(),
        recheck: plan.recheck,
        force: plan.force,
        watch: Arc::new(UntilInterrupted(interrupt.clone())),
    })
}

fn tell(opened: &[Opened], outcomes: &[Outcome], teller: &mut Teller<'_>) -> Exit {
    let ends =
        opened.iter().zip(outcomes).enumerate().map(|(index, (source, outcome))| match &outcome.result {
            Ok(()) => Exit::Yes,
            Err(why) => say_why(index, source, why, teller),
        });
    ends.max().unwrap_or(Exit::Yes)
}

fn say_why(index: usize, source: &Opened, why: &swarm_net::Failure, teller: &mut Teller<'_>) -> Exit {
    match sentence(&source.name, why) {
        Some((failure, reason)) => {
            teller.failed(index, &failure, reason);
            failure.exit
        }
        // The signal says it all.
        None => Exit::Interrupted,
    }
}

/// The .torrent: as it came, or made of what the link says and the peers gave.
fn torrent_of(metainfo: &Metainfo, source: &Source) -> Vec<u8> {
    match source {
        Source::Torrent(metainfo) => metainfo.bytes().to_vec(),
        Source::Magnet(magnet) => from_link(metainfo, magnet),
    }
}

fn from_link(metainfo: &Metainfo, magnet: &Magnet) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes);
    writer.dict();
    if let Some(first) = magnet.trackers.first() {
        writer.bytes(b"announce");
        writer.bytes(first);
    }
    if magnet.trackers.len() > 1 {
        writer.bytes(b"announce-list");
        writer.list();
        for url in &magnet.trackers {
            writer.list();
            writer.bytes(url);
            writer.end();
        }
        writer.end();
    }
    writer.bytes(b"info");
    writer.raw(metainfo.raw_info());
    if !magnet.web_seeds.is_empty() {
        writer.bytes(b"url-list");
        writer.list();
        magnet.web_seeds.iter().for_each(|url| writer.bytes(url));
        writer.end();
    }
    writer.end();
    bytes
}

/// Stops hashing when the user ends it.
struct UntilInterrupted(Interrupt);

impl Watch for UntilInterrupted {
    fn advance(&self, _: u64) {}

    fn file(&self, _: usize) {}

    fn stop(&self) -> bool {
        self.0.raised().is_some()
    }
}
