//! The lists, and what is done with each.

use feed::{
    About, Change, Channel, Enclosure, Feed, FeedLimits, FeedReader, FeedWindow, Format, Given, Item,
    TORRENT_TYPE, Torrent, check, read, write,
};

use crate::List;

pub(crate) const ALL: &[List] = &[
    ("items of RSS", 100, |count| rss("", "", &many(count, full_item))),
    ("items of Atom", 100, |count| atom(&many(count, entry))),
    ("items of JSON Feed", 100, |count| json("", &joined(count, json_item))),
    ("empty items", 250, |count| rss("", "", &"<item/>".repeat(count))),
    ("empty items of JSON Feed", 250, |count| json("", &joined(count, |_| "{}".to_owned()))),
    ("items without a date", 250, |count| rss("", "", &many(count, |n| item(&format!("<guid>{n}</guid>"))))),
    ("items with one id", 250, |count| rss("", "", &item("<guid>1</guid>").repeat(count))),
    ("items with one title", 250, |count| rss("", "", &item("<title>a</title>").repeat(count))),
    ("items at one URL", 250, |count| rss("", "", &item("<enclosure url='http://x/1'/>").repeat(count))),
    ("items at one URL in many spellings", 100, |count| rss("", "", &many(count, spelt))),
    ("hosts", 300, |count| {
        rss("", "", &many(count, |n| item(&format!("<enclosure url='http://h{n}/a.torrent'/>"))))
    }),
    ("enclosures of an item", 400, |count| {
        rss("", "", &item(&many(count, |n| format!("<enclosure url='{n}'/>"))))
    }),
    ("links of an item", 400, |count| {
        rss("", "", &item(&many(count, |n| format!("<link>http://x/{n}.torrent</link>"))))
    }),
    ("attachments of an item", 400, |count| {
        let list = joined(count, |n| format!("{{\"url\":\"{n}\",\"mime_type\":\"m\"}}"));
        json("", &format!("{{\"id\":\"1\",\"attachments\":[{list}]}}"));
    }),
    ("media of an item", 100, |count| {
        let one = "<m:content url='u' type='application/x-bittorrent'/>";
        rss(MEDIA, "", &item(&format!("<m:group>{}</m:group>", one.repeat(count))));
    }),
    ("claims of an item", 400, |count| {
        rss("", "", &item(&many(count, |n| format!("<infoHash>{n}</infoHash>"))))
    }),
    ("categories of a feed", 500, |count| rss("", &many(count, category), "")),
    ("categories of an item", 400, |count| rss("", "", &item(&many(count, category)))),
    ("elements of others in a feed", 250, |count| rss("", &many(count, foreign), "")),
    ("elements of others in an item", 400, |count| rss("", "", &item(&many(count, foreign)))),
    ("nested elements", 8, |count| rss("", "", &item(&("<a>".repeat(count) + &"</a>".repeat(count))))),
    ("namespaces of the root", 250, |count| {
        rss(&many(count, |n| format!(" xmlns:p{n}='urn:{n}'")), "", "<item/>")
    }),
    ("attributes of the root", 250, |count| rss(&many(count, |n| format!(" a{n}='1'")), "", "<item/>")),
    ("attributes of an item", 250, |count| {
        rss("", "", &format!("<item{}/>", many(count, |n| format!(" a{n}='1'"))))
    }),
    ("comments in a feed", 500, |count| rss("", &"<!-- c -->".repeat(count), "<item/>")),
    ("comments in an item", 250, |count| rss("", "", &item(&"<!-- c -->".repeat(count)))),
    ("comments in an element", 500, |count| {
        rss("", "", &item(&format!("<title>{}</title>", "a<!-- c -->".repeat(count))))
    }),
    ("comments between items", 250, |count| rss("", "", &"<item/><!-- c -->".repeat(count))),
    ("comments behind the items", 500, |count| {
        rss("", "", &format!("<item/>{}", "<!-- c -->".repeat(count)))
    }),
    ("hyphens of a comment", 4000, |count| rss("", &format!("<!-- {} -->", "-".repeat(count)), "")),
    ("instructions", 500, |count| rss("", &"<?php a?>".repeat(count), "<item/>")),
    ("sections of a text", 500, |count| {
        rss("", "", &item(&format!("<title>{}</title>", "<![CDATA[a]]>".repeat(count))))
    }),
    ("entities of a document", 300, |count| {
        entities(&many(count, |n| format!("<!ENTITY e{n} 'x'>")), "&e1;")
    }),
    ("entities in entities", 100, |count| {
        entities(&many(count, |n| format!("<!ENTITY e{n} '&e{};'>", n + 1)), "&e0;")
    }),
    ("references to entities", 500, |count| entities("<!ENTITY a 'x'>", &"&a;".repeat(count))),
    ("references to nothing", 500, |count| entities("", &many(count, |n| format!("&e{n};")))),
    ("bare ampersands", 500, |count| rss("", "", &item(&format!("<title>{}</title>", "& ".repeat(count))))),
    ("end tags of nothing", 500, |count| rss("", "", &"</a>".repeat(count))),
    ("items that nobody ends", 300, |count| rss("", "", &"<item>".repeat(count))),
    ("keys of a JSON feed", 500, |count| json(&many(count, |n| format!("\"_{n}\":1,")), "{}")),
    ("keys of a JSON item", 500, |count| {
        json("", &format!("{{{}}}", joined(count, |n| format!("\"_{n}\":1"))))
    }),
    ("hubs", 400, |count| {
        json(&format!("\"hubs\":[{}],", joined(count, |n| format!("{{\"url\":\"{n}\"}}"))), "{}")
    }),
    ("torrents that come", 200, come),
    ("torrents that replace others", 100, replace),
    ("torrents that are attached", 200, attach),
    ("torrents that are superseded", 50, supersede),
    ("categories that are said", 250, say),
];

/// Everything that happens to a feed: it is judged, read, gets a torrent, and is written and read again.
fn take(text: &str) {
    let _ = check(text.as_bytes(), &FeedReader::ALL);
    let Ok(reading) = read(text.as_bytes(), FeedLimits::default()) else { return };
    let new =
        Change { channel: reading.feed.channel.clone(), items: vec![torrent(0).into()], ..Change::default() };
    let text = write(&reading.feed.merge(new).feed);
    read(text.as_bytes(), FeedLimits::default()).unwrap();
}

fn rss(root: &str, channel: &str, items: &str) {
    let text = format!(
        "<rss version='2.0'{root}><channel><title>t</title><link>http://x/</link>{channel}{items}</channel></rss>"
    );
    take(&text);
}

fn atom(entries: &str) {
    take(&format!("<feed xmlns='http://www.w3.org/2005/Atom'><id>f</id><title>t</title>{entries}</feed>"));
}

fn json(feed: &str, items: &str) {
    take(&format!("{{\"version\":\"1\",\"title\":\"t\",{feed}\"items\":[{items}]}}"));
}

fn entities(declared: &str, used: &str) {
    let item = item(&format!("<title>{used}</title>"));
    take(&format!(
        "<!DOCTYPE rss [{declared}]><rss version='2.0'><channel><title>t</title>{item}</channel></rss>"
    ));
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

fn joined(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(",")
}

fn item(inside: &str) -> String {
    format!("<item>{inside}</item>")
}

fn full_item(n: usize) -> String {
    let day = n % 28 + 1;
    item(&format!(
        "<title>{n}</title><guid>{n}</guid><pubDate>{day} Nov 2026 05:00:00 GMT</pubDate><description>Size: 3 MiB</description>\
         <enclosure url='http://x/{n}.torrent' type='application/x-bittorrent' length='9'/>"
    ))
}

fn spelt(n: usize) -> String {
    let dots = "../".repeat(n % 7);
    item(&format!("<guid>{n}</guid><enclosure url='HTTP://X:80/{dots}a.torrent'/>"))
}

fn entry(n: usize) -> String {
    format!(
        "<entry><id>{n}</id><title>{n}</title><updated>2026-11-22T05:00:00Z</updated><link href='http://x/{n}'/></entry>"
    )
}

fn json_item(n: usize) -> String {
    format!(
        "{{\"id\":\"{n}\",\"title\":\"{n}\",\"content_text\":\"c\",\"attachments\":[{{\"url\":\"http://x/{n}.torrent\"}}]}}"
    )
}

fn category(n: usize) -> String {
    format!("<category>{n}</category>")
}

fn foreign(n: usize) -> String {
    format!("<p{n}:x xmlns:p{n}='urn:{n}' p{n}:y='1'>{n}</p{n}:x>")
}

/// A torrent of ours.
fn torrent(n: usize) -> Item {
    let id = format!("{n:040x}");
    let enclosure = Enclosure {
        url: format!("http://new/{n}.torrent"),
        mime: Some(TORRENT_TYPE.into()),
        ..Enclosure::default()
    };
    Item {
        title: format!("t-{n}"),
        published: Some(n as i64),
        enclosures: vec![enclosure],
        torrent: Torrent { info_hash: Some(id.clone()), ..Torrent::default() },
        id: Some(id),
        ..Item::default()
    }
}

fn feed_of(items: Vec<Item>) -> Feed {
    Feed { format: Format::Atom, channel: Channel { title: "t".into(), ..Channel::default() }, items }
}

fn torrents(count: usize) -> Vec<Given> {
    (0..count).map(|n| torrent(n).into()).collect()
}

fn merge(feed: &Feed, change: Change) {
    let merged = feed.merge(Change { channel: feed.channel.clone(), ..change });
    assert!(!write(&merged.feed).is_empty());
}

fn come(count: usize) {
    let window = FeedWindow { keep: Some(count / 2), ..FeedWindow::default() };
    let half = feed_of((0..count / 2).map(torrent).collect());
    merge(&half, Change { items: torrents(count), window, ..Change::default() });
}

/// Other torrents at the same URLs.
fn replace(count: usize) {
    let moved =
        |n: usize| Item { id: torrent(n + count).id, torrent: torrent(n + count).torrent, ..torrent(n) };
    let items = (0..count).map(|n| moved(n).into()).collect();
    merge(&feed_of((0..count).map(torrent).collect()), Change { items, ..Change::default() });
}

/// One to each of many items.
fn attach(count: usize) {
    let page = |n: usize| Item {
        id: Some(format!("p{n}")),
        title: "p".into(),
        link: Some(format!("http://x/{n}")),
        ..Item::default()
    };
    let given = |n: usize| Given { attach: Some(format!("http://x/{n}/")), ..torrent(n).into() };
    merge(
        &feed_of((0..count).map(page).collect()),
        Change { items: (0..count).map(given).collect(), ..Change::default() },
    );
}

fn supersede(count: usize) {
    let superseded = (0..count).filter_map(|n| torrent(n).id).collect();
    merge(&feed_of((0..2 * count).map(torrent).collect()), Change { superseded, ..Change::default() });
}

fn say(count: usize) {
    let about = About { categories: (0..count).map(|n| n.to_string()).collect(), ..About::default() };
    let mut channel = Channel::default();
    for format in [Format::Rss, Format::Atom, Format::Json] {
        about.write_into(&mut channel, format, format == Format::Rss);
    }
}

const MEDIA: &str = " xmlns:m='http://search.yahoo.com/mrss/'";
