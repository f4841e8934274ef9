//! Resolves names as usual, and drops addresses that may not be named.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::current_request::CurrentRequest;
use crate::earlier::Earlier;
use crate::names::look_up;

/// Resolves names as usual, and drops addresses that may not be named.
#[derive(Debug)]
pub(crate) struct RuledResolver {
    /// What the client asks now.
    pub(crate) current: Arc<Mutex<Option<CurrentRequest>>>,
    /// The address of ours that is used: it can reach its own family only.
    pub(crate) bind: Option<IpAddr>,
    pub(crate) earlier: Mutex<Earlier>,
}

impl Resolver for RuledResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = look_up(uri, timeout)?;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let current = current.as_mut().ok_or(ureq::Error::HostNotFound)?;
        let mut allowed = self.empty();
        if current.proxy.as_ref() == Some(uri) {
            found.into_iter().for_each(|address| allowed.push(address));
            return if allowed.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(allowed) };
        }
        let family = current.request.is_ipv6.or(self.bind.map(|ip| ip.is_ipv6()));
        let found = found.into_iter().filter(|address| family.is_none_or(|v6| v6 == address.is_ipv6()));
        let mut earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        earlier.admit(current, found)?.into_iter().for_each(|address| allowed.push(address));
        Ok(allowed)
    }
}
