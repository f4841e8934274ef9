//! Web seeds are asked, and answer.

use std::sync::Arc;

use swarm::wire::BlockAddress;
use swarm::{Event, WebError, WebJob};
use torrent_core::address::{Namer, Url};
use torrent_core::metainfo::Metainfo;

use super::Session;
use crate::job_id::JobId;
use crate::pool::Block;

impl Session {
    /// Where a web seed is, who named it, and the torrent. If its URL cannot be used, the engine hears so.
    pub(super) fn web_seed(
        &mut self,
        job: JobId,
        web_job: WebJob,
        web_seed: usize,
    ) -> Option<(Url, Namer, Arc<Metainfo>)> {
        let torrent = self.torrents.get_mut(job)?;
        if torrent.stage.leaving().is_some() {
            return None; // Nobody would stop the request any more.
        }
        let (named, metainfo) = (torrent.web_seeds.get(web_seed)?, torrent.metainfo.clone()?);
        match &named.url {
            Ok(url) => Some((url.clone(), named.namer, metainfo)),
            Err(error) => {
                let result = Err(WebError::NotAsked(error.clone()));
                self.tell(job, Event::WebEnded { job: web_job, ranges: false, result });
                None
            }
        }
    }

    pub(super) fn on_web_block(&mut self, job: JobId, web_job: WebJob, block: BlockAddress, data: Block) {
        self.tell(job, Event::WebBlock { job: web_job, block, data });
    }

    pub(super) fn on_web_ended(
        &mut self,
        job: JobId,
        web_job: WebJob,
        ranges: bool,
        result: Result<(), WebError>,
    ) {
        self.web_seeds.ended(job, web_job);
        self.tell(job, Event::WebEnded { job: web_job, ranges, result });
    }
}
