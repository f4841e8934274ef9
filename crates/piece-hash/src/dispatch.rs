//! The dispatch table: which kernels a backend uses on this CPU, and from how many messages on.

use std::sync::OnceLock;

use crate::hybrid::Pair;
use crate::lanes::{Runs, State};
use crate::portable;

/// A backend by its name, if this CPU can run it; fastest first.
pub(crate) fn table() -> &'static [(&'static str, Option<Row>)] {
    static TABLE: OnceLock<Vec<(&str, Option<Row>)>> = OnceLock::new();
    TABLE.get_or_init(|| vec![("crates", Some(crates()))])
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

fn crates() -> Row {
    Row {
        sha1: vec![Tier { lanes: 1, least: 1, kernel: portable::sha1 }],
        sha256: vec![Tier { lanes: 1, least: 1, kernel: portable::sha256 }],
        both: None,
    }
}
