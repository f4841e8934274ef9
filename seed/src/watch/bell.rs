//! Rings when something happens in a folder, or the user wants everything to be looked at again.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Wakes who looks.
#[derive(Clone)]
pub(super) struct Bell {
    rings: SyncSender<()>,
    /// The user wants all to be looked at again. A ring that finds another before it is lost, and this must not be.
    is_reread_wanted: Arc<AtomicBool>,
}

/// Hears the bell.
pub(super) struct Ear {
    rings: Receiver<()>,
    is_reread_wanted: Arc<AtomicBool>,
}

/// A bell, and who hears it.
pub(super) fn bell() -> (Bell, Ear) {
    let (sender, rings) = sync_channel(1);
    let is_reread_wanted = Arc::new(AtomicBool::new(false));
    (Bell { rings: sender, is_reread_wanted: Arc::clone(&is_reread_wanted) }, Ear { rings, is_reread_wanted })
}

impl Bell {
    /// Something happened. A bell that rings already need not ring twice.
    pub(super) fn ring(&self) {
        let _rings = self.rings.try_send(());
    }

    /// All is to be looked at again. Whoever hears a ring after this knows.
    pub(super) fn ask_for_reread(&self) {
        self.is_reread_wanted.store(true, Ordering::SeqCst);
        self.ring();
    }
}

impl Ear {
    /// Waits for a ring, so long at most, if there is a limit. Gives whether it rang; `None` if nobody can ring any more.
    pub(super) fn wait(&self, most: Option<Duration>) -> Option<bool> {
        let Some(most) = most else { return self.rings.recv().is_ok().then_some(true) };
        match self.rings.recv_timeout(most) {
            Ok(()) => Some(true),
            Err(RecvTimeoutError::Timeout) => Some(false),
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    /// Whether the user wants all to be looked at again, once for each time.
    pub(super) fn take_reread(&self) -> bool {
        self.is_reread_wanted.swap(false, Ordering::SeqCst)
    }
}

/// Has a thread ring whenever something appears in these folders, is written there or goes. It sleeps in the meantime. Network file systems tell
/// nothing of what other hosts do, and other systems than Linux nothing at all: there one has to look now and then.
#[cfg(target_os = "linux")]
pub(super) fn ring_for(folders: &[PathBuf], bell: Bell) {
    use std::mem::MaybeUninit;

    use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};

    // Not while something is written: that is looked at until it rests.
    let events = WatchFlags::CREATE
        | WatchFlags::CLOSE_WRITE
        | WatchFlags::DELETE
        | WatchFlags::MOVED_FROM
        | WatchFlags::MOVED_TO;
    if folders.is_empty() {
        return;
    }
    let Ok(inotify) = init(CreateFlags::CLOEXEC) else { return };
    let watched = folders.iter().filter(|folder| add_watch(&inotify, folder.as_path(), events).is_ok());
    if watched.count() == 0 {
        return;
    }
    let wait = move || {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(inotify, &mut buffer);
        while reader.next().is_ok() {
            bell.ring();
        }
    };
    // Without the thread one looks now and then.
    let _ = std::thread::Builder::new().stack_size(STACK).spawn(wait);
}

#[cfg(not(target_os = "linux"))]
pub(super) fn ring_for(_folders: &[PathBuf], _bell: Bell) {}

#[cfg(target_os = "linux")]
const STACK: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Option<Duration> = Some(Duration::ZERO);

    #[test]
    fn what_the_user_wants_is_heard_however_much_it_rings() {
        let (bell, ear) = bell();
        (0..5).for_each(|_| bell.ring());
        bell.ask_for_reread();
        bell.ring();
        assert_eq!((ear.wait(SOON), ear.take_reread()), (Some(true), true));
        assert_eq!((ear.wait(SOON), ear.take_reread()), (Some(false), false), "once is enough");
        // It is wanted again while all is looked at: that was too early.
        bell.ask_for_reread();
        assert_eq!((ear.wait(SOON), ear.take_reread()), (Some(true), true));
        drop(bell);
        assert_eq!((ear.wait(SOON), ear.wait(None)), (None, None));
    }
}
