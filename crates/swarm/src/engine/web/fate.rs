//! What becomes of a web seed: it is used, until it proves to be of no use or may not be asked at all.

use super::WebSeeds;
use crate::engine::Swarm;
use crate::{Action, Report, WebError};

/// What becomes of a web seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum WebFate {
    Used,
    /// It proved to be of no use.
    GivenUp,
    /// It is not asked: whoever named it may not.
    Forbidden,
    /// It is not asked: its URL is none.
    Unusable,
}

impl WebFate {
    /// That of one that is not used any more.
    pub(super) fn after(error: &WebError) -> Self {
        match error {
            WebError::NotAsked(why) if why.is_of_strangers() => Self::Forbidden,
            WebError::NotAsked(_) => Self::Unusable,
            _ => Self::GivenUp,
        }
    }
}

impl WebSeeds {
    /// How many of them have this fate.
    pub(crate) fn count_of(&self, fate: WebFate) -> usize {
        self.seeds.iter().filter(|seed| seed.fate == fate).count()
    }
}

impl<B> Swarm<B> {
    /// It proved to be of no use.
    pub(super) fn give_up(&mut self, web_seed: usize, why: &str) {
        self.retire(web_seed, WebFate::GivenUp, why);
    }

    /// It is not used any more.
    pub(super) fn retire(&mut self, web_seed: usize, fate: WebFate, why: &str) {
        let seed = &mut self.web.seeds[web_seed];
        if std::mem::replace(&mut seed.fate, fate) != WebFate::Used {
            return;
        }
        seed.has = None;
        self.web.of_use -= 1;
        self.web.lacking.remove(&web_seed);
        self.web.in_order.remove(&web_seed);
        self.web.line_up(web_seed, self.now);
        let is_forbidden = fate == WebFate::Forbidden;
        self.report(Report::WebSeed { web_seed, message: why.to_owned(), is_forbidden });
        let jobs = self.web.jobs.iter_mut().filter(|(_, job)| job.web_seed == web_seed && !job.cancelled);
        for (job, doing) in jobs {
            doing.cancelled = true;
            self.actions.push_back(Action::WebCancel { job: *job });
        }
    }
}
