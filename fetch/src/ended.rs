//! How a job ended that did not deliver.

use std::sync::Arc;

use swarm_net::{Failure, JobOutcome, Shortfall};
use torrent_core::metainfo::Metainfo;

/// A job that did not deliver.
pub(crate) struct Ended {
    pub(crate) why: Failure,
    /// What there was too little of.
    pub(crate) shortfall: Shortfall,
    /// The torrent, if that was known.
    pub(crate) metainfo: Option<Arc<Metainfo>>,
}

impl Ended {
    /// The torrent, if it is known, or why the job failed.
    pub(crate) fn of(outcome: JobOutcome) -> Result<Option<Arc<Metainfo>>, Box<Self>> {
        let JobOutcome { result, shortfall, metainfo, .. } = outcome;
        match result {
            Ok(()) => Ok(metainfo),
            Err(why) => Err(Box::new(Self { why, shortfall, metainfo })),
        }
    }
}

impl From<Failure> for Box<Ended> {
    fn from(why: Failure) -> Self {
        Self::new(Ended { why, shortfall: Shortfall::default(), metainfo: None })
    }
}
