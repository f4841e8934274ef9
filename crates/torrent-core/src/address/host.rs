//! The host of a URL, which is plainly a name or an address.

use std::fmt::{self, Display};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::{AddressError, Reach, reach};

/// A name in lower case, or an address as it is usually written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Host(String);

impl Host {
    /// An IPv6 address, as it stands between brackets.
    pub(super) fn of_v6(text: &str) -> Result<Self, AddressError> {
        let ip = Ipv6Addr::from_str(text).map_err(|_| AddressError::Host)?;
        Ok(Self(ip.to_string()))
    }

    /// A name of letters, digits, hyphens and underscores, or four plain decimal numbers. What ends in a number in any
    /// other way (`2130706433`, `0x7f.1`, `127.1`, `127.0.0.1.`) is an address to some resolvers.
    pub(super) fn of_name(text: &str) -> Result<Self, AddressError> {
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        let bare = text.strip_suffix('.').unwrap_or(text);
        let is_name = bare.len() <= 253 && bare.split('.').all(is_label);
        let last = bare.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
        if !is_name || (is_number && Ipv4Addr::from_str(text).is_err()) {
            return Err(AddressError::Host);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The name, or the address without brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address, where it is one.
    pub fn ip(&self) -> Option<IpAddr> {
        self.0.parse().ok()
    }

    /// How far it reaches, where that can be said without asking anybody: of an address, and of names that are never those of
    /// the public network. What any other name leads to is known when it is resolved.
    pub fn reach(&self) -> Option<Reach> {
        self.ip().map(reach).or_else(|| reach_of_name(&self.0))
    }
}

/// As it stands in a URL.
impl Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.contains(':') {
            true => write!(f, "[{}]", self.0),
            false => f.write_str(&self.0),
        }
    }
}

/// `localhost` (RFC 6761), names of multicast DNS (RFC 6762), of home networks (RFC 8375) and of anybody's own (`internal`, which
/// ICANN keeps for that; clouds have their secrets at `metadata.google.internal`).
fn reach_of_name(name: &str) -> Option<Reach> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_in =
        |zone| name.strip_suffix(zone).is_some_and(|rest: &str| rest.is_empty() || rest.ends_with('.'));
    match name {
        _ if is_in("localhost") => Some(Reach::Machine),
        _ if ["local", "home.arpa", "internal"].into_iter().any(is_in) => Some(Reach::Site),
        _ => None,
    }
}
