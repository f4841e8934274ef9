//! The torrent that an earlier run has left (`--skip-existing`, `--update`), and whether it is still right.
//!
//! It is if the same options would give the same bytes again. Names, lengths and options are compared in any case. The content is not
//! read where the times of all files, and of the folders and links on the way to them, say that nothing has changed since the
//! torrent was written, else it is hashed again.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use cli_kit::{Exit, Failure, escape_path};
use torrent_core::data::Scanned;
use torrent_core::limits::TORRENT_FILE;
use torrent_core::metainfo::{Draft, Metainfo, ReadError, open_torrent};

use crate::plan::{Plan, WhenThere};
use crate::torrent::{Output, Torrent};

/// A torrent that is there.
pub(crate) struct Existing {
    pub(crate) metainfo: Metainfo,
    /// Not before this time.
    written: SystemTime,
}

/// What names, lengths, options and times say of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    Right,
    /// Only the content can tell.
    Unsure,
    Wrong,
}

impl Existing {
    /// The torrent in the place of the output, if it is asked for and there.
    pub(crate) fn find(plan: &Plan, torrent: &Torrent) -> Result<Option<Self>, Failure> {
        match &torrent.output {
            Output::File(path) if matches!(plan.when_there, WhenThere::Skip | WhenThere::Update) => {
                read(path)
            }
            _ => Ok(None),
        }
    }

    /// Takes over what is drawn by lot, which no second run would draw again.
    pub(crate) fn lend_random_bytes(&self, draft: &mut Draft) {
        if let Some(drawn) = draft.info.get_mut(RANDOM)
            && let Some(old) = self.metainfo.info_entries().get(RANDOM)
        {
            *drawn = old.raw().to_vec();
        }
    }

    /// Compares all that needs no reading.
    pub(crate) fn standing(&self, draft: &mut Draft, scanned: &Scanned) -> Standing {
        match draft.with_hashes_of(&self.metainfo) {
            Some(bytes) if bytes == self.metainfo.bytes() => {}
            _ => return Standing::Wrong,
        }
        let until = self.written.checked_sub(MARGIN);
        match until.is_some_and(|until| scanned.found.changed_before(until)) {
            true => Standing::Right,
            false => Standing::Unsure,
        }
    }
}

/// The key of `--cross-seed`.
const RANDOM: &[u8] = b"x_cross_seed";

/// A file that changed so shortly before the torrent was written may have changed between its hashing and that, or within the same
/// tick of the clock.
const MARGIN: Duration = Duration::from_secs(2);

fn read(path: &Path) -> Result<Option<Existing>, Failure> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::io(path, &error)),
    };
    let other = || {
        let failure = Failure::of(Exit::LocalIo, escape_path(path), "exists already, and is not a torrent");
        failure.hint("`--force` replaces it")
    };
    if !metadata.is_file() {
        return Err(other());
    }
    let bytes = open_torrent(path, TORRENT_FILE).map_err(|error| match error {
        ReadError::Io(error) => Failure::io(path, &error),
        ReadError::Refused(_) => other(),
    })?;
    let metainfo = Metainfo::parse(bytes).map_err(|_| other())?.metainfo;
    Ok(Some(Existing { metainfo, written: written(&metadata) }))
}

/// The earlier of both times: whoever sets one of them into the future makes no torrent right.
fn written(metadata: &fs::Metadata) -> SystemTime {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
    let nanoseconds = u32::try_from(metadata.ctime_nsec()).unwrap_or_default();
    let changed = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
    metadata.modified().map_or(SystemTime::UNIX_EPOCH, |modified| modified.min(changed))
}
