//! The URLs of what is here, as clients are to know them.

use percent_encoding::percent_encode;
use torrent_core::address::VALUE;
use torrent_core::magnet::Magnet;

use super::Listing;

/// Makes URLs below a base.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Links {
    /// Ends without a slash.
    base: String,
    /// Where the tracker is, if that is not below the base.
    tracker: Option<String>,
}

impl Links {
    /// Links below `base`, which is a URL of http or https.
    pub fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), tracker: None }
    }

    /// Links below the host that a client has named.
    pub fn of_host(host: &str) -> Self {
        Self { base: format!("http://{host}"), tracker: None }
    }

    /// The same with the tracker at this URL. A server in front of us carries pages and files, but not announces: who asks there seems to be
    /// where that server is.
    pub fn with_tracker(self, tracker: Option<String>) -> Self {
        Self { tracker, ..self }
    }

    /// The base without its scheme, for people.
    pub(super) fn place(&self) -> &str {
        self.base.split_once("://").map_or(&self.base, |(_, place)| place)
    }

    /// One of the pages that list all, from 0.
    pub(super) fn page(&self, number: usize) -> String {
        match number {
            0 => format!("{}/", self.base),
            number => format!("{}/?page={}", self.base, number + 1),
        }
    }

    /// What the tracker is asked by.
    pub fn announce(&self) -> String {
        self.tracker.clone().unwrap_or_else(|| format!("{}/announce", self.base))
    }

    /// Our tracker, unless the torrent is a private one: its peers come from its own trackers alone (BEP 27).
    pub(super) fn tracker_of(&self, offer: &Listing) -> Option<String> {
        (!offer.summary.is_private).then(|| self.announce())
    }

    /// The list of what is offered, for programs.
    pub fn feed(&self) -> String {
        format!("{}/feed.xml", self.base)
    }

    /// The .torrent of an offer.
    pub fn torrent(&self, offer: &Listing) -> String {
        format!("{}/{}.torrent", self.base, encoded(&offer.slug))
    }

    /// What a .torrent names as its web seed: clients put the name of the torrent and the path of a file behind it (BEP 19).
    pub fn web_seed(&self, offer: &Listing) -> String {
        match offer.has_own_name() {
            true => format!("{}/content/", self.base),
            false => format!("{}/content/{}/", self.base, encoded(&offer.slug)),
        }
    }

    /// The file, or the list of files.
    pub fn content(&self, offer: &Listing) -> String {
        let end = if offer.summary.is_single_file { "" } else { "/" };
        format!("{}{}{end}", self.web_seed(offer), encoded(&offer.summary.name))
    }

    /// A link with which a client finds all of that.
    pub fn magnet(&self, offer: &Listing) -> String {
        let Listing { summary, .. } = offer;
        let magnet = Magnet {
            info_hash_v1: summary.info_hash_v1,
            info_hash_v2: summary.info_hash_v2,
            name: Some(summary.name.clone()),
            length: Some(summary.size),
            trackers: self.tracker_of(offer).into_iter().map(Into::into).collect(),
            web_seeds: vec![self.web_seed(offer).into()],
            torrents: vec![self.torrent(offer).into()],
            ..Magnet::default()
        };
        magnet.to_string()
    }
}

/// A name as one component of a path.
pub(super) fn encoded(name: &[u8]) -> String {
    percent_encode(name, VALUE).to_string()
}
