//! A feed from torrents.

use feed::Format;
use test_kit::{Folder, int};
use torrent_core::magnet::Magnet;

use crate::{NEW, dated, feed_in, run, three, titles, tool, torrent, urls};

#[test]
fn torrents_become_items_newest_first() {
    let folder = three();
    let outcome = run(&folder, &format!("{NEW} b.torrent a.torrent c.torrent")).expect(0);
    let feed = feed_in(&outcome.stdout);
    assert_eq!(feed.items.iter().map(|item| item.title.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
    assert_eq!((feed.channel.title.as_str(), feed.channel.built), ("Demo", Some(300)));
    let item = &feed.items[0];
    assert_eq!(item.enclosures[0].url, "https://pub.example/t/c.torrent");
    assert_eq!(item.enclosures[0].length, Some(folder.read("c.torrent").len() as u64));
    assert_eq!((item.torrent.content_length, item.published), (Some(3 << 20), Some(300)));
    assert_eq!(item.id, item.torrent.info_hash);
    assert_eq!(outcome.stderr(), "");
}

#[test]
fn the_same_inputs_give_the_same_bytes_in_any_order() {
    let folder = three();
    let one = run(&folder, &format!("{NEW} a.torrent b.torrent c.torrent")).expect(0).stdout;
    let other = run(&folder, &format!("{NEW} c.torrent b.torrent a.torrent b.torrent")).expect(0).stdout;
    assert_eq!(one, other);
}

#[test]
fn dates_come_from_the_torrent_the_option_the_environment_and_the_file() {
    let folder = Folder::new("");
    folder.write("inside.torrent", dated("inside", 100));
    folder.write("none.torrent", torrent("none", 5, &[]));
    folder.write("milliseconds.torrent", dated("milliseconds", 1_600_000_000_123));
    folder.write("future.torrent", dated("future", 9_000_000_000));
    let published = |typed: &str, epoch: &str, file: &str| {
        let outcome =
            tool(&folder, &format!("{NEW} {typed} {file}.torrent")).env("SOURCE_DATE_EPOCH", epoch).run();
        feed_in(&outcome.expect(0).stdout).items[0].published.unwrap()
    };
    assert_eq!(published("--date 7", "8", "inside"), 100);
    assert_eq!(published("--date 7", "8", "none"), 7);
    assert_eq!(published("", "8", "none"), 8);
    assert_eq!(published("--date 7", "8", "future"), 7);
    assert_eq!(published("--date 9000000001", "8", "future"), 9_000_000_000);
    assert!(published("", "", "none") > 1_700_000_000);
    assert_eq!(published("", "", "milliseconds"), 1_600_000_000);
}

#[test]
fn names_go_behind_the_base_url() {
    let folder = three();
    let cases = [
        ("http://x", "http://x/a.torrent"),
        ("http://x/t/", "http://x/t/a.torrent"),
        ("http://x/get?f=", "http://x/get?f=a.torrent"),
    ];
    for (base, url) in cases {
        let typed = format!("--title Demo --link https://pub.example/ --base-url {base} a.torrent");
        let feed = feed_in(run(&folder, &typed).expect(0).stdout);
        assert_eq!(feed.items[0].enclosures[0].url, url);
        // Who has only the link finds the .torrent as well.
        let link = Magnet::parse(feed.items[0].torrent.magnet.as_ref().unwrap()).unwrap();
        assert_eq!(link.torrents, [url.as_bytes()]);
    }
}

#[test]
fn formats_and_magnet_links() {
    let folder = three();
    for (format, expected) in [("rss", Format::Rss), ("atom", Format::Atom), ("json", Format::Json)] {
        let feed = feed_in(run(&folder, &format!("{NEW} --format {format} a.torrent")).expect(0).stdout);
        assert_eq!((feed.format, feed.items.len()), (expected, 1));
        let typed = format!("--title Demo --link https://pub.example/ --format {format} --magnet a.torrent");
        let feed = feed_in(run(&folder, &typed).expect(0).stdout);
        let link = &feed.items[0].enclosures[0].url;
        assert!(link.starts_with("magnet:?xt=urn:btih:") && !link.contains("&xs="), "{link}");
    }
}

#[test]
fn a_podcast_has_the_media_and_beside_it_the_torrent() {
    let folder = Folder::new("");
    folder.write(
        "e 1.torrent",
        torrent("episode 1.MP3", 9 << 20, &[("url-list", urls(&["https://w/", "https://v/"]))]),
    );
    folder.write(
        "whole.torrent",
        torrent("x.mp4", 5, &[("url-list", urls(&["httpx://w/", "ftp://w/", "https://w/x y.mp4?a=1&b"]))]),
    );
    folder.write("none.torrent", torrent("none", 5, &[]));
    let outcome = run(&folder, &format!("{NEW} --podcast --date 5 .")).expect(3);
    assert_eq!(
        outcome.stderr(),
        "make-feed: ./none.torrent: a podcast needs torrents with a web seed, where the media is\n\
         hint: `make-torrent --web-seed URL FILE` names it; without `--podcast` the torrent is the enclosure\n"
    );
    let feed = feed_in(&outcome.stdout);
    let item = &feed.items[0];
    assert_eq!(item.enclosures[0].url, "https://w/episode%201.MP3");
    assert_eq!(
        (item.enclosures[0].mime.as_deref(), item.enclosures[0].length),
        (Some("audio/mpeg"), Some(9 << 20))
    );
    assert_eq!(item.alternates[0].url, "https://pub.example/t/e%201.torrent");
    assert_eq!(feed.items[1].enclosures[0].url, "https://w/x%20y.mp4?a=1&b");
    assert!(outcome.stdout().contains("<podcast:source uri=\"https://pub.example/t/e%201.torrent\" contentType=\"application/x-bittorrent\"/>"));
}

#[test]
fn hostile_names_stay_text() {
    let folder = Folder::new("");
    folder.write("x.torrent", torrent("</title><item>&\0\x1b[2J\u{202e}\r\n]]>", 5, &[]));
    let mut bad = torrent("ZZZ", 5, &[]);
    let at = bad.windows(3).position(|window| window == b"ZZZ").unwrap();
    bad[at..at + 3].copy_from_slice(b"\xff\xfe\x00");
    folder.write("y.torrent", bad);
    folder.write("\"<&>.torrent", torrent("z", 5, &[]));
    let outcome = run(&folder, &format!("{NEW} --date 1 .")).expect(0);
    let feed = feed_in(&outcome.stdout);
    let found: Vec<&str> = feed.items.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(found, ["</title><item>&\u{fffd}\u{fffd}[2J\u{fffd} ]]>", "z", "\u{fffd}\u{fffd}\u{fffd}"]);
    assert_eq!(feed.items[1].enclosures[0].url, "https://pub.example/t/%22%3C%26%3E.torrent");
    assert!(!outcome.stdout().contains(|c: char| c < ' ' && c != '\n'));
}

#[test]
fn output_goes_to_a_new_file_and_replaces_nothing() {
    let folder = three();
    let outcome = run(&folder, &format!("{NEW} a.torrent -o feed.xml")).expect(0);
    assert_eq!((outcome.stdout(), outcome.stderr()), ("feed.xml: 1 item (1 new)\n", ""));
    let outcome = run(&folder, &format!("{NEW} b.torrent -o feed.xml")).expect(4);
    assert_eq!(
        outcome.stderr(),
        "make-feed: feed.xml: exists already (EEXIST)\nhint: `--update feed.xml` adds to it, `--force` replaces it\n"
    );
    run(&folder, &format!("{NEW} b.torrent -o feed.xml --force -q")).expect(0);
    assert_eq!(titles(&folder, "feed.xml"), ["b"]);
    let outcome = run(&folder, &format!("{NEW} b.torrent -o feed.xml --force")).expect(0);
    assert_eq!(outcome.stdout(), "feed.xml: 1 item, unchanged\n");
}

#[test]
fn what_the_channel_says() {
    let folder = three();
    let typed = format!(
        "{NEW} --description what --self-url https://pub.example/feed.xml --hub https://hub.example/ --ttl 30 a.torrent"
    );
    let channel = feed_in(run(&folder, &typed).expect(0).stdout).channel;
    assert_eq!((channel.description.as_str(), channel.ttl), ("what", Some(30)));
    assert_eq!(channel.self_url.as_deref(), Some("https://pub.example/feed.xml"));
    assert_eq!(channel.hub.as_deref(), Some("https://hub.example/"));
}

#[test]
fn passkeys_of_private_torrents_stay_out_of_magnet_links() {
    use test_kit::{bytes, dict};
    let info = dict([
        ("length", int(5)),
        ("name", bytes("p")),
        ("piece length", int(16384)),
        ("pieces", bytes([7; 20])),
        ("private", int(1)),
    ]);
    let folder = Folder::new("");
    folder.write("p.torrent", dict([("announce", bytes("https://t/secret/announce")), ("info", info)]));
    let outcome = run(&folder, &format!("{NEW} --date 1 p.torrent")).expect(0);
    assert!(!outcome.stdout().contains("secret") && outcome.stderr().contains("[W-private]"), "{outcome}");
}

/// Which forms a passkey has is for `redact`; here it counts that each URL is looked at, and its neighbours are kept.
#[test]
fn passkeys_stay_out_of_magnet_links_and_are_reported() {
    use test_kit::{bytes, list};
    const KEY: &str = "0123456789abcdef0123456789abcdef";
    let cases = [
        (format!("http://t.example/{KEY}/announce"), "http://t.example/***/announce"),
        (format!("http://t.example/announce.php?passkey={KEY}"), "http://t.example/announce.php?passkey=***"),
        ("http://me:secret@t.example/announce".to_owned(), "http://***@t.example/announce"),
        (format!("udp://t.example:80/{KEY}"), "udp://t.example:80/***"),
    ];
    let (open, seed) = ("udp://open.example:6969/announce", "https://mirror.example/x.iso");
    for (tracker, masked) in cases {
        let folder = Folder::new("");
        let tiers = list([list([bytes(open), bytes(&tracker)])]);
        let seeds = urls(&[seed, &tracker.replace("udp:", "http:")]);
        folder.write("p.torrent", torrent("p", 5, &[("announce-list", tiers), ("url-list", seeds)]));
        for format in ["rss", "atom", "json", "rss --magnet"] {
            let outcome = run(&folder, &format!("{NEW} --date 1 --format {format} p.torrent")).expect(0);
            let item = feed_in(&outcome.stdout).items.remove(0);
            let magnet = item.torrent.magnet.unwrap();
            assert!(!outcome.stdout().contains(KEY) && !outcome.stdout().contains("secret"), "{outcome}");
            assert!(magnet.contains("open.example") && magnet.contains("mirror.example"), "{magnet}");
            let said = format!("make-feed: warning: p.torrent: `{masked}` stays out of the magnet link");
            assert!(outcome.stderr().starts_with(&said), "{outcome}");
            assert_eq!(outcome.stderr().matches("[W-passkey]").count(), 2, "{outcome}");
        }
    }
}

#[test]
fn a_podcast_never_spreads_a_secret() {
    let needed = "a podcast needs torrents with a web seed, where the media is\n\
        hint: `make-torrent --web-seed URL FILE` names it; without `--podcast` the torrent is the enclosure\n";
    let password = "its web seed, where the media is, holds a password: all would get it\nhint: `make-torrent --web-seed URL` names another\n";
    let passkey = "its web seed, where the media is, may hold a passkey: all would get it\nhint: `--force` publishes it; `make-torrent --web-seed URL` names another\n";
    let key = "https://w/a.mp3?passkey=0123456789abcdef";
    let cases = [
        (vec!["https://me:secret@w/a.mp3", "https://w/a.mp3"], "", Ok("https://w/a.mp3")),
        (vec![key, "https://v/a.mp3"], "", Ok("https://v/a.mp3")),
        (vec![key, "https://v/a.mp3"], "--force", Ok("https://v/a.mp3")),
        (vec![key], "--force", Ok(key)),
        (vec![key], "", Err(passkey)),
        (vec!["https://w/0123456789abcdef0123456789abcdef/a.mp3"], "", Err(passkey)),
        (vec!["https://me:secret@w/a.mp3", key], "", Err(passkey)),
        (vec!["https://me:secret@w/a.mp3"], "", Err(password)),
        (vec!["https://me:secret@w/a.mp3"], "--force", Err(password)),
        (vec!["ftp://w/a.mp3"], "", Err(needed)),
        (vec![], "", Err(needed)),
    ];
    for (seeds, typed, expected) in cases {
        let folder = Folder::new("");
        folder.write("a.torrent", torrent("a.mp3", 5, &[("url-list", urls(&seeds))]));
        let outcome = run(&folder, &format!("{NEW} --date 1 --podcast {typed} a.torrent"));
        match expected {
            Ok(url) => assert_eq!(feed_in(&outcome.stdout).items[0].enclosures[0].url, url, "{outcome}"),
            Err(said) => {
                let outcome = outcome.expect(3);
                assert_eq!(outcome.stdout(), "");
                assert!(outcome.stderr().ends_with(&format!("make-feed: a.torrent: {said}")), "{outcome}");
            }
        }
    }
}
