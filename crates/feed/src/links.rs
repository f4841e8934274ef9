//! Where an item's torrent is: every place that feeds put it, the most certain first.

use crate::item::{Enclosure, Item};

/// A way to the torrent of an item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// A .torrent, perhaps relative, or a magnet link.
    pub url: String,
    /// Which rule found it.
    pub rule: LinkRule,
}

/// Which part of an item says where its torrent is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LinkRule {
    /// An enclosure of the torrent type.
    Enclosure,
    /// `podcast:source` or `media:content` of the torrent type.
    Alternate,
    /// `magnetURI` of the torrent namespace.
    MagnetUri,
    /// `infoHash`, made into a magnet link.
    InfoHash,
    /// An enclosure without a type.
    UntypedEnclosure,
    /// `link`, if it is a magnet link or its path ends in `.torrent`.
    Link,
    /// `guid`, if it is a magnet link or its path ends in `.torrent`.
    Id,
    /// An enclosure of another type, if its URL is like that, or if the type is misspelt.
    OtherEnclosure,
    /// Another `link`, whatever its rel, likewise; attributes of Torznab, Media RSS, hashes and magnet links elsewhere.
    OtherLink,
    /// A magnet link in the description, where nothing else says anything.
    Description,
    /// The one thing attached, or the link, if its URL is that of a download and nothing else says anything
    /// ([`Item::download_link`]).
    Download,
}

impl LinkRule {
    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Enclosure => "enclosure",
            Self::Alternate => "alternate",
            Self::MagnetUri => "magnet-uri",
            Self::InfoHash => "info-hash",
            Self::UntypedEnclosure => "untyped-enclosure",
            Self::Link => "link",
            Self::Id => "id",
            Self::OtherEnclosure => "other-enclosure",
            Self::OtherLink => "other-link",
            Self::Description => "description",
            Self::Download => "download",
        }
    }
}

impl Item {
    /// All ways to the torrent, the best first, none twice.
    pub fn torrent_links(&self) -> Vec<Link> {
        let mut links: Vec<Link> = Vec::new();
        let mut add = |url: &str, rule| {
            if !url.is_empty() && links.iter().all(|link| link.url != url) {
                links.push(Link { url: url.to_owned(), rule });
            }
        };
        let torrents = |enclosures: &[Enclosure]| -> Vec<String> {
            enclosures.iter().filter(|one| one.is_torrent()).map(|one| one.url.clone()).collect()
        };
        torrents(&self.enclosures).iter().for_each(|url| add(url, LinkRule::Enclosure));
        torrents(&self.alternates).iter().for_each(|url| add(url, LinkRule::Alternate));
        self.torrent.magnet.iter().for_each(|url| add(url, LinkRule::MagnetUri));
        let claimed = self.torrent.info_hash.as_deref().and_then(magnet_of);
        claimed.iter().for_each(|url| add(url, LinkRule::InfoHash));
        let untyped = self.enclosures.iter().filter(|one| one.mime.as_deref().unwrap_or_default().is_empty());
        untyped.for_each(|one| add(&one.url, LinkRule::UntypedEnclosure));
        self.link.iter().filter(|url| looks_like_torrent(url)).for_each(|url| add(url, LinkRule::Link));
        self.id.iter().filter(|url| looks_like_torrent(url)).for_each(|url| add(url, LinkRule::Id));
        let others = self.enclosures.iter().filter(|one| one.is_other_torrent());
        others.for_each(|one| add(&one.url, LinkRule::OtherEnclosure));
        self.other_links.iter().for_each(|url| add(url, LinkRule::OtherLink));
        if links.is_empty() {
            let magnet = self.description.as_deref().and_then(magnet_in);
            links.extend(magnet.map(|url| Link { url, rule: LinkRule::Description }));
        }
        links
    }
}

impl Item {
    /// What may be the torrent of an item without [`torrent_links`](Self::torrent_links): `download.php?id=7`, as trackers have it.
    pub fn download_link(&self) -> Option<Link> {
        let url = self.likely_link().filter(|url| looks_like_download(url))?;
        Some(Link { url: url.clone(), rule: LinkRule::Download })
    }

    /// Where nothing says what is the torrent: the one thing attached, if that is no media, or where nothing is attached the
    /// link. Trackers have such items: `download.php?id=7`, as `application/octet-stream` or as a mere link.
    pub(crate) fn likely_link(&self) -> Option<&String> {
        match self.enclosures.as_slice() {
            [] => self.link.as_ref(),
            [one] if one.mime.as_deref().is_some_and(is_any_bytes) => Some(&one.url),
            _ => None,
        }
    }
}

impl Enclosure {
    /// A torrent whose type says something else: programs that look at no type take it.
    pub(crate) fn is_other_torrent(&self) -> bool {
        let mime = self.mime.as_deref().unwrap_or_default().to_ascii_lowercase();
        !mime.is_empty() && !self.is_torrent() && (is_misspelt(&mime) || looks_like_torrent(&self.url))
    }
}

/// `application/x-torrent`, `application/bittorrent`, `application/x-bittorent` and whatever else people write.
pub(crate) fn is_misspelt(mime: &str) -> bool {
    ["torrent", "bittorent", "x-scheme-handler/magnet"].iter().any(|part| mime.contains(part))
}

/// The first magnet link in a text or HTML. HTML of which only the outer layer was read still says `&amp;`.
pub(crate) fn magnet_in(text: &str) -> Option<String> {
    let at = text.find("magnet:?")?;
    let url = text[at..].split(|c: char| c.is_whitespace() || "\"'<>".contains(c)).next()?;
    url.contains("xt=").then(|| url.replace("&amp;", "&"))
}

/// What servers say of files that they do not know.
fn is_any_bytes(mime: &str) -> bool {
    ["application/octet-stream", "application/force-download"]
        .iter()
        .any(|known| mime.eq_ignore_ascii_case(known))
}

/// The magnet link of an info hash: 40 hexadecimal digits, 64 of v2, or 32 characters of base 32.
pub(crate) fn magnet_of(hash: &str) -> Option<String> {
    let is_base_32 = hash.bytes().all(|byte| byte.is_ascii_alphabetic() || (b'2'..=b'7').contains(&byte));
    match hash.len() {
        40 if is_info_hash(hash) => Some(format!("magnet:?xt=urn:btih:{}", hash.to_ascii_lowercase())),
        64 if are_hex(hash) => Some(format!("magnet:?xt=urn:btmh:1220{}", hash.to_ascii_lowercase())),
        32 if is_base_32 => Some(format!("magnet:?xt=urn:btih:{}", hash.to_ascii_uppercase())),
        _ => None,
    }
}

/// Whether the text is 40 hexadecimal digits.
pub(crate) fn is_info_hash(text: &str) -> bool {
    text.len() == 40 && are_hex(text)
}

fn are_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(crate) fn is_magnet(url: &str) -> bool {
    url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("magnet:"))
}

/// A URL that speaks of a download or a torrent, and leads to a program or to nothing with an ending.
fn looks_like_download(url: &str) -> bool {
    let (path, query) = url.split_once(['?', '#']).unwrap_or((url, ""));
    let place =
        path.split_once("://").map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let ending = place.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    let is_program =
        ending.is_none_or(|ending| PROGRAMS.iter().any(|program| ending.eq_ignore_ascii_case(program)));
    let text = format!("{place}?{query}").to_ascii_lowercase();
    let is_said = ["download", ".torrent", "torrentid"].iter().any(|word| text.contains(word));
    is_program && (is_said || text.split(['/', '?', '.', '&', '=']).any(|word| ["dl", "get"].contains(&word)))
}

/// Endings of what makes a file when it is asked for.
const PROGRAMS: [&str; 7] = ["php", "asp", "aspx", "cgi", "pl", "jsp", "ashx"];

/// A magnet link, or a URL whose path ends in `.torrent`.
pub(crate) fn looks_like_torrent(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    is_magnet(url) || path.to_ascii_lowercase().ends_with(".torrent")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Torrent;

    fn enclosure(url: &str, mime: Option<&str>) -> Enclosure {
        Enclosure { url: url.to_owned(), mime: mime.map(str::to_owned), ..Enclosure::default() }
    }

    #[test]
    fn the_most_certain_comes_first() {
        let item = Item {
            id: Some("http://x/Guid.TORRENT?a".into()),
            link: Some("magnet:?xt=urn:btih:00".into()),
            enclosures: vec![
                enclosure("untyped", None),
                enclosure("film.mp4", Some("video/mp4")),
                enclosure("typed", Some("Application/X-BitTorrent; charset=x")),
            ],
            alternates: vec![
                enclosure("alternate", Some(crate::TORRENT_TYPE)),
                enclosure("typed", Some("application/x-bittorrent")),
            ],
            torrent: Torrent {
                info_hash: Some("A".repeat(40)),
                magnet: Some("magnet:?m".into()),
                ..Torrent::default()
            },
            ..Item::default()
        };
        let found = item.torrent_links().into_iter().map(|link| (link.rule, link.url)).collect::<Vec<_>>();
        let expected = [
            (LinkRule::Enclosure, "typed".to_owned()),
            (LinkRule::Alternate, "alternate".to_owned()),
            (LinkRule::MagnetUri, "magnet:?m".to_owned()),
            (LinkRule::InfoHash, format!("magnet:?xt=urn:btih:{}", "a".repeat(40))),
            (LinkRule::UntypedEnclosure, "untyped".to_owned()),
            (LinkRule::Link, "magnet:?xt=urn:btih:00".to_owned()),
            (LinkRule::Id, "http://x/Guid.TORRENT?a".to_owned()),
        ];
        assert_eq!(found, expected);
    }

    /// Programs that look at no type take these: FlexGet each, transmission-rss the last.
    #[test]
    fn enclosures_of_other_types_are_found_by_their_urls() {
        let magnet = "magnet:?xt=urn:btih:0";
        let cases = [
            ("application/x-torrent", "http://x/a", true),
            ("application/bittorrent", "http://x/download.php?id=7", true),
            ("application/x-bittorent", "http://x/a.torrent", true),
            ("x-scheme-handler/magnet", magnet, true),
            ("text/html", magnet, true),
            ("application/zip", "http://x/a.TORRENT?key=1", true),
            ("application/octet-stream", "http://x/a.torrent", true),
            ("application/octet-stream", "http://x/a.zip", false),
            ("video/mp4", "http://x/a.mp4", false),
            ("text/html", "http://x/?file=a.torrent", false),
        ];
        for (mime, url, is_found) in cases {
            let item = Item { enclosures: vec![enclosure(url, Some(mime))], ..Item::default() };
            let link = Link { url: url.to_owned(), rule: LinkRule::OtherEnclosure };
            assert_eq!(item.torrent_links(), if is_found { vec![link] } else { vec![] }, "{mime} {url}");
        }
        let two = ["http://x/a.torrent", "http://x/b.torrent"];
        let enclosures = two.map(|url| enclosure(url, Some("application/octet-stream"))).to_vec();
        let item = Item { enclosures, ..Item::default() };
        assert_eq!(item.torrent_links().iter().map(|link| link.url.as_str()).collect::<Vec<_>>(), two);
    }

    #[test]
    fn a_hash_is_a_link_in_three_spellings() {
        let cases = [
            ("A".repeat(40), format!("btih:{}", "a".repeat(40))),
            ("F".repeat(64), format!("btmh:1220{}", "f".repeat(64))),
            ("abcdefghijklmnopqrstuvwxyz234567".into(), "btih:ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".into()),
            ("g".repeat(40), String::new()),
            ("1".repeat(32), String::new()),
            ("é".repeat(16), String::new()),
            ("a".repeat(39), String::new()),
        ];
        for (hash, topic) in cases {
            let torrent = Torrent { info_hash: Some(hash.clone()), ..Torrent::default() };
            let item = Item { torrent, ..Item::default() };
            let url = Some(format!("magnet:?xt=urn:{topic}")).filter(|_| !topic.is_empty());
            let link = url.map(|url| Link { url, rule: LinkRule::InfoHash });
            assert_eq!(item.torrent_links(), Vec::from_iter(link), "{hash}");
        }
    }

    #[test]
    fn a_magnet_link_in_the_description_is_the_last_resort() {
        let cases = [
            ("<a href=\"magnet:?xt=urn:btih:0&amp;dn=a\">get</a>", Some("magnet:?xt=urn:btih:0&dn=a")),
            ("get magnet:?xt=urn:btih:0 here", Some("magnet:?xt=urn:btih:0")),
            ("magnet:?dn=a", None),
            ("of magnets", None),
        ];
        for (description, url) in cases {
            let page = Some("http://x/page".to_owned());
            let mut item = Item { link: page, description: Some(description.to_owned()), ..Item::default() };
            let link = url.map(|url| Link { url: url.to_owned(), rule: LinkRule::Description });
            assert_eq!(item.torrent_links(), Vec::from_iter(link), "{description}");
            item.enclosures = vec![enclosure("t", None)];
            assert_eq!(item.torrent_links().len(), 1, "{description}");
        }
    }

    /// What trackers have in place of the URL of a file.
    #[test]
    fn downloads_are_found_where_nothing_else_is() {
        let cases = [
            ("http://t/download.php?id=7", true),
            ("http://t/torrents.php?action=download&id=7&authkey=a", true),
            ("https://t/rss/dl/7/key", true),
            ("/download/7", true),
            ("http://t/get.php?file=a.torrent", true),
            ("http://t/details.php?id=7", false),
            ("http://t/download/a.zip", false),
            ("http://download.example/page", false),
            ("http://t/gets/7", false),
            ("http://t/", false),
        ];
        for (url, is_found) in cases {
            let link = Some(Link { url: url.to_owned(), rule: LinkRule::Download }).filter(|_| is_found);
            let of_link = Item { link: Some(url.to_owned()), ..Item::default() };
            assert_eq!(of_link.download_link(), link, "{url}");
            let bytes = vec![enclosure(url, Some("application/octet-stream"))];
            let page = Some("http://t/page".to_owned());
            let attached = Item { link: page, enclosures: bytes, ..Item::default() };
            assert_eq!(attached.download_link(), link, "{url}");
        }
        let media = vec![enclosure("http://x/a.mp3", Some("audio/mpeg"))];
        let link = Some("http://t/download.php?id=7".to_owned());
        assert_eq!(Item { link, enclosures: media, ..Item::default() }.download_link(), None);
    }

    #[test]
    fn pages_are_no_torrents() {
        let page = Item { link: Some("http://x/page".into()), id: Some("7".into()), ..Item::default() };
        assert_eq!(page.torrent_links(), []);
    }
}
