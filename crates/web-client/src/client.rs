//! A client: sends requests, and follows redirects as far as they may lead.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use torrent_core::address::{Scheme, Url};
use ureq::Agent;
use ureq::config::Config;
use ureq::http::header;
use ureq::tls::TlsConfig;
use ureq::unversioned::transport::{
    ConnectProxyConnector, Connector, RustlsConnector, SocksConnector, TcpConnector,
};

use crate::access::{WebAccess, root_certificates};
use crate::bound::{BoundConnector, ForwardConnector};
use crate::current_request::CurrentRequest;
use crate::error::HttpError;
use crate::proxy;
use crate::redirect::{REDIRECTS, Redirect, joined, leads_nowhere};
use crate::request::{HttpRequest, PATIENCE};
use crate::resolver::RuledResolver;
use crate::response::HttpResponse;

/// A client that gets URLs, one after the other, and keeps connections open between them.
pub struct Client {
    agent: Agent,
    /// How long an answer may take, with all redirects on the way to it and all of its body.
    overall: Option<Duration>,
    /// What is asked now, if anything is: the resolver, which ureq owns, holds addresses against it.
    current: Arc<Mutex<Option<CurrentRequest>>>,
    access: WebAccess,
}

impl Client {
    /// A client that connects from `bind` if that is given, and gives every answer `overall` for all of it; web seeds have
    /// no such limit, because they may have much to send; of them little is read before it is wanted.
    pub fn new(access: &WebAccess, bind: Option<IpAddr>, overall: Option<Duration>) -> Self {
        let current = Arc::new(Mutex::new(None));
        let resolver = RuledResolver { current: Arc::clone(&current), bind, earlier: Mutex::default() };
        let config = config();
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
        Self { agent, overall, current, access: access.clone() }
    }

    /// Sends a request, and again to where redirects lead. Any status may be the answer, unless it is a redirect that leads somewhere.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn get(&mut self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let until = self.overall.map(|overall| Instant::now() + overall);
        let mut redirects = Vec::new();
        while redirects.len() <= REDIRECTS {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(HttpError::TooSlow);
            }
            let answer = self.get_once(&request, left);
            let answer =
                answer.map_err(|error| if redirects.is_empty() { error } else { error.of_redirect() })?;
            let Some(location) = answer.location() else { return Ok(HttpResponse { redirects, ..answer }) };
            let (status, namer) = (answer.status(), answer.namer());
            if location.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"magnet:")) {
                return Err(HttpError::Magnet(location.to_vec(), namer));
            }
            if leads_nowhere(location) {
                return Err(HttpError::NoLocation);
            }
            let next = joined(&request.url, location).map_err(HttpError::Redirect)?;
            let next = next.with_user_of(&request.url);
            request.url.may_redirect_to(&next).map_err(HttpError::Redirect)?;
            redirects.push(Redirect { status, to: next.clone() });
            request = request.redirected(next, namer);
        }
        Err(HttpError::Redirects)
    }

    /// One request, without following redirects. `current` says what it is for as long as it is under way.
    fn get_once(&mut self, request: &HttpRequest, left: Option<Duration>) -> Result<HttpResponse, HttpError> {
        request.url.may_look_up(request.namer)?;
        let lock = || self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let proxy = self.access.proxies.of(&request.url).cloned();
        if let Some(proxy) = &proxy {
            request.may_ask_by(proxy)?;
        }
        // What a proxy's server has for an address is not seen.
        let farthest = request.url.ip().filter(|_| proxy.is_some());
        let proxy_uri = proxy.as_ref().map(|proxy| proxy.uri().clone());
        *lock() = Some(CurrentRequest { request: request.clone(), proxy: proxy_uri, farthest });
        let is_https = request.url.scheme() == Scheme::Https;
        let forward = proxy.as_ref().filter(|proxy| proxy::forwards(proxy, is_https));
        let credentials = forward.and_then(proxy::authorization);
        let call = self.agent.get(request.url.to_string());
        let mut call = call
            .config()
            .proxy(proxy)
            .timeout_global(left)
            .timeout_resolve(Some(request.patience))
            .timeout_connect(Some(request.patience))
            .timeout_recv_response(Some(request.patience))
            .build();
        for (name, value) in self.access.headers_for(&request.url) {
            call = call.header(name, value);
        }
        if let Some(credentials) = credentials {
            call = call.header(header::PROXY_AUTHORIZATION, credentials);
        }
        for (name, value) in &request.headers {
            call = call.header(name, value);
        }
        // Without its user, which is not shown where the URL comes from an answer.
        let is_it = |url: &Url| url.site() == request.url.site() && url.target() == request.url.target();
        let conditions = request.conditions.iter().filter(|(url, _)| is_it(url));
        for (name, value) in conditions.flat_map(|(_, headers)| headers) {
            call = call.header(name, value);
        }
        if request.takes_gzip {
            call = call.header(header::ACCEPT_ENCODING, "gzip");
        }
        if let Some((first, last)) = request.range {
            call = call.header(header::RANGE, format!("bytes={first}-{last}"));
        }
        let response = call.call();
        let from = lock().take().and_then(|current| current.farthest);
        Ok(HttpResponse { response: response?, from, redirects: Vec::new() })
    }
}

fn config() -> Config {
    Agent::config_builder()
        .tls_config(TlsConfig::builder().root_certs(root_certificates()).build())
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("Piecework/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .max_idle_connections_per_host(1)
        .timeout_per_read(Some(PATIENCE))
        .input_buffer_size(READ_AHEAD)
        .output_buffer_size(REQUEST)
        .build()
}

/// Bytes that may be read of an answer before they are wanted. Of a web seed they are what a crash costs beside pieces (with TLS a record
/// or two more), and of thousands of trackers they are the memory of connections that are kept. The head of an answer must fit.
const READ_AHEAD: usize = 16 << 10;

/// Bytes of a request, which must fit: a URL and what the user's files say of secrets.
const REQUEST: usize = 32 << 10;
