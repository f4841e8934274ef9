//! What becomes of a web seed: it is used, until it proves to be of no use or may not be asked at all.

use super::WebSeeds;
use crate::engine::Swarm;
use crate::{Action, Report, WebError};
use torrent_core::address::WayOut;

/// What becomes of a web seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum WebFate {
    Used,
    /// It proved to be of no use.
    GivenUp,
    /// It is not asked: whoever named it may not. This lets it be asked.
    Forbidden(WayOut),
    /// It is not asked: its URL is none.
    Unusable,
}

impl WebFate {
    /// Those of web seeds that are not asked, because whoever named them may not.
    pub(crate) const FORBIDDEN: [Self; 2] = [Self::Forbidden(WayOut::Allow), Self::Forbidden(WayOut::Name)];

    /// That of one that is not used any more.
    pub(super) fn after(error: &WebError) -> Self {
        match error {
            WebError::NotAsked(why) => why.way_out().map_or(Self::Unusable, Self::Forbidden),
            _ => Self::GivenUp,
        }
    }
}

impl WebSeeds {
    /// How many of them have one of these fates.
    pub(crate) fn count_of(&self, fates: &[WebFate]) -> usize {
        self.seeds.iter().filter(|seed| fates.contains(&seed.fate)).count()
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
        let way_out = match fate {
            WebFate::Forbidden(way_out) => Some(way_out),
            _ => None,
        };
        self.report(Report::WebSeed { web_seed, message: why.to_owned(), way_out });
        let jobs = self.web.jobs.iter_mut().filter(|(_, job)| job.web_seed == web_seed && !job.cancelled);
        for (job, doing) in jobs {
            doing.cancelled = true;
            self.actions.push_back(Action::WebCancel { job: *job });
        }
    }
}
