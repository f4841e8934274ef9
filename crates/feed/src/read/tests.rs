use super::*;
use crate::item::{Enclosure, Torrent};
use crate::links::LinkRule;

fn check(text: impl AsRef<[u8]>) -> Reading {
    read(text.as_ref(), FeedLimits::default()).unwrap()
}

fn titles(text: impl AsRef<[u8]>) -> Vec<String> {
    check(text).feed.items.into_iter().map(|item| item.title).collect()
}

fn kinds(text: impl AsRef<[u8]>) -> Vec<FeedFaultKind> {
    check(text).trouble.faults.into_iter().map(|fault| fault.kind).collect()
}

/// A feed with these items in its channel.
fn rss(items: &str) -> String {
    format!("<rss version='2.0'><channel><title>t</title><link>http://x/</link>{items}</channel></rss>")
}

const HASH: &str = "e380a6c5ae0fb15f296d29964a56250780b05ad7";

#[test]
fn an_item_of_rss_is_read_whole() {
    let text = rss(&format!(
        "<ttl>60</ttl><lastBuildDate>Sun, 22 Nov 2026 05:00:00 +0000</lastBuildDate>
         <a:link xmlns:a='http://www.w3.org/2005/Atom' rel='self' href='http://x/feed'/>
         <a:link xmlns:a='http://www.w3.org/2005/Atom' rel='hub' href='http://hub/'/>
         <item><title> a &amp; <![CDATA[<b>]]> </title><guid isPermaLink='false'>{HASH}</guid><link>http://x/page</link>
         <pubDate>Sun, 22 Nov 2026 05:00:01 +0000</pubDate><description>d</description>
         <enclosure url=' http://x/a.torrent ' type='application/x-bittorrent' length='12'/>
         <torrent xmlns='http://xmlns.ezrss.it/0.1/'><fileName>a.torrent</fileName><contentLength>7</contentLength>
         <infoHash>{HASH}</infoHash><magnetURI>magnet:?x</magnetURI></torrent><x:y xmlns:x='z'/></item>"
    ));
    let Reading { feed, trouble } = check(text);
    let channel = Channel {
        title: "t".into(),
        link: "http://x/".into(),
        self_url: Some("http://x/feed".into()),
        hub: Some("http://hub/".into()),
        ttl: Some(60),
        built: Some(1_795_323_600),
        ..Channel::default()
    };
    let item = Item {
        id: Some(HASH.into()),
        title: "a & <b>".into(),
        link: Some("http://x/page".into()),
        published: Some(1_795_323_601),
        description: Some("d".into()),
        is_html: false,
        enclosures: vec![Enclosure {
            url: "http://x/a.torrent".into(),
            mime: Some(crate::TORRENT_TYPE.into()),
            length: Some(12),
            ..Enclosure::default()
        }],
        alternates: vec![],
        other_links: vec![],
        torrent: Torrent {
            file_name: Some("a.torrent".into()),
            content_length: Some(7),
            info_hash: Some(HASH.into()),
            magnet: Some("magnet:?x".into()),
        },
        ..Item::default()
    };
    let extra = feed.items[0].extras.elements.last().unwrap().text.clone();
    let extras = feed.items[0].extras.clone();
    assert_eq!(feed, Feed { format: Format::Rss, channel, items: vec![Item { extras, ..item }] });
    assert_eq!((extra.as_str(), trouble), ("<x:y xmlns:x='z'/>", Trouble::default()));
}

#[test]
fn torrents_are_found_wherever_feeds_put_them() {
    let cases = [
        (
            "<t:infoHash xmlns:t='http://xmlns.ezrss.it/0.1/'>E380A6C5AE0FB15F296D29964A56250780B05AD7</t:infoHash>",
            LinkRule::InfoHash,
        ),
        ("<infohash>e380a6c5ae0fb15f296d29964a56250780b05ad7</infohash>", LinkRule::InfoHash),
        (
            "<n:infoHash xmlns:n='https://nyaa.si/xmlns/nyaa'>e380a6c5ae0fb15f296d29964a56250780b05ad7</n:infoHash>",
            LinkRule::InfoHash,
        ),
        ("<magneturi>magnet:?xt=x</magneturi>", LinkRule::MagnetUri),
        (
            "<p:alternateEnclosure xmlns:p='https://podcastindex.org/namespace/1.0' type='video/mp4'><p:source uri='u' contentType='application/x-bittorrent'/></p:alternateEnclosure>",
            LinkRule::Alternate,
        ),
        (
            "<m:group xmlns:m='http://search.yahoo.com/mrss/'><m:content url='u' type='application/x-bittorrent'/></m:group>",
            LinkRule::Alternate,
        ),
        ("<enclosure url='u'/>", LinkRule::UntypedEnclosure),
        ("<link>magnet:?xt=x</link>", LinkRule::Link),
        ("<guid>http://x/a.torrent</guid>", LinkRule::Id),
        (
            "<link>p</link><enclosure url='http://x/a.torrent' type='application/zip'/>",
            LinkRule::OtherEnclosure,
        ),
        ("<link>p</link><enclosure url='u' type='application/x-bittorent'/>", LinkRule::OtherEnclosure),
        ("<link>p</link><link>http://x/a.torrent</link>", LinkRule::OtherLink),
        ("<link>p</link><link rel='related' href='http://x/a.torrent'/>", LinkRule::OtherLink),
        (
            "<link>p</link><link rel='alternate' type='application/x-bittorrent' href='u'/>",
            LinkRule::OtherLink,
        ),
        (
            "<a:attr xmlns:a='http://torznab.com/schemas/2015/feed' name='magneturl' value='magnet:?xt=x'/>",
            LinkRule::OtherLink,
        ),
        (
            "<torznab:attr name='infohash' value='E380A6C5AE0FB15F296D29964A56250780B05AD7'/>",
            LinkRule::OtherLink,
        ),
        (
            "<s:info_hash xmlns:s='https://showrss.info'>e380a6c5ae0fb15f296d29964a56250780b05ad7</s:info_hash>",
            LinkRule::OtherLink,
        ),
        (
            "<m:content xmlns:m='http://search.yahoo.com/mrss/' url='http://x/a.torrent'/>",
            LinkRule::OtherLink,
        ),
        (
            "<m:group xmlns:m='http://search.yahoo.com/mrss/'><m:content url='a.mp4' type='video/mp4'/><m:peerLink type='application/x-bittorrent' href='u'/></m:group>",
            LinkRule::OtherLink,
        ),
        ("<link>p</link><enclosure href='http://x/a.torrent'/>", LinkRule::OtherLink),
        ("<link>p</link><Enclosure URL='u' Type='application/x-bittorrent'/>", LinkRule::OtherLink),
        (
            "<link>p</link><files><enclosure url='u' type='application/x-bittorrent'/></files>",
            LinkRule::OtherLink,
        ),
        (
            "<link>p</link><e:enclosure xmlns:e='http://purl.oclc.org/net/rss_2.0/enc#' xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' r:resource='u' e:type='application/x-bittorrent'/>",
            LinkRule::OtherLink,
        ),
        ("<link>p</link><content type='application/x-bittorrent' src='u'/>", LinkRule::OtherLink),
        (
            "<m:content xmlns:m='http://search.yahoo.com/mrss' url='u' type='application/x-bittorrent'/>",
            LinkRule::Alternate,
        ),
        (
            "<p:alternateEnclosure xmlns:p='https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md' type='audio/mpeg'><p:source uri='u' contentType='application/x-bittorrent'/></p:alternateEnclosure>",
            LinkRule::Alternate,
        ),
        (
            "<p:alternateEnclosure xmlns:p='https://podcastindex.org/namespace/1.0' type='audio/mpeg'><p:source uri='magnet:?xt=x'/></p:alternateEnclosure>",
            LinkRule::OtherLink,
        ),
        (
            "<link>p</link><content type='xhtml'><div><a href='magnet:?xt=x'>get</a></div></content>",
            LinkRule::OtherLink,
        ),
        (
            "<link>p</link><description>d</description><c:encoded xmlns:c='http://purl.org/rss/1.0/modules/content/'><![CDATA[<a href='magnet:?xt=x'>]]></c:encoded>",
            LinkRule::OtherLink,
        ),
        (
            "<link>p</link><description>&lt;a href='magnet:?xt=x&amp;amp;dn=y'></description>",
            LinkRule::Description,
        ),
    ];
    for (inside, rule) in cases {
        let item = check(rss(&format!("<item>{inside}</item>"))).feed.items.remove(0);
        assert_eq!(item.torrent_links().first().map(|link| link.rule), Some(rule), "{inside}");
    }
}

#[test]
fn atom_and_rss_1_and_json_are_read() {
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://b/'><title>t</title><subtitle>s</subtitle>
        <updated>2026-11-22T05:00:00Z</updated><link href='http://x/'/><entry><id>urn:btih:e380a6c5ae0fb15f296d29964a56250780b05ad7</id>
        <title type='xhtml'><div>a <b>b</b></div></title><updated>2026-11-22T05:00:00Z</updated><published>2026-11-22T04:00:00Z</published>
        <link rel='enclosure' type='application/x-bittorrent' href='a.torrent'/><link rel='related' href='r'/></entry></feed>";
    let Reading { feed, trouble } = check(atom);
    assert_eq!(
        (feed.format, feed.channel.extras.attributes[0].text.as_str(), feed.channel.link.as_str()),
        (Format::Atom, "http://b/", "http://x/")
    );
    let item = &feed.items[0];
    assert_eq!(
        (item.title.as_str(), item.id.as_deref(), item.published),
        ("a b", Some(HASH), Some(1_795_320_000))
    );
    assert_eq!(item.enclosures[0].url, "a.torrent");
    assert_eq!(trouble.unknown, [].into());

    let rdf = "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'
        xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>t</title></channel>
        <item><title>i</title><dc:date>2026-11-22T05:00:00Z</dc:date></item></r:RDF>";
    let feed = check(rdf).feed;
    assert_eq!((feed.format, feed.channel.title.as_str()), (Format::Rss, "t"));
    assert_eq!((feed.items[0].title.as_str(), feed.items[0].published), ("i", Some(1_795_323_600)));

    let json = r#"{"version":"https://jsonfeed.org/version/1","title":"t","items":[{"id":7,"title":null,"url":["x"],
        "attachments":[{"url":"a","mime_type":"application/x-bittorrent","size_in_bytes":5},{}]},{"title":"b"}]}"#;
    let feed = check(json).feed;
    assert_eq!((feed.format, feed.items.len(), feed.items[0].id.as_deref()), (Format::Json, 2, Some("7")));
    assert_eq!((feed.items[0].enclosures.len(), feed.items[0].enclosures[0].length), (1, Some(5)));
    let json = r#"{"version":"1","items":[{"url":"http://x/page","external_url":"http://x/a.torrent"},{"external_url":"http://x/"}]}"#;
    let feed = check(json).feed;
    assert_eq!(
        (feed.items[0].other_links.as_slice(), feed.items[1].other_links.len()),
        (&["http://x/a.torrent".to_owned()][..], 0)
    );
}

/// An Atom feed with this in front of its one entry, and this in it.
fn atom(attributes: &str, channel: &str, entry: &str) -> String {
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'{attributes}><title>t</title><link href='http://x/'/>{channel}<entry>{entry}</entry></feed>"
    )
}

#[test]
fn html_and_who_a_feed_is_are_kept_in_every_format_that_says_so() {
    let html = "<content type='html'>&lt;p&gt;hi&lt;/p&gt;</content>";
    let kept = check(atom("", "<id>urn:x</id><author><name>Jane</name></author>", html)).feed;
    assert_eq!((kept.channel.id.as_deref(), kept.channel.author.as_deref()), (Some("urn:x"), Some("Jane")));
    let json = r#"{"version":"1","title":"t","items":[{"id":"1","content_html":"<p>hi</p>"}]}"#;
    for feed in [kept, check(json).feed] {
        assert_eq!((feed.items[0].description.as_deref(), feed.items[0].is_html), (Some("<p>hi</p>"), true));
        let again = check(crate::write(&feed)).feed;
        let facts =
            |feed: &Feed| (feed.items[0].is_html, feed.channel.id.clone(), feed.channel.author.clone());
        assert_eq!(facts(&again), facts(&feed));
    }
    assert!(!check(atom("", "", "<content type='html'/>")).feed.items[0].is_html);
    // What the writer puts there itself says nothing.
    let plain = check(atom("", "<id>http://x/</id><author><name>t</name></author>", "")).feed.channel;
    assert_eq!((plain.id, plain.author), (None, None));
}

#[test]
fn json_of_the_wrong_kind_costs_nothing_else() {
    let json = r#"{"version":"1","title":7,"hubs":null,"_feed":"x","description":{"a":[1]},"items":[
        null,"text",[1],{"title":"a","attachments":null,"_torrent":[]},{"title":"b","attachments":{"url":"x"}},
        {"title":"c","attachments":[null,1,"x",{"url":"u"}],"id":1.5,"date_published":true}]}"#;
    let Reading { feed, trouble } = check(json);
    let titles: Vec<&str> = feed.items.iter().map(|item| item.title.as_str()).collect();
    assert_eq!((titles, trouble), (vec!["", "", "", "a", "b", "c"], Trouble::default()));
    assert_eq!((feed.channel.title.as_str(), feed.items[5].enclosures.len()), ("7", 1));
}

#[test]
fn what_is_no_feed_is_refused() {
    let cases: [(&[u8], NotAFeed); 7] = [
        (b"", NotAFeed::Empty),
        (b"\xef\xbb\xbf \n", NotAFeed::Empty),
        (b"<!DOCTYPE html><html><body>login</body></html>", NotAFeed::WebPage),
        (b"<opml/>", NotAFeed::Unknown),
        (b"just text", NotAFeed::Unknown),
        (b"{\"a\": 1}", NotAFeed::Unknown),
        (b"d4:infod4:name1:xee", NotAFeed::Unknown),
    ];
    for (bytes, why) in cases {
        assert_eq!(read(bytes, FeedLimits::default()), Err(why), "{}", String::from_utf8_lossy(bytes));
    }
    let large = vec![b' '; limits::BODY as usize + 1];
    assert_eq!(read(&large, FeedLimits::default()), Err(NotAFeed::TooLarge));
}

#[test]
fn entities_are_those_of_the_document_and_the_known_ones() {
    let bomb = "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>
        <!ENTITY x SYSTEM 'file:///etc/passwd'><!ENTITY % p SYSTEM 'http://127.0.0.1/'>%p;]>";
    let text =
        format!("{bomb}{}", rss("<item><title>&b;&x;&nbsp;&#65;</title><enclosure url='&b;' /></item>"));
    let Reading { feed, trouble } = check(text);
    let hundred = "a".repeat(100);
    let item = &feed.items[0];
    let read = (item.title.as_str(), item.enclosures[0].url.as_str());
    assert_eq!(read, (format!("{hundred}&x;\u{a0}A").as_str(), hundred.as_str()));
    assert_eq!(trouble.unknown, ["&x;".to_owned()].into());
}

#[test]
fn faults_are_reported_and_the_rest_is_read() {
    use FeedFaultKind::{
        Attribute, BareAmpersand, Encoding, EndTag, ForbiddenCharacter, ForbiddenReference, HtmlEntity,
        LateDeclaration, OutsideRoot, TooLong, Truncated, UnboundPrefix, UnknownEntity,
    };
    let good = "<item><title>b</title></item>";
    let cases: [(&str, &[FeedFaultKind]); 10] = [
        ("<item><title>a & b</title></item>", &[BareAmpersand]),
        ("<item><title>a</title><enclosure url='?a=1&b=2'/></item>", &[BareAmpersand]),
        (
            "<item><title>a&nbsp;&what;</title></item>",
            &[HtmlEntity { letters: true }, UnknownEntity { letters: true }],
        ),
        ("<item><title>a\0\x1b&#0;</title></item>", &[ForbiddenCharacter, ForbiddenReference]),
        ("<item><title>a&#+65;&#x+41;</title></item>", &[ForbiddenReference, ForbiddenReference]),
        ("<item><title>a</titel></item>", &[EndTag, EndTag]),
        ("<item><title>a</title><x:y/></item>", &[UnboundPrefix]),
        ("<item><title>a</title><enclosure url=u url='v'/></item>", &[Attribute, Attribute]),
        ("<item><title>a</title></b></item>", &[EndTag]),
        ("<item><title>a<guid>g</guid></item>", &[EndTag]),
    ];
    for (bad, faults) in cases {
        let text = rss(&format!("{bad}{good}"));
        assert_eq!((kinds(&text).as_slice(), titles(&text).len()), (faults, 2), "{bad}");
        assert_eq!(titles(&text)[1], "b", "{bad}");
    }
    let unended = rss(&format!("<item><title>a</title>{good}{good}"));
    assert_eq!((kinds(&unended), titles(&unended).concat()), (vec![EndTag], "abb".to_owned()));
    assert_eq!(kinds(format!(" <?xml version='1.0'?>{}", rss(good))), [LateDeclaration]);
    assert_eq!(kinds(format!("junk{}<b/>", rss(good))), [OutsideRoot, OutsideRoot]);
    assert_eq!(kinds(rss(good).replace("</rss>", "")), [Truncated]);
    assert_eq!(kinds([rss(good).as_bytes(), b"\xff"].concat()), [Encoding("UTF-8"), OutsideRoot]);
    let long = rss(&format!("<item><title>{}</title></item>{good}", "x".repeat(limits::TEXT + 5)));
    assert_eq!((kinds(&long), titles(&long)[0].len()), (vec![TooLong], limits::TEXT));
}

#[test]
fn items_that_are_lost_are_reported() {
    use FeedFaultKind::{NestedItem, Truncated, UnendedItem};
    let good = "<item><title>b</title></item>";
    let open = "<item><title>a</title>";
    // What stands in the feed, the titles that are read, and what lost the rest.
    let many = "&".repeat(2 * limits::FAULTS);
    let cases: [(String, &str, Option<FeedFaultKind>); 14] = [
        (format!("{many}{good}{open}"), "b", Some(UnendedItem)),
        (format!("<list><item name='x'/></list>{good}"), "b", None),
        (format!("<description>d{good}{good}"), "bb", None),
        (format!("<image><url>u{good}{good}"), "bb", None),
        (format!("<image><x:item xmlns:x='y'/></image>{good}"), "b", None),
        (format!("{open}{good}"), "ab", None),
        (format!("{open}<description>d</item>{good}"), "ab", None),
        (format!("{good}{open}<description>d"), "b", Some(UnendedItem)),
        (format!("{good}{open}"), "b", Some(UnendedItem)),
        (format!("{open}<description>d{good}</item>{good}"), "ab", Some(NestedItem)),
        (format!("{open}<torrent><a><b>{good}{good}</item>"), "a", Some(NestedItem)),
        (format!("{open}{}{good}", "<b>".repeat(5000)), "", Some(NestedItem)),
        (format!("{many}{open}<description>d{good}</item>"), "a", Some(NestedItem)),
        (format!("{many}<!-- {good}"), "", Some(Truncated)),
    ];
    for (text, found, loss) in cases {
        let trouble = check(rss(&text)).trouble;
        let shown = &text[text.len().saturating_sub(100)..];
        assert_eq!(
            (titles(rss(&text)).concat().as_str(), trouble.loss().map(|fault| fault.kind)),
            (found, loss),
            "{shown}"
        );
    }
    let ended = format!("{}{good}", rss(good));
    assert_eq!(check(ended).trouble.loss().map(|fault| fault.kind), Some(NestedItem));
}

#[test]
fn a_fault_has_its_line() {
    let faults =
        check("<rss><channel>\n\n<item>\n<title>&</title></item>\n</channel></rss>\n").trouble.faults;
    assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [4]);
}

#[test]
fn encodings_are_decoded() {
    let text = rss("<item><title>Привет</title></item>");
    let (cp1251, ..) = encoding_rs::WINDOWS_1251.encode(&text);
    let declared = [b"<?xml version='1.0' encoding='windows-1251'?>".as_slice(), &cp1251].concat();
    let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for bytes in [text.clone().into_bytes(), format!("\u{feff}{text}").into_bytes(), declared, le, be] {
        assert_eq!(titles(bytes), ["Привет"]);
    }
}

/// Every cut keeps the items before it, and never half of one.
#[test]
fn a_feed_cut_at_any_byte_keeps_the_items_before() {
    let item = |n: usize| {
        format!(
            "<item><title>{n}</title><enclosure url='http://x/{n}.torrent' type='application/x-bittorrent'/></item>"
        )
    };
    let entry = |n: usize| {
        format!(
            "<entry><title>{n}</title><link rel='enclosure' href='http://x/{n}.torrent' type='application/x-bittorrent'/></entry>"
        )
    };
    let json = |n: usize| {
        format!(
            r#"{{"title":"{n}","attachments":[{{"url":"http://x/{n}.torrent","mime_type":"application/x-bittorrent"}}]}}"#
        )
    };
    let xml = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>";
    let samples = [
        (format!("{xml}{}", rss(&(0..3).map(item).collect::<String>())), "</item>"),
        (
            format!(
                "{xml}<feed xmlns='http://www.w3.org/2005/Atom'>{}</feed>",
                (0..3).map(entry).collect::<String>()
            ),
            "</entry>",
        ),
        (
            format!(r#"{{"version":"1","items":[{}]}}"#, (0..3).map(json).collect::<Vec<_>>().join(",")),
            "\"}]}",
        ),
    ];
    for (text, end) in samples {
        let ends: Vec<usize> = text.match_indices(end).map(|(at, _)| at + end.len()).collect();
        assert_eq!(ends.len(), 3);
        for cut in 0..=text.len() {
            let whole = ends.iter().filter(|end| **end <= cut).count();
            let Ok(reading) = read(&text.as_bytes()[..cut], FeedLimits::default()) else {
                assert_eq!(whole, 0, "nothing of {}", &text[..cut]);
                continue;
            };
            let urls: Vec<&str> =
                reading.feed.items.iter().map(|item| item.enclosures[0].url.as_str()).collect();
            let expected: Vec<String> = (0..whole).map(|n| format!("http://x/{n}.torrent")).collect();
            assert_eq!(urls, expected, "{}", &text[..cut]);
            assert!(cut == text.len() || !reading.trouble.faults.is_empty());
        }
    }
}

#[test]
fn older_pages_quiet_times_and_changes_are_read() {
    let atom = "xmlns:a='http://www.w3.org/2005/Atom'";
    let of_rss = rss(&format!(
        "<skipHours><hour>5</hour></skipHours><a:link {atom} rel='prev-archive' href='http://x/2'/>
         <item><pubDate>Sat, 21 Nov 2026 05:00:00 +0000</pubDate><a:updated {atom}>2026-11-22T05:00:00Z</a:updated></item>"
    ));
    let of_atom = "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='next' href='http://x/2'/>
        <entry><published>2026-11-21T05:00:00Z</published><updated>2026-11-22T05:00:00Z</updated></entry></feed>";
    let of_json = r#"{"version": "1", "next_url": "http://x/2", "items": [{"date_published": "2026-11-21T05:00:00Z", "date_modified": "2026-11-22T05:00:00Z"}]}"#;
    for text in [&of_rss, of_atom, of_json] {
        let Reading { feed, .. } = check(text);
        assert_eq!(feed.channel.older.as_deref(), Some("http://x/2"), "{text}");
        assert_eq!(feed.items[0].updated, Some(1_795_323_600), "{text}");
        assert_eq!(
            feed.channel.quiet.after(1_795_323_601) > 1_795_323_601,
            text.starts_with("<rss"),
            "{text}"
        );
    }
}

#[test]
fn limits_hold() {
    let deep = rss(&format!("{}<item><title>a</title></item>", "<a>".repeat(20_000)));
    assert!(kinds(&deep).contains(&FeedFaultKind::TooDeep));
    let closed =
        rss(&format!("{}{}<item><title>a</title></item>", "<a>".repeat(20_000), "</a>".repeat(20_000)));
    assert_eq!((kinds(&closed), titles(&closed)), (vec![FeedFaultKind::TooDeep], vec!["a".to_owned()]));
    let attributes: String = (0..20_000).map(|n| format!(" a{n}='x'")).collect();
    let flood = rss(&format!("<item{attributes}><title>a</title></item>"));
    assert_eq!(
        (kinds(&flood), titles(&flood)),
        (vec![FeedFaultKind::TooManyAttributes], vec!["a".to_owned()])
    );
    let prefixes: String = (0..100).map(|n| format!(" xmlns:a{n}='x'")).collect();
    assert!(kinds(rss(&format!("<item{prefixes}/>"))).contains(&FeedFaultKind::TooManyAttributes));
    let wide = rss(&format!("<item>{}</item><item><title>a</title></item>", "<b/>".repeat(100_000)));
    assert_eq!((kinds(&wide)[0], titles(&wide).len()), (FeedFaultKind::TooManyElements, 2));
    let faults = rss(&"&".repeat(100_000));
    assert_eq!(kinds(&faults).len(), limits::FAULTS);
}

#[test]
fn items_end_at_the_limit_and_are_streamed_beyond_it() {
    let many = rss(&"<item><title>a</title></item>".repeat(100));
    let few = read(many.as_bytes(), FeedLimits { items: 10 }).unwrap();
    assert_eq!((few.feed.items.len(), few.trouble.faults[0].kind), (10, FeedFaultKind::TooManyItems));
    let mut count = 0;
    let (_, trouble) = items(many.as_bytes(), FeedLimits { items: 1000 }, |_| count += 1).unwrap();
    assert_eq!((count, trouble), (100, Trouble::default()));
    let json = format!(r#"{{"items":[{}]}}"#, ["{}"; 100].join(","));
    let few = read(json.as_bytes(), FeedLimits { items: 10 }).unwrap();
    assert_eq!((few.feed.items.len(), few.trouble.faults[0].kind), (10, FeedFaultKind::TooManyItems));
}

#[test]
fn hostile_json_is_judged_within_limits() {
    for text in [
        format!("{{\"items\":{}", "[".repeat(100_000)),
        format!("{{\"items\":[{{\"title\":{}", "[".repeat(100_000)),
        format!("{{\"items\":[{{\"attachments\":[{}]}}]}}", vec!["{}"; 100_000].join(",")),
        "{\"items\":[{\"title\":\"a\"},{\"title\":\"\\ud800\"}]}".to_owned(),
        "{\"items\":{}}".to_owned(),
        "{\"version\":\"1\",\"items\":7}".to_owned(),
    ] {
        if let Ok(reading) = read(text.as_bytes(), FeedLimits::default()) {
            assert!(reading.feed.items.iter().all(|item| item.enclosures.len() <= limits::ALTERNATES));
        }
    }
}
