//! A box that packets take their time in: what is read from a network device that is standard input (a TUN device, which `bench/bill`
//! opens) is written back to it later by a fixed time, in its order.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use clap::Args;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

#[derive(Args, Debug)]
pub(crate) struct DelayBox {
    /// Milliseconds that each packet stays
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    delay_ms: u64,
}

/// Packets that are in the box, the first to leave first.
#[derive(Default)]
struct Waiting {
    packets: VecDeque<(Instant, Vec<u8>)>,
    bytes: usize,
}

impl DelayBox {
    /// Carries packets until the device is gone.
    pub(crate) fn run(&self) -> io::Result<()> {
        let (delay, mut waiting) = (Duration::from_millis(self.delay_ms), Waiting::default());
        loop {
            waiting.wait()?;
            take_in(&mut waiting, delay)?;
            waiting.let_out()?;
        }
    }
}

/// Reads what there is, so much at a time that what is due does not wait for it.
fn take_in(waiting: &mut Waiting, delay: Duration) -> io::Result<()> {
    let mut packet = [0; LONGEST];
    for _ in 0..AT_A_TIME {
        match rustix::io::read(io::stdin(), &mut packet).map_err(io::Error::from) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(length) => waiting.put(Instant::now() + delay, &packet[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Waiting {
    /// A full box drops what comes, as a router does.
    fn put(&mut self, due: Instant, packet: &[u8]) {
        if self.bytes + packet.len() <= ROOM {
            self.bytes += packet.len();
            self.packets.push_back((due, packet.to_vec()));
        }
    }

    /// Until a packet comes, or the first is due.
    fn wait(&self) -> io::Result<()> {
        let left = self.packets.front().map(|(due, _)| due.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        let device = io::stdin();
        poll(&mut [PollFd::new(&device, PollFlags::IN)], left.as_ref())?;
        Ok(())
    }

    /// Lets those out that are due.
    fn let_out(&mut self) -> io::Result<()> {
        let now = Instant::now();
        while let Some((_, packet)) = self.packets.pop_front_if(|(due, _)| *due <= now) {
            self.bytes -= packet.len();
            match rustix::io::write(io::stdin(), &packet).map_err(io::Error::from) {
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Bytes of a packet.
const LONGEST: usize = 1 << 16;

/// Packets that are read before others are written.
const AT_A_TIME: usize = 64;

/// Bytes in the box: half a second at 1 Gbit/s.
const ROOM: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_box_drops_what_comes() {
        let mut waiting = Waiting::default();
        let packet = vec![0; LONGEST];
        (0..2 * ROOM / LONGEST).for_each(|_| waiting.put(Instant::now(), &packet));
        assert_eq!((waiting.bytes, waiting.packets.len()), (ROOM, ROOM / LONGEST));
    }
}
