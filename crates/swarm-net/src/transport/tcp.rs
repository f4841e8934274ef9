//! TCP: sockets that listen and sockets that dial, none of which waits.

use std::io;
use std::net::{IpAddr, SocketAddr};

use mio::net::{TcpListener, TcpStream};
#[cfg(target_os = "linux")]
use socket2::SockRef;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// Listens at `address` and nowhere else: over IPv6 not for IPv4.
///
/// # Errors
/// The port is in use, or the address does not belong to this machine.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket(address)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(TcpListener::from_std(socket.into()))
}

/// Begins to connect, from `bind` if that is of the same family.
///
/// # Errors
/// The system does not let us.
pub(crate) fn dial(address: SocketAddr, bind: Option<IpAddr>) -> io::Result<TcpStream> {
    let socket = socket(address)?;
    if let Some(ip) = bind {
        socket.bind(&SocketAddr::new(ip, 0).into())?;
    }
    socket.set_tcp_nodelay(true)?;
    match socket.connect(&SockAddr::from(address)) {
        Err(error) if error.raw_os_error() != Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {
            Err(error)
        }
        _ => Ok(TcpStream::from_std(socket.into())),
    }
}

/// Whether dialling has come to an end; how, if it failed.
///
/// # Errors
/// The peer cannot be reached.
pub(crate) fn is_connected(socket: &TcpStream) -> io::Result<bool> {
    if let Some(error) = socket.take_error()? {
        return Err(error);
    }
    match socket.peer_addr() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
        Err(error) => Err(error),
    }
}

/// Takes few bytes that the peer has no room for yet. Elsewhere than on Linux, as many as the system likes.
pub(crate) fn keep_unsent_low(socket: &TcpStream) {
    #[cfg(target_os = "linux")]
    // Without it what is written waits longer in the kernel, and nothing is wrong.
    let _ = SockRef::from(socket).set_tcp_notsent_lowat(UNSENT);
    #[cfg(not(target_os = "linux"))]
    let _ = socket;
}

fn socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    Ok(socket)
}

/// Bytes in a socket that are not on their way (TCP_NOTSENT_LOWAT): enough for a tenth of a second at 1 MiB/s.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 128 << 10;

/// Connections that wait to be taken.
const BACKLOG: i32 = 128;
