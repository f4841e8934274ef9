//! The dispatch table: which kernels a backend uses on this CPU, and from how many messages on.

use std::sync::OnceLock;

use crate::hybrid::Pair;
use crate::lanes::{Runs, State};
use crate::portable;

/// A backend by its name, if this CPU can run it; fastest first.
pub(crate) fn table() -> &'static [(&'static str, Option<Row>)] {
    static TABLE: OnceLock<Vec<(&str, Option<Row>)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        let mut table = {
            let cpu = x86::Cpu::detect();
            vec![("avx512", cpu.avx512()), ("sha-ni", cpu.sha_ni())]
        };
        #[cfg(not(target_arch = "x86_64"))]
        let mut table = Vec::new();
        table.push(("crates", Some(crates())));
        table
    })
}

/// What a backend does.
pub struct Row {
    /// The kernels, widest first; the last takes single messages.
    pub(crate) sha1: Vec<Tier<State<5>>>,
    pub(crate) sha256: Vec<Tier<State<8>>>,
    /// The kernel that does both, if there is one.
    pub(crate) both: Option<Tier<Pair>>,
}

/// A kernel and when to use it.
pub(crate) struct Tier<S> {
    /// How many messages it hashes at a time.
    pub(crate) lanes: usize,
    /// From how many on it is used. It takes as long for a few as for all.
    pub(crate) least: usize,
    kernel: Kernel<S>,
}

/// Hashes the first `count` blocks of the run of each of its lanes. Panics if one is shorter.
type Kernel<S> = unsafe fn(&mut S, &Runs<'_>, usize);

impl<S> Tier<S> {
    #[allow(unsafe_code, reason = "the one place where kernels are called")]
    pub(crate) fn compress(&self, state: &mut S, runs: &Runs<'_>, count: usize) {
        // SAFETY: a kernel asks for nothing but a CPU with its instructions, and no row has one without them.
        unsafe { (self.kernel)(state, runs, count) }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Row, Tier, crates};
    use crate::{avx512, sha_ni};

    /// The instruction sets that kernels are written for.
    pub(super) struct Cpu {
        avx512: bool,
        sha_ni: bool,
    }

    impl Cpu {
        pub(super) fn detect() -> Self {
            Self {
                avx512: is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"),
                sha_ni: is_x86_feature_detected!("sha")
                    && is_x86_feature_detected!("ssse3")
                    && is_x86_feature_detected!("sse4.1"),
            }
        }

        pub(super) fn avx512(&self) -> Option<Row> {
            let mut row = self.narrow();
            row.sha1.insert(0, Tier { lanes: 16, least: 4, kernel: avx512::sha1 });
            row.sha256.insert(0, Tier { lanes: 16, least: 9, kernel: avx512::sha256 });
            row.both = Some(Tier { lanes: 16, least: 7, kernel: avx512::both });
            self.avx512.then_some(row)
        }

        pub(super) fn sha_ni(&self) -> Option<Row> {
            self.sha_ni.then(|| self.narrow())
        }

        /// What is best for one or two messages.
        fn narrow(&self) -> Row {
            let mut row = crates();
            if self.sha_ni {
                row.sha1 = vec![
                    Tier { lanes: 2, least: 2, kernel: sha_ni::sha1::<2> },
                    Tier { lanes: 1, least: 1, kernel: sha_ni::sha1::<1> },
                ];
                row.sha256 = vec![
                    Tier { lanes: 2, least: 2, kernel: sha_ni::sha256::<2> },
                    Tier { lanes: 1, least: 1, kernel: sha_ni::sha256::<1> },
                ];
            }
            row
        }
    }
}

fn crates() -> Row {
    Row {
        sha1: vec![Tier { lanes: 1, least: 1, kernel: portable::sha1 }],
        sha256: vec![Tier { lanes: 1, least: 1, kernel: portable::sha256 }],
        both: None,
    }
}
