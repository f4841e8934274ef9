//! Web seeds (BEP 19): sources that have everything and never choke, but whose bandwidth somebody pays for.
//!
//! They are used at the start of a download, while peers are slow, and for the last pieces; otherwise they are left alone. Requests are
//! for long runs of pieces, because each is a HTTP request. A web seed that does not have the torrent or has other data is given up. One
//! that fails is asked again and again, later each time: how long to wait for it is for the driver to say. But if it gives bytes each
//! time and never a good piece, it is given up. One that lacks files is asked for what else it has (`lacks`). One that does not support
//! ranges is read from front to back, if it is the only source (`in_order`). One that is slow makes way for one that waits (`places`).

mod fate;
mod in_order;
mod lacks;
mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use torrent_core::layout::PieceRange;

use crate::engine::blame::Guilt;
use crate::engine::unwritten::most_unwritten;
use crate::engine::{Phase, Swarm};
use crate::geometry::Geometry;
use crate::limits::{BLOCK, WEB_JOBS, WEB_JOBS_ALL};
use crate::peer::RateMeter;
use crate::picker::{BlockSource, Picker};
use crate::piece_set::PieceSet;
use crate::wire::BlockAddress;
use crate::{Action, Report, Time, WebError, WebJob};
pub(crate) use fate::WebFate;
use places::Pace;

/// The web seeds of a torrent and what they are asked for.
#[derive(Debug)]
pub(crate) struct WebSeeds {
    seeds: Vec<WebSeed>,
    jobs: BTreeMap<WebJob, Job>,
    next: u64,
    /// Those that can take another request for a range, by their rank, and then by whose turn it is.
    ready: BTreeSet<(usize, u64, usize)>,
    /// Those that could if it were time, by when that is.
    resting: BTreeSet<(Time, usize)>,
    /// The turn of whoever goes to the end of the queue.
    turns: u64,
    /// Those of use that are known to lack files.
    lacking: BTreeSet<usize>,
    /// How many are of use.
    of_use: usize,
    /// Those of use that answer ranges with whole files.
    in_order: BTreeSet<usize>,
    /// Payload bytes from all of them.
    down: RateMeter,
}

#[derive(Debug)]
struct WebSeed {
    fate: WebFate,
    /// It has answered with a range.
    has_ranges: bool,
    /// Not to be asked before, whatever comes.
    not_before: Time,
    /// It failed, and is to be asked again then, or when a piece that it gave before turns out to be good.
    again: Time,
    /// Requests that failed since the last good piece.
    failures: u32,
    /// Those of them that gave something all the same.
    fruitless: u32,
    /// How many bad pieces came from it alone.
    strikes: u32,
    /// Requests that it has.
    jobs: usize,
    turn: u64,
    /// Where it stands in `ready` or `resting`, if it does.
    place: Option<Place>,
    /// Good pieces. As with peers, each doubles how many may be unverified.
    good: u32,
    down: RateMeter,
    /// It lost its place to others.
    is_slow: bool,
    /// Bytes that it sent in front of what it was asked for.
    skipped: u64,
    /// The pieces without bytes of files that it lacks; `None` as long as it is not known to lack any.
    has: Option<PieceSet>,
    /// Files that it turned out to lack.
    lacking: u32,
    /// How it has failed, as far as that was said.
    reported: BTreeSet<String>,
}

/// Where a web seed stands while it is not at work.
#[derive(Clone, Copy, Debug)]
enum Place {
    Ready(usize, u64),
    Resting(Time),
}

#[derive(Debug)]
struct Job {
    web_seed: usize,
    pieces: PieceRange,
    /// Blocks that are still to come.
    left: usize,
    requested_at: Time,
    /// When it last gave something; `None` until the driver says that the request has begun.
    last_data: Option<Time>,
    /// Bytes that it gave, needed or not.
    came: u64,
    pace: Pace,
    cancelled: bool,
}

impl WebSeeds {
    pub(crate) fn new(count: usize, first_job: WebJob) -> Self {
        let seed = || WebSeed {
            fate: WebFate::Used,
            has_ranges: false,
            not_before: Time::ZERO,
            again: Time::ZERO,
            failures: 0,
            fruitless: 0,
            strikes: 0,
            jobs: 0,
            turn: 0,
            place: None,
            good: 0,
            down: RateMeter::default(),
            is_slow: false,
            skipped: 0,
            has: None,
            lacking: 0,
            reported: BTreeSet::new(),
        };
        let mut web = Self {
            seeds: (0..count).map(|_| seed()).collect(),
            jobs: BTreeMap::new(),
            next: first_job.0,
            ready: BTreeSet::new(),
            resting: BTreeSet::new(),
            turns: 0,
            lacking: BTreeSet::new(),
            of_use: count,
            in_order: BTreeSet::new(),
            down: RateMeter::default(),
        };
        (0..count).for_each(|index| web.line_up(index, Time::ZERO));
        web
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.seeds.is_empty()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.seeds.len()
    }

    /// Whether any is of use.
    pub(crate) fn is_any_usable(&self) -> bool {
        self.of_use > 0
    }

    /// Whether none is at work, nor was of late.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.jobs.is_empty() && self.down.is_at_rest()
    }

    pub(crate) fn measure(&mut self, now: Time) {
        self.seeds.iter_mut().for_each(|seed| seed.down.measure(now));
        self.down.measure(now);
    }

    /// Bytes a second from all of them.
    pub(crate) fn rate(&self) -> f64 {
        self.down.rate()
    }

    /// Those of which nothing has come for so long.
    pub(crate) fn silent(&self, now: Time, hush: Duration) -> impl Iterator<Item = BlockSource> + '_ {
        let silent = self.jobs.values().filter(move |job| !job.cancelled && job.silence(now) >= hush);
        silent.map(|job| BlockSource::Web(job.web_seed))
    }

    /// In how many seconds each will have given what it was asked for.
    pub(crate) fn lasting(&self, now: Time) -> impl Iterator<Item = (f64, BlockSource)> + '_ {
        self.jobs.values().filter(|job| !job.cancelled).map(move |job| {
            let rate = self.seeds[job.web_seed].down.rate().max(f64::from(BLOCK) / 2.0);
            let waits = job.silence(now).as_secs_f64();
            ((job.left as f64 * f64::from(BLOCK) / rate).max(2.0 * waits), BlockSource::Web(job.web_seed))
        })
    }

    /// Puts a web seed where it belongs, after something of it has changed.
    fn line_up(&mut self, index: usize, now: Time) {
        let seed = &mut self.seeds[index];
        match seed.place.take() {
            Some(Place::Ready(rank, turn)) => self.ready.remove(&(rank, turn, index)),
            Some(Place::Resting(until)) => self.resting.remove(&(until, index)),
            None => false,
        };
        if seed.fate != WebFate::Used || self.in_order.contains(&index) || seed.jobs >= seed.most_jobs() {
            return;
        }
        let until = seed.not_before.max(seed.again);
        seed.place = Some(match until <= now {
            true => Place::Ready(seed.rank(), seed.turn),
            false => Place::Resting(until),
        });
        match until <= now {
            true => self.ready.insert((seed.rank(), seed.turn, index)),
            false => self.resting.insert((until, index)),
        };
    }

    /// Some web seeds that can take another request for a range, those with the fewest first.
    fn free(&mut self, now: Time) -> Vec<usize> {
        while let Some((_, index)) = self.resting.first().copied().filter(|(until, _)| *until <= now) {
            self.line_up(index, now);
        }
        let may_begin = |index: &usize| !self.seeds[*index].comes_last() || !self.has_better_at_work();
        self.ready.iter().take(LOOKS).map(|(.., index)| *index).filter(may_begin).collect()
    }

    /// There is nothing to ask a web seed for now: next time others are looked at first.
    fn pass(&mut self, index: usize, now: Time) {
        self.turns += 1;
        self.seeds[index].turn = self.turns;
        self.line_up(index, now);
    }

    /// A piece that it gave is good.
    pub(crate) fn credit(&mut self, source: BlockSource, now: Time) {
        if let BlockSource::Web(web_seed) = source {
            let seed = &mut self.seeds[web_seed];
            seed.good += 1;
            (seed.failures, seed.fruitless, seed.again) = (0, 0, Time::ZERO);
            self.line_up(web_seed, now);
        }
    }

    fn begin(&mut self, web_seed: usize, pieces: PieceRange, left: usize, now: Time) -> WebJob {
        let job = WebJob(self.next);
        self.next += 1;
        self.seeds[web_seed].jobs += 1;
        self.line_up(web_seed, now);
        let (last_data, pace) = (None, Pace::default());
        let doing =
            Job { web_seed, pieces, left, requested_at: now, last_data, came: 0, pace, cancelled: false };
        self.jobs.insert(job, doing);
        job
    }
}

impl Job {
    /// It gave so many bytes; none if it only says that it is us who wait.
    fn hear(&mut self, bytes: u64, now: Time) {
        self.last_data = Some(now);
        self.came += bytes;
        self.pace.hear(self.came, bytes == 0, now);
    }

    /// For how long it has given nothing.
    fn silence(&self, now: Time) -> Time {
        self.last_data.map_or(Time::ZERO, |last_data| now.saturating_sub(last_data))
    }
}

impl WebSeed {
    /// By how many requests it has; behind all others if it is slow.
    fn rank(&self) -> usize {
        self.jobs + if self.comes_last() { WEB_JOBS_ALL } else { 0 }
    }

    /// One that might turn out to know no ranges is asked for one thing at a time.
    fn most_jobs(&self) -> usize {
        if self.has_ranges && self.good > 0 { WEB_JOBS } else { 1 }
    }

    fn is_ready(&self, now: Time) -> bool {
        self.fate == WebFate::Used && self.not_before.max(self.again) <= now
    }
}

impl<B> Swarm<B> {
    /// Gives web seeds something to do, if they are needed.
    pub(crate) fn use_web_seeds(&mut self) {
        while self.web.jobs.len() < WEB_JOBS_ALL && self.needs_web_seeds() && self.use_web_seed() {}
        self.read_in_order();
    }

    /// Asks one of those that can be asked; false if there is nothing to ask them for. Each has its turn.
    fn use_web_seed(&mut self) -> bool {
        for web_seed in self.web.free(self.now) {
            if self.begin_job(web_seed) {
                return true;
            }
            self.web.pass(web_seed, self.now);
        }
        false
    }

    pub(crate) fn on_web_block(&mut self, job: WebJob, block: BlockAddress, data: B) {
        let length = u64::from(block.length);
        self.totals.down.add(length);
        let Some(doing) = self.web.jobs.get_mut(&job).filter(|job| job.pieces.contains(block.piece)) else {
            self.totals.duplicate += length;
            return;
        };
        doing.left = doing.left.saturating_sub(1);
        doing.hear(length, self.now);
        let source = BlockSource::Web(doing.web_seed);
        let seed = &mut self.web.seeds[doing.web_seed];
        seed.down.add(length);
        self.web.down.add(length);
        self.put(source, block, data);
    }

    pub(crate) fn on_web_ended(&mut self, job: WebJob, ranges: bool, result: Result<(), WebError>) {
        let Some(done) = self.web.jobs.remove(&job) else { return };
        let source = BlockSource::Web(done.web_seed);
        self.web.seeds[done.web_seed].has_ranges |= ranges;
        self.web.seeds[done.web_seed].jobs -= 1;
        self.release_pieces(source, done.pieces);
        let result = if done.left > 0 && result.is_ok() && !done.cancelled {
            Err(WebError::Failed("it sent less than it was asked for".into()))
        } else {
            result
        };
        match result {
            Err(error) if !done.cancelled => self.on_web_error(done.web_seed, error, done.came > 0),
            _ => {}
        }
        self.web.line_up(done.web_seed, self.now);
        self.use_web_seeds();
    }

    /// A web seed gave a bad piece.
    pub(crate) fn blame_web_seed(&mut self, web_seed: usize, guilt: Guilt) {
        let seed = &mut self.web.seeds[web_seed];
        seed.strikes += u32::from(guilt == Guilt::Proven);
        if seed.strikes >= STRIKES {
            self.give_up(web_seed, "its data is not that of the torrent");
        }
    }

    /// Ends requests that have stalled or whose pieces came from elsewhere, and starts those that are due.
    pub(crate) fn watch_web_seeds(&mut self) {
        self.web.measure(self.now);
        let (now, picker) = (self.now, &self.picker);
        let in_vain = |job: &Job| {
            let needed =
                picker.as_ref().is_some_and(|picker| job.pieces.iter().any(|piece| picker.needs(piece)));
            (job.left > 0 && !needed) || job.silence(now) > PATIENCE
        };
        let ended: Vec<WebJob> = self
            .web
            .jobs
            .iter()
            .filter(|(_, job)| !job.cancelled && in_vain(job))
            .map(|(id, _)| *id)
            .collect();
        for id in ended {
            let is_silent = self.web.jobs.get(&id).is_some_and(|job| job.silence(now) > PATIENCE);
            self.call_off(id, is_silent.then_some("it stopped sending"));
        }
        self.make_way();
        self.give_up_exhausted();
        self.use_web_seeds();
    }

    /// Ends a request early; `why` if it is the web seed's fault.
    fn call_off(&mut self, id: WebJob, why: Option<&str>) {
        let Some(job) = self.web.jobs.get_mut(&id) else { return };
        job.cancelled = true;
        let (pieces, web_seed, gave) = (job.pieces, job.web_seed, job.came > 0);
        self.actions.push_back(Action::WebCancel { job: id });
        self.release_pieces(BlockSource::Web(web_seed), pieces);
        if let Some(why) = why {
            self.on_web_error(web_seed, WebError::Failed(why.into()), gave);
            self.web.line_up(web_seed, self.now);
        }
    }

    /// Whether web seeds are to be used: at the start, at the end, and as long as peers give little.
    fn needs_web_seeds(&self) -> bool {
        let Some(picker) = self.picker.as_ref().filter(|_| self.phase == Phase::Fetching) else {
            return false;
        };
        let (done, wanted) = (self.totals.done, self.totals.wanted);
        let from_peers = self.totals.down.rate() - self.web.rate();
        let begins = done < wanted / 20;
        let ends = picker.missing().count() <= TAIL_PIECES || wanted - done < wanted / 20;
        begins || ends || from_peers < ENOUGH
    }

    /// Asks for a run of pieces that wait, or at the tail for a piece that others are slow with.
    fn begin_job(&mut self, web_seed: usize) -> bool {
        let Some(geometry) = self.picker.as_ref().map(Picker::geometry) else { return false };
        let most = self.most_pieces(web_seed, geometry);
        if most == 0 {
            return false;
        }
        let seed = &self.web.seeds[web_seed];
        // One that turns out to know none can go on with what it sends from the front. Where one lacks a file, it may lack more.
        let is_first = !seed.has_ranges && seed.has.is_none();
        let Some(picker) = &mut self.picker else { return false };
        let source = (BlockSource::Web(web_seed), seed.has.as_ref());
        let run = picker.begin_run(source, is_first, most);
        let run = run.or_else(|| picker.join_slowest(source).map(PieceRange::from));
        run.is_some_and(|pieces| self.web_get(web_seed, pieces))
    }

    /// So many pieces may be asked for now with one request: no more than the web seed may have that are not written, so that a request
    /// need not be stopped, and half of them at most, so that the next one is sent while it is answered.
    fn most_pieces(&self, web_seed: usize, geometry: &Geometry) -> u32 {
        let piece_blocks = (geometry.metainfo().piece_length() / u64::from(BLOCK)).max(1) as usize;
        let affordable = (self.budget / 4 / piece_blocks).max(1);
        let proven = 1 << self.web.seeds[web_seed].good.min(16);
        let jobs = self.web.jobs.values().filter(|job| job.web_seed == web_seed);
        let asked: usize = jobs.map(|job| job.pieces.len()).sum();
        let may_complete =
            self.unwritten.may_complete(BlockSource::Web(web_seed), geometry).saturating_sub(asked);
        may_complete.min(most_unwritten(geometry) / 2).min(affordable).min(proven) as u32
    }

    fn web_get(&mut self, web_seed: usize, pieces: PieceRange) -> bool {
        let Some(geometry) = self.picker.as_ref().map(Picker::geometry) else { return false };
        let bytes = geometry.metainfo().layout().bytes_of(pieces);
        let left = pieces.into_iter().map(|piece| geometry.blocks(piece)).sum();
        let job = self.web.begin(web_seed, pieces, left, self.now);
        let whole_files = self.web.in_order.contains(&web_seed);
        self.actions.push_back(Action::WebGet { job, web_seed, bytes, whole_files });
        true
    }

    /// A request failed; `gave`: after something had come.
    fn on_web_error(&mut self, web_seed: usize, error: WebError, gave: bool) {
        if self.phase != Phase::Fetching {
            return; // Nothing is asked again.
        }
        match &error {
            WebError::NoRanges => return self.on_no_ranges(web_seed),
            WebError::Lacks { file, why } => return self.on_lacking_file(web_seed, *file, why),
            _ => {}
        }
        let longest = if self.totals.down.rate() < ANYTHING { LONGEST_WAIT_ALONE } else { LONGEST_WAIT };
        let seed = &mut self.web.seeds[web_seed];
        seed.failures = (seed.failures + 1).min(FAILURES_COUNTED);
        seed.fruitless += u32::from(gave);
        let doubled = 2_u32.pow(seed.failures);
        match &error {
            WebError::Busy { retry_after } => {
                let wait = retry_after.unwrap_or(BUSY).clamp(BUSY_MIN * doubled / 2, LONGEST_WAIT);
                seed.not_before = self.now + wait;
                self.report_wait(web_seed, &error, wait);
            }
            // It gave good pieces until now: servers cut connections that have served their time.
            WebError::Failed(_) if seed.failures == 1 && seed.good > 0 => {}
            WebError::Failed(_) if seed.fruitless < FRUITLESS => {
                let wait = (FIRST_WAIT * doubled).min(longest);
                seed.again = self.now + wait;
                self.report_wait(web_seed, &error, wait);
            }
            _ => self.retire(web_seed, WebFate::after(&error), &error.to_string()),
        }
    }

    /// Says how a web seed has failed, if that is news.
    fn report_wait(&mut self, web_seed: usize, error: &WebError, wait: Duration) {
        let reported = &mut self.web.seeds[web_seed].reported;
        if reported.len() < REPORTED && reported.insert(error.to_string()) {
            let message = format!("{error}: it is asked again in {} s", wait.as_secs());
            self.report(Report::WebSeed { web_seed, message, way_out: None });
        }
    }

    /// Pieces that a web seed was asked for are free for others.
    fn release_pieces(&mut self, source: BlockSource, pieces: PieceRange) {
        let Some(picker) = &mut self.picker else { return };
        for piece in pieces {
            let Some(open) = picker.get(piece) else { continue };
            let claims: Vec<BlockAddress> =
                open.claims().filter(|(_, other)| *other == source).map(|(block, _)| block).collect();
            claims.into_iter().for_each(|block| picker.release(block, source));
            let thrown_away = picker.disown(piece, source);
            self.totals.throw_away(thrown_away);
        }
    }
}

/// Web seeds that are looked at for something to do at a time.
const LOOKS: usize = 4;
/// Bad pieces that a web seed alone gave: one may be an accident of a mirror that is being updated.
const STRIKES: u32 = 2;
/// Ways to fail that are reported of each web seed: what stands in the message may be new each time.
const REPORTED: usize = 4;
/// Half of the wait after the first failure; each further failure doubles the wait.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// How long a busy web seed is left alone if it does not say.
const BUSY: Duration = Duration::from_secs(30);
/// Failures after which a web seed is given up if something came each time and no good piece: it would look as if it went on for ever.
const FRUITLESS: u32 = 5;
/// How long a busy web seed is left alone at least, whatever it says (`Retry-After: 0`); doubled with each further failure.
const BUSY_MIN: Duration = Duration::from_secs(1);
/// How long a web seed is left alone at most: that a server is busy or down says little about what it is after ten minutes.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// The same for one that failed while nobody else gives anything: all that it costs is the request.
const LONGEST_WAIT_ALONE: Duration = Duration::from_secs(60);
/// Successive failures that lengthen the wait.
const FAILURES_COUNTED: u32 = 9;
/// Bytes a second below which nobody gives anything.
const ANYTHING: f64 = 1.0;
/// How long a request may go without a byte.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes a second from peers above which web seeds are left alone.
const ENOUGH: f64 = 4.0 * 1024.0 * 1024.0;
/// With so few pieces missing, web seeds are used whatever peers give.
const TAIL_PIECES: u32 = 16;
