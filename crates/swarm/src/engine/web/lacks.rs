//! Web seeds that lack files, or have them at another length: mirrors that are not complete or not up to date.
//!
//! Such a web seed is asked for the pieces without those files. It takes a request to find out about a file, so one that lacks more
//! than it gives is given up.

use crate::Report;
use crate::engine::Swarm;
use crate::limits::WEB_SEEDS_LACKING;
use crate::picker::Picker;
use crate::piece_set::PieceSet;

impl<B> Swarm<B> {
    /// A web seed turned out to lack a file. The user hears of the first one.
    pub(super) fn on_lacking_file(&mut self, web_seed: usize, file: usize, why: &str) {
        let Some(geometry) = self.picker.as_ref().map(Picker::geometry) else { return };
        let metainfo = geometry.metainfo();
        let seed = &mut self.web.seeds[web_seed];
        let is_first = seed.has.is_none();
        if is_first && self.web.lacking.len() >= WEB_SEEDS_LACKING {
            return self.give_up(web_seed, why);
        }
        self.web.lacking.insert(web_seed);
        let seed = &mut self.web.seeds[web_seed];
        let has = seed.has.get_or_insert_with(|| PieceSet::all(geometry.pieces().count()));
        let removed = metainfo.layout().pieces_of(file).iter().filter(|piece| has.remove(*piece)).count();
        seed.lacking += u32::from(removed > 0);
        let is_too_much = seed.lacking > LACKING + seed.good;
        if self.is_exhausted(web_seed) {
            self.give_up(web_seed, why);
        } else if is_too_much {
            self.give_up(web_seed, &format!("it lacks one file after the other: {why}"));
        } else if is_first {
            let path = metainfo.files().get(file).path.joined();
            let message = format!("it lacks {}: {why}", String::from_utf8_lossy(&path));
            self.report(Report::WebSeed { web_seed, message, way_out: None });
        }
    }

    /// Web seeds may have nothing of what the others leave.
    pub(super) fn give_up_exhausted(&mut self) {
        for web_seed in self.web.lacking.clone() {
            if self.is_exhausted(web_seed) {
                self.give_up(web_seed, "it lacks all that is missing");
            }
        }
    }

    /// Something is missing, and a web seed has none of that.
    fn is_exhausted(&self, web_seed: usize) -> bool {
        let (Some(picker), Some(has)) = (&self.picker, &self.web.seeds[web_seed].has) else { return false };
        !picker.is_complete() && picker.needed_of(has) == 0
    }
}

/// Files that a web seed may lack, besides one for each good piece.
const LACKING: u32 = 8;
