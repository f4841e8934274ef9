//! Torrents in a session, until all have stopped or the user ends it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cli_kit::{Exit, Failure, escape_path};
use swarm_net::{Destination, Goal, Job, JobEvent, JobId, JobOutcome, RecordReader, Session, Source};
use torrent_core::metainfo::Metainfo;

use crate::asleep;
use crate::link::{Whereabouts, has_tracker};
use crate::offer::Offer;
use crate::plan::Plan;
use crate::report::Reporter;

/// What is offered.
pub(crate) struct Offering {
    session: Session,
    whereabouts: Whereabouts,
    /// Reads torrents again that sleep, if any may.
    reader: Option<Arc<RecordReader>>,
    /// What is offered, until it ends.
    jobs: HashMap<JobId, Offered>,
    /// What each path stands for, while it is offered.
    by_path: HashMap<PathBuf, JobId>,
    /// What has this info hash, while it is offered.
    by_hash: HashMap<Vec<u8>, JobId>,
    /// What is the same torrent as another, by path: it takes the place of that if that goes.
    spares: BTreeMap<PathBuf, Offer>,
    /// Names of all torrents that were ever offered: the server's path of that name may be another's.
    names: HashSet<Vec<u8>>,
}

/// One torrent that is offered.
struct Offered {
    /// Its place among the offers.
    number: usize,
    path: PathBuf,
    hashes: Vec<Vec<u8>>,
}

impl Offering {
    /// Listens; nothing is offered yet.
    ///
    /// # Errors
    /// It cannot.
    pub(crate) fn new(plan: &Arc<Plan>) -> Result<Self, Failure> {
        let session = Session::new(plan.settings.clone()).map_err(|why| unable(plan, &why))?;
        let whereabouts = Whereabouts::new(plan, session.addresses());
        let (by_path, by_hash, spares, names) =
            (HashMap::new(), HashMap::new(), BTreeMap::new(), HashSet::new());
        let (reader, jobs) = (asleep::reader(plan, job), HashMap::new());
        Ok(Self { session, whereabouts, reader, jobs, by_path, by_hash, spares, names })
    }

    /// Where others find us.
    pub(crate) fn whereabouts(&self) -> &Whereabouts {
        &self.whereabouts
    }

    /// Offers a torrent, which goes by this number. Gives whether it sleeps: of others, the session tells when peers are answered.
    fn add(&mut self, plan: &Plan, number: usize, path: PathBuf, offer: &Offer) -> bool {
        let job = job(plan, offer.metainfo.clone(), offer.place.destination.clone());
        let reader = self.reader.as_ref().filter(|_| offer.is_placed_by_name && self.jobs.len() >= AWAKE);
        let record = reader.and_then(|reader| reader.record(offer.torrent.as_deref()?, &job));
        let asleep = record.and_then(|record| self.session.add_asleep(record).ok());
        let id = asleep.unwrap_or_else(|| self.session.add(job));
        let hashes = offer.hashes();
        self.by_hash.extend(hashes.iter().map(|hash| (hash.clone(), id)));
        self.by_path.insert(path.clone(), id);
        self.jobs.insert(id, Offered { number, path, hashes });
        self.names.insert(offer.metainfo.name().to_vec());
        asleep.is_some()
    }

    /// Offers what has come, unless something else is the same torrent.
    pub(crate) fn take_in(
        &mut self,
        plan: &Plan,
        path: PathBuf,
        mut offer: Offer,
        reporter: &mut Reporter<'_>,
    ) {
        let other = offer.hashes().into_iter().find_map(|hash| self.by_hash.get(&hash));
        if let Some(other) = other.and_then(|id| self.jobs.get(id)) {
            reporter.duplicate(&offer, &escape_path(&other.path));
            self.spares.insert(path, offer);
            return;
        }
        offer.is_only_of_its_name &= !self.names.contains(offer.metainfo.name());
        let number = reporter.take_in(&offer, &self.whereabouts);
        if self.add(plan, number, path, &offer) {
            reporter.offered(number);
        }
    }

    /// What was at a path has gone.
    pub(crate) fn drop_offer(&mut self, plan: &Plan, path: &Path, reporter: &mut Reporter<'_>) {
        self.spares.remove(path);
        let Some(offered) = self.by_path.get(path).copied().and_then(|id| self.forget(id)) else { return };
        reporter.dropped(offered.number);
        self.replace(plan, &offered, reporter);
    }

    /// Lets a torrent go, that has ended or is to end.
    fn forget(&mut self, id: JobId) -> Option<Offered> {
        let offered = self.jobs.remove(&id)?;
        self.session.remove(id);
        for hash in &offered.hashes {
            self.by_hash.remove(hash);
        }
        if self.by_path.get(&offered.path) == Some(&id) {
            self.by_path.remove(&offered.path);
        }
        Some(offered)
    }

    /// Offers what was the same torrent as one that is not offered any more.
    fn replace(&mut self, plan: &Plan, gone: &Offered, reporter: &mut Reporter<'_>) {
        let is_free = |offer: &Offer, by_hash: &HashMap<_, _>| {
            let hashes = offer.hashes();
            hashes.iter().any(|hash| gone.hashes.contains(hash))
                && !hashes.iter().any(|hash| by_hash.contains_key(hash))
        };
        // A hybrid torrent has two hashes, and may have kept two others out.
        loop {
            let free = self.spares.iter().find(|(_, offer)| is_free(offer, &self.by_hash));
            let Some(path) = free.map(|(path, _)| path.clone()) else { return };
            let Some(offer) = self.spares.remove(&path) else { return };
            self.take_in(plan, path, offer, reporter);
        }
    }

    /// Nodes of the DHT to begin with the next time.
    pub(crate) fn dht_nodes(&self) -> Vec<SocketAddr> {
        self.session.dht_nodes()
    }

    /// How many swarms and peers our tracker knows, if there is one.
    pub(crate) fn tracker_size(&self) -> Option<(usize, usize)> {
        self.session.tracker_size()
    }

    /// Whether all have ended.
    pub(crate) fn is_over(&self) -> bool {
        self.session.is_empty()
    }

    /// Waits for something to happen, for a moment at most, and tells of it. Gives what that means for the end.
    pub(crate) fn turn(&mut self, plan: &Plan, reporter: &mut Reporter<'_>) -> Exit {
        let mut exit = Exit::Yes;
        if reporter.world.interrupt.raised().is_some() {
            self.session.end_all(|| swarm_net::Failure::Interrupted);
        }
        for (id, event) in self.session.turn(LOOK) {
            let Some(number) = self.jobs.get(&id).map(|offered| offered.number) else { continue };
            if matches!(event, JobEvent::Damaged { .. }) {
                exit = exit.max(Exit::LocalIo);
            }
            match event {
                JobEvent::Ended(outcome) => {
                    exit = exit.max(reporter.ended(number, &outcome));
                    self.on_end(plan, id, &outcome, reporter);
                }
                event => reporter.on_event(number, event),
            }
        }
        exit
    }

    /// What has failed makes room for another that is the same; what has given as much as it is to give needs none.
    fn on_end(&mut self, plan: &Plan, id: JobId, outcome: &JobOutcome, reporter: &mut Reporter<'_>) {
        let Some(offered) = self.forget(id) else { return };
        if outcome.result.is_err() && reporter.world.interrupt.raised().is_none() {
            self.replace(plan, &offered, reporter);
        }
    }
}

/// The job that offers a torrent whose data is there.
pub(crate) fn job(plan: &Plan, metainfo: Arc<Metainfo>, destination: Destination) -> Job {
    Job {
        trackers: plan.trackers.clone(),
        peers: plan.peers.clone(),
        allow_private: plan.allow_private,
        dht_nodes: plan.dht_nodes.clone(),
        own_trackers: plan.recipe.trackers.concat(),
        destination,
        goal: Goal::Offer(plan.check),
        economy: plan.economy_of(has_tracker(plan, &metainfo)),
        seed_ratio: plan.seed_ratio,
        seed_time: plan.seed_time,
        ..Job::new(Source::Torrent(metainfo), "")
    }
}

/// There can be no session.
fn unable(plan: &Plan, why: &swarm_net::Failure) -> Failure {
    let failure = Failure::new(Exit::Network, why.to_string());
    let hint = plan.settings.port.map(|_| "`--port` names another; without it, one that is free is taken");
    failure.hint_if(hint)
}

/// How often the interrupt is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// So many torrents are awake all the time; others sleep until a peer asks for them.
pub(crate) const AWAKE: usize = 100;
