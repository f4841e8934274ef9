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
    /// It is paused, and does nothing until it is to go on.
    Paused(Box<Paused>),
    /// It ends: trackers and peers hear goodbye, the disk syncs.
    Leaving(Box<Leaving>),
}

/// What is known of a torrent that is paused.
pub(crate) struct Paused {
    /// When it was paused.
    pub(crate) since: Time,
    /// Where it goes on.
    pub(crate) at: PausedAt,
    /// Whether something is still under way.
    pub(crate) rest: Rest,
}

/// Where a paused torrent goes on.
pub(crate) enum PausedAt {
    /// With asking peers for the metadata.
    Metadata,
    /// With asking peers for piece layers.
    Layers,
    /// With what is on disk, which is looked at anew.
    Preparing {
        /// The disk has stopped looking.
        is_closed: bool,
    },
    /// With its pieces.
    Pieces {
        /// Since when all that is wanted is there.
        seeding: Option<Time>,
        /// What is there, once the disk has saved it.
        ready: Option<Box<swarm::Torrent>>,
    },
}

/// Whether something is still under way for a paused torrent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Trackers and peers hear goodbye, the disk saves.
    Ending {
        /// It is to go on as soon as that is done.
        is_resumed: bool,
    },
    /// Nothing happens to it.
    AtRest,
}

impl PausedAt {
    /// Whether the disk knows of it.
    fn is_on_disk(&self) -> bool {
        matches!(self, Self::Preparing { is_closed: false } | Self::Pieces { .. })
    }

    /// Whether the disk has not done yet what it is to do before a pause.
    pub(crate) fn waits_for_disk(&self) -> bool {
        matches!(self, Self::Preparing { is_closed: false } | Self::Pieces { ready: None, .. })
    }
}

/// What is left to do for a torrent that ends, and how it ended.
pub(crate) struct Leaving {
    /// Until when trackers and peers can hear goodbye.
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
            Self::Paused(paused) => paused.at.is_on_disk(),
            Self::Leaving(leaving) => leaving.is_on_disk,
        }
    }

    /// Whether it is not known yet what is on disk, also of one that was paused at that.
    pub(crate) fn is_preparing(&self) -> bool {
        match self {
            Self::Paused(paused) => matches!(paused.at, PausedAt::Preparing { .. }),
            _ => matches!(self, Self::Preparing),
        }
    }

    /// Whether pieces are fetched or may be.
    pub(crate) fn wants_pieces(&self) -> bool {
        !matches!(self, Self::Seeding { .. } | Self::Paused(_) | Self::Leaving(_))
    }

    /// Whether nothing is waited for: only what happens, or when it is to end, gives anybody something to do.
    pub(crate) fn rests(&self) -> bool {
        match self {
            Self::Paused(paused) => paused.rest == Rest::AtRest,
            _ => matches!(self, Self::Seeding { .. }),
        }
    }

    /// Whether web seeds may be asked.
    pub(crate) fn is_running(&self) -> bool {
        !matches!(self, Self::Paused(_) | Self::Leaving(_))
    }

    /// Whether all that is wanted is there, as far as the torrent has come.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::Paused(paused) => matches!(paused.at, PausedAt::Pieces { seeding: Some(_), .. }),
            _ => matches!(self, Self::Seeding { .. }),
        }
    }

    /// All that is wanted is there.
    pub(crate) fn complete(&mut self, now: Time) {
        match self {
            Self::Paused(paused) => {
                if let PausedAt::Pieces { seeding, .. } = &mut paused.at {
                    seeding.get_or_insert(now);
                }
            }
            stage if stage.wants_pieces() => *stage = Self::Seeding { since: now },
            _ => {}
        }
    }

    /// What a pause that begins here interrupts; `None` if there is nothing to pause.
    pub(crate) fn pause(&self, now: Time) -> Option<Paused> {
        let at = match self {
            Self::Metadata => PausedAt::Metadata,
            Self::Layers { .. } => PausedAt::Layers,
            Self::Preparing => PausedAt::Preparing { is_closed: false },
            Self::Fetching => PausedAt::Pieces { seeding: None, ready: None },
            Self::Seeding { since } => PausedAt::Pieces { seeding: Some(*since), ready: None },
            Self::Paused(_) | Self::Leaving(_) => return None,
        };
        Some(Paused { since: now, at, rest: Rest::Ending { is_resumed: false } })
    }

    /// Ends a pause: the torrent stands where it stood when it joined.
    pub(crate) fn take_paused(&mut self) -> Option<Box<Paused>> {
        match std::mem::replace(self, Self::Metadata) {
            Self::Paused(paused) => Some(paused),
            other => {
                *self = other;
                None
            }
        }
    }

    /// The end, if it has come to that.
    pub(crate) fn leaving(&mut self) -> Option<&mut Leaving> {
        match self {
            Self::Leaving(leaving) => Some(leaving),
            _ => None,
        }
    }

    /// Whether it ends, or has ended.
    pub(crate) fn is_leaving(&self) -> bool {
        matches!(self, Self::Leaving(_))
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
