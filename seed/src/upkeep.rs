//! What is done beside giving: torrents that appear and go, SIGHUP, the service manager, metrics.

use std::sync::Arc;

use cli_kit::{Exit, Failure, Hangups, World};

use crate::metrics::MetricsFile;
use crate::offering::Offering;
use crate::plan::Plan;
use crate::report::Reporter;
use crate::service::Service;
use crate::watch::{Change, Watch};

/// All that has to be done now and then.
pub(crate) struct Upkeep {
    plan: Arc<Plan>,
    watch: Option<Watch>,
    hangups: Hangups,
    service: Service,
    metrics: Option<MetricsFile>,
    /// The user knows that metrics cannot be written.
    has_complained: bool,
    is_stopping: bool,
}

impl Upkeep {
    /// Begins once peers are answered.
    pub(crate) fn start(plan: &Arc<Plan>, world: &World) -> Self {
        // Who has a terminal loses it with SIGHUP, and is to end.
        let has_terminal = world.stdin_is_terminal || world.stderr_is_terminal;
        let hangups = if has_terminal { None } else { world.interrupt.take_hangups().ok() };
        let is_looking = hangups.is_some() || !plan.watched.is_empty();
        let service = Service::new();
        service.ready();
        Self {
            plan: Arc::clone(plan),
            watch: is_looking.then(|| Watch::start(plan, world)),
            hangups: hangups.unwrap_or_default(),
            service,
            metrics: plan.metrics.as_deref().map(MetricsFile::new),
            has_complained: false,
            is_stopping: false,
        }
    }

    /// Whether it goes on though nothing is offered: something may come.
    pub(crate) fn stays(&self) -> bool {
        !self.plan.watched.is_empty() && !self.is_stopping
    }

    /// Does what is due. Gives what that means for the end.
    pub(crate) fn turn(&mut self, offering: &mut Offering, reporter: &mut Reporter<'_>) -> Exit {
        self.service.alive();
        self.write_metrics(offering, reporter);
        if reporter.world.interrupt.raised().is_some() {
            if !std::mem::replace(&mut self.is_stopping, true) {
                self.service.stopping();
            }
            return Exit::Yes;
        }
        if self.hangups.take() {
            self.service.reloading();
            self.watch.iter().for_each(Watch::reread);
        }
        let changes: Vec<Change> = self.watch.iter().flat_map(Watch::changes).collect();
        changes
            .into_iter()
            .map(|change| self.on_change(change, offering, reporter))
            .max()
            .unwrap_or(Exit::Yes)
    }

    fn on_change(&self, change: Change, offering: &mut Offering, reporter: &mut Reporter<'_>) -> Exit {
        match change {
            Change::Offered(path, offer) => offering.take_in(&self.plan, path, *offer, reporter),
            Change::Gone(path) => offering.drop_offer(&self.plan, &path, reporter),
            Change::Refused(failure) => return reporter.refused(&failure),
            Change::Reread => self.service.ready(),
        }
        Exit::Yes
    }

    fn write_metrics(&mut self, offering: &Offering, reporter: &Reporter<'_>) {
        let Some(metrics) = self.metrics.as_mut().filter(|metrics| metrics.is_due()) else { return };
        let (mut totals, torrents) = reporter.samples();
        totals.tracker = offering.tracker_size();
        let written = metrics.write(&totals, torrents);
        let path = self.plan.metrics.as_deref();
        if let (Err(error), Some(path), false) = (&written, path, self.has_complained) {
            reporter.world.fail(&Failure::io(path, error));
        }
        self.has_complained = written.is_err();
    }
}
