//! The thread that runs the session. It begins with the first order, so that a pass that brings nothing new opens no port.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cli_kit::Interrupt;
use follow::sink::Verdict;
use swarm_net::{Failure, JobEvent, JobId, JobOutcome, JobProgress, Session};
use torrent_core::metainfo::Metainfo;

use super::means::Means;
use super::order::{End, Limits, Order};
use super::sink::Fetch;
use super::under_way::UnderWay;
use super::verdict::{is_in_the_way, verdict};
use crate::space::free;

/// Fetches what is ordered.
pub(crate) struct Fetcher {
    /// `None` once nothing more is ordered.
    orders: Option<Sender<Order>>,
    ends: Receiver<End>,
    under_way: Arc<UnderWay>,
    thread: JoinHandle<Result<Option<String>, Failure>>,
}

impl Fetcher {
    /// Starts the thread.
    pub(crate) fn start(means: Means, interrupt: Interrupt) -> io::Result<Self> {
        let ((orders, ordered), (tell, ends)) = (channel(), channel());
        let under_way = Arc::<UnderWay>::default();
        let serve = move || serve(means, &ordered, tell, &interrupt);
        let thread = thread::Builder::new().name("fetcher".to_owned()).spawn(serve)?;
        Ok(Self { orders: Some(orders), ends, under_way, thread })
    }

    /// The sink of a feed, which has this place among all.
    pub(crate) fn sink(&self, feed: usize, folder: PathBuf, parcels: PathBuf, limits: Limits) -> Fetch {
        let (orders, under_way) = (self.orders.clone(), Arc::clone(&self.under_way));
        Fetch { feed, folder, parcels, limits, orders, under_way }
    }

    /// Nothing more is ordered. Waits for the next item that ends; `None` if all have.
    pub(crate) fn next_end(&mut self) -> Option<End> {
        self.orders = None;
        self.ends.recv().ok()
    }

    /// All have ended. Gives what is to be said of it.
    ///
    /// # Errors
    /// Why it came to nothing.
    pub(crate) fn finish(self) -> Result<Option<String>, Failure> {
        drop(self.orders);
        let panicked = |_| Err(Failure::Network("a fault of this program ended it".to_owned()));
        self.thread.join().unwrap_or_else(panicked)
    }
}

fn serve(
    mut means: Means,
    orders: &Receiver<Order>,
    ends: Sender<End>,
    interrupt: &Interrupt,
) -> Result<Option<String>, Failure> {
    let Ok(first) = orders.recv() else { return Ok(None) };
    let unread = means.kept_nodes.lend(&mut means.settings).err();
    let session = match Session::new(means.settings.clone()) {
        Ok(session) => session,
        Err(why) => {
            for order in std::iter::once(first).chain(orders) {
                order.discard();
                let _ = ends.send(End { ticket: order.ticket, verdict: Verdict::CutOff });
            }
            return Err(why);
        }
    };
    let queue = VecDeque::from([first]);
    let mut run = Run { session, means, queue, begun: HashMap::new(), ends, is_over: false };
    run.run(orders, interrupt);
    run.means.kept_nodes.keep(&run.session.dht_nodes());
    Ok(unread)
}

/// The session and what it works at.
struct Run {
    session: Session,
    means: Means,
    /// What waits for its turn.
    queue: VecDeque<Order>,
    begun: HashMap<JobId, Begun>,
    ends: Sender<End>,
    /// Nothing is begun any more.
    is_over: bool,
}

/// An order that has begun.
struct Begun {
    order: Order,
    /// Where its files go.
    folder: PathBuf,
    /// Bytes that are still to come, as far as that is known.
    left: u64,
    /// Bytes that were there when it began; `None` as long as nobody has looked.
    had: Option<u64>,
}

impl Run {
    /// Until there are no more orders, and all have ended.
    fn run(&mut self, orders: &Receiver<Order>, interrupt: &Interrupt) {
        let mut is_closed = false;
        while !is_closed || !self.queue.is_empty() || !self.session.is_empty() {
            is_closed = self.listen(orders);
            if !self.is_over && (interrupt.raised().is_some() || self.means.is_over()) {
                self.is_over = true;
                self.session.end_all(|| Failure::Interrupted);
            }
            while self.is_over || self.begun.len() < AT_A_TIME {
                let Some(order) = self.queue.pop_front() else { break };
                self.begin(order);
            }
            for (id, event) in self.session.turn(LOOK) {
                self.on_event(id, event);
            }
        }
    }

    /// Takes the orders that are there. Whether there will be no more.
    fn listen(&mut self, orders: &Receiver<Order>) -> bool {
        loop {
            match orders.try_recv() {
                Ok(order) => self.queue.push_back(order),
                Err(TryRecvError::Empty) => return false,
                Err(TryRecvError::Disconnected) => return true,
            }
        }
    }

    fn begin(&mut self, order: Order) {
        if self.is_over {
            return self.end(order, Verdict::CutOff);
        }
        let folder = order.destination();
        self.begin_in(folder, order);
    }

    fn begin_in(&mut self, folder: PathBuf, order: Order) {
        match order.job(&folder, &self.means) {
            Ok(job) => {
                self.begun.insert(self.session.add(job), Begun { order, folder, left: 0, had: None });
            }
            Err(verdict) => self.end(order, verdict),
        }
    }

    fn on_event(&mut self, id: JobId, event: JobEvent) {
        match event {
            JobEvent::Metadata { metainfo } => self.on_metadata(id, &metainfo),
            JobEvent::Started { progress, .. } => self.on_started(id, progress),
            JobEvent::Progress(progress) => self.on_progress(id, progress),
            JobEvent::Ended(outcome) => self.on_ended(id, *outcome),
            _ => {}
        }
    }

    /// How large it is can be known now of a link as well.
    fn on_metadata(&mut self, id: JobId, metainfo: &Metainfo) {
        let Some(begun) = self.begun.get(&id) else { return };
        let size = metainfo.files().content_length();
        if begun.order.limits.size.is_some_and(|most| size > most) {
            self.give_back(id, Verdict::TooLarge);
        }
    }

    /// What is missing is known from here on, and whether there is room for it.
    fn on_started(&mut self, id: JobId, progress: JobProgress) {
        let Some(begun) = self.begun.get_mut(&id) else { return };
        begun.had = Some(progress.done);
        self.on_progress(id, progress);
        let left = self.begun.values().map(|begun| begun.left).sum();
        let lacks_room = |begun: &Begun| {
            let free = free(&begun.order.folder);
            begun.left > 0 && free.is_some_and(|free| begun.order.limits.lack_room(left, free))
        };
        if self.begun.get(&id).is_some_and(lacks_room) {
            self.give_back(id, Verdict::NoRoom);
        }
    }

    /// A torrent does not go on, for a reason of ours.
    fn give_back(&mut self, id: JobId, verdict: Verdict) {
        self.session.remove(id);
        if let Some(begun) = self.begun.remove(&id) {
            self.end(begun.order, verdict);
        }
    }

    fn on_progress(&mut self, id: JobId, progress: JobProgress) {
        // Nothing is known of a link, and of what is on the disk until it has been looked at.
        let Some(begun) = self.begun.get_mut(&id).filter(|begun| begun.had.is_some()) else { return };
        begun.left = progress.wanted.saturating_sub(progress.done);
    }

    fn on_ended(&mut self, id: JobId, outcome: JobOutcome) {
        let Some(begun) = self.begun.remove(&id) else { return };
        let (own, order) = (begun.order.own_folder(), begun.order);
        if is_in_the_way(&outcome) && begun.folder != own && !self.is_over {
            return self.begin_in(own, order);
        }
        let came = begun.had.is_some_and(|had| outcome.progress.done > had);
        let destination = swarm_net::Destination { folder: begun.folder, ..Default::default() };
        let path = outcome.metainfo.as_ref().and_then(|torrent| destination.path_of(torrent).ok());
        self.end(order, verdict(outcome, path, &destination.folder, came));
    }

    fn end(&self, order: Order, verdict: Verdict) {
        order.discard();
        // Nobody hears it where the main thread has panicked.
        let _ = self.ends.send(End { ticket: order.ticket, verdict });
    }
}

/// Torrents that are fetched at a time.
const AT_A_TIME: usize = 5;

/// How often orders and the interrupt are looked at.
const LOOK: Duration = Duration::from_millis(100);
