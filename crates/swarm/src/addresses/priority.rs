//! Canonical peer priority (BEP 40): an order of pairs of peers that both ends agree on, and nobody chooses. Who is full and takes the
//! first in it makes a swarm a random graph, and gives whoever floods it no more places than its share of addresses.

use std::net::{IpAddr, SocketAddr};

/// How much two peers want each other, the most first; nothing between the two families.
pub(crate) fn priority(ours: SocketAddr, theirs: SocketAddr) -> u32 {
    match (ours.ip().to_canonical(), theirs.ip().to_canonical()) {
        (ours_ip, theirs_ip) if ours_ip == theirs_ip => {
            hash(ours.port().to_be_bytes(), theirs.port().to_be_bytes())
        }
        (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
            let (ours, theirs) = masked(ours.octets(), theirs.octets(), 2);
            hash(ours, theirs)
        }
        (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
            let (ours, theirs) = masked(ours.octets(), theirs.octets(), 6);
            hash(ours, theirs)
        }
        _ => 0,
    }
}

/// Of the addresses, `kept` bytes count in full, and one more for each that they share from there on; of the rest, every other bit.
fn masked<const N: usize>(mut one: [u8; N], mut other: [u8; N], mut kept: usize) -> ([u8; N], [u8; N]) {
    while kept < N && one[..kept] == other[..kept] {
        kept += 1;
    }
    for byte in one[kept..].iter_mut().chain(&mut other[kept..]) {
        *byte &= 0x55;
    }
    (one, other)
}

fn hash<const N: usize>(one: [u8; N], other: [u8; N]) -> u32 {
    let [first, second] = if one < other { [one, other] } else { [other, one] };
    crc32c([first, second].as_flattened())
}

/// CRC-32C (RFC 3720), bit by bit: of some bytes now and then, which is not worth a table or a library.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ours: &str, theirs: &str) -> u32 {
        priority(ours.parse().unwrap(), theirs.parse().unwrap())
    }

    /// The check value of CRC-32C, and the examples of BEP 40.
    #[test]
    fn the_examples_of_the_specification() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(of("123.213.32.10:1", "98.76.54.32:2"), 0xec2d_7224);
        assert_eq!(of("123.213.32.10:1", "123.213.32.234:2"), 0x9956_8189);
    }

    #[test]
    fn both_ends_agree_and_the_farther_they_are_the_less_of_them_counts() {
        for (ours, theirs, same) in [
            // Every other bit of what follows a /16, then a /24; a /48, then each byte.
            ("1.2.3.4:1", "5.6.7.8:1", Some("5.6.135.136:9")),
            ("1.2.3.4:1", "1.2.7.8:1", Some("1.2.7.136:9")),
            ("1.2.3.4:1", "1.2.3.8:1", None),
            ("[2001:db8:1::1]:1", "[2001:db8:2::1]:1", Some("[2001:db8:2:aaaa::1]:9")),
            ("[2001:db8:1::1]:1", "[2001:db8:1:100::1]:1", Some("[2001:db8:1:1aa::1]:9")),
            // Of one host, ports count.
            ("1.2.3.4:1", "1.2.3.4:2", None),
        ] {
            assert_eq!(of(ours, theirs), of(theirs, ours), "{ours} {theirs}");
            same.into_iter().for_each(|same| assert_eq!(of(ours, theirs), of(ours, same), "{ours} {same}"));
        }
        assert_ne!(of("1.2.3.4:1", "1.2.3.8:1"), of("1.2.3.4:1", "1.2.3.136:1"));
        assert_ne!(of("1.2.3.4:1", "1.2.3.4:2"), of("1.2.3.4:1", "1.2.3.4:3"));
        assert_eq!(of("1.2.3.4:1", "[2001:db8::1]:1"), 0);
        assert_eq!(of("1.2.3.4:1", "[::ffff:5.6.7.8]:1"), of("1.2.3.4:1", "5.6.7.8:1"));
    }
}
