//! How a job ended, as a verdict on its item.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use cli_kit::show_duration;
use follow::sink::Verdict;
use swarm_net::disk::DiskError;
use swarm_net::{Contacts, Failure, JobOutcome};

/// The verdict on an item whose job has ended: its files are at `path`, or would be in `folder`. `came` says that a part of it came.
pub(super) fn verdict(outcome: JobOutcome, path: Option<PathBuf>, folder: &Path, came: bool) -> Verdict {
    let why = match outcome.result {
        Ok(()) => return Verdict::Taken(path),
        Err(why) => why,
    };
    let vain = |why: String| {
        let why = [Some(why), hint(&outcome.shortfall.contacts).map(str::to_owned)];
        let why = why.into_iter().flatten().collect::<Vec<_>>().join("; ");
        if came { Verdict::Partly(why) } else { Verdict::Failed(why) }
    };
    match why {
        Failure::Interrupted | Failure::Deadline(_) => Verdict::CutOff,
        Failure::Disk(error) => of_disk(error),
        Failure::Refused(_) | Failure::Select(_) => Verdict::Hopeless(format!("{why} [unacceptable]")),
        Failure::NoThread(error) => Verdict::Broken(folder.to_owned(), error),
        Failure::Stalled(time) => vain(format!("nothing came for {}", show_duration(time.as_secs()))),
        Failure::NoMetadata(time) => {
            vain(format!("no peer gave the metadata within {}", show_duration(time.as_secs())))
        }
        why => vain(why.to_string()),
    }
}

fn of_disk(error: DiskError) -> Verdict {
    match error {
        DiskError::Stopped => Verdict::CutOff,
        DiskError::TooLittleSpace { .. } => Verdict::NoRoom,
        DiskError::Io { error, .. }
            if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) =>
        {
            Verdict::NoRoom
        }
        DiskError::Io { path, error, .. } => Verdict::Broken(path, error),
        DiskError::Busy { .. } => Verdict::Later("another process fetches it".to_owned()),
        DiskError::UnsafeName(_) | DiskError::ReservedName | DiskError::TooManyPieces => {
            Verdict::Hopeless(format!("{error} [unacceptable]"))
        }
        error => Verdict::Failed(error.to_string()),
    }
}

/// Whether something else is where the files of a torrent would be, which a folder of its own mends.
pub(super) fn is_in_the_way(outcome: &JobOutcome) -> bool {
    let Err(Failure::Disk(error)) = &outcome.result else { return false };
    matches!(
        error,
        DiskError::Exists { .. }
            | DiskError::ExistTogether { .. }
            | DiskError::NoFile { .. }
            | DiskError::NoFolder { .. }
            | DiskError::Claimed { .. }
    )
}

/// What a person may do about it.
fn hint(contacts: &Contacts) -> Option<&'static str> {
    let is_forbidden = contacts.trackers_forbidden > 0
        || contacts.web_seeds_forbidden > 0
        || !contacts.passed_over.is_empty();
    is_forbidden.then_some("it names addresses near this machine, which `--allow-private` may let it")
}
