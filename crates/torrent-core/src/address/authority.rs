//! The part of a URL that says which server to ask: `user:password@host:port`.

use super::{AddressError, Host};

/// What stands between `://` and the path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authority {
    /// `user` or `user:password`, percent-encoded; a secret.
    pub user: Option<String>,
    /// The server to ask.
    pub host: Host,
    /// The port, which is not 0.
    pub port: Option<u16>,
}

impl Authority {
    /// Reads it, and cuts what follows `://` where path, query or fragment begin.
    ///
    /// # Errors
    /// What in it parsers of URLs disagree about, or nobody can read.
    pub fn parse(rest: &[u8]) -> Result<(Self, &[u8]), AddressError> {
        let end = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (user, place) = user_of(authority)?;
        let (host, port) = host_and_port(place)?;
        Ok((Self { user, host, port }, target))
    }
}

/// The user in front of the host, if there is one, and what is behind. Only what every parser takes for one is.
fn user_of(authority: &[u8]) -> Result<(Option<String>, &[u8]), AddressError> {
    let Some(at) = authority.iter().position(|byte| *byte == b'@') else { return Ok((None, authority)) };
    let (user, rest) = (&authority[..at], &authority[at + 1..]);
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:".contains(byte);
    let mut bytes = user.iter();
    while let Some(byte) = bytes.next() {
        let is_escape = *byte == b'%'
            && [bytes.next(), bytes.next()].iter().all(|digit| digit.is_some_and(u8::is_ascii_hexdigit));
        if !is_escape && !is_plain(byte) {
            return Err(AddressError::User);
        }
    }
    let user = (!user.is_empty()).then(|| String::from_utf8_lossy(user).into_owned());
    Ok((user, rest))
}

fn host_and_port(place: &[u8]) -> Result<(Host, Option<u16>), AddressError> {
    let place = std::str::from_utf8(place).map_err(|_| AddressError::Host)?;
    let (host, rest) = match place.strip_prefix('[') {
        Some(bracketed) => {
            let (host, rest) = bracketed.split_once(']').ok_or(AddressError::OpenBracket)?;
            (Host::of_v6(host)?, rest)
        }
        None => {
            let (host, rest) = place.split_at(place.find(':').unwrap_or(place.len()));
            if host.is_empty() {
                return Err(AddressError::NoHost);
            }
            if rest.matches(':').count() > 1 {
                return Err(AddressError::NoBrackets);
            }
            (Host::of_name(host)?, rest)
        }
    };
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Ok((host, None)),
        None => Err(AddressError::BehindHost),
        Some("") => Ok((host, None)),
        Some(digits) => Ok((host, Some(port(digits)?))),
    }
}

fn port(digits: &str) -> Result<u16, AddressError> {
    let number = digits.parse().ok().filter(|port| *port > 0);
    number.filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit())).ok_or(AddressError::Port)
}
