//! `--dry-run`: what a fetch would begin with.

use std::sync::Arc;

use cli_kit::{Exit, Failure, Interrupt};
use swarm_net::Goal;
use swarm_net::disk::{Claims, StorageParams, survey};
use torrent_core::data::Watch;
use torrent_core::metainfo::Metainfo;

use crate::jobs::{metadata, selected};
use crate::plan::Plan;
use crate::report::Reporter;
use crate::source::Opened;

/// Looks at what is there, gets metadata where it is not at hand, and changes nothing.
pub(crate) fn dry_run(
    plan: &Plan,
    opened: &[Opened],
    reporter: &mut Reporter<'_>,
    interrupt: &Interrupt,
) -> Result<Exit, Failure> {
    let (mut exit, mut claims) = (Exit::Yes, Claims::default());
    let hashing = plan.settings.hashing();
    let outcomes = metadata(plan, Goal::Metadata, opened, reporter, interrupt);
    for (source, outcome) in opened.iter().zip(outcomes) {
        interrupt.check()?;
        let surveyed = outcome.and_then(|metainfo| {
            let params = params(plan, source, &metainfo, interrupt)?;
            let survey = survey(&params, hashing, &mut claims).map_err(swarm_net::Failure::from)?;
            Ok((metainfo, survey))
        });
        exit = exit.max(match surveyed {
            Ok((metainfo, survey)) => {
                reporter.surveyed(source.job, &metainfo, &survey);
                if survey.needed <= survey.free { Exit::Yes } else { Exit::LocalIo }
            }
            Err(why) => reporter.fell_short(source, &why, interrupt),
        });
    }
    Ok(exit)
}

fn params(
    plan: &Plan,
    opened: &Opened,
    metainfo: &Arc<Metainfo>,
    interrupt: &Interrupt,
) -> Result<StorageParams, swarm_net::Failure> {
    let files = metainfo.files();
    let selected = match selected(plan, opened) {
        Some(select) => select.of(files)?,
        None => vec![true; files.len()],
    };
    let (output, naming) = plan.destination.of(metainfo);
    Ok(StorageParams {
        metainfo: Arc::clone(metainfo),
        selected,
        output,
        naming,
        recheck: plan.recheck,
        force: plan.force,
        offer: None,
        watch: Arc::new(UntilInterrupted(interrupt.clone())),
    })
}

/// Stops hashing when the user ends it.
struct UntilInterrupted(Interrupt);

impl Watch for UntilInterrupted {
    fn stop(&self) -> bool {
        self.0.raised().is_some()
    }
}
