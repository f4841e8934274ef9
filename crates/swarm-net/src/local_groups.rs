//! The multicast groups of local discovery (BEP 14): a socket for each address family, a member on every interface.
//!
//! The sockets are bound to the groups, so that nothing reaches them but what was sent there; and nothing goes further than the
//! network of an interface. A machine without multicast has none of them, which is no error.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use mio::Registry;
use swarm::local_discovery::{GROUP_V4, GROUP_V6, group};
use torrent_core::address::{Reach, reach};

use crate::udp_sockets::UdpSockets;

/// The sockets of the groups that could be had.
pub(crate) struct LocalGroups {
    sockets: UdpSockets,
    bind: Option<IpAddr>,
}

/// Where one announce leaves.
#[derive(Clone, Copy)]
enum Way {
    /// From the interface that has this address.
    V4(Ipv4Addr),
    /// From the interface of this number.
    V6(u32),
}

impl LocalGroups {
    /// A member of the groups on every interface, or on that which has the address `bind`. `None` where there is no multicast,
    /// as at an address that nobody else can dial.
    pub(crate) fn new(bind: Option<IpAddr>) -> Option<Self> {
        if bind.is_some_and(|ip| reach(ip) < Reach::Site) {
            return None;
        }
        let families =
            [false, true].into_iter().filter(|is_ipv6| bind.is_none_or(|ip| ip.is_ipv6() == *is_ipv6));
        let groups: Vec<SocketAddr> = families.map(group).collect();
        let groups = Self { sockets: UdpSockets::shared(&groups), bind };
        groups.ways().into_iter().for_each(|way| groups.join(way));
        (!groups.sockets.is_empty()).then_some(groups)
    }

    /// Lets the loop hear of datagrams: at `first` for the first socket, and so on.
    ///
    /// # Errors
    /// The system has no room for more sockets there.
    pub(crate) fn register(&mut self, registry: &Registry, first: usize) -> io::Result<()> {
        self.sockets.register(registry, first)
    }

    /// The sockets, to read what has come.
    pub(crate) fn sockets(&mut self) -> &mut UdpSockets {
        &mut self.sockets
    }

    /// Whether datagrams may wait.
    pub(crate) fn is_readable(&self) -> bool {
        self.sockets.is_readable()
    }

    /// Sends a datagram to the groups, from every interface; it depends on the family. What an interface does not take is lost.
    pub(crate) fn send(&self, datagram: impl Fn(bool) -> Vec<u8>) {
        for way in self.ways() {
            self.join(way); // The interface may be new.
            let is_ipv6 = matches!(way, Way::V6(_));
            let Some(socket) = self.sockets.of_family(is_ipv6) else { continue };
            let turned = match way {
                Way::V4(ip) => socket.set_multicast_if_v4(&ip),
                Way::V6(index) => socket.set_multicast_if_v6(index),
            };
            // Whoever does not hear it may hear the next one, or be heard.
            let _unsent = turned.and_then(|()| self.sockets.send(group(is_ipv6), &datagram(is_ipv6)));
        }
    }

    fn join(&self, way: Way) {
        let joined = match way {
            Way::V4(ip) => {
                self.sockets.of_family(false).map(|socket| socket.join_multicast_v4(&GROUP_V4, &ip))
            }
            Way::V6(index) => {
                self.sockets.of_family(true).map(|socket| socket.join_multicast_v6(&GROUP_V6, index))
            }
        };
        // It is a member already, or the interface has no multicast.
        let _refused: Option<io::Result<()>> = joined;
    }

    /// One for each interface and family, from an address that others can dial.
    fn ways(&self) -> Vec<Way> {
        let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
        let mut ways = Vec::new();
        let mut seen = Vec::new();
        for interface in interfaces {
            let ip = interface.ip();
            let is_wanted = self.bind.is_none_or(|bind| bind == ip) && reach(ip) >= Reach::Site;
            let way = match (ip, interface.index) {
                (IpAddr::V4(ip), _) => Some(Way::V4(ip)),
                (IpAddr::V6(_), index) => index.map(Way::V6),
            };
            let place = (interface.name, ip.is_ipv6());
            if is_wanted && ways.len() < WAYS && !seen.contains(&place) {
                seen.push(place);
                ways.extend(way);
            }
        }
        ways
    }
}

/// Interfaces, counted for each family, that announces leave from: the system has a limit of 20 on memberships.
const WAYS: usize = 20;
