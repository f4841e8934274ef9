//! Messages of `ut_metadata` (BEP 9): the info dictionary in blocks of 16 KiB.

use torrent_core::bencode::{Value, Writer};
use torrent_core::limits::{BLOCK, BLOCK_BYTES};

use super::{ExtensionError, dictionary};
use crate::limits::METADATA_HEAD;

/// Bytes of every block of metadata but the last.
pub const METADATA_BLOCK: usize = BLOCK_BYTES;

/// The extension's name.
pub(super) const NAME: &str = "ut_metadata";

/// A message of the metadata extension.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MetadataMessage<'a> {
    /// 0: please send.
    Request {
        /// The index of the block that is requested.
        block: u32,
    },
    /// 1: a block.
    Data {
        /// The index of the block that was requested.
        block: u32,
        /// Bytes of the whole info dictionary, as claimed.
        total: u64,
        /// The bytes: as many as a block at this place has if the claim is right.
        data: &'a [u8],
    },
    /// 2: this block is not sent.
    Reject {
        /// The index of the block that is refused.
        block: u32,
    },
    /// Anything else, which is to be ignored (BEP 9).
    Other,
}

impl<'a> MetadataMessage<'a> {
    /// Reads the payload of a message that came with our number for `ut_metadata`.
    ///
    /// # Errors
    /// It does not start with a dictionary, or too long a one, keys are missing, or the data does not fit its place.
    pub fn decode(payload: &'a [u8]) -> Result<Self, ExtensionError> {
        let (dict, data) = dictionary(payload, METADATA_HEAD)?;
        let number = |key: &'static str| {
            dict.get(key.as_bytes()).and_then(Value::as_u64).ok_or(ExtensionError::Missing(key))
        };
        let block = || u32::try_from(number("piece")?).map_err(|_| ExtensionError::Missing("piece"));
        match number("msg_type")? {
            0 => Ok(Self::Request { block: block()? }),
            1 => data_message(block()?, number("total_size")?, data),
            2 => Ok(Self::Reject { block: block()? }),
            _ => Ok(Self::Other),
        }
    }

    /// The payload. [`Other`](Self::Other) has none.
    pub fn encode(&self) -> Vec<u8> {
        match *self {
            Self::Request { block } => dictionary_of(0, block, None),
            Self::Data { block, total, data } => [&dictionary_of(1, block, Some(total)), data].concat(),
            Self::Reject { block } => dictionary_of(2, block, None),
            Self::Other => Vec::new(),
        }
    }

    /// How many bytes a block has of an info dictionary of `total` bytes; none behind its end.
    pub fn block_length(block: u32, total: u64) -> usize {
        let start = u64::from(block) * BLOCK;
        usize::try_from(total.saturating_sub(start)).unwrap_or(usize::MAX).min(BLOCK_BYTES)
    }
}

fn data_message(block: u32, total: u64, data: &[u8]) -> Result<MetadataMessage<'_>, ExtensionError> {
    if data.is_empty() || data.len() != MetadataMessage::block_length(block, total) {
        return Err(ExtensionError::MetadataLength(data.len()));
    }
    Ok(MetadataMessage::Data { block, total, data })
}

fn dictionary_of(kind: u8, block: u32, total: Option<u64>) -> Vec<u8> {
    let mut payload = Vec::new();
    let mut out = Writer::new(&mut payload);
    out.dict();
    out.bytes(b"msg_type");
    out.int(kind);
    out.bytes(b"piece");
    out.int(block);
    if let Some(total) = total {
        out.bytes(b"total_size");
        out.int(total);
    }
    out.end();
    payload
}
