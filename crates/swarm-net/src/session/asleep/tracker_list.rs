//! Trackers of records. Thousands of records name the same ones, which are kept once.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use torrent_core::address::{Namer, Url};

use crate::random;
use crate::record::TrackerNames;

/// A tracker that may be asked.
pub(super) struct RecordTracker {
    /// As it was named: for people.
    pub(super) text: String,
    pub(super) url: Url,
    pub(super) namer: Namer,
    pub(super) place: TrackerPlace,
}

/// Scheme, host and port of trackers, and who named them.
pub(super) type TrackerPlace = Arc<(String, Namer)>;

/// Trackers by tier (BEP 12). Within a tier, any may come first.
pub(super) type TrackerList = Vec<Vec<Arc<RecordTracker>>>;

/// The lists of all records.
#[derive(Default)]
pub(super) struct TrackerLists {
    lists: HashMap<TrackerNames, Weak<TrackerList>>,
    /// So many there may be before those are dropped that no record has any more.
    most: usize,
}

impl TrackerLists {
    /// The list of these trackers. Those that cannot be asked are not in it.
    pub(super) fn list(&mut self, names: TrackerNames) -> Arc<TrackerList> {
        if let Some(list) = self.lists.get(&names).and_then(Weak::upgrade) {
            return list;
        }
        if self.lists.len() >= self.most {
            self.lists.retain(|_, list| list.strong_count() > 0);
            self.most = (2 * self.lists.len()).max(FEW);
        }
        let tiers = names.iter().take(TIERS).map(|tier| tracker_tier(tier));
        let list = Arc::new(tiers.filter(|tier| !tier.is_empty()).collect());
        self.lists.insert(names, Arc::downgrade(&list));
        list
    }
}

fn tracker_tier(names: &[(String, Namer)]) -> Vec<Arc<RecordTracker>> {
    let tracker = |(text, namer): &(String, Namer)| {
        let url = Url::parse(text.as_bytes()).ok()?;
        let place = Arc::new((url.site(), *namer));
        Some(Arc::new(RecordTracker { text: text.clone(), url, namer: *namer, place }))
    };
    let mut trackers: Vec<_> = names.iter().filter_map(tracker).take(TRACKERS).collect();
    trackers.sort_by_cached_key(|_| random::number());
    trackers
}

/// Tiers of a record, and trackers of a tier: the rest is asked when the torrent is awake for good, not of a record.
const TIERS: usize = 16;
pub(super) const TRACKERS: usize = 15;

/// Fewer lists are not looked through for those that nobody has.
const FEW: usize = 64;
