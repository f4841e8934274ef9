//! Web seeds are asked, and answer.

use std::ops::Range;

use swarm::wire::BlockAddress;
use swarm::{Event, WebError, WebJob};

use super::Session;
use crate::job_id::JobId;
use crate::pool::Block;
use crate::turn_queue::ServerStanding;
use crate::web::Fetch;

impl Session {
    /// Asks a web seed. If its URL cannot be used, the engine hears so.
    pub(super) fn ask_web_seed(
        &mut self,
        job: JobId,
        web_job: WebJob,
        web_seed: usize,
        bytes: Range<u64>,
        whole_files: bool,
    ) {
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        if !torrent.stage.is_running() {
            return; // Nobody would stop the request any more.
        }
        let (named, metainfo) = (torrent.web_seeds.get(web_seed), torrent.metainfo.clone());
        let (Some(named), Some(metainfo)) = (named, metainfo) else { return };
        let (namer, standing) = (named.namer, named.standing);
        match named.url.clone() {
            Ok(url) => {
                let fetch =
                    Fetch { job, web_job, web_seed, url, namer, standing, metainfo, bytes, whole_files };
                self.web_seeds.get(fetch);
            }
            Err(error) => {
                let result = Err(WebError::NotAsked(error));
                self.tell(job, Event::WebEnded { job: web_job, ranges: false, result });
            }
        }
    }

    pub(super) fn on_web_block(&mut self, job: JobId, web_job: WebJob, block: BlockAddress, data: Block) {
        let web_seed = self.web_seeds.giving(job, web_job);
        web_seed.into_iter().for_each(|web_seed| self.set_standing(job, web_seed, ServerStanding::Answers));
        self.tell(job, Event::WebBlock { job: web_job, block, data });
    }

    pub(super) fn on_web_ended(
        &mut self,
        job: JobId,
        web_job: WebJob,
        ranges: bool,
        result: Result<(), WebError>,
    ) {
        if let (Some(request), Err(WebError::Failed(_))) = (self.web_seeds.ended(job, web_job), &result)
            && !request.has_given
            && !request.is_stopped()
        {
            self.set_standing(job, request.web_seed, ServerStanding::Silent);
        }
        self.tell(job, Event::WebEnded { job: web_job, ranges, result });
    }

    fn set_standing(&mut self, job: JobId, web_seed: usize, standing: ServerStanding) {
        let Some(torrent) = self.torrents.get_mut(job) else { return };
        torrent.web_seeds.get_mut(web_seed).into_iter().for_each(|named| named.standing = standing);
    }
}
