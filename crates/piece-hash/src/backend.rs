//! Which code does the hashing: a value that is chosen once, can be printed and can be forced.

use std::ffi::OsStr;
use std::fmt;
use std::sync::OnceLock;

use crate::algorithm::sealed::Function;
use crate::algorithm::{Algorithm, Sha1, Sha256};
use crate::dispatch;
use crate::lanes;
use crate::message::{Append, Finish, Message, Part};
use crate::row::Row;

/// A way to hash many messages. Every backend gives the same digests.
#[derive(Clone, Copy)]
pub struct Backend {
    pub(crate) name: &'static str,
    pub(crate) row: &'static Row,
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
        // The crates run anywhere, so there is one.
        Self::all()[0]
    }

    /// Every backend this CPU can run, fastest first.
    pub fn all() -> &'static [Self] {
        static ALL: OnceLock<Vec<Backend>> = OnceLock::new();
        ALL.get_or_init(|| Self::known().iter().filter_map(|known| known.backend).collect())
    }

    /// Every backend that this program has the code of, fastest first, and whether this CPU can run it.
    pub fn known() -> &'static [Known] {
        static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
        KNOWN.get_or_init(|| dispatch::table().iter().map(Known::new).collect())
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
        self.name
    }

    /// How many messages should be handed over together to keep this backend busy.
    pub fn lanes(self) -> usize {
        Sha1::width(self.row).max(Sha256::width(self.row))
    }

    /// Appends to every message its next part. A message may stand in `parts` once only (the borrow sees to it).
    pub fn update<A: Algorithm>(self, parts: &mut [Part<'_, A>]) {
        lanes::work::<A, _>(self.row, parts.iter_mut().map(|part| Append::new(part.message, part.spans)));
    }

    /// The digests of messages that are complete, in their order.
    pub fn finish<A: Algorithm>(self, messages: Vec<Message<A>>) -> Vec<A::Digest> {
        let mut digests = vec![A::Digest::default(); messages.len()];
        let tasks = messages.iter().zip(&mut digests).map(|(message, digest)| Finish::new(message, digest));
        lanes::work::<A, _>(self.row, tasks);
        digests
    }

    /// The digests of whole messages of one span each, in their order.
    pub fn digests<A: Algorithm>(self, messages: &[&[u8]]) -> Vec<A::Digest> {
        let mut digests = vec![A::Digest::default(); messages.len()];
        let tasks = messages.iter().zip(&mut digests).map(|(message, digest)| Finish::whole(message, digest));
        lanes::work::<A, _>(self.row, tasks);
        digests
    }

    /// The digest of one whole message.
    pub fn digest<A: Algorithm>(self, message: &[u8]) -> A::Digest {
        self.digests::<A>(&[message]).pop().unwrap_or_default()
    }
}

impl Known {
    fn new((name, row): &'static (&'static str, Option<Row>)) -> Self {
        Self { name, backend: row.as_ref().map(|row| Backend { name, row }) }
    }
}

impl PartialEq for Backend {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Backend {}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backend({})", self.name)
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
