//! Signatures as `minisign` makes them, and what is wrong with those that do not fit.

use std::fmt;

use data_encoding::BASE64;
use minisign_verify::{Error, Signature as Verified};

use crate::key::{PublicKey, number};
use crate::limits;

/// What the two signatures of a `.minisig` are, and the comment that the second one signs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Minisig {
    key: [u8; 8],
    signature: [u8; 64],
    pub(crate) comment: String,
    global: [u8; 64],
}

/// Why a signature does not count.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadSignature {
    /// There are bytes behind the line that has it: somebody has added to the feed.
    #[error("something stands behind the signature")]
    NotLast,
    /// It is damaged, of the old kind that is not prehashed (`minisign -S -l`), or something else.
    #[error("the signature is damaged, or none of minisign")]
    Malformed,
    /// The comment is no [`crate::Statement`].
    #[error("the signature does not say which feed it is of, when that was built, and by which key")]
    NoStatement,
    /// The key with this number signed it, and not the one that was asked for.
    #[error("signed with another key: {0}")]
    OtherKey(String),
    /// What was signed is something else.
    #[error("changed since it was signed")]
    Changed,
}

impl Minisig {
    pub(crate) fn new(key: [u8; 8], signature: [u8; 64], comment: String, global: [u8; 64]) -> Self {
        Self { key, signature, comment, global }
    }

    /// Reads what stands in one line: the signature, the comment, the signature of both.
    pub(crate) fn from_words(words: &str) -> Option<Self> {
        let (signature, rest) = words.split_once(' ')?;
        let (comment, global) = rest.rsplit_once(' ')?;
        Self::from_parts(signature, comment, global)
    }

    /// Reads the four lines of a `.minisig`.
    pub(crate) fn from_file(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > limits::MINISIG {
            return None;
        }
        let mut lines = std::str::from_utf8(bytes).ok()?.lines();
        let [_, signature, comment, global] = [(); 4].map(|()| lines.next().unwrap_or_default());
        lines.next().is_none().then_some(())?;
        Self::from_parts(signature, comment.strip_prefix(TRUSTED)?, global)
    }

    /// Base64 is taken only as it is written: no bit of it is without meaning.
    fn from_parts(signature: &str, comment: &str, global: &str) -> Option<Self> {
        let decoded = |text: &str| BASE64.decode(text.as_bytes()).ok();
        let bytes = decoded(signature)?;
        let (key, signature) = bytes.strip_prefix(PREHASHED)?.split_first_chunk()?;
        let global = decoded(global)?.try_into().ok()?;
        Some(Self { key: *key, signature: signature.try_into().ok()?, comment: comment.to_owned(), global })
    }

    /// The signature of a file in one line.
    pub(crate) fn words(&self) -> String {
        let [signature, global] = self.parts();
        format!("{signature} {} {global}", self.comment)
    }

    fn parts(&self) -> [String; 2] {
        let signature = [PREHASHED, &self.key, &self.signature].concat();
        [BASE64.encode(&signature), BASE64.encode(&self.global)]
    }

    /// Whether this key signed these bytes, which come in parts, and the comment.
    pub(crate) fn verify(&self, signed: &[&[u8]], key: &PublicKey) -> Result<(), BadSignature> {
        let malformed = |_| BadSignature::Malformed;
        let number = number(self.key);
        let public = minisign_verify::PublicKey::from_base64(&key.to_string()).map_err(malformed)?;
        let signature = Verified::decode(&self.to_string()).map_err(malformed)?;
        let wrong = |error| match error {
            Error::UnexpectedKeyId => BadSignature::OtherKey(number.clone()),
            Error::InvalidSignature => BadSignature::Changed,
            _ => BadSignature::Malformed,
        };
        let mut stream = public.verify_stream(&signature).map_err(wrong)?;
        signed.iter().for_each(|part| stream.update(part));
        stream.finalize().map_err(wrong)
    }
}

/// As the file `.minisig`.
impl fmt::Display for Minisig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([signature, global], comment) = (self.parts(), &self.comment);
        writeln!(out, "untrusted comment: signature\n{signature}\n{TRUSTED}{comment}\n{global}")
    }
}

/// Checks a file by the `.minisig` beside it, and gives its trusted comment.
///
/// # Errors
/// If this key did not sign these bytes.
pub fn check_file(bytes: &[u8], minisig: &[u8], key: &PublicKey) -> Result<String, BadSignature> {
    let minisig = Minisig::from_file(minisig).ok_or(BadSignature::Malformed)?;
    minisig.verify(&[bytes], key)?;
    Ok(minisig.comment)
}

/// What signatures of BLAKE2b begin with; those without it, of whole files, are not made any more.
const PREHASHED: &[u8] = b"ED";
const TRUSTED: &str = "trusted comment: ";
