//! Signed feeds: `--sign`, `--next-key`, and `--check --key`.

use std::fs;
use std::os::unix::fs::MetadataExt;

use feed::Format;
use signature::{Judgement, KeyFile, SecretKey, Statement, judge, key_file};
use test_kit::Folder;
use test_kit::minisign::{KEY, OTHER_KEY};

use crate::{NEW, dated, feed_in, run, three, titles, tool};

const SECRET: &str = KEY.0;
const PUBLIC: &str = KEY.1;
const SECRET_2: &str = OTHER_KEY.0;
const PUBLIC_2: &str = OTHER_KEY.1;

const URL: &str = "--self-url https://pub.example/feed.xml";

/// Three torrents and two keys.
fn prepared() -> Folder {
    let folder = three();
    folder.write("old.key", SECRET);
    folder.write("new.key", SECRET_2);
    folder
}

fn statement(folder: &Folder, path: &str) -> Statement {
    match judge(&folder.read(path)) {
        Judgement::Good(statement) => statement,
        other => panic!("{other:?}"),
    }
}

fn secret() -> SecretKey {
    match key_file(SECRET) {
        Ok(KeyFile::Open(key)) => key,
        _ => panic!("it is without a password"),
    }
}

#[test]
fn every_format_is_signed_and_reads_as_before() {
    for format in [Format::Rss, Format::Atom, Format::Json] {
        let folder = prepared();
        let typed = format!("{NEW} {URL} --date 5000 --format {} .", format.name());
        let plain = run(&folder, &typed).expect(0).stdout().to_owned();
        let text = run(&folder, &format!("{typed} --sign old.key")).expect(0).stdout().to_owned();
        assert_eq!(signature::without(text.as_bytes()), plain.as_bytes(), "{format:?}");
        assert_eq!(run(&folder, &format!("{typed} --sign old.key")).expect(0).stdout(), text, "{format:?}");
        folder.write("feed", &text);
        let statement = statement(&folder, "feed");
        assert_eq!((statement.feed.as_str(), statement.built), ("https://pub.example/feed.xml", 5000));
        assert_eq!((statement.key.to_string().as_str(), statement.next), (PUBLIC, None));
        assert_eq!(feed_in(&text).items, feed_in(&plain).items);
        // Of these programs, some read RSS only.
        let code = if format == Format::Rss { 0 } else { 1 };
        let outcome = run(&folder, &format!("--check --key {PUBLIC} feed")).expect(code);
        folder.write("plain", &plain);
        let found = run(&folder, "--check plain").expect(code).stdout().replace("plain: ", "feed: ");
        let said = format!(
            "make-feed: feed: signed by {PUBLIC} for `https://pub.example/feed.xml`, built 1970-01-01T01:23:20Z\n"
        );
        assert_eq!((outcome.stdout(), outcome.stderr()), (found.as_str(), said.as_str()), "{format:?}");
    }
}

#[test]
fn nothing_new_leaves_a_signed_feed_alone_and_news_are_built_later() {
    let folder = prepared();
    let update = format!("{URL} --sign old.key --update feed.xml");
    run(&folder, &format!("{NEW} {update} --date 5000 a.torrent")).expect(0);
    let seen = || (fs::metadata(folder.join("feed.xml")).unwrap().ino(), folder.read("feed.xml"));
    let before = seen();
    for typed in ["", " --date 9000", " --base-url https://pub.example/t/ a.torrent"] {
        run(&folder, &format!("{update}{typed}")).expect(0);
        assert_eq!(seen(), before, "{typed}");
    }
    // Even where the clock stands still, or goes back.
    for (date, built, title) in [(5000, 5001, "B"), (4000, 5002, "C"), (9000, 9000, "D")] {
        run(&folder, &format!("{update} --date {date} --title {title}")).expect(0);
        assert_eq!(statement(&folder, "feed.xml").built, built, "{date}");
    }
}

#[test]
fn a_signed_feed_is_not_followed_by_an_unsigned_one() {
    let folder = prepared();
    run(&folder, &format!("{NEW} {URL} --sign old.key --update feed.xml a.torrent")).expect(0);
    let before = folder.read("feed.xml");
    let update = "--update feed.xml --base-url https://pub.example/t/ b.torrent";
    let outcome = run(&folder, update).expect(3);
    let said = "make-feed: feed.xml: it is signed, and the new one would not be\n\
                hint: `--sign KEY` signs it; `--force` goes on without a signature\n";
    assert_eq!((outcome.stderr(), folder.read("feed.xml")), (said, before));
    run(&folder, &format!("{update} --force")).expect(0);
    assert_eq!(judge(&folder.read("feed.xml")), Judgement::Unsigned);
    assert_eq!(titles(&folder, "feed.xml"), ["b", "a"]);
}

#[test]
fn what_others_changed_is_not_signed() {
    let folder = prepared();
    let update = format!("{URL} --sign old.key --update feed.xml");
    run(&folder, &format!("{NEW} {update} a.torrent")).expect(0);
    let text = String::from_utf8(folder.read("feed.xml")).unwrap();
    let line = text.lines().last().unwrap();
    for (harmed, cause) in [
        (text.replace("<title>a<", "<title>z<"), "its signature does not count: changed since it was signed"),
        (
            format!("{text}<!-- more -->\n"),
            "its signature does not count: something stands behind the signature",
        ),
        (
            text.replace(line, "<?minisign x?>"),
            "its signature does not count: the signature is damaged, or none of minisign",
        ),
    ] {
        folder.write("feed.xml", &harmed);
        let outcome = run(&folder, &format!("{update} --title Other")).expect(3);
        let said = format!("make-feed: feed.xml: {cause}\nhint: `--force` signs it as it is\n");
        assert_eq!((outcome.stderr(), folder.read("feed.xml")), (said.as_str(), harmed.into_bytes()));
        run(&folder, "--check feed.xml").expect(3);
    }
    folder.write("feed.xml", text.replace("<title>a<", "<title>z<"));
    run(&folder, &format!("{update} --force")).expect(0);
    assert_eq!(
        (titles(&folder, "feed.xml"), statement(&folder, "feed.xml").next),
        (vec!["z".to_owned()], None)
    );
}

#[test]
fn a_feed_without_a_signature_gets_one_unless_one_is_demanded() {
    let folder = prepared();
    run(&folder, &format!("{NEW} --update feed.xml a.torrent")).expect(0);
    let update = format!("--update feed.xml --sign old.key {URL}");
    let outcome = run(&folder, &format!("{update} --key {PUBLIC}")).expect(3);
    assert_eq!(
        outcome.stderr(),
        "make-feed: feed.xml: it is not signed\nhint: `--force` signs it as it is\n"
    );
    let outcome = run(&folder, &update).expect(0);
    assert!(outcome.stderr().ends_with("`--key` demands a signature [W-unsigned]\n"), "{}", outcome.stderr());
    assert_eq!(run(&folder, &format!("{update} --key {PUBLIC}")).expect(0).stderr(), "");
}

#[test]
fn keys_change_hands_in_two_steps() {
    let folder = prepared();
    let old = format!("--update feed.xml --sign old.key {URL}");
    let new = format!("--update feed.xml --sign new.key {URL}");
    run(&folder, &format!("{NEW} {old} a.torrent")).expect(0);
    let outcome = run(&folder, &new).expect(3);
    let said = "make-feed: feed.xml: signed with another key: E42AA96EA7857B85\n\
                hint: `--key` says which key signed until now\n";
    assert_eq!(outcome.stderr(), said);
    let outcome = run(&folder, &format!("{new} --key {PUBLIC}")).expect(3);
    assert!(outcome.stderr().contains(": it does not say that this key follows"), "{}", outcome.stderr());
    let next = || statement(&folder, "feed.xml").next.map(|key| key.to_string());
    let built = || statement(&folder, "feed.xml").built;
    let first = built();
    // It is said until it happens, or is taken back.
    run(&folder, &format!("{old} --next-key {PUBLIC_2}")).expect(0);
    run(&folder, &format!("{old} --title Other")).expect(0);
    assert_eq!(next().as_deref(), Some(PUBLIC_2));
    run(&folder, &format!("{old} --next-key {PUBLIC}")).expect(0);
    assert_eq!(next(), None);
    run(&folder, &format!("{old} --next-key {PUBLIC_2}")).expect(0);
    for _ in 0..2 {
        run(&folder, &format!("{new} --key {PUBLIC}")).expect(0);
        assert_eq!((statement(&folder, "feed.xml").key.to_string().as_str(), next()), (PUBLIC_2, None));
    }
    assert!(built() >= first + 5, "every version is built later");
    run(&folder, &format!("--check --key {PUBLIC} feed.xml")).expect(3);
    run(&folder, &format!("--check --key {PUBLIC_2} feed.xml")).expect(0);
}

#[test]
fn a_check_says_who_did_not_sign() {
    let folder = prepared();
    let typed = format!("{NEW} {URL} --date 5000 .");
    let plain = run(&folder, &typed).expect(0).stdout().to_owned();
    folder.write("plain.xml", &plain);
    run(&folder, &format!("{typed} --sign new.key -o other.xml")).expect(0);
    for (feed, cause) in [
        ("plain.xml", "it is not signed"),
        ("other.xml", "its signature does not count: signed with another key: 80A46D623383C81E"),
    ] {
        let outcome = run(&folder, &format!("--check --key {PUBLIC} {feed}")).expect(3);
        assert_eq!(outcome.stderr(), format!("make-feed: {feed}: {cause}\n"));
        run(&folder, &format!("--check {feed}")).expect(0);
    }
    // A file beside it does as well, and the feed may not be followed by an unsigned one either.
    let comment = format!("feed:https://pub.example/feed.xml built:5000 key:{PUBLIC}");
    folder.write("plain.xml.minisig", secret().sign_file(plain.as_bytes(), &comment));
    run(&folder, &format!("--check --key {PUBLIC} plain.xml")).expect(0);
    run(&folder, "--update plain.xml --title Other").expect(3);
    folder.write("plain.xml.minisig", secret().sign_file(b"other", &comment));
    run(&folder, &format!("--check --key {PUBLIC} plain.xml")).expect(3);
}

#[test]
fn machines_name_the_key_by_their_environment() {
    let folder = prepared();
    folder.write("secrets/feed.key", SECRET);
    let typed = format!("{NEW} {URL} --date 5000 .");
    let by_name = run(&folder, &format!("{typed} --sign old.key")).expect(0).stdout().to_owned();
    let by_variable = tool(&folder, &typed).env("MINISIGN_KEY_FILE", "old.key").run().expect(0);
    let secrets = folder.join("secrets");
    let credential =
        tool(&folder, &format!("{typed} --sign feed.key")).env("CREDENTIALS_DIRECTORY", &secrets).run();
    assert_eq!(by_variable.stdout(), by_name);
    assert_eq!(credential.expect(0).stdout(), by_name);
    // It is not for checks, which sign nothing.
    folder.write("feed.xml", &by_name);
    tool(&folder, "--check feed.xml").env("MINISIGN_KEY_FILE", "missing").run().expect(0);
}

#[test]
fn what_cannot_sign_is_said() {
    let folder = prepared();
    folder.write("key.pub", format!("untrusted comment: minisign public key\n{PUBLIC}\n"));
    folder.write("bad.key", "nonsense");
    folder.write("d.torrent", dated("d", 400));
    for (typed, exit, said) in [
        (
            format!("{NEW} --sign old.key ."),
            2,
            "`--self-url` is needed: a signature says of which feed it is",
        ),
        (format!("{NEW} {URL} --sign missing.key ."), 4, "missing.key: no such file or directory"),
        (format!("{NEW} {URL} --sign key.pub ."), 3, "this is the public key; the secret one signs"),
        (format!("{NEW} {URL} --sign bad.key ."), 3, "bad.key: not a secret key of minisign"),
        (
            format!("{NEW} {URL} --sign old.key --next-key RW ."),
            2,
            "`--next-key RW`: not a public key of minisign",
        ),
        (format!("{NEW} {URL} --key {PUBLIC} ."), 2, "`--key` and `--next-key` are for `--sign`"),
        ("--check --key nonsense feed.xml".to_owned(), 2, "hint: `tail -n 1 minisign.pub` prints it"),
        ("--check --sign old.key feed.xml".to_owned(), 2, "cannot be used with"),
    ] {
        let outcome = run(&folder, &typed).expect(exit);
        assert!(outcome.stderr().contains(said), "{typed}: {}", outcome.stderr());
        assert_eq!(outcome.stdout(), "", "{typed}");
    }
}
