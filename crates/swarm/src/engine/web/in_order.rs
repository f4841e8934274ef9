//! Web seeds that answer ranges with whole files.
//!
//! To get a piece, everything in front of it in its file has to be received as well. So such a web seed is used only where nobody else
//! gives anything, and one at a time: it is asked for the missing pieces in order, while the driver keeps the response open from one
//! request to the next. One that breaks off is read from the front again, but the bytes received in vain are limited.

use crate::engine::{Phase, Swarm};
use crate::limits::BLOCK;
use crate::picker::BlockSource;
use crate::{Report, Time, WebJob};

use super::WebFate;

impl<B> Swarm<B> {
    /// A web seed was found to ignore ranges. Others get some time to show that it is not needed.
    pub(super) fn on_no_ranges(&mut self, web_seed: usize) {
        if self.web.seeds[web_seed].fate != WebFate::Used || !self.web.in_order.insert(web_seed) {
            return;
        }
        if self.web.of_use > self.web.in_order.len() || !self.has_no_peers() {
            self.web.seeds[web_seed].not_before = self.now + GRACE;
        }
        self.web.line_up(web_seed, self.now);
        let message = IN_NEED.to_owned();
        self.report(Report::WebSeed { web_seed, message, way_out: None });
    }

    /// Goes on with the first of them that has something of what lacks, if there is no other source.
    pub(super) fn read_in_order(&mut self) {
        if !self.are_only_source() {
            return;
        }
        let ready = |web_seed: &usize| self.web.seeds[*web_seed].is_ready(self.now);
        let ready: Vec<usize> = self.web.in_order.iter().copied().filter(ready).take(super::LOOKS).collect();
        ready.into_iter().any(|web_seed| self.read_on(web_seed));
    }

    /// Asks for the next pieces that lack; false if the web seed has none of them.
    fn read_on(&mut self, web_seed: usize) -> bool {
        let most = self.picker.as_ref().map(|picker| self.most_pieces(web_seed, picker.geometry()));
        let (Some(most), Some(picker)) = (most, &mut self.picker) else { return false };
        let has = self.web.seeds[web_seed].has.as_ref();
        let pieces = picker.begin_in_order((BlockSource::Web(web_seed), has), most);
        pieces.is_some_and(|pieces| self.web_get(web_seed, pieces))
    }

    /// Whether nobody else gives anything, and none of them is at work.
    fn are_only_source(&self) -> bool {
        let seeds = || self.web.in_order.iter().map(|web_seed| &self.web.seeds[*web_seed]);
        let from_others = self.totals.down.rate() - seeds().map(|seed| seed.down.rate()).sum::<f64>();
        self.phase == Phase::Fetching && from_others < ANYTHING && seeds().all(|seed| seed.jobs == 0)
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
        seed.skipped += bytes;
        self.web.down.add(bytes);
        if seed.skipped > self.totals.total.saturating_mul(SKIPPED) {
            self.give_up(web_seed, TOO_DEAR);
        }
    }
}

/// Bytes a second below which other sources give nothing: a block.
const ANYTHING: f64 = BLOCK as f64;
/// How long other sources have to show that they give something.
const GRACE: Time = Time::from_secs(5);
/// Bytes that a web seed may send in vain, as a multiple of the torrent's length.
const SKIPPED: u64 = 4;
const IN_NEED: &str = "it ignores ranges: it is read from the front, and only if nobody else gives";
const TOO_DEAR: &str = "it ignores ranges, and too much of what it sends is not needed";
