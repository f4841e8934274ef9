//! The ids of nodes, how far they are from each other (BEP 5), and which of them suit an address (BEP 42).

use std::net::IpAddr;

use fastrand::Rng;
use torrent_core::address::{Reach, reach};

/// The id of a node, or the id that is looked for: an info hash is one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub [u8; 20]);

/// How far two ids are from each other: the bits in which they differ.
pub(super) type Distance = [u8; 20];

/// How many bits an id has.
pub(super) const ID_BITS: usize = 160;

impl NodeId {
    /// An id of no address in particular.
    pub(super) fn random(rng: &mut Rng) -> Self {
        let mut id = [0; 20];
        rng.fill(&mut id);
        Self(id)
    }

    /// An id that suits an address (BEP 42).
    pub fn of(ip: IpAddr, rng: &mut Rng) -> Self {
        let Self(mut id) = Self::random(rng);
        let [first, second, third, _] = checksum(ip, id[19]).to_be_bytes();
        id[0] = first;
        id[1] = second;
        id[2] = third & PREFIX_END | id[2] & !PREFIX_END;
        Self(id)
    }

    /// Whether it suits the address of its node (BEP 42), so that nobody chose it. Addresses that are not public suit any.
    pub fn suits(self, ip: IpAddr) -> bool {
        let wanted = checksum(ip, self.0[19]).to_be_bytes();
        let is_alike = |at: usize, mask: u8| (wanted[at] ^ self.0[at]) & mask == 0;
        reach(ip) < Reach::World || (is_alike(0, 0xff) && is_alike(1, 0xff) && is_alike(2, PREFIX_END))
    }

    /// How far it is from another.
    pub(super) fn distance(self, other: Self) -> Distance {
        std::array::from_fn(|at| self.0[at] ^ other.0[at])
    }

    /// How many bits both begin with; [`ID_BITS`] if they are the same.
    pub(super) fn shared_bits(self, other: Self) -> usize {
        let distance = self.distance(other);
        let zeros = distance.iter().position(|byte| *byte != 0);
        zeros.map_or(ID_BITS, |at| at * 8 + distance[at].leading_zeros() as usize)
    }

    /// Some id that shares just so many bits with this one.
    pub(super) fn with_shared_bits(self, bits: usize, rng: &mut Rng) -> Self {
        let Self(mut id) = Self::random(rng);
        for (at, byte) in id.iter_mut().enumerate() {
            let shared = bits.saturating_sub(at * 8).min(8);
            let mask = 0xff_u8.checked_shr(shared as u32).unwrap_or(0);
            *byte = *byte & mask | self.0[at] & !mask;
        }
        if let Some(byte) = id.get_mut(bits / 8) {
            let bit = 0x80 >> (bits % 8);
            *byte = *byte & !bit | !self.0[bits / 8] & bit;
        }
        Self(id)
    }
}

/// The bits of the third byte that an address decides.
const PREFIX_END: u8 = 0xf8;

/// The number that the first 21 bits of an id come from; `last` is the last byte of the id.
fn checksum(ip: IpAddr, last: u8) -> u32 {
    let mut bytes = [0; 8];
    let (masks, octets): (&[u8], _) = match ip.to_canonical() {
        IpAddr::V4(ip) => (&[0x03, 0x0f, 0x3f, 0xff], ip.to_ipv6_mapped().octets()),
        IpAddr::V6(ip) => (&[0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff], ip.octets()),
    };
    let octets = if masks.len() == 4 { &octets[12..] } else { &octets[..8] };
    let masked = &mut bytes[..masks.len()];
    masked.iter_mut().zip(octets).zip(masks).for_each(|((byte, octet), mask)| *byte = octet & mask);
    masked[0] |= (last & 7) << 5;
    crc32c(masked)
}

/// CRC32C of a few bytes: for more there are libraries.
fn crc32c(bytes: &[u8]) -> u32 {
    const CASTAGNOLI: u32 = 0x82f6_3b78;
    let shift = |crc: u32, _| crc >> 1 ^ if crc & 1 == 1 { CASTAGNOLI } else { 0 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_suit_addresses_as_bep_42_has_it() {
        // Address, last byte, first bytes: the third counts but for its last three bits.
        let vectors = [
            ("124.31.75.21", 1, [0x5f, 0xbf, 0xbf]),
            ("21.75.31.124", 86, [0x5a, 0x3c, 0xe9]),
            ("65.23.51.170", 22, [0xa5, 0xd4, 0x32]),
            ("84.124.73.14", 65, [0x1b, 0x03, 0x21]),
            ("43.213.53.83", 90, [0xe5, 0x6f, 0x6c]),
        ];
        for (ip, last, first) in vectors {
            let ip: IpAddr = ip.parse().unwrap();
            let mut id = [7; 20];
            id[..3].copy_from_slice(&first);
            id[19] = last;
            assert!(NodeId(id).suits(ip), "{ip}");
            id[2] ^= 0b111;
            assert!(NodeId(id).suits(ip), "{ip}");
            id[2] ^= 0b1000;
            assert!(!NodeId(id).suits(ip), "{ip}");
        }
    }

    #[test]
    fn an_id_of_an_address_suits_it_and_no_other() {
        let mut rng = Rng::with_seed(1);
        for [ip, other] in [["8.8.8.8", "9.9.9.9"], ["2606:4700::1", "2606:4701::1"]] {
            let (ip, other): (IpAddr, IpAddr) = (ip.parse().unwrap(), other.parse().unwrap());
            let suits = (0..100).all(|_| NodeId::of(ip, &mut rng).suits(ip));
            assert!(suits && !NodeId::of(ip, &mut rng).suits(other), "{ip}");
        }
        let anything = NodeId::random(&mut rng);
        assert!(anything.suits([192, 168, 0, 1].into()) && anything.suits([127, 0, 0, 1].into()));
    }

    #[test]
    fn ids_share_as_many_bits_as_wanted() {
        let mut rng = Rng::with_seed(2);
        let id = NodeId::random(&mut rng);
        assert_eq!(id.shared_bits(id), ID_BITS);
        for bits in 0..ID_BITS {
            assert_eq!(id.with_shared_bits(bits, &mut rng).shared_bits(id), bits);
        }
    }
}
