//! Of many torrents, most sleep until a peer asks for one: then it is read again, and its data found again.

use std::path::Path;
use std::sync::Arc;

use swarm_net::{Check, Destination, Job, RecordReader, tables_limit};
use torrent_core::metainfo::Metainfo;

use crate::offer::place;
use crate::plan::Plan;

/// Reads torrents when they wake, and makes a `job` of each. `None` if none may sleep, because each is to be checked, dialled for or
/// stopped at some point.
pub(crate) fn reader(
    plan: &Arc<Plan>,
    job: fn(&Plan, Arc<Metainfo>, Destination) -> Job,
) -> Option<Arc<RecordReader>> {
    let has_limit = plan.seed_ratio.is_some() || plan.seed_time.is_some() || plan.economy.copies.is_some();
    if plan.check != Check::Lazy || has_limit || !plan.peers.is_empty() {
        return None;
    }
    let (max_size, memory) = (plan.max_size, tables_limit(plan.settings.memory));
    let plan = Arc::clone(plan);
    let make = move |path: &Path, metainfo: Arc<Metainfo>| {
        let place = place(&metainfo, Some(path), None, plan.data.as_deref());
        let place = place.map_err(|failure| failure.message)?;
        Ok(job(&plan, metainfo, place.destination))
    };
    Some(Arc::new(RecordReader { max_size, memory, make: Box::new(make) }))
}
