//! A long line between two programs of one machine: what comes in on a TCP port goes on to another one, each direction
//! late by a fixed time and no faster than a fixed rate. All connections share the line.
//!
//! Only bytes are delayed, not the opening of a connection, which thus takes a round trip less than on a real line.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct DelayLine {
    /// Where to listen; the port is printed
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where the connections that come are passed on to
    #[arg(long)]
    to: SocketAddr,
    /// Milliseconds in each direction
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=10_000))]
    delay_ms: u64,
    /// Millions of bits a second in each direction
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    mbit: u64,
}

impl DelayLine {
    /// Prints the port and carries bytes until standard input ends.
    pub(crate) fn run(&self) -> io::Result<()> {
        let listener = TcpListener::bind(self.listen)?;
        println!("{}", listener.local_addr()?.port());
        let (to, there, back) = (self.to, self.direction(), self.direction());
        thread::spawn(move || {
            for near in listener.incoming() {
                if let Err(error) = near.and_then(|near| connect(near, to, &there, &back)) {
                    eprintln!("bench-baseline: {to}: {error}");
                }
            }
        });
        io::copy(&mut io::stdin(), &mut io::sink())?;
        Ok(())
    }

    fn direction(&self) -> Arc<Direction> {
        let bytes_per_second = self.mbit * 1_000_000 / 8;
        let in_flight = bytes_per_second * self.delay_ms / 1000;
        Arc::new(Direction {
            delay: Duration::from_millis(self.delay_ms),
            nanos_per_byte: 1e9 / bytes_per_second as f64,
            queue_limit: (in_flight as usize * 4).max(LEAST_QUEUE),
            free: Mutex::new(Instant::now()),
        })
    }
}

/// Two threads for each direction; they end with the connection.
fn connect(near: TcpStream, to: SocketAddr, there: &Arc<Direction>, back: &Arc<Direction>) -> io::Result<()> {
    let far = TcpStream::connect(to)?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    carry(near.try_clone()?, far.try_clone()?, there);
    carry(far, near, back);
    Ok(())
}

fn carry(from: TcpStream, to: TcpStream, direction: &Arc<Direction>) {
    let queue = Arc::new(Queue::new(direction.queue_limit));
    thread::spawn({
        let queue = Arc::clone(&queue);
        move || read(from, &queue)
    });
    let direction = Arc::clone(direction);
    thread::spawn(move || write(to, &queue, &direction));
}

/// Until either side has ended.
fn read(mut from: TcpStream, queue: &Queue) {
    let mut buffer = vec![0; CHUNK];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if !queue.push(buffer[..length].to_vec()) {
            break;
        }
    }
    queue.end();
}

/// What was read is written even after its sender has gone, as on a real line.
fn write(mut to: TcpStream, queue: &Queue, direction: &Direction) {
    while let Some((arrived, bytes)) = queue.pop() {
        sleep_until(arrived + direction.delay);
        sleep_until(direction.reserve(bytes.len()));
        if to.write_all(&bytes).is_err() {
            // The other direction's reader has this socket, and is to notice as well.
            let _ = to.shutdown(Shutdown::Both);
            break;
        }
    }
    queue.end();
    let _ = to.shutdown(Shutdown::Write);
}

fn sleep_until(when: Instant) {
    thread::sleep(when.saturating_duration_since(Instant::now()));
}

/// What the connections of one direction share.
struct Direction {
    delay: Duration,
    nanos_per_byte: f64,
    queue_limit: usize,
    /// When all that was let onto the line is through.
    free: Mutex<Instant>,
}

impl Direction {
    /// When so many bytes are through, if they are next. Time that passed unused is lost but for [`CATCH_UP`].
    fn reserve(&self, bytes: usize) -> Instant {
        let mut free = lock(&self.free);
        let earliest = Instant::now().checked_sub(CATCH_UP).unwrap_or(*free);
        *free = (*free).max(earliest) + Duration::from_nanos((bytes as f64 * self.nanos_per_byte) as u64);
        *free
    }
}

/// Bytes with the time they arrived, bounded by their number.
struct Queue {
    limit: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    chunks: VecDeque<(Instant, Vec<u8>)>,
    bytes: usize,
    ended: bool,
}

impl Queue {
    fn new(limit: usize) -> Self {
        Self { limit, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Waits for room; false if nobody takes any more. A reader has one chunk more than the limit in its hand.
    fn push(&self, bytes: Vec<u8>) -> bool {
        let arrived = Instant::now();
        let full = |state: &mut State| state.bytes >= self.limit && !state.ended;
        let mut state =
            self.changed.wait_while(lock(&self.state), full).unwrap_or_else(PoisonError::into_inner);
        state.bytes += bytes.len();
        state.chunks.push_back((arrived, bytes));
        self.changed.notify_one();
        !state.ended
    }

    /// Waits for bytes; none once the queue has ended and is empty.
    fn pop(&self) -> Option<(Instant, Vec<u8>)> {
        let empty = |state: &mut State| state.chunks.is_empty() && !state.ended;
        let mut state =
            self.changed.wait_while(lock(&self.state), empty).unwrap_or_else(PoisonError::into_inner);
        let chunk = state.chunks.pop_front()?;
        state.bytes -= chunk.1.len();
        self.changed.notify_one();
        Some(chunk)
    }

    fn end(&self) {
        lock(&self.state).ended = true;
        self.changed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const CHUNK: usize = 64 << 10;
/// For lines with next to no delay.
const LEAST_QUEUE: usize = 1 << 20;
/// How far a sleep that took too long is made up for.
const CATCH_UP: Duration = Duration::from_millis(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_hands_out_what_it_took_and_then_ends() {
        let queue = Queue::new(1);
        assert!(queue.push(vec![1, 2]));
        queue.end();
        assert!(!queue.push(vec![3]), "nobody takes it");
        assert_eq!(queue.pop().map(|(_, bytes)| bytes), Some(vec![1, 2]));
    }

    #[test]
    fn bytes_take_their_time_one_after_the_other() {
        let line = DelayLine {
            listen: ([127, 0, 0, 1], 0).into(),
            to: ([127, 0, 0, 1], 1).into(),
            delay_ms: 50,
            mbit: 8,
        };
        let direction = line.direction();
        assert_eq!(direction.queue_limit, LEAST_QUEUE);
        let first = direction.reserve(1_000_000);
        let second = direction.reserve(1_000_000);
        assert_eq!(second - first, Duration::from_secs(1));
    }

    #[test]
    fn both_directions_arrive_whole() -> io::Result<()> {
        let echo = TcpListener::bind("127.0.0.1:0")?;
        let to = echo.local_addr()?;
        thread::spawn(move || -> io::Result<u64> {
            let (mut stream, _) = echo.accept()?;
            io::copy(&mut stream.try_clone()?, &mut stream)
        });
        let line = DelayLine { listen: to, to, delay_ms: 1, mbit: 10_000 };
        let entry = TcpListener::bind("127.0.0.1:0")?;
        let mut client = TcpStream::connect(entry.local_addr()?)?;
        connect(entry.accept()?.0, to, &line.direction(), &line.direction())?;
        let sent: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
        let mut sender = client.try_clone()?;
        let bytes = sent.clone();
        thread::spawn(move || sender.write_all(&bytes).and_then(|()| sender.shutdown(Shutdown::Write)));
        let mut received = Vec::new();
        client.read_to_end(&mut received)?;
        assert!(received == sent);
        Ok(())
    }
}
