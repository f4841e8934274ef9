//! What each backend takes in clock cycles a byte: `cargo bench -p piece-hash --bench cycles [-- "sha1 x16"]`. One core,
//! data in the L2 cache.
//!
//! The clock of a core moves while one measures, and a time stamp counter does not show it. So each window of half a
//! millisecond stands between two chains of multiplications, which take three cycles each; windows in which the clock
//! moved by more than 1 % do not count.

use std::hint::black_box;
use std::time::{Duration, Instant};

use piece_hash::{Algorithm, Backend, Blocks, Message, Part, Sha1, Sha256};

fn main() {
    let data: Vec<u8> = (0..SIZE).map(|at| (at * 31 + at / 251) as u8).collect();
    println!("{:<12}{:<10}{:>10}{:>10}{:>10}{:>10}", "", "", "c/B median", "least", "GB/s best", "windows");
    for backend in Backend::all() {
        for count in [1, 2, backend.lanes()].into_iter().filter(|count| *count <= backend.lanes()) {
            let pieces: Vec<&[u8]> = data.chunks(SIZE / count).collect();
            print(backend, &format!("sha1 x{count}"), || update::<Sha1>(*backend, &pieces));
            print(backend, &format!("sha256 x{count}"), || update::<Sha256>(*backend, &pieces));
        }
        print(backend, "both x16", || update_blocks(*backend, &data));
    }
}

fn update<A: Algorithm>(backend: Backend, pieces: &[&[u8]]) {
    let mut messages = vec![Message::<A>::default(); pieces.len()];
    let parts = messages
        .iter_mut()
        .zip(pieces)
        .map(|(message, piece)| Part { message, spans: std::slice::from_ref(piece) });
    backend.update(&mut parts.collect::<Vec<_>>());
    black_box(messages);
}

fn update_blocks(backend: Backend, data: &[u8]) {
    let mut pieces = vec![(Message::default(), Vec::new()); 16];
    let parts = pieces.iter_mut().zip(data.chunks(SIZE / 16));
    let parts = parts.map(|((message, leaves), bytes)| Blocks { message, bytes, leaves });
    backend.update_blocks(&mut parts.collect::<Vec<_>>(), 16 << 10);
    black_box(pieces);
}

/// Prints a line, unless the words on the command line ask for others.
fn print(backend: &Backend, what: &str, work: impl Fn()) {
    let name = format!("{backend} {what}");
    if !std::env::args().skip(1).all(|word| word.starts_with('-') || name.contains(&word)) {
        return;
    }
    let windows: Vec<Window> = (0..300).map(|_| Window::measure(&work)).collect();
    let mut cycles: Vec<f64> = windows.iter().filter_map(Window::cycles_a_byte).collect();
    cycles.sort_by(f64::total_cmp);
    let best = windows.iter().map(|window| window.bytes / window.seconds).fold(0.0, f64::max) / 1e9;
    let at = |place: usize| cycles.get(place).copied().unwrap_or(f64::NAN);
    let (median, least) = (at(cycles.len() / 2), at(0));
    println!("{:<12}{what:<10}{median:>10.3}{least:>10.3}{best:>10.2}{:>10}", backend.name(), cycles.len());
}

struct Window {
    bytes: f64,
    seconds: f64,
    /// The seconds of a cycle, before and after.
    cycle: [f64; 2],
}

impl Window {
    fn measure(work: impl Fn()) -> Self {
        let before = cycle();
        let start = Instant::now();
        let mut bytes = 0.0;
        while start.elapsed() < Duration::from_micros(500) {
            work();
            bytes += SIZE as f64;
        }
        let seconds = start.elapsed().as_secs_f64();
        Self { bytes, seconds, cycle: [before, cycle()] }
    }

    fn cycles_a_byte(&self) -> Option<f64> {
        let [before, after] = self.cycle;
        let steady = (before / after - 1.0).abs() < 0.01;
        steady.then(|| self.seconds / self.bytes / (before.midpoint(after)))
    }
}

/// The seconds of a cycle of this core's clock now.
fn cycle() -> f64 {
    let start = Instant::now();
    let mut number = black_box(3_u64);
    for _ in 0..LINKS {
        number = number.wrapping_mul(number);
    }
    black_box(number);
    start.elapsed().as_secs_f64() / f64::from(LINKS) / 3.0
}

const LINKS: u32 = 20_000;
/// Half of a small L2 cache. One that is full can push the code out, where it holds all that the L1 caches hold.
const SIZE: usize = 512 << 10;
