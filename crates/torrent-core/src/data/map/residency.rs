//! How much of a file is in the page cache.
#![allow(unsafe_code, reason = "`cachestat` and `mincore` have no safe wrapper")]

use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};

use memmap2::{Mmap, MmapOptions};

/// Whether almost all of the `length` bytes from `offset` on are in memory, so that reading them waits for no disk.
/// `true` where the system does not say.
pub(crate) fn is_resident(file: &File, offset: u64, length: u64) -> bool {
    let page = rustix::param::page_size() as u64;
    let pages = (offset + length).div_ceil(page) - offset / page;
    let cached =
        cached_by_cachestat(file, offset, length).or_else(|| cached_by_mincore(file, offset, length));
    cached.is_none_or(|cached| cached + pages / 64 >= pages)
}

/// The pages in memory, as Linux 6.5 and newer say at once for any range.
fn cached_by_cachestat(file: &File, offset: u64, length: u64) -> Option<u64> {
    /// The call is not there: not worth a second try.
    static ABSENT: AtomicBool = AtomicBool::new(false);
    if ABSENT.load(Ordering::Relaxed) {
        return None;
    }
    let range = [offset, length];
    let mut answer = MaybeUninit::<[u64; 5]>::zeroed();
    // SAFETY: the kernel reads two `u64` (`struct cachestat_range`) and writes five (`struct cachestat`).
    let status =
        unsafe { libc::syscall(SYS_CACHESTAT, file.as_raw_fd(), range.as_ptr(), answer.as_mut_ptr(), 0) };
    if status != 0 {
        ABSENT.store(true, Ordering::Relaxed);
        return None;
    }
    // SAFETY: it was zeroed, and then written by the kernel.
    let [cached, ..] = unsafe { answer.assume_init() };
    Some(cached)
}

/// The same through a mapping, for older kernels.
fn cached_by_mincore(file: &File, offset: u64, length: u64) -> Option<u64> {
    let length = usize::try_from(length).ok()?;
    // SAFETY: nothing is read from this mapping.
    let bytes: Mmap = unsafe { MmapOptions::new().offset(offset).len(length).map(file) }.ok()?;
    let page = rustix::param::page_size();
    // memmap2 gives an address inside the first page of the mapping.
    let lead = bytes.as_ptr().addr() % page;
    let mut pages = vec![0_u8; (lead + length).div_ceil(page)];
    // SAFETY: the range is the mapping's, from the start of its first page on, and there is a byte for each page.
    let status = unsafe {
        libc::mincore(bytes.as_ptr().sub(lead).cast_mut().cast(), lead + length, pages.as_mut_ptr())
    };
    (status == 0).then(|| pages.iter().filter(|page| **page & 1 == 1).count() as u64)
}

/// The same on every architecture.
const SYS_CACHESTAT: libc::c_long = 451;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn both_ways_agree_on_a_file_just_written() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; 3 << 20]).unwrap();
        for (offset, length) in [(0, 3 << 20), (4096, 8192), (5000, 100), (1 << 20, 1)] {
            let (new, old) =
                (cached_by_cachestat(&file, offset, length), cached_by_mincore(&file, offset, length));
            assert!(old.is_some_and(|pages| pages * 4096 >= length));
            assert!(new.is_none() || new == old, "{offset} {length}: {new:?} {old:?}");
            assert!(is_resident(&file, offset, length));
        }
    }
}
