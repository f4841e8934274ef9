//! Collects findings and keeps them few.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::Finding;

/// Findings on their way. Messages past the cap are never formatted.
#[derive(Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    counts: BTreeMap<&'static str, usize>,
}

impl Findings {
    /// Says something of the torrent as a whole.
    pub(super) fn torrent(&mut self, code: &'static str, message: impl Display) {
        self.add(code, None, message);
    }

    /// Says something of a file, by its place in the list of files.
    pub(super) fn file(&mut self, code: &'static str, file: usize, message: impl Display) {
        self.add(code, Some(file), message);
    }

    /// Says something of a file, if there is one, else of the torrent.
    pub(super) fn add(&mut self, code: &'static str, file: Option<usize>, message: impl Display) {
        let count = self.counts.entry(code).or_default();
        *count += 1;
        if *count <= MOST {
            self.kept.push(Finding { code, message: message.to_string(), file });
        }
    }

    /// Metadata before files, files in their order, the rest of what was found too often at the end.
    pub(super) fn in_order(mut self) -> Vec<Finding> {
        self.kept.sort_by_key(|finding| finding.file.map_or(0, |file| file + 1));
        for (code, count) in self.counts {
            if let Some(more @ 1..) = count.checked_sub(MOST) {
                let message = format!("{more} more like the {MOST} that are listed");
                self.kept.push(Finding { code, message, file: None });
            }
        }
        self.kept
    }
}

/// Findings of one code that are listed: enough to see the pattern.
pub(super) const MOST: usize = 20;
