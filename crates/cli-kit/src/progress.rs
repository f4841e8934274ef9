//! How far the work is. Workers only count; one thread of its own looks at the count and draws.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::flags::{Flags, ProgressMode};
use crate::world::World;

mod bar;
mod board;
mod figures;
mod lines;
mod plain;

pub use board::{Board, Line};
pub use figures::{figures, show_percent};

/// The progress of one job. Share it by reference among threads; dropping it ends the display.
pub struct Progress {
    count: Arc<Count>,
    ticker: Mutex<Option<Ticker>>,
}

impl Progress {
    /// Starts to show a job of so many bytes (`None`: not known) the way the flags ask for.
    pub fn start(world: &World, flags: &Flags, total: Option<u64>) -> Self {
        let stderr = world.stderr.clone();
        let view: Option<Box<dyn View>> = match flags.progress {
            _ if is_bar(world, flags) => Some(Box::new(bar::Bar::new(stderr))),
            _ if is_plain(world, flags) => {
                Some(Box::new(plain::Plain::new(world.tool, stderr, plain::EVERY)))
            }
            ProgressMode::Json => Some(Box::new(lines::Lines::new(stderr))),
            ProgressMode::Auto | ProgressMode::Never => None,
        };
        let count = Arc::new(Count::new(total, view.is_some()));
        let ticker = view.and_then(|view| Ticker::start(Arc::clone(&count), view));
        Self { count, ticker: Mutex::new(ticker) }
    }

    /// Progress that is counted and never shown.
    pub fn never() -> Self {
        Self { count: Arc::new(Count::new(None, false)), ticker: Mutex::new(None) }
    }

    /// So many bytes more are done.
    pub fn advance(&self, bytes: u64) {
        self.count.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How many bytes are done.
    pub fn bytes(&self) -> u64 {
        self.count.bytes()
    }

    /// Work on this file has begun; its name is as it came, not escaped.
    pub fn file(&self, name: &[u8]) {
        // Whoever finds the lock taken lets it be: some other name is just being shown.
        if self.count.watched
            && let Ok(mut file) = self.count.file.try_lock()
        {
            file.clear();
            file.extend_from_slice(name);
        }
    }

    /// Ends the display: the bar vanishes, or a last line tells the sum.
    pub fn finish(&self) {
        let ticker = self.ticker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Ticker { stop, thread }) = ticker {
            drop(stop);
            // A ticker that panicked has drawn its last; the work itself is not harmed.
            let _ = thread.join();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Whether a person watches.
fn is_bar(world: &World, flags: &Flags) -> bool {
    flags.progress == ProgressMode::Auto && !flags.quiet && world.stderr_is_terminal
}

/// Whether a person may read it later.
fn is_plain(world: &World, flags: &Flags) -> bool {
    flags.progress == ProgressMode::Auto && !flags.quiet && !world.stderr_is_terminal
}

/// What workers write and the ticker reads.
struct Count {
    bytes: AtomicU64,
    file: Mutex<Vec<u8>>,
    total: Option<u64>,
    started: Instant,
    watched: bool,
}

impl Count {
    fn new(total: Option<u64>, watched: bool) -> Self {
        Self { bytes: AtomicU64::new(0), file: Mutex::default(), total, started: Instant::now(), watched }
    }

    fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    fn file(&self) -> Vec<u8> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A way to show the count.
trait View: Send {
    /// How long a job must last before it is shown.
    fn patience(&self) -> Duration;
    /// How often it is shown anew.
    fn interval(&self) -> Duration;
    fn draw(&mut self, count: &Count);
    fn end(&mut self, count: &Count);
}

/// The thread that draws, until its `stop` is dropped.
struct Ticker {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Ticker {
    /// `None` if there can be no thread: then nothing is shown.
    fn start(count: Arc<Count>, view: Box<dyn View>) -> Option<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new().spawn(move || tick(&count, view, &stopped)).ok()?;
        Some(Self { stop, thread })
    }
}

fn tick(count: &Count, mut view: Box<dyn View>, stopped: &Receiver<()>) {
    let mut wait = view.patience();
    while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        view.draw(count);
        wait = view.interval();
    }
    view.end(count);
}

#[cfg(test)]
mod tests;
