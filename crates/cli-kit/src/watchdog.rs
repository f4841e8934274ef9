//! Limits of time that hold even if the thread that should look at them is busy, or waits for a disk that does not answer.

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use crate::escape::guard;
use crate::failure::Failure;
use crate::world::World;

/// Ends the process with the failure that `over` gives, once it has given one for `GRACE`: whoever should have ended by then does not
/// come to it. Files that are not whole stay what they are after a crash: hidden, and replaced by the next run.
pub fn watch(world: &World, over: impl Fn() -> Option<Failure> + Send + 'static) {
    let (tool, stderr) = (world.tool, world.stderr.clone());
    let end = move |failure: Failure| {
        let (done, said) = channel();
        let code = failure.exit.code();
        // Whoever hangs may hold standard error.
        let say = move || {
            stderr.line(&format!("{tool}: {}", guard(&failure.message)));
            failure.hint.iter().for_each(|hint| stderr.line(&format!("hint: {}", guard(hint))));
            done.send(())
        };
        if thread::Builder::new().spawn(say).is_ok() {
            let _ = said.recv_timeout(SAYING);
        }
        std::process::exit(code.into());
    };
    // Without a thread there is no watchdog, but everything else.
    let _ = thread::Builder::new().name("watchdog".into()).spawn(move || end(wait(&over)));
}

/// Waits until time has been over for long enough.
fn wait(over: &impl Fn() -> Option<Failure>) -> Failure {
    let mut since = None;
    loop {
        thread::sleep(LOOK);
        match over() {
            None => since = None,
            Some(failure) if since.get_or_insert_with(Instant::now).elapsed() >= GRACE => return failure,
            Some(_) => {}
        }
    }
}

/// How long what is over may take to end tidily.
const GRACE: Duration = Duration::from_secs(3);

/// How often the time is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// How long saying why may take.
const SAYING: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::exit::Exit;

    #[test]
    fn only_what_stays_over_ends() {
        let asked = AtomicUsize::new(0);
        let start = Instant::now();
        // A sign of life in between begins the grace anew.
        let over = || {
            let is_alive = asked.fetch_add(1, Ordering::Relaxed) == 5;
            (!is_alive).then(|| Failure::new(Exit::Network, "over"))
        };
        assert_eq!(wait(&over).exit, Exit::Network);
        assert!(start.elapsed() >= GRACE + 5 * LOOK);
    }
}
