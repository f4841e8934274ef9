//! Threads that wait for connections, and end when their owner does.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// When to stop: when the owner requests it, and after [`LIFETIME`] at the latest.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    is_requested: Arc<AtomicBool>,
    until: Instant,
}

/// No peer or tracker of a test lives longer.
const LIFETIME: Duration = Duration::from_secs(300);

/// How often threads look whether they are to stop.
pub(crate) const LOOK: Duration = Duration::from_millis(20);

/// Connections that are served at a time.
const CONNECTIONS: usize = 100;

impl Stop {
    pub(crate) fn new() -> Self {
        Self { is_requested: Arc::default(), until: Instant::now() + LIFETIME }
    }

    /// A stop that comes by itself.
    #[cfg(test)]
    pub(crate) fn within(lifetime: Duration) -> Self {
        Self { until: Instant::now() + lifetime, ..Self::new() }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_requested.load(Ordering::Relaxed) || Instant::now() > self.until
    }

    /// Sleeps, but not beyond the end.
    pub(crate) fn sleep(&self, duration: Duration) {
        let until = Instant::now() + duration;
        while !self.is_over() && Instant::now() < until {
            thread::sleep(LOOK.min(until.saturating_duration_since(Instant::now())));
        }
    }

    fn request(&self) {
        self.is_requested.store(true, Ordering::Relaxed);
    }
}

/// Threads that end with it.
pub(crate) struct Service {
    stop: Stop,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Service {
    pub(crate) fn new() -> Self {
        Self { stop: Stop::new(), threads: Arc::default() }
    }

    /// Runs something until it ends by itself, which it does soon after the service is stopped.
    pub(crate) fn run(&self, work: impl FnOnce(&Stop) + Send + 'static) {
        let stop = self.stop.clone();
        let thread = thread::spawn(move || work(&stop));
        self.threads.lock().expect("no thread panicked").push(thread);
    }

    /// Serves each connection to a new port of `ip` in a thread of its own.
    pub(crate) fn listen(
        &self,
        ip: IpAddr,
        serve: impl Fn(TcpStream, &Stop) + Send + Sync + 'static,
    ) -> SocketAddr {
        let listener = TcpListener::bind((ip, 0)).expect("a port is free");
        listener.set_nonblocking(true).expect("the listener can be set");
        let address = listener.local_addr().expect("the listener has an address");
        let serve = Arc::new(serve);
        self.run(move |stop| {
            let mut serving: Vec<JoinHandle<()>> = Vec::new();
            while !stop.is_over() {
                serving.retain(|thread| !thread.is_finished());
                match listener.accept() {
                    Ok((stream, _)) if serving.len() < CONNECTIONS => {
                        let (serve, stop) = (serve.clone(), stop.clone());
                        serving.push(thread::spawn(move || serve(stream, &stop)));
                    }
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(LOOK),
                    Err(_) => break,
                }
            }
            serving.into_iter().for_each(|thread| drop(thread.join()));
        });
        address
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop.request();
        let threads = std::mem::take(&mut *self.threads.lock().expect("no thread panicked"));
        threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// An address of this machine that nobody else in this process was given, because bans are by address.
pub(crate) fn own_loopback() -> IpAddr {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let [_, b, c, d] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    Ipv4Addr::new(127, b.wrapping_add(1), c, d).into()
}
