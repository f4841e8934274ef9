//! `--update`: the feed is the state.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use test_kit::{Folder, Tool};

use crate::{NEW, dated, feed_in, run, three, titles, tool, torrent, urls};

#[test]
fn a_feed_grows_and_says_only_once_what_it_is() {
    let folder = three();
    let outcome = run(&folder, &format!("{NEW} --update feed.xml a.torrent")).expect(0);
    assert_eq!(outcome.stdout(), "feed.xml: 1 item (1 new)\n");
    let outcome =
        run(&folder, "--update feed.xml --base-url https://pub.example/t c.torrent b.torrent").expect(0);
    assert_eq!(outcome.stdout(), "feed.xml: 3 items (2 new)\n");
    assert_eq!(titles(&folder, "feed.xml"), ["c", "b", "a"]);
    assert_eq!(feed_in(folder.read("feed.xml")).channel.title, "Demo");
}

#[test]
fn nothing_new_leaves_the_file_alone() {
    let folder = three();
    run(&folder, &format!("{NEW} --update feed.xml .")).expect(0);
    let inode = || fs::metadata(folder.join("feed.xml")).unwrap().ino();
    let before = (inode(), folder.read("feed.xml"));
    for typed in ["", " --base-url https://pub.example/t/ .", " --keep 3", " --title Demo", " --date 99999"] {
        let outcome = run(&folder, &format!("--update feed.xml{typed}")).expect(0);
        assert_eq!(outcome.stdout(), "feed.xml: 3 items, unchanged\n", "{typed}");
        assert_eq!((inode(), folder.read("feed.xml")), before, "{typed}");
    }
}

#[test]
fn every_change_moves_the_build_date() {
    let folder = three();
    let built = || feed_in(folder.read("feed.xml")).channel.built.unwrap();
    run(&folder, &format!("{NEW} --update feed.xml .")).expect(0);
    let mut last = built();
    assert_eq!(last, 300);
    for typed in [
        "--keep 2",
        "--title Other",
        "--base-url https://other.example/ c.torrent",
        "--ttl 5",
        "--date 1000 --ttl 6",
    ] {
        run(&folder, &format!("--update feed.xml {typed}")).expect(0);
        assert!(built() > last, "{typed}");
        last = built();
    }
    assert_eq!(last, 1000);
}

#[test]
fn the_window_and_revisions() {
    let folder = three();
    run(&folder, &format!("{NEW} --update feed.xml .")).expect(0);
    let outcome = run(&folder, "--update feed.xml --max-age 2m --date 360").expect(0);
    assert_eq!(outcome.stdout(), "feed.xml: 1 item (2 removed)\n");
    let hash = feed_in(folder.read("feed.xml")).items[0].id.clone().unwrap();
    folder.write("c2.torrent", dated("c", 400));
    folder.write("d.torrent", dated("d", 500));
    let typed = format!("--update feed.xml --base-url https://pub.example/t/ --supersedes {hash} d.torrent");
    assert_eq!(run(&folder, &typed).expect(0).stdout(), "feed.xml: 1 item (1 new, 1 removed)\n");
    assert_eq!(run(&folder, &typed).expect(0).stdout(), "feed.xml: 1 item, unchanged\n");
}

#[test]
fn nothing_gives_way_to_a_torrent_that_is_not_there() {
    let folder = three();
    run(&folder, &format!("{NEW} --update feed.xml .")).expect(0);
    let hash = feed_in(folder.read("feed.xml")).items[0].id.clone().unwrap();
    let before = folder.read("feed.xml");
    folder.write("bad.torrent", "nonsense");
    let update = "--update feed.xml --base-url https://pub.example/t/";
    let said = "make-feed: warning: nothing is superseded: not every torrent that should replace it is there [W-supersedes]";
    for (torrents, exit) in [("bad.torrent", 3), ("missing.torrent a.torrent", 4), ("", 0)] {
        let outcome = run(&folder, &format!("{update} --supersedes {hash} {torrents}")).expect(exit);
        assert_eq!(
            (outcome.stderr().lines().last(), outcome.stdout()),
            (Some(said), "feed.xml: 3 items, unchanged\n"),
            "{torrents}"
        );
    }
    assert_eq!(folder.read("feed.xml"), before);
    let outcome = run(&folder, &format!("{update} --supersedes {} a.torrent", "f".repeat(64))).expect(0);
    let said = format!("make-feed: warning: no item has the info hash {} [W-supersedes]\n", "f".repeat(64));
    assert_eq!(outcome.stderr(), said);
}

#[test]
fn an_update_keeps_the_mode_of_the_file() {
    let folder = three();
    for (umask, mode) in [("077", 0o644), ("022", 0o600)] {
        run(&folder, &format!("{NEW} -o feed.xml -f a.torrent")).expect(0);
        fs::set_permissions(folder.join("feed.xml"), fs::Permissions::from_mode(mode)).unwrap();
        let typed = format!("umask {umask}; exec \"$0\" --update feed.xml --ttl 5");
        Tool::new("sh")
            .in_dir(folder.path())
            .args(["-c", &typed, env!("CARGO_BIN_EXE_make-feed")])
            .run()
            .expect(0);
        assert_eq!(fs::metadata(folder.join("feed.xml")).unwrap().mode() & 0o7777, mode);
    }
}

#[test]
fn max_age_counts_from_the_clock_if_nothing_else_says_what_time_it_is() {
    let folder = three();
    run(&folder, &format!("{NEW} --update feed.xml .")).expect(0);
    run(&folder, "--update feed.xml --max-age 36500d").expect(0);
    assert_eq!(titles(&folder, "feed.xml").len(), 3);
    run(&folder, "--update feed.xml --max-age 1d --force").expect(0);
    assert_eq!(titles(&folder, "feed.xml").len(), 0);
}

#[test]
fn the_format_stays_or_is_changed() {
    let folder = three();
    run(&folder, &format!("{NEW} --update feed --format atom a.torrent")).expect(0);
    run(&folder, "--update feed --base-url https://pub.example/t/ b.torrent").expect(0);
    assert_eq!(feed_in(folder.read("feed")).format.name(), "atom");
    let before = feed_in(folder.read("feed")).items;
    run(&folder, "--update feed --format json").expect(0);
    assert_eq!(
        (feed_in(folder.read("feed")).format.name(), feed_in(folder.read("feed")).items),
        ("json", before)
    );
}

#[test]
fn the_format_of_the_feed_says_which_options_it_takes() {
    let folder = three();
    for (format, option, said) in [
        ("atom", "--ttl 5", "Atom has no place for `--ttl`"),
        ("atom", "--podcast --base-url http://x/", "`--podcast` is for `--format rss`"),
        ("json", "--podcast --base-url http://x/", "`--podcast` is for `--format rss`"),
    ] {
        run(&folder, &format!("{NEW} --force -o feed --format {format} a.torrent")).expect(0);
        let before = folder.read("feed");
        let outcome = run(&folder, &format!("--update feed {option}")).expect(2);
        assert_eq!(
            (outcome.stderr(), folder.read("feed")),
            (format!("make-feed: {said}\n").as_str(), before)
        );
        run(&folder, &format!("--update feed {option} --format rss")).expect(0);
    }
}

#[test]
fn a_broken_feed_is_not_updated_unless_forced() {
    let folder = three();
    run(&folder, &format!("{NEW} --update feed.xml .")).expect(0);
    let text = String::from_utf8(folder.read("feed.xml")).unwrap();
    let cut = &text[..text.rfind("<torrent").unwrap()];
    folder.write("feed.xml", cut);
    let outcome = run(&folder, "--update feed.xml --keep 5").expect(3);
    let lines = cut.lines().count();
    assert_eq!(
        outcome.stderr(),
        format!(
            "make-feed: feed.xml: line {lines}: the end is missing\nhint: `--force` goes on with the 2 items that are whole\n"
        )
    );
    assert_eq!(folder.read("feed.xml"), cut.as_bytes());
    run(&folder, "--update feed.xml --keep 1 --force").expect(0);
    assert_eq!(titles(&folder, "feed.xml"), ["c"]);
    folder.write("feed.xml", "<html/>");
    run(&folder, "--update feed.xml --force").expect(3);
}

#[test]
fn a_feed_of_more_items_than_are_held_is_not_updated() {
    let folder = three();
    let feed = |count| {
        format!(
            "<rss><channel><title>t</title><link>http://f/</link>{}</channel></rss>",
            "<item/>".repeat(count)
        )
    };
    folder.write("feed.xml", feed(2_000_000));
    let mut limited = Tool::new("sh")
        .in_dir(folder.path())
        .args(["-c", "ulimit -v 600000; exec \"$0\" --update feed.xml --ttl 5"]);
    limited = limited.arg(env!("CARGO_BIN_EXE_make-feed"));
    let said = "make-feed: feed.xml: line 1: too many items\nhint: `--force` goes on with the 100000 items that are whole\n";
    assert_eq!(limited.run().expect(3).stderr(), said);
    folder.write("feed.xml", feed(100_000));
    run(&folder, "--update feed.xml --ttl 5").expect(0);
    let outcome = run(&folder, "--update feed.xml --base-url https://pub.example/t/ a.torrent").expect(3);
    let said =
        "make-feed: the feed would be larger than readers take\nhint: `--keep N` keeps the newest items\n";
    assert_eq!(outcome.stderr(), said);
}

#[test]
fn items_that_a_missing_end_tag_swallows_are_not_lost() {
    let folder = three();
    run(&folder, &format!("{NEW} --update feed.xml .")).expect(0);
    let whole = String::from_utf8(folder.read("feed.xml")).unwrap();
    let unended =
        whole.replacen("</description>\n      <enclosure", "\n<enclosure", 1).replacen("</item>", "", 1);
    folder.write("feed.xml", &unended);
    let outcome = run(&folder, "--update feed.xml --ttl 5").expect(3);
    let said = "make-feed: feed.xml: line 22: an item within another element\nhint: `--force` goes on with the 0 items that are whole\n";
    assert_eq!(outcome.stderr(), said);
    assert_eq!(folder.read("feed.xml"), unended.as_bytes());
    // In the channel there is no doubt where it should have ended.
    folder.write("feed.xml", whole.replacen("</description>", "", 1));
    run(&folder, "--update feed.xml --ttl 5").expect(0);
    assert_eq!(titles(&folder, "feed.xml"), ["c", "b", "a"]);
}

#[test]
fn what_others_wrote_of_a_feed_stays() {
    let folder = three();
    let update = "--update feed --base-url https://pub.example/t/ a.torrent";
    let rss = "<rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><channel><title>F</title><link>http://f/</link><language>de</language><copyright>c</copyright><itunes:image href='i'/><item><title>x</title><guid>http://f/x</guid><category>c</category><itunes:duration>7</itunes:duration></item></channel></rss>";
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://f/'><id>urn:x</id><title>F</title><link href='http://f/'/><author><name>Jane</name><uri>u</uri></author><entry><id>e</id><title>x</title><author><name>Joe</name></author><updated>2020-01-01T00:00:00Z</updated><content type='html'>&lt;b&gt;</content><link rel='enclosure' href='x.zip'/></entry></feed>";
    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"F","home_page_url":"http://f/","language":"de","_x":[1.0],"items":[{"id":"e","title":"x","tags":["t"]}]}"#;
    let cases: [(&str, &[&str]); 3] = [
        (
            rss,
            &[
                "<language>de</language>",
                "<copyright>c</copyright>",
                "<itunes:image href='i'/>",
                "<guid>http://f/x</guid>",
                "<category>c</category>",
                "<itunes:duration>7</itunes:duration>",
                "xmlns:itunes=",
            ],
        ),
        (
            atom,
            &[
                "<id>urn:x</id>",
                "<author><name>Jane</name><uri>u</uri></author>",
                "<author><name>Joe</name></author>",
                "xml:base=\"http://f/\"",
                "<content type='html'>&lt;b&gt;</content>",
                "<link rel='enclosure' href='x.zip'/>",
                "<id>e</id>",
            ],
        ),
        (json, &["\"language\": \"de\"", "\"_x\": [1.0]", "\"tags\":[\"t\"]"]),
    ];
    for (foreign, kept) in cases {
        folder.write("feed", foreign);
        // Twice: what was written is read and kept as well.
        for typed in [update, "--update feed --title G"] {
            let outcome = run(&folder, typed).expect(0);
            let mixed = "make-feed: warning: feed: 1 item has no info hash, such as `x`: beside items that have one, Sonarr misses them (P5) [W-mixed]\n";
            assert_eq!(outcome.stderr(), if foreign == rss { mixed } else { "" });
            let text = String::from_utf8(folder.read("feed")).unwrap();
            kept.iter().for_each(|kept| assert_eq!(text.matches(kept).count(), 1, "{kept}: {text}"));
        }
        assert_eq!(titles(&folder, "feed").len(), 2);
    }
}

#[test]
fn feeds_that_need_no_page_or_have_marked_up_titles_are_updated() {
    let folder = three();
    let atom = |about: &str| {
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'>{about}<updated>2020-01-01T00:00:00Z</updated><author><name>J</name></author><entry><id>e</id><title>x</title><updated>2020-01-01T00:00:00Z</updated></entry></feed>"
        )
    };
    let xhtml = "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>The <b>F</b></div></title>";
    let json = |about: &str| {
        format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",{about}\"items\":[{{\"id\":\"e\",\"title\":\"x\"}}]}}"
        )
    };
    // The feed, what of it is there then, its title and its page.
    let cases = [
        (atom("<id>urn:x</id><title>F</title>"), "<id>urn:x</id>", "F", ""),
        (atom("<id>urn:x</id><title>F</title><link rel='self' href='http://f/a'/>"), "http://f/a", "F", ""),
        (atom(&format!("<id>urn:x</id>{xhtml}<link href='http://f/'/>")), xhtml, "The F", "http://f/"),
        (atom(&format!("<id>urn:x</id>{xhtml}")), xhtml, "The F", ""),
        (atom("<id>urn:x</id><title type='html'>&lt;b>F</title>"), "&lt;b>F</title>", "<b>F", ""),
        (json("\"title\":\"F\","), "\"title\": \"F\"", "F", ""),
        (json("\"title\":\"F\",\"feed_url\":\"http://f/j\","), "http://f/j", "F", ""),
    ];
    for (feed, kept, title, link) in cases {
        folder.write("feed", &feed);
        for typed in
            ["--update feed --base-url https://pub.example/t/ a.torrent", "--update feed --hub http://h/"]
        {
            run(&folder, typed).expect(0);
            let text = String::from_utf8(folder.read("feed")).unwrap();
            let channel = feed_in(&text).channel;
            assert_eq!((channel.title.as_str(), channel.link.as_str()), (title, link), "{text}");
            assert_eq!(text.matches(kept).count(), 1, "{kept} {text}");
            let is_empty = text.contains("href=\"\"") || text.contains("home_page_url");
            assert!(!is_empty, "{text}");
        }
    }
    // What the format demands is asked for.
    for (feed, typed, option) in [
        (json("\"title\":\"F\","), " --format rss", "--link"),
        (json("\"title\":\"F\","), " --format atom", "--link"),
        (json(""), "", "--title"),
    ] {
        folder.write("feed", &feed);
        let outcome = run(&folder, &format!("--update feed{typed}")).expect(2);
        let said = format!("make-feed: `{option}` is needed for a feed that has none\n");
        assert_eq!((outcome.stderr(), folder.read("feed")), (said.as_str(), feed.into_bytes()));
    }
}

#[test]
fn what_cannot_be_kept_is_refused_before_anything_changes() {
    let folder = three();
    let update = "--update feed --base-url https://pub.example/t/ a.torrent";
    let rss = |channel: &str| {
        format!(
            "<rss version='2.0'><channel><title>F</title><link>http://f/</link>{channel}<item><title>x</title></item></channel></rss>"
        )
    };
    let cases = [
        (rss("<un:bound/><category/>"), "", "`un:bound`"),
        (rss("<x>a & <b/></x>"), "", "`x`"),
        (rss("<category>c</category>"), " --format atom", "`category`"),
        (rss("<category>c</category>"), " --format json", "`category`"),
        (rss("<x xmlns:y='z'><y:z/></x>"), " --format atom", "`x`"),
    ];
    for (foreign, typed, names) in cases {
        folder.write("feed", &foreign);
        let outcome = run(&folder, &format!("{update}{typed}")).expect(3);
        let said = format!(
            "make-feed: feed: would lose what it cannot keep: {names}\nhint: `--force` goes on without it\n"
        );
        assert_eq!((outcome.stderr(), outcome.stdout()), (said.as_str(), ""), "{foreign}");
        assert_eq!(folder.read("feed"), foreign.as_bytes());
        let outcome = run(&folder, &format!("{update}{typed} --force")).expect(0);
        let said = format!("make-feed: warning: feed: drops what it cannot keep: {names} [W-dropped]\n");
        assert!(outcome.stderr().ends_with(&said), "{outcome}");
        assert_eq!(titles(&folder, "feed"), ["a", "x"]);
    }
    // Nothing changes, so nothing is lost.
    folder.write("feed", rss("<lastBuildDate>Sun, 22 Nov 2026 05:00:00 +0000</lastBuildDate><description>F</description><un:bound/>"));
    assert_eq!(run(&folder, "--update feed").expect(0).stdout(), "feed: 1 item, unchanged\n");
}

#[test]
fn a_torrent_that_was_replaced_under_its_name_is_a_new_item() {
    for format in ["rss", "atom", "json", "rss --podcast"] {
        let folder = Folder::new("");
        let seeds = |length| torrent("a.mp3", length, &[("url-list", urls(&["https://w/a.mp3"]))]);
        folder.write("a.torrent", seeds(3 << 20));
        run(&folder, &format!("{NEW} --update feed --date 100 --format {format} .")).expect(0);
        let before = feed_in(folder.read("feed")).items.remove(0);
        folder.write("a.torrent", seeds(4 << 20));
        let typed = format!("--update feed --base-url https://pub.example/t/ --date 150 --format {format} .");
        let outcome = run(&folder, &typed).expect(0);
        assert_eq!(outcome.stdout(), "feed: 1 item (1 new, 1 replaced)\n", "{format}");
        assert_eq!(outcome.stderr(), "make-feed: `a.mp3`: replaced, another torrent is at its URL\n");
        let after = feed_in(folder.read("feed")).items.remove(0);
        assert!(after.id != before.id && after.published == Some(150), "{format}");
        assert_eq!(run(&folder, &typed).expect(0).stdout(), "feed: 1 item, unchanged\n");
    }
}

fn hash_of(name: &str, seconds: i64) -> String {
    let folder = Folder::new("");
    folder.write("x.torrent", dated(name, seconds));
    let outcome = run(&folder, &format!("{NEW} x.torrent")).expect(0);
    feed_in(outcome.stdout()).items.remove(0).id.unwrap()
}

#[test]
fn nothing_goes_that_nobody_can_have_meant() {
    let all = "no item would be left";
    let given = "`a` is given, but would be dropped at once by `--keep`, `--keep-per` or `--max-age`";
    let undone = "`a` is given, but `--supersedes` takes it out";
    let hash = hash_of("a", 100);
    let update = "--update feed.xml --base-url https://pub.example/t/";
    // What is in the feed, and what is typed, that day at 400.
    let refused = [
        ("b.torrent", format!("{update} --supersedes {hash} a.torrent"), undone),
        ("a.torrent b.torrent", format!("{update} --supersedes {hash} a.torrent c.torrent"), undone),
        ("b.torrent", format!("{update} --supersedes {hash} folder"), undone),
        ("a.torrent", format!("{update} --supersedes {hash} a.torrent"), all),
        ("b.torrent c.torrent", format!("{update} --max-age 10s"), all),
        ("b.torrent c.torrent", format!("{update} --max-age 10s a.torrent"), all),
        ("b.torrent c.torrent", format!("{update} --max-age 10s ."), all),
        ("b.torrent c.torrent", format!("{update} --keep 2 a.torrent"), given),
        ("a.torrent b.torrent", format!("{update} --max-age 250s a.torrent"), given),
        ("b.torrent c.torrent", format!("{update} --keep 2 folder"), given),
        ("b.torrent c.torrent", format!("{update} --keep-per ^ a.torrent"), given),
    ];
    for (before, typed, why) in refused {
        let folder = three();
        folder.write("folder/a.torrent", dated("a", 100));
        run(&folder, &format!("{NEW} --update feed.xml {before}")).expect(0);
        let bytes = folder.read("feed.xml");
        let outcome = tool(&folder, &format!("{typed} --date 400")).run().expect(2);
        let said = format!("make-feed: feed.xml: {why}\nhint: `--force` does it\n");
        assert_eq!((outcome.stderr(), folder.read("feed.xml")), (said.as_str(), bytes), "{typed}");
        run(&folder, &format!("{typed} --date 400 --force")).expect(0);
    }
    // What a folder holds may be older than what the feed keeps, and a new feed has nothing to lose.
    let allowed = [
        (format!("{update} --keep 2 ."), vec!["c", "b"]),
        (format!("{update} --supersedes {hash} ."), vec!["c", "b"]),
        (format!("{update} --max-age 150s ."), vec!["c"]),
        (format!("{NEW} -f -o feed.xml --keep 2 a.torrent b.torrent c.torrent"), vec!["c", "b"]),
    ];
    for (typed, expected) in allowed {
        let folder = three();
        run(&folder, &format!("{NEW} --update feed.xml .")).expect(0);
        for _ in 0..2 {
            run(&folder, &format!("{typed} --date 400")).expect(0);
            assert_eq!(titles(&folder, "feed.xml"), expected, "{typed}");
        }
    }
}

#[test]
fn what_goes_is_said() {
    let folder = three();
    run(&folder, &format!("{NEW} --update feed.xml a.torrent b.torrent")).expect(0);
    let outcome = run(&folder, "--update feed.xml --base-url https://pub.example/t/ --keep 1 .").expect(0);
    let said = "make-feed: `b`: removed\nmake-feed: `a`: removed\n";
    assert_eq!((outcome.stdout(), outcome.stderr()), ("feed.xml: 1 item (1 new, 2 removed)\n", said));
    let outcome = run(&folder, "--update feed.xml --base-url https://pub.example/t/ --keep 1 .").expect(0);
    let why = "not added, newer ones are kept";
    assert_eq!(outcome.stderr(), format!("make-feed: `b`: {why}\nmake-feed: `a`: {why}\n"));
    let outcome = run(&folder, &format!("{NEW} --keep 1 --update new --format atom -q .")).expect(0);
    assert_eq!(outcome.stderr(), "");
}

#[test]
fn the_newest_of_each_product_stay() {
    let folder = Folder::new("");
    for (name, seconds) in [("desk-1.9", 5), ("desk-1.10", 5), ("desk-1.2", 5), ("serv-7", 1)] {
        folder.write(format!("{name}.torrent"), dated(name, seconds));
    }
    let outcome = run(&folder, &format!("{NEW} --update feed.xml --keep-per ^([a-z]+)- .")).expect(0);
    assert_eq!(titles(&folder, "feed.xml"), ["desk-1.10", "serv-7"]);
    let said = "warning: `desk-1.10`, which stays, and `desk-1.9` have the same date: their titles decided which is newer [W-tie]";
    assert!(outcome.stderr().contains(said), "{outcome}");
    run(&folder, &format!("{NEW} --update other.xml --keep-per ^([a-z]+)- --keep 2 .")).expect(0);
    assert_eq!(titles(&folder, "other.xml"), ["desk-1.10", "desk-1.9", "serv-7"]);
}

#[test]
fn what_another_run_has_published_meanwhile_is_not_lost() {
    let folder = three();
    run(&folder, &format!("{NEW} --update feed.xml a.torrent")).expect(0);
    folder.add("pipe |");
    let running = tool(&folder, "--update feed.xml --base-url https://pub.example/t/ pipe").spawn();
    // It opens its torrents when it has read the feed.
    let mut pipe = fs::OpenOptions::new().write(true).open(folder.join("pipe")).unwrap();
    run(&folder, "--update feed.xml --base-url https://pub.example/t/ b.torrent").expect(0);
    pipe.write_all(&dated("z", 900)).unwrap();
    drop(pipe);
    assert_eq!(running.finish().expect(0).stdout(), "feed.xml: 3 items (1 new)\n");
    assert_eq!(titles(&folder, "feed.xml"), ["z", "b", "a"]);
}

#[test]
fn many_at_once_lose_nothing() {
    for round in 0..5 {
        let folder = Folder::new("");
        let names: Vec<String> = (0..16).rev().map(|n| format!("t{n:02}")).collect();
        names.iter().for_each(|name| folder.write(format!("{name}.torrent"), dated(name, 100)));
        let start = |name: &String| tool(&folder, &format!("{NEW} --update feed.xml {name}.torrent")).spawn();
        let running: Vec<_> = names.iter().map(start).collect();
        running.into_iter().for_each(|one| drop(one.finish().expect(0)));
        assert_eq!(titles(&folder, "feed.xml"), names, "round {round}");
        assert_eq!(folder.list().len(), 17, "nothing else is left");
    }
}

#[test]
fn where_no_torrent_could_be_read_nothing_is_written() {
    let folder = three();
    folder.write("bad.torrent", "nonsense");
    run(&folder, &format!("{NEW} -o feed.xml a.torrent")).expect(0);
    let before = folder.read("feed.xml");
    for (typed, exit) in [
        ("-f -o feed.xml bad.torrent", 3),
        ("-f -o feed.xml missing.torrent", 4),
        ("-f -o feed.xml bad.torrent missing.torrent", 4),
        ("-o new.xml bad.torrent", 3),
        ("--update new.xml missing.torrent", 4),
        ("bad.torrent", 3),
    ] {
        let outcome = run(&folder, &format!("{NEW} {typed}")).expect(exit);
        assert_eq!((outcome.stdout(), folder.read("feed.xml")), ("", before.clone()), "{typed}");
        assert!(!folder.join("new.xml").exists(), "{typed}");
    }
    // One that could is published, as before.
    run(&folder, &format!("{NEW} -f -o feed.xml bad.torrent b.torrent")).expect(3);
    assert_eq!(titles(&folder, "feed.xml"), ["b"]);
}

#[test]
fn what_is_attached_leaves_comments_and_sections_where_they_are() {
    let folder = three();
    let rss = "<rss version='2.0'><!-- top --><channel><title>F</title><link>http://f/</link><description><![CDATA[a & b]]></description>\
        <item><title>x</title><!-- why --><guid>http://f/x</guid><description><![CDATA[<p>1</p>]]></description></item><!-- next --><item><title>y</title></item></channel></rss>";
    folder.write("feed.xml", rss);
    let typed = "--update feed.xml --attach http://f/x --base-url https://pub.example/t/ a.torrent";
    for said in ["feed.xml: 2 items (1 changed)\n", "feed.xml: 2 items, unchanged\n"] {
        assert_eq!(run(&folder, typed).expect(0).stdout(), said);
        let text = String::from_utf8(folder.read("feed.xml")).unwrap();
        for kept in [
            "<!-- top -->",
            "<description><![CDATA[a & b]]></description>",
            "<!-- why -->",
            "<guid>http://f/x</guid>",
            "<description><![CDATA[<p>1</p>]]></description>",
            "<!-- next -->",
            "<item><title>y</title></item>",
            "<enclosure url=\"https://pub.example/t/a.torrent\"",
        ] {
            assert_eq!(text.matches(kept).count(), 1, "{kept}: {text}");
        }
    }
}

#[test]
fn entities_that_are_elsewhere_or_without_measure_are_not_lost_in_silence() {
    let folder = three();
    let rss = "<rss version='2.0'><channel><title>F</title><link>http://f/</link><item><title>&a;</title></item></channel></rss>";
    let typed = "--update feed.xml --base-url https://pub.example/t/ a.torrent";
    let laughs: String =
        (1..12).map(|n| format!("<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10))).collect();
    for declared in [
        "<!ENTITY a SYSTEM 'file:///etc/passwd'>".to_owned(),
        "<!ENTITY a PUBLIC 'p' 'http://127.0.0.1:9/'>".to_owned(),
        format!("<!ENTITY l0 'lol'>{laughs}<!ENTITY a '&l11;'>"),
        "<!ENTITY a '&b;'><!ENTITY b '&a;'>".to_owned(),
    ] {
        let foreign = format!("<!DOCTYPE rss [{declared}]>{rss}");
        folder.write("feed.xml", &foreign);
        let said = "make-feed: feed.xml: would lose what it cannot keep: `&a;`\nhint: `--force` goes on without it\n";
        assert_eq!(run(&folder, typed).expect(3).stderr(), said);
        assert_eq!(folder.read("feed.xml"), foreign.as_bytes());
    }
    folder.write("feed.xml", format!("<!DOCTYPE rss [<!ENTITY a 'A &amp; B'>]>{rss}"));
    run(&folder, typed).expect(0);
    assert_eq!(titles(&folder, "feed.xml"), ["a", "A & B"]);
}

#[test]
fn a_feed_without_dates_gets_none_that_is_made_up() {
    let folder = three();
    let rss = "<rss version='2.0'><channel><title>F</title><link>http://f/</link><item><title>x</title></item></channel></rss>";
    let json = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"F\",\"items\":[{\"id\":\"e\",\"content_text\":\"x\"}]}";
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><id>f</id><title>F</title><entry><id>e</id><title>x</title></entry></feed>";
    for feed in [rss, json, atom] {
        folder.write("feed", feed);
        run(&folder, "--update feed --title G").expect(0);
        let text = String::from_utf8(folder.read("feed")).unwrap();
        assert!(!text.contains("1970"), "{text}");
        let built = feed_in(&text).channel.built;
        assert_eq!(built.is_some_and(|built| built > 1_700_000_000), feed == atom, "{text}");
        assert_eq!(run(&folder, "--update feed --title G").expect(0).stdout(), "feed: 1 item, unchanged\n");
    }
}

#[test]
fn an_item_is_the_same_however_its_url_is_spelt() {
    let spellings = [
        "https://pub.example/t",
        "https://pub.example:443/t/",
        "HTTPS://Pub.Example/t/",
        "https://pub.example/%74/",
        "https://pub.example/x/../t/",
    ];
    for format in ["rss", "atom", "json"] {
        for (first, second) in spellings.iter().flat_map(|first| spellings.map(|second| (*first, second))) {
            let folder = three();
            let typed = |base: &str| {
                format!(
                    "--update feed --format {format} --title T --link http://x/ --base-url {base} --date 9"
                )
            };
            run(&folder, &format!("{} a.torrent", typed(first))).expect(0);
            let url = feed_in(folder.read("feed")).items[0].enclosures[0].url.clone();
            // Readers know it by its URL: that stays as it was.
            let outcome = run(&folder, &format!("{} a.torrent", typed(second))).expect(0);
            assert_eq!(outcome.stdout(), "feed: 1 item, unchanged\n", "{first} {second}");
            folder.write("a.torrent", dated("other", 400));
            let outcome = run(&folder, &format!("{} a.torrent", typed(second))).expect(0);
            assert_eq!(outcome.stdout(), "feed: 1 item (1 new, 1 replaced)\n", "{first} {second} {url}");
        }
    }
    // An item of others that nothing but its URL says what it is.
    for url in [
        "http://PUB.example:80/a.torrent",
        "http://pub.example/%61.torrent",
        "HTTP://pub.example//../a.torrent",
    ] {
        let folder = three();
        folder.write("feed", format!("<rss version='2.0'><channel><title>F</title><link>http://f/</link><item><title>x</title><enclosure url='{url}' type='application/x-bittorrent' length='1'/></item></channel></rss>"));
        let typed = "--update feed --base-url http://pub.example a.torrent";
        let outcome = run(&folder, typed).expect(0);
        assert_eq!(outcome.stdout(), "feed: 1 item (1 changed)\n", "{url}");
        assert_eq!(run(&folder, typed).expect(0).stdout(), "feed: 1 item, unchanged\n", "{url}");
    }
}
