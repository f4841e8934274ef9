//! Where items go. A sink says that it has an item only when nothing can undo that any more.

mod exec;
mod files;
mod name;

use std::io;
use std::path::PathBuf;

pub use self::exec::Exec;
pub use self::files::{Save, Watch};

use crate::entry::Entry;
use crate::fetch_state::OfferedBy;
use crate::journal::name_of;
use crate::parcel::Parcel;

/// An item on its way to a sink.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The URL of the feed, as it may be shown.
    pub feed: &'a str,
    /// The item itself.
    pub entry: &'a Entry,
    /// What its ways led to.
    pub parcel: &'a Parcel,
    /// Who offers it.
    pub offered_by: Option<&'a OfferedBy>,
    /// How often it was tried, this time included: from 2 on, it may have arrived before.
    pub attempt: u32,
}

impl Delivery<'_> {
    /// A file name for its torrent that no other item has: what an item is called for ever is unique in its feed only, and a feed may claim the
    /// hash of another's.
    pub fn parcel_name(&self) -> String {
        format!("{}-{}.torrent", name_of(self.feed).trim_end_matches(".ndjson"), self.entry.id)
    }
}

/// What a sink did with an item.
#[derive(Debug)]
pub enum Verdict {
    /// It has it, perhaps as this file.
    Taken(Option<PathBuf>),
    /// It has begun, others may begin meanwhile, and [`Pass::settle`](crate::Pass::settle) hears how it ended.
    UnderWay,
    /// It wants it later.
    Later(String),
    /// It has a part of it, and the rest will come.
    Partly(String),
    /// The run ended before it did: the next one goes on with it.
    CutOff,
    /// There is no room for it now.
    NoRoom,
    /// The torrent is larger than is wanted, whatever the feed says.
    TooLarge,
    /// It does not want it, now or later.
    Rejected(String),
    /// It tried, and failed.
    Failed(String),
    /// It tried, and will never succeed.
    Hopeless(String),
    /// This machine fails, whatever the item is.
    Broken(PathBuf, io::Error),
}

/// Something that takes items.
pub trait Sink {
    /// Whether it wants the .torrent, or what the feed says is enough.
    fn wants_torrent(&self) -> bool {
        true
    }

    /// Takes an item. What it has taken before it takes again without harm, or is told so by the attempt.
    fn take(&mut self, delivery: &Delivery<'_>) -> Verdict;

    /// The folder in which there must be room for all of an item; `None` if the sink sees to that, which may know how much is there.
    fn folder(&self) -> Option<PathBuf> {
        None
    }
}

/// Takes nothing but note: whoever reads what is printed does the rest.
pub struct Print;

impl Sink for Print {
    fn wants_torrent(&self) -> bool {
        false
    }

    fn take(&mut self, _: &Delivery<'_>) -> Verdict {
        Verdict::Taken(None)
    }
}
