//! A session that serves, in a thread of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use swarm_net::{Economy, Job, JobEvent, JobProgress, Serve, Session, Settings, raise_descriptor_limit};
use test_kit::{Content, Folder};

use super::client::{Client, HttpReply};
use crate::fetching::{free_port, job, settings};

/// A session that serves torrents, until it is dropped.
pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    /// Where its torrents stand; of several any.
    pub(crate) progress: Arc<Mutex<JobProgress>>,
    /// The most bytes that waited for sockets at a time.
    pub(crate) most_unsent: Arc<AtomicUsize>,
    pub(crate) connections: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
    /// Has its first torrent removed.
    removals: Sender<()>,
    running: Option<JoinHandle<()>>,
}

impl Host {
    /// Serves what lies in folders, once it is complete.
    pub(crate) fn new(offers: &[(&Content, &Folder)], serve: Option<Serve>) -> Self {
        Self::with(offers, serve, &Economy::default())
    }

    pub(crate) fn with(offers: &[(&Content, &Folder)], serve: Option<Serve>, economy: &Economy) -> Self {
        let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let jobs = offers.iter().map(|(content, folder)| Job {
            seed_time: Some(Duration::from_secs(300)),
            economy: economy.clone(),
            ..job(content, folder, &[nobody])
        });
        Self::of(jobs.collect(), serve)
    }

    /// Runs these jobs, and is there when all are offered.
    pub(crate) fn of(jobs: Vec<Job>, serve: Option<Serve>) -> Self {
        raise_descriptor_limit();
        let port = free_port();
        let (removals, removed) = channel();
        let (complete, is_over) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let mut host = Self {
            address: (Ipv4Addr::LOCALHOST, port).into(),
            progress: Arc::default(),
            most_unsent: Arc::default(),
            connections: Arc::default(),
            is_over: is_over.clone(),
            removals,
            running: None,
        };
        let settings =
            Settings { port: Some(port), bind: Some(Ipv4Addr::LOCALHOST.into()), serve, ..settings() };
        let watch = (host.progress.clone(), host.most_unsent.clone(), host.connections.clone());
        let (done, wanted) = (complete.clone(), jobs.len());
        let running = thread::spawn(move || run(settings, jobs, (&done, &is_over), &removed, watch));
        while complete.load(Ordering::Relaxed) < wanted {
            assert!(!running.is_finished());
            thread::sleep(Duration::from_millis(2));
        }
        host.running = Some(running);
        host
    }

    /// Dials it from an address of this machine.
    pub(crate) fn dial(&self, from: [u8; 4]) -> TcpStream {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
        socket.connect_timeout(&self.address.into(), Duration::from_secs(30)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        socket.into()
    }

    /// What a connection of its own is answered.
    pub(crate) fn get(&self, path: &str) -> HttpReply {
        Client::new(self.dial([127, 0, 0, 1])).get(path, &[])
    }

    pub(crate) fn remove_first(&self) {
        self.removals.send(()).unwrap();
    }
}

fn run(
    settings: Settings,
    jobs: Vec<Job>,
    (complete, is_over): (&AtomicUsize, &AtomicBool),
    removed: &Receiver<()>,
    (progress, unsent, connections): (Arc<Mutex<JobProgress>>, Arc<AtomicUsize>, Arc<AtomicUsize>),
) {
    let mut session = Session::new(settings).unwrap();
    let ids: Vec<_> = jobs.into_iter().map(|job| session.add(job)).collect();
    while !is_over.load(Ordering::Relaxed) {
        for (_, event) in session.turn(Duration::from_millis(20)) {
            match event {
                JobEvent::Seeding { .. } => drop(complete.fetch_add(1, Ordering::Relaxed)),
                JobEvent::Progress(now) => *progress.lock().unwrap() = now,
                _ => {}
            }
        }
        removed.try_iter().for_each(|()| session.remove(ids[0]));
        let holdings = session.holdings();
        unsent.fetch_max(holdings.unsent, Ordering::Relaxed);
        connections.store(holdings.connections, Ordering::Relaxed);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let ended = self.running.take().map(JoinHandle::join);
        assert!(thread::panicking() || ended.is_none_or(|ended| ended.is_ok()));
    }
}
