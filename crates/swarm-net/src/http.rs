//! HTTP for trackers, web seeds and torrents: blocking, for threads that do nothing else.
//!
//! Redirects are followed here, not by the library, because at every hop it is checked whether the server may name that address
//! (`torrent_core::address`). The check is made on the very addresses that are then connected to.

mod access;
mod bound;
mod earlier;
mod names;
mod proxy;

use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use torrent_core::address::{AddressError, Namer, Purpose, Scheme, Url};
use ureq::config::{Config, ConfigBuilder};
use ureq::http::{Response, Uri, header};
use ureq::tls::TlsConfig;
use ureq::typestate::AgentScope;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    ConnectProxyConnector, Connector, NextTimeout, RustlsConnector, SocksConnector, TcpConnector,
};
use ureq::{Agent, Body, Proxy, Timeout};

pub use access::{Header, WebAccess};
use bound::{BoundConnector, ForwardConnector};
use earlier::Earlier;
use names::look_up;
pub use proxy::{BadProxy, Proxies};

/// A client that gets URLs, one after the other, and keeps connections open between them.
pub(crate) struct Client {
    agent: Agent,
    /// How long an answer may take, with all redirects on the way to it and all of its body.
    overall: Option<Duration>,
    rule: Arc<Mutex<Option<Rule>>>,
    access: WebAccess,
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
    /// The proxy that is asked in its place: whoever that is, the user named it.
    proxy: Option<Uri>,
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
    /// The address may not be asked.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// It redirects to what it may not name.
    #[error("its redirect is not followed: {0}")]
    Redirect(AddressError),
    /// It redirects to this magnet link, which may name what the server may.
    #[error("a redirect to a magnet link")]
    Magnet(Vec<u8>, Namer),
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
    /// Its certificate is signed by an authority that is not known here.
    #[error("its certificate is signed by an unknown authority, of which `SSL_CERT_FILE` can name the file")]
    UnknownIssuer,
    /// No connection, no answer in time, or none that makes sense.
    #[error("{0}")]
    Failed(String),
}

/// A file from a web server.
pub struct Downloaded {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// What it says may name what this one may: whoever it came from.
    pub namer: Namer,
}

/// Gets a URL that the user typed, from the address `bind` of ours if that is given.
///
/// # Errors
/// Why there is no answer, or that it has more than `limit` bytes or takes longer than `overall`.
///
/// A redirect to a magnet link is an answer as well: the link.
pub fn download(
    url: &str,
    namer: Namer,
    limit: u64,
    overall: Duration,
    bind: Option<IpAddr>,
    access: &WebAccess,
) -> Result<Downloaded, HttpError> {
    let ask = Ask { url: Url::parse(url.as_bytes())?, namer, purpose: Purpose::Torrent, is_ipv6: None };
    let mut answer = match Client::new(access, bind, Some(overall)).get(ask, None) {
        Err(HttpError::Magnet(bytes, server)) => {
            return Ok(Downloaded { bytes, namer: server });
        }
        answer => answer?,
    };
    let bytes = answer.success()?.body(limit)?;
    Ok(Downloaded { bytes, namer: namer_at(answer.from) })
}

impl Client {
    /// A client that connects from `bind` if that is given, and gives every answer `overall` for all of it; web seeds have
    /// no such limit, because they may have much to send; of them little is read before it is wanted.
    pub(crate) fn new(access: &WebAccess, bind: Option<IpAddr>, overall: Option<Duration>) -> Self {
        let rule = Arc::new(Mutex::new(None));
        let resolver = RuledResolver { rule: Arc::clone(&rule), bind, earlier: Mutex::default() };
        let config = match overall {
            Some(_) => config().build(),
            None => config().input_buffer_size(READ_AHEAD).build(),
        };
        let by_proxy =
            ForwardConnector(bind).chain(SocksConnector::default()).chain(ConnectProxyConnector::default());
        let agent = match bind {
            Some(ip) => {
                let connector = by_proxy.chain(BoundConnector(ip)).chain(RustlsConnector::default());
                Agent::with_parts(config, connector, resolver)
            }
            None => {
                let connector = by_proxy.chain(TcpConnector::default()).chain(RustlsConnector::default());
                Agent::with_parts(config, connector, resolver)
            }
        };
        Self { agent, overall, rule, access: access.clone() }
    }

    /// Gets a URL, or bytes `first` to `last` of it. Any status may be the answer, unless it is a redirect that leads somewhere.
    pub(crate) fn get(&self, mut ask: Ask, range: Option<(u64, u64)>) -> Result<Answered, HttpError> {
        let until = self.overall.map(|overall| Instant::now() + overall);
        for hop in 0..=REDIRECTS {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(HttpError::TooSlow);
            }
            let asked = self.get_once(&ask, range, left);
            let (response, from) = asked.map_err(|error| if hop > 0 { of_redirect(error) } else { error })?;
            let location =
                response.headers().get(header::LOCATION).filter(|_| response.status().is_redirection());
            let Some(location) = location else { return Ok(Answered { response, from }) };
            let namer = namer_at(from);
            if location.as_bytes().get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"magnet:")) {
                return Err(HttpError::Magnet(location.as_bytes().to_vec(), namer));
            }
            let next = joined(&ask.url, location.as_bytes()).map_err(HttpError::Redirect)?;
            let next = next.with_user_of(&ask.url);
            ask.url.may_redirect_to(&next).map_err(HttpError::Redirect)?;
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
        let proxy = self.access.proxies.of(&ask.url).cloned();
        if let Some(proxy) = &proxy {
            ask.may_ask_by(proxy)?;
        }
        // What a proxy's server has for an address is not seen.
        let farthest = ask.url.ip().filter(|_| proxy.is_some());
        let proxy_uri = proxy.as_ref().map(|proxy| proxy.uri().clone());
        *lock() = Some(Rule { ask: ask.clone(), proxy: proxy_uri, farthest });
        let is_https = ask.url.scheme() == Scheme::Https;
        let forward = proxy.as_ref().filter(|proxy| proxy::forwards(proxy, is_https));
        let credentials = forward.and_then(proxy::authorization);
        let request = self.agent.get(ask.url.to_string());
        let mut request = request.config().proxy(proxy).timeout_global(left).build();
        for (name, value) in self.access.headers_for(&ask.url) {
            request = request.header(name, value);
        }
        if let Some(credentials) = credentials {
            request = request.header(header::PROXY_AUTHORIZATION, credentials);
        }
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
    earlier: Mutex<Earlier>,
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
        if rule.proxy.as_ref() == Some(uri) {
            found.into_iter().for_each(|address| allowed.push(address));
            return if allowed.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(allowed) };
        }
        let family = rule.ask.is_ipv6.or(self.bind.map(|ip| ip.is_ipv6()));
        let found = found.into_iter().filter(|address| family.is_none_or(|v6| v6 == address.is_ipv6()));
        let mut earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        earlier.admit(rule, found)?.into_iter().for_each(|address| allowed.push(address));
        Ok(allowed)
    }
}

impl Ask {
    pub(crate) fn may_connect(&self, address: SocketAddr) -> Result<(), AddressError> {
        self.url.may_connect(address.ip(), self.namer, self.purpose)
    }
}

impl Ask {
    /// Whether a proxy may be asked for the URL. What its host's addresses are the proxy finds out: a name that leads to one here must
    /// lead to one that may be named, and a stranger names no host of the proxy's own network that the world does not know.
    fn may_ask_by(&self, proxy: &Proxy) -> Result<(), HttpError> {
        if self.namer == Namer::USER {
            return Ok(());
        }
        if let Some(ip) = self.url.ip() {
            return Ok(self.url.may_connect(ip, self.namer, self.purpose)?);
        }
        let is_single_label = !self.url.host().trim_end_matches('.').contains('.');
        if is_single_label && self.namer == Namer::STRANGER {
            return Err(AddressError::PrivateName.into());
        }
        let found = if proxy::looks_up(proxy) {
            Vec::new()
        } else {
            names::known_here(self.url.host(), self.url.port())
        };
        let mut refusals = found.iter().filter_map(|address| self.may_connect(*address).err());
        refusals.next().map_or(Ok(()), |refused| Err(refused.into()))
    }
}

/// Who names an address by a redirect is whoever redirected.
fn of_redirect(error: HttpError) -> HttpError {
    match error {
        HttpError::Address(refused) => HttpError::Redirect(refused),
        error => error,
    }
}

/// Whoever answered, as somebody who names addresses: a stranger, where the address is not known.
fn namer_at(from: Option<IpAddr>) -> Namer {
    from.map_or(Namer::STRANGER, Namer::at)
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
        ureq::Error::Io(error) if is_unknown_issuer(&error) => HttpError::UnknownIssuer,
        ureq::Error::Io(error) => HttpError::Failed(error.to_string()),
        ureq::Error::BadUri(_) => HttpError::Failed("the URL is malformed".to_owned()),
        error => HttpError::Failed(error.to_string()),
    }
}

/// rustls reports a handshake that failed as an error of reading or writing.
fn is_unknown_issuer(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(inner, Some(rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer)))
}

fn config() -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .tls_config(TlsConfig::builder().root_certs(access::root_certificates()).build())
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
