//! From sources to jobs of the driver, and the jobs that only get metadata.

use std::sync::Arc;

use cli_kit::Interrupt;
use swarm_net::{Failure, Goal, Job, JobEvent, JobId, Observer, Outcome, Patience, Select, Source};
use torrent_core::metainfo::Metainfo;

use crate::ended::Ended;
use crate::plan::Plan;
use crate::report::Reporter;
use crate::source::Opened;

/// The job that a source is.
fn job(plan: &Plan, opened: &Opened, goal: Goal) -> Job {
    Job {
        source: opened.source.clone(),
        found: opened.found.clone(),
        trackers: plan.trackers.clone(),
        web_seeds: plan.web_seeds.clone(),
        peers: plan.peers.clone(),
        local_allowed: opened.is_local,
        select: selected(plan, opened),
        destination: plan.destination.clone(),
        recheck: plan.recheck,
        force: plan.force,
        goal,
        patience: Patience { deadline: plan.deadline.left(), ..plan.patience },
        seed_ratio: plan.seed_ratio,
        seed_time: plan.seed_time,
    }
}

/// What was typed, else what the link selects (BEP 53).
pub(crate) fn selected(plan: &Plan, opened: &Opened) -> Option<Select> {
    let runs = match &opened.source {
        Source::Magnet(magnet) => magnet.select.clone(),
        Source::Torrent(_) => Vec::new(),
    };
    plan.select.clone().or((!runs.is_empty()).then(|| Select::of_runs(runs)))
}

/// Runs the jobs of sources until they end, or the user ends them.
pub(crate) fn run_jobs(
    plan: &Plan,
    sources: &[&Opened],
    goal: Goal,
    reporter: &mut Reporter<'_>,
    interrupt: &Interrupt,
) -> Vec<Outcome> {
    if sources.is_empty() {
        return Vec::new();
    }
    let jobs = sources.iter().map(|source| job(plan, source, goal)).collect();
    let mut observer = Numbered { reporter, jobs: sources.iter().map(|source| source.job).collect() };
    let is_interrupted = || {
        plan.pulse.beat();
        interrupt.raised().is_some()
    };
    let mut outcomes = swarm_net::run(plan.settings.clone(), jobs, &mut observer, is_interrupted);
    plan.pulse.rest();
    for outcome in &mut outcomes {
        // Told as it was typed; to the job it was shorter by what had passed before.
        if let (Err(Failure::Deadline(left)), Some(typed)) = (&mut outcome.result, plan.patience.deadline) {
            *left = typed;
        }
    }
    outcomes
}

/// The metadata of every source, at hand or from peers; for the goal of a torrent, with what stands beside it.
pub(crate) fn metadata(
    plan: &Plan,
    goal: Goal,
    opened: &[Opened],
    reporter: &mut Reporter<'_>,
    interrupt: &Interrupt,
) -> Vec<Result<Arc<Metainfo>, Box<Ended>>> {
    let is_link = |opened: &&Opened| matches!(opened.source, Source::Magnet(_));
    let links: Vec<&Opened> = opened.iter().filter(is_link).collect();
    let mut outcomes = run_jobs(plan, &links, goal, reporter, interrupt).into_iter();
    let mut metadata_of = |source: &Opened| match &source.source {
        Source::Torrent(metainfo) => Ok(Arc::clone(metainfo)),
        Source::Magnet(_) => {
            let outcome = outcomes.next().ok_or(Failure::Interrupted)?;
            Ended::of(outcome)?.ok_or(Failure::Interrupted.into())
        }
    };
    opened.iter().map(&mut metadata_of).collect()
}

/// Tells of jobs that are only some of the sources, by the numbers of those.
struct Numbered<'t, 'w> {
    reporter: &'t mut Reporter<'w>,
    /// By job: which source.
    jobs: Vec<usize>,
}

impl Observer for Numbered<'_, '_> {
    fn on_event(&mut self, job: JobId, event: JobEvent<'_>) {
        self.reporter.on_event(JobId(self.jobs[job.0]), event);
    }
}
