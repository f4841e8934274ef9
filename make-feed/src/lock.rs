//! One update at a time: who comes second waits, and finds what the first has published.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use cli_kit::{Exit, Failure, Interrupt, escape_path};

/// Held by one run at a time, until dropped.
///
/// It is on the folder: the feed is another file after every update, and a lock file would be litter.
#[derive(Debug)]
pub(crate) struct Lock {
    /// `None` where the folder cannot be locked: over NFS, or if it may not be read.
    _folder: Option<File>,
}

impl Lock {
    /// Waits for whoever else updates feeds in the folder of this one, or gives up after [`PATIENCE`].
    pub(crate) fn wait(feed: &Path, interrupt: &Interrupt) -> Result<Self, Failure> {
        Self::wait_for(feed, PATIENCE, interrupt)
    }

    fn wait_for(feed: &Path, patience: Duration, interrupt: &Interrupt) -> Result<Self, Failure> {
        let began = Instant::now();
        let Ok(folder) = File::open(folder_of(feed)) else { return Ok(Self { _folder: None }) };
        loop {
            match folder.try_lock() {
                Ok(()) => return Ok(Self { _folder: Some(folder) }),
                Err(TryLockError::Error(_)) => return Ok(Self { _folder: None }),
                Err(TryLockError::WouldBlock) if began.elapsed() >= patience => return Err(busy(feed)),
                Err(TryLockError::WouldBlock) => sleep(PAUSE),
            }
            interrupt.check()?;
        }
    }
}

fn busy(feed: &Path) -> Failure {
    Failure::of(Exit::LocalIo, escape_path(feed), "another program has locked its folder and does not let go")
        .hint("run it again when that has ended")
}

/// The folder of the feed itself, also if the path is a link to it.
fn folder_of(feed: &Path) -> PathBuf {
    let feed = fs::canonicalize(feed).unwrap_or_else(|_| feed.to_owned());
    let folder = feed.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// An update takes less than a second.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;
    use test_kit::Folder;

    #[test]
    fn a_locked_folder_is_waited_for_and_not_for_ever() {
        let folder = Folder::new("feed.xml: x\nother/\nother/link -> ../feed.xml");
        let wait = |feed: &str| Lock::wait_for(&folder.join(feed), Duration::ZERO, &Interrupt::never());
        let first = wait("feed.xml").unwrap();
        for feed in ["feed.xml", "new.xml", "other/link"] {
            let failure = wait(feed).expect_err("another has the lock");
            assert_eq!(failure.exit, Exit::LocalIo);
            assert!(failure.message.ends_with(": another program has locked its folder and does not let go"));
        }
        wait("other/feed.xml").unwrap();
        drop(first);
        wait("feed.xml").unwrap();
        // What cannot be locked is no reason to publish nothing; writing there says what is wrong.
        wait("missing/feed.xml").unwrap();
    }

    #[test]
    fn a_signal_ends_the_wait() {
        let folder = Folder::new("");
        let interrupt = Interrupt::never();
        let _first = Lock::wait(&folder.join("feed.xml"), &interrupt).unwrap();
        interrupt.raise(Exit::Interrupted);
        assert_eq!(Lock::wait(&folder.join("feed.xml"), &interrupt).unwrap_err().exit, Exit::Interrupted);
    }
}
