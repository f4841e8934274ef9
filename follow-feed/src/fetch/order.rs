//! What is to be fetched, for which item, and how it ended.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use follow::sink::Verdict;
use swarm_net::{Job, Select, Source, tables_limit};
use torrent_core::address::Namer;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::Metainfo;

use super::means::Means;

/// Something that is to be fetched.
pub(crate) struct Order {
    pub(crate) ticket: Ticket,
    pub(crate) torrent: Torrent,
    /// Who gave the torrent: it may name what is as near as that.
    pub(crate) came_from: Option<Namer>,
    /// Where its files go.
    pub(crate) folder: PathBuf,
    /// The name of a folder below that is for this torrent alone, if others have its names: a part of its hash.
    pub(crate) own: String,
    pub(crate) limits: Limits,
}

/// What is to be known of a torrent before its content comes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// Bytes of the content at most.
    pub(crate) size: Option<u64>,
    /// Bytes that must stay free beside it.
    pub(crate) free: Option<u64>,
}

impl Limits {
    /// Whether too little stays free of `free` bytes once the `left` bytes are there that are still to come.
    pub(crate) fn lack_room(&self, left: u64, free: u64) -> bool {
        self.free.is_some_and(|least| free < least.saturating_add(left))
    }
}

/// Which item it is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Ticket {
    /// The place of the feed among those that are followed.
    pub(crate) feed: usize,
    /// What the item is called for ever.
    pub(crate) id: String,
}

/// The torrent, as it is kept until its turn comes.
pub(crate) enum Torrent {
    /// In a file: there may be many of them, and they may be large.
    File(PathBuf),
    Link(String),
}

/// How it ended with an item.
pub(crate) struct End {
    pub(crate) ticket: Ticket,
    pub(crate) verdict: Verdict,
}

impl Order {
    /// The folder that its files go to: its own if there is one, because it was begun there.
    pub(crate) fn destination(&self) -> PathBuf {
        let own = self.own_folder();
        if own.is_dir() { own } else { self.folder.clone() }
    }

    /// The folder for this torrent alone.
    pub(crate) fn own_folder(&self) -> PathBuf {
        self.folder.join(&self.own)
    }

    /// As a job that writes to a folder.
    pub(crate) fn job(&self, folder: &Path, means: &Means) -> Result<Job, Verdict> {
        let (source, select) = self.torrent.source(means.settings.memory)?;
        Ok(Job {
            came_from: self.came_from,
            allow_private: means.allow_private,
            dht_nodes: means.dht_nodes.clone(),
            patience: means.patience(),
            select,
            ..Job::new(source, folder)
        })
    }

    /// Nobody needs the torrent any more.
    pub(crate) fn discard(&self) {
        if let Torrent::File(path) = &self.torrent {
            // What is left behind is written over by the next try.
            let _ = fs::remove_file(path);
        }
    }
}

impl Torrent {
    /// What is known of it, and what a link selects of it (BEP 53).
    fn source(&self, memory: u64) -> Result<(Source, Option<Select>), Verdict> {
        match self {
            Self::File(path) => {
                let bytes = fs::read(path).map_err(|error| Verdict::Broken(path.clone(), error))?;
                let limit = tables_limit(memory).saturating_sub(bytes.len() as u64);
                let parsed = Metainfo::parse_within(bytes, limit)
                    .map_err(|why| Verdict::Hopeless(format!("{why} [unacceptable]")))?;
                Ok((Source::Torrent(Arc::new(parsed.metainfo)), None))
            }
            Self::Link(link) => {
                let link = Magnet::parse(link).map_err(|why| Verdict::Hopeless(why.to_string()))?;
                let select = (!link.select.is_empty()).then(|| Select::of_runs(link.select.clone()));
                Ok((Source::Magnet(Box::new(link)), select))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_if_enough_stays_free_beside_what_is_missing() {
        let limits = Limits { size: None, free: Some(1000) };
        assert!(!limits.lack_room(50, 1050));
        assert!(limits.lack_room(51, 1050));
        assert!(limits.lack_room(u64::MAX, u64::MAX - 1));
        assert!(!Limits::default().lack_room(50, 0));
    }
}
