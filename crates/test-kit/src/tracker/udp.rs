//! A tracker over UDP (BEP 15).

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use super::Book;
use crate::service::{LOOK, Service, Stop};

/// A tracker on a port of this machine, until it is dropped.
#[derive(Debug)]
pub struct UdpTracker {
    _service: Service,
    address: SocketAddr,
    book: Book,
}

impl UdpTracker {
    /// A tracker at `ip` that knows these peers and whoever announces. It does not answer the first `deaf` packets.
    pub fn new(ip: IpAddr, peers: &[SocketAddr], deaf: usize) -> Self {
        let book = Book::of(peers);
        let socket = UdpSocket::bind((ip, 0)).expect("a port is free");
        let address = socket.local_addr().expect("the socket has an address");
        let service = Service::new();
        let its_book = book.clone();
        service.run(move |stop| drop(serve(&socket, stop, &its_book, deaf)));
        Self { _service: service, address, book }
    }

    /// The announce URL of the tracker.
    pub fn url(&self) -> String {
        format!("udp://{}/announce", self.address)
    }

    /// Every announce so far, as it came.
    pub fn announces(&self) -> Vec<Vec<u8>> {
        self.book.requests()
    }
}

/// What this tracker calls every connection.
const CONNECTION: [u8; 8] = *b"testkit!";

fn serve(socket: &UdpSocket, stop: &Stop, book: &Book, mut deaf: usize) -> io::Result<()> {
    socket.set_read_timeout(Some(LOOK))?;
    let mut packet = [0; 2048];
    while !stop.is_over() {
        let Ok((length, from)) = socket.recv_from(&mut packet) else { continue };
        if deaf > 0 {
            deaf -= 1;
        } else if let Some(reply) = reply(&packet[..length], from, book) {
            socket.send_to(&reply, from)?;
        }
    }
    Ok(())
}

fn reply(packet: &[u8], from: SocketAddr, book: &Book) -> Option<Vec<u8>> {
    let transaction = packet.get(12..16)?;
    match (packet.get(..8)?, packet.get(8..12)?) {
        (b"\0\0\x04\x17\x27\x10\x19\x80", [0, 0, 0, 0]) => Some([&[0; 4], transaction, &CONNECTION].concat()),
        (connection, [0, 0, 0, 1]) if connection == CONNECTION => {
            let port = u16::from_be_bytes(packet.get(96..98)?.try_into().ok()?);
            let stopped = packet.get(80..84)? == [0, 0, 0, 3];
            let others = book.announce(packet, SocketAddr::new(from.ip(), port), stopped);
            let head = [&[0, 0, 0, 1], transaction, &1800_u32.to_be_bytes(), &[0; 8]].concat();
            Some([head, others].concat())
        }
        _ => Some([&[0, 0, 0, 3], transaction, b"connect first"].concat()),
    }
}
