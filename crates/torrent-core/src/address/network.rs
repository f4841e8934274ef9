//! Networks by address and prefix, as interfaces have them.

use std::net::IpAddr;

/// A network that this machine is attached to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// The network in which an interface has `address`, whose first `bits` all addresses in it share.
    pub fn new(address: IpAddr, bits: u8) -> Self {
        Self { address: address.to_canonical(), bits }
    }

    /// Whether an address is in it.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let differs = match (self.address, ip.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(ip)) => u128::from(ours.to_bits() ^ ip.to_bits()) << 96,
            (IpAddr::V6(ours), IpAddr::V6(ip)) => ours.to_bits() ^ ip.to_bits(),
            _ => return false,
        };
        differs.leading_zeros() >= u32::from(self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_what_shares_its_first_bits() {
        let contains = |network: &str, bits, ip: &str| {
            Network::new(network.parse().unwrap(), bits).contains(ip.parse().unwrap())
        };
        assert!(contains("192.168.7.9", 24, "192.168.7.255") && !contains("192.168.7.9", 24, "192.168.8.0"));
        assert!(contains("192.168.7.9", 32, "192.168.7.9") && !contains("192.168.7.9", 32, "192.168.7.8"));
        assert!(contains("10.0.0.1", 0, "1.2.3.4") && !contains("10.0.0.1", 0, "::1"));
        assert!(contains("fd00::1", 64, "fd00::ffff:0:0:1") && !contains("fd00::1", 64, "fd00:0:0:1::1"));
        assert!(contains("10.1.2.3", 16, "::ffff:10.1.9.9"));
    }
}
