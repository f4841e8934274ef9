//! HTTP for trackers, web seeds and torrents: blocking, for threads that do nothing else.
//!
//! Redirects are followed here, not by the library, because at every hop it is checked whether the server may name that address
//! (`swarm::address`). The check is made on the very addresses that are then connected to.

mod bound;
mod names;

use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use swarm::address::{AddressError, Namer, Purpose, Url, reach};
use ureq::config::{Config, ConfigBuilder};
use ureq::http::{Response, Uri, header};
use ureq::typestate::AgentScope;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Connector, DefaultConnector, NextTimeout, RustlsConnector};
use ureq::{Agent, Body, Timeout};

use bound::BoundConnector;
use names::look_up;

/// A client that gets URLs, one after the other, and keeps connections open between them.
pub(crate) struct Client {
    agent: Agent,
    /// How long an answer may take, with all redirects on the way to it and all of its body.
    overall: Option<Duration>,
    rule: Arc<Mutex<Option<Rule>>>,
}

/// A URL, and who wants us to ask it what for.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) url: Url,
    pub(crate) namer: Namer,
    pub(crate) purpose: Purpose,
    /// Only over IPv6, or only over IPv4.
    pub(crate) is_ipv6: Option<bool>,
}

/// What was asked, and where that led.
#[derive(Debug)]
struct Rule {
    ask: Ask,
    /// The address that reaches farthest of those that were allowed.
    farthest: Option<IpAddr>,
}

/// An answer that is no redirect.
pub(crate) struct Answered {
    pub(crate) response: Response<Body>,
    /// The address it came from; of several that are possible, the one that reaches farthest.
    pub(crate) from: Option<IpAddr>,
}

/// Why there is no answer, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address, or one that a redirect leads to, may not be asked.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// It redirects again and again.
    #[error("more than {REDIRECTS} redirects")]
    Redirects,
    /// The answer is no success.
    #[error("HTTP status {0}")]
    Status(u16),
    /// It took longer than it may, though something may have come all the time.
    #[error("not all of it came in time")]
    TooSlow,
    /// The body has more bytes than it may.
    #[error("the answer is longer than {0} bytes")]
    TooLong(u64),
    /// No connection, no answer in time, or none that makes sense.
    #[error("{0}")]
    Failed(String),
}

/// A file from a web server.
pub struct Downloaded {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// It came from a private network or this machine, and what it says may lead there.
    pub is_local: bool,
}

/// Gets a URL that the user typed, from the address `bind` of ours if that is given.
///
/// # Errors
/// Why there is no answer, or that it has more than `limit` bytes or takes longer than `overall`.
pub fn download(
    url: &str,
    limit: u64,
    overall: Duration,
    bind: Option<IpAddr>,
) -> Result<Downloaded, HttpError> {
    let ask = Ask {
        url: Url::parse(url.as_bytes())?,
        namer: Namer::USER,
        purpose: Purpose::Torrent,
        is_ipv6: None,
    };
    let mut answer = Client::new(bind, Some(overall)).get(ask, None)?;
    let bytes = answer.success()?.body(limit)?;
    Ok(Downloaded { bytes, is_local: answer.from.is_some_and(|ip| Namer::at(ip) != Namer::STRANGER) })
}

impl Client {
    /// A client that connects from `bind` if that is given, and gives every answer `overall` for all of it; web seeds have
    /// no such limit, because they may have much to send; of them little is read before it is wanted.
    pub(crate) fn new(bind: Option<IpAddr>, overall: Option<Duration>) -> Self {
        let rule = Arc::new(Mutex::new(None));
        let resolver = RuledResolver { rule: Arc::clone(&rule), bind };
        let config = match overall {
            Some(_) => config().build(),
            None => config().input_buffer_size(READ_AHEAD).build(),
        };
        let agent = match bind {
            Some(ip) => {
                Agent::with_parts(config, BoundConnector(ip).chain(RustlsConnector::default()), resolver)
            }
            None => Agent::with_parts(config, DefaultConnector::new(), resolver),
        };
        Self { agent, overall, rule }
    }

    /// Gets a URL, or bytes `first` to `last` of it. Any status may be the answer, unless it is a redirect that leads somewhere.
    pub(crate) fn get(&self, mut ask: Ask, range: Option<(u64, u64)>) -> Result<Answered, HttpError> {
        let until = self.overall.map(|overall| Instant::now() + overall);
        for _ in 0..=REDIRECTS {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(HttpError::TooSlow);
            }
            let (response, from) = self.get_once(&ask, range, left)?;
            let location =
                response.headers().get(header::LOCATION).filter(|_| response.status().is_redirection());
            let Some(location) = location else { return Ok(Answered { response, from }) };
            let next = joined(&ask.url, location.as_bytes())?;
            ask.url.may_redirect_to(&next)?;
            let namer = from.map_or(Namer::STRANGER, Namer::at);
            ask = Ask { url: next, namer, ..ask };
        }
        Err(HttpError::Redirects)
    }

    fn get_once(
        &self,
        ask: &Ask,
        range: Option<(u64, u64)>,
        left: Option<Duration>,
    ) -> Result<(Response<Body>, Option<IpAddr>), HttpError> {
        let lock = || self.rule.lock().unwrap_or_else(PoisonError::into_inner);
        *lock() = Some(Rule { ask: ask.clone(), farthest: None });
        let mut request = self.agent.get(ask.url.to_string()).config().timeout_global(left).build();
        if let Some((first, last)) = range {
            request = request.header(header::RANGE, format!("bytes={first}-{last}"));
        }
        let response = request.call().map_err(failed)?;
        Ok((response, lock().take().and_then(|rule| rule.farthest)))
    }
}

impl Answered {
    /// Itself, if its status is 200 or so.
    pub(crate) fn success(&mut self) -> Result<&mut Self, HttpError> {
        match self.response.status() {
            status if status.is_success() => Ok(self),
            status => Err(HttpError::Status(status.as_u16())),
        }
    }

    /// All of the body.
    pub(crate) fn body(&mut self, limit: u64) -> Result<Vec<u8>, HttpError> {
        let mut bytes = Vec::new();
        let read = self.reader().take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|error| failed(error.into()))?;
        if bytes.len() as u64 > limit { Err(HttpError::TooLong(limit)) } else { Ok(bytes) }
    }

    /// The body, without an end where the server finds none.
    pub(crate) fn reader(&mut self) -> impl Read {
        self.response.body_mut().with_config().limit(u64::MAX).reader()
    }

    /// The same, for keeps.
    pub(crate) fn into_reader(self) -> impl Read {
        self.response.into_body().into_with_config().limit(u64::MAX).reader()
    }

    /// A header, if it is plain text.
    pub(crate) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }
}

/// Resolves names as usual, and drops addresses that may not be named.
#[derive(Debug)]
struct RuledResolver {
    rule: Arc<Mutex<Option<Rule>>>,
    bind: Option<IpAddr>,
}

impl Resolver for RuledResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = look_up(uri, timeout)?;
        let mut rule = self.rule.lock().unwrap_or_else(PoisonError::into_inner);
        let rule = rule.as_mut().ok_or(ureq::Error::HostNotFound)?;
        let mut allowed = self.empty();
        let mut error = ureq::Error::HostNotFound;
        let family = rule.ask.is_ipv6.or(self.bind.map(|ip| ip.is_ipv6()));
        for address in found.iter().filter(|address| family.is_none_or(|v6| v6 == address.is_ipv6())) {
            match rule.ask.may_connect(*address) {
                Ok(()) => {
                    allowed.push(*address);
                    rule.farthest =
                        rule.farthest.into_iter().chain([address.ip()]).max_by_key(|ip| reach(*ip));
                }
                Err(refused) => error = ureq::Error::Other(Box::new(refused)),
            }
        }
        if allowed.is_empty() { Err(error) } else { Ok(allowed) }
    }
}

impl Ask {
    pub(crate) fn may_connect(&self, address: SocketAddr) -> Result<(), AddressError> {
        self.url.may_connect(address.ip(), self.namer, self.purpose)
    }
}

/// Where a redirect leads (RFC 3986, section 5.2, but for dots in paths, which servers read themselves).
fn joined(base: &Url, location: &[u8]) -> Result<Url, AddressError> {
    let is_absolute = location.iter().take_while(|byte| !b"/?#".contains(byte)).any(|byte| *byte == b':');
    let path = base.target().split('?').next().unwrap_or_default();
    let folder = &path[..path.rfind('/').map_or(0, |slash| slash + 1)];
    let front = match location {
        _ if is_absolute => String::new(),
        [b'/', b'/', ..] => format!("{}:", base.scheme().name()),
        [b'/', ..] => base.site(),
        [b'?', ..] => format!("{}{path}", base.site()),
        _ => format!("{}{folder}", base.site()),
    };
    Url::parse(&[front.as_bytes(), location].concat())
}

/// In words without the URL, which may hold secrets.
fn failed(error: ureq::Error) -> HttpError {
    match error {
        ureq::Error::Other(inner) => match inner.downcast::<AddressError>() {
            Ok(refused) => HttpError::Address(*refused),
            Err(inner) => HttpError::Failed(inner.to_string()),
        },
        ureq::Error::Timeout(Timeout::Global) => HttpError::TooSlow,
        ureq::Error::Timeout(_) => HttpError::Failed("no answer in time".to_owned()),
        ureq::Error::HostNotFound => HttpError::Failed("the host has no address".to_owned()),
        ureq::Error::Io(error) => HttpError::Failed(error.to_string()),
        ureq::Error::BadUri(_) => HttpError::Failed("the URL is malformed".to_owned()),
        error => HttpError::Failed(error.to_string()),
    }
}

fn config() -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("Piecework/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .max_idle_connections_per_host(1)
        .timeout_resolve(Some(PATIENCE))
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
}

/// Hops after the first.
const REDIRECTS: usize = 5;

/// Bytes that may be read of a web seed before they are wanted: what a crash costs beside pieces (with TLS a record or two more). The head
/// of an answer must fit.
const READ_AHEAD: usize = 16 << 10;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(20);

#[cfg(test)]
pub(crate) mod server;
#[cfg(test)]
mod tests;
