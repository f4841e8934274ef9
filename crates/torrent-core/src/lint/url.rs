//! As much of a URL as the linter needs (RFC 3986): what is wrong with it, and where it leads.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// A URL in parts, as they stand.
pub(super) struct Url<'a> {
    scheme: &'a str,
    /// A host name or address, brackets taken off.
    host: &'a str,
    pub(super) has_port: bool,
    pub(super) has_credentials: bool,
}

/// What is wrong with a URL. Never quotes it: it may hold a passkey.
pub(super) enum Fault {
    Empty,
    WhiteSpace,
    NotAscii,
    NoScheme,
    NoHost,
    Port,
    Scheme(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::WhiteSpace => f.write_str("holds white space or a control character"),
            Self::NotAscii => f.write_str("holds a character that URLs must escape"),
            Self::NoScheme => f.write_str("is not a URL: it does not start with a scheme and `://`"),
            Self::NoHost => f.write_str("has no host"),
            Self::Port => f.write_str("has a port that is not between 1 and 65535"),
            Self::Scheme(scheme) => write!(f, "has the scheme `{scheme}`, which does not fit"),
        }
    }
}

impl<'a> Url<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let text = plain_text(bytes)?;
        let (scheme, rest) = text.split_once("://").ok_or(Fault::NoScheme)?;
        if scheme.is_empty() || !scheme.bytes().all(is_of_scheme) {
            return Err(Fault::NoScheme);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (credentials, place) =
            authority.rsplit_once('@').map_or((None, authority), |(a, b)| (Some(a), b));
        let (host, port) = host_and_port(place)?;
        match host {
            "" => Err(Fault::NoHost),
            _ => Ok(Self { scheme, host, has_port: port, has_credentials: credentials.is_some() }),
        }
    }

    /// The URL, if it has one of `schemes`.
    pub(super) fn demand_scheme(self, schemes: &[&str]) -> Result<Self, Fault> {
        match schemes.iter().any(|known| self.is(known)) {
            true => Ok(self),
            false => Err(Fault::Scheme(self.scheme.chars().take(20).collect())),
        }
    }

    /// Whether it has that scheme.
    pub(super) fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// Whether it leads to this machine or a private network.
    pub(super) fn is_local(&self) -> bool {
        match self.host.parse() {
            Ok(IpAddr::V4(v4)) => {
                v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified()
            }
            Ok(IpAddr::V6(v6)) => is_local_v6(v6),
            Err(_) => {
                let host = self.host.to_ascii_lowercase();
                host == "localhost" || host.ends_with(".localhost") || host.ends_with(".local")
            }
        }
    }
}

fn is_local_v6(v6: Ipv6Addr) -> bool {
    v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local()
}

fn plain_text(bytes: &[u8]) -> Result<&str, Fault> {
    if bytes.is_empty() {
        return Err(Fault::Empty);
    }
    if bytes.iter().any(|byte| *byte <= b' ' || *byte == 0x7f) {
        return Err(Fault::WhiteSpace);
    }
    std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).ok_or(Fault::NotAscii)
}

fn is_of_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)
}

/// The host without brackets, and whether a port follows.
fn host_and_port(place: &str) -> Result<(&str, bool), Fault> {
    let (host, rest) = match place.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']').ok_or(Fault::NoHost)?,
        None => place.split_at(place.find(':').unwrap_or(place.len())),
    };
    match rest.strip_prefix(':') {
        None | Some("") => Ok((host, false)),
        Some(port) => {
            let number: Option<u16> = port.parse().ok();
            number.filter(|number| *number > 0).map(|_| (host, true)).ok_or(Fault::Port)
        }
    }
}
