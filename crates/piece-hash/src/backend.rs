//! Which code does the hashing: a value that is chosen once, can be printed and can be forced.

use std::ffi::OsStr;
use std::fmt;

use crate::algorithm::{Algorithm, Sha1, Sha256, Sha256Digest};

/// A way to hash many messages. Every backend gives the same digests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backend(Kind);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// The `sha1` and `sha2` crates, one message after the other; they use the CPU's SHA instructions where it has them.
    Crates,
}

/// A message that is being hashed.
#[derive(Clone, Default)]
pub struct Message<A: Algorithm>(A);

/// The next bytes of one message: `spans`, one after the other, each of any length.
pub struct Part<'a, A: Algorithm> {
    /// The message that goes on.
    pub message: &'a mut Message<A>,
    /// What it goes on with.
    pub spans: &'a [&'a [u8]],
}

/// The next bytes of a v1 piece whose blocks are leaves of a v2 tree too (hybrid torrents).
pub struct Blocks<'a> {
    /// The message that goes on.
    pub message: &'a mut Message<Sha1>,
    /// What it goes on with.
    pub bytes: &'a [u8],
    /// Where the digests of the blocks in `bytes` are added.
    pub leaves: &'a mut Vec<Sha256Digest>,
}

/// A backend that this program has the code of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Known {
    /// What the user calls it.
    pub name: &'static str,
    /// The backend, if this CPU can run it.
    pub backend: Option<Backend>,
}

impl Backend {
    /// The fastest backend of this CPU.
    pub fn best() -> Self {
        Self(Kind::Crates)
    }

    /// Every backend this CPU can run, fastest first.
    pub fn all() -> &'static [Self] {
        &[Self(Kind::Crates)]
    }

    /// Every backend that this program has the code of, fastest first, and whether this CPU can run it.
    pub fn known() -> &'static [Known] {
        &[Known { name: "crates", backend: Some(Self(Kind::Crates)) }]
    }

    /// The backend called `name`.
    ///
    /// # Errors
    /// No backend of this CPU has that name.
    pub fn named(name: &str) -> Result<Self, UnknownBackend> {
        let known = Self::all().iter().find(|backend| backend.name() == name);
        known.copied().ok_or_else(|| UnknownBackend(name.to_owned()))
    }

    /// What the user typed, else what [`BACKEND_VARIABLE`] holds, else the fastest.
    ///
    /// # Errors
    /// No backend of this CPU has that name.
    pub fn chosen(typed: Option<&str>, variable: Option<&OsStr>) -> Result<Self, UnknownBackend> {
        let variable = variable.map(OsStr::to_string_lossy).filter(|name| !name.is_empty());
        typed.or(variable.as_deref()).map_or_else(|| Ok(Self::best()), Self::named)
    }

    /// The name by which [`Backend::named`] finds it.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Crates => "crates",
        }
    }

    /// How many messages should be handed over together to keep this backend busy.
    pub fn lanes(self) -> usize {
        match self.0 {
            Kind::Crates => 1,
        }
    }

    /// Appends to every message its next part. A message may stand in `parts` once only (the borrow sees to it).
    pub fn update<A: Algorithm>(self, parts: &mut [Part<'_, A>]) {
        match self.0 {
            Kind::Crates => parts.iter_mut().for_each(absorb),
        }
    }

    /// Appends to every message its next bytes, and to its leaves the SHA-256 of every `block` bytes of them; the last
    /// of them may be shorter. The data is read once.
    pub fn update_blocks(self, parts: &mut [Blocks<'_>], block: usize) {
        for part in parts {
            let blocks: Vec<&[u8]> = part.bytes.chunks(block).collect();
            part.leaves.extend(self.digests::<Sha256>(&blocks));
            absorb(&mut Part { message: part.message, spans: &[part.bytes] });
        }
    }

    /// The digests of messages that are complete, in their order.
    pub fn finish<A: Algorithm>(self, messages: Vec<Message<A>>) -> Vec<A::Digest> {
        messages.into_iter().map(|message| message.0.output()).collect()
    }

    /// The digests of whole messages of one span each, in their order.
    pub fn digests<A: Algorithm>(self, messages: &[&[u8]]) -> Vec<A::Digest> {
        let mut open = vec![Message::<A>::default(); messages.len()];
        let mut parts: Vec<Part<'_, A>> = (open.iter_mut().zip(messages))
            .map(|(message, bytes)| Part { message, spans: std::slice::from_ref(bytes) })
            .collect();
        self.update(&mut parts);
        self.finish(open)
    }

    /// The digest of one whole message.
    pub fn digest<A: Algorithm>(self, message: &[u8]) -> A::Digest {
        self.digests::<A>(&[message]).pop().unwrap_or_default()
    }
}

fn absorb<A: Algorithm>(part: &mut Part<'_, A>) {
    for span in part.spans {
        part.message.0.absorb(span);
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No backend of this CPU has that name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownBackend(String);

impl fmt::Display for UnknownBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Backend::all().iter().map(|backend| backend.name()).collect();
        write!(f, "this CPU has no hash backend `{}` (it has: {})", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownBackend {}

/// The environment variable by which a tool's user forces a backend.
pub const BACKEND_VARIABLE: &str = "PIECEWORK_HASH_BACKEND";
