//! The dispatch table: which kernels a backend uses on this CPU, and from how many messages on.

use std::sync::OnceLock;

use crate::portable;
use crate::row::{Row, Tier};

/// The backends by their names, fastest first; a row for those that this CPU can run.
pub(crate) fn table() -> &'static [(&'static str, Option<Row>)] {
    static TABLE: OnceLock<Vec<(&str, Option<Row>)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = special();
        table.push(("crates", Some(crates())));
        table
    })
}

/// The kernels that run on any processor.
fn crates() -> Row {
    Row {
        sha1: vec![Tier { lanes: 1, least: 1, kernel: portable::sha1::<1> }],
        sha256: vec![Tier { lanes: 1, least: 1, kernel: portable::sha256::<1> }],
        both: None,
    }
}

/// What needs certain CPUs.
#[cfg(not(target_arch = "x86_64"))]
fn special() -> Vec<(&'static str, Option<Row>)> {
    Vec::new()
}

#[cfg(target_arch = "x86_64")]
use x86::special;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::crates;
    use crate::row::{Row, Tier};
    use crate::{avx2, avx512, sha_ni};

    pub(super) fn special() -> Vec<(&'static str, Option<Row>)> {
        let cpu = Cpu::detect();
        vec![
            ("avx512", cpu.avx512.then(|| cpu.sixteen_lanes())),
            ("avx2", cpu.avx2.then(|| cpu.eight_lanes())),
            // What `avx2` is on a CPU that has no SHA-NI.
            ("avx2-only", cpu.avx2.then(|| Cpu { sha_ni: false, ..cpu }.eight_lanes())),
            ("sha-ni", cpu.sha_ni.then(|| cpu.few_lanes())),
        ]
    }

    /// The instruction sets that kernels are written for.
    #[derive(Clone, Copy)]
    struct Cpu {
        avx512: bool,
        avx2: bool,
        sha_ni: bool,
    }

    // Where a kernel begins to pay follows from the cycles a byte of all its lanes against those of the narrower ones:
    //
    //                     AVX-512 x16    AVX2 x8     SHA-NI x2   SHA-NI x1   none of these (about)
    //     Sapphire Rapids 0.43 / 0.88    1.1 / 2.3   1.6 / 1.6   1.9 / 2.1   5 / 8
    //     Zen 5           0.36 / 0.69    1.1 / 2.1   1.1 / 1.4   1.9 / 2.0
    //
    // (SHA-1 / SHA-256, `cargo bench -p piece-hash --bench cycles`.) So SHA-1 is better in eight lanes of AVX2 than in
    // SHA-NI, or as good; SHA-256 is not.
    impl Cpu {
        fn detect() -> Self {
            Self {
                avx512: is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"),
                avx2: is_x86_feature_detected!("avx2"),
                sha_ni: is_x86_feature_detected!("sha")
                    && is_x86_feature_detected!("ssse3")
                    && is_x86_feature_detected!("sse4.1"),
            }
        }

        fn sixteen_lanes(self) -> Row {
            let mut row = self.few_lanes();
            let (sha1, sha256) = if self.sha_ni { (5, 9) } else { (2, 2) };
            row.sha1.insert(0, Tier { lanes: 16, least: sha1, kernel: avx512::sha1 });
            row.sha256.insert(0, Tier { lanes: 16, least: sha256, kernel: avx512::sha256 });
            row.both = Some(Tier { lanes: 16, least: sha256, kernel: avx512::both });
            row
        }

        fn eight_lanes(self) -> Row {
            let mut row = self.few_lanes();
            let sha1 = if self.sha_ni { 7 } else { 2 };
            row.sha1.insert(0, Tier { lanes: 8, least: sha1, kernel: avx2::sha1 });
            if !self.sha_ni {
                row.sha256.insert(0, Tier { lanes: 8, least: 3, kernel: avx2::sha256 });
            }
            row
        }

        fn few_lanes(self) -> Row {
            if !self.sha_ni {
                return crates();
            }
            let sha1 = |lanes, kernel| Tier { lanes, least: lanes, kernel };
            let sha256 = |lanes, kernel| Tier { lanes, least: lanes, kernel };
            Row {
                sha1: vec![sha1(2, sha_ni::sha1::<2>), sha1(1, sha_ni::sha1::<1>)],
                sha256: vec![sha256(2, sha_ni::sha256::<2>), sha256(1, sha_ni::sha256::<1>)],
                both: None,
            }
        }
    }
}
