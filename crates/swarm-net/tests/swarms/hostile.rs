//! Every hostile peer of the catalogue, each against a job of its own, all at once in one run.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use swarm_net::{CloseReason, Job, JobOutcome, Patience, Settings};
use test_kit::hostile::{HostilePeer, Script, Start, catalogue};
use test_kit::{Content, Folder, HonestPeer, Manners};
use torrent_core::metainfo::Protocol;

use crate::fetching::{Said, file, job, job_of_link, run, settings};

/// A hostile peer, and what it is to spoil.
struct Trial {
    peer: HostilePeer,
    content: Arc<Content>,
    folder: Folder,
}

/// What the hostile peers of a trial pretend to have.
struct Contents {
    v1: Arc<Content>,
    v2: Arc<Content>,
}

impl Contents {
    fn new(length: usize) -> Self {
        let of = |protocol| file(protocol, length, 64 << 10);
        Self { v1: of(Protocol::V1), v2: of(Protocol::V2) }
    }

    fn trial(&self, script: Script) -> Trial {
        let content = if script.start == Start::MagnetV2 { &self.v2 } else { &self.v1 };
        Trial {
            peer: HostilePeer::new(script, content.clone()),
            content: content.clone(),
            folder: Folder::new(""),
        }
    }
}

impl Trial {
    fn job(&self, others: &[SocketAddr], seconds: u64) -> Job {
        let peers = [&[self.peer.address()], others].concat();
        let job = match self.peer.script().start {
            Start::Torrent => job(&self.content, &self.folder, &peers),
            Start::Magnet | Start::MagnetV2 => job_of_link(&self.content, &self.folder, &peers),
        };
        Job {
            patience: Patience { deadline: Some(Duration::from_secs(seconds)), ..Patience::default() },
            ..job
        }
    }

    /// What is wrong with how the peer was cut off, if anything is.
    fn complaint(&self, outcome: &JobOutcome) -> Option<String> {
        let (name, reasons) = (self.peer.script().name, &outcome.cut_off);
        let Some(ending) = self.peer.endings().first().copied() else {
            return Some(format!("{name}: it is there for ever"));
        };
        println!("{:>5.1} s  {name}: {reasons:?}", ending.after.as_secs_f32());
        let in_time = ending.cut_off && ending.after < Duration::from_secs(60);
        let is_counted = reasons.keys().any(|why| *why != CloseReason::Stopping);
        (!in_time || !is_counted).then(|| format!("{name}: {ending:?}, {reasons:?}"))
    }
}

/// Peers that break no rule. They are cut off only because others give.
const LAWFUL: &str = "a seed that never unchokes";

#[test]
#[ignore = "takes a minute: tests/run has it among the judges"]
fn every_hostile_peer_is_cut_off_within_a_minute_for_a_reason() {
    let contents = Contents::new(1_000_000);
    let trials: Vec<_> = catalogue().into_iter().map(|script| contents.trial(script)).collect();
    let lasting = file(Protocol::V1, 4_000_000, 16 << 10);
    let steady = Manners { delay: Duration::from_millis(300), ..Manners::default() };
    let honest = HonestPeer::new(lasting.clone(), steady);
    let mut jobs: Vec<_> = trials.iter().map(|trial| trial.job(&[], 75)).collect();
    let lawful = trials.iter().position(|trial| trial.peer.script().name == LAWFUL).unwrap();
    let addresses = [trials[lawful].peer.address(), honest.address()];
    jobs[lawful] = Job { patience: jobs[0].patience, ..job(&lasting, &trials[lawful].folder, &addresses) };
    let mut said = Said::default();
    let all_ended = || trials.iter().all(|trial| !trial.peer.endings().is_empty());
    let settings = Settings { memory: 64 << 20, ..settings() };
    let outcomes = run(settings, jobs, &mut said, all_ended);
    let each = trials.iter().zip(&outcomes);
    let complaints: Vec<_> = each.filter_map(|(trial, outcome)| trial.complaint(outcome)).collect();
    assert_eq!(complaints, [""; 0]);
    let mut reasons: BTreeMap<CloseReason, u64> = BTreeMap::new();
    for (why, count) in outcomes.iter().flat_map(|outcome| &outcome.cut_off) {
        *reasons.entry(*why).or_default() += count;
    }
    println!("{} peers: {reasons:?}", trials.len());
}

#[test]
fn beside_one_honest_peer_every_download_completes() {
    let contents = Contents::new(1_000_000);
    let honest =
        [&contents.v1, &contents.v2].map(|content| HonestPeer::new(content.clone(), Manners::default()));
    let trials: Vec<_> = catalogue().into_iter().map(|script| contents.trial(script)).collect();
    let jobs = trials.iter().map(|trial| {
        let is_v2 = trial.peer.script().start == Start::MagnetV2;
        trial.job(&[honest[usize::from(is_v2)].address()], 100)
    });
    let settings = Settings { memory: 64 << 20, ..settings() };
    let outcomes = run(settings, jobs.collect(), &mut Said::default(), || false);
    for (trial, outcome) in trials.iter().zip(outcomes) {
        let name = trial.peer.script().name;
        outcome.result.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(trial.folder.read("file") == trial.content.bytes(), "{name}");
    }
}
