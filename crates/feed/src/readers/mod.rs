//! Five programs and podcast apps as readers of feeds: what each takes from a feed, by its own code.
//!
//! Each is in a file of its own and knows nothing of the others. Where they stop at broken XML they do so here; dates,
//! cookies and filters are left out. qBittorrent 4.5 to 5.1, FlexGet 3 on feedparser 6, Sonarr 4, autobrr 1 on gofeed 1.3,
//! transmission-rss 1 on Ruby's rss 0.2 or 0.3 and REXML 3.2.5 or 3.3.3 and newer; where these differ, [`Taken::before`] tells.
//!
//! `tests/interop/test_feed_readers.py` holds qBittorrent, FlexGet and transmission-rss to the real programs. Sonarr and
//! autobrr cannot be had from Debian or PyPI: they follow the source alone.

mod autobrr;
mod document;
mod flexget;
mod podcast;
mod qbittorrent;
mod sonarr;
mod transmission_rss;

pub(crate) use document::{Document, PlacedItem};
pub(crate) use podcast::is_podcast;

/// A program that reads feeds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FeedReader {
    /// The RSS reader that is part of qBittorrent.
    QBittorrent,
    /// The `rss` input of FlexGet.
    FlexGet,
    /// Sonarr's Torrent RSS indexer.
    Sonarr,
    /// The RSS feeds of autobrr.
    Autobrr,
    /// transmission-rss, which gives torrents to Transmission.
    TransmissionRss,
    /// Podcast apps and directories, which want media and no torrents.
    Podcast,
}

impl FeedReader {
    /// Those that want torrents.
    pub const CLIENTS: [Self; 5] =
        [Self::QBittorrent, Self::FlexGet, Self::Sonarr, Self::Autobrr, Self::TransmissionRss];

    /// All readers that there are models of.
    pub const ALL: [Self; 6] =
        [Self::QBittorrent, Self::FlexGet, Self::Sonarr, Self::Autobrr, Self::TransmissionRss, Self::Podcast];

    /// Its name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::QBittorrent => "qbittorrent",
            Self::FlexGet => "flexget",
            Self::Sonarr => "sonarr",
            Self::Autobrr => "autobrr",
            Self::TransmissionRss => "transmission-rss",
            Self::Podcast => "podcast",
        }
    }

    pub(crate) fn read(self, document: &Document) -> Outcome {
        match self {
            Self::QBittorrent => qbittorrent::read(document),
            Self::FlexGet => flexget::read(document),
            Self::Sonarr => sonarr::read(document),
            Self::Autobrr => autobrr::read(document),
            Self::TransmissionRss => transmission_rss::read(document),
            Self::Podcast => podcast::read(document),
        }
    }
}

/// What a program takes from a feed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// What it would download, in the order of the items.
    pub taken: Vec<Taken>,
    /// What it says of items, or of the feed.
    pub(crate) remarks: Vec<Remark>,
}

/// Something that a program would download.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Taken {
    /// Which item of the feed it comes from, from 0.
    pub item: usize,
    /// What the program calls it.
    pub title: String,
    /// What the program would download.
    pub url: String,
    /// Bytes, as the program understands them.
    pub size: Option<u64>,
    /// The info hash, if the program takes it from the feed.
    pub hash: Option<String>,
    /// The version of the program, or of what it reads XML with, since which it takes this no more.
    pub before: Option<&'static str>,
}

/// A program's word on an item, or without one on the feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Remark {
    pub(crate) item: Option<usize>,
    pub(crate) rule: &'static str,
    pub(crate) why: String,
    /// The item is lost, or without one the whole feed.
    pub(crate) is_loss: bool,
}

impl Outcome {
    /// The program takes nothing.
    pub(crate) fn refused(rule: &'static str, why: impl Into<String>) -> Self {
        let mut outcome = Self::default();
        outcome.remark(None, rule, why, true);
        outcome
    }

    /// The program does not take this item.
    pub(crate) fn lose(&mut self, item: usize, rule: &'static str, why: impl Into<String>) {
        self.remark(Some(item), rule, why, true);
    }

    /// The program takes it, but not as it was meant.
    pub(crate) fn warn(&mut self, item: Option<usize>, rule: &'static str, why: impl Into<String>) {
        self.remark(item, rule, why, false);
    }

    fn remark(&mut self, item: Option<usize>, rule: &'static str, why: impl Into<String>, is_loss: bool) {
        self.remarks.push(Remark { item, rule, why: why.into(), is_loss });
    }
}
