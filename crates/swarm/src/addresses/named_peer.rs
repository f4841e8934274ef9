//! A peer that somebody names, and what is known of it before anybody has met it.

use std::net::SocketAddr;
use std::ops::BitOr;

/// A peer that somebody names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NamedPeer {
    /// Where it listens.
    pub address: SocketAddr,
    /// What is known of it.
    pub flags: PeerFlags,
}

/// Nothing is known of it.
impl From<SocketAddr> for NamedPeer {
    fn from(address: SocketAddr) -> Self {
        Self { address, flags: PeerFlags::NONE }
    }
}

/// What is known of a peer: the flags of peer exchange (BEP 11). One that is not set says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct PeerFlags(u8);

impl PeerFlags {
    /// Nothing is known.
    pub const NONE: Self = Self(0);
    /// It prefers encrypted streams.
    pub const ENCRYPTION: Self = Self(0x01);
    /// It wants nothing from anybody: a seed, or one that only uploads (BEP 21).
    pub const SEED: Self = Self(0x02);
    /// It speaks uTP (BEP 29).
    pub const UTP: Self = Self(0x04);
    /// It helps others through their routers (BEP 55, `ut_holepunch`).
    pub const HOLEPUNCH: Self = Self(0x08);

    /// It was dialled, so others can dial it.
    pub const REACHABLE: Self = Self(0x10);

    /// The flags of a byte; those that BEP 11 does not know are left out.
    pub fn from_bits(bits: u8) -> Self {
        Self(bits & 0x1f)
    }

    /// The byte of these flags.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether all of `flags` are set.
    pub fn has(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

/// What is known from both.
impl BitOr for PeerFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
