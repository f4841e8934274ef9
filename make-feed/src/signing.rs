//! Who signs the feed, and what may become of one that was signed.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use cli_kit::{Exit, Failure, World, escape_path};
use feed::Channel;
use signature::{BadSignature, Judgement, KeyFile, PublicKey, SecretKey, Statement};

use crate::inputs;
use crate::password;
use crate::plan::{Input, Signing};

/// A key that is open, and what it says beside the feed.
pub(crate) struct Signer {
    key: SecretKey,
    public: PublicKey,
    /// The value of `--next-key`.
    next: Option<PublicKey>,
    /// The value of `--key`: who has signed until now.
    before: Option<PublicKey>,
    /// When the feed is built.
    now: i64,
}

impl Signer {
    /// Opens the key. One that has a password asks for it on the terminal.
    pub(crate) fn open(signing: &Signing, world: &World) -> Result<Self, Failure> {
        let path = place(&signing.file, world);
        let refused = |why| Failure::of(Exit::Unacceptable, escape_path(&path), why);
        let text = read(&path, signature::limits::KEY_FILE).map_err(|error| Failure::io(&path, &error))?;
        let text = String::from_utf8_lossy(&text);
        let key = match signature::key_file(&text) {
            Ok(KeyFile::Open(key)) => key,
            Ok(KeyFile::Locked(key)) => {
                let password = password::ask(&path, &world.interrupt)?;
                key.unlock(&password).map_err(refused)?
            }
            Err(why) if PublicKey::parse(&text).is_ok() => {
                return Err(refused(why).hint("this is the public key; the secret one signs"));
            }
            Err(why) => {
                return Err(refused(why).hint("`minisign -G` makes one, for machines `minisign -G -W`"));
            }
        };
        let public = key.public();
        let (next, before) = (signing.next.clone(), signing.before.clone());
        Ok(Self { key, public, next, before, now: signing.now })
    }

    /// What is signed beside the feed. It is built after the `old` one, whatever the clock says: readers refuse older ones.
    pub(crate) fn statement(&self, channel: &Channel, old: Option<&Judgement>) -> Result<Statement, Failure> {
        let url = channel
            .self_url
            .as_deref()
            .ok_or_else(|| Failure::usage("`--self-url` is needed: a signature says of which feed it is"))?;
        let feed = feed::percent_encoded(url).into_owned();
        let last = old.and_then(statement_of);
        let after = last.map_or(0, |last| last.built.saturating_add(1));
        let times = [self.now, channel.built.unwrap_or_default()];
        let built = times.into_iter().filter_map(|time| u64::try_from(time).ok()).fold(after, u64::max);
        let kept = last.filter(|last| last.key == self.public).and_then(|last| last.next.clone());
        let next = self.next.clone().or(kept).filter(|next| *next != self.public);
        Ok(Statement { feed, built, key: self.public.clone(), next })
    }

    /// The feed with its signature.
    pub(crate) fn sign(&self, text: &str, statement: &Statement) -> Result<String, Failure> {
        let why = "the feed cannot be signed: its `--self-url` has characters that URLs must escape, or is too long";
        self.key.sign_feed(text, statement).ok_or_else(|| Failure::usage(why))
    }
}

/// Whether the feed says already what it is to say, beside its text.
pub(crate) fn is_signed_so(old: &Judgement, statement: Option<&Statement>) -> bool {
    match (old, statement) {
        (Judgement::Unsigned, None) => true,
        (Judgement::Good(old), Some(new)) => Statement { built: new.built, ..old.clone() } == *new,
        _ => false,
    }
}

/// Why a feed that is there should not be followed by the one that is made.
pub(crate) fn refusal(old: &Judgement, signer: Option<&Signer>) -> Option<(String, &'static str)> {
    let force = "`--force` signs it as it is";
    match (old, signer) {
        (Judgement::Unsigned, None) => None,
        (_, None) => Some((
            "it is signed, and the new one would not be".to_owned(),
            "`--sign KEY` signs it; `--force` goes on without a signature",
        )),
        (Judgement::Unsigned, Some(signer)) => {
            signer.before.as_ref().map(|_| ("it is not signed".to_owned(), force))
        }
        (Judgement::Bad(why), Some(_)) => Some((format!("its signature does not count: {why}"), force)),
        (Judgement::Good(old), Some(signer)) if old.key == signer.public => None,
        (Judgement::Good(old), Some(signer)) if signer.before.as_ref() != Some(&old.key) => {
            let why = BadSignature::OtherKey(old.key.number());
            Some((why.to_string(), "`--key` says which key signed until now"))
        }
        (Judgement::Good(old), Some(signer)) if old.next.as_ref() != Some(&signer.public) => Some((
            "it does not say that this key follows, so that nobody would believe it".to_owned(),
            "sign it once more with the old key and `--next-key`; `--force` does not wait for that",
        )),
        (Judgement::Good(_), Some(_)) => None,
    }
}

/// What there is of a signature: in the feed, or in the `.minisig` beside it.
pub(crate) fn judge(input: &Input, bytes: &[u8]) -> Judgement {
    let judgement = signature::judge(bytes);
    let (Judgement::Unsigned, Input::Path(path)) = (&judgement, input) else { return judgement };
    let mut beside = path.clone().into_os_string();
    beside.push(".minisig");
    match read(Path::new(&beside), signature::limits::MINISIG) {
        Ok(minisig) => signature::judge_beside(bytes, &minisig),
        Err(_) => judgement,
    }
}

/// Whether a feed may be believed that is checked: by the key that was named, if one was.
pub(crate) fn check(
    input: &Input,
    judgement: Judgement,
    key: Option<&PublicKey>,
) -> Result<Option<Statement>, Failure> {
    let refused = |cause: String| Failure::of(Exit::Unacceptable, inputs::name(input), cause);
    let bad = |why: BadSignature| refused(format!("its signature does not count: {why}"));
    match (judgement, key) {
        (Judgement::Unsigned, None) => Ok(None),
        (Judgement::Good(statement), None) => Ok(Some(statement)),
        (Judgement::Bad(why), None) => Err(bad(why)),
        (judgement, Some(key)) => match judgement.by(key) {
            Ok(statement) => Ok(Some(statement)),
            Err(Some(why)) => Err(bad(why)),
            Err(None) => Err(refused("it is not signed".to_owned())),
        },
    }
}

fn statement_of(judgement: &Judgement) -> Option<&Statement> {
    match judgement {
        Judgement::Good(statement) => Some(statement),
        Judgement::Unsigned | Judgement::Bad(_) => None,
    }
}

/// A bare name that is not here may be a credential of a systemd service.
fn place(file: &Path, world: &World) -> PathBuf {
    let is_bare = file.components().count() == 1 && !file.exists();
    let credential = || Some(Path::new(&world.var("CREDENTIALS_DIRECTORY")?).join(file));
    let found = is_bare.then(credential).flatten().filter(|path| path.exists());
    found.unwrap_or_else(|| file.to_owned())
}

/// A small file; of a longer one its beginning, and a byte more.
fn read(path: &Path, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
