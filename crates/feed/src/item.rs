//! A feed as a value.

use crate::extra::{Extra, Extras};
use crate::format::Format;
use crate::quiet::QuietTimes;

/// A feed: what is said of it, and its items in their order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Feed {
    /// How it was written, or is to be.
    pub format: Format,
    /// What is said of the whole.
    pub channel: Channel,
    /// The items, as they stand.
    pub items: Vec<Item>,
}

/// What is said of a feed as a whole. Texts are without white space around them; an empty one is absent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Channel {
    /// The name of the channel.
    pub title: String,
    /// The page that it belongs to.
    pub link: String,
    /// A sentence about it.
    pub description: String,
    /// `id` of Atom, if it is not simply where the feed or its page is.
    pub id: Option<String>,
    /// `author` of Atom, if it is not called like the feed.
    pub author: Option<String>,
    /// Where the feed itself is.
    pub self_url: Option<String>,
    /// The WebSub hub that tells of changes to the feed.
    pub hub: Option<String>,
    /// Minutes until it is worth another look (RSS 2.0; BEP 36 says seconds, which nobody writes).
    pub ttl: Option<u32>,
    /// `lastBuildDate` or `updated`: seconds since 1970.
    pub built: Option<i64>,
    /// The page of a feed that has older items (RFC 5005: `next`, `prev-archive`; JSON Feed: `next_url`).
    pub older: Option<String>,
    /// When nobody need look.
    pub quiet: QuietTimes,
    /// What else is said.
    pub extras: Extras,
}

/// One item of a feed. URLs are as they stand, perhaps relative.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Item {
    /// `guid` or `id`. Of an id that is `urn:btih:` and 40 digits, the digits: Atom wants a URI, RSS readers the hash.
    pub id: Option<String>,
    /// The name of the item.
    pub title: String,
    /// The page about it.
    pub link: Option<String>,
    /// When it was published, in seconds since 1970.
    pub published: Option<i64>,
    /// When it was changed (Atom, JSON Feed), in seconds since 1970, if not when it was published.
    pub updated: Option<i64>,
    /// What is said about it, as text or as HTML.
    pub description: Option<String>,
    /// Atom or JSON Feed say that the description is HTML; RSS leaves it to guesses.
    pub is_html: bool,
    /// What is attached to it.
    pub enclosures: Vec<Enclosure>,
    /// Torrents that stand beside an enclosure: `podcast:source` and `media:content` of the torrent type.
    pub alternates: Vec<Enclosure>,
    /// Torrents that are named elsewhere: by any `link`, whatever its rel (programs take the first or the last of several), by
    /// attributes of Torznab, by Media RSS, in texts.
    pub other_links: Vec<String>,
    /// What the `<torrent>` block says, or elements of the same names without it.
    pub torrent: Torrent,
    /// What else is said.
    pub extras: Extras,
}

/// Something attached to an item.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Enclosure {
    /// The URL of what is attached.
    pub url: String,
    /// The MIME type that the feed gives it.
    pub mime: Option<String>,
    /// Its bytes; feeds mean the .torrent or the content.
    pub length: Option<u64>,
    /// Other attributes, or keys of JSON.
    pub extras: Vec<Extra>,
    /// What stands in its element, where nothing belongs: a comment, perhaps.
    pub inside: Option<Box<Extra>>,
}

/// What a feed claims of a torrent (ezRSS, BEP 36).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Torrent {
    /// Name of the .torrent.
    pub file_name: Option<String>,
    /// Bytes of the content.
    pub content_length: Option<u64>,
    /// 40 hexadecimal digits: the v1 info hash, of v2 the first 20 bytes. As it stands: others write 64 digits, or base 32.
    pub info_hash: Option<String>,
    /// A magnet link of the torrent.
    pub magnet: Option<String>,
}

impl Feed {
    /// Names of what is not written in the format of this feed, because it was read in another.
    pub fn unwritable(&self) -> impl Iterator<Item = &str> {
        let Channel { extras, .. } = &self.channel;
        let of_items = self.items.iter().flat_map(Item::all_extras);
        let others = extras.all().chain(of_items).filter(|extra| extra.format != self.format);
        others.map(|extra| extra.name.as_str())
    }

    /// Whether its torrents stand beside media, as podcasts have it (P15).
    pub fn is_podcast(&self) -> bool {
        let is_of_torrent = |item: &Item| item.enclosures.iter().any(Enclosure::is_torrent);
        self.items.iter().any(Item::is_episode) && !self.items.iter().any(is_of_torrent)
    }
}

impl Item {
    /// Whether its torrent stands beside what is attached, which is the media itself.
    pub(crate) fn is_episode(&self) -> bool {
        let has_torrent = |list: &[Enclosure]| list.iter().any(Enclosure::is_torrent);
        !self.enclosures.is_empty() && !has_torrent(&self.enclosures) && has_torrent(&self.alternates)
    }

    /// What to call it: its title, where it has none its id, its page, or what is attached.
    pub fn shown(&self) -> &str {
        let title = Some(&self.title).filter(|title| !title.is_empty());
        let urls = self.enclosures.iter().chain(&self.alternates).map(|one| &one.url);
        let mut names = title.into_iter().chain(&self.id).chain(&self.link).chain(urls);
        names.next().map_or("", String::as_str)
    }

    fn all_extras(&self) -> impl Iterator<Item = &Extra> {
        let attached = self.enclosures.iter().chain(&self.alternates);
        self.extras.all().chain(attached.flat_map(|one| one.extras.iter().chain(one.inside.as_deref())))
    }
}

impl Channel {
    /// What Atom has to call it, for ever: its id, else where it is.
    pub fn identity(&self) -> &str {
        self.id.as_ref().or(self.self_url.as_ref()).unwrap_or(&self.link)
    }
}

impl Torrent {
    /// How many of the four there are.
    pub(crate) fn claims(&self) -> usize {
        let texts = [&self.file_name, &self.info_hash, &self.magnet];
        texts.into_iter().flatten().count() + usize::from(self.content_length.is_some())
    }
}

impl Enclosure {
    /// Whether its type is that of a .torrent, in any case and whatever parameters follow.
    pub fn is_torrent(&self) -> bool {
        let mime = self.mime.as_deref().unwrap_or_default();
        mime.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(crate::TORRENT_TYPE)
    }
}
