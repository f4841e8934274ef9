//! Which backends there are.

use std::ffi::OsStr;

use super::{backends, bytes, check};
use crate::Backend;

/// A backend that this CPU has must run; `tests/run` prints the line that says which did not.
#[test]
#[cfg_attr(miri, ignore = "the CPU of Miri is not that of /proc/cpuinfo")]
fn every_backend_of_this_cpu_runs() {
    let flags = cpu_flags();
    let (mut ran, mut skipped) = (Vec::new(), Vec::new());
    assert_eq!(Backend::known().len(), NEEDS.len());
    for (known, &(name, lanes, needs)) in Backend::known().iter().zip(NEEDS) {
        assert_eq!(known.name, name);
        assert_eq!(
            known.backend.is_some(),
            needs.iter().all(|flag| flags.iter().any(|has| has == flag)),
            "{name}"
        );
        if let Some(backend) = known.backend {
            assert_eq!(backend.lanes(), lanes, "{name}");
            check(backend, &[&bytes(1, 200)[..]; 40]);
        }
        if known.backend.is_some() { &mut ran } else { &mut skipped }.push(name);
    }
    let or_none = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    println!("hash backends: ran: {}; skipped: {}", or_none(ran), or_none(skipped));
}

/// Names, lanes, and what the system calls the instructions that they need.
const NEEDS: &[(&str, usize, &[&str])] = if cfg!(target_arch = "x86_64") {
    &[
        ("avx512", 16, &["avx512f", "avx512bw"]),
        ("avx2", 8, &["avx2"]),
        ("avx2-only", 8, &["avx2"]),
        ("sha-ni", 2, &["sha_ni", "ssse3", "sse4_1"]),
        ("crates", 1, &[]),
    ]
} else {
    &[("crates", 1, &[])]
};

/// What Linux says of this CPU.
fn cpu_flags() -> Vec<String> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap();
    let flags = cpu.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    flags.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn a_backend_is_found_by_its_name_only() {
    for backend in Backend::all() {
        assert_eq!(Backend::named(backend.name()), Ok(*backend));
    }
    assert!(Backend::named("abacus").is_err());
    let name = |name| OsStr::new(name);
    assert_eq!(Backend::chosen(None, None), Ok(Backend::best()));
    assert_eq!(Backend::chosen(None, Some(name(""))), Ok(Backend::best()));
    assert_eq!(Backend::chosen(Some("crates"), Some(name("abacus"))), Backend::named("crates"));
    assert!(Backend::chosen(None, Some(name("abacus"))).is_err());
}

#[test]
fn the_last_tier_of_a_row_takes_a_single_message() {
    for backend in backends() {
        let sha1: Vec<_> = backend.row.sha1.iter().map(|tier| (tier.lanes, tier.least)).collect();
        let sha256: Vec<_> = backend.row.sha256.iter().map(|tier| (tier.lanes, tier.least)).collect();
        for tiers in [sha1, sha256] {
            assert_eq!(tiers.last(), Some(&(1, 1)), "{backend}");
            assert!(tiers.is_sorted_by(|wide, narrow| wide.0 > narrow.0 && wide.1 > narrow.1), "{backend}");
        }
    }
}
