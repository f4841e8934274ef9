//! Looks up the host of a URL, for a limited time.
//!
//! ureq's own resolver panics where the system makes no thread for it.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use ureq::http::Uri;
use ureq::unversioned::transport::NextTimeout;

/// The addresses of the host that a URL names. An address needs no looking up.
///
/// # Errors
/// The host has none, or they did not come in time.
pub(crate) fn look_up(uri: &Uri, timeout: NextTimeout) -> Result<Vec<SocketAddr>, ureq::Error> {
    let host = uri.host().ok_or(ureq::Error::HostNotFound)?.to_owned();
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    if let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    Ok(in_time(move || (host.as_str(), port).to_socket_addrs(), timeout)??.take(MOST).collect())
}

/// The addresses of a host that a proxy will be asked for; none if it is not known here, as behind many proxies.
pub(crate) fn known_here(host: &str, port: u16) -> Vec<SocketAddr> {
    let host = host.to_owned();
    let after = ureq::unversioned::transport::time::Duration::from(PATIENCE);
    let timeout = NextTimeout { after, reason: ureq::Timeout::Resolve, per_read: None, per_write: None };
    let found = in_time(move || (host.as_str(), port).to_socket_addrs(), timeout);
    found.ok().and_then(Result::ok).map(|found| found.take(MOST).collect()).unwrap_or_default()
}

/// The system's resolver knows no limits of time. Without a thread to leave it to, it takes what it takes.
fn in_time<T: Send + 'static>(
    ask: impl Fn() -> io::Result<T> + Clone + Send + 'static,
    timeout: NextTimeout,
) -> Result<io::Result<T>, ureq::Error> {
    let (answer, answered) = sync_channel(1);
    let asked = ask.clone();
    // Nobody waits any more if it took too long.
    let asking = thread::Builder::new().spawn(move || drop(answer.send(asked())));
    if asking.is_err() {
        return Ok(ask());
    }
    match answered.recv_timeout(*timeout.after) {
        Ok(found) => Ok(found),
        Err(RecvTimeoutError::Timeout) => Err(ureq::Error::Timeout(timeout.reason)),
        Err(RecvTimeoutError::Disconnected) => Err(ureq::Error::HostNotFound),
    }
}

/// How long a name is looked up that is not needed here.
const PATIENCE: Duration = Duration::from_secs(2);

/// As many as ureq has room for.
const MOST: usize = 16;
