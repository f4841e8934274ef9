//! A job while it runs: its engine, and what the engine leaves to others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use piece_hash::{Sha1Digest, Sha256Digest};
use swarm::tracker::Announcer;
use swarm::{CloseReason, Config, ConnectionId, Swarm, Time, WebJob};
use torrent_core::data::Watch;
use torrent_core::limits;
use torrent_core::magnet::Peer;
use torrent_core::metainfo::{Fields, Metainfo, Refusal, torrent_around};

use crate::attached::attached_networks;
use crate::disk::{Offer, StorageParams};
use crate::job::{Failure, Job, JobOutcome, JobProgress, Source};
use crate::job_id::JobId;
use crate::named::{Named, bound, named, strangers, tiers, urls_of};
use crate::pool::Block;
use crate::random;
use crate::rate::Bucket;
use crate::stage::{JobStage, Leaving};
use crate::tables::{memory_for_tables, tables, tables_limit};

/// A job while it runs.
pub(crate) struct Torrent {
    pub(crate) id: JobId,
    pub(crate) job: Job,
    pub(crate) stage: JobStage,
    /// Its engine, once there is somebody to talk to: for a link at once, for a torrent when what lies on disk is known.
    pub(crate) swarm: Option<Swarm<Block>>,
    /// The number of its engine: what was asked for one that was dropped is not for the next.
    pub(crate) engine: u32,
    pub(crate) metainfo: Option<Arc<Metainfo>>,
    /// Bytes that what is kept of it takes, once it is known.
    tables: u64,
    /// When something is due for it, as the session knows.
    pub(crate) deadline: Option<Time>,
    /// How many blocks its engine may use, as the engine knows it.
    pub(crate) budget: Option<usize>,
    /// Where peers find us.
    port: u16,
    peer_id: [u8; 20],
    /// By which trackers know us again.
    key: u32,
    /// In the engine's order.
    pub(crate) trackers: Vec<Named>,
    /// In the engine's order.
    pub(crate) web_seeds: Vec<Named>,
    /// The user knows that its pieces are large.
    pub(crate) has_warned_of_pieces: bool,
    pub(crate) checking: Arc<Checking>,
    /// Bytes of content that clients of HTTP took.
    pub(crate) given_to_web: u64,
    /// Bytes that may be sent of it.
    pub(crate) upload: Bucket,
    /// Lists of peers that are being looked up.
    pub(crate) lookups: usize,
    /// Until then somebody may come that nobody named.
    pub(crate) hopes_until: Time,
    /// The DHT may be asked for its peers.
    pub(crate) is_for_dht: bool,
    /// When it joined the session.
    joined: Time,
    /// When the last payload came that was asked for and needed, and how much there was of it at most.
    pub(crate) last_payload: (Time, u64),
    /// What engines had counted that it had before it was paused.
    earlier: Counted,
}

/// What a torrent's engines had counted when they were dropped.
#[derive(Default)]
pub(crate) struct Counted {
    pub(crate) progress: JobProgress,
    cut_off: BTreeMap<CloseReason, u64>,
}

/// How far hashing what is there has come; and the way to stop it.
#[derive(Default)]
pub(crate) struct Checking {
    bytes: AtomicU64,
    stop: AtomicBool,
}

impl Torrent {
    /// A job that joins a session at `now`, and what the user is to know of it; peers will find us at `port`.
    pub(crate) fn new(id: JobId, job: Job, port: u16, now: Time) -> (Self, Vec<String>) {
        let (mut tracker_urls, mut seed_urls) = urls_of(&job);
        let mut remarks = Vec::new();
        remarks.extend(bound("trackers", &mut tracker_urls));
        remarks.extend(bound("web seeds", &mut seed_urls));
        let metainfo = match &job.source {
            Source::Torrent(metainfo) => Some(Arc::clone(metainfo)),
            Source::Magnet(_) => job.found.clone(),
        };
        let torrent = Self {
            id,
            stage: JobStage::Metadata,
            swarm: None,
            engine: 0,
            tables: 0,
            deadline: None,
            budget: None,
            metainfo,
            port,
            peer_id: peer_id(),
            key: random::number(),
            trackers: named(&job, &job.trackers, tracker_urls),
            web_seeds: named(&job, &job.web_seeds, seed_urls),
            has_warned_of_pieces: false,
            checking: Arc::default(),
            given_to_web: 0,
            upload: Bucket::new(job.economy.max_upload),
            lookups: 0,
            hopes_until: Time::ZERO,
            is_for_dht: false,
            joined: now,
            last_payload: (now, 0),
            earlier: Counted::default(),
            job,
        };
        (torrent, remarks)
    }

    /// What the engine is made with, if the user allows so much `memory`.
    pub(crate) fn config(&self, memory: u64) -> Config {
        let (v1, v2) = self.info_hashes();
        let metadata = usize::try_from(tables_limit(memory)).unwrap_or(usize::MAX);
        Config {
            info_hash_v1: v1,
            info_hash_v2: v2,
            trackers: self.tiers(),
            web_seeds: self.web_seeds.iter().map(|seed| seed.text.clone()).collect(),
            listen_port: Some(self.port),
            dht: self.is_for_dht,
            strangers: strangers(&self.job),
            networks: attached_networks(),
            connections: self.job.economy.connections(),
            first_web_job: WebJob(u64::from(self.engine) << 32),
            metadata: metadata.min(swarm::limits::METADATA),
            origin: self.job.economy.one_copy.clone(),
            ..Config::new(u64::from_ne_bytes(random::bytes()), self.peer_id)
        }
    }

    /// How we announce ourselves to trackers: a hybrid has a swarm for each of its halves (BEP 52, "upgrade path"), which trackers know
    /// by its hash, that of v2 cut short.
    pub(crate) fn announcers(&self) -> Vec<Announcer> {
        let Self { port, peer_id, key, .. } = *self;
        let announcer = |info_hash| Announcer { info_hash, peer_id, port, key };
        self.short_hashes().into_iter().map(announcer).collect()
    }

    /// The info hashes that a handshake may have: v1, or the first 20 bytes of v2.
    pub(crate) fn short_hashes(&self) -> Vec<[u8; 20]> {
        let (v1, v2) = self.info_hashes();
        v1.into_iter().chain(v2.and_then(|hash| hash.first_chunk().copied())).collect()
    }

    fn info_hashes(&self) -> (Option<Sha1Digest>, Option<Sha256Digest>) {
        match (&self.metainfo, &self.job.source) {
            (Some(metainfo), _) | (None, Source::Torrent(metainfo)) => {
                (metainfo.info_hash_v1(), metainfo.info_hash_v2())
            }
            (None, Source::Magnet(magnet)) => (magnet.info_hash_v1, magnet.info_hash_v2),
        }
    }

    /// Whether nobody but its trackers and the user names its peers (BEP 27), as far as that is known.
    pub(crate) fn is_private(&self) -> bool {
        self.metainfo.as_ref().is_some_and(|metainfo| metainfo.private() == Some(true))
    }

    /// Whether it lies there to be given to others.
    pub(crate) fn is_offered(&self) -> bool {
        self.job.goal.check().is_some()
    }

    /// The URLs of its trackers, by tier.
    fn tiers(&self) -> Vec<Vec<String>> {
        let texts = |tier: &[Named]| tier.iter().map(|tracker| tracker.text.clone()).collect();
        tiers(&self.job, &self.trackers).into_iter().map(texts).collect()
    }

    /// What goes where on disk.
    ///
    /// # Errors
    /// The selection makes no sense for this torrent.
    pub(crate) fn storage_params(&self, metainfo: &Arc<Metainfo>) -> Result<StorageParams, Failure> {
        let selected = match &self.job.select {
            Some(select) => select.of(metainfo.files())?,
            None => vec![true; metainfo.files().len()],
        };
        let (output, naming) = self.job.destination.of(metainfo);
        Ok(StorageParams {
            metainfo: Arc::clone(metainfo),
            selected,
            output,
            naming,
            recheck: self.job.recheck,
            force: self.job.force,
            offer: self.job.goal.check().map(|check| Offer { check, state: None }),
            watch: Arc::clone(&self.checking) as _,
        })
    }

    /// How many pieces there are, once that is known.
    pub(crate) fn pieces(&self) -> Option<u32> {
        let metainfo = self.metainfo.as_ref()?;
        if matches!(self.stage, JobStage::Metadata) {
            return None;
        }
        Some(metainfo.layout().pieces()?.count())
    }

    /// Puts the piece layers that peers gave beside the metadata. False if they are not all there.
    pub(crate) fn take_layers(&mut self) -> bool {
        let layers = self.swarm.as_ref().and_then(Swarm::piece_layers);
        let (Some(layers), Some(metainfo)) = (layers, &self.metainfo) else { return false };
        let layered = metainfo_of(metainfo.raw_info().to_vec(), &layers, u64::MAX);
        self.metainfo = layered.map(Arc::new).ok().or(self.metainfo.take());
        true
    }

    /// How many blocks may be read of a peer now.
    pub(crate) fn readable_blocks(&self, peer: ConnectionId) -> usize {
        self.swarm.as_ref().and_then(|swarm| swarm.readable_blocks(peer)).unwrap_or(usize::MAX)
    }

    /// Blocks that its engine has asked for or holds, or may at any time.
    pub(crate) fn committed(&self) -> usize {
        self.swarm.as_ref().map_or(0, Swarm::committed)
    }

    /// Bytes that are kept of the torrent itself while it is fetched.
    pub(crate) fn tables(&self) -> u64 {
        self.tables
    }

    /// Why so many `tables` cannot be kept beside those of `others`, if the user allows so much `memory`.
    pub(crate) fn refusal_of_tables(&self, others: u64, memory: u64) -> Option<Failure> {
        let limit = tables_limit(memory).saturating_sub(others);
        let needed = self.tables;
        (needed > limit).then_some(Failure::Tables {
            needed,
            limit,
            memory: memory_for_tables(needed + others),
        })
    }

    /// The torrent is known.
    pub(crate) fn set_metainfo(&mut self, metainfo: &Arc<Metainfo>) {
        self.tables = tables(metainfo, &self.job.destination.of(metainfo).1);
        self.metainfo = Some(Arc::clone(metainfo));
    }

    /// How many blocks a piece has, while pieces are fetched or may be.
    pub(crate) fn blocks_a_piece(&self) -> Option<usize> {
        let piece_length = self.metainfo.as_ref().map_or(limits::BLOCK, |metainfo| metainfo.piece_length());
        usize::try_from(piece_length.div_ceil(limits::BLOCK)).ok().filter(|_| self.stage.wants_pieces())
    }

    /// How far the job is.
    pub(crate) fn progress(&self) -> JobProgress {
        let checking =
            matches!(self.stage, JobStage::Preparing).then(|| self.checking.bytes.load(Ordering::Relaxed));
        let earlier = self.earlier.progress;
        let web = earlier.web + self.given_to_web;
        let Some(swarm) = &self.swarm else {
            return JobProgress { checking, web, ..earlier };
        };
        let progress = swarm.progress();
        JobProgress {
            wanted: progress.wanted,
            done: progress.done,
            downloaded: earlier.downloaded + progress.downloaded,
            wasted: earlier.wasted + progress.duplicate + progress.bad,
            uploaded: earlier.uploaded + progress.uploaded,
            download_rate: progress.download_rate as u64,
            upload_rate: progress.upload_rate as u64,
            peers: progress.peers,
            checking,
            web,
            bill: progress.bill.map(|bill| bill.after(earlier.bill)),
        }
    }

    /// How many peers were disconnected, by reason.
    fn cut_off(&self) -> BTreeMap<CloseReason, u64> {
        let mut cut_off = self.earlier.cut_off.clone();
        let closed = self.swarm.as_ref().map(|swarm| swarm.progress().closed).unwrap_or_default();
        closed.into_iter().for_each(|(why, count)| *cut_off.entry(why).or_default() += count);
        cut_off
    }

    /// Lets the engine go. What it counted stays.
    pub(crate) fn drop_engine(&mut self) {
        let progress = JobProgress { download_rate: 0, upload_rate: 0, peers: 0, ..self.progress() };
        self.earlier = Counted { progress, cut_off: self.cut_off() };
        self.given_to_web = 0;
        (self.swarm, self.budget) = (None, None);
    }

    /// It wakes: others announce it under this identity, and what was counted before it slept stays.
    pub(crate) fn wake_as(&mut self, (peer_id, key): ([u8; 20], u32), earlier: Option<Counted>) {
        (self.peer_id, self.key) = (peer_id, key);
        self.trackers.clear();
        self.earlier = earlier.unwrap_or_default();
    }

    /// What its engines counted, when it goes to sleep.
    pub(crate) fn into_earlier(mut self) -> Counted {
        self.drop_engine();
        self.earlier
    }

    /// It goes on after a pause of so long.
    pub(crate) fn excuse_pause(&mut self, pause: Duration, now: Time) {
        self.joined += pause;
        self.last_payload = (now, 0);
    }

    /// There is somebody who could be asked for peers, or for the torrent itself.
    pub(crate) fn has_somebody_to_ask(&self) -> bool {
        let has_peers = match &self.job.source {
            Source::Magnet(magnet) => !magnet.peers.is_empty(),
            Source::Torrent(_) => false,
        };
        // They have the files, but not the metadata.
        let has_web_seeds = self.metainfo.is_some() && !self.web_seeds.is_empty();
        self.is_for_dht
            || has_peers
            || has_web_seeds
            || !(self.job.peers.is_empty() && self.trackers.is_empty())
    }

    /// Nodes of the DHT that the torrent names (BEP 5).
    pub(crate) fn nodes(&self) -> Vec<Peer> {
        let nodes = self.metainfo.iter().flat_map(|metainfo| &metainfo.advisory().nodes);
        let node = |(host, port): &(Vec<u8>, u16)| Peer {
            host: String::from_utf8_lossy(host).into_owned(),
            port: *port,
        };
        nodes.map(node).filter(Peer::can_be_found).collect()
    }

    /// Why it fails now, if any of its limits of time is over.
    pub(crate) fn failure_now(&mut self, now: Time) -> Option<Failure> {
        let patience = self.job.patience;
        if !self.stage.wants_pieces() {
            return None;
        }
        let is_fetching = matches!(self.stage, JobStage::Fetching);
        let progress = self.swarm.as_ref().map(Swarm::progress).unwrap_or_default();
        // A disk that is slow to write or to sync is no stall.
        let is_written = progress.done == progress.wanted;
        let has_unwritten = self.swarm.as_ref().is_some_and(Swarm::has_unwritten);
        let useful = progress.useful;
        if useful > self.last_payload.1 || is_written || has_unwritten || !is_fetching {
            self.last_payload = (now, useful.max(self.last_payload.1));
        }
        let over =
            |limit: Option<Duration>, since: Time| limit.filter(|limit| now >= since.saturating_add(*limit));
        let deadline = over(patience.deadline, self.joined).map(Failure::Deadline);
        let has_none = matches!(self.stage, JobStage::Metadata | JobStage::Layers { .. });
        let metadata = || over(patience.metadata, self.joined).filter(|_| has_none);
        let stall = || over(patience.stall, self.last_payload.0).map(Failure::Stalled);
        deadline
            .or_else(|| metadata().map(Failure::NoMetadata))
            .or_else(stall)
            .or_else(|| self.no_source_left(is_written || has_unwritten).filter(|_| now >= self.hopes_until))
    }

    /// The failure of a torrent that has nobody left to ask for what is missing; while it is only `being_written`, nothing is.
    fn no_source_left(&self, being_written: bool) -> Option<Failure> {
        let is_waited_for = self.lookups > 0 || self.is_for_dht;
        let swarm = self.swarm.as_ref().filter(|swarm| !is_waited_for && swarm.has_no_source_left())?;
        match self.stage {
            JobStage::Metadata => Some(Failure::NobodyHasMetadata),
            JobStage::Fetching if being_written => None,
            JobStage::Fetching if swarm.contacts().web_seeds_given_up > 0 => Some(Failure::WebSeedsGivenUp),
            JobStage::Fetching => Some(Failure::NobodyToAsk),
            _ => None,
        }
    }

    /// All of it is there, and it has stayed as long as it was to stay.
    pub(crate) fn has_seeded(&self, now: Time) -> bool {
        if !matches!(self.stage, JobStage::Seeding { .. }) {
            return false;
        }
        let progress = self.progress();
        let by_time = self.stays_until().map(|until| now >= until);
        // What is lost for now is no reason to end.
        let is_lost = self.job.goal.check().is_some() && progress.wanted == 0;
        let has_given = |ratio| progress.uploaded as f64 >= ratio * progress.wanted as f64;
        let by_ratio = self.job.seed_ratio.map(|ratio: f64| !is_lost && has_given(ratio));
        let by_copies = self.job.economy.are_there(progress.bill.as_ref());
        let limits = [by_time, by_ratio, by_copies];
        let is_bounded = limits != [None; 3];
        limits.contains(&Some(true)) || !is_bounded && self.job.goal.check().is_none()
    }

    /// When something is due for it: for its engine, or because it has stayed as long as it was to stay.
    pub(crate) fn next_deadline(&self) -> Option<Time> {
        let engine = self.swarm.as_ref().and_then(Swarm::next_deadline);
        engine.into_iter().chain(self.stays_until()).min()
    }

    /// Until when it gives to others, if time is to end that.
    pub(crate) fn stays_until(&self) -> Option<Time> {
        let JobStage::Seeding { since } = self.stage else { return None };
        self.job.seed_time.map(|time| since.saturating_add(time))
    }

    /// How it ended; `None` if it was removed.
    pub(crate) fn outcome(self) -> Option<JobOutcome> {
        let progress = self.progress();
        let cut_off = self.cut_off();
        let JobStage::Leaving(leaving) = self.stage else { return None };
        let Leaving { result, shortfall, .. } = *leaving;
        let result = result?;
        Some(JobOutcome { metainfo: self.metainfo, progress, cut_off, shortfall, result })
    }
}

impl Checking {
    /// Lets hashing end.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Watch for Checking {
    fn advance(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// The torrent whose info dictionary came from peers, and the piece layers, if they came as well. Its list of files may take `limit`
/// bytes of memory.
pub(crate) fn metainfo_of(
    info: Vec<u8>,
    layers: &BTreeMap<Sha256Digest, Vec<Sha256Digest>>,
    limit: u64,
) -> Result<Metainfo, Refusal> {
    let torrent = torrent_around(info, &Fields::new(), (!layers.is_empty()).then_some(layers));
    Metainfo::parse_within(torrent, limit).map(|parsed| parsed.metainfo)
}

/// BEP 20: who we are, the version, and random letters.
pub(crate) fn peer_id() -> [u8; 20] {
    let mut id = *b"-PW0100-............";
    for (place, byte) in id[8..].iter_mut().zip(random::bytes::<12>()) {
        *place = LETTERS[usize::from(byte) % LETTERS.len()];
    }
    id
}

const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
