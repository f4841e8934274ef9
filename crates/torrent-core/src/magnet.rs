//! Magnet links (BEP 9, BEP 52): writing them.

use data_encoding::HEXLOWER;
use piece_hash::{Sha1Digest, Sha256Digest};

use crate::metainfo::Metainfo;

/// What a magnet link says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Magnet {
    /// `xt=urn:btih:`
    pub info_hash_v1: Option<Sha1Digest>,
    /// `xt=urn:btmh:1220`: a multihash that says SHA-256, 32 bytes.
    pub info_hash_v2: Option<Sha256Digest>,
    /// `dn`, any bytes.
    pub name: Option<Vec<u8>>,
    /// `tr`
    pub trackers: Vec<Vec<u8>>,
    /// `ws`
    pub web_seeds: Vec<Vec<u8>>,
}

impl Magnet {
    /// The link to a torrent, with its trackers and web seeds.
    pub fn of(metainfo: &Metainfo) -> Self {
        Self {
            info_hash_v1: metainfo.info_hash_v1(),
            info_hash_v2: metainfo.info_hash_v2(),
            name: Some(metainfo.name().to_vec()),
            trackers: metainfo.advisory().trackers.concat(),
            web_seeds: metainfo.advisory().web_seeds.clone(),
        }
    }
}

impl std::fmt::Display for Magnet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parameters = Vec::new();
        parameters.extend(self.info_hash_v1.map(|hash| format!("xt=urn:btih:{}", HEXLOWER.encode(&hash))));
        parameters
            .extend(self.info_hash_v2.map(|hash| format!("xt=urn:btmh:1220{}", HEXLOWER.encode(&hash))));
        parameters.extend(self.name.iter().map(|name| format!("dn={}", percent_encoded(name))));
        parameters.extend(self.trackers.iter().map(|url| format!("tr={}", percent_encoded(url))));
        parameters.extend(self.web_seeds.iter().map(|url| format!("ws={}", percent_encoded(url))));
        write!(f, "magnet:?{}", parameters.join("&"))
    }
}

/// Everything but RFC 3986's unreserved characters becomes `%XX`.
fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte))
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_encoded() {
        let magnet = Magnet {
            info_hash_v1: Some([0xab; 20]),
            info_hash_v2: Some([0x01; 32]),
            name: Some(b"a b&c\xff~".to_vec()),
            trackers: vec![b"http://t/a?x=1".to_vec()],
            web_seeds: vec![b"https://w/".to_vec()],
        };
        let expected = format!(
            "magnet:?xt=urn:btih:{}&xt=urn:btmh:1220{}&dn=a%20b%26c%FF~&tr=http%3A%2F%2Ft%2Fa%3Fx%3D1&ws=https%3A%2F%2Fw%2F",
            "ab".repeat(20),
            "01".repeat(32)
        );
        assert_eq!(magnet.to_string(), expected);
    }
}
