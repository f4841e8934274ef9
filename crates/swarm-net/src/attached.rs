//! The networks that this machine is attached to, and its addresses there.

use std::net::IpAddr;

use torrent_core::address::Network;

/// The addresses of all interfaces; none where the system does not say.
pub(crate) fn attached_addresses() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    interfaces.iter().map(if_addrs::Interface::ip).collect()
}

/// The networks of all interfaces; none where the system does not say.
pub(crate) fn attached_networks() -> Vec<Network> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let network = |interface: if_addrs::Interface| match interface.addr {
        if_addrs::IfAddr::V4(v4) => Network::new(IpAddr::V4(v4.ip), ones(v4.netmask.to_bits().into())),
        if_addrs::IfAddr::V6(v6) => Network::new(IpAddr::V6(v6.ip), ones(v6.netmask.to_bits())),
    };
    interfaces.into_iter().map(network).collect()
}

fn ones(mask: u128) -> u8 {
    mask.count_ones() as u8
}
