//! Under which addresses others reach this machine, as far as its interfaces tell.

use std::cmp::Reverse;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use if_addrs::{IfOperStatus, Interface};
use torrent_core::address::reach;

/// Addresses at which peers find us, those that reach furthest first; this machine's own, if it has no others. What translates
/// addresses on the way is not known here.
pub(crate) fn addresses(bind: Option<IpAddr>, port: u16) -> Vec<SocketAddr> {
    let ips = match bind.filter(|ip| !ip.is_unspecified()) {
        Some(ip) => vec![ip],
        None => reachable(&if_addrs::get_if_addrs().unwrap_or_default()),
    };
    ips.into_iter()
        .filter(|ip| bind.is_none_or(|bind| bind.is_ipv4() == ip.is_ipv4()))
        .map(|ip| SocketAddr::new(ip, port))
        .collect()
}

fn reachable(interfaces: &[Interface]) -> Vec<IpAddr> {
    let is_up = |interface: &&Interface| interface.oper_status != IfOperStatus::Down;
    let leads_out = |ip: &IpAddr| !ip.is_loopback() && !is_link_local(*ip) && !ip.is_unspecified();
    let mut ips: Vec<IpAddr> = interfaces.iter().filter(is_up).map(Interface::ip).filter(leads_out).collect();
    ips.sort_by_key(|ip| (Reverse(reach(*ip)), ip.is_ipv6()));
    ips.dedup();
    if ips.is_empty() { vec![Ipv4Addr::LOCALHOST.into()] } else { ips }
}

/// They mean something on one cable only.
fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}
