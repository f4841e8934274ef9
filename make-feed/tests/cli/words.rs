//! What publishers say: of the feed, of an item, and which item a torrent belongs to.

use test_kit::{Folder, int};

use crate::{NEW, dated, feed_in, run, three, titles, tool, torrent, urls};

#[test]
fn what_is_said_of_one_torrent() {
    for format in ["rss", "atom", "json"] {
        let folder = three();
        let words = [
            "--item-title",
            "Demo 1.0",
            "--item-description",
            "Fixes:\n one & <two>",
            "--item-link",
            "https://pub.example/1.0",
        ];
        let typed = format!("{NEW} --update feed --format {format} a.torrent");
        tool(&folder, &typed).args(words).run().expect(0);
        // Those words stay when the whole folder is published again.
        for again in ["", "--update feed --base-url https://pub.example/t/ ."] {
            if !again.is_empty() {
                run(&folder, again).expect(0);
            }
            let item = feed_in(folder.read("feed")).items.pop().unwrap();
            let said = (item.title.as_str(), item.link.as_deref(), item.description.as_deref());
            let text = "Fixes:\none & <two>\n\nSize: 3.0 MiB";
            assert_eq!(said, ("Demo 1.0", Some("https://pub.example/1.0"), Some(text)), "{format}");
        }
        tool(&folder, "--update feed --base-url https://pub.example/t/ a.torrent")
            .args(["--item-title", "Other"])
            .run()
            .expect(0);
        assert_eq!(titles(&folder, "feed").last().map(String::as_str), Some("Other"));
    }
}

#[test]
fn what_lines_say_of_several_torrents() {
    let folder = three();
    let lines = "{\"torrent\":\"a.torrent\",\"title\":\"A\",\"comment\":\"first\",\"page\":\"https://pub.example/a\"}\n{\"torrent\":\"b.torrent\",\"name\":\"b\"}\n";
    tool(&folder, &format!("{NEW} --update feed.xml")).stdin(lines).run().expect(0);
    let items = feed_in(folder.read("feed.xml")).items;
    let said =
        |at: usize| (items[at].title.as_str(), items[at].link.as_deref(), items[at].description.as_deref());
    assert_eq!(said(0), ("b", None, Some("Size: 3.0 MiB")));
    assert_eq!(said(1), ("A", Some("https://pub.example/a"), Some("first\n\nSize: 3.0 MiB")));
}

#[test]
fn secrets_in_what_lines_say_are_masked_and_reported() {
    const KEY: &str = "0123456789abcdef0123456789abcdef";
    let cases = [
        ("comment", format!("see https://t.example/details.php?passkey={KEY} now"), true),
        ("comment", format!("https://t.example/{KEY}/announce"), true),
        ("comment", "http://me:secret@t.example/".to_owned(), true),
        ("title", format!("Demo https://t.example/{KEY}/1"), true),
        ("title", "Demo 1.0 (https://pub.example/demo)".to_owned(), false),
        ("comment", "of https://pub.example/releases/1.0".to_owned(), false),
    ];
    let folder = three();
    for (key, text, is_masked) in cases {
        for format in ["rss", "atom", "json"] {
            let line = format!("{{\"torrent\":\"a.torrent\",\"{key}\":\"{text}\"}}");
            let outcome = tool(&folder, &format!("{NEW} --format {format}")).stdin(line).run().expect(0);
            let said = "make-feed: warning: a.torrent: a URL in its title or comment holds a passkey or a password, which is masked [W-passkey]\n";
            assert_eq!(outcome.stderr(), if is_masked { said } else { "" }, "{text}");
            let is_there = outcome.stdout().contains(KEY) || outcome.stdout().contains("secret");
            assert_eq!((is_there, outcome.stdout().contains(&text)), (false, !is_masked), "{outcome}");
        }
    }
}

#[test]
fn words_for_one_torrent_are_not_for_several() {
    let folder = three();
    let hint = "hint: add `title`, `comment`, `page` or `attach` to lines of `make-torrent --json`\n";
    for option in ["--item-title x", "--item-description x", "--item-link http://x/", "--update f --attach x"]
    {
        let outcome = run(&folder, &format!("{NEW} {option} a.torrent b.torrent")).expect(2);
        let said =
            format!("make-feed: `--item-…` and `--attach` are for one torrent, and there are 2\n{hint}");
        assert_eq!(outcome.stderr(), said, "{option}");
    }
    let line = "{\"torrent\":\"a.torrent\",\"page\":\"nonsense\"}";
    tool(&folder, NEW).stdin(line).run().expect(3);
}

#[test]
fn what_is_said_of_a_feed_has_its_place_in_each_format() {
    let words = [
        "--language",
        "de",
        "--copyright",
        "ODbL 1.0",
        "--category",
        "Maps",
        "--category",
        "Data",
        "--image",
        "https://pub.example/i.png",
    ];
    let cases: [(&str, &[&str]); 3] = [
        (
            "rss",
            &[
                "<language>de</language>",
                "<copyright>ODbL 1.0</copyright>",
                "<category>Maps</category>",
                "<category>Data</category>",
                "<url>https://pub.example/i.png</url>",
            ],
        ),
        (
            "atom",
            &[
                "xml:lang=\"de\"",
                "<rights>ODbL 1.0</rights>",
                "<category term=\"Maps\"/>",
                "<logo>https://pub.example/i.png</logo>",
            ],
        ),
        (
            "json",
            &[
                "\"language\": \"de\"",
                "\"_copyright\": \"ODbL 1.0\"",
                "\"icon\": \"https://pub.example/i.png\"",
            ],
        ),
    ];
    for (format, expected) in cases {
        let folder = three();
        tool(&folder, &format!("{NEW} --update feed --format {format} a.torrent"))
            .args(words)
            .run()
            .expect(0);
        let outcome = tool(&folder, "--update feed").args(words).run().expect(0);
        assert_eq!(outcome.stdout(), "feed: 1 item, unchanged\n", "{format}");
        run(&folder, "--update feed --base-url https://pub.example/t/ b.torrent").expect(0);
        let text = String::from_utf8(folder.read("feed")).unwrap();
        expected.iter().for_each(|said| assert_eq!(text.matches(said).count(), 1, "{said} {text}"));
    }
    let outcome = run(&three(), &format!("{NEW} --author Jane a.torrent")).expect(2);
    assert_eq!(outcome.stderr(), "make-feed: RSS has no place for `--author` without `--podcast`\n");
}

#[test]
fn a_podcast_says_what_directories_want_to_know() {
    let folder = Folder::new("");
    folder.write(
        "1.torrent",
        torrent("1.mp3", 9 << 20, &[("creation date", int(5)), ("url-list", urls(&["https://w/"]))]),
    );
    let words = [
        "--language",
        "en",
        "--category",
        "Arts/Books",
        "--image",
        "https://pub.example/i.png",
        "--author",
        "Jane",
        "--explicit",
        "false",
    ];
    let outcome = tool(&folder, &format!("{NEW} --podcast .")).args(words).run().expect(0);
    for said in [
        "xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"",
        "<language>en</language>",
        "<itunes:author>Jane</itunes:author>",
        "<itunes:explicit>false</itunes:explicit>",
        "<itunes:category text=\"Arts\"><itunes:category text=\"Books\"/></itunes:category>",
        "<itunes:image href=\"https://pub.example/i.png\"/>",
    ] {
        assert_eq!(outcome.stdout().matches(said).count(), 1, "{said} {outcome}");
    }
}

#[test]
fn a_torrent_is_attached_to_the_release_that_a_forge_wrote() {
    let folder = Folder::new("");
    folder.write("app.torrent", dated("app-1.0.tar.gz", 500));
    let entry = "<entry><id>tag:forge.example,2008:Repository/1/v1.0</id><updated>2026-01-01T00:00:00Z</updated><link rel='alternate' type='text/html' href='https://forge.example/app/releases/v1.0'/><title>v1.0: faster</title><content type='html'>&lt;p&gt;notes&lt;/p&gt;</content><author><name>jane</name></author><m:thumbnail xmlns:m='http://search.yahoo.com/mrss/' url='u'/></entry>";
    let feed = format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><id>tag:forge.example,2008:/app/releases</id><link type='text/html' rel='alternate' href='https://forge.example/app/releases'/><title>Releases of app</title><updated>2026-01-01T00:00:00Z</updated>{entry}</feed>"
    );
    let update = "--update feed --base-url https://pub.example/t/ app.torrent --attach";
    for to in ["tag:forge.example,2008:Repository/1/v1.0", "https://forge.example/app/releases/v1.0"] {
        folder.write("feed", &feed);
        let outcome = run(&folder, &format!("{update} {to}")).expect(0);
        assert_eq!((outcome.stdout(), outcome.stderr()), ("feed: 1 item (1 changed)\n", ""), "{to}");
        let text = String::from_utf8(folder.read("feed")).unwrap();
        for kept in [
            "<id>tag:forge.example,2008:Repository/1/v1.0</id>",
            "<title>v1.0: faster</title>",
            "<content type=\"html\">&lt;p&gt;notes&lt;/p&gt;</content>",
            "<author><name>jane</name></author>",
            "<link rel='alternate' type='text/html' href='https://forge.example/app/releases/v1.0'/>",
            "<m:thumbnail xmlns:m='http://search.yahoo.com/mrss/' url='u'/>",
            "<link rel=\"enclosure\" href=\"https://pub.example/t/app.torrent\" type=\"application/x-bittorrent\"",
        ] {
            assert_eq!(text.matches(kept).count(), 1, "{kept} {text}");
        }
        assert_eq!(run(&folder, &format!("{update} {to}")).expect(0).stdout(), "feed: 1 item, unchanged\n");
        run(&folder, "--check --reader qbittorrent,flexget feed").expect(0);
        // Built again, it is still that release, also where nobody says so.
        folder.write("app.torrent", dated("app-1.0.1.tar.gz", 600));
        let built_again = update.strip_suffix(" --attach").unwrap();
        assert_eq!(run(&folder, built_again).expect(0).stdout(), "feed: 1 item (1 changed)\n", "{to}");
        let item = feed_in(folder.read("feed")).items.remove(0);
        let said = (item.id.as_deref(), item.title.as_str(), item.enclosures.len());
        assert_eq!(said, (Some("tag:forge.example,2008:Repository/1/v1.0"), "v1.0: faster", 1));
        folder.write("app.torrent", dated("app-1.0.tar.gz", 500));
    }
    let before = folder.read("feed");
    let outcome = run(&folder, &format!("{update} v2.0")).expect(3);
    assert_eq!(outcome.stderr(), "make-feed: feed: no item has the id or link `v2.0`\n");
    assert_eq!(folder.read("feed"), before);
}

#[test]
fn an_item_may_have_several_torrents_where_its_format_has_room() {
    let folder = three();
    let lines = |names: &[&str]| -> String {
        names.iter().map(|name| format!("{{\"torrent\":\"{name}.torrent\",\"attach\":\"g\"}}\n")).collect()
    };
    let rss = |more: &str| {
        format!(
            "<rss><channel><title>F</title><link>http://f/</link><item><title>x</title><guid isPermaLink='false'>g</guid>{more}</item></channel></rss>"
        )
    };
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><id>urn:x</id><title>F</title><link href='http://f/'/><updated>2020-01-01T00:00:00Z</updated><entry><id>g</id><title>x</title><updated>2020-01-01T00:00:00Z</updated></entry></feed>".to_owned();
    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"F","home_page_url":"http://f/","items":[{"id":"g","title":"x"}]}"#.to_owned();
    let two = rss(
        "<enclosure url='https://pub.example/t/a.torrent' type='application/x-bittorrent' length='1'/><enclosure url='https://pub.example/t/b.torrent' type='application/x-bittorrent' length='1'/>",
    );
    let update = "--update feed --base-url https://pub.example/t/";
    // The feed, what is typed and what is on standard input: its one item has both.
    let cases = [
        (&atom, "a.torrent --attach g", "b.torrent --attach g"),
        (&json, "a.torrent --attach g", "b.torrent --attach g"),
        (&atom, "-", "-"),
        (&json, "-", "-"),
        (&two, "a.torrent", "b.torrent"),
        (&two, "a.torrent b.torrent", "b.torrent"),
    ];
    for (feed, first, second) in cases {
        folder.write("feed", feed);
        for typed in [first, second] {
            tool(&folder, &format!("{update} {typed}")).stdin(lines(&["a", "b"])).run().expect(0);
        }
        let items = feed_in(folder.read("feed")).items;
        let names: Vec<&str> =
            items[0].enclosures.iter().map(|one| one.url.rsplit('/').next().unwrap()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert_eq!((items.len(), sorted), (1, vec!["a.torrent", "b.torrent"]), "{first} {feed}");
    }
    // In RSS the second is refused.
    let one = rss("<enclosure url='https://f/n.torrent' type='application/x-bittorrent' length='1'/>");
    for (feed, typed) in
        [(rss(""), "-"), (one, "a.torrent --attach g"), (two.clone(), "c.torrent --attach g")]
    {
        folder.write("feed", &feed);
        let outcome = tool(&folder, &format!("{update} {typed}")).stdin(lines(&["a", "b"])).run().expect(3);
        let said = "make-feed: feed: `x` has a torrent already, and items of RSS have room for one\nhint: without `--attach` it is an item of its own; Atom and JSON Feed take several\n";
        assert_eq!((outcome.stderr(), folder.read("feed")), (said, feed.into_bytes()), "{typed}");
    }
}

#[test]
fn what_is_missing_is_said() {
    let folder = Folder::new("dist/notes.txt: x");
    let outcome = run(&folder, &format!("{NEW} dist")).expect(0);
    let said = "make-feed: warning: dist: there is no .torrent file in this folder [W-no-torrents]\n";
    assert_eq!(outcome.stderr(), said);
    folder.write("dist/a.torrent", torrent("a", 20, &[]));
    let said = "make-feed: warning: 1 torrent has no date: the time of the file counts, which a copy may change; `--date` sets one [W-date]\n";
    let outcome = run(&folder, &format!("{NEW} dist")).expect(0);
    assert_eq!(outcome.stderr(), said);
    assert!(outcome.stdout().contains("<description>Size: 20 B</description>"), "{outcome}");
    assert_eq!(run(&folder, &format!("{NEW} --date 5 dist")).expect(0).stderr(), "");
    // In a feed that is there the item has its date for good.
    run(&folder, &format!("{NEW} --date 5 -o feed.xml dist")).expect(0);
    assert_eq!(
        run(&folder, "--update feed.xml --base-url https://pub.example/t/ dist").expect(0).stderr(),
        ""
    );
}
