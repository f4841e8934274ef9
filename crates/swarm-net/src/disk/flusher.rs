//! Syncs written files in the background, so that a checkpoint has little left to wait for, and dirty pages do not fill memory that
//! the kernel could use otherwise.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::job_id::JobId;
use crate::journal::Holder;

/// A thread that syncs files. It ends with its owner.
pub(crate) struct Flusher {
    queue: SyncSender<Task>,
    failures: Arc<Mutex<Failures>>,
}

type Task = (JobId, Holder, File);
type Failures = HashMap<JobId, (Holder, io::Error)>;

impl Flusher {
    pub(crate) fn start() -> io::Result<Self> {
        let (queue, tasks) = mpsc::sync_channel(QUEUE);
        let failures = Arc::new(Mutex::new(Failures::new()));
        let noted = Arc::clone(&failures);
        thread::Builder::new().name("flush".into()).spawn(move || flush_all(&tasks, &noted))?;
        Ok(Self { queue, failures })
    }

    /// Begins to sync a file, unless there is enough to do already: it is only a beginning. `file` was opened for this:
    /// the kernel reports a failure once for each descriptor of a file, and the one that wrote must get it as well.
    pub(crate) fn begin(&self, job: JobId, holder: Holder, file: File) {
        // A full queue is no failure.
        let _ = self.queue.try_send((job, holder, file));
    }

    /// A file of a job that could not be synced.
    pub(crate) fn failure(&self, job: JobId) -> Option<(Holder, io::Error)> {
        lock(&self.failures).remove(&job)
    }
}

fn flush_all(tasks: &Receiver<Task>, failures: &Mutex<Failures>) {
    while let Ok((job, holder, file)) = tasks.recv() {
        if let Err(error) = file.sync_data() {
            lock(failures).insert(job, (holder, error));
        }
    }
}

/// No code that holds the lock can panic.
fn lock(failures: &Mutex<Failures>) -> MutexGuard<'_, Failures> {
    failures.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Files that wait, and are open for it.
const QUEUE: usize = 16;
