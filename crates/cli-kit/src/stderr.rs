//! Standard error, shared: the tool's sentences and the progress of its threads must not break into each other.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::ProgressBar;

/// A handle on standard error; clones write to the same place, a whole line at a time.
#[derive(Clone)]
pub struct Stderr {
    out: Arc<Mutex<Box<dyn Write + Send>>>,
    bar: Arc<Mutex<Option<ProgressBar>>>,
}

impl Stderr {
    /// Lines go to this writer.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self { out: Arc::new(Mutex::new(Box::new(out))), bar: Arc::default() }
    }

    /// Writes one line, beside a progress bar if there is one. If that fails, there is nowhere left to say so.
    pub fn line(&self, text: &str) {
        let line = format!("{text}\n");
        self.without_bar(|| {
            let _ = lock(&self.out).write_all(line.as_bytes());
        });
    }

    /// Runs this while the progress bar is off the screen.
    pub(crate) fn without_bar<T>(&self, act: impl FnOnce() -> T) -> T {
        let bar = lock(&self.bar).clone();
        match bar {
            Some(bar) => bar.suspend(act),
            None => act(),
        }
    }

    /// From now on a bar is on the screen, or none.
    pub(crate) fn set_bar(&self, bar: Option<ProgressBar>) {
        *lock(&self.bar) = bar;
    }
}

/// A thread that panicked while writing does no harm to the next line.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
