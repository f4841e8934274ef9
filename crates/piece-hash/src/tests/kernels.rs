//! Every lane of every kernel by itself, against the crates.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{bytes, numbers};
use crate::dispatch;
use crate::portable;
use crate::row::Pair;
use crate::row::Tier;
use crate::state::{Block, LANES, Runs};

#[test]
fn any_state_any_count_any_alignment() {
    let data: Vec<Vec<u8>> = (0..LANES).map(|lane| bytes(lane as u64, SHIFTS + 64 * 9)).collect();
    for shift in 0..SHIFTS {
        // Lanes differ in their alignment, too.
        let runs: Runs<'_> =
            std::array::from_fn(|lane| data[lane][(shift + 5 * lane) % SHIFTS..].as_chunks().0);
        for &count in COUNTS {
            for kernel in kernels() {
                kernel.check(&runs, count);
            }
        }
    }
}

const SHIFTS: usize = if cfg!(miri) { 1 } else { 64 };
const COUNTS: &[usize] = if cfg!(miri) { &[0, 1, 2] } else { &[0, 1, 2, 3, 4, 9] };

#[test]
fn a_kernel_panics_if_a_run_is_too_short() {
    let data = bytes(7, 64 * 3);
    let blocks: &[Block] = data.as_chunks().0;
    for kernel in kernels() {
        for lane in 0..kernel.lanes {
            let runs: Runs<'_> = std::array::from_fn(|at| &blocks[..if at == lane { 2 } else { 3 }]);
            let hashed = catch_unwind(AssertUnwindSafe(|| (kernel.compress)(&mut Pair::default(), &runs, 3)));
            assert!(hashed.is_err(), "{}, lane {lane}", kernel.name);
        }
    }
}

#[test]
#[cfg(all(target_os = "linux", not(miri)))]
fn a_kernel_reads_no_byte_behind_its_runs() {
    let fenced: Vec<fence::Fenced> =
        (0..LANES).map(|lane| fence::Fenced::new(&bytes(lane as u64, 64 * 5))).collect();
    for count in 1..=5 {
        let runs: Runs<'_> = std::array::from_fn(|lane| {
            let blocks = fenced[lane].bytes().as_chunks().0;
            &blocks[blocks.len() - count..]
        });
        for kernel in kernels() {
            kernel.check(&runs, count);
        }
    }
}

/// A kernel of one hash or of both; it leaves alone what is not its own.
pub(super) struct Kernel {
    pub(super) name: String,
    pub(super) lanes: usize,
    pub(super) compress: Box<Compress>,
    does: Does,
}

type Compress = dyn Fn(&mut Pair, &Runs<'_>, usize);

#[derive(Clone, Copy, PartialEq)]
enum Does {
    Sha1,
    Sha256,
    Both,
}

impl Kernel {
    fn new<S>(name: &str, tier: &'static Tier<S>, does: Does, part: fn(&mut Pair) -> &mut S) -> Self {
        Self {
            name: format!("{name} x{}", tier.lanes),
            lanes: tier.lanes,
            compress: Box::new(move |state, runs, count| tier.compress(part(state), runs, count)),
            does,
        }
    }

    /// From some state on.
    fn check(&self, runs: &Runs<'_>, count: usize) {
        let mut state = somewhere(count as u64);
        let mut wanted = somewhere(count as u64);
        (self.compress)(&mut state, runs, count);
        if self.does != Does::Sha256 {
            portable::sha1::<LANES>(&mut wanted.sha1, runs, count);
        }
        if self.does != Does::Sha1 {
            portable::sha256::<LANES>(&mut wanted.sha256, runs, count);
        }
        for lane in 0..self.lanes {
            assert_eq!(state.sha1.get(lane), wanted.sha1.get(lane), "{}, lane {lane}", self.name);
            assert_eq!(state.sha256.get(lane), wanted.sha256.get(lane), "{}, lane {lane}", self.name);
        }
    }
}

/// A state that is no hash's first one, another in each lane.
fn somewhere(seed: u64) -> Pair {
    let mut numbers = numbers(seed);
    let mut state = Pair::default();
    for lane in 0..LANES {
        state.sha1.put(lane, std::array::from_fn(|_| numbers()));
        state.sha256.put(lane, std::array::from_fn(|_| numbers()));
    }
    state
}

/// Every kernel that this CPU can run.
pub(super) fn kernels() -> Vec<Kernel> {
    let rows = dispatch::table().iter().filter_map(|(name, row)| Some((name, row.as_ref()?)));
    rows.flat_map(|(name, row)| {
        let sha1 = row.sha1.iter().map(|tier| Kernel::new(name, tier, Does::Sha1, |pair| &mut pair.sha1));
        let sha256 =
            row.sha256.iter().map(|tier| Kernel::new(name, tier, Does::Sha256, |pair| &mut pair.sha256));
        let both = row.both.iter().map(|tier| Kernel::new(name, tier, Does::Both, |pair| pair));
        sha1.chain(sha256).chain(both)
    })
    .collect()
}

/// Bytes that end where the memory of the process ends.
#[cfg(all(target_os = "linux", not(miri)))]
mod fence {
    #![allow(unsafe_code, reason = "only the system can say that a page may not be read")]

    use std::ptr;

    use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

    const PAGE: usize = 64 << 10;

    pub(super) struct Fenced {
        map: *mut u8,
        length: usize,
    }

    impl Fenced {
        /// A copy of at most a page.
        pub(super) fn new(bytes: &[u8]) -> Self {
            assert!(bytes.len() <= PAGE);
            let access = ProtFlags::READ | ProtFlags::WRITE;
            // SAFETY: the system chooses a place that nobody uses. Two pages of it are ours then: the bytes go to the
            // end of the first, and nobody refers to the second.
            unsafe {
                let map = mmap_anonymous(ptr::null_mut(), 2 * PAGE, access, MapFlags::PRIVATE).unwrap();
                mprotect(map.byte_add(PAGE), PAGE, MprotectFlags::empty()).unwrap();
                let map = map.cast::<u8>();
                ptr::copy_nonoverlapping(bytes.as_ptr(), map.add(PAGE - bytes.len()), bytes.len());
                Self { map, length: bytes.len() }
            }
        }

        pub(super) fn bytes(&self) -> &[u8] {
            // SAFETY: they were put there, and stay until this is dropped.
            unsafe { std::slice::from_raw_parts(self.map.add(PAGE - self.length), self.length) }
        }
    }

    impl Drop for Fenced {
        fn drop(&mut self) {
            // SAFETY: the mapping is ours, and no borrow of it is left.
            unsafe { munmap(self.map.cast(), 2 * PAGE).unwrap() };
        }
    }
}
