//! What scrapers are told of offers.

use swarm_net::JobProgress;

use super::line::copies;
use super::{OfferState, Reporter};
use crate::metrics::{TorrentSample, Totals};

impl Reporter<'_> {
    /// Figures of all offers, and of each that has not ended.
    pub(crate) fn samples(&self) -> (Totals, Vec<TorrentSample>) {
        let going = || self.offers.iter().filter(|offer| !offer.has_ended);
        let total = |bytes: fn(&JobProgress) -> u64| -> u64 {
            self.offers.iter().map(|offer| bytes(&offer.progress)).sum()
        };
        let totals = Totals {
            torrents: going().count(),
            peers: going().map(|offer| offer.progress.peers).sum(),
            uploaded: self.given_before.0 + total(|progress| progress.uploaded),
            web: self.given_before.1 + total(|progress| progress.web),
            tracker: None,
        };
        (totals, going().map(sample).collect())
    }
}

fn sample(offer: &OfferState) -> TorrentSample {
    let progress = &offer.progress;
    TorrentSample {
        info_hash: offer.info_hash.clone(),
        name: offer.name.clone(),
        size: offer.size,
        available: progress.done,
        uploaded: progress.uploaded,
        web: progress.web,
        peers: progress.peers,
        given: copies(progress, offer.size),
        received: progress.bill.map(|bill| bill.received),
    }
}
