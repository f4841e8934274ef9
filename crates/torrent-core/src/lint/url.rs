//! A URL as a torrent has it (RFC 3986): what is wrong with it, and where it leads.
//!
//! What a client mends in silence is a finding here: white space, characters that must be escaped. Host, port and user are read by the
//! parser that fetch asks ([`crate::address`]), so that both find the same URLs malformed and the same addresses local.

use std::fmt;

use crate::address::{AddressError, Authority, Namer, Reach};

/// A URL in parts.
pub(super) struct WrittenUrl<'a> {
    scheme: &'a str,
    authority: Authority,
}

/// What is wrong with a URL. Never quotes it: it may hold a passkey.
pub(super) enum UrlFault {
    Empty,
    WhiteSpace,
    NotAscii,
    NoScheme,
    Authority(AddressError),
    Scheme(String),
}

impl fmt::Display for UrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::WhiteSpace => f.write_str("holds white space or a control character"),
            Self::NotAscii => f.write_str("holds a character that URLs must escape"),
            Self::NoScheme => f.write_str("is not a URL: it does not start with a scheme and `://`"),
            Self::Authority(why) => write!(f, "is no URL that clients agree about: {why}"),
            Self::Scheme(scheme) => write!(f, "has the scheme `{scheme}`, which does not fit"),
        }
    }
}

impl<'a> WrittenUrl<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, UrlFault> {
        let text = plain_text(bytes)?;
        let (scheme, rest) = text.split_once("://").ok_or(UrlFault::NoScheme)?;
        if scheme.is_empty() || !scheme.bytes().all(is_of_scheme) {
            return Err(UrlFault::NoScheme);
        }
        let (authority, _) = Authority::parse(rest.as_bytes()).map_err(UrlFault::Authority)?;
        Ok(Self { scheme, authority })
    }

    /// The URL, if it has one of `schemes`.
    pub(super) fn demand_scheme(self, schemes: &[&str]) -> Result<Self, UrlFault> {
        match schemes.iter().any(|known| self.is(known)) {
            true => Ok(self),
            false => Err(UrlFault::Scheme(self.scheme.chars().take(20).collect())),
        }
    }

    /// Whether it has that scheme.
    pub(super) fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    pub(super) fn has_port(&self) -> bool {
        self.authority.port.is_some()
    }

    pub(super) fn has_user(&self) -> bool {
        self.authority.user.is_some()
    }

    /// How far its host reaches, if that is less far than a torrent may lead whoever fetches it.
    pub(super) fn reaches_only(&self) -> Option<Reach> {
        self.authority.host.reach().filter(|reach| !Namer::STRANGER.may_lead_to(*reach))
    }
}

fn plain_text(bytes: &[u8]) -> Result<&str, UrlFault> {
    if bytes.is_empty() {
        return Err(UrlFault::Empty);
    }
    if bytes.iter().any(|byte| *byte <= b' ' || *byte == 0x7f) {
        return Err(UrlFault::WhiteSpace);
    }
    std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).ok_or(UrlFault::NotAscii)
}

fn is_of_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)
}
