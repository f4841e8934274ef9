//! Which streams peers may have with us, as users say it.

use std::str::FromStr;

use super::{Methods, PLAINTEXT, RC4};

/// Which streams peers may have with us.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Encryption {
    /// Encrypted ones and others. What we have no reason to encrypt is not.
    #[default]
    Allow,
    /// Only encrypted ones, and all that is said on them is encrypted, not the handshake alone.
    Require,
    /// None that is encrypted.
    Never,
}

impl Encryption {
    /// Whether a stream may be one that is not encrypted.
    pub fn allows_plain(self) -> bool {
        self != Self::Require
    }

    /// Whether a stream may be encrypted.
    pub fn allows_encrypted(self) -> bool {
        self != Self::Never
    }

    /// How bytes may go behind the handshake.
    pub(super) fn methods(self) -> Methods {
        match self {
            Self::Require => Methods(RC4),
            Self::Allow | Self::Never => Methods(PLAINTEXT | RC4),
        }
    }
}

/// A word that is none of [`Encryption::WORDS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not `allow`, `require` or `never`")]
pub struct UnknownEncryption;

impl Encryption {
    /// The words for them.
    pub const WORDS: [&str; 3] = ["allow", "require", "never"];
}

impl FromStr for Encryption {
    type Err = UnknownEncryption;

    fn from_str(word: &str) -> Result<Self, UnknownEncryption> {
        match word {
            "allow" => Ok(Self::Allow),
            "require" => Ok(Self::Require),
            "never" => Ok(Self::Never),
            _ => Err(UnknownEncryption),
        }
    }
}
