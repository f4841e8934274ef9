//! What local discovery (BEP 14) says: datagrams to a multicast group, each an announce of torrents to whoever is in the same network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use data_encoding::HEXLOWER_PERMISSIVE;

/// Where IPv4 hosts listen.
pub const GROUP_V4: Ipv4Addr = Ipv4Addr::new(239, 192, 152, 143);

/// Where IPv6 hosts listen.
pub const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff15, 0, 0, 0, 0, 0, 0xefc0, 0x988f);

/// The port of both.
pub const GROUP_PORT: u16 = 6771;

/// Torrents in one announce, so that it fits into a datagram of 1,400 bytes (BEP 14).
pub const ANNOUNCED: usize = 24;

/// An announce. Where the sender is, is where the datagram came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalAnnounce {
    /// Where the sender listens for peers; not 0.
    pub port: u16,
    /// Torrents that it is in: v1 hashes, or the first 20 bytes of v2 hashes. At most [`ANNOUNCED`].
    pub info_hashes: Vec<[u8; 20]>,
    /// By this a sender knows its own announces again; at most [`COOKIE`] bytes.
    pub cookie: Option<Vec<u8>>,
}

/// Bytes of a cookie that are looked at.
pub const COOKIE: usize = 64;

impl LocalAnnounce {
    /// Reads a datagram. Headers that it does not know and hashes that are none are passed over; `None` if it is no announce, has no port, or
    /// names no torrent.
    pub fn decode(datagram: &[u8]) -> Option<Self> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let is_whole = request.parse(datagram).is_ok_and(|status| status.is_complete());
        if !is_whole || request.method != Some("BT-SEARCH") {
            return None;
        }
        let values = |name: &'static str| {
            let named = request.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
            named.map(|header| header.value.trim_ascii())
        };
        let port = str::from_utf8(values("port").next()?).ok()?.parse().ok().filter(|port| *port > 0)?;
        let info_hashes: Vec<[u8; 20]> = values("infohash").filter_map(info_hash).take(ANNOUNCED).collect();
        let cookie = values("cookie")
            .next()
            .map(|cookie| cookie[..cookie.len().min(COOKIE)].trim_ascii_end().to_vec());
        (!info_hashes.is_empty()).then_some(Self { port, info_hashes, cookie })
    }

    /// The datagram, for the group of IPv4 or IPv6.
    pub fn encode(&self, is_ipv6: bool) -> Vec<u8> {
        let mut text = format!("BT-SEARCH * HTTP/1.1\r\nHost: {}\r\nPort: {}\r\n", group(is_ipv6), self.port);
        for hash in &self.info_hashes {
            text.push_str("Infohash: ");
            HEXLOWER_PERMISSIVE.encode_append(hash, &mut text);
            text.push_str("\r\n");
        }
        let mut datagram = text.into_bytes();
        if let Some(cookie) = &self.cookie {
            datagram.extend([b"cookie: ".as_slice(), cookie, b"\r\n"].concat());
        }
        datagram.extend(b"\r\n\r\n");
        datagram
    }
}

/// The group of IPv4 or IPv6.
pub fn group(is_ipv6: bool) -> SocketAddr {
    let ip = if is_ipv6 { IpAddr::V6(GROUP_V6) } else { IpAddr::V4(GROUP_V4) };
    SocketAddr::new(ip, GROUP_PORT)
}

fn info_hash(hex: &[u8]) -> Option<[u8; 20]> {
    HEXLOWER_PERMISSIVE.decode(hex).ok()?.try_into().ok()
}

/// Headers that a datagram may have.
const HEADERS: usize = ANNOUNCED + 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HASH: &str = "0123456789abcdef0123456789ABCDEF01234567";

    fn announce(headers: &str) -> Option<LocalAnnounce> {
        LocalAnnounce::decode(format!("BT-SEARCH * HTTP/1.1\r\n{headers}\r\n\r\n").as_bytes())
    }

    #[test]
    fn announces_are_read_as_clients_write_them() {
        let hash = info_hash(HASH.as_bytes()).unwrap();
        let other = [0xee; 20];
        for (headers, expected) in [
            (
                format!("Host: 239.192.152.143:6771\r\nPort: 6881\r\nInfohash: {HASH}\r\ncookie: 1f\r\n"),
                Some(vec![hash]),
            ),
            (
                format!("port:6881\r\nINFOHASH:{HASH}\r\ninfohash: {}\r\nX-new: 1\r\n", "ee".repeat(20)),
                Some(vec![hash, other]),
            ),
            // What is none is passed over.
            (
                format!("Port: 6881\r\nInfohash: 12\r\nInfohash: {HASH}00\r\nInfohash: {HASH}\r\n"),
                Some(vec![hash]),
            ),
            (format!("Port: 6881\r\nInfohash: {}\r\n", "g".repeat(40)), None),
            ("Port: 6881\r\n".to_owned(), None),
            (format!("Infohash: {HASH}\r\n"), None),
            (format!("Port: 0\r\nInfohash: {HASH}\r\n"), None),
            (format!("Port: 65536\r\nInfohash: {HASH}\r\n"), None),
            (format!("Port: -1\r\nInfohash: {HASH}\r\n"), None),
            (format!("Port: 6881\r\n{}", format!("Infohash: {HASH}\r\n").repeat(HEADERS)), None),
        ] {
            assert_eq!(announce(&headers).map(|announce| announce.info_hashes), expected, "{headers}");
        }
        let cookie = announce(&format!("Port: 1\r\nInfohash: {HASH}\r\ncookie: {}\r\n", "x".repeat(1000)));
        assert_eq!(cookie.unwrap().cookie.unwrap().len(), COOKIE);
        for other in [
            "",
            "GET / HTTP/1.1\r\n\r\n",
            "BT-SEARCH * HTTP/1.1\r\nPort: 1\r\n",
            "M-SEARCH * HTTP/1.1\r\n\r\n",
        ] {
            assert_eq!(LocalAnnounce::decode(other.as_bytes()), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn an_announce_comes_back_and_fits(
            port in 1_u16..,
            info_hashes in prop::collection::vec(any::<[u8; 20]>(), 1..=ANNOUNCED),
            cookie in prop::option::of("[0-9a-f]{1,16}"),
            is_ipv6: bool,
        ) {
            let announce = LocalAnnounce { port, info_hashes, cookie: cookie.map(String::into_bytes) };
            let datagram = announce.encode(is_ipv6);
            prop_assert!(datagram.len() <= 1400);
            prop_assert_eq!(LocalAnnounce::decode(&datagram), Some(announce));
        }

        #[test]
        fn any_datagram_is_judged(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(LocalAnnounce::decode(&bytes), None);
        }
    }
}
