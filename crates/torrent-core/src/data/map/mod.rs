//! Read-only file mappings that survive the file being truncated.
//!
//! Reading a mapped page beyond the end of the file raises SIGBUS. A handler maps zeros in place of that page and
//! marks the mapping as torn, so that the reader goes on and finds out afterwards. This is done for addresses inside our
//! mappings only; any other SIGBUS goes to the handler that was installed before.
#![allow(unsafe_code, reason = "the one file-mapping module: mmap and the signal handler that guards it")]

mod residency;

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use memmap2::{Mmap, MmapOptions};
use rustix::fs::{FsWord, fstatfs};

pub(crate) use residency::is_resident;

/// A part of a file in memory.
pub(crate) struct Mapping {
    bytes: Mmap,
    slot: &'static Slot,
}

impl Mapping {
    /// Maps `length` bytes from `offset` on; `None` where reading is the better way: file systems on which mapping is
    /// slow or unsafe, or too many mappings at a time.
    pub(crate) fn new(file: &File, offset: u64, length: usize) -> io::Result<Option<Self>> {
        if !guard() || !maps_well(file) {
            return Ok(None);
        }
        let Some(slot) = Slot::take() else { return Ok(None) };
        // SAFETY: the bytes may change while they are mapped, as memmap2 warns. They are only fed to hash functions,
        // to which any value is as good as another, and a file that changed is found out by its stamp. Pages that
        // leave the file are replaced by the handler, which knows the range before anything reads it.
        let mapped = unsafe { MmapOptions::new().offset(offset).len(length).map(file) };
        match mapped {
            Ok(bytes) => {
                slot.cover(&bytes);
                Ok(Some(Self { bytes, slot }))
            }
            Err(error) => {
                slot.give_back();
                Err(error)
            }
        }
    }

    /// True if bytes that were read from here were not in the file any more.
    pub(crate) fn is_torn(&self) -> bool {
        self.slot.torn.load(Ordering::Acquire)
    }
}

impl Deref for Mapping {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // Before the memory goes back: nothing reads it from here on, and the range may be somebody else's next.
        self.slot.give_back();
    }
}

/// Network file systems and FUSE fault page by page through a server, and a lost server means SIGBUS or a hang.
pub(crate) fn maps_well(file: &File) -> bool {
    const NFS: FsWord = 0x6969;
    const SMB: FsWord = 0x517b;
    const SMB2: FsWord = 0xfe53_4d42;
    const CIFS: FsWord = 0xff53_4d42;
    const CEPH: FsWord = 0x00c3_6400;
    const NINE_P: FsWord = 0x0102_1997;
    const FUSE: FsWord = 0x6573_5546;
    const AFS: FsWord = 0x5346_414f;
    const CODA: FsWord = 0x7375_7245;
    let remote = [NFS, SMB, SMB2, CIFS, CEPH, NINE_P, FUSE, AFS, CODA];
    fstatfs(file).is_ok_and(|stat| !remote.contains(&stat.f_type))
}

/// The address range of one mapping, where the signal handler finds it.
struct Slot {
    /// 0 while free, 1 while taken without a range.
    start: AtomicUsize,
    end: AtomicUsize,
    torn: AtomicBool,
}

/// Mappings at a time: more than all windows of all threads need on any current machine. Beyond it, files are read.
const SLOTS: usize = 4096;

static TABLE: [Slot; SLOTS] = [const { Slot::free() }; SLOTS];

impl Slot {
    const fn free() -> Self {
        Self { start: AtomicUsize::new(0), end: AtomicUsize::new(0), torn: AtomicBool::new(false) }
    }

    fn take() -> Option<&'static Self> {
        let take =
            |slot: &&Slot| slot.start.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed).is_ok();
        TABLE.iter().find(take)
    }

    fn cover(&self, bytes: &[u8]) {
        let start = bytes.as_ptr().addr();
        self.torn.store(false, Ordering::Relaxed);
        self.end.store(start + bytes.len(), Ordering::Release);
        self.start.store(start, Ordering::Release);
    }

    fn give_back(&self) {
        self.end.store(0, Ordering::Release);
        self.start.store(0, Ordering::Release);
    }

    fn covers(&self, address: usize) -> bool {
        self.start.load(Ordering::Acquire) <= address && address < self.end.load(Ordering::Acquire)
    }
}

struct Guard {
    page: usize,
    before: libc::sigaction,
}

static GUARD: OnceLock<Option<Guard>> = OnceLock::new();

/// Installs the handler once. False if that failed: then nothing is mapped.
fn guard() -> bool {
    GUARD.get_or_init(install).is_some()
}

fn install() -> Option<Guard> {
    let mut before = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: an all-zero `sigaction` is valid; the fields that matter are set below.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = on_bus_error as *const () as libc::sighandler_t;
    // The handler needs no stack to speak of, but may run on a small one.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
    // SAFETY: both pointers are to live values, and the handler keeps to calls that are safe in a signal.
    let installed = unsafe { libc::sigaction(libc::SIGBUS, &raw const action, before.as_mut_ptr()) } == 0;
    // SAFETY: a successful `sigaction` has filled `before`.
    installed.then(|| Guard { page: rustix::param::page_size(), before: unsafe { before.assume_init() } })
}

extern "C" fn on_bus_error(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the kernel passes a valid `info`, and SIGBUS has an address.
    let address = unsafe { (*info).si_addr() }.addr();
    let Some(Some(guard)) = GUARD.get() else { return };
    let slot = TABLE.iter().find(|slot| slot.covers(address));
    if !slot.is_some_and(|slot| put_zeros(slot, address, guard.page)) {
        // Not ours: back to the action before. The access is repeated and fails there.
        // SAFETY: `before` came from the kernel.
        unsafe { libc::sigaction(libc::SIGBUS, &raw const guard.before, ptr::null_mut()) };
    }
}

/// Replaces the rest of the mapping, from the page of `address` on, by zeros.
fn put_zeros(slot: &Slot, address: usize, page: usize) -> bool {
    slot.torn.store(true, Ordering::Release);
    let start = address & !(page - 1);
    let length = slot.end.load(Ordering::Acquire).saturating_sub(start).next_multiple_of(page);
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
    // SAFETY: the range lies in a mapping of ours, which the faulting thread is reading and so keeps alive; its last
    // page is ours to the end. `mmap` is a plain system call here and touches no lock.
    let mapped = unsafe { libc::mmap(start as *mut libc::c_void, length, libc::PROT_READ, flags, -1, 0) };
    mapped != libc::MAP_FAILED
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_cut_short_reads_as_zeros_and_is_noted() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; 1 << 20]).unwrap();
        for cut in [0, 1, 4096, 5000, 500_000] {
            file.set_len(1 << 20).unwrap();
            let mapping = Mapping::new(&file, 0, 1 << 20).unwrap().unwrap();
            assert!(!mapping.is_torn());
            file.set_len(cut).unwrap();
            let sum: u64 = mapping.iter().map(|byte| u64::from(*byte)).sum();
            assert!(mapping.is_torn() && sum <= 7 * cut);
        }
    }

    #[test]
    fn a_mapping_may_start_anywhere() {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..100_000_u32).map(|n| n as u8).collect();
        file.write_all(&bytes).unwrap();
        for offset in [0, 1, 4095, 4096, 4097, 99_999] {
            let mapping = Mapping::new(&file, offset as u64, 100_000 - offset).unwrap().unwrap();
            assert_eq!(*mapping, bytes[offset..]);
        }
    }

    #[test]
    fn slots_are_given_back() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"x").unwrap();
        for _ in 0..3 * SLOTS {
            assert!(Mapping::new(&file, 0, 1).unwrap().is_some());
        }
    }

    // Miri runs those whose names begin with `a_slot`: they map nothing.

    #[test]
    fn a_slot_covers_what_is_mapped_until_it_is_given_back() {
        let (slot, bytes) = (Slot::free(), [0; 16]);
        let start = bytes.as_ptr().addr();
        slot.torn.store(true, Ordering::Relaxed);
        slot.cover(&bytes);
        assert!(!slot.torn.load(Ordering::Relaxed), "that was the mapping before");
        assert!((start..start + 16).all(|address| slot.covers(address)));
        assert!(!slot.covers(start - 1) && !slot.covers(start + 16) && !slot.covers(0));
        slot.give_back();
        assert!(!slot.covers(start) && !slot.covers(0));
    }

    #[test]
    fn a_slot_is_one_threads_alone() {
        let take = || (0..8).filter_map(|_| Slot::take()).collect::<Vec<_>>();
        let taken: Vec<&Slot> = std::thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(take));
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let mut places: Vec<*const Slot> = taken.iter().map(|slot| ptr::from_ref(*slot)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 32);
        taken.into_iter().for_each(Slot::give_back);
    }
}
