//! Playing a script to whoever connects.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use swarm::wire::{Handshake, Limits};

use super::{Answer, Script, Step, World};
use crate::Content;
use crate::line::Line;
use crate::service::{LOOK, Service, Stop, own_loopback};

/// A hostile peer on a port of this machine, until it is dropped.
pub struct HostilePeer {
    _service: Service,
    script: Script,
    address: SocketAddr,
    endings: Arc<Mutex<Vec<Ending>>>,
}

/// How a connection to a hostile peer ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ending {
    /// The other side closed it; otherwise it was open until the test was over.
    pub cut_off: bool,
    /// How long it was open.
    pub after: Duration,
}

impl HostilePeer {
    /// A peer that plays `script` to everybody who connects and pretends to have `content`.
    pub fn new(script: Script, content: Arc<Content>) -> Self {
        let service = Service::new();
        let endings = Arc::<Mutex<Vec<Ending>>>::default();
        let its_endings = endings.clone();
        let world = World { content, peer_id: new_peer_id() };
        let address = service.listen(own_loopback(), move |stream, stop| {
            let started = Instant::now();
            let error = play(script, &world, stream, stop);
            let cut_off = error.kind() != ErrorKind::TimedOut;
            let ending = Ending { cut_off, after: started.elapsed() };
            its_endings.lock().expect("no peer panicked").push(ending);
        });
        Self { _service: service, script, address, endings }
    }

    /// Where it is: an address that no other peer of this process has, because bans are by address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The script that it plays.
    pub fn script(&self) -> Script {
        self.script
    }

    /// How the connections that are over ended.
    pub fn endings(&self) -> Vec<Ending> {
        self.endings.lock().expect("no peer panicked").clone()
    }

    /// Waits for the first connection to end; `None` if none has after that time.
    pub fn wait(&self, patience: Duration) -> Option<Ending> {
        let until = Instant::now() + patience;
        loop {
            match self.endings().first() {
                None if Instant::now() < until => thread::sleep(LOOK),
                first => return first.copied(),
            }
        }
    }
}

impl fmt::Debug for HostilePeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostilePeer({} at {})", self.script.name, self.address)
    }
}

/// Plays until the connection ends, and says by which error it did.
fn play(script: Script, world: &World, stream: TcpStream, stop: &Stop) -> io::Error {
    let limits = Limits::new(Some(world.content.pieces()));
    let mut line = match Line::new(stream, stop, limits) {
        Ok(line) => line,
        Err(error) => return error,
    };
    let mut steps = (script.steps)(world).into_iter();
    let failed = steps.find_map(|step| take(step, world, &mut line).err());
    let error = failed.map_or_else(|| line.drain(), Err);
    error.err().unwrap_or_else(|| ErrorKind::TimedOut.into())
}

fn take(step: Step, world: &World, line: &mut Line) -> io::Result<()> {
    match step {
        Step::Shake { reserved } => {
            let info_hash = line.read_handshake()?.info_hash;
            line.send_bytes(&Handshake { reserved, info_hash, peer_id: world.peer_id }.encode())
        }
        Step::Echo => {
            let theirs = line.read_handshake()?;
            line.send_bytes(&theirs.encode())
        }
        Step::Send(bytes) => line.send_bytes(&bytes),
        Step::Drip(bytes, pause) => drip(line, &bytes, pause),
        Step::Flood(bytes) => {
            let times = (FLOOD / bytes.len()).max(1);
            (0..times).try_for_each(|_| line.send_bytes(&bytes))
        }
        Step::Deaf(time) => {
            line.stop().sleep(time);
            Ok(())
        }
        Step::Serve(answer, pause) => serve(line, &answer, pause),
    }
}

/// Bytes of a flood.
const FLOOD: usize = 1 << 30;

fn serve(line: &mut Line, answer: &Answer, pause: Duration) -> io::Result<()> {
    let mut answers = 0;
    loop {
        let message = line.receive()?;
        let bytes = answer(&message, answers);
        answers += usize::from(!bytes.is_empty());
        drip(line, &bytes, pause)?;
    }
}

fn drip(line: &mut Line, bytes: &[u8], pause: Duration) -> io::Result<()> {
    if pause.is_zero() {
        return line.send_bytes(bytes);
    }
    bytes.iter().try_for_each(|byte| {
        line.stop().sleep(pause);
        line.send_bytes(&[*byte])
    })
}

fn new_peer_id() -> [u8; 20] {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let mut id = *b"-XX0001-000000000000";
    id[8..].copy_from_slice(format!("{:012}", NEXT.fetch_add(1, Ordering::Relaxed)).as_bytes());
    id
}
