//! The stream of a connection: bytes in order, in both directions, whatever carries them.
//!
//! Who reads and writes connections knows nothing else. Another carrier than TCP is a variant of [`Carrier`]. A cipher ([`Sealing`]) works
//! on what [`Read`] brings and what [`Write`] is given here, behind which nobody sees it.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr};

use mio::event::Event;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use swarm::secure::Ciphers;

use super::sealing::Sealing;
use super::tcp;

/// A stream, and what is known of how it stands.
pub(crate) struct Stream {
    carrier: Carrier,
    /// Encrypts what it carries, if that is agreed.
    sealing: Option<Box<Sealing>>,
    /// There may be something to read, as far as is known.
    pub(crate) is_readable: bool,
    /// It takes bytes, as far as is known.
    pub(crate) is_writable: bool,
    /// The peer sends nothing more than what waits to be read.
    pub(crate) has_hung_up: bool,
}

enum Carrier {
    Tcp(TcpStream),
}

impl Stream {
    /// Begins to connect to `address`, from `bind` if that is of the same family.
    ///
    /// # Errors
    /// The system does not let us.
    pub(crate) fn dial(address: SocketAddr, bind: Option<IpAddr>) -> io::Result<Self> {
        tcp::dial(address, bind).map(Self::over_tcp)
    }

    /// The stream of a caller.
    pub(crate) fn accepted(socket: TcpStream) -> Self {
        // Without it a peer is only slower.
        let _ = socket.set_nodelay(true);
        Self::over_tcp(socket)
    }

    fn over_tcp(socket: TcpStream) -> Self {
        Self {
            carrier: Carrier::Tcp(socket),
            sealing: None,
            is_readable: false,
            is_writable: false,
            has_hung_up: false,
        }
    }

    /// Encrypts all from here on, in both directions. `waiting` are bytes that are still to be written as they are: whoever writes has
    /// them before all others.
    pub(crate) fn encrypt(&mut self, ciphers: Ciphers, waiting: Vec<u8>) {
        self.sealing = Some(Box::new(Sealing::new(ciphers, waiting)));
    }

    /// Has the system tell of it from now on: events come with this token.
    ///
    /// # Errors
    /// The system does not want to hear of one more.
    pub(crate) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        match &mut self.carrier {
            Carrier::Tcp(socket) => registry.register(socket, token, Interest::READABLE | Interest::WRITABLE),
        }
    }

    /// The system need not tell of it any more.
    pub(crate) fn deregister(&mut self, registry: &Registry) {
        // What cannot be taken off is closed in a moment, which does the same.
        let _ = match &mut self.carrier {
            Carrier::Tcp(socket) => registry.deregister(socket),
        };
    }

    /// The system tells that it can be read or written, or is done.
    pub(crate) fn on_event(&mut self, event: &Event) {
        self.is_readable |= event.is_readable() || event.is_read_closed() || event.is_error();
        self.is_writable |= event.is_writable() || event.is_write_closed() || event.is_error();
        self.has_hung_up |= event.is_read_closed() || event.is_error();
    }

    /// Bytes at the front of what it did not take that have to be offered again as they are, with nothing before them.
    pub(crate) fn sealed(&self) -> usize {
        self.sealing.as_ref().map_or(0, |sealing| sealing.sealed())
    }

    /// Has the system take little more than it can send: what waits longer is sent in our order, not in that of its queues.
    pub(crate) fn keep_unsent_low(&self) {
        match &self.carrier {
            Carrier::Tcp(socket) => tcp::keep_unsent_low(socket),
        }
    }

    /// Nothing more is written: the other end sees that as soon as it has read the rest.
    pub(crate) fn end_writing(&mut self) {
        // Fails if the other end has gone.
        let _ = match &mut self.carrier {
            Carrier::Tcp(socket) => socket.shutdown(Shutdown::Write),
        };
    }

    /// Whether dialling has come to an end; how, if it failed.
    ///
    /// # Errors
    /// The peer cannot be reached.
    pub(crate) fn is_connected(&self) -> io::Result<bool> {
        match &self.carrier {
            Carrier::Tcp(socket) => tcp::is_connected(socket),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.carrier {
            Carrier::Tcp(socket) => socket.read(buffer),
        }?;
        if let Some(sealing) = &mut self.sealing {
            sealing.open(&mut [IoSliceMut::new(buffer)], count);
        }
        Ok(count)
    }

    fn read_vectored(&mut self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        let count = match &mut self.carrier {
            Carrier::Tcp(socket) => socket.read_vectored(buffers),
        }?;
        if let Some(sealing) = &mut self.sealing {
            sealing.open(buffers, count);
        }
        Ok(count)
    }
}

/// What was not taken has to be offered again, before all else.
impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match (&mut self.carrier, &mut self.sealing) {
            (Carrier::Tcp(socket), None) => socket.write(bytes),
            (Carrier::Tcp(socket), Some(sealing)) => sealing.write(&[IoSlice::new(bytes)], socket),
        }
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match (&mut self.carrier, &mut self.sealing) {
            (Carrier::Tcp(socket), None) => socket.write_vectored(slices),
            (Carrier::Tcp(socket), Some(sealing)) => sealing.write(slices, socket),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.carrier {
            Carrier::Tcp(socket) => socket.flush(),
        }
    }
}
