//! What is asked for, and on whose behalf.

use std::net::SocketAddr;

use torrent_core::address::{AddressError, Namer, Purpose, Url};
use ureq::Proxy;

use crate::error::HttpError;
use crate::{names, proxy};

/// A URL, and who wants us to ask it what for.
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
}

impl HttpRequest {
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
        let leads_astray = self.url.reach().is_some_and(|reach| !self.namer.may_lead_to(reach));
        if is_single_label && self.namer == Namer::STRANGER || leads_astray {
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
