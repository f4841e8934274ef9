//! What a feed of torrents must be like, and which program says so.

/// A rule for those who publish.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    /// `P1` and so on.
    pub code: &'static str,
    /// What the rule asks for.
    pub title: &'static str,
    /// What happens if it is not kept.
    pub why: &'static str,
}

/// The rule with this code, in any case.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

macro_rules! rules {
    ($($code:literal: $title:literal, $why:literal;)*) => { &[$(Rule { code: $code, title: $title, why: $why }),*] };
}

/// All rules: P1 to P19 of what to write, then what every feed needs.
pub const RULES: &[Rule] = rules! {
    "P1": "the type of the enclosure is exactly `application/x-bittorrent`",
        "qBittorrent, Sonarr and autobrr compare the whole text, so parameters and other types make them fall back to the item's link.";
    "P2": "one enclosure per item",
        "FlexGet makes an entry of every enclosure; transmission-rss and autobrr look at one only, transmission-rss whatever its type.";
    "P3": "the <torrent> block is nested and has a default namespace",
        "FlexGet finds `infoHash` only without a prefix; `torrent:infoHash` is another key to it. Sonarr and autobrr accept both forms.";
    "P4": "ezRSS elements are written in one form only",
        "Sonarr expects a single `contentLength`, `seeds` or `size` and drops an item with two.";
    "P5": "fileName, contentLength, infoHash and magnetURI are all present",
        "Once a feed looks like ezRSS, Sonarr reads infoHash and magnetURI of every item and drops an item without them.";
    "P6": "contentLength is the size of the content, 2 MiB or more",
        "Sonarr takes the sizes from the first of contentLength, enclosure and `size` where all items have 2 MiB or more, else from the descriptions if more than half have; otherwise it refuses the feed, unless it is set to allow a size of zero.";
    "P7": "lastBuildDate (Atom: updated) comes before the first item, and is later after every change",
        "qBittorrent stops reading if it has seen the date before. A date after the items has no effect, and without one it reads all items every time.";
    "P8": "every item has a unique guid, ideally the info hash",
        "If two items have the same id, qBittorrent drops the later one, Sonarr refuses the feed, and autobrr ignores the later one as already seen.";
    "P9": "every item has a pubDate in the format of RFC 822",
        "Sonarr refuses a feed with an item that has none, and loses an item whose date .NET does not understand; qBittorrent gives such items the time at which it read them.";
    "P10": "items have no elements of other namespaces that are named title, link, description, author or guid",
        "qBittorrent ignores namespaces: `media:title` replaces the title, and an `atom:link` empties the link.";
    "P11": "in Atom, the link to the torrent is the last link of the entry",
        "qBittorrent takes the last link whatever its rel; transmission-rss takes the first.";
    "P12": "URLs are absolute",
        "qBittorrent and FlexGet do not resolve relative URLs.";
    "P13": "the description says `Size: 1.5 GiB`",
        "Sonarr and autobrr look there if they find no other size.";
    "P14": "the feed is served as application/rss+xml or text/xml",
        "Sonarr refuses text/html. The type comes from the web server, not from the file.";
    "P15": "in a podcast, the media file is the enclosure and the torrent a podcast:alternateEnclosure",
        "Podcast apps download whatever the enclosure is, and would try to play a .torrent. Torrent clients do not read alternateEnclosure: give them a separate feed.";
    "P16": "URLs are percent-encoded",
        "Transmission does not ask for a URL with a space in it; other programs encode it as they think best.";
    "P17": "no two items have the same torrent URL",
        "FlexGet and transmission-rss remember URLs: a new torrent at an old URL is never taken. Put a version into its name.";
    "P18": "in a podcast, every item has an enclosure with a type of audio or video and its length",
        "Podcast apps show no episode without an enclosure; directories want its type and its length in bytes.";
    "P19": "a podcast has itunes:image, itunes:category, itunes:explicit and a language",
        "Directories such as Apple's refuse a feed without them; apps show it all the same.";
    "xml": "the feed is well-formed XML in the encoding that it names",
        "transmission-rss refuses anything else, Sonarr all but control characters and entities of letters, which it cleans; qBittorrent stops at the first error, autobrr needs the feed to be complete. FlexGet tolerates errors.";
    "format": "the feed is RSS 2.0",
        "It is the only format that all five programs read. qBittorrent, FlexGet and transmission-rss read Atom as well, autobrr reads Atom and JSON Feed.";
    "title": "every item has a title",
        "FlexGet skips an item that has none, Sonarr refuses the feed.";
    "link": "every item links to its torrent",
        "An item is of no use to a torrent client if neither enclosure, link nor guid is a torrent.";
    "window": "a feed has no more than 50 items",
        "qBittorrent keeps 50 articles per feed by default, and forgets the oldest.";
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_and_none_is_there_twice() {
        for known in RULES {
            assert_eq!(rule(&known.code.to_lowercase()), Some(known));
            assert!(!known.title.is_empty() && known.why.ends_with('.'));
        }
        assert_eq!(rule("P99"), None);
    }
}
