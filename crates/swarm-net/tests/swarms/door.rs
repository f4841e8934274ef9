//! Whatever callers say first: they are closed in time, there are few of them, and honest ones are served meanwhile.

use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};
use swarm::wire::Handshake;
use swarm_net::{Job, JobEvent, Session, Settings, raise_descriptor_limit};
use test_kit::{Content, Folder, HonestPeer, Manners, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::fetching::{await_listener, file, free_port, job, settings};
use crate::peers::crumbling;

/// A session with one torrent, which stays when it is complete, until it is dropped.
pub(crate) struct Home {
    address: SocketAddr,
    is_complete: Arc<AtomicBool>,
    is_over: Arc<AtomicBool>,
    running: Option<JoinHandle<()>>,
}

impl Home {
    pub(crate) fn new(content: &Content, folder: &Folder) -> Self {
        raise_descriptor_limit();
        let bind = Some(Ipv4Addr::LOCALHOST.into());
        let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let job = Job { seed_time: Some(Duration::from_secs(300)), ..job(content, folder, &[nobody]) };
        let port = free_port();
        let (is_complete, is_over) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let (complete, over) = (is_complete.clone(), is_over.clone());
        let running = thread::spawn(move || {
            let mut session = Session::new(Settings { port: Some(port), bind, ..settings() }).unwrap();
            session.add(job);
            while !over.load(Ordering::Relaxed) {
                let events = session.turn(Duration::from_millis(50));
                if events.iter().any(|(_, event)| matches!(event, JobEvent::Completed(_))) {
                    complete.store(true, Ordering::Relaxed);
                }
            }
        });
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        await_listener(address);
        Self { address, is_complete, is_over, running: Some(running) }
    }

    /// Dials it from an address of this machine.
    pub(crate) fn dial(&self, from: [u8; 4]) -> TcpStream {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
        socket.connect_timeout(&self.address.into(), Duration::from_secs(30)).unwrap();
        socket.into()
    }

    fn await_completion(&self) {
        let mut left = 60_000 / 20;
        while !self.is_complete.load(Ordering::Relaxed) {
            left -= 1;
            assert!(left > 0, "an honest peer is not served");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.running.take().into_iter().for_each(|running| running.join().unwrap());
    }
}

/// Which callers the other end does not close, however long it is waited for.
fn never_closed<T>(callers: &[(T, TcpStream)]) -> Vec<&T> {
    let until = Instant::now() + Duration::from_secs(30);
    let never = callers.iter().filter(|(_, stream)| {
        let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left)).unwrap();
        // Some are answered first: an encrypted stream may begin with any bytes.
        let end = std::io::copy(&mut &*stream, &mut std::io::sink());
        end.is_err_and(|error| [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()))
    });
    never.map(|(what, _)| what).collect()
}

fn is_open(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let is_open = matches!(stream.peek(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock);
    stream.set_nonblocking(false).unwrap();
    is_open
}

/// The handshake of a torrent that nobody has.
fn foreign_handshake() -> Vec<u8> {
    Handshake::new([7; 20], *b"-XX0001-000000000000", false).encode().to_vec()
}

/// What callers say first, by what they hope to be taken for.
fn first_words() -> Vec<(&'static str, Vec<u8>)> {
    let http = b"GET /announce?port=1 HTTP/1.1\r\nHost: a\r\n\r\n".to_vec();
    let tls = [b"\x16\x03\x01\0\xc8\x01\0\0\xc4\x03\x03".as_slice(), &seeded_bytes(1, 32)].concat();
    let mut words = Vec::new();
    for (name, whole) in [("BitTorrent", foreign_handshake()), ("HTTP", http), ("TLS", tls)] {
        words.extend((0..=whole.len()).map(|length| (name, whole[..length].to_vec())));
    }
    for place in 0..20 {
        let mut wrong = foreign_handshake();
        wrong[place] ^= 1;
        words.push(("BitTorrent with a wrong byte", wrong));
    }
    for length in [96, 97, 300, 608] {
        words.push(("MSE", seeded_bytes(length, length as usize)));
        words.push(("MSE that begins as BitTorrent does", [&[19], &*seeded_bytes(length, 95)].concat()));
    }
    words.extend([1, 20, 68, 100_000].map(|length| ("nothing at all", vec![0; length])));
    words
}

#[test]
fn whoever_says_anything_else_is_closed_in_time_and_honest_callers_are_served() {
    let content = file(Protocol::V1, 200_000, 32768);
    let folder = Folder::new("");
    let home = Home::new(&content, &folder);
    let mut callers = Vec::new();
    for (number, (name, words)) in first_words().into_iter().enumerate() {
        let from = [127, 0, 20, 1 + (number % 200) as u8];
        let mut stays = home.dial(from);
        // A caller that is closed already cannot send the rest.
        let _ = stays.write_all(&words);
        callers.push(((name, words.len()), stays));
        let _ = home.dial(from).write_all(&words);
    }
    // Nobody takes the places of these: their time runs out.
    for length in [0, 1, 19, 20, 47, 67] {
        let last = home.dial([127, 0, 21, 1 + length]);
        (&last).write_all(&foreign_handshake()[..usize::from(length)]).unwrap();
        callers.push((("the last", usize::from(length)), last));
    }
    let drip = home.dial([127, 0, 22, 1]);
    let dripping = thread::spawn(move || {
        let said = foreign_handshake().into_iter().take_while(|byte| {
            thread::sleep(Duration::from_secs(1));
            (&drip).write_all(&[*byte]).is_ok()
        });
        said.count()
    });
    let peer = HonestPeer::new(content.clone(), Manners::default());
    peer.dial(crumbling(home.address));
    home.await_completion();
    assert_eq!(never_closed(&callers), [&("", 0); 0]);
    let said = dripping.join().unwrap();
    assert!(said < 68, "a handshake of a byte a second was heard to its end");
    assert!(folder.read("file") == content.bytes());
}

#[test]
fn of_a_thousand_callers_at_once_few_are_kept_and_honest_ones_are_served() {
    let content = file(Protocol::V1, 500_000, 32768);
    let folder = Folder::new("");
    let home = Home::new(&content, &folder);
    let address = |number: usize| [127, 0, 30 + (number / 100) as u8, 1 + (number % 100) as u8];
    let callers: Vec<_> = (0..1000).map(|number| (number, home.dial(address(number)))).collect();
    // 128 have a place, and the system keeps 128 who are not accepted yet.
    let open = callers.iter().filter(|(_, stream)| is_open(stream)).count();
    assert!(open <= 300, "{open} of 1000 callers are open");
    let peer = HonestPeer::new(content.clone(), Manners::default());
    peer.dial(home.address);
    home.await_completion();
    assert_eq!(never_closed(&callers), [&0; 0]);
    assert!(folder.read("file") == content.bytes());
}
