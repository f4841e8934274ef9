//! Numbers that nobody can guess.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use rustix::rand::{GetRandomFlags, getrandom};

/// Bytes from the system.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom(&mut bytes, GetRandomFlags::empty()) != Ok(N) {
        // Systems without the call still seed the standard library's hasher.
        bytes.fill_with(|| RandomState::new().hash_one(0) as u8);
    }
    bytes
}

/// A number from the system.
pub(crate) fn number() -> u32 {
    u32::from_ne_bytes(bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_alike() {
        assert_ne!(bytes::<16>(), bytes::<16>());
    }
}
