//! Where the names led to that a client has asked before.
//!
//! A connection that is kept open leads to an address that its name had then, whatever it has now. So what is allowed now must be allowed
//! of the earlier addresses as well, and an answer may have come from any of them: a server that gives its name an address of our network
//! between two requests has not become one of that network.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use torrent_core::address::{AddressError, Reach, reach};

use crate::current_request::CurrentRequest;

/// Addresses by site.
#[derive(Debug, Default)]
pub(crate) struct Earlier(BTreeMap<String, Vec<IpAddr>>);

impl Earlier {
    /// Gives those of the addresses that may be asked now, and notes the farthest of them in `current`.
    ///
    /// # Errors
    /// None may, or an earlier one may not.
    pub(crate) fn admit(
        &mut self,
        current: &mut CurrentRequest,
        found: impl Iterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, ureq::Error> {
        let site = current.request.url.site();
        if self.0.len() >= SITES && !self.0.contains_key(&site) {
            return Err(ureq::Error::Other("the server has led to too many others".into()));
        }
        let known = self.0.entry(site).or_default();
        let port = current.request.url.port();
        known
            .iter()
            .try_for_each(|ip| current.request.may_connect(SocketAddr::new(*ip, port)))
            .map_err(refused)?;
        let (mut allowed, mut error) = (Vec::new(), ureq::Error::HostNotFound);
        for address in found {
            match current.request.may_connect(address) {
                Ok(()) => {
                    allowed.push(address);
                    remember(known, address.ip());
                }
                Err(why) => error = refused(why),
            }
        }
        if allowed.is_empty() || known.len() > MOST {
            return Err(error);
        }
        current.farthest =
            current.farthest.into_iter().chain(known.iter().copied()).max_by_key(|ip| reach(*ip));
        Ok(allowed)
    }
}

/// One of the public network stands for all: they have the same rights.
fn remember(known: &mut Vec<IpAddr>, ip: IpAddr) {
    let is_public = |ip: &IpAddr| reach(*ip) == Reach::World;
    if !known.iter().any(|other| *other == ip || is_public(other) && is_public(&ip)) {
        known.push(ip);
    }
}

fn refused(why: AddressError) -> ureq::Error {
    ureq::Error::Other(Box::new(why))
}

/// Sites that one client may have asked. None is forgotten while a connection to it may be open.
const SITES: usize = 1024;

/// Private addresses that one name may have had.
const MOST: usize = 64;

#[cfg(test)]
mod tests {
    use torrent_core::address::{Namer, Purpose, Url};

    use super::*;
    use crate::request::HttpRequest;

    /// A request for a URL of somebody, its addresses, and the address from which the answer counts; `None` if it is refused.
    type Request = (&'static str, Namer, &'static [&'static str], Option<&'static str>);

    fn check(requests: &[Request]) {
        let mut earlier = Earlier::default();
        for (url, namer, found, expected) in requests {
            let url = Url::parse(url.as_bytes()).unwrap();
            let request = HttpRequest::new(url, *namer, Purpose::WebSeed);
            let mut current = CurrentRequest { request, proxy: None, farthest: None };
            let found = found.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 80));
            let admitted = earlier.admit(&mut current, found);
            let from = admitted.ok().and(current.farthest).map(|ip| ip.to_string());
            assert_eq!(from.as_deref(), *expected, "{:?}", current.request);
        }
    }

    const PUBLIC: &[&str] = &["8.8.8.8"];
    const PRIVATE: &[&str] = &["192.168.1.1"];
    const HERE: &[&str] = &["127.0.0.1"];

    /// What is open still leads to the public server.
    #[test]
    fn a_name_that_moves_into_our_network_counts_as_where_it_was() {
        check(&[
            ("http://a.example/x", Namer::USER, PUBLIC, Some("8.8.8.8")),
            ("http://a.example/y", Namer::USER, PRIVATE, Some("8.8.8.8")),
            ("http://b.example/y", Namer::USER, PRIVATE, Some("192.168.1.1")),
            ("http://a.example:81/y", Namer::USER, PRIVATE, Some("192.168.1.1")),
        ]);
    }

    #[test]
    fn what_is_open_to_a_local_server_is_not_for_strangers() {
        for local in [PRIVATE, HERE, &["::1"]] {
            check(&[
                ("http://a.example/x", Namer::USER, local, Some(local[0])),
                ("http://a.example/x", Namer::STRANGER, PUBLIC, None),
                ("http://b.example/x", Namer::STRANGER, PUBLIC, Some("8.8.8.8")),
            ]);
        }
    }

    #[test]
    fn no_more_sites_are_known_than_there_is_room_for() {
        let mut earlier = Earlier::default();
        let mut admits = |n: usize| {
            let url = Url::parse(format!("http://n{n}.example/").as_bytes()).unwrap();
            let request = HttpRequest::new(url, Namer::STRANGER, Purpose::WebSeed);
            let found = [SocketAddr::from(([8, 8, 8, 8], 80))].into_iter();
            earlier.admit(&mut CurrentRequest { request, proxy: None, farthest: None }, found).is_ok()
        };
        assert!((0..SITES).all(&mut admits));
        assert!(!admits(SITES) && admits(0));
    }

    #[test]
    fn a_name_with_ever_new_public_addresses_is_one_entry_and_stays_public() {
        let mut known = Vec::new();
        (0..1000_u32).for_each(|n| remember(&mut known, std::net::Ipv4Addr::from(0x0808_0000 + n).into()));
        assert_eq!(known.len(), 1);
        check(&[
            ("http://a.example/x", Namer::STRANGER, PUBLIC, Some("8.8.8.8")),
            ("http://a.example/x", Namer::STRANGER, &["9.9.9.9"], Some("8.8.8.8")),
            ("http://a.example/x", Namer::STRANGER, HERE, None),
        ]);
    }
}
