//! Web seeds that answer ranges with whole files: streams, which are read from front to back.
//!
//! To get a piece, everything in front of it has to be received as well. So only one stream is used at a time, and only if the other
//! sources give next to nothing. Each request goes on where the last one ended, and takes every missing piece as it passes by. A stream
//! that breaks off is read from the front again, but the bytes received in vain are limited.

use super::{WebFate, WebSeeds};
use crate::engine::{Phase, Swarm};
use crate::limits::BLOCK;
use crate::picker::{Picker, Source};
use crate::{Report, Time, WebJob};

/// How far a web seed without ranges has been read.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// The piece behind the last request, if the driver can read on from there.
    pub(super) at: Option<u32>,
    /// Bytes that passed by unneeded.
    skipped: u64,
}

impl WebSeeds {
    /// The streams that can be read now, one of them: rather one that is open than another.
    fn free_streams(&self, now: Time) -> Vec<usize> {
        let stream = |index: usize| self.seeds[index].stream.as_ref();
        if self.streams == 0 || self.jobs.values().any(|job| stream(job.web_seed).is_some()) {
            return Vec::new();
        }
        let is_free = |index: &usize| self.seeds[*index].is_ready(now) && stream(*index).is_some();
        let mut free: Vec<usize> = (0..self.seeds.len()).filter(is_free).collect();
        free.sort_by_key(|index| stream(*index).is_none_or(|stream| stream.at.is_none()));
        free.truncate(super::LOOKS);
        free
    }

    /// Bytes a second from streams.
    fn stream_rate(&self) -> f64 {
        self.stream_down.rate()
    }

    /// Whether any of use is no stream.
    fn has_others(&self) -> bool {
        self.of_use > self.streams
    }
}

impl<B> Swarm<B> {
    /// Reads on, if nobody else gives.
    pub(super) fn use_streams(&mut self) {
        if self.needs_streams() {
            self.web.free_streams(self.now).into_iter().any(|web_seed| self.read_on(web_seed));
        }
    }

    /// Asks a stream for what comes next of what lacks; false if it has nothing of that.
    fn read_on(&mut self, web_seed: usize) -> bool {
        let most = self.picker.as_ref().map(|picker| self.most_pieces(web_seed, picker.geometry()));
        let (Some(most), Some(picker)) = (most, &mut self.picker) else { return false };
        let seed = &self.web.seeds[web_seed];
        let at = seed.stream.as_ref().and_then(|stream| stream.at).unwrap_or_default();
        let pieces = picker.begin_forwards((Source::Web(web_seed), seed.has.as_ref()), at, most);
        pieces.is_some_and(|pieces| self.web_get(web_seed, pieces))
    }

    /// Whether all others give too little; if they were asked for all that lacks, anything is enough.
    fn needs_streams(&self) -> bool {
        let has_free = self.picker.as_ref().is_some_and(Picker::has_free);
        let from_others = self.totals.down.rate() - self.web.stream_rate();
        self.phase == Phase::Fetching && from_others < if has_free { ENOUGH } else { ANYTHING }
    }

    /// A web seed was found to ignore ranges. Who else there is gets some time to show that it is not needed.
    pub(super) fn make_stream(&mut self, web_seed: usize) {
        let seed = &mut self.web.seeds[web_seed];
        if seed.fate != WebFate::Used || seed.stream.is_some() {
            return;
        }
        seed.stream = Some(Stream::default());
        self.web.streams += 1;
        if self.web.has_others() || !self.has_no_peers() {
            self.web.seeds[web_seed].not_before = self.now + GRACE;
        }
        self.web.line_up(web_seed, self.now);
        let message = IN_NEED.to_owned();
        self.report(Report::WebSeed { web_seed, message, is_forbidden: false });
    }

    pub(crate) fn on_web_skipped(&mut self, job: WebJob, bytes: u64) {
        self.totals.down.add(bytes);
        self.totals.duplicate += bytes;
        self.totals.useful += bytes; // There is no other way to what comes behind.
        let Some(doing) = self.web.jobs.get_mut(&job) else { return };
        doing.hear(bytes, self.now);
        let web_seed = doing.web_seed;
        let seed = &mut self.web.seeds[web_seed];
        seed.down.add(bytes);
        self.web.down.add(bytes);
        self.web.stream_down.add(bytes);
        let Some(stream) = &mut seed.stream else { return };
        stream.skipped += bytes;
        if stream.skipped > self.totals.total.saturating_mul(SKIPPED) {
            self.give_up(web_seed, TOO_DEAR);
        }
    }
}

/// Bytes a second from other sources above which streams are not used.
const ENOUGH: f64 = 256.0 * 1024.0;
/// The same when the other sources have been asked for everything that is missing: a block a second.
const ANYTHING: f64 = BLOCK as f64;
/// How long other sources have to show that they give something.
const GRACE: Time = Time::from_secs(5);
/// Bytes that a stream may send in vain, as a multiple of the torrent's length.
const SKIPPED: u64 = 4;
const IN_NEED: &str = "it ignores ranges: it is read from the front, and only if nobody else gives";
const TOO_DEAR: &str = "it ignores ranges, and too much of what it sends is not needed";
