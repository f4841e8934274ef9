//! How far a torrent is.

use swarm::Time;

use crate::job::Failure;
use crate::shortfall::Shortfall;

/// How far a torrent is. What is known only then stands with it.
pub(crate) enum JobStage {
    /// Peers are asked for the metadata.
    Metadata,
    /// The metadata is there. Peers are asked for piece layers, and for nothing else.
    Layers {
        /// Until then, at the latest.
        until: Time,
    },
    /// The disk looks at what is there.
    Preparing,
    /// Pieces come and go.
    Fetching,
    /// All that is wanted is there.
    Seeding {
        /// When the stage began.
        since: Time,
    },
    /// It ends: trackers and peers are told, the disk syncs.
    Leaving(Box<Leaving>),
}

/// What is left to do for a torrent that ends, and how it ended.
pub(crate) struct Leaving {
    /// Until when trackers and peers can be told.
    pub(crate) until: Time,
    /// The disk has not closed its files.
    pub(crate) is_on_disk: bool,
    /// Nobody in the network waits for it any more.
    pub(crate) swarm_is_over: bool,
    /// How it ended; `None` if it was removed, and nobody is to hear of it.
    pub(crate) result: Option<Result<(), Failure>>,
    /// What it lacked when it failed.
    pub(crate) shortfall: Shortfall,
}

impl JobStage {
    /// Whether the disk knows of it.
    pub(crate) fn is_on_disk(&self) -> bool {
        match self {
            Self::Metadata | Self::Layers { .. } => false,
            Self::Preparing | Self::Fetching | Self::Seeding { .. } => true,
            Self::Leaving(leaving) => leaving.is_on_disk,
        }
    }

    /// Whether pieces are fetched or may be.
    pub(crate) fn wants_pieces(&self) -> bool {
        !matches!(self, Self::Seeding { .. } | Self::Leaving(_))
    }

    /// Whether nothing is waited for: only what happens, or when it is to end, gives anybody something to do.
    pub(crate) fn rests(&self) -> bool {
        matches!(self, Self::Seeding { .. })
    }

    /// The end, if it has come to that.
    pub(crate) fn leaving(&mut self) -> Option<&mut Leaving> {
        match self {
            Self::Leaving(leaving) => Some(leaving),
            _ => None,
        }
    }

    /// Whether nobody has anything more to do for it.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Leaving(leaving) if !leaving.is_on_disk && leaving.swarm_is_over)
    }

    /// Whether it ends because it failed.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self, Self::Leaving(leaving) if matches!(leaving.result, Some(Err(_))))
    }

    /// Whether it was removed.
    pub(crate) fn is_removed(&self) -> bool {
        matches!(self, Self::Leaving(leaving) if leaving.result.is_none())
    }
}
