//! The sum over many torrents, as the last line for people.

use cli_kit::{Exit, show_size};

use super::{Verified, percent};

/// What was found of all torrents so far.
#[derive(Default)]
pub(crate) struct Total {
    torrents: usize,
    /// Of which every file that was asked for is whole.
    complete: usize,
    /// That could not be read or checked.
    failed: usize,
    size: u64,
    proven: u64,
}

impl Total {
    pub(crate) fn add(&mut self, verified: &Verified<'_>, answer: Exit) {
        self.torrents += 1;
        self.complete += usize::from(verified.is_whole() && answer == Exit::Yes);
        self.size = self.size.saturating_add(verified.size());
        self.proven = self.proven.saturating_add(verified.proven());
    }

    pub(crate) fn add_failure(&mut self) {
        self.torrents += 1;
        self.failed += 1;
    }

    pub(super) fn line(&self) -> String {
        let Self { torrents, complete, failed, size, proven } = *self;
        let mut text = format!(
            "total: {torrents} torrents, {} of {} proven ({}), {complete} complete",
            show_size(proven),
            show_size(size),
            percent(proven, size, complete == torrents),
        );
        let rest = torrents - complete - failed;
        if rest > 0 {
            text.push_str(&format!(", {rest} not"));
        }
        if failed > 0 {
            text.push_str(&format!(", {failed} failed"));
        }
        text + "\n"
    }
}
