//! What the machine can do at best. Start and end of the process do not count: each prints bytes and seconds.

use std::fs::File;
use std::hint::black_box;
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use rustix::fs::OFlags;

/// Every thread adds up the words of a buffer of its own, which no cache holds.
pub(crate) fn memory(threads: usize) -> io::Result<()> {
    let words = MEMORY / threads / size_of::<u64>();
    // Ones, since untouched zeros would all be the same page.
    let buffers: Vec<Vec<u64>> = (0..threads).map(|_| vec![1; words]).collect();
    let began = Instant::now();
    thread::scope(|scope| {
        for buffer in &buffers {
            scope.spawn(move || {
                for _ in 0..MEMORY_PASSES {
                    black_box(black_box(buffer).iter().fold(0_u64, |sum, word| sum.wrapping_add(*word)));
                }
            });
        }
    });
    report((words * size_of::<u64>() * threads * MEMORY_PASSES) as u64, began);
    Ok(())
}

/// As `cat` does it, with larger reads and without a second file.
pub(crate) fn read(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let mut buffer = vec![0; BLOCK];
    let began = Instant::now();
    let mut at = 0;
    loop {
        match file.read_at(&mut buffer, at)? {
            0 => break,
            read => at += read as u64,
        }
    }
    report(at, began);
    Ok(())
}

/// Each thread has one read in flight and takes the next block in file order.
pub(crate) fn direct(path: &Path, depth: usize) -> io::Result<()> {
    let flags = OFlags::DIRECT.bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    let (next, total) = (AtomicU64::new(0), AtomicU64::new(0));
    let began = Instant::now();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..depth).map(|_| scope.spawn(|| read_blocks(&file, &next, &total))).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into())))
    })?;
    report(total.into_inner(), began);
    Ok(())
}

fn read_blocks(file: &File, next: &AtomicU64, total: &AtomicU64) -> io::Result<()> {
    let mut buffer = vec![0; BLOCK + ALIGNMENT];
    let start = buffer.as_ptr().align_offset(ALIGNMENT);
    let aligned = &mut buffer[start..start + BLOCK];
    loop {
        let at = next.fetch_add(BLOCK as u64, Ordering::Relaxed);
        match file.read_at(aligned, at)? {
            0 => return Ok(()),
            read => total.fetch_add(read as u64, Ordering::Relaxed),
        };
    }
}

fn report(bytes: u64, began: Instant) {
    println!("{{\"bytes\":{bytes},\"seconds\":{:.6}}}", began.elapsed().as_secs_f64());
}

const MEMORY: usize = 1 << 30;
const MEMORY_PASSES: usize = 8;
const BLOCK: usize = 1 << 20;
/// What disks ask of `O_DIRECT` at most.
const ALIGNMENT: usize = 4096;
