//! A tracker over HTTP (BEP 3, 7, 23).

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use super::Book;
use crate::service::{Service, Stop};
use crate::{bytes, dict, int};

/// A tracker on a port of this machine, until it is dropped.
#[derive(Debug)]
pub struct HttpTracker {
    _service: Service,
    address: SocketAddr,
    book: Book,
}

/// Makes a whole HTTP response out of the request's path and query.
type Respond = dyn Fn(&str, IpAddr) -> Vec<u8> + Send + Sync;

impl HttpTracker {
    /// A tracker that knows these peers and whoever announces.
    pub fn new(peers: &[SocketAddr]) -> Self {
        let book = Book::of(peers);
        let its_book = book.clone();
        let respond = move |target: &str, ip: IpAddr| {
            let from = SocketAddr::new(
                ip,
                parameter(target, "port").and_then(|port| port.parse().ok()).unwrap_or(0),
            );
            let stopped = parameter(target, "event") == Some("stopped");
            let others = its_book.announce(target.as_bytes(), from, stopped);
            let key = if ip.is_ipv4() { "peers" } else { "peers6" };
            ok(&dict([("interval", int(1800)), (key, bytes(others))]))
        };
        Self::start(book, Arc::new(respond))
    }

    /// A tracker that answers every request with this, the HTTP head included.
    pub fn that_says(response: &[u8]) -> Self {
        let book = Book::default();
        let (its_book, response) = (book.clone(), response.to_vec());
        let respond = move |target: &str, ip: IpAddr| {
            its_book.announce(target.as_bytes(), SocketAddr::new(ip, 0), false);
            response.clone()
        };
        Self::start(book, Arc::new(respond))
    }

    fn start(book: Book, respond: Arc<Respond>) -> Self {
        let service = Service::new();
        let address = service.listen(Ipv4Addr::LOCALHOST.into(), move |stream, stop| {
            // However a request ends, the next one is answered.
            let _ = serve(stream, stop, &*respond);
        });
        Self { _service: service, address, book }
    }

    /// The announce URL of the tracker.
    pub fn url(&self) -> String {
        format!("http://{}/announce", self.address)
    }

    /// Path and query of every request so far.
    pub fn requests(&self) -> Vec<String> {
        self.book.requests().into_iter().map(|target| String::from_utf8_lossy(&target).into_owned()).collect()
    }
}

/// A response whose body is `body`.
pub(super) fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn serve(mut stream: TcpStream, stop: &Stop, respond: &Respond) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    while !head.ends_with(b"\r\n\r\n") && head.len() < (64 << 10) && !stop.is_over() {
        match stream.read(&mut chunk)? {
            0 => return Ok(()),
            read => head.extend_from_slice(&chunk[..read]),
        }
    }
    let head = String::from_utf8_lossy(&head);
    let target = head.split(' ').nth(1).unwrap_or_default();
    stream.write_all(&respond(target, stream.peer_addr()?.ip()))
}

fn parameter<'t>(target: &'t str, key: &str) -> Option<&'t str> {
    let (_, query) = target.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
}
