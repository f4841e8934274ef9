//! Web seeds (BEP 19).

use swarm::WebJob;

use crate::job::JobId;
use crate::mailbox::Mailbox;
use crate::pool::Pool;

pub(crate) struct WebSeeds {}

impl WebSeeds {
    pub(crate) fn new(_: &Pool, _: &Mailbox) -> Self {
        Self {}
    }

    pub(crate) fn cancel(&mut self, _: JobId, _: WebJob) {}

    pub(crate) fn cancel_all(&mut self, _: JobId) {}
}
