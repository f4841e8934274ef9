//! Resolves names as usual, and drops addresses that may not be named.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::earlier::Earlier;
use crate::names::look_up;
use crate::rule::Rule;

/// Resolves names as usual, and drops addresses that may not be named.
#[derive(Debug)]
pub(crate) struct RuledResolver {
    /// What the client asks now.
    pub(crate) rule: Arc<Mutex<Option<Rule>>>,
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
        let mut rule = self.rule.lock().unwrap_or_else(PoisonError::into_inner);
        let rule = rule.as_mut().ok_or(ureq::Error::HostNotFound)?;
        let mut allowed = self.empty();
        if rule.proxy.as_ref() == Some(uri) {
            found.into_iter().for_each(|address| allowed.push(address));
            return if allowed.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(allowed) };
        }
        let family = rule.request.is_ipv6.or(self.bind.map(|ip| ip.is_ipv6()));
        let found = found.into_iter().filter(|address| family.is_none_or(|v6| v6 == address.is_ipv6()));
        let mut earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        earlier.admit(rule, found)?.into_iter().for_each(|address| allowed.push(address));
        Ok(allowed)
    }
}
