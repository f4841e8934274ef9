//! What is wrong with a command line, and what is said about it.

use test_kit::Tool;

use crate::{NEW, dated, run, three};

#[test]
fn mistakes_are_told() {
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
        ("--explain P99", "there is no rule `P99`\nhint: `make-feed --help` lists them"),
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
    let help = Tool::new(env!("CARGO_BIN_EXE_make-feed")).arg("--help").run().expect(0);
    for rule in feed::RULES {
        assert!(help.stdout().contains(&format!("  {:<7} ", rule.code)), "{}", rule.code);
    }
}
