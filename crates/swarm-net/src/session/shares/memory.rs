//! Memory: what is kept of torrents, and blocks.

use swarm::Event;

use crate::job::{Failure, JobEvent};
use crate::job_id::JobId;
use crate::pool::BLOCK;
use crate::session::Session;
use crate::tables::blocks_beside;
use crate::torrent::Torrent;

impl Session {
    /// Why there is no memory for what would be kept of a job's torrent.
    pub(in crate::session) fn refusal_of_tables(&self, job: JobId) -> Option<Failure> {
        let torrent = self.torrents.get(job)?;
        torrent.refusal_of_tables(self.torrents.tables() - torrent.tables(), self.settings.memory)
    }

    /// Gives every engine its part of the pool. What connections hold of blocks that nobody asked for is kept aside. A pool
    /// that is too small for a piece of each torrent grows: otherwise all would wait for ever.
    pub(in crate::session) fn share_budget(&mut self) {
        let needs = |torrent: &Torrent| Some((torrent.blocks_a_piece()?, torrent.committed()));
        let hungry = self.torrents.hungry();
        let torrents = hungry.iter().filter_map(|job| self.torrents.get(*job));
        let needs: Vec<(usize, usize)> = torrents.filter_map(needs).collect();
        let whole = self.blocks_for_payload();
        let aside = ASIDE.min(whole / 8);
        let share = (whole - aside) / needs.len().max(1);
        // What an engine counts on already stays until it is written.
        let of_one = |(blocks, committed): &(usize, usize)| share.max(blocks + BESIDE).max(*committed);
        let needed = needs.iter().map(of_one).sum::<usize>() + aside;
        self.pool.resize(needed);
        self.warn_of_large_pieces(&hungry, share, needed);
        for job in hungry {
            let torrent = self.torrents.get_mut(job).filter(|torrent| torrent.swarm.is_some());
            let before = torrent.and_then(|torrent| torrent.budget.replace(share));
            if before != Some(share) {
                self.tell(job, Event::Budget { blocks: share });
            }
        }
    }

    /// Says of each torrent once that its pieces need more than its `share`; and what all `needed` blocks come to.
    fn warn_of_large_pieces(&mut self, hungry: &[JobId], share: usize, needed: usize) {
        let mebibytes = (needed * BLOCK).div_ceil(1 << 20);
        let message = format!("pieces are large: {mebibytes} MiB of memory are needed");
        for job in hungry {
            let Some(torrent) = self.torrents.get_mut(*job) else { continue };
            if torrent.blocks_a_piece() > Some(share)
                && !std::mem::replace(&mut torrent.has_warned_of_pieces, true)
            {
                self.events.push((torrent.id, JobEvent::Warning { message: message.clone() }));
            }
        }
    }

    /// How many blocks fit beside what is kept of the torrents.
    pub(in crate::session) fn blocks_for_payload(&self) -> usize {
        let left = blocks_beside(self.torrents.tables(), self.settings.memory);
        usize::try_from(left).unwrap_or(usize::MAX) / BLOCK
    }
}

/// Blocks of a next piece that come while the last ones of a piece are waited for, at least.
const BESIDE: usize = 64;

/// Blocks kept for what connections hold of blocks that nobody asked for.
const ASIDE: usize = 128;
