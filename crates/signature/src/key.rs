//! Public keys, as `minisign` prints them.

use std::fmt;

use data_encoding::BASE64;

/// Who signs: a public key, as `minisign -G` prints it (`RW…`, 56 characters).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    pub(crate) id: [u8; 8],
    pub(crate) point: [u8; 32],
}

/// Why there is no key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotAKey {
    /// It is no public key.
    #[error("not a public key of minisign, which is `RW` and 54 more characters")]
    Public,
    /// It is no secret key.
    #[error("not a secret key of minisign")]
    Secret,
    /// It is a secret key whose parts do not belong together.
    #[error("a secret key that is damaged")]
    Damaged,
    /// The password does not open it.
    #[error("the password is wrong")]
    Password,
    /// Unlocking it would take more than [`crate::limits::UNLOCKING`].
    #[error("unlocking this key would take more than {} GiB of memory", crate::limits::UNLOCKING >> 30)]
    Costly,
}

impl PublicKey {
    /// Where whoever has to type a key finds it.
    pub const WHERE: &str = "`tail -n 1 minisign.pub` prints it";

    /// Reads a key: the one line, or the file that `minisign` makes, whose second line it is.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let bytes = decoded(text).ok_or(NotAKey::Public)?;
        let key = bytes.strip_prefix(ED25519).and_then(|rest| {
            let (id, point) = rest.split_first_chunk()?;
            Some(Self { id: *id, point: point.try_into().ok()? })
        });
        key.ok_or(NotAKey::Public)
    }

    /// The number by which signatures name the key, as `minisign` writes it: 16 hexadecimal digits.
    pub fn number(&self) -> String {
        number(self.id)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&BASE64.encode(&[ED25519, &self.id, &self.point].concat()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PublicKey({self})")
    }
}

/// The number of a key, whose bytes stand in the order of small machines.
pub(crate) fn number(id: [u8; 8]) -> String {
    format!("{:016X}", u64::from_le_bytes(id))
}

/// The bytes of a key: of a line, or of the second of two lines.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    if text.len() > crate::limits::KEY_FILE {
        return None;
    }
    let mut lines = text.trim().lines();
    let line = match (lines.next(), lines.next(), lines.next()) {
        (Some(key), None, None) | (Some(_), Some(key), None) => key,
        _ => return None,
    };
    BASE64.decode(line.trim().as_bytes()).ok()
}

/// What keys of Ed25519 begin with.
pub(crate) const ED25519: &[u8] = b"Ed";

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

    #[test]
    fn a_key_is_a_line_or_the_file_of_minisign() {
        let file = format!("untrusted comment: minisign public key E7620F1842B4E81F\n{KEY}\n");
        for text in [KEY, &file, &format!("{KEY}\n"), &file.replace('\n', "\r\n")] {
            let key = PublicKey::parse(text).unwrap();
            assert_eq!((key.to_string().as_str(), key.number().as_str()), (KEY, "E7620F1842B4E81F"));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "A".repeat(5000);
        let secret = format!("RWQA{}", "A".repeat(208));
        for text in ["", "\n\n\n", &KEY[1..], &KEY[..55], &format!("{KEY}A"), "RWQ=", &secret, &long] {
            assert_eq!(PublicKey::parse(text), Err(NotAKey::Public), "{text}");
        }
    }
}
