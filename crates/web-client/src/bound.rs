//! Connections from one address of ours: for those who want all they do to go out there (`--bind`).

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
};
use ureq::{Error, Timeout};

use crate::proxy::forwards;

/// Makes connections from this address.
#[derive(Debug)]
pub(crate) struct BoundConnector(pub(crate) IpAddr);

/// Makes connections to proxies that read requests for plain HTTP themselves, from this address if one is given. Many proxies open
/// ways (`CONNECT`) to the port of HTTPS only.
#[derive(Debug)]
pub(crate) struct ForwardConnector(pub(crate) Option<IpAddr>);

/// A connection to a web server, or to a proxy.
pub(crate) struct BoundTransport {
    stream: TcpStream,
    buffers: LazyBuffers,
    /// What stands in front of the path in requests to a proxy: scheme and host of the server.
    site: Option<String>,
}

impl<In: Transport> Connector<In> for BoundConnector {
    type Out = Either<In, BoundTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        match chained {
            Some(transport) => Ok(Some(Either::A(transport))),
            None => Ok(Some(Either::B(connect_first(Some(self.0), &details.addrs, details, None)?))),
        }
    }
}

impl Connector<()> for ForwardConnector {
    type Out = BoundTransport;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Self::Out>, Error> {
        let proxy = details.config.proxy().filter(|proxy| forwards(proxy, details.needs_tls()));
        let (Some(proxy), Some(authority)) = (proxy, details.uri.authority()) else { return Ok(None) };
        let addresses = details.resolver.resolve(proxy.uri(), details.config, details.timeout)?;
        let site = format!("http://{authority}");
        connect_first(self.0, &addresses, details, Some(site)).map(Some)
    }
}

/// A connection to the first address that takes one.
fn connect_first(
    from: Option<IpAddr>,
    addresses: &[SocketAddr],
    details: &ConnectionDetails<'_>,
    site: Option<String>,
) -> Result<BoundTransport, Error> {
    let mut error = Error::HostNotFound;
    for address in addresses {
        match connect(from, *address, patience(details.timeout)) {
            Ok(stream) => {
                let config = details.config;
                let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
                return Ok(BoundTransport { stream, buffers, site });
            }
            Err(why) => error = why.into(),
        }
    }
    Err(error)
}

fn connect(from: Option<IpAddr>, to: SocketAddr, patience: Option<Duration>) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP))?;
    if let Some(from) = from {
        socket.bind(&SocketAddr::new(from, 0).into())?;
    }
    match patience {
        Some(patience) => socket.connect_timeout(&to.into(), patience)?,
        None => socket.connect(&to.into())?,
    }
    Ok(socket.into())
}

fn patience(timeout: NextTimeout) -> Option<Duration> {
    timeout.not_zero().map(|timeout| *timeout)
}

impl Transport for BoundTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        self.stream.set_write_timeout(patience(timeout))?;
        let output = &self.buffers.output()[..amount];
        // A request begins with a method that is ours: nothing else that is sent does.
        let output = match (&self.site, output.strip_prefix(b"GET /")) {
            (Some(site), Some(rest)) => &[b"GET ", site.as_bytes(), b"/", rest].concat(),
            _ => output,
        };
        self.stream.write_all(output).map_err(|error| in_time(error, timeout.reason))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        self.stream.set_read_timeout(patience(timeout))?;
        let read = self.stream.read(self.buffers.input_append_buf());
        let read = read.map_err(|error| in_time(error, timeout.reason))?;
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    /// Unrequested data on an idle connection means that the server is closing it.
    fn is_open(&mut self) -> bool {
        let is_silent = |stream: &TcpStream| {
            stream.set_nonblocking(true)?;
            let peeked = stream.peek(&mut [0]);
            stream.set_nonblocking(false)?;
            io::Result::Ok(matches!(peeked, Err(error) if error.kind() == ErrorKind::WouldBlock))
        };
        is_silent(&self.stream).unwrap_or(false)
    }
}

fn in_time(error: io::Error, reason: Timeout) -> Error {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Error::Timeout(reason),
        _ => Error::Io(error),
    }
}

impl fmt::Debug for BoundTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundTransport").field("stream", &self.stream).finish_non_exhaustive()
    }
}
