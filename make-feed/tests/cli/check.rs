//! `--check`: what programs make of a feed.

use test_kit::Folder;

use crate::{NEW, run, three, tool, torrent, urls};

const ITEM: &str = "<title>a</title><link>http://x/page</link><guid>g</guid><pubDate>Sun, 22 Nov 2026 05:00:00 +0000</pubDate>";

fn rss(items: &str) -> String {
    format!(
        "<rss version='2.0'><channel><title>t</title><lastBuildDate>x</lastBuildDate>{items}</channel></rss>"
    )
}

fn holding(text: &str) -> Folder {
    let folder = Folder::new("");
    folder.write("feed.xml", text);
    folder
}

#[test]
fn nothing_is_said_of_our_own_feeds() {
    let folder = three();
    run(&folder, &format!("{NEW} -o feed.xml .")).expect(0);
    let outcome = run(&folder, "--check --strict feed.xml").expect(0);
    assert_eq!((outcome.stdout(), outcome.stderr()), ("", ""));
    let outcome = tool(&folder, "--check -").stdin(folder.read("feed.xml")).run().expect(0);
    assert_eq!(outcome.stdout(), "");
}

#[test]
fn each_program_says_what_it_would_miss() {
    let typed = "<enclosure url='http://x/a.torrent' type='application/x-bittorrent'/>";
    let other = typed.replace("application/x-bittorrent", "application/octet-stream");
    let media = "<enclosure url='http://x/a.mp4' type='video/mp4'/>";
    let cases = [
        (
            rss(&format!("<item>{ITEM}{other}</item>")),
            "qbittorrent",
            "takes `http://x/page`, which is not the torrent: the enclosure has the type `application/octet-stream`, did you mean `application/x-bittorrent`? [P1]",
        ),
        (
            rss(&format!("<item>{ITEM}{typed}{media}</item>")),
            "transmission-rss",
            "takes `http://x/a.mp4`, which is not the torrent [P2]",
        ),
        (
            rss(&format!("<item>{ITEM}{typed}{media}</item>")),
            "flexget",
            "takes `http://x/a.mp4`, which is not the torrent [P2]",
        ),
        (
            rss(&format!("<item>{ITEM}{typed}</item><item>{ITEM}{typed}</item>")),
            "qbittorrent",
            "drops an item whose id another has [P8]",
        ),
        (
            rss(&format!("<item>{ITEM}{typed}</item><item>{ITEM}{typed}</item>")),
            "autobrr",
            "takes an item for seen whose guid another has [P8]",
        ),
        (rss(&format!("<item>{typed}</item>")), "flexget", "skips an item without a title [title]"),
        (
            rss(&format!("<item><title>a</title>{typed}</item>")),
            "sonarr",
            "refuses the feed: item 1 has no pubDate [P9]",
        ),
        (
            rss(&format!("<item>{ITEM}{typed}</item>")),
            "sonarr",
            "refuses the feed: an item has no size, and not more than half of the descriptions say 2 MiB or more [P6]",
        ),
        (
            rss(&format!("<item>{ITEM}{typed}</item>")).replace("http://x/a", "a"),
            "qbittorrent",
            "takes `a.torrent`, which leads nowhere without its base [P12]",
        ),
        (
            rss(&format!("<item>{ITEM}{typed}</item>")).replace("</rss>", ""),
            "autobrr",
            "refuses a feed that is cut off or cannot be read: line 1 [xml]",
        ),
        (
            rss("<item><title>a & b</title></item>"),
            "qbittorrent",
            "stops reading at line 1: a bare `&` [xml]",
        ),
    ];
    for (text, reader, why) in cases {
        let outcome = run(&holding(&text), &format!("--check --reader {reader} feed.xml")).expect(1);
        assert!(
            outcome.stdout().lines().any(|line| line.contains(reader) && line.ends_with(why)),
            "{why}\n{outcome}"
        );
    }
}

#[test]
fn every_line_names_feed_severity_program_item_and_rule() {
    let text = rss(&format!(
        "<item>{ITEM}<enclosure url='http://x/a.mp4' type='application/x-bittorrent'/><enclosure url='b'/></item>"
    ));
    let outcome = run(&holding(&text), "--check --reader transmission-rss feed.xml").expect(1);
    let line = "feed.xml: error: transmission-rss: item 1 `a`: takes `b`, which leads nowhere without its base [P12]\n";
    assert!(outcome.stdout().ends_with(line), "{outcome}");
    let outcome =
        run(&holding(&rss(&format!("<item>{ITEM}</item>"))), "--check --reader transmission-rss feed.xml")
            .expect(0);
    let line = "feed.xml: warning: transmission-rss: item 1 `a`: takes `http://x/page`, which may be a page: nothing says that it is a torrent [link]\n";
    assert_eq!(outcome.stdout(), line);
}

#[test]
fn what_programs_take_is_shown() {
    let folder = three();
    run(&folder, &format!("{NEW} -o feed.xml a.torrent")).expect(0);
    let outcome = run(&folder, "--check --seen --reader autobrr,sonarr feed.xml").expect(0);
    let lines = "feed.xml: autobrr: item 1 `a` (3 MiB): https://pub.example/t/a.torrent\n\
                 feed.xml: sonarr: item 1 `a` (3 MiB): https://pub.example/t/a.torrent\n";
    assert_eq!(outcome.stdout(), lines);
}

#[test]
fn hostile_feeds_do_not_reach_the_terminal() {
    let text = rss("<item><title>\u{9b}2J\u{202e}</title><link>http://x/\u{202e}</link></item>");
    let outcome = run(&holding(&text), "--check --seen feed.xml").expect(1);
    assert!(!outcome.stdout().contains(['\u{9b}', '\u{202e}']), "{outcome}");
}

#[test]
fn what_is_no_feed_is_not_acceptable() {
    let folder = Folder::new("page: <html/>\nempty:\n");
    let outcome = run(&folder, "--check page empty missing").expect(4);
    assert_eq!(
        outcome.stderr(),
        "make-feed: page: it is a web page, perhaps a login page\n\
         hint: open its address in a browser: it may ask for a login, or say what is wrong\n\
         make-feed: empty: it is empty\nmake-feed: missing: no such file or directory (ENOENT)\n"
    );
    run(&folder, "--check page").expect(3);
}

#[test]
fn warnings_count_with_strict_only() {
    let text = rss(
        "<item><title>a</title><guid>g</guid><enclosure url='http://x/a.torrent' type='application/x-bittorrent'/></item>",
    );
    let folder = holding(&text);
    let outcome = run(&folder, "--check --reader qbittorrent feed.xml").expect(0);
    assert!(outcome.stdout().contains("warning: qbittorrent: item 1 `a`: there is no pubDate"), "{outcome}");
    run(&folder, "--check --strict --reader qbittorrent feed.xml").expect(1);
}

#[test]
fn what_is_not_judged_is_reported() {
    let folder = holding(&rss(&"<item><title>a</title></item>".repeat(10_001)));
    let outcome = run(&folder, "--check --reader sonarr feed.xml").expect(1);
    let said = "make-feed: warning: feed.xml: only the first 10000 items were judged [W-partial]\n";
    assert_eq!(outcome.stderr(), said);
}

/// Sonarr takes a feed in which more than half say a size that it believes.
#[test]
fn a_small_torrent_among_large_ones_costs_nothing() {
    let folder = three();
    run(&folder, &format!("{NEW} -o feed.xml .")).expect(0);
    let own = String::from_utf8(folder.read("feed.xml")).unwrap();
    let small = |count: usize| {
        let text = own.replacen("<contentLength>3145728", "<contentLength>100000", count);
        text.replacen("Size: 3.0 MiB", "Size: 97.7 KiB", count).replacen(
            "Size: 3 MiB",
            "Size: 97.7 KiB",
            count,
        )
    };
    assert_ne!(small(1), own);
    run(&holding(&small(1)), "--check feed.xml").expect(0);
    let outcome = run(&holding(&small(2)), "--check feed.xml").expect(1);
    assert!(
        outcome.stdout().contains(
            "an item is smaller than 2 MiB, and not more than half of the descriptions say 2 MiB or more [P6]"
        ),
        "{outcome}"
    );
}

#[test]
fn findings_of_one_rule_and_program_are_summed_up() {
    let items: Vec<String> = (0..81)
        .map(|n| {
            let item = ITEM.replace(">a<", &format!(">a{n}<")).replace(">g<", &format!(">g{n}<"));
            let url = format!("http://x/{n}.torrent");
            format!("<item>{item}<enclosure url='{url}' type='application/x-bittorent' length='9'/></item>")
        })
        .collect();
    let folder = holding(&rss(&items.concat()));
    let outcome = run(&folder, "--check --reader qbittorrent feed.xml").expect(1);
    let lines: Vec<&str> = outcome.stdout().lines().collect();
    assert_eq!(lines.len(), 3, "{outcome}");
    assert!(lines[0].starts_with("feed.xml: warning: qbittorrent: keeps 50 of 81 items"), "{outcome}");
    assert!(lines[1].starts_with("feed.xml: warning: qbittorrent: 81 items, first item 1 `a0`: passes over"));
    assert!(lines[2].starts_with("feed.xml: error: qbittorrent: 81 items, first item 1 `a0`: takes `http"));
    let count = |typed: &str| run(&folder, typed).expect(1).stdout().lines().count();
    assert_eq!(count("--check --all --reader qbittorrent feed.xml"), 163);
    assert_eq!(count("--check --json --reader qbittorrent feed.xml"), 163);
    assert_eq!(count("--check feed.xml"), 8);
}

#[test]
fn our_own_podcast_is_fit_for_podcast_apps() {
    let folder = Folder::new("");
    let seeds = urls(&["https://w/"]);
    folder.write("e.torrent", torrent("episode.mp3", 9 << 20, &[("url-list", seeds)]));
    run(&folder, &format!("{NEW} --podcast --date 5 -o feed.xml e.torrent")).expect(0);
    let outcome = run(&folder, "--check --seen feed.xml").expect(0);
    assert!(!outcome.stdout().contains("error"), "{outcome}");
    let seen = "feed.xml: podcast: item 1 `episode.mp3` (9 MiB): https://w/episode.mp3\n";
    assert!(outcome.stdout().ends_with(seen), "{outcome}");
    run(&folder, "--check --reader flexget feed.xml").expect(1);
    run(&folder, "--check --reader podcast feed.xml").expect(0);
}
