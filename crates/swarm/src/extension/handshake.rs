//! The handshake of the extension protocol (BEP 10), with what BEP 9, 11 and 21 add to it.

use std::net::IpAddr;

use torrent_core::address::compact_ip;
use torrent_core::bencode::{Dict, Value, Writer};

use super::{ExtensionError, ExtensionIds, dictionary};
use crate::limits::EXTENSION_HANDSHAKE;

/// What a peer says of itself. It may say so again; what is `None` then is as it was.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExtensionHandshake {
    /// `e`: the sender prefers encrypted streams (BEP 11 tells others of it).
    pub prefers_encryption: Option<bool>,
    /// `m`: the numbers by which the sender wants messages of extensions.
    pub ids: ExtensionIds,
    /// `metadata_size` (BEP 9): bytes of the info dictionary, as claimed.
    pub metadata_size: Option<u64>,
    /// `p`: the port that the sender listens on; not 0.
    pub port: Option<u16>,
    /// `reqq`: how many requests may wait at the sender.
    pub requests: Option<u32>,
    /// `upload_only` (BEP 21): the sender wants nothing.
    pub upload_only: Option<bool>,
    /// `v`: the client's name and version, any bytes, at most 64.
    pub client: Option<Vec<u8>>,
    /// `yourip`: the receiver's address as the sender sees it.
    pub your_ip: Option<IpAddr>,
}

/// Bytes that are kept of a client's name.
const CLIENT_MAX: usize = 64;

impl ExtensionHandshake {
    /// Reads the payload of extended message 0.
    ///
    /// # Errors
    /// It is no bencoded dictionary, or too long a one.
    pub fn decode(payload: &[u8]) -> Result<Self, ExtensionError> {
        let (dict, _) = dictionary(payload, EXTENSION_HANDSHAKE)?;
        let messages = dict.get(b"m").and_then(Value::as_dict);
        Ok(Self {
            prefers_encryption: number(dict, b"e").map(|value: u64| value != 0),
            ids: messages.map(ExtensionIds::decode).unwrap_or_default(),
            metadata_size: number(dict, b"metadata_size"),
            port: number(dict, b"p").filter(|port| *port > 0),
            requests: number(dict, b"reqq"),
            upload_only: number(dict, b"upload_only").map(|value: u64| value != 0),
            client: dict.get(b"v").and_then(Value::as_bytes).map(client),
            your_ip: dict.get(b"yourip").and_then(Value::as_bytes).and_then(compact_ip),
        })
    }

    /// The payload of extended message 0.
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        let mut out = Writer::new(&mut payload);
        out.dict();
        int(&mut out, b"e", self.prefers_encryption.map(u8::from));
        out.bytes(b"m");
        self.ids.encode(&mut out);
        int(&mut out, b"metadata_size", self.metadata_size);
        int(&mut out, b"p", self.port);
        int(&mut out, b"reqq", self.requests);
        int(&mut out, b"upload_only", self.upload_only.map(u8::from));
        string(&mut out, b"v", self.client.as_deref());
        string(&mut out, b"yourip", self.your_ip.map(octets).as_deref());
        out.end();
        payload
    }
}

fn int(out: &mut Writer<'_, Vec<u8>>, key: &[u8], value: Option<impl Into<u64>>) {
    if let Some(value) = value {
        out.bytes(key);
        out.int(value.into());
    }
}

fn string(out: &mut Writer<'_, Vec<u8>>, key: &[u8], value: Option<&[u8]>) {
    if let Some(value) = value {
        out.bytes(key);
        out.bytes(value);
    }
}

fn number<T: TryFrom<u64>>(dict: Dict<'_>, key: &[u8]) -> Option<T> {
    dict.get(key)?.as_u64()?.try_into().ok()
}

fn client(name: &[u8]) -> Vec<u8> {
    name[..name.len().min(CLIENT_MAX)].to_vec()
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}
