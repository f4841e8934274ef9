//! URLs of trackers and web seeds, as strict as their use allows.
//!
//! What parsers of URLs disagree about (several `@`, backslashes, addresses as single, octal or
//! hexadecimal numbers, letters beyond ASCII) is refused, so that it does not matter which parser sees the URL next. A user in front of
//! the host is kept apart, and is never part of the URL as it is shown or passed on.

use std::fmt::{self, Display};
use std::net::{IpAddr, SocketAddr};

use percent_encoding::percent_encode;

use super::{AddressError, Authority, Host, Namer, Reach, TARGET, reach};

/// Bytes of a URL: web servers take no longer ones.
pub const URL_MAX: usize = 8 << 10;

/// A URL whose host is plainly a name or an address.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Url {
    scheme: Scheme,
    host: Host,
    port: u16,
    target: String,
    /// `user` or `user:password`, percent-encoded.
    user: Option<String>,
}

/// How a URL is asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scheme {
    /// HTTP without encryption.
    Http,
    /// HTTP over TLS.
    Https,
    /// A UDP tracker (BEP 15).
    Udp,
}

/// What a URL is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Purpose {
    /// To hear of peers.
    Tracker,
    /// Bytes of the torrent.
    WebSeed,
    /// The torrent itself, from where the user said.
    Torrent,
}

impl Url {
    /// Reads a URL as it stands in a torrent. What cannot stand in a path or query is percent-encoded; a fragment is
    /// dropped.
    ///
    /// # Errors
    /// Why it cannot be used, whoever named it.
    pub fn parse(url: &[u8]) -> Result<Self, AddressError> {
        let url = url.trim_ascii();
        if url.len() > URL_MAX {
            return Err(AddressError::TooLong);
        }
        let (scheme, rest) = Scheme::split(url).ok_or(AddressError::Scheme)?;
        let (Authority { user, host, port }, target) = Authority::parse(rest)?;
        if user.is_some() && scheme == Scheme::Udp {
            return Err(AddressError::User);
        }
        let port = port.or(scheme.default_port()).ok_or(AddressError::NoPort)?;
        Ok(Self { scheme, host, port, target: target_of(target), user })
    }

    /// Reads a URL that has one of these schemes, in lower case.
    ///
    /// # Errors
    /// [`AddressError::Scheme`] if it has another, else as [`parse`](Self::parse).
    pub fn parse_of(schemes: &[&str], url: &[u8]) -> Result<Self, AddressError> {
        let url = Self::parse(url)?;
        if schemes.contains(&url.scheme.name()) { Ok(url) } else { Err(AddressError::Scheme) }
    }

    /// How it is asked.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// A name, or an address without brackets.
    pub fn host(&self) -> &str {
        self.host.as_str()
    }

    /// The address, where the host is one.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.ip()
    }

    /// How far the host reaches, where that can be said without asking anybody ([`Host::reach`]).
    pub fn reach(&self) -> Option<Reach> {
        self.host.reach()
    }

    /// The port, which is not 0.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Path and query, from the first slash on.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// `user` or `user:password` as it stands in front of the host, percent-encoded: a secret that is for this site alone.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// Itself, with the user of `other` if it has none of its own and is at the same site.
    pub fn with_user_of(self, other: &Self) -> Self {
        let is_there = (self.scheme, &self.host, self.port) == (other.scheme, &other.host, other.port);
        let user = self.user.clone().or_else(|| other.user.clone().filter(|_| is_there));
        Self { user, ..self }
    }

    /// Whether `namer` may have us look up the host. Names that are never public lead nowhere for strangers, whatever this machine
    /// or a proxy would find for them.
    ///
    /// # Errors
    /// Why not.
    pub fn may_look_up(&self, namer: Namer) -> Result<(), AddressError> {
        match self.reach() {
            Some(reach) if self.ip().is_none() && !namer.may_lead_to(reach) => {
                Err(AddressError::Name(self.host().to_owned(), reach))
            }
            _ => Ok(()),
        }
    }

    /// Whether `namer` may have us connect to `ip` for this URL, whose host resolved to it.
    ///
    /// # Errors
    /// Why not.
    pub fn may_connect(&self, ip: IpAddr, namer: Namer, purpose: Purpose) -> Result<(), AddressError> {
        namer.may_name(SocketAddr::new(ip, self.port))?;
        if namer == Namer::USER || reach(ip) == Reach::World {
            return Ok(());
        }
        match purpose {
            Purpose::Tracker if !self.is_announce() => Err(AddressError::LocalPath),
            Purpose::WebSeed if self.target.contains('?') => Err(AddressError::LocalQuery),
            _ => Ok(()),
        }
    }

    /// Whether the path starts with `/announce` and leads nowhere else, however a server may read it.
    fn is_announce(&self) -> bool {
        let path = self.target.split('?').next().unwrap_or_default();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~=".contains(&byte);
        path.starts_with("/announce") && path.bytes().all(is_plain) && !path.contains("..")
    }

    /// Whether an answer to this URL may send us on to `other`. Where that may lead is for
    /// [`may_connect`](Self::may_connect) to say, with [`Namer::at`] the address that answered.
    ///
    /// # Errors
    /// It may not.
    pub fn may_redirect_to(&self, other: &Self) -> Result<(), AddressError> {
        let is_fine = match self.scheme {
            Scheme::Https => other.scheme == Scheme::Https,
            Scheme::Http => other.scheme != Scheme::Udp,
            Scheme::Udp => false,
        };
        if is_fine { Ok(()) } else { Err(AddressError::Downgrade) }
    }
}

/// The URL without path and query, which may hold secrets.
impl Url {
    /// `scheme://host:port`, to tell people about.
    pub fn site(&self) -> String {
        match Some(self.port) == self.scheme.default_port() {
            true => format!("{}://{}", self.scheme.name(), self.host),
            false => format!("{}://{}:{}", self.scheme.name(), self.host, self.port),
        }
    }
}

/// The URL without its user; path and query may hold other secrets.
impl Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.site(), self.target)
    }
}

impl Scheme {
    fn split(url: &[u8]) -> Option<(Self, &[u8])> {
        [Self::Http, Self::Https, Self::Udp].into_iter().find_map(|scheme| {
            let (start, rest) = url.split_at_checked(scheme.name().len())?;
            let rest = rest.strip_prefix(b"://")?;
            start.eq_ignore_ascii_case(scheme.name().as_bytes()).then_some((scheme, rest))
        })
    }

    /// In lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Udp => "udp",
        }
    }

    fn default_port(self) -> Option<u16> {
        match self {
            Self::Http => Some(80),
            Self::Https => Some(443),
            Self::Udp => None,
        }
    }
}

/// Path and query, as they are asked for.
fn target_of(target: &[u8]) -> String {
    let end = target.iter().position(|byte| *byte == b'#').unwrap_or(target.len());
    let slash = if target.first() == Some(&b'/') { "" } else { "/" };
    format!("{slash}{}", percent_encode(&target[..end], TARGET))
}
