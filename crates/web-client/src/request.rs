//! What is asked for, and on whose behalf.

use std::net::SocketAddr;
use std::time::Duration;

use torrent_core::address::{AddressError, Namer, Purpose, Url};
use ureq::Proxy;
use ureq::http::HeaderMap;

use crate::error::HttpError;
use crate::{names, proxy};

/// A request with `GET`: a URL, and who wants us to ask it what for.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// What is asked for.
    pub url: Url,
    /// Who named the URL: it is asked only where they may lead us.
    pub namer: Namer,
    /// What the answer is for: in private networks not everything is asked for.
    pub purpose: Purpose,
    /// Only over IPv6, or only over IPv4.
    pub is_ipv6: Option<bool>,
    /// Only these bytes: the first and the last. The server may send all the same (RFC 9110, section 14.2).
    pub range: Option<(u64, u64)>,
    /// How long each step may take until the answer begins.
    pub patience: Duration,
    /// Headers beside those that the client sends to all servers. They are for the site of `url` alone, and go to no other one that a
    /// redirect leads to.
    pub headers: HeaderMap,
    /// Headers for one URL alone, wherever on the way it comes: what it said of its content the last time.
    pub conditions: Option<(Url, HeaderMap)>,
    /// The answer may come compressed, which is for texts only.
    pub takes_gzip: bool,
}

impl HttpRequest {
    /// A request for all that is at `url`, over any family of addresses.
    pub fn new(url: Url, namer: Namer, purpose: Purpose) -> Self {
        let (patience, headers) = (PATIENCE, HeaderMap::new());
        let (is_ipv6, range, conditions, takes_gzip) = (None, None, None, false);
        Self { url, namer, purpose, is_ipv6, range, patience, headers, conditions, takes_gzip }
    }

    /// The request that a redirect makes of this one: it is the server there (`namer`) that names `url`.
    pub(crate) fn redirected(self, url: Url, namer: Namer) -> Self {
        let headers = if url.site() == self.url.site() { self.headers } else { HeaderMap::new() };
        Self { url, namer, headers, ..self }
    }

    pub(crate) fn may_connect(&self, address: SocketAddr) -> Result<(), AddressError> {
        self.url.may_connect(address.ip(), self.namer, self.purpose)
    }

    /// Whether a proxy may be asked for the URL. What its host's addresses are the proxy finds out: a name that leads to one here must
    /// lead to one that may be named, and a stranger names no host of the proxy's own network that the world does not know.
    pub(crate) fn may_ask_by(&self, proxy: &Proxy) -> Result<(), HttpError> {
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

/// How long each step may take, if nothing else is said.
pub const PATIENCE: Duration = Duration::from_secs(20);
