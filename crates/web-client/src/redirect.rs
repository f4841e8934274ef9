//! Where a redirect leads, and who names it.

use std::net::IpAddr;

use torrent_core::address::{AddressError, Namer, Url};

/// Whoever answered, as somebody who names addresses: a stranger, where the address is not known.
pub(crate) fn namer_at(from: Option<IpAddr>) -> Namer {
    from.map_or(Namer::STRANGER, Namer::at)
}

/// A redirect that was followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redirect {
    /// Of the answer: 301 and 308 say that the URL has moved for good.
    pub status: u16,
    /// Where it led.
    pub to: Url,
}

/// Whether an answer of this status sends us on to its `Location`. 304 says that nothing has changed, 305 and 306 are obsolete
/// (RFC 9110, section 15.4).
pub(crate) fn redirects(status: u16) -> bool {
    matches!(status, 300..=303 | 307 | 308)
}

/// Whether a `Location` names nothing but the page that it stands on (RFC 3986, section 4.4), of which the same answer would come.
pub(crate) fn leads_nowhere(location: &[u8]) -> bool {
    matches!(location, [] | [b'#', ..])
}

/// Where a redirect leads (RFC 3986, section 5.2, but for dots in paths, which servers read themselves).
///
/// # Errors
/// To what is no URL that can be asked.
pub(crate) fn joined(base: &Url, location: &[u8]) -> Result<Url, AddressError> {
    let is_absolute = location.iter().take_while(|byte| !b"/?#".contains(byte)).any(|byte| *byte == b':');
    let path = base.target().split('?').next().unwrap_or_default();
    let folder = &path[..path.rfind('/').map_or(0, |slash| slash + 1)];
    let front = match location {
        _ if is_absolute => String::new(),
        [b'/', b'/', ..] => format!("{}:", base.scheme().name()),
        [b'/', ..] => base.site(),
        [b'?', ..] => format!("{}{path}", base.site()),
        _ => format!("{}{folder}", base.site()),
    };
    Url::parse(&[front.as_bytes(), location].concat())
}

/// Hops after the first.
pub(crate) const REDIRECTS: usize = 5;
