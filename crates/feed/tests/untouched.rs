//! A feed of others into which one new item comes: all else stays as it stands.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

use feed::{Change, Channel, Enclosure, Feed, FeedLimits, Given, Item, TORRENT_TYPE, Trouble};

const ATOM: &str = "xmlns='http://www.w3.org/2005/Atom'";
const NEW: &str = "e380a6c5ae0fb15f296d29964a56250780b05ad7";

fn read(text: &str) -> Feed {
    let reading = feed::read(text.as_bytes(), FeedLimits::default()).unwrap();
    assert_eq!(reading.trouble, Trouble::default(), "{text}");
    reading.feed
}

/// The feed with one new torrent in it.
fn with_one_more(text: &str) -> String {
    let before = read(text);
    let torrent = Enclosure {
        url: "http://new/a.torrent".into(),
        mime: Some(TORRENT_TYPE.into()),
        length: Some(9),
        ..Enclosure::default()
    };
    let item = Item {
        id: Some(NEW.into()),
        title: "new".into(),
        published: Some(4_000_000_000),
        description: Some("d".into()),
        enclosures: vec![torrent],
        ..Item::default()
    };
    let channel = Channel { title: "G".into(), ..before.channel.clone() };
    let merged = before.merge(Change { channel, items: vec![Given::from(item)], ..Change::default() });
    assert_eq!(merged.added, ["new"]);
    let written = feed::write(&merged.feed);
    // A second time nothing is new.
    let again = read(&written);
    assert!(feed::write(&again) == written, "{written}");
    written
}

fn rss(root: &str, items: &str) -> String {
    format!("<rss version='2.0'{root}><channel><title>t</title><link>http://x/</link>{items}</channel></rss>")
}

/// Each text stands in what is written, once, and they stand in this order.
fn check(text: &str, kept: &[&str]) {
    let written = with_one_more(text);
    let mut last = 0;
    for part in kept {
        assert_eq!(written.matches(part).count(), 1, "{part}\n{written}");
        let at = written.find(part).unwrap();
        assert!(at >= last, "{part}\n{written}");
        last = at;
    }
}

#[test]
fn items_of_rss_stay_as_they_stand() {
    let items = [
        "<item><title>a</title></item>",
        "<item/>",
        "<item>\r\n\t<description><![CDATA[<p>a &amp; b</p>]]></description><title/>\r\n</item>",
        "<item><guid>http://x/1</guid><!-- c --><pubDate>Sun, 22 Nov 2026 05:00:00 GMT</pubDate></item>",
        "<item><enclosure url='http://x/a b.mp3' type='audio/mpeg'/><link/></item>",
        "<item><enclosure url='http://x/c.torrent' length='' type='application/x-bittorrent'/></item>",
        "<item xml:base='http://b/'><m:title xmlns:m='http://search.yahoo.com/mrss/'>z</m:title><title>z</title></item>",
        "<item><category/><category></category><x><y z='1'>a<b/>c</y></x></item>",
        "<item><?php echo?><title>a]]&gt;b</title><description>&#60;&#x3c;</description></item>",
    ];
    check(&rss("", &items.concat()), &items);
    // Whatever its prefixes stand for still does.
    let item = "<item><media:content url='u'/><dc:creator>c</dc:creator></item>";
    let root = " xmlns:media='http://search.yahoo.com/mrss/' xmlns:dc='http://purl.org/dc/elements/1.1/'";
    let written = with_one_more(&rss(root, item));
    assert!(written.contains(item) && written.contains("xmlns:media=\"http://search.yahoo.com/mrss/\""));
}

/// What is relative in an item is so to the base of the channel.
#[test]
fn attributes_of_the_channel_stay() {
    let channel = "<channel xml:lang='de' g:etag='1&amp;2' xml:base='http://b/'>";
    let written = with_one_more(
        &rss(" xmlns:g='urn:g'", "<item><title>a</title></item>").replace("<channel>", channel),
    );
    assert!(
        written.contains("<channel xml:lang=\"de\" g:etag=\"1&amp;2\" xml:base=\"http://b/\">"),
        "{written}"
    );
    let written = with_one_more(&rss("", "").replace("<channel>", "<channel xmlns:h='urn:h' h:x=''>"));
    assert!(written.contains("<channel h:x=\"\">") && written.contains("xmlns:h=\"urn:h\""), "{written}");
}

/// Nobody writes these any more: an update makes them what they have become, and that is reported.
#[test]
fn older_forms_are_named() {
    let rdf = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel><title>t</title></channel><item><title>a</title></item></rdf:RDF>";
    let atom = "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>t</title></feed>";
    for (text, older) in [
        (rdf.to_owned(), Some("RSS 0.90 or 1.0")),
        (atom.to_owned(), Some("Atom 0.3")),
        (rss("", ""), None),
        (rss("", "").replace("2.0", "0.91"), None),
        (format!("<feed {ATOM}/>"), None),
    ] {
        let reading = feed::read(text.as_bytes(), FeedLimits::default()).unwrap();
        assert_eq!(reading.trouble.older, older, "{text}");
        let again = feed::read(feed::write(&reading.feed).as_bytes(), FeedLimits::default()).unwrap();
        assert_eq!(again.trouble.older, None);
        assert!(!feed::write(&reading.feed).contains("0.3"));
    }
}

#[test]
fn entries_of_atom_stay_as_they_stand() {
    let entries = [
        "<entry><id>e1</id><updated>2020-01-01T00:00:00+02:00</updated><title/></entry>",
        "<entry><title type='html'><![CDATA[<b>x</b>]]></title><id>e2</id><!-- c --></entry>",
        "<entry><link href='http://x/p'/><link rel='enclosure' href='a.zip'/><id>e3</id><summary>s</summary></entry>",
    ];
    let feed = format!("<feed {ATOM}><title>t</title><id>f</id>{}</feed>", entries.concat());
    check(&feed, &entries);
    let prefixed = "<a:entry><a:id>e</a:id></a:entry>";
    let feed = format!(
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:title>t</a:title><a:id>f</a:id>{prefixed}</a:feed>"
    );
    check(&feed, &[prefixed]);
}

#[test]
fn items_of_json_stay_as_they_stand() {
    let items = [
        r#"{"id":"e","content_html":"<b>x</b>","tags":["t"],"date_modified":"2020-01-01T00:00:00Z"}"#,
        r#"{"title":"", "id":"f","content_text":"","attachments":[],"_torrent":{}}"#,
        r#"{"id":7,"url":null,"title":"x\u0041","authors":[{"name":"J"}],"_x":1.0}"#,
        r#"{"summary":"s","id":"g","attachments":[{"url":"u","mime_type":"m"}]}"#,
        r#"{"_none":null}"#,
        "{ }",
    ];
    let feed = format!(
        r#"{{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{}]}}"#,
        items.join(",")
    );
    check(&feed, &items);
    let written = with_one_more(&feed);
    assert!(!written.contains("_feed") && !written.contains("description"), "{written}");
}

#[test]
fn comments_keep_their_places() {
    let text = "<?xml version='1.0'?><!-- 1 --><?xml-stylesheet href='s'?><!DOCTYPE rss PUBLIC \"p\" \"u\"><!-- 2 -->\n\
        <rss version='2.0'><!-- 3 --><channel><!-- 4 --><title>t</title><link>http://x/</link><!-- 5 -->\
        <item><title>a</title></item><!-- 6 --><!-- 7 --><item><!-- 8 --><title>b</title></item><!-- 9 --></channel><!-- 10 --></rss><!-- 11 -->";
    let kept = [
        "<!-- 1 -->",
        "<?xml-stylesheet href='s'?>",
        "<!DOCTYPE rss PUBLIC \"p\" \"u\">",
        "<!-- 2 -->",
        "<rss",
        "<!-- 3 -->",
        "<!-- 4 -->",
        "<!-- 5 -->",
        "<item><title>a</title></item>",
        "<!-- 6 -->",
        "<!-- 7 -->",
        "<item><!-- 8 --><title>b</title></item>",
        "<!-- 9 -->",
        "<!-- 10 -->",
        "<!-- 11 -->",
        "</rss>",
    ];
    check(text, &kept);
    let atom = format!(
        "<!-- 1 --><!DOCTYPE feed SYSTEM 'u'><?a b?><feed {ATOM}><!-- 2 --><title>t</title><id>f</id><entry><id>e</id></entry><!-- 3 --></feed>"
    );
    check(
        &atom,
        &[
            "<!-- 1 -->",
            "<!DOCTYPE feed SYSTEM 'u'>",
            "<?a b?>",
            "<feed",
            "<!-- 2 -->",
            "<entry><id>e</id></entry>",
            "<!-- 3 -->",
        ],
    );
    let other = format!("<!DOCTYPE rdf:RDF PUBLIC 'p' 'u'>{}", rss("", "<item/>"));
    assert!(!with_one_more(&other).contains("DOCTYPE"));
    let hyphens = rss("", "<item/><!-- a--b --- -->");
    check(&hyphens, &["<item/>", "<!-- a- -b - - - -->"]);
}

#[test]
fn entities_of_the_document_stand_in_the_text() {
    let doctype = "<!DOCTYPE rss [<!ENTITY pub 'A &amp; B'><!ENTITY c '<![CDATA[<]]>'>]>";
    let items = "<item><title>by &pub;</title><author>&pub;</author><description>&c;</description></item>";
    let written = with_one_more(&format!("{doctype}{}", rss("", items)));
    for kept in [
        "<title>by A &amp; B</title>",
        "<author>A &amp; B</author>",
        "<description><![CDATA[<]]></description>",
    ] {
        assert!(written.contains(kept), "{written}");
    }
    assert!(!written.contains("DOCTYPE"), "{written}");
    // What cannot be put in is reported.
    let elsewhere = format!(
        "<!DOCTYPE rss [<!ENTITY a SYSTEM 'http://x/'>]>{}",
        rss("", "<item><title>&a;</title></item>")
    );
    let trouble = feed::read(elsewhere.as_bytes(), FeedLimits::default()).unwrap().trouble;
    assert_eq!(trouble.unknown, ["&a;".to_owned()].into());
}

#[test]
fn a_date_is_not_made_up() {
    let items = "<item><title>a</title></item><item><title>b</title></item>";
    let before = read(&rss("", items));
    let channel = Channel { title: "G".into(), ..before.channel.clone() };
    let merged = before.merge(Change { channel, ..Change::default() });
    assert_eq!((merged.is_changed, merged.feed.channel.built), (true, None));
    assert!(!feed::write(&merged.feed).contains("Date"));
    let same = before.merge(Change { channel: before.channel.clone(), ..Change::default() });
    assert!(!same.is_changed);
}

#[test]
fn undated_items_stay_with_their_neighbours() {
    let dated = |title: &str, day: u8| {
        format!("<item><title>{title}</title><pubDate>{day} Nov 2026 05:00:00 GMT</pubDate></item>")
    };
    let undated = |title: &str| format!("<item><title>{title}</title></item>");
    let cases = [
        (vec![dated("a", 9), undated("b"), dated("c", 8)], "new, a, b, c"),
        (vec![undated("a"), dated("b", 9), undated("c"), undated("d")], "new, a, b, c, d"),
        (vec![dated("a", 8), undated("b"), dated("c", 9)], "new, c, a, b"),
        (vec![undated("a"), undated("b")], "new, a, b"),
    ];
    for (items, expected) in cases {
        let mut text = rss("", &items.concat());
        for _ in 0..2 {
            let titles: Vec<String> = read(&with(&text)).items.into_iter().map(|item| item.title).collect();
            assert_eq!(titles.join(", "), expected);
            text = with(&text);
        }
    }
}

/// The feed with the new torrent, which may be in it already.
fn with(text: &str) -> String {
    if text.contains(NEW) { text.to_owned() } else { with_one_more(text) }
}
