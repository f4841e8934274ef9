use super::*;
use crate::item::{Channel, Enclosure, Torrent};
use crate::{FeedLimits, TORRENT_TYPE, read};

fn item() -> Item {
    let hash = "e380a6c5ae0fb15f296d29964a56250780b05ad7".to_owned();
    Item {
        id: Some(hash.clone()),
        title: "demo & <1.0>".into(),
        link: None,
        published: Some(1_795_323_600),
        updated: None,
        description: Some("Size: 572.3 MiB".into()),
        is_html: false,
        enclosures: vec![Enclosure {
            url: "https://pub.example/demo-1.0.torrent?a=1&b='2'".into(),
            mime: Some(TORRENT_TYPE.into()),
            length: Some(12216),
            ..Enclosure::default()
        }],
        alternates: vec![],
        other_links: vec![],
        torrent: Torrent {
            file_name: Some("demo-1.0.torrent".into()),
            content_length: Some(600_162_597),
            info_hash: Some(hash.clone()),
            magnet: Some(format!("magnet:?xt=urn:btih:{hash}&dn=demo-1.0")),
        },
        extras: Extras::default(),
    }
}

fn feed(format: Format, items: Vec<Item>) -> Feed {
    let channel = Channel {
        title: "Demo".into(),
        link: "https://pub.example/".into(),
        description: "d".into(),
        id: None,
        author: None,
        self_url: Some("https://pub.example/feed.xml".into()),
        hub: Some("https://hub.example/".into()),
        ttl: Some(60).filter(|_| format != Format::Atom),
        built: Some(1_795_323_600),
        older: None,
        quiet: crate::QuietTimes::default(),
        extras: Extras::default(),
    };
    Feed { format, channel, items }
}

#[test]
fn the_item_that_every_reader_takes() {
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
  <channel>
    <title>Demo</title>
    <link>https://pub.example/</link>
    <description>d</description>
    <lastBuildDate>Sun, 22 Nov 2026 05:00:00 +0000</lastBuildDate>
    <ttl>60</ttl>
    <atom:link rel="self" type="application/rss+xml" href="https://pub.example/feed.xml"/>
    <atom:link rel="hub" href="https://hub.example/"/>
    <item>
      <title>demo &amp; &lt;1.0&gt;</title>
      <link>https://pub.example/demo-1.0.torrent?a=1&amp;b='2'</link>
      <guid isPermaLink="false">e380a6c5ae0fb15f296d29964a56250780b05ad7</guid>
      <pubDate>Sun, 22 Nov 2026 05:00:00 +0000</pubDate>
      <description>Size: 572.3 MiB</description>
      <enclosure url="https://pub.example/demo-1.0.torrent?a=1&amp;b='2'" type="application/x-bittorrent" length="12216"/>
      <torrent xmlns="http://xmlns.ezrss.it/0.1/">
        <fileName>demo-1.0.torrent</fileName>
        <contentLength>600162597</contentLength>
        <infoHash>e380a6c5ae0fb15f296d29964a56250780b05ad7</infoHash>
        <magnetURI>magnet:?xt=urn:btih:e380a6c5ae0fb15f296d29964a56250780b05ad7&amp;dn=demo-1.0</magnetURI>
      </torrent>
    </item>
  </channel>
</rss>
"#;
    assert_eq!(write(&feed(Format::Rss, vec![item()])), expected);
}

#[test]
fn every_format_reads_back() {
    let podcast = Item {
        id: Some("urn:btmh:1220".to_owned() + &"7".repeat(64)),
        link: Some("https://pub.example/page".into()),
        alternates: item().enclosures,
        enclosures: vec![Enclosure {
            url: "https://pub.example/a.mp4".into(),
            mime: Some("video/mp4".into()),
            length: Some(9),
            ..Enclosure::default()
        }],
        ..item()
    };
    for (format, items) in [
        (Format::Rss, vec![item(), podcast.clone()]),
        (Format::Atom, vec![item()]),
        (Format::Json, vec![item()]),
        (Format::Rss, vec![]),
        (Format::Atom, vec![]),
        (Format::Json, vec![]),
    ] {
        let feed = feed(format, items);
        let reading = read(write(&feed).as_bytes(), FeedLimits::default()).unwrap();
        assert_eq!((reading.feed, reading.trouble), (feed, Default::default()));
    }
}

#[test]
fn an_item_without_an_id_gets_one_where_it_must() {
    let hash = item().id.unwrap();
    let unclaimed = Item { id: None, torrent: Torrent::default(), ..item() };
    let page = Item { link: Some("http://x/page".into()), enclosures: vec![], ..unclaimed.clone() };
    let cases = [
        (Item { id: None, ..item() }, hash.clone(), format!("urn:btih:{hash}")),
        (unclaimed.clone(), unclaimed.enclosures[0].url.clone(), unclaimed.enclosures[0].url.clone()),
        (
            Item { alternates: unclaimed.enclosures.clone(), ..page.clone() },
            unclaimed.enclosures[0].url.clone(),
            unclaimed.enclosures[0].url.clone(),
        ),
        (page, "http://x/page".into(), "http://x/page".into()),
    ];
    for (item, json, atom) in cases {
        let text = |format| {
            write(&feed(format, vec![item.clone()]))
                .replace("&amp;", "&")
                .replace("&quot;", "\"")
                .replace("\\\"", "\"")
        };
        assert!(text(Format::Json).contains(&format!("\"id\": \"{json}\"")), "{json}");
        assert!(text(Format::Atom).contains(&format!("<id>{atom}</id>")), "{atom}");
    }
}

#[test]
fn nothing_is_injected_and_nothing_forbidden_gets_out() {
    let hostile = "</title><item>]]>&amp;\0\x1b\u{ffff}\u{202e}\"'<!--";
    let item =
        Item { title: hostile.into(), description: Some(hostile.into()), id: Some(hostile.into()), ..item() };
    for format in [Format::Rss, Format::Atom, Format::Json] {
        let text = write(&feed(format, vec![item.clone()]));
        // JSON escapes control characters, and nothing else is forbidden there.
        let is_forbidden = |c| crate::xml::is_forbidden(c) && (format != Format::Json || c < ' ');
        assert!(!text.contains(is_forbidden), "{text}");
        let reading = read(text.as_bytes(), FeedLimits::default()).unwrap();
        assert_eq!((reading.feed.items.len(), reading.trouble.faults), (1, vec![]));
        assert!(reading.feed.items[0].title.starts_with("</title><item>]]>&amp;"));
    }
}
