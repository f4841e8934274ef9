//! Secret keys of `minisign`, and signing with them.

use blake2::{Blake2b256, Blake2b512, Digest};
use scrypt::Params;

use crate::inline;
use crate::key::{ED25519, NotAKey, PublicKey, decoded};
use crate::limits;
use crate::minisig::Minisig;
use crate::statement::Statement;

/// A file with a secret key.
pub enum KeyFile {
    /// It is without a password (`minisign -G -W`), for machines.
    Open(SecretKey),
    /// It needs a password.
    Locked(LockedKey),
}

/// A key that can sign.
pub struct SecretKey {
    id: [u8; 8],
    secret: ed25519_compact::SecretKey,
}

/// A key that cannot sign without its password.
pub struct LockedKey {
    salt: [u8; 32],
    /// How much work it is to derive a key from a password.
    operations: u64,
    /// How much memory that takes, in bytes.
    memory: u64,
    locked: [u8; KEPT],
}

/// Bytes that a password hides: the number of the key, the key, and a checksum.
const KEPT: usize = 8 + 64 + 32;

/// Reads the file of a secret key, as `minisign -G` makes it.
///
/// # Errors
/// If it is none.
pub fn key_file(text: &str) -> Result<KeyFile, NotAKey> {
    let bytes = decoded(text).ok_or(NotAKey::Secret)?;
    parse(&bytes).ok_or(NotAKey::Secret)?
}

fn parse(bytes: &[u8]) -> Option<Result<KeyFile, NotAKey>> {
    let (kind, rest) = bytes.strip_prefix(ED25519)?.split_first_chunk()?;
    let rest = rest.strip_prefix(BLAKE2B)?;
    let (salt, rest) = rest.split_first_chunk()?;
    let (operations, rest) = rest.split_first_chunk()?;
    let (memory, rest) = rest.split_first_chunk()?;
    let kept: [u8; KEPT] = rest.try_into().ok()?;
    match kind {
        b"Sc" => {
            let [operations, memory] = [operations, memory].map(|number| u64::from_le_bytes(*number));
            Some(Ok(KeyFile::Locked(LockedKey { salt: *salt, operations, memory, locked: kept })))
        }
        // Nothing is hidden, and there is no checksum.
        b"\0\0" => Some(SecretKey::new(&kept).map(KeyFile::Open)),
        _ => None,
    }
}

impl LockedKey {
    /// The key, by its password. With what `minisign` makes this takes 1 GiB and some seconds.
    ///
    /// # Errors
    /// If the password is another.
    pub fn unlock(self, password: &str) -> Result<SecretKey, NotAKey> {
        let mut kept = [0; KEPT];
        scrypt::scrypt(password.as_bytes(), &self.salt, &self.params()?, &mut kept)
            .map_err(|_| NotAKey::Damaged)?;
        kept.iter_mut().zip(self.locked).for_each(|(byte, locked)| *byte ^= locked);
        let (key, checksum) = kept.split_at(KEPT - 32);
        if Blake2b256::digest([ED25519, key].concat())[..] != *checksum {
            return Err(NotAKey::Password);
        }
        SecretKey::new(&kept)
    }

    /// The parameters of scrypt, as libsodium (`pickparams`) makes them of the two limits.
    fn params(&self) -> Result<Params, NotAKey> {
        if self.memory > limits::UNLOCKING {
            return Err(NotAKey::Costly);
        }
        let operations = self.operations.max(32_768);
        let halved = |most: u64| (1..=62).find(|log| 1_u64 << log > most / 2).unwrap_or(63_u8);
        let (log, parallel) = if operations < self.memory / 32 {
            (halved(operations / (u64::from(BLOCK) * 4)), 1)
        } else {
            let log = halved(self.memory / (u64::from(BLOCK) * 128));
            (log, ((operations / 4) >> log).min(0x3fff_ffff) / u64::from(BLOCK))
        };
        let parallel = u32::try_from(parallel).map_err(|_| NotAKey::Costly)?;
        // One with much work and little memory would take hours.
        if parallel > MOST_PARALLEL {
            return Err(NotAKey::Costly);
        }
        Params::new(log, BLOCK, parallel).map_err(|_| NotAKey::Damaged)
    }
}

/// The block size of scrypt, which libsodium fixes.
const BLOCK: u32 = 8;
/// `minisign` makes keys with 1.
const MOST_PARALLEL: u32 = 16;
/// The only checksum that there is.
const BLAKE2B: &[u8] = b"B2";

impl SecretKey {
    fn new(kept: &[u8; KEPT]) -> Result<Self, NotAKey> {
        let (id, rest) = kept.split_first_chunk().ok_or(NotAKey::Damaged)?;
        let secret = ed25519_compact::SecretKey::from_slice(&rest[..64]).map_err(|_| NotAKey::Damaged)?;
        let pair = ed25519_compact::KeyPair::from_seed(secret.seed());
        if *pair.pk != *secret.public_key() {
            return Err(NotAKey::Damaged);
        }
        Ok(Self { id: *id, secret })
    }

    /// The key by which others know this one.
    pub fn public(&self) -> PublicKey {
        PublicKey { id: self.id, point: *self.secret.public_key() }
    }

    /// The feed with its signature in the last line; `None` if it does not end in a line of its own, as those do that we write, or if
    /// the statement cannot be written.
    pub fn sign_feed(&self, feed: &str, statement: &Statement) -> Option<String> {
        let minisig = self.minisig(feed.as_bytes(), statement.to_string());
        inline::with(feed, &minisig).filter(|_| statement.is_writable())
    }

    /// The `.minisig` of any file, with a comment of one line.
    pub fn sign_file(&self, bytes: &[u8], comment: &str) -> String {
        self.minisig(bytes, comment.to_owned()).to_string()
    }

    /// Ed25519 takes no chance: the same bytes have the same signature.
    fn minisig(&self, bytes: &[u8], comment: String) -> Minisig {
        let signature = self.secret.sign(Blake2b512::digest(bytes), None);
        let global = self.secret.sign([&signature[..], comment.as_bytes()].concat(), None);
        Minisig::new(self.id, *signature, comment, *global)
    }
}
