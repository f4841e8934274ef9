use super::*;

const DATE: &str = "<pubDate>Sun, 22 Nov 2026 05:00:00 +0000</pubDate>";
const ENCLOSURE: &str = "<enclosure url='http://x/a.torrent' type='application/x-bittorrent' length='9'/>";
const BLOCK: &str = "<torrent xmlns='http://xmlns.ezrss.it/0.1/'><contentLength>9000000</contentLength><infoHash>h</infoHash>\
    <magnetURI>magnet:?x</magnetURI></torrent>";

fn rss(items: &[String]) -> String {
    format!("<rss version='2.0'><channel><title>t</title>{}</channel></rss>", items.concat())
}

fn item(guid: &str, more: &str) -> String {
    format!("<item><title>t</title><guid>{guid}</guid>{more}</item>")
}

/// A feed, what a program takes of it, and the rules that cost something.
type Case<'a> = (String, &'a [(&'a str, u64)], &'a [&'a str]);

/// Of each item that the program takes, the URL and the size; of the feed and items, the rules that cost something.
#[track_caller]
fn judge(reader: FeedReader, text: &str, taken: &[(&str, u64)], rules: &[&str]) {
    let FeedCheck { readers, findings, .. } = check(text.as_bytes(), &[reader]).unwrap();
    let found: Vec<(&str, u64)> =
        readers[0].1.taken.iter().map(|taken| (taken.url.as_str(), taken.size.unwrap_or_default())).collect();
    assert_eq!(found, taken, "{text}");
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    assert_eq!(errors.map(|finding| finding.rule).collect::<Vec<_>>(), rules, "{text}\n{findings:?}");
}

#[test]
fn sonarr_by_ezrss() {
    let good = item("a", &format!("{DATE}{ENCLOSURE}{BLOCK}"));
    let taken = ("http://x/a.torrent", 9_000_000);
    let second = |change: &dyn Fn(&str) -> String| rss(&[good.clone(), change(&good.replace(">a<", ">b<"))]);
    let cases: [Case<'_>; 10] = [
        (second(&str::to_owned), &[taken, taken], &[]),
        (second(&|item| item.replace("<guid>b", "<guid>a")), &[], &["P8"]),
        (second(&|item| item.replace(DATE, "")), &[], &["P9"]),
        (second(&|item| item.replace("type='", "type='x")), &[], &["P1"]),
        (second(&|item| item.replace("<infoHash>h</infoHash>", "")), &[taken], &["P5"]),
        (
            second(&|item| item.replace("<infoHash>", "<contentLength>9</contentLength><infoHash>")),
            &[taken],
            &["P4"],
        ),
        (second(&|item| item.replace("9000000", "2000000")), &[], &["P6"]),
        (second(&|item| item.replace("9000000", "big")), &[], &["P6"]),
        (second(&|item| item.replace("<title>t</title>", "<title></title>")), &[], &["title"]),
        (second(&|item| item.replace("</item>", "&</item>")), &[], &["xml"]),
    ];
    for (text, taken, rules) in cases {
        judge(FeedReader::Sonarr, &text, taken, rules);
    }
}

#[test]
fn sonarr_without_ezrss() {
    let size = |more: &str| rss(&[item("a", &format!("{DATE}{ENCLOSURE}{more}"))]);
    let link = format!("{DATE}<link>http://x/a.torrent</link><description>Size: 1.5 GiB</description>");
    let cases: [Case<'_>; 7] = [
        (size(""), &[], &["P6"]),
        (size("<description>Size: 572.4 MiB</description>"), &[("http://x/a.torrent", 600_204_902)], &[]),
        (
            size("<description>12 files, 1.5 GB of x</description>"),
            &[("http://x/a.torrent", 1_610_612_736)],
            &[],
        ),
        (size("<description>150 KiB</description>"), &[], &["P6"]),
        (size("<size>3000000</size>"), &[("http://x/a.torrent", 3_000_000)], &[]),
        (size("").replace("length='9'", "length='3000000'"), &[("http://x/a.torrent", 3_000_000)], &[]),
        (rss(&[item("a", &link)]), &[("http://x/a.torrent", 1_610_612_736)], &[]),
    ];
    for (text, taken, rules) in cases {
        judge(FeedReader::Sonarr, &text, taken, rules);
    }
    judge(FeedReader::Sonarr, "<feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>", &[], &["format"]);
    judge(FeedReader::Sonarr, "<rss><channel/></rss>", &[], &["format"]);
}

#[test]
fn autobrr_takes_what_it_can() {
    let prefixed =
        "<torrent:contentLength xmlns:torrent='http://xmlns.ezrss.it/0.1/'>77</torrent:contentLength>";
    let other = ENCLOSURE.replace("application/", "x/");
    let cases: [Case<'_>; 7] = [
        (rss(&[item("a", &format!("{ENCLOSURE}{BLOCK}"))]), &[("http://x/a.torrent", 9_000_000)], &[]),
        (rss(&[item("a", &format!("{ENCLOSURE}{prefixed}"))]), &[("http://x/a.torrent", 77)], &[]),
        (
            rss(&[item(
                "a",
                &format!("{ENCLOSURE}<description>Size: 3 KiB</description>")
                    .replace("length='9'", "length='39399'"),
            )]),
            &[("http://x/a.torrent", 3072)],
            &[],
        ),
        (rss(&[item("a", &format!("{other}<link>http://x/page</link>"))]), &[("http://x/page", 9)], &["P1"]),
        (rss(&[item("a", &other)]), &[], &["link"]),
        (
            rss(&[item("a", "a & b &nbsp; </x>"), item("b", ENCLOSURE)]),
            &[("http://x/a.torrent", 9)],
            &["link"],
        ),
        (rss(&[item("b", ENCLOSURE)]).replace("</rss>", ""), &[], &["xml"]),
    ];
    for (text, taken, rules) in cases {
        judge(FeedReader::Autobrr, &text, taken, rules);
    }
    let json = r#"{"version":"1","items":[{"id":"1","title":"t","attachments":[{"url":"http://x/a.torrent","mime_type":"application/x-bittorrent"}]}]}"#;
    judge(FeedReader::Autobrr, json, &[("http://x/a.torrent", 0)], &[]);
    for reader in
        [FeedReader::QBittorrent, FeedReader::FlexGet, FeedReader::Sonarr, FeedReader::TransmissionRss]
    {
        judge(reader, json, &[], &["format"]);
    }
}

/// As private trackers publish: nothing in the feed says what is the torrent.
#[test]
fn the_only_candidate_is_taken_for_the_torrent() {
    use Severity::{Error, Warning};
    let url = "http://x/download.php?id=1&amp;k=2";
    let typed = |mime: &str| format!("<enclosure url='{url}' type='{mime}' length='9'/>");
    let page = "<link>http://x/page</link>";
    let cases = [
        (typed("application/x-bittorrent"), FeedReader::QBittorrent, None),
        (format!("<link>{url}</link>"), FeedReader::QBittorrent, Some(Warning)),
        (format!("<link>{url}</link>"), FeedReader::FlexGet, Some(Warning)),
        (typed("application/octet-stream"), FeedReader::FlexGet, None),
        (format!("<link>{url}</link>{}", typed("application/octet-stream")), FeedReader::QBittorrent, None),
        (format!("{page}{}", typed("application/octet-stream")), FeedReader::QBittorrent, Some(Error)),
        (format!("{page}{}", typed("application/x-bittorrent")), FeedReader::QBittorrent, None),
        (format!("{page}{}", typed("video/mp4")), FeedReader::FlexGet, Some(Error)),
        (format!("{page}<infohash>{}</infohash>", "a".repeat(40)), FeedReader::QBittorrent, Some(Warning)),
        (
            format!("<infohash>{0}</infohash><link>magnet:?xt=urn:btih:{0}</link>", "a".repeat(40)),
            FeedReader::QBittorrent,
            None,
        ),
        (format!("{page}<magneturi>magnet:?x</magneturi>"), FeedReader::QBittorrent, Some(Error)),
        (typed("video/mp4"), FeedReader::TransmissionRss, Some(Error)),
        ("<link>download.php?id=1</link>".to_owned(), FeedReader::QBittorrent, Some(Error)),
    ];
    for (inside, reader, severity) in cases {
        let findings = check(rss(&[item("a", &inside)]).as_bytes(), &[reader]).unwrap().findings;
        let found = findings
            .iter()
            .filter(|finding| ["link", "P1", "P2", "P12"].contains(&finding.rule))
            .map(|finding| finding.severity)
            .max();
        assert_eq!(found, severity, "{inside}\n{findings:?}");
    }
}

#[test]
fn items_that_are_swallowed_are_an_error() {
    let nested = rss(&[item("a", "<description>x").replace("</item>", ""), item("b", ENCLOSURE)]);
    let unended = rss(&["<description>x".to_owned(), item("a", ENCLOSURE)]);
    for text in [nested, unended] {
        for reader in [FeedReader::QBittorrent, FeedReader::Sonarr, FeedReader::TransmissionRss] {
            let findings = check(text.as_bytes(), &[reader]).unwrap().findings;
            let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
            assert!(errors.into_iter().any(|finding| finding.rule == "xml"), "{text}\n{findings:?}");
        }
    }
}

#[test]
fn all_rules_that_are_named_are_there() {
    let hostile = [
        rss(&[item("a", ENCLOSURE), item("a", "&"), item("", "<x:title xmlns:x='y'>z</x:title>")]),
        rss(&vec![item("", &format!("<link>http://x/a.torrent</link>{DATE}")); 60]),
        "<rdf><item/></rdf>".to_owned(),
        "<feed><entry><title>a</title><link href='p'/></entry></feed>".to_owned(),
    ];
    for text in hostile {
        for finding in check(text.as_bytes(), &FeedReader::ALL).unwrap().findings {
            assert!(crate::rule(finding.rule).is_some(), "{}", finding.rule);
        }
    }
}

/// Where a program differs by version, `before` says which takes it.
#[test]
fn versions_of_rexml_differ_by_what_is_outside_the_root() {
    let feed = rss(&[item("a", ENCLOSURE)]);
    let since = Some("REXML 3.3.3");
    let cases = [
        (feed.clone(), Some(None), None),
        (format!("{feed}<!-- more -->\n"), Some(None), None),
        (format!("{feed}more"), Some(since), Some("xml")),
        (format!("{feed}<b>more</b>"), Some(since), Some("xml")),
        (format!("{feed}<![CDATA[more]]>"), Some(since), Some("xml")),
        (format!("HTTP/1.1 200 OK\n{feed}"), Some(since), Some("xml")),
        (format!("{feed}</b>"), None, Some("xml")),
    ];
    for (text, before, rule) in cases {
        let FeedCheck { readers, findings, .. } =
            check(text.as_bytes(), &[FeedReader::TransmissionRss]).unwrap();
        assert_eq!(readers[0].1.taken.first().map(|taken| taken.before), before, "{text}");
        let error = findings.iter().find(|finding| finding.severity == Severity::Error);
        assert_eq!(error.map(|finding| finding.rule), rule, "{text}\n{findings:?}");
    }
}

/// Of a feed of one item with `inside`, the worst that a program has to say by each rule, and a piece of why.
#[test]
fn torrents_that_say_they_are_something_else() {
    use FeedReader::*;
    use Severity::{Error, Warning};
    let page = "<link>http://x/p</link>";
    let other = |mime: &str, url: &str| format!("{page}<enclosure url='{url}' type='{mime}' length='9'/>");
    let misspelt = other("application/x-bittorent", "http://x/1.torrent");
    let capitals = other("Application/X-BitTorrent", "http://x/1");
    let magnet = other("text/html", "magnet:?xt=urn:btih:0");
    let hidden = format!("{page}<description>&lt;a href='magnet:?xt=urn:btih:0'>get&lt;/a></description>");
    let did_you_mean = "has the type `application/x-bittorent`, did you mean `application/x-bittorrent`?";
    let cases = [
        (&misspelt, FlexGet, "link", None),
        (&misspelt, TransmissionRss, "link", None),
        (&misspelt, TransmissionRss, "P1", Some((Warning, "without a look at its type"))),
        (&misspelt, QBittorrent, "P1", Some((Error, did_you_mean))),
        (&magnet, FlexGet, "link", None),
        (&magnet, QBittorrent, "P1", Some((Error, "did you mean"))),
        (&capitals, QBittorrent, "P1", Some((Error, "`Application/X-BitTorrent`, did you mean"))),
        (&capitals, QBittorrent, "P11", None),
        (&hidden, QBittorrent, "link", Some((Error, "in the description, where no program looks"))),
        (&hidden, FlexGet, "link", Some((Error, "in the description"))),
        (&hidden, TransmissionRss, "link", Some((Error, "in the description"))),
        (&format!("{page}<link>http://x/1.torrent</link>"), QBittorrent, "link", None),
        (&format!("{page}<link>http://x/1.torrent</link>"), TransmissionRss, "link", None),
        (&"<link/>".to_owned(), TransmissionRss, "link", Some((Error, "takes an empty URL"))),
    ];
    for (inside, reader, rule, expected) in cases {
        let findings = check(rss(&[item("a", inside)]).as_bytes(), &[reader]).unwrap().findings;
        let found =
            findings.iter().filter(|finding| finding.rule == rule).max_by_key(|finding| finding.severity);
        assert_eq!(
            found.map(|found| found.severity),
            expected.map(|(severity, _)| severity),
            "{inside}\n{findings:?}"
        );
        if let (Some(found), Some((_, why))) = (found, expected) {
            assert!(found.why.contains(why), "{}", found.why);
        }
    }
}

#[test]
fn urls_are_percent_encoded_and_no_two_items_share_one() {
    use FeedReader::*;
    use Severity::{Error, Warning};
    let at = |url: &str, hash: &str| {
        format!("{}<infoHash>{hash}</infoHash>", ENCLOSURE.replace("http://x/a.torrent", url))
    };
    let (one, other) = ("a".repeat(40), "b".repeat(40));
    let two = |hash: &str| {
        rss(&[item("a", &at("http://x/a.torrent", &one)), item("b", &at("http://x/a.torrent", hash))])
    };
    let of = |url: &str| rss(&[item("a", &at(url, &one))]);
    let cases = [
        (of("http://x/a b.torrent"), TransmissionRss, "P16", Some(Error)),
        (of("http://x/a b.torrent"), QBittorrent, "P16", Some(Warning)),
        (of("http://x/a%20b.torrent"), TransmissionRss, "P16", None),
        (of("http://x/дом.torrent"), TransmissionRss, "P16", None),
        (of("http://x/a{1}.torrent"), TransmissionRss, "P16", Some(Warning)),
        (of("magnet:?xt=urn:btih:0&amp;dn=a b"), TransmissionRss, "P16", Some(Warning)),
        (two(&other), FlexGet, "P17", Some(Error)),
        (two(&other), TransmissionRss, "P17", Some(Error)),
        (two(&one), FlexGet, "P17", Some(Warning)),
        (two(&other), QBittorrent, "P17", None),
        (two(&other).replace("a.torrent'", "a.torrent?v=b'").replacen("?v=b", "", 1), FlexGet, "P17", None),
    ];
    for (text, reader, rule, severity) in cases {
        let findings = check(text.as_bytes(), &[reader]).unwrap().findings;
        let found = findings.iter().find(|finding| finding.rule == rule).map(|found| found.severity);
        assert_eq!(found, severity, "{text}\n{findings:?}");
    }
}

/// Sonarr's own cases, as its tests and its source tell them: what it takes of two items, and why not.
#[test]
fn sonarr_takes_what_it_says_it_takes() {
    let described = |text: &str| format!("<description>{text}</description>");
    let dated = |date: &str, size: &str| {
        format!(
            "<pubDate>{date}</pubDate>{}{}",
            ENCLOSURE.replace("http://x/a", "http://x/b"),
            described(size)
        )
    };
    let good = item("a", &format!("{DATE}{ENCLOSURE}{}", described("3 GiB")));
    let two = |more: String| rss(&[good.clone(), item("b", &more)]);
    let with = |more: &str| two(format!("{DATE}{ENCLOSURE}{}", more.replace("http://x/a", "http://x/b")));
    let block = |size: &str, more: &str| {
        BLOCK.replace("9000000", size).replace("<infoHash>", &format!("{more}<infoHash>"))
    };
    let ezrss = |size: &str, more: &str| {
        let inside = |more: &str| format!("{DATE}{ENCLOSURE}{more}{}", described("3 GiB"));
        rss(&[item("a", &inside(BLOCK)), item("b", &inside(&block(size, more)))])
    };
    let alone = |more: &str| rss(&[item("a", &format!("{DATE}{ENCLOSURE}{more}"))]);
    let cases = [
        // Dates: one that is there but not understood costs the item, one that is not there the feed.
        (two(dated("yesterday", "3 GiB")), 1, "P9"),
        (two(dated("Mon, 22 Nov 2026 05:00:00 +0000", "3 GiB")), 1, "P9"),
        (two(dated("", "3 GiB")), 0, "P9"),
        (two(dated("22 November 2026", "3 GiB")), 2, ""),
        (two(dated("11/22/2026 5:00:00 AM", "3 GiB")), 2, ""),
        (two(dated("Sun, 22 Nov 2026 05:00:00 CEST", "3 GiB")), 2, ""),
        // Sizes: of descriptions more than half must be large, of elements all.
        (
            rss(&[
                good.clone(),
                item("b", &dated("2026-11-22", "5 GiB")),
                item("c", &dated("2026-11-22", "100 KiB")),
            ]),
            3,
            "",
        ),
        (two(dated("2026-11-22", "100 KiB")), 0, "P6"),
        (two(dated("2026-11-22", "")), 0, "P6"),
        (ezrss("100000", ""), 2, ""),
        (ezrss("100000", "").replace("3 GiB", ""), 0, "P6"),
        (ezrss("9 MiB", ""), 2, ""),
        (ezrss("9000000", "<contentLength>1</contentLength>"), 1, "P4"),
        (ezrss("9000000", "<x><contentLength>1</contentLength></x>"), 1, "P4"),
        (ezrss("9000000", "<seeds>1</seeds><seeds>2</seeds>"), 1, "P4"),
        (ezrss("9000000", "<seeds>many</seeds>"), 1, "P4"),
        (alone("<n:size xmlns:n='u'>938 MiB</n:size>"), 1, ""),
        (alone("<x><SIZE>938 MiB</SIZE></x>"), 1, ""),
        (alone("<size>938 MiB</size><Size>938 MiB</Size>"), 0, "P4"),
        (alone("<size> 1005785792 </size>"), 0, "P6"),
        (alone("<size>1.2345 GB</size>"), 0, "P6"),
        (alone("<description>Size:  2  GB</description>"), 0, "P6"),
        // Characters and entities: it cleans what is raw and what is named by letters.
        (with(&described("a\u{8}b 3 GiB")), 2, ""),
        (with(&described("a&nothing;b&nbsp;3 GiB")), 2, ""),
        (with(&described("a&#8;b 3 GiB")), 0, "xml"),
        (with(&described("a&frac12;b 3 GiB")), 0, "xml"),
        (with(&described("a & b 3 GiB")), 0, "xml"),
        // URLs: relative ones are the feed's.
        (alone(&described("3 GiB")).replace("http://x/a.torrent", "/download/1.torrent"), 1, ""),
        (alone(&described("3 GiB")).replace("http://x/a.torrent", "//host/1.torrent"), 1, ""),
        (alone(&described("3 GiB")).replace("http://x/a.torrent", "magnet:?xt=urn:btih:0"), 1, ""),
        (alone(&described("3 GiB")).replace("http://x/a.torrent", "ftp://x/a.torrent"), 0, "P1"),
        (alone(&described("3 GiB")).replace("http://x/a.torrent", "mailto:a"), 0, "P1"),
        (alone(&described("3 GiB")).replace("http://x/a.torrent", ""), 0, "P1"),
        (
            alone(&described("3 GiB"))
                .replace("application/x-bittorrent", "application/x-bittorrent;x-scheme-handler/magnet"),
            1,
            "",
        ),
        (two(dated("2026-11-22", "3 GiB").replace("<enclosure", "<other")), 0, "P1"),
    ];
    for (text, taken, rule) in cases {
        let FeedCheck { readers, findings, .. } = check(text.as_bytes(), &[FeedReader::Sonarr]).unwrap();
        let rules: BTreeSet<&str> =
            findings.iter().map(|finding| finding.rule).filter(|rule| !["P12"].contains(rule)).collect();
        assert_eq!(readers[0].1.taken.len(), taken, "{text}\n{findings:?}");
        assert_eq!(rules.into_iter().collect::<Vec<_>>().concat(), rule, "{text}\n{findings:?}");
    }
    let doctype = "<!DOCTYPE torrent PUBLIC 'x' 'http://xmlns.ezrss.it/0.1/dtd/'>";
    let old = |start: &str| {
        let claims =
            "<contentLength>9000000</contentLength><infoHash>h</infoHash><magnetURI>magnet:?x</magnetURI>";
        format!("{start}{}", alone(claims))
    };
    assert_eq!(check(old(doctype).as_bytes(), &[FeedReader::Sonarr]).unwrap().readers[0].1.taken.len(), 1);
    assert_eq!(check(old("").as_bytes(), &[FeedReader::Sonarr]).unwrap().readers[0].1.taken.len(), 0);
}

#[test]
fn autobrr_takes_the_largest_size() {
    let length = |bytes: &str| ENCLOSURE.replace("length='9'", &format!("length='{bytes}'"));
    let cases = [
        (format!("{ENCLOSURE}<size>26.34 GiB</size>"), Some(28_282_359_644)),
        (format!("{}<size>2 MB</size>", length("39399")), Some(2_000_000)),
        (format!("{}<description>Size: 1.5 GB</description>", length("1")), Some(1_500_000_000)),
        (format!("{}<description>Size: 1.5 GB</description>", length("9000000000")), Some(9_000_000_000)),
        (format!("{}<n:size xmlns:n='u'>2 MB</n:size>", length("1")), None),
        (format!("{}<size>2 files</size>", length("1")), None),
    ];
    for (inside, size) in cases {
        let found = check(rss(&[item("a", &inside)]).as_bytes(), &[FeedReader::Autobrr]).unwrap();
        assert_eq!(found.readers[0].1.taken[0].size, size, "{inside}");
    }
}

/// A podcast with `channel` beside its items.
fn podcast(channel: &str, items: &[String]) -> String {
    let head = "<rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><channel><title>t</title>";
    format!("{head}{channel}{}</channel></rss>", items.concat())
}

const DIRECTORY: &str = "<language>en</language><itunes:image href='http://x/i.png'/><itunes:category text='Arts'/><itunes:explicit>false</itunes:explicit>";

#[test]
fn podcasts_are_judged_by_podcast_apps() {
    use Severity::{Error, Warning};
    let media = |url: &str| format!("<enclosure url='{url}' type='audio/mpeg' length='9'/>");
    let episode = |guid: &str, url: &str| item(guid, &format!("{DATE}{}", media(url)));
    let one = episode("a", "http://x/a.mp3");
    let of = |item: String| podcast(DIRECTORY, &[item]);
    let twice = |guid: &str, url: &str| podcast(DIRECTORY, &[one.clone(), episode(guid, url)]);
    let cases = [
        (of(one.clone()), None),
        (twice("b", "http://x/b.mp3"), None),
        (podcast("", std::slice::from_ref(&one)), Some((Warning, "P19", 4))),
        (of(one.clone()).replace("false", "perhaps"), Some((Warning, "P19", 1))),
        (of(one.clone()).replace("text='Arts'", "text=''"), Some((Warning, "P19", 1))),
        (of(one.clone()).replace("length='9'", "length='0'"), Some((Warning, "P18", 1))),
        (of(one.clone()).replace("length='9'", ""), Some((Warning, "P18", 1))),
        (of(one.clone()).replace("<guid>a</guid>", ""), Some((Warning, "P8", 1))),
        (of(one.clone()).replace("<title>t</title><guid>", "<guid>"), Some((Warning, "title", 1))),
        (of(one.clone()).replace(DATE, ""), Some((Warning, "P9", 1))),
        (of(one.clone()).replace("http://x/a.mp3", "a.mp3"), Some((Error, "P12", 1))),
        (of(one.clone()).replace("a.mp3", "a b.mp3"), Some((Warning, "P16", 1))),
        (twice("a", "http://x/b.mp3"), Some((Error, "P8", 1))),
        (twice("b", "http://x/a.mp3"), Some((Warning, "P17", 1))),
        (podcast(DIRECTORY, &[one.clone(), item("b", DATE)]), Some((Error, "P18", 1))),
        (of(one.clone()).replace("</rss>", ""), Some((Error, "xml", 1))),
    ];
    for (text, expected) in cases {
        let FeedCheck { readers, findings, .. } = check(text.as_bytes(), &[]).unwrap();
        assert_eq!(
            readers.iter().map(|(reader, _)| *reader).collect::<Vec<_>>(),
            [FeedReader::Podcast],
            "{text}"
        );
        let found = findings.first().map(|first| (first.severity, first.rule, findings.len()));
        assert_eq!(found, expected, "{text}\n{findings:?}");
    }
}

#[test]
fn torrents_are_judged_by_torrent_programs() {
    let media = "<enclosure url='http://x/a.mp4' type='video/mp4' length='9'/>";
    let cases = [
        (ENCLOSURE.to_owned(), false),
        (media.to_owned(), true),
        (format!("{media}{ENCLOSURE}"), false),
        (format!("{media}<enclosure url='http://x/a.torrent' type='application/zip'/>"), false),
        ("<link>http://x/a.torrent</link>".to_owned(), false),
    ];
    for (inside, is_podcast) in cases {
        let text = rss(&[item("a", &inside)]);
        let readers = check(text.as_bytes(), &[]).unwrap().readers.len();
        assert_eq!(readers, if is_podcast { 1 } else { FeedReader::CLIENTS.len() }, "{inside}");
    }
    let asked = check(rss(&[item("a", ENCLOSURE)]).as_bytes(), &[FeedReader::Podcast]).unwrap().findings;
    assert!(
        asked.iter().any(|finding| (finding.rule, finding.severity) == ("P15", Severity::Error)),
        "{asked:?}"
    );
}
