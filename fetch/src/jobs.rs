//! From sources to jobs of the driver, and the jobs that only get metadata.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use cli_kit::Interrupt;
use swarm_net::{
    Economy, Failure, Goal, Job, JobEvent, JobId, JobOutcome, JobProgress, Patience, Select, Session,
    Shortfall, Source,
};
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
        came_from: opened.came_from,
        allow_private: plan.allow_private,
        own_trackers: Vec::new(),
        dht_nodes: plan.dht_nodes.clone(),
        select: selected(plan, opened),
        destination: plan.destination.clone(),
        recheck: plan.recheck,
        force: plan.force,
        goal,
        patience: Patience { deadline: plan.deadline.left(), ..plan.patience },
        seed_ratio: plan.seed_ratio,
        seed_time: plan.seed_time,
        economy: Economy::default(),
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
) -> Vec<JobOutcome> {
    if sources.is_empty() {
        return Vec::new();
    }
    let mut outcomes = match Session::new(plan.settings.clone()) {
        Ok(mut session) => {
            reporter.reached_at(&session.addresses());
            let jobs = sources.iter().map(|source| session.add(job(plan, source, goal))).collect();
            let running = Running { session, jobs, outcomes: BTreeMap::new() };
            running.run(plan, sources, reporter, interrupt)
        }
        Err(why) => sources.iter().map(|_| not_begun(&why)).collect(),
    };
    plan.pulse.rest();
    for outcome in &mut outcomes {
        // Reported as it was typed; the job had what was left of it when it began.
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

/// Jobs that have begun.
struct Running {
    session: Session,
    /// In the order of their sources.
    jobs: Vec<JobId>,
    /// Of those that have ended.
    outcomes: BTreeMap<JobId, JobOutcome>,
}

impl Running {
    /// Runs until all have ended; their outcomes are in the order of their sources.
    fn run(
        mut self,
        plan: &Plan,
        sources: &[&Opened],
        reporter: &mut Reporter<'_>,
        interrupt: &Interrupt,
    ) -> Vec<JobOutcome> {
        while !self.session.is_empty() {
            // No sign of life while all have failed, and only the disk is waited for.
            if !self.has_failed() {
                plan.pulse.beat();
                if interrupt.raised().is_some() {
                    self.session.end_all(|| Failure::Interrupted);
                }
            }
            for (id, event) in self.session.turn(LOOK) {
                match event {
                    JobEvent::Ended(outcome) => drop(self.outcomes.insert(id, *outcome)),
                    event => {
                        // Ids are given in order.
                        if let Ok(place) = self.jobs.binary_search(&id) {
                            reporter.on_event(sources[place].job, event);
                        }
                    }
                }
            }
        }
        plan.kept_nodes.keep(&self.session.dht_nodes());
        let outcome = |job: &JobId| self.outcomes.remove(job);
        self.jobs.iter().filter_map(outcome).collect()
    }

    fn has_failed(&self) -> bool {
        self.session.has_failed() && self.outcomes.values().all(|outcome| outcome.result.is_err())
    }
}

/// How a job ends where there can be no session.
fn not_begun(why: &Failure) -> JobOutcome {
    let result = Err(match why {
        Failure::NoThread(error) => {
            let errno = error.raw_os_error().map(io::Error::from_raw_os_error);
            Failure::NoThread(errno.unwrap_or_else(|| error.kind().into()))
        }
        why => Failure::Network(why.to_string()),
    });
    let (progress, shortfall) = (JobProgress::default(), Shortfall::default());
    JobOutcome { metainfo: None, progress, cut_off: BTreeMap::new(), shortfall, result }
}

/// How often the interrupt is looked at.
const LOOK: Duration = Duration::from_millis(100);
