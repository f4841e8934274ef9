//! Folders whose torrents are offered when they appear and dropped when they go (`--watch`), and what was typed, when the user wants it looked at
//! again (SIGHUP).
//!
//! A thread looks (`watcher`): when something rings (`bell`), every half second while something is written, and once a minute in any case. What has come
//! to rest is decided by how it looks (`roll`, `stamp`): names, lengths and times of a torrent and of all its data must stay for three seconds.

mod bell;
mod roll;
mod stamp;
mod watcher;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use cli_kit::{Exit, Failure, World};

use self::bell::{Bell, bell, ring_for};
use self::watcher::Watcher;
use crate::offer::Offer;
use crate::plan::Plan;

/// What happened to what is offered. A path goes by the same name when it goes.
pub(crate) enum Change {
    /// This is to be offered.
    Offered(PathBuf, Box<Offer>),
    /// Something cannot be offered, as it is.
    Refused(Failure),
    /// What was at this path is not there any more, or not as it was.
    Gone(PathBuf),
    /// Everything was looked at again, as the user wanted.
    Reread,
}

/// A thread that looks at folders.
pub(crate) struct Watch {
    bell: Bell,
    changes: Receiver<Change>,
}

impl Watch {
    /// Begins to look, if there is anything to look at, now or later.
    pub(crate) fn start(plan: &Arc<Plan>, world: &World) -> Self {
        let (bell, ear) = bell();
        let (sender, changes) = sync_channel(CHANGES);
        ring_for(&plan.watched, bell.clone());
        let own = World {
            stderr: world.stderr.clone(),
            interrupt: world.interrupt.clone(),
            quiet: world.quiet,
            ..World::empty(world.tool)
        };
        let watcher = Watcher::new(Arc::clone(plan), own, ear, sender);
        if let Err(error) = thread::Builder::new().name("watch".to_owned()).spawn(move || watcher.run()) {
            world.fail(&Failure::new(
                Exit::LocalIo,
                format!("nothing is watched: no thread can be started: {error}"),
            ));
        }
        Self { bell, changes }
    }

    /// Has everything looked at again.
    pub(crate) fn reread(&self) {
        self.bell.ask_for_reread();
    }

    /// What has happened since.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Change> {
        self.changes.try_iter()
    }
}

/// Changes that wait to be heard: each may hold a torrent.
const CHANGES: usize = 64;
