use super::*;
use crate::{Feed, FeedFaultKind, FeedLimits, Reading, limits, read, write};

/// Reads a feed and writes it again, as if all items had changed; what is written reads as the same, and is written the same.
fn again(text: &str) -> (String, Reading) {
    let mut reading = read(text.as_bytes(), FeedLimits { items: 1000 }).unwrap();
    reading.feed.items.iter_mut().for_each(|item| item.extras.whole = None);
    let written = write(&reading.feed);
    let second = read(written.as_bytes(), FeedLimits::default()).unwrap();
    // What is too long for a field is kept all the same.
    let faults: Vec<_> =
        second.trouble.faults.iter().filter(|fault| fault.kind != FeedFaultKind::TooLong).collect();
    assert!(faults.is_empty(), "{faults:?} {text:.300}");
    assert!(write(&second.feed) == written, "{written:.2000} {text:.300}");
    (written, reading)
}

fn rss(root: &str, channel: &str, item: &str) -> String {
    format!(
        "<rss version='2.0'{root}><channel><title>t</title><link>http://x/</link>{channel}<item><title>a</title>{item}</item></channel></rss>"
    )
}

fn atom(root: &str, channel: &str, entry: &str) -> String {
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'{root}><title>t</title><link rel='alternate' href='http://x/'/>{channel}<entry><id>e</id>{entry}</entry></feed>"
    )
}

fn json(feed: &str, item: &str) -> String {
    format!(r#"{{"version":"1","title":"t",{feed}"items":[{{"title":"a",{item}"id":"1"}}]}}"#)
}

/// One prefix may mean something else in each place. `again` sees that no element has one declared twice.
#[test]
fn prefixes_are_declared_once_where_they_mean_something_else() {
    let enclosure = "<enclosure url='u' type='x/y' length='1' m:k='v'><m:t>q</m:t></enclosure>";
    let a = " xmlns:m='urn:a'";
    let of_item = rss(a, "<m:z>1</m:z>", enclosure).replace("<item>", "<item xmlns:m='urn:b'>");
    let (written, _) = again(&of_item);
    assert!(written.contains("<m:t>q</m:t></enclosure>") && written.contains("m:k=\"v\""), "{written}");
    let link = "<link rel='enclosure' href='u' m:k='v'><m:t>q</m:t></link>";
    let of_entry = atom(a, "<m:z>1</m:z>", link).replace("<entry>", "<entry xmlns:m='urn:b'>");
    let (written, _) = again(&of_entry);
    assert!(written.contains("<m:t>q</m:t></link>") && written.contains("m:k=\"v\""), "{written}");
    let of_channel =
        rss(" xmlns:m='urn:a' m:r='1'", "", "").replace("<channel>", "<channel xmlns:m='urn:b' m:c='1'>");
    let (written, _) = again(&of_channel);
    assert!(written.contains("m:r=\"1\"") && written.contains("m:c=\"1\""), "{written}");
    // What an enclosure declares itself is not kept, and neither is what would mean something else without it: that is reported.
    for root in ["", a] {
        let text = rss(root, "", &enclosure.replace("<enclosure", "<enclosure xmlns:m='urn:c'"));
        let (written, reading) = again(&text);
        assert!(!written.contains("m:t") && !reading.trouble.unknown.is_empty(), "{written}");
    }
}

/// What stands in a feed, and must stand in it when it was written again.
#[test]
fn what_others_wrote_stays_as_it_stands() {
    let itunes = " xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'";
    let podcast = " xmlns:podcast='https://podcastindex.org/namespace/1.0'";
    let content = " xmlns:content='http://purl.org/rss/1.0/modules/content/'";
    let media = " xmlns:m='http://search.yahoo.com/mrss/'";
    let ezrss = " xmlns='http://xmlns.ezrss.it/0.1/'";
    let hash = "e380a6c5ae0fb15f296d29964a56250780b05ad7";
    let long = "x".repeat(limits::TEXT + 9);
    let on_item = |root: &str, item: &str| (rss(root, "", item), vec![item.to_owned()]);
    let on_channel = |root: &str, channel: &str| (rss(root, channel, ""), vec![channel.to_owned()]);
    let on_entry = |entry: &str| (atom("", "", entry), vec![entry.to_owned()]);
    let on_feed = |feed: &str| (atom("", feed, ""), vec![feed.to_owned()]);
    let cases = [
        on_channel(
            itunes,
            "<itunes:category text='Arts'><itunes:category\n text=\"Books\"/></itunes:category>",
        ),
        on_channel(
            podcast,
            "<podcast:locked owner='a@x'>yes</podcast:locked><podcast:guid>1-2</podcast:guid>",
        ),
        on_channel(
            "",
            "<language>de-at</language><copyright>&#169; &amp; ODbL</copyright><category domain='d'>Maps</category>",
        ),
        on_channel("", "<image><url>http://x/i.png</url><title>t</title><link>http://x/</link></image>"),
        on_channel(
            "",
            "<generator>g</generator><docs>d</docs><managingEditor>e</managingEditor><skipHours><hour>1</hour></skipHours>",
        ),
        on_channel("", "<pubDate>Sun, 22 Nov 2026 05:00:00 +0000</pubDate>"),
        on_channel("", "<x:y xmlns:x='z'>a <!-- c --> <x:b>1</x:b><![CDATA[ <p> ]]> tail</x:y>"),
        on_channel(
            " xmlns:a='http://www.w3.org/2005/Atom'",
            "<a:link rel='hub' href='http://h1/'/><a:link rel='hub' href='http://h2/'/>",
        )
        .without(0, "<a:link rel='hub' href='http://h1/'/>"),
        on_channel("", "<!-- a --><category>c</category><?php b?><!-- c -->"),
        on_channel("", "<description><![CDATA[<b>d</b>]]><!-- c --></description>"),
        on_item("", "<!-- a --><category>c</category><?php b?><!-- c -->"),
        on_item("", "<description>a<!-- c -->b</description>"),
        on_item("", "<description><![CDATA[<p>a &amp; b</p>]]></description>"),
        on_item("", "<guid isPermaLink='false'><!-- c -->1</guid>"),
        on_item("", &format!("<torrent{ezrss}><!-- c --><infoHash>{hash}</infoHash></torrent>")),
        on_item(content, "<content:encoded><![CDATA[<p>notes</p>]]></content:encoded>"),
        on_item(content, &format!("<content:encoded>{long}</content:encoded>")),
        on_item(itunes, "<itunes:duration>1:02</itunes:duration><itunes:explicit>false</itunes:explicit>"),
        on_item("", "<author>j@x (Jane)</author><comments>http://x/c</comments><source url='u'>s</source>"),
        on_item("", "<guid>http://x/page</guid>"),
        on_item("", "<guid isPermaLink='true'>http://x/page</guid>"),
        on_item("", "<pubDate>yesterday</pubDate>"),
        on_item("", "<description>a <b>b</b></description>"),
        on_item("", "<description xml:lang='en'>a</description>"),
        on_item("", &format!("<description>{long}</description>")),
        on_item(
            " xmlns:dc='http://purl.org/dc/elements/1.1/'",
            "<dc:creator>c</dc:creator><dc:date>2026-11-22T05:00:00Z</dc:date>",
        ),
        on_item(media, "<m:title>other</m:title>"),
        on_item(media, "<m:thumbnail url='u'/><m:rating>9</m:rating>"),
        on_item(
            media,
            "<m:group><m:content url='v' type='video/mp4'/><m:content url='u' type='application/x-bittorrent'/></m:group>",
        ),
        on_item(
            podcast,
            "<podcast:alternateEnclosure type='video/mp4' height='1080'><podcast:source uri='v'/><podcast:source uri='u' contentType='application/x-bittorrent'/></podcast:alternateEnclosure>",
        ),
        on_item(
            "",
            &format!(
                "<torrent{ezrss}><infoHash>{hash}</infoHash><trackers><group order='ordered'><tracker>udp://t/</tracker></group></trackers></torrent>"
            ),
        ),
        on_item(
            " xmlns:torrent='http://xmlns.ezrss.it/0.1/'",
            "<torrent:contentLength>9</torrent:contentLength><torrent:seeds>3</torrent:seeds>",
        ),
        on_item(
            " xmlns:nyaa='https://nyaa.si/xmlns/nyaa'",
            "<nyaa:infoHash>00</nyaa:infoHash><nyaa:size>938 MiB</nyaa:size>",
        ),
        on_item("", "<enclosure url=\"u\" type=\"video/mp4\" length=\"1\" bitrate=\"3\"/>"),
        on_item("", "<enclosure url=\"u\" length=\"1\"><!-- c > --></enclosure>"),
        on_item("", "<enclosure url=\"u\" length=\"1\">a &amp; <![CDATA[b]]><z c='>'>&lt;</z></enclosure>"),
        on_item(media, "<enclosure url=\"u\" length=\"1\"><m:title>t</m:title></enclosure>"),
        on_entry("<link rel=\"enclosure\" href=\"u\"><?php c?></link>"),
        (
            rss(" xml:lang='de' xmlns:g='urn:g' g:etag='1'", "", ""),
            vec![" xml:lang=\"de\"".into(), " g:etag=\"1\"".into(), " xmlns:g=\"urn:g\"".into()],
        ),
        (
            format!("<?xml version='1.0'?>\n<?xml-stylesheet href='s.xsl'?>{}", rss("", "", "")),
            vec!["<?xml version=\"1.0\" encoding=\"UTF-8\"?><?xml-stylesheet href='s.xsl'?><rss".into()],
        ),
        (
            rss("", "", "").replace("<item>", "<item xml:base='http://b/'>"),
            vec!["<item xml:base=\"http://b/\">".into()],
        ),
        on_entry(
            "<author><name>Jane</name><uri>u</uri></author><category term='c'/><rights>r</rights><source/>",
        ),
        on_entry("<published>2026-11-22T04:00:00Z</published><updated>2026-11-22T05:00:00Z</updated>")
            .without(0, "<published>2026-11-22T04:00:00Z</published>"),
        on_entry("<published>2026</published><updated>?</updated>"),
        on_entry("<title type='html'>a &amp;lt; b</title>"),
        on_entry("<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a <b>b</b></div></title>"),
        on_entry("<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a<br/></div></content>"),
        on_entry("<content type='html'>&lt;b></content><summary>s</summary>")
            .without(0, "<content type='html'>&lt;b></content>"),
        on_entry("<summary type='html'>s</summary>"),
        on_entry("<link rel='alternate' type='text/html' href='http://x/1'/><link rel='related' href='r'/>"),
        on_entry("<m:thumbnail xmlns:m='http://search.yahoo.com/mrss/' url='u'/>"),
        on_entry("<link rel=\"enclosure\" href=\"http://x/a.zip\" type=\"application/zip\" title=\"a\"/>"),
        on_feed("<author><name>Jane</name><email>j@x</email></author>"),
        on_feed("<rights>r</rights><logo>l</logo><icon>i</icon><generator uri='u'>g</generator>"),
        on_feed("<subtitle type='html'>&lt;b></subtitle>"),
        (
            atom(" xml:base='http://b/' xml:lang='en'", "", "<link rel='enclosure' href='a.torrent'/>"),
            vec![" xml:base=\"http://b/\" xml:lang=\"en\"".into(), "href=\"a.torrent\"".into()],
        ),
        (
            json(
                r#""icon":"i","authors":[{"name":"Jane"}],"_x":{"a":[1.50,null]},"#,
                r#""tags":["a"],"_y":12345678901234567890123,"#,
            ),
            [
                r#""icon": "i""#,
                r#""authors": [{"name":"Jane"}]"#,
                r#""_x": {"a":[1.50,null]}"#,
                r#""tags": ["a"]"#,
                r#""_y": 12345678901234567890123"#,
            ]
            .map(str::to_owned)
            .into(),
        ),
        (
            json(
                r#""hubs":[{"type":"WebSub","url":"u","x":1}],"#,
                r#""content_html":"<b>","summary":"s","date_published":"yesterday","#,
            ),
            [
                r#""hubs": [{"type":"WebSub","url":"u","x":1}]"#,
                r#""summary": "s""#,
                r#""content_html": "<b>""#,
                r#""date_published": "yesterday""#,
            ]
            .map(str::to_owned)
            .into(),
        ),
        (
            json(
                "",
                r#""attachments":[{"url":"u","mime_type":"m","duration_in_seconds":7}],"_torrent":{"infoHash":"00","seeds":2},"#,
            ),
            [r#""duration_in_seconds": 7"#, r#""_torrent": {"infoHash":"00","seeds":2}"#]
                .map(str::to_owned)
                .into(),
        ),
        (
            json("", r#""attachments":[{"title":"no url"},{"url":"u"}],"#),
            vec![r#""attachments": [{"title":"no url"},{"url":"u"}]"#.into()],
        ),
        (json(&format!(r#""description":"{long}","#), ""), vec![format!(r#""description": "{long}""#)]),
        (json(r#""title":["x"],"#, "").replacen(r#""title":"t","#, "", 1), vec![r#""title": ["x"]"#.into()]),
    ];
    for (text, expected) in cases {
        let (written, reading) = again(&text);
        assert_eq!(reading.trouble.unknown, [].into(), "{text:.300}");
        let flat = |text: &str| text.lines().map(str::trim_start).collect::<String>();
        for kept in expected {
            assert_eq!(flat(&written).matches(&flat(&kept)).count(), 1, "{kept:.300}\n{written:.2000}");
        }
        // It is written in its own format only.
        for format in [Format::Rss, Format::Atom, Format::Json]
            .into_iter()
            .filter(|other| *other != reading.feed.format)
        {
            let other = Feed { format, ..reading.feed.clone() };
            again(&write(&other));
            assert!(other.unwritable().next().is_some(), "{text:.300}");
        }
    }
}

/// For a case of which a part is written by us.
trait Without {
    fn without(self, at: usize, part: &str) -> Self;
}

impl Without for (String, Vec<String>) {
    fn without(mut self, at: usize, part: &str) -> Self {
        self.1[at] = self.1[at].replace(part, "");
        self
    }
}

#[test]
fn nothing_is_written_twice() {
    let cases = [
        (rss("", "", "<guid>g</guid>"), "<guid"),
        (rss("", "", "<title type='html'>b</title>").replacen("<title>a</title>", "", 1), "<title type"),
        (rss("", "", "<pubDate>yesterday</pubDate>"), "<pubDate"),
        (atom("", "<author><name>Jane</name><email>j@x</email></author>", ""), "<author"),
        (atom("", "", "<updated>2026-11-22T05:00:00Z</updated>"), "<updated>2026"),
        (atom("", "", "<content type='xhtml'><div>a</div></content>"), "<content"),
        (json("", r#""url":7,"#), r#""url""#),
    ];
    for (text, name) in cases {
        let (written, _) = again(&text);
        assert_eq!(written.matches(name).count(), 1, "{written}");
    }
}

#[test]
fn prefixes_mean_what_they_meant() {
    let item =
        |uri: &str, n: u8| format!("<item xmlns:a='{uri}'><title>{n}</title><a:x a:y='1'><b/></a:x></item>");
    let text = format!(
        "<rss xmlns='urn:default'><channel><title>t</title><own/>{}{}<podcast:x xmlns:podcast='urn:p'/></channel></rss>",
        item("urn:1", 1),
        item("urn:2", 2)
    );
    let (written, _) = again(&text);
    let root = written.lines().nth(1).unwrap();
    assert_eq!(root, r#"<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:a="urn:1">"#);
    for kept in [
        r#"<own xmlns="urn:default"/>"#,
        r#"<a:x xmlns="urn:default" a:y='1'><b/></a:x>"#,
        r#"<a:x xmlns="urn:default" xmlns:a="urn:2" a:y='1'><b/></a:x>"#,
    ] {
        assert!(written.contains(kept), "{kept} {written}");
    }
}

#[test]
fn what_is_broken_is_mended_or_reported() {
    let cases = [
        ("<category>Movies & TV</category>", Some("<category>Movies &amp; TV</category>")),
        ("<x>a&nbsp;b</x>", Some("<x>a\u{a0}b</x>")),
        ("<x a='1' a='2'><y b='<'/></x>", Some("<x a=\"1\"><y b=\"&lt;\"></y></x>")),
        ("<x>a\u{1}b</x>", Some("<x>ab</x>")),
        ("<x>a & <b/></x>", None),
        ("<un:bound/>", None),
        ("<x un:bound='1'/>", None),
        ("<x><y></x>", None),
    ];
    for (inside, kept) in cases {
        let (written, reading) = again(&rss("", "", inside));
        match kept {
            Some(kept) => assert!(written.contains(kept) && reading.trouble.unknown.is_empty(), "{written}"),
            None => assert_eq!(reading.trouble.unknown.len(), 1, "{inside}"),
        }
    }
}

#[test]
fn no_more_is_held_than_there_is_room_for() {
    let many = rss("", &"<x/>".repeat(limits::NODES + 1), "");
    assert_eq!(read(many.as_bytes(), FeedLimits::default()).unwrap().trouble.unknown.len(), 1);
    let wide = rss("", "", &"<x/>".repeat(limits::ITEM_NODES + 1));
    assert_eq!(
        read(wide.as_bytes(), FeedLimits::default()).unwrap().trouble.unknown,
        ["item".to_owned()].into()
    );
}
