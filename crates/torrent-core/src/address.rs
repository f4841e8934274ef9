//! Which addresses somebody may name.
//!
//! A torrent, a tracker or a redirect could lead us to services that only this machine or this network reaches. So
//! whoever names an address may name only what reaches at least as far as itself: a stranger the public network, a
//! tracker in a private network that network as well, one on this machine all of it. What the user typed is exempt.
//!
//! A name says nothing: what counts is the address that is connected to, after names are resolved, at every hop.

mod authority;
mod host;
mod network;
mod percent;
#[cfg(test)]
pub(crate) mod tests;
mod url;

pub use authority::Authority;
pub use host::Host;
pub use network::Network;
pub use percent::{TARGET, VALUE};
pub use url::{Purpose, Scheme, URL_MAX, Url};

use std::fmt::{self, Display};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// How far an address reaches, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reach {
    /// It is no peer's, tracker's or web server's: link-local, multicast, unspecified, reserved, for documentation, or
    /// where clouds keep the secrets of a machine.
    Nowhere,
    /// This machine itself.
    Machine,
    /// A private network.
    Site,
    /// The public network.
    World,
}

/// Where that is.
impl Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nowhere => "a reserved address",
            Self::Machine => "this machine",
            Self::Site => "a private network",
            Self::World => "the public network",
        })
    }
}

/// Somebody who names addresses; who may name the most comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Namer(Reach);

impl Namer {
    /// The user named it.
    pub const USER: Self = Self(Reach::Nowhere);

    /// Anybody: a torrent or link from wherever, a peer.
    pub const STRANGER: Self = Self(Reach::World);

    /// Anybody, if the user allows it: what is in a private network, too, but not what is on this machine.
    pub const ALLOWED: Self = Self(Reach::Site);

    /// Whoever answered from this address: a tracker, or the server that a torrent or a redirect came from.
    pub fn at(ip: IpAddr) -> Self {
        match reach(ip) {
            Reach::Nowhere => Self::STRANGER,
            reach => Self(reach),
        }
    }

    /// Whether it may name this address.
    ///
    /// # Errors
    /// Why not.
    pub fn may_name(self, address: SocketAddr) -> Result<(), AddressError> {
        if address.port() == 0 {
            return Err(AddressError::Port);
        }
        match reach(address.ip()) {
            reach if self.may_lead_to(reach) => Ok(()),
            reach => Err(AddressError::Reach(address.ip(), reach)),
        }
    }

    /// Whether it may name what reaches so far.
    pub fn may_lead_to(self, reach: Reach) -> bool {
        reach >= self.0
    }
}

/// How far an address reaches. One that has an IPv4 address in it (mapped, compatible, translated, NAT64, 6to4, Teredo,
/// ISATAP) reaches no farther than that one.
pub fn reach(ip: IpAddr) -> Reach {
    match ip {
        IpAddr::V4(ip) => reach_v4(ip),
        IpAddr::V6(ip) => reach_v6(ip),
    }
}

fn reach_v4(ip: Ipv4Addr) -> Reach {
    match ip.octets() {
        // Clouds answer here: Alibaba, Azure.
        [100, 100, 100, 200] | [168, 63, 129, 16] => Reach::Nowhere,
        [127, ..] => Reach::Machine,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Reach::Site,
        // Carrier-grade NAT (RFC 6598), benchmarks (RFC 2544).
        [100, 64..=127, ..] | [198, 18..=19, ..] => Reach::Site,
        // This network, link-local (with the metadata of most clouds), protocol assignments, documentation, the anycast
        // of 6to4, multicast, reserved, broadcast (RFC 6890).
        [0, ..] | [169, 254, ..] | [192, 0, 0, _] | [192, 0, 2, _] | [192, 88, 99, _] => Reach::Nowhere,
        [198, 51, 100, _] | [203, 0, 113, _] | [224..=255, ..] => Reach::Nowhere,
        _ => Reach::World,
    }
}

fn reach_v6(ip: Ipv6Addr) -> Reach {
    let own = match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => return Reach::Machine,
        // Clouds answer here: Amazon, Google.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => Reach::Nowhere,
        [0xfc00..=0xfdff, ..] => Reach::Site,
        // Documentation, protocol assignments but for Teredo (RFC 6890, RFC 9637).
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] | [0x2001, 1..=0x1ff, ..] => Reach::Nowhere,
        [0x2000..=0x3fff, ..] => Reach::World,
        // As far as the IPv4 address in them.
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => Reach::World,
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => Reach::World,
        _ => Reach::Nowhere,
    };
    v4_within(ip).into_iter().flatten().map(reach_v4).fold(own, Reach::min)
}

/// The IPv4 addresses that packets for an IPv6 address may end up at.
fn v4_within(ip: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let groups = ip.segments();
    let at = |group: usize| Ipv4Addr::from(u32::from(groups[group]) << 16 | u32::from(groups[group + 1]));
    match groups {
        // Compatible, mapped (RFC 4291), translated (RFC 2765), NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => [Some(at(6)), None],
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => [Some(at(6)), None],
        // Teredo (RFC 4380): the server, and the client with its bits turned.
        [0x2001, 0, ..] => [Some(at(2)), Some(Ipv4Addr::from(!at(6).to_bits()))],
        // ISATAP (RFC 5214), whatever the prefix; 6to4 (RFC 3056).
        [first, _, _, _, 0 | 0x200, 0x5efe, ..] => [Some(at(6)), (first == 0x2002).then(|| at(1))],
        [0x2002, ..] => [Some(at(1)), None],
        _ => [None, None],
    }
}

/// An address of 4 or 16 bytes.
pub fn compact_ip(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

/// Why an address or URL may not be named, or is none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// A port that is 0, or none at all.
    #[error("the port is not between 1 and 65535")]
    Port,
    /// An address that reaches less far than whoever named it.
    #[error("{0} is {place}", place = place(*.1))]
    Reach(IpAddr, Reach),
    /// A URL of more than [`URL_MAX`] bytes.
    #[error("the URL is too long")]
    TooLong,
    /// A URL of another scheme than `http`, `https` or `udp`, or none at all.
    #[error("not an `http`, `https` or `udp` URL")]
    Scheme,
    /// Nothing where the host should be.
    #[error("there is no host")]
    NoHost,
    /// A host that is not plainly a name or an address.
    #[error("the host is not plainly a name or an address")]
    Host,
    /// A `[` without its `]`.
    #[error("the `[` of the host is not closed")]
    OpenBracket,
    /// Several colons behind the host.
    #[error("an IPv6 address stands in brackets")]
    NoBrackets,
    /// What follows the host is no port.
    #[error("something other than a port follows the host")]
    BehindHost,
    /// What stands in front of an `@` is not plainly a user, or UDP knows none.
    #[error("what stands in front of the host is not plainly a user")]
    User,
    /// A `udp` URL needs a port.
    #[error("the URL has no port")]
    NoPort,
    /// On this machine or in a private network only trackers whose path starts with `/announce` are asked.
    #[error("a tracker in a private place that is not plainly at `/announce`")]
    LocalPath,
    /// On this machine or in a private network web seeds have no query.
    #[error("a web seed in a private place with a query")]
    LocalQuery,
    /// A name that reaches less far than whoever named it.
    #[error("{0} is a name of {1}")]
    Name(String, Reach),
    /// A name without a dot, which only a private network knows, where a proxy would look it up.
    #[error("a name of a private network")]
    PrivateName,
    /// A redirect from `https` to anything else.
    #[error("a redirect from `https` to another scheme")]
    Downgrade,
}

impl AddressError {
    /// What would let the address be used all the same, if anything does.
    pub fn way_out(&self) -> Option<WayOut> {
        match self {
            Self::Reach(_, Reach::Site) | Self::Name(_, Reach::Site) | Self::PrivateName => {
                Some(WayOut::Allow)
            }
            Self::Reach(..) | Self::Name(..) | Self::LocalPath | Self::LocalQuery => Some(WayOut::Name),
            _ => None,
        }
    }
}

/// What lets an address be used that a stranger may not name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WayOut {
    /// The user allows strangers to name what is in private networks ([`Namer::ALLOWED`]), or names it.
    Allow,
    /// The user names it.
    Name,
}

fn place(reach: Reach) -> &'static str {
    match reach {
        Reach::Nowhere => "a reserved address",
        Reach::Machine => "on this machine",
        Reach::Site => "in a private network",
        Reach::World => "public",
    }
}
