//! Torrents that come from web servers: several at a time, each within its time.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use cli_kit::{Exit, Failure, Interrupt};
use swarm_net::{Downloaded, HttpError, Namer, download};

use crate::deadline::Deadline;
use crate::mask::masked;
use crate::plan::{Input, Plan};

/// A torrent that is on its way.
pub(crate) struct Download(Receiver<Answer>);

/// What came, and how much time there was for it.
type Answer = (Result<Downloaded, HttpError>, Duration);

/// Begins to get all URLs; by input. The threads are left alone after an interrupt: they end with the process.
pub(crate) fn begin(plan: &Plan) -> Vec<Option<Download>> {
    let (mut urls, mut downloads) = (Vec::new(), Vec::new());
    for input in &plan.inputs {
        downloads.push(
            match input {
                Input::Url(url) => Some((vec![url.clone()], Namer::USER)),
                Input::Magnet(link) => of_link(&link.magnet.torrents),
                _ => None,
            }
            .map(|(of_one, namer)| {
                let (answer, answered) = mpsc::channel();
                urls.push((of_one, namer, answer));
                Download(answered)
            }),
        );
    }
    let (threads, queue) = (urls.len().min(AT_A_TIME), Arc::new(Mutex::new(urls.into_iter())));
    for _ in 0..threads {
        let (queue, allowance) = (Arc::clone(&queue), Allowance::of(plan));
        let (limit, bind, access) = (plan.max_size, plan.settings.bind, plan.settings.access.clone());
        let serve = move || {
            while let Some((urls, namer, answer)) = next(&queue) {
                for url in urls {
                    let all = allowance.now();
                    let time = if namer == Namer::USER { all } else { all.min(PATIENCE_WITH_LINKS) };
                    // Nobody waits for it after an interrupt.
                    let _ = answer.send((download(&url, namer, limit, time, bind, &access), time));
                }
            }
        };
        // Where the system makes fewer threads, those take turns. Where it makes none, the downloads break off.
        if thread::Builder::new().spawn(serve).is_err() {
            break;
        }
    }
    downloads
}

/// URLs to be tried one after the other, who named them, and whom to tell of each.
type Order = (Vec<String>, Namer, Sender<Answer>);
type Queue = Mutex<std::vec::IntoIter<Order>>;

/// Where a link says that its .torrent is.
fn of_link(urls: &[Vec<u8>]) -> Option<(Vec<String>, Namer)> {
    let text = |url: &Vec<u8>| String::from_utf8(url.clone()).ok();
    let urls: Vec<String> = urls.iter().filter_map(text).take(OF_LINK).collect();
    (!urls.is_empty()).then_some((urls, Namer::STRANGER))
}

fn next(queue: &Queue) -> Option<Order> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).next()
}

/// How long one may take.
#[derive(Clone, Copy)]
struct Allowance {
    deadline: Deadline,
    /// Other sources are to have some of the time as well, once this one is here or has failed.
    is_shared: bool,
}

impl Allowance {
    fn of(plan: &Plan) -> Self {
        Self { deadline: plan.deadline, is_shared: plan.inputs.len() > 1 }
    }

    fn now(self) -> Duration {
        let own = |left: Duration| if self.is_shared { left / 2 } else { left };
        self.deadline.left().map_or(PATIENCE, |left| own(left).min(PATIENCE))
    }
}

impl Download {
    /// Waits for it, unless the user ends it before.
    pub(crate) fn finish(
        &self,
        plan: &Plan,
        name: &str,
        interrupt: &Interrupt,
    ) -> Result<Downloaded, Failure> {
        loop {
            match self.0.recv_timeout(Duration::from_millis(100)) {
                Ok((downloaded, time)) => {
                    return downloaded.map_err(|error| no_answer(plan, name, &error, time));
                }
                Err(RecvTimeoutError::Timeout) => interrupt.check()?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::of(Exit::Network, name, "the download broke off"));
                }
            }
        }
    }
}

fn no_answer(plan: &Plan, name: &str, error: &HttpError, time: Duration) -> Failure {
    let network = |cause: String| Failure::of(Exit::Network, name, cause);
    match (error, plan.patience.deadline) {
        (HttpError::TooLong(_), _) => Failure::of(Exit::Unacceptable, name, masked(&error.to_string())),
        (HttpError::TooSlow, Some(deadline)) if plan.deadline.is_over() => {
            network(swarm_net::Failure::Deadline(deadline).to_string())
        }
        (HttpError::TooSlow, _) => network(format!("not all of it came within {:.0} s", time.as_secs_f64())),
        _ => network(masked(&error.to_string())),
    }
}

/// How long a server may take for a torrent, whatever it sends meanwhile.
const PATIENCE: Duration = Duration::from_secs(300);

/// The same where a link names the server: its peers may have the metadata as well.
const PATIENCE_WITH_LINKS: Duration = Duration::from_secs(20);

/// URLs of a link that are tried.
const OF_LINK: usize = 3;

/// Servers that are asked at a time.
const AT_A_TIME: usize = 8;
