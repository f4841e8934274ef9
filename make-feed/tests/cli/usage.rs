//! What is wrong with a command line, and what is said about it.

use test_kit::Tool;

use crate::{NEW, dated, run, three, tool};

#[test]
fn mistakes_are_reported() {
    let cases = [
        ("a.torrent", "nothing says where the .torrent files will be\nhint: `--base-url URL`, or `--magnet`"),
        ("--magnet a.torrent", "`--title` is needed for a new feed"),
        ("--magnet --title T a.torrent", "`--link` is needed for a new feed"),
        (
            "--magnet --title T --link pub.example a.torrent",
            "`--link pub.example`: not a URL of http or https",
        ),
        (
            "--base-url http://x/a<b --title T a.torrent",
            "`--base-url http://x/a<b`: holds a character that URLs must escape",
        ),
        ("--base-url http:// a.torrent", "`--base-url http://`: there is no host"),
        ("--base-url udp://x:1/ a.torrent", "`--base-url udp://x:1/`: not a URL of http or https"),
        (
            "--base-url http://x:99999/ a.torrent",
            "`--base-url http://x:99999/`: the port is not between 1 and 65535",
        ),
        (
            "--magnet --title T --link http://0x7f.1/ a.torrent",
            "`--link http://0x7f.1/`: the host is not plainly a name or an address",
        ),
        (
            "--base-url http://x/#t --title T a.torrent",
            "`--base-url http://x/#t`: names behind a `#` never reach the server",
        ),
        (
            "--magnet --supersedes 12 a.torrent",
            "`--supersedes 12`: not an info hash\nhint: 40 or 64 hexadecimal digits, as `inspect-torrent --print info-hash` prints them",
        ),
        ("--update -", "`--update` needs a file"),
        ("--magnet --json a.torrent", "`--json` and the feed both want standard output\nhint: `-o FILE`"),
        ("--podcast --format atom --base-url http://x/ a.torrent", "`--podcast` is for `--format rss`"),
        ("--ttl 5 --format atom --base-url http://x/ a.torrent", "Atom has no place for `--ttl`"),
        ("--check", "`--check` needs a feed\nhint: `make-feed --check feed.xml`"),
        ("- -", "`-` can be read once only"),
        ("--explain P99", "there is no rule `P99`\nhint: `--explain` alone lists them"),
        (
            "--update f --max-age 3w",
            "`--max-age 3w`: not a duration\nhint: an age is such as `90d`, `12h` or `30m`",
        ),
        ("--update f --max-age 90", "`--max-age 90`: days, hours or seconds?\nhint: `90d` is 90 days"),
        ("--update f --max-age 0", "`--max-age 0`: days, hours or seconds?\nhint: `0d` is 0 days"),
        (
            "--update f --max-age=",
            "`--max-age `: not a duration\nhint: an age is such as `90d`, `12h` or `30m`",
        ),
        ("--update f --keep 0", "`--keep 0` would remove all items\nhint: `--keep 1` keeps the newest"),
    ];
    for (typed, said) in cases {
        let folder = three();
        let before = folder.list();
        let outcome = run(&folder, typed).expect(2);
        assert_eq!(
            (outcome.stderr(), outcome.stdout()),
            (format!("make-feed: {said}\n").as_str(), ""),
            "{typed}"
        );
        assert_eq!(folder.list(), before, "{typed}");
    }
}

#[test]
fn two_torrents_cannot_be_at_one_url() {
    let folder = three();
    folder.write("1/x.torrent", dated("x", 1));
    folder.write("2/x.torrent", dated("y", 1));
    folder.write("3/x.torrent", dated("x", 1));
    let outcome = run(&folder, &format!("{NEW} -o feed.xml a.torrent 1/x.torrent 2/x.torrent")).expect(2);
    let said = "make-feed: 1/x.torrent and 2/x.torrent: two torrents would be at `https://pub.example/t/x.torrent`\n\
                hint: name a folder that holds both, or call them differently\n";
    assert_eq!((outcome.stderr(), outcome.stdout(), folder.join("feed.xml").exists()), (said, "", false));
    for typed in ["1/x.torrent 3/x.torrent", ".", "--magnet 1/x.torrent 2/x.torrent"] {
        run(&folder, &format!("{NEW} {typed}")).expect(0);
    }
}

#[test]
fn an_update_that_needs_a_place_for_torrents_says_so() {
    let folder = three();
    run(&folder, &format!("{NEW} --update feed.xml a.torrent")).expect(0);
    let outcome = run(&folder, "--update feed.xml b.torrent").expect(2);
    assert_eq!(
        outcome.stderr(),
        "make-feed: b.torrent: nothing says where it will be\nhint: `--base-url URL`, or `--magnet`\n"
    );
}

#[test]
fn rules_are_explained_and_listed() {
    let folder = three();
    let outcome = run(&folder, "--explain p7").expect(0);
    assert!(outcome.stdout().starts_with("P7: lastBuildDate"), "{outcome}");
    let listed = run(&folder, "--explain").expect(0);
    let codes = listed.stdout().lines().map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>();
    assert_eq!(codes, feed::RULES.iter().map(|rule| rule.code).collect::<Vec<_>>());
    let help = Tool::new(env!("CARGO_BIN_EXE_make-feed")).arg("--help").run().expect(0);
    for rule in feed::RULES {
        assert!(help.stdout().contains(&format!("  {:<7} ", rule.code)), "{}", rule.code);
    }
}

const HASH: &str = "e380a6c5ae0fb15f296d29964a56250780b05ad7";

#[test]
fn what_stands_where_a_file_is_expected_is_reported() {
    let magnet = format!("magnet:?xt=urn:btih:{HASH}");
    let gets = |typed: &str| format!("hint: `fetch --print-torrent '{typed}' > x.torrent` gets the torrent");
    let from_files = |typed: &str, what: &str, files: &str| format!("`{typed}`: it is {what}, and {files}");
    let (torrents, feeds) = ("torrents are read from files", "feeds are read from files");
    let written = "feeds are written to files";
    let web = "hint: write the file where the web server has it, or upload it then\n";
    let by_path = "hint: a file is named by its path, without `file://`\n";
    let url = "http://h/x.torrent";
    let cases = [
        (format!("{NEW} {url}"), from_files(url, "a URL", torrents), gets(url) + "\n"),
        (format!("{NEW} FTP://h/x"), from_files("FTP://h/x", "a URL", torrents), gets("FTP://h/x") + "\n"),
        (
            format!("{NEW} a.torrent {magnet}"),
            from_files(&magnet, "a magnet link", torrents),
            gets(&magnet) + "\n",
        ),
        (format!("{NEW} {HASH}"), from_files(HASH, "an info hash", torrents), gets(HASH) + "\n"),
        (
            format!("--check {url}"),
            from_files(url, "a URL", feeds),
            format!("hint: `curl '{url}' | make-feed --check -` checks what is there\n"),
        ),
        (
            format!("--check a.torrent {magnet}"),
            from_files(&magnet, "a magnet link", feeds),
            format!("hint: `inspect-torrent --check '{magnet}'` checks links\n"),
        ),
        (
            format!("--check {HASH}"),
            from_files(HASH, "an info hash", feeds),
            format!("hint: `inspect-torrent '{HASH}'` makes a link of it\n"),
        ),
        (
            format!("{NEW} 'urn:btih:{HASH}'"),
            from_files(&format!("'urn:btih:{HASH}'"), "a magnet link", torrents),
            gets(&magnet) + "\n",
        ),
        (format!("{NEW} file:///a"), from_files("file:///a", "a URL", torrents), by_path.to_owned()),
        ("--check file:///f".to_owned(), from_files("file:///f", "a URL", feeds), by_path.to_owned()),
        (
            "--update file:///f a.torrent".to_owned(),
            from_files("--update file:///f", "a URL", written),
            by_path.to_owned(),
        ),
        (
            "--update http://h/feed.xml a.torrent".to_owned(),
            from_files("--update http://h/feed.xml", "a URL", written),
            web.to_owned(),
        ),
        (
            format!("{NEW} a.torrent -o {magnet}"),
            from_files(&format!("--output {magnet}"), "a magnet link", written),
            String::new(),
        ),
    ];
    for (typed, said, hint) in cases {
        let folder = three();
        let before = folder.list();
        let outcome = run(&folder, &typed).expect(2);
        assert_eq!((outcome.stderr(), outcome.stdout()), (format!("make-feed: {said}\n{hint}").as_str(), ""));
        assert_eq!(folder.list(), before, "{typed}");
    }
    // A file of that name is a file.
    let folder = three();
    folder.write(HASH, dated("a", 1));
    run(&folder, &format!("{NEW} {HASH}")).expect(0);
}

#[test]
fn a_folder_is_no_feed() {
    let name = |option: &str| {
        format!("make-feed: d: is a folder\nhint: name the file in it: `{option} d/feed.xml`\n")
    };
    let read = "make-feed: d: is a directory (EISDIR)\n\
                hint: it is a folder: name the feed in it, such as `d/feed.xml`\n";
    for (typed, code, said) in [
        ("--check d", 4, read.to_owned()),
        ("--check --reader sonarr d", 4, read.to_owned()),
        ("-u d a.torrent", 4, name("--update")),
        ("--update d --keep 1", 4, name("--update")),
        (&format!("{NEW} -o d a.torrent"), 4, name("--output")),
    ] {
        let folder = three();
        folder.add("d/");
        assert_eq!(run(&folder, typed).expect(code).stderr(), said, "{typed}");
    }
}

#[test]
fn a_passkey_in_a_url_is_not_repeated() {
    let outcome = run(&three(), "--check http://t/rss?passkey=0123456789abcdef0123456789abcdef").expect(2);
    assert!(!outcome.stderr().contains("0123456789abcdef"), "{outcome}");
}

#[test]
fn a_file_that_is_no_feed_is_called_what_it_is() {
    let folder = three();
    let cases: [(&[u8], &str, &str); 6] = [
        (b"\x1f\x8b\x08\0", "it is compressed with gzip", "unpack it first"),
        (b"PK\x03\x04\x14\0", "it is a zip archive", "unpack it first"),
        (
            b"magnet:?xt=urn:btih:e380a6c5ae0fb15f296d29964a56250780b05ad7\n",
            "it is a magnet link",
            "`fetch --print-torrent LINK > x.torrent` makes a torrent of it",
        ),
        (
            b"{\"error\":401}",
            "it is JSON, perhaps a server's error message",
            "`head -c 300` shows how it begins",
        ),
        (&[0xc3, 1, 2, 3], "it is some other binary file", "`head -c 300` shows how it begins"),
        (
            &dated("x", 1),
            "it is a torrent, not a feed",
            "`inspect-torrent --check f` checks torrents, `make-feed f` makes a feed of them",
        ),
    ];
    for (bytes, what, hint) in cases {
        folder.write("f", bytes);
        let said = format!("make-feed: f: {what}\nhint: {hint}\n");
        for typed in ["--check f", "--update f --ttl 5"] {
            assert_eq!(run(&folder, typed).expect(3).stderr(), said, "{typed}");
        }
        assert_eq!(folder.read("f"), bytes);
    }
}

#[test]
fn what_is_given_as_a_torrent_is_called_what_it_is() {
    let folder = three();
    let feed = "`--update FILE` adds torrents to a feed, `--check FILE` checks one";
    let lines = "`torrent` in it names the .torrent; `make-feed … < FILE` reads such lines";
    for (text, what, hint) in [
        ("<rss version='2.0'><channel/></rss>", "it is an RSS feed", feed),
        ("<feed xmlns='http://www.w3.org/2005/Atom'/>", "it is an Atom feed", feed),
        (r#"{"version":"https://jsonfeed.org/version/1.1","items":[]}"#, "it is a JSON Feed", feed),
        (
            r#"{"schema":"piecework/make-torrent/1","torrent":"a.torrent"}"#,
            "it is what `make-torrent --json` prints",
            lines,
        ),
    ] {
        folder.write("f", text);
        let said = format!("make-feed: f: not a torrent: {what} [E-bencode]\nhint: {hint}\n");
        assert_eq!(run(&folder, &format!("{NEW} f")).expect(3).stderr(), said);
    }
}

/// An empty text would replace what the feed says, an empty product make all items one.
#[test]
fn a_variable_that_is_not_set_changes_no_feed() {
    let folder = three();
    run(&folder, &format!("{NEW} --copyright c -o feed.xml a.torrent b.torrent")).expect(0);
    let before = folder.read("feed.xml");
    for option in [
        "--title",
        "--description",
        "--language",
        "--copyright",
        "--category",
        "--author",
        "--item-title",
        "--item-description",
        "--attach",
        "--keep-per",
        "--link",
        "--image",
        "--max-age",
        "--supersedes",
        "--base-url",
        "--keep",
        "--date",
        "--format",
    ] {
        let update = tool(&folder, "--update feed.xml c.torrent").args([option, ""]);
        let outcome = update.run().expect(2);
        assert!(
            outcome.stderr().contains(option) && outcome.stderr().contains("\nhint: "),
            "{option}: {outcome}"
        );
        assert!(folder.read("feed.xml") == before, "{option}");
    }
}
