//! The UDP sockets: one for each address family, on the port that peers find us at. Whatever speaks over UDP does so through them, and
//! who knows a packet takes it; sending never waits.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use mio::net::UdpSocket;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// The sockets that could be had.
pub(crate) struct UdpSockets {
    sockets: Vec<BoundUdpSocket>,
    /// The packet that is being looked at.
    packet: Vec<u8>,
}

struct BoundUdpSocket {
    socket: UdpSocket,
    is_ipv6: bool,
    /// Packets may wait.
    is_readable: bool,
}

impl UdpSockets {
    /// Sockets at `bind`, or at any address of ours, on this port; where another program has it, on one that is free, unless it must be this one:
    /// who is asked answers to where the question came from, but who asks us asks here. A family of which there is no socket is left out, and
    /// nothing is asked over it.
    ///
    /// # Errors
    /// It must be this port, and another program has it.
    pub(crate) fn new(bind: Option<IpAddr>, port: u16, must_be_there: bool) -> io::Result<Self> {
        let any = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        let ips = bind.map_or(any.to_vec(), |ip| vec![ip]);
        let mut sockets = Vec::new();
        for ip in ips {
            let socket = match bound(SocketAddr::new(ip, port), false) {
                Err(error) if must_be_there && error.kind() == ErrorKind::AddrInUse => return Err(error),
                Err(_) => bound(SocketAddr::new(ip, 0), false),
                Ok(socket) => Ok(socket),
            };
            let with_family = |socket| BoundUdpSocket { socket, is_ipv6: ip.is_ipv6(), is_readable: false };
            sockets.extend(socket.ok().map(with_family));
        }
        Ok(Self { sockets, packet: vec![0; PACKET_MAX] })
    }

    /// Sockets at these addresses, which other programs may have as well, one for each family. Those that cannot be had are left out.
    pub(crate) fn shared(addresses: &[SocketAddr]) -> Self {
        let sockets = addresses.iter().filter_map(|address| {
            let socket = bound(*address, true).ok()?;
            Some(BoundUdpSocket { socket, is_ipv6: address.is_ipv6(), is_readable: false })
        });
        Self { sockets: sockets.collect(), packet: vec![0; PACKET_MAX] }
    }

    /// Whether there is no socket.
    pub(crate) fn is_empty(&self) -> bool {
        self.sockets.is_empty()
    }

    /// The socket of a family, for what is set of it.
    pub(crate) fn of_family(&self, is_ipv6: bool) -> Option<SockRef<'_>> {
        let bound = self.sockets.iter().find(|bound| bound.is_ipv6 == is_ipv6)?;
        Some(SockRef::from(&bound.socket))
    }

    /// Whether there is a socket for IPv4, and one for IPv6.
    pub(crate) fn families(&self) -> [bool; 2] {
        [false, true].map(|is_ipv6| self.sockets.iter().any(|bound| bound.is_ipv6 == is_ipv6))
    }

    /// The port of the first socket.
    pub(crate) fn port(&self) -> Option<u16> {
        let address = self.sockets.first()?.socket.local_addr().ok()?;
        Some(address.port())
    }

    /// Lets the loop hear of packets: at `first` for the first socket, and so on.
    ///
    /// # Errors
    /// The system has no room for more sockets there.
    pub(crate) fn register(&mut self, registry: &Registry, first: usize) -> io::Result<()> {
        let mut numbered = self.sockets.iter_mut().enumerate();
        numbered.try_for_each(|(number, bound)| {
            registry.register(&mut bound.socket, Token(first + number), Interest::READABLE)
        })
    }

    /// Packets have come at a socket.
    pub(crate) fn on_readable(&mut self, number: usize) {
        self.sockets.get_mut(number).into_iter().for_each(|bound| bound.is_readable = true);
    }

    /// Whether packets may wait.
    pub(crate) fn is_readable(&self) -> bool {
        self.sockets.iter().any(|bound| bound.is_readable)
    }

    /// Hands out the packets that have come, at most [`PACKETS`] of each family; what is left stays for the next time.
    pub(crate) fn receive(&mut self, mut take: impl FnMut(SocketAddr, &[u8])) {
        for bound in &mut self.sockets {
            for _ in 0..PACKETS {
                if !bound.is_readable {
                    break;
                }
                match bound.socket.recv_from(&mut self.packet) {
                    Ok((length, from)) => take(from, &self.packet[..length]),
                    Err(error) => bound.is_readable = error.kind() == ErrorKind::Interrupted,
                }
            }
        }
    }

    /// Sends a packet. Where the socket has no room it is lost, as it may be on its way.
    ///
    /// # Errors
    /// It cannot be sent there at all.
    pub(crate) fn send(&self, to: SocketAddr, packet: &[u8]) -> io::Result<()> {
        let bound = self.sockets.iter().find(|bound| bound.is_ipv6 == to.is_ipv6());
        let bound = bound.ok_or_else(|| io::Error::other("there is no UDP socket for such addresses"))?;
        match bound.socket.send_to(packet, to) {
            Err(error) if !is_full(&error) => Err(error),
            _ => Ok(()),
        }
    }
}

fn bound(address: SocketAddr, is_shared: bool) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.set_reuse_address(is_shared)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    Ok(UdpSocket::from_std(socket.into()))
}

fn is_full(error: &io::Error) -> bool {
    let no_buffers = rustix::io::Errno::NOBUFS.raw_os_error();
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
        || error.raw_os_error() == Some(no_buffers)
}

/// Packets of a family that are looked at before others have their turn.
const PACKETS: usize = 64;

/// Bytes that are read of a packet: trackers send more peers than are asked for at the most.
const PACKET_MAX: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_another_has_gives_way_to_a_free_one() {
        let ip = IpAddr::from(Ipv4Addr::LOCALHOST);
        let other = std::net::UdpSocket::bind((ip, 0)).unwrap();
        let taken = other.local_addr().unwrap().port();
        let sockets = UdpSockets::new(Some(ip), taken, false).unwrap();
        let ours = sockets.sockets[0].socket.local_addr().unwrap();
        assert!(ours.ip() == ip && ours.port() != taken, "{ours}");
        sockets.send(other.local_addr().unwrap(), b"hello").unwrap();
        let mut packet = [0; 9];
        assert_eq!(other.recv_from(&mut packet).unwrap(), (5, ours));
        assert!(UdpSockets::new(Some(ip), taken, true).is_err());
        // It is bound to an address of the other family.
        assert!(sockets.send("[::1]:9".parse().unwrap(), b"hello").is_err());
    }

    #[test]
    fn so_many_packets_are_looked_at_and_the_rest_later() {
        let mut sockets = UdpSockets::new(Some(Ipv4Addr::LOCALHOST.into()), 0, false).unwrap();
        let ours = sockets.sockets[0].socket.local_addr().unwrap();
        let other = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let received = |sockets: &mut UdpSockets| {
            let mut count = 0;
            sockets.receive(|_, packet| count += packet.len());
            count
        };
        assert_eq!(received(&mut sockets), 0, "nobody said that anything came");
        (0..=PACKETS).for_each(|_| assert_eq!(other.send_to(b"x", ours).unwrap(), 1));
        sockets.on_readable(0);
        assert_eq!((received(&mut sockets), sockets.is_readable()), (PACKETS, true));
        assert_eq!((received(&mut sockets), sockets.is_readable()), (1, false));
    }
}
