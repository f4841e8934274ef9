//! Torrents that come from web servers: several at a time, each within its time.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use cli_kit::{Exit, Failure, Interrupt, show_size};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use torrent_core::address::{Namer, WayOut};
use torrent_core::magnet::Magnet;
use web_client::{Downloaded, HttpError, WebAccess, download};

use crate::deadline::Deadline;
use crate::mask::masked;
use crate::plan::Plan;

/// A torrent that is on its way.
pub(crate) struct Download {
    /// Where it may be; each has an answer of its own, in this order.
    pub(crate) urls: Vec<String>,
    answers: Receiver<Answer>,
    /// A thread carries the order out, or will when it has done what came before.
    has_thread: bool,
}

/// What came, and how much time there was for it.
type Answer = (Result<Downloaded, HttpError>, Duration);

/// Gets torrents by their URLs. Its threads are left alone after an interrupt: they end with the process.
pub(crate) struct Downloads {
    orders: Sender<Order>,
    queue: Receiver<Order>,
    threads: usize,
    server: Server,
}

/// URLs to be tried one after the other, who named them, and the sender for the answers.
type Order = (Vec<String>, Namer, Sender<Answer>);

impl Downloads {
    pub(crate) fn new(plan: &Plan) -> Self {
        let (orders, queue) = unbounded();
        Self { orders, queue, threads: 0, server: Server::new(plan) }
    }

    /// Begins to get what the user typed.
    pub(crate) fn of_typed(&mut self, url: &str) -> Download {
        self.begin(vec![url.to_owned()], Namer::USER)
    }

    /// Begins to get the torrent of a link from where it says, which `namer` may have made it say.
    pub(crate) fn of_link(&mut self, link: &Magnet, namer: Namer) -> Option<Download> {
        let text = |url: &Vec<u8>| String::from_utf8(url.clone()).ok();
        let urls: Vec<String> = link.torrents.iter().filter_map(text).take(OF_LINK).collect();
        (!urls.is_empty()).then(|| self.begin(urls, namer))
    }

    fn begin(&mut self, urls: Vec<String>, namer: Namer) -> Download {
        let (answer, answers) = unbounded();
        // It is not closed: both its ends are here.
        let _ = self.orders.send((urls.clone(), namer, answer));
        let (queue, server) = (self.queue.clone(), self.server.clone());
        let serve = move || carry_out(&queue, |order| server.serve(order));
        // Where the system makes fewer threads, those take turns. Where it makes none, the order is taken back.
        if self.threads < AT_A_TIME && thread::Builder::new().spawn(serve).is_ok() {
            self.threads += 1;
        } else if self.threads == 0 {
            drop(self.queue.try_recv());
        }
        Download { urls, answers, has_thread: self.threads > 0 }
    }
}

/// Carries out one order after the other. The panic of one is on standard error already; it is the end of that download, not of
/// the thread.
fn carry_out(queue: &Receiver<Order>, serve: impl Fn(Order)) {
    for order in queue {
        let _ = catch_unwind(AssertUnwindSafe(|| serve(order)));
    }
}

/// How orders are carried out.
#[derive(Clone)]
struct Server {
    allowance: Allowance,
    limit: u64,
    bind: Option<IpAddr>,
    access: WebAccess,
}

impl Server {
    fn new(plan: &Plan) -> Self {
        let (bind, access) = (plan.settings.bind, plan.settings.access.clone());
        Self { allowance: Allowance::of(plan), limit: plan.max_size, bind, access }
    }

    fn serve(&self, (urls, namer, answer): Order) {
        for url in urls {
            let all = self.allowance.now();
            let time = if namer == Namer::USER { all } else { all.min(PATIENCE_WITH_LINKS) };
            // Nobody waits for it after an interrupt.
            let _ = answer.send((self.download(&url, namer, time), time));
        }
    }

    /// A connection that is reset says nothing of the torrent: it is asked for again, some times, as long as there is time.
    fn download(&self, url: &str, namer: Namer, time: Duration) -> Result<Downloaded, HttpError> {
        let until = Instant::now() + time;
        let left = || until.saturating_duration_since(Instant::now());
        for pause in PAUSES {
            match download(url, namer, self.limit, left(), self.bind, &self.access) {
                Err(HttpError::Reset(_)) if pause < left() => thread::sleep(pause),
                answer => return answer,
            }
        }
        download(url, namer, self.limit, left(), self.bind, &self.access)
    }
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
            match self.answers.recv_timeout(Duration::from_millis(100)) {
                Ok((downloaded, time)) => {
                    return downloaded.map_err(|error| no_answer(plan, name, &error, time));
                }
                Err(RecvTimeoutError::Timeout) => interrupt.check()?,
                Err(RecvTimeoutError::Disconnected) => return Err(self.unanswered(name)),
            }
        }
    }

    /// Why an order has no answer: it was taken back, or its thread panicked.
    fn unanswered(&self, name: &str) -> Failure {
        if !self.has_thread {
            return no_thread(name);
        }
        Failure::of(Exit::LocalIo, name, "a fault of this program ended its download")
    }
}

/// No thread could be made to carry an order out.
pub(crate) fn no_thread(name: &str) -> Failure {
    Failure::of(Exit::LocalIo, name, "no thread can be started to download it").hint(MORE_THREADS)
}

fn no_answer(plan: &Plan, name: &str, error: &HttpError, time: Duration) -> Failure {
    let network = |cause: String| Failure::of(Exit::Network, name, cause);
    match (error, plan.patience.deadline) {
        (HttpError::TooLong(_), _) if plan.is_short_of_memory => too_large(name, plan.max_size),
        (HttpError::TooLong(_), _) => Failure::of(Exit::Unacceptable, name, masked(&error.to_string())),
        (HttpError::TooSlow | HttpError::Elsewhere(_), Some(deadline)) if plan.deadline.is_over() => {
            network(swarm_net::Failure::Deadline(deadline).to_string())
        }
        (HttpError::TooSlow, _) => network(format!("not all of it came within {:.0} s", time.as_secs_f64())),
        (HttpError::Address(why), _) if let Some(way_out) = why.way_out() => {
            let failure = network(masked(&format!("{error}, and only the link names it")));
            let allow = if way_out == WayOut::Allow { "`--allow-private` or " } else { "" };
            failure.hint(format!("{allow}`fetch {name}` asks it all the same"))
        }
        _ => network(masked(&error.to_string())),
    }
}

/// A torrent that is longer than what `--memory` leaves for it.
pub(crate) fn too_large(name: &str, limit: u64) -> Failure {
    let cause = format!("the torrent is longer than {}, for which there is memory", show_size(limit));
    Failure::of(Exit::Unacceptable, name, cause).hint("`--memory` makes room")
}

/// Where the system makes no threads.
pub(crate) const MORE_THREADS: &str = "`ulimit -u`, or the container's limit of processes, allows too few";

/// How long a server may take for a torrent, whatever it sends meanwhile.
const PATIENCE: Duration = Duration::from_secs(300);

/// The same where a link names the server: its peers may have the metadata as well.
const PATIENCE_WITH_LINKS: Duration = Duration::from_secs(20);

/// How long it is waited after each connection that was reset.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(2)];

/// URLs of a link that are tried.
const OF_LINK: usize = 3;

/// Servers that are asked at a time.
const AT_A_TIME: usize = 8;

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener};

    use super::*;

    #[test]
    fn a_download_that_panics_ends_alone_and_is_not_said_to_lack_a_thread() {
        let (orders, queue) = unbounded();
        let order = |url: &str| {
            let (answer, answers) = unbounded();
            let urls = vec![url.to_owned()];
            orders.send((urls.clone(), Namer::USER, answer)).unwrap();
            Download { urls, answers, has_thread: true }
        };
        let [faulty, next] = ["http://h.example/faulty", "http://h.example/next"].map(order);
        drop(orders);
        carry_out(&queue, |(urls, _, answer)| {
            assert!(!urls[0].ends_with("faulty"), "provoked");
            answer.send((Err(HttpError::Redirects), PATIENCE)).unwrap();
        });
        assert!(faulty.answers.recv().is_err());
        assert_eq!(faulty.unanswered("x").message, "x: a fault of this program ended its download");
        assert!(next.answers.recv().is_ok(), "the same thread serves the next one");
    }

    /// A server that resets so many connections, whatever is asked, and then answers.
    fn resetting(times: usize) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                // What was not read is answered with a reset.
                if number >= times {
                    let _ = (&stream).read(&mut [0; 4096]);
                    let _ = (&stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere");
                } else {
                    let _ = stream.peek(&mut [0]);
                }
            }
        });
        address
    }

    #[test]
    fn a_connection_that_is_reset_is_tried_again() {
        let allowance = Allowance { deadline: Deadline::after(None), is_shared: false };
        let server = Server { allowance, limit: 100, bind: None, access: WebAccess::default() };
        for (resets, is_here) in [(0, true), (1, true), (2, true), (3, false)] {
            let url = format!("http://{}/x.torrent", resetting(resets));
            let answer = server.download(&url, Namer::USER, Duration::from_secs(60));
            assert_eq!(answer.is_ok_and(|file| file.bytes == b"here"), is_here, "after {resets} resets");
        }
        let hasty =
            server.download(&format!("http://{}/", resetting(1)), Namer::USER, Duration::from_millis(200));
        assert!(hasty.is_err(), "there is no time for a second try");
    }

    #[test]
    fn an_order_that_no_thread_was_made_for_says_so() {
        let lost = Download { urls: Vec::new(), answers: unbounded().1, has_thread: false };
        assert_eq!(lost.unanswered("x").message, "x: no thread can be started to download it");
    }
}
