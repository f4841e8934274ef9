//! What an update takes out or writes over only where somebody has said so.

use test_kit::Folder;

use crate::{NEW, dated, feed_in, run, three, titles, tool, torrent, urls};

/// A torrent of a media file that can be had at `https://w/`.
fn episode(name: &str, length: i64) -> Vec<u8> {
    torrent(name, length, &[("creation date", test_kit::int(5)), ("url-list", urls(&["https://w/"]))])
}

/// An RSS feed that is not ours, with these items.
fn rss(items: &str) -> String {
    format!("<rss version='2.0'><channel><title>F</title><link>http://f/</link>{items}</channel></rss>")
}

/// An item of it that has this enclosure.
fn with_enclosure(title: &str, id: &str, name: &str) -> String {
    let guid = if id.is_empty() { String::new() } else { format!("<guid>{id}</guid>") };
    format!(
        "<item><title>{title}</title>{guid}<description>of {title}</description><enclosure url='https://pub.example/t/{name}' type='application/x-bittorrent' length='1'/></item>"
    )
}

const UPDATE: &str = "--update feed --base-url https://pub.example/t/";

#[test]
fn a_podcast_stays_one_without_being_called_so() {
    let shape = |folder: &Folder| -> Vec<(String, String)> {
        let items = feed_in(folder.read("feed")).items;
        items.iter().map(|item| (item.enclosures[0].url.clone(), item.alternates[0].url.clone())).collect()
    };
    let pair = |n: u8| (format!("https://w/{n}.mp3"), format!("https://pub.example/t/{n}.mp3.torrent"));
    // What is done to the folder, what is typed, and the episodes that are there then.
    let cases = [
        (None, "1.mp3.torrent", "feed: 1 item, unchanged\n", vec![1]),
        (None, ".", "feed: 1 item, unchanged\n", vec![1]),
        (None, "--ttl 5 1.mp3.torrent", "feed: 1 item\n", vec![1]),
        (Some((1, 4 << 20)), "1.mp3.torrent", "feed: 1 item (1 new, 1 replaced)\n", vec![1]),
        (Some((2, 4 << 20)), "2.mp3.torrent", "feed: 2 items (1 new)\n", vec![2, 1]),
        (Some((2, 4 << 20)), "--author Jane .", "feed: 2 items (1 new)\n", vec![2, 1]),
    ];
    for (added, typed, said, episodes) in cases {
        let folder = Folder::new("");
        folder.write("1.mp3.torrent", episode("1.mp3", 3 << 20));
        run(&folder, &format!("{NEW} --podcast --update feed .")).expect(0);
        if let Some((n, length)) = added {
            folder.write(format!("{n}.mp3.torrent"), episode(&format!("{n}.mp3"), length));
        }
        let outcome = run(&folder, &format!("{UPDATE} {typed}")).expect(0);
        assert_eq!(outcome.stdout(), said, "{typed}");
        assert_eq!(shape(&folder), episodes.into_iter().map(pair).collect::<Vec<_>>(), "{typed}");
        run(&folder, "--check --reader podcast feed").expect(0);
        let before = folder.read("feed");
        run(&folder, &format!("{UPDATE} {typed}")).expect(0);
        assert_eq!(folder.read("feed"), before, "{typed}");
    }
    // What cannot be an episode is refused, and no feed of torrents becomes a podcast.
    let folder = three();
    folder.write("1.mp3.torrent", episode("1.mp3", 3 << 20));
    run(&folder, &format!("{NEW} --podcast --update feed 1.mp3.torrent")).expect(0);
    let before = folder.read("feed");
    run(&folder, &format!("{UPDATE} a.torrent")).expect(3);
    assert_eq!(folder.read("feed"), before);
    run(&folder, &format!("{NEW} --update other a.torrent")).expect(0);
    run(&folder, "--update other --base-url https://pub.example/t/ 1.mp3.torrent").expect(0);
    assert!(feed_in(folder.read("other")).items.iter().all(|item| item.alternates.is_empty()));
}

#[test]
fn an_episode_among_torrents_stays_one() {
    let folder = three();
    folder.write("1.mp3.torrent", episode("1.mp3", 3 << 20));
    run(&folder, &format!("{NEW} --update feed a.torrent")).expect(0);
    run(&folder, &format!("{UPDATE} --podcast 1.mp3.torrent")).expect(0);
    let before = feed_in(folder.read("feed")).items;
    run(&folder, &format!("{UPDATE} 1.mp3.torrent a.torrent b.torrent")).expect(0);
    let after = feed_in(folder.read("feed")).items;
    let is_old = |title: &str| before.iter().find(|item| item.title == title);
    for title in ["a", "1.mp3"] {
        assert_eq!(after.iter().find(|item| item.title == title), is_old(title), "{title}");
    }
    assert_eq!(after.len(), 3);
}

#[test]
fn items_of_others_stay_where_nothing_proves_that_their_torrent_is_gone() {
    let plain = |title: &str, id: &str| format!("<item><title>{title}</title><guid>{id}</guid></item>");
    let at = |title: &str, id: &str| with_enclosure(title, id, "a.torrent");
    let magnet = |title: &str| {
        let link = format!("magnet:?xt=urn:btih:{}", "1".repeat(40));
        format!(
            "<item><title>{title}</title><guid>m</guid><enclosure url='{link}' type='application/x-bittorrent' length='1'/></item>"
        )
    };
    // The items of the feed, and what is typed.
    let cases = [
        ([plain("one", "1"), plain("two", "2"), at("three", "3")], "--attach 1 a.torrent"),
        ([plain("one", "1"), at("two", ""), at("three", "")], "--attach 1 a.torrent"),
        ([plain("one", "1"), at("two", "2"), at("three", "3")], "a.torrent"),
        ([at("one", ""), at("two", ""), at("three", "")], "a.torrent"),
        ([at("one", "https://pub.example/t/a.torrent"), at("two", "2"), magnet("three")], "a.torrent"),
        ([plain("one", "1"), magnet("two"), at("three", "3")], "--attach 1 a.torrent"),
    ];
    for (items, typed) in cases {
        let folder = three();
        folder.write("feed", rss(&items.concat()));
        let before = feed_in(folder.read("feed")).items;
        let outcome = run(&folder, &format!("{UPDATE} {typed}")).expect(0);
        assert_eq!(outcome.stdout(), "feed: 3 items (1 changed)\n", "{items:?} {outcome}");
        let after = feed_in(folder.read("feed")).items;
        for old in &before {
            let new = after.iter().find(|item| item.title == old.title).unwrap();
            let words = |item: &feed::Item| (item.title.clone(), item.id.clone(), item.description.clone());
            let is_described = old.description.is_some();
            let old =
                if is_described { words(old) } else { (old.title.clone(), old.id.clone(), words(new).2) };
            assert_eq!(words(new), old, "{items:?}");
        }
        let outcome = run(&folder, &format!("{UPDATE} {typed}")).expect(0);
        assert_eq!(outcome.stdout(), "feed: 3 items, unchanged\n", "{items:?}");
    }
}

#[test]
fn words_that_were_given_stay_where_a_torrent_is_built_again() {
    let chosen = [
        "--item-title",
        "Nice: v1 & <more>",
        "--item-description",
        "Notes\nof it",
        "--item-link",
        "https://pub.example/n",
    ];
    let said = |folder: &Folder| {
        let item = feed_in(folder.read("feed")).items.remove(0);
        (item.title, item.description.unwrap_or_default(), item.link.unwrap_or_default())
    };
    for format in ["rss", "atom", "json", "rss --magnet", "rss --podcast"] {
        // Words that are chosen at first, those of the update, and what the item says then.
        let cases = [
            (0..6, vec![], ("Nice: v1 & <more>", "Notes\nof it\n\nSize: 4.0 MiB", "https://pub.example/n")),
            (0..2, vec![], ("Nice: v1 & <more>", "Size: 4.0 MiB", "")),
            (2..4, vec![], ("100% ü q", "Notes\nof it\n\nSize: 4.0 MiB", "")),
            (0..0, vec![], ("100% ü q", "Size: 4.0 MiB", "")),
            (
                0..6,
                vec!["--item-title", "New"],
                ("New", "Notes\nof it\n\nSize: 4.0 MiB", "https://pub.example/n"),
            ),
            (
                0..6,
                vec!["--item-description", "x"],
                ("Nice: v1 & <more>", "x\n\nSize: 4.0 MiB", "https://pub.example/n"),
            ),
        ];
        for (first, again, (title, description, link)) in cases {
            let folder = Folder::new("");
            folder.write("q.torrent", episode("100%  ü o", 3 << 20));
            tool(&folder, &format!("{NEW} --update feed --format {format} q.torrent"))
                .args(&chosen[first.clone()])
                .run()
                .expect(0);
            folder.write("q.torrent", episode("100%  ü q", 4 << 20));
            let typed = format!("{UPDATE} --format {format} q.torrent");
            tool(&folder, &typed).args(&again).run().expect(0);
            let link = if link.is_empty() { said(&folder).2 } else { link.to_owned() };
            let expected = (title.to_owned(), description.to_owned(), link);
            if format == "rss --magnet" {
                // Nothing says that it is the same: it is another item.
                assert_eq!(titles(&folder, "feed").len(), 2);
                continue;
            }
            assert_eq!(said(&folder), expected, "{format} {first:?} {again:?}");
            assert_eq!(
                tool(&folder, &typed).args(&again).run().expect(0).stdout(),
                "feed: 1 item, unchanged\n"
            );
        }
    }
}

#[test]
fn no_torrent_is_attached_to_an_item_of_another() {
    let ones = "1".repeat(40);
    let claims = format!("<torrent xmlns='http://xmlns.ezrss.it/0.1/'><infoHash>{ones}</infoHash></torrent>");
    let magnet = format!("magnet:?xt=urn:btih:{ones}");
    let item =
        |inner: &str| rss(&format!("<item><title>x</title><guid isPermaLink='false'>1</guid>{inner}</item>"));
    let refused = [
        format!("<link>https://pub.example/t/n.torrent</link>{claims}"),
        "<link>https://pub.example/t/n.torrent</link>".to_owned(),
        claims.clone(),
        format!("<link>http://f/x</link>{claims}"),
        format!("<link>{magnet}</link>"),
        format!("<torrent xmlns='http://xmlns.ezrss.it/0.1/'><magnetURI>{magnet}</magnetURI></torrent>"),
    ];
    let typed = format!("{UPDATE} --attach 1 a.torrent");
    for inner in refused {
        let folder = three();
        folder.write("feed", item(&inner));
        let outcome = run(&folder, &typed).expect(3);
        assert!(
            outcome.stderr().starts_with("make-feed: feed: `x` has a torrent already, and "),
            "{inner} {outcome}"
        );
        assert_eq!(folder.read("feed"), item(&inner).as_bytes());
    }
    // Where it was the torrent at that URL, it is replaced there.
    let taken = [
        format!("<link>https://pub.example/t/a.torrent</link>{claims}"),
        "<link>https://pub.example:443/t/a.torrent</link>".to_owned(),
        "<link>http://f/x</link>".to_owned(),
    ];
    for inner in taken {
        let folder = three();
        folder.write("feed", item(&inner));
        assert_eq!(run(&folder, &typed).expect(0).stdout(), "feed: 1 item (1 changed)\n", "{inner}");
        let hash = feed_in(folder.read("feed")).items.remove(0).torrent.info_hash;
        assert!(hash.is_some_and(|hash| hash != ones), "{inner}");
        assert_eq!(run(&folder, &typed).expect(0).stdout(), "feed: 1 item, unchanged\n", "{inner}");
    }
}

#[test]
fn the_entry_of_a_release_outlives_its_torrent() {
    let zip = "<link rel='enclosure' type='application/zip' href='https://f/1.zip'/>";
    let entry = |n: u8| {
        format!(
            "<entry><id>tag:f:{n}</id><title>v{n}</title><updated>2026-01-01T00:00:00Z</updated><link rel='alternate' href='https://f/{n}'/><content type='html'>&lt;p&gt;notes&lt;/p&gt;</content>{zip}</entry>"
        )
    };
    let feed = format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><id>urn:x</id><title>F</title><link href='http://f/'/><updated>2026-01-01T00:00:00Z</updated>{}{}</feed>",
        entry(2),
        entry(1)
    );
    // What replaces the torrent of the first release, what is said, and what is attached to `v2`, `v1` and whatever else.
    let cases = [
        ("b.torrent", "feed: 2 items (1 changed)\n", ["1.zip", "1.zip b.torrent", ""]),
        ("--attach tag:f:2 b.torrent", "feed: 2 items (2 changed)\n", ["1.zip b.torrent", "1.zip", ""]),
        ("--attach tag:f:1 b.torrent", "feed: 2 items (1 changed)\n", ["1.zip", "1.zip b.torrent", ""]),
        (
            "b.torrent c.torrent",
            "feed: 4 items (2 new, 1 changed)\n",
            ["1.zip", "1.zip", "b.torrent c.torrent"],
        ),
    ];
    for (typed, said, expected) in cases {
        let folder = three();
        folder.write("feed", &feed);
        run(&folder, &format!("{UPDATE} --attach tag:f:1 a.torrent")).expect(0);
        let hash = feed_in(folder.read("feed")).items[1].torrent.info_hash.clone().unwrap();
        let typed = format!("{UPDATE} --supersedes {hash} {typed}");
        let outcome = run(&folder, &typed).expect(0);
        assert_eq!((outcome.stdout(), outcome.stderr()), (said, ""), "{typed}");
        let items = feed_in(folder.read("feed")).items;
        let attached = |title: &str| -> String {
            let of = items.iter().filter(|item| {
                if title.is_empty() { !item.title.starts_with('v') } else { item.title == title }
            });
            let mut names: Vec<&str> =
                of.flat_map(|item| &item.enclosures).filter_map(|one| one.url.rsplit('/').next()).collect();
            names.sort_unstable();
            names.join(" ")
        };
        assert_eq!(["v2", "v1", ""].map(attached), expected, "{typed}");
        let text = String::from_utf8(folder.read("feed")).unwrap();
        assert_eq!((text.matches("notes").count(), text.contains(&hash)), (2, false), "{text}");
        assert!(run(&folder, &typed).expect(0).stdout().ends_with(" items, unchanged\n"), "{typed}");
    }
    // In RSS the torrent that goes makes room.
    for typed in ["b.torrent", "--attach 1 b.torrent"] {
        let folder = three();
        folder.write(
            "feed",
            rss("<item><title>x</title><guid>1</guid><description>notes</description></item>"),
        );
        run(&folder, &format!("{UPDATE} --attach 1 a.torrent")).expect(0);
        let hash = feed_in(folder.read("feed")).items[0].torrent.info_hash.clone().unwrap();
        run(&folder, &format!("{UPDATE} --supersedes {hash} {typed}")).expect(0);
        let item = feed_in(folder.read("feed")).items.remove(0);
        let urls: Vec<&str> = item.enclosures.iter().map(|one| one.url.as_str()).collect();
        assert_eq!(
            (urls, item.description.as_deref()),
            (vec!["https://pub.example/t/b.torrent"], Some("notes"))
        );
        assert!(item.torrent.info_hash.is_some_and(|now| now != hash));
    }
}

#[test]
fn an_item_without_a_title_has_a_name_when_it_goes() {
    let dated = |inner: &str, day: u8| {
        format!("<item>{inner}<pubDate>Sun, {day:02} Nov 2026 05:00:00 +0000</pubDate></item>")
    };
    let enclosure = "<enclosure url='https://f/n.torrent' type='application/x-bittorrent' length='1'/>";
    let cases = [
        ("<guid>g1</guid><description>d</description>".to_owned(), "g1"),
        (format!("<guid>g1</guid>{enclosure}"), "g1"),
        (enclosure.to_owned(), "https://f/n.torrent"),
        ("<link>https://f/page</link>".to_owned(), "https://f/page"),
        ("<title>t</title><guid>g1</guid>".to_owned(), "t"),
    ];
    for (inner, name) in cases {
        let folder = Folder::new("");
        folder.write("feed", rss(&(dated("<title>new</title>", 22) + &dated(&inner, 21))));
        let outcome = run(&folder, "--update feed --keep 1").expect(0);
        assert_eq!(outcome.stderr(), format!("make-feed: `{name}`: removed\n"));
    }
}

#[test]
fn a_feed_that_is_there_can_be_added_to() {
    let folder = three();
    run(&folder, &format!("{NEW} -o feed.xml a.torrent")).expect(0);
    let outcome = run(&folder, &format!("{NEW} -o feed.xml b.torrent")).expect(4);
    let said = "make-feed: feed.xml: exists already (EEXIST)\nhint: `--update feed.xml` adds to it, `--force` replaces it\n";
    assert_eq!((outcome.stderr(), titles(&folder, "feed.xml")), (said, vec!["a".to_owned()]));
    // What is no feed cannot be updated.
    folder.write("notes.txt", dated("a", 1));
    let outcome = run(&folder, &format!("{NEW} -o notes.txt b.torrent")).expect(4);
    assert_eq!(
        outcome.stderr(),
        "make-feed: notes.txt: exists already (EEXIST)\nhint: `--force` replaces it\n"
    );
}

/// Readers of the old form would find another one.
#[test]
fn a_feed_of_an_older_form_gets_another_only_with_force() {
    let folder = three();
    let rdf = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel rdf:about='u'><title>T</title><link>http://x/</link></channel><item rdf:about='i'><title>x</title></item></rdf:RDF>";
    let atom = "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>T</title><entry><title>x</title></entry></feed>";
    for (text, older, newer) in [(rdf, "RSS 0.90 or 1.0", "RSS 2.0"), (atom, "Atom 0.3", "Atom 1.0")] {
        folder.write("feed", text);
        let update = "--update feed --link http://x/ --base-url https://p/ a.torrent";
        let said = format!("its form: it is {older}, and is written as {newer}");
        let outcome = run(&folder, update).expect(3);
        assert!(outcome.stderr().contains(&format!("feed: would lose {said}")), "{outcome}");
        assert_eq!(folder.read("feed"), text.as_bytes());
        let outcome = run(&folder, &format!("{update} --force")).expect(0);
        assert!(outcome.stderr().contains(&format!("feed: drops {said}")), "{outcome}");
        assert_eq!(titles(&folder, "feed"), ["a", "x"]);
    }
}
