//! Feeds that are signed, changed, and signed by `minisign`.

use crate::{
    BadSignature, Judgement, KeyFile, NotAKey, PublicKey, SecretKey, Statement, check_file, judge,
    judge_beside, key_file, without,
};

/// A key that `minisign -G -W` made.
const SECRET: &str = "untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAhXuFp26pKuTuKFecc/M4SOGGowMIEzitCQ8CNmuJv+m+mAaNXUus/zslRedi3eHbH+FA5xPFZOueB1P4v1NqHh3GwtH2N9ysAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
";
const PUBLIC: &str = "RWSFe4Wnbqkq5DslRedi3eHbH+FA5xPFZOueB1P4v1NqHh3GwtH2N9ys";
/// The same key with the password `hunter2`, of which scrypt makes less than `minisign -G` asks for: 1 MiB instead of 1 GiB.
const LOCKED: &str = "untrusted comment: minisign encrypted secret key
RWRTY0IyAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AgAAAAAAAAAAAAAEAAAAAVaVfj5biIej4AdlUZGnI62nHfokKoPfTju0gldWAn6zw5S9Cjm8vi0aG29D+PhCOXbyH6ZTbvl+wBbnC/9wfjWepTO1LAILBwptrkrj3i/k1ZKv9AOhi5H+/PgheTsDEdqPHIwD4CNs=
";
const OTHER: &str = "RWR7cCHbJVI1XoE2xpEocxMTTLxjnpZozVJnlRReQ9Ln+6oi8SyjZuTW";

const RSS: &str =
    "<?xml version=\"1.0\"?>\n<rss version=\"2.0\">\n<channel><title>A</title></channel>\n</rss>\n";
const JSON: &str = "{\n  \"version\": \"https://jsonfeed.org/version/1.1\",\n  \"items\": []\n}\n";

fn secret() -> SecretKey {
    match key_file(SECRET) {
        Ok(KeyFile::Open(key)) => key,
        _ => panic!("it is without a password"),
    }
}

fn statement() -> Statement {
    Statement {
        feed: "https://a/feed.xml".to_owned(),
        built: 1_700_000_000,
        key: PublicKey::parse(PUBLIC).unwrap(),
        next: None,
    }
}

fn signed(feed: &str) -> String {
    secret().sign_feed(feed, &statement()).unwrap()
}

#[test]
fn a_signed_feed_is_good_and_the_same_each_time() {
    for feed in [RSS, JSON] {
        let text = signed(feed);
        assert_eq!(judge(text.as_bytes()), Judgement::Good(statement()));
        assert_eq!(without(text.as_bytes()), feed.as_bytes());
        assert_eq!(signed(feed), text);
        assert_eq!(judge(feed.as_bytes()), Judgement::Unsigned);
        assert_eq!(without(feed.as_bytes()), feed.as_bytes());
    }
    assert!(signed(RSS).lines().last().unwrap().starts_with("<?minisign RUS"));
    assert!(signed(JSON).ends_with("\"\n}\n"));
}

#[test]
fn no_bit_may_be_another() {
    for feed in [RSS, JSON] {
        let text = signed(feed).into_bytes();
        for (byte, bit) in (0..text.len()).flat_map(|byte| (0..8).map(move |bit| (byte, bit))) {
            let mut changed = text.clone();
            changed[byte] ^= 1 << bit;
            assert!(!matches!(judge(&changed), Judgement::Good(_)), "byte {byte}, bit {bit}");
        }
    }
}

#[test]
fn no_byte_may_be_missing_or_more() {
    for feed in [RSS, JSON] {
        let text = signed(feed);
        for at in 0..text.len() {
            assert!(!matches!(judge(&text.as_bytes()[..at]), Judgement::Good(_)), "cut at {at}");
            let longer = [&text.as_bytes()[..at], b" ", &text.as_bytes()[at..]].concat();
            assert!(!matches!(judge(&longer), Judgement::Good(_)), "longer at {at}");
        }
    }
}

#[test]
fn what_does_not_count_says_why() {
    let text = signed(RSS);
    let line = text.lines().last().unwrap();
    let plain = secret().sign_file(RSS.as_bytes(), "timestamp:1");
    let plain: Vec<&str> = plain.lines().collect();
    let plain = format!("{RSS}<?minisign {} timestamp:1 {}?>\n", plain[1], plain[3]);
    let other = Statement { key: PublicKey::parse(OTHER).unwrap(), ..statement() };
    for (text, why) in [
        (format!("{text}<!-- served by -->\n"), BadSignature::NotLast),
        (format!("{text}\n"), BadSignature::NotLast),
        (text.replace("<title>A", "<title>B"), BadSignature::Changed),
        (text.replace("built:17", "built:18"), BadSignature::Changed),
        (text.replace("</rss>\n", "</rss>\n<!-- -->\n"), BadSignature::Changed),
        (text.replace("RUS", "RWS"), BadSignature::Malformed),
        (text.replace(line, "<?minisign ?>"), BadSignature::Malformed),
        (format!("{RSS}<?minisign "), BadSignature::Malformed),
        (plain, BadSignature::NoStatement),
        (secret().sign_feed(RSS, &other).unwrap(), BadSignature::OtherKey("E42AA96EA7857B85".to_owned())),
    ] {
        assert_eq!(judge(text.as_bytes()), Judgement::Bad(why), "{text}");
    }
}

#[test]
fn the_key_of_another_is_not_the_one_that_was_asked_for() {
    let [ours, other] = [PUBLIC, OTHER].map(|key| PublicKey::parse(key).unwrap());
    let good = judge(signed(RSS).as_bytes());
    assert_eq!(good.clone().by(&ours), Ok(statement()));
    assert_eq!(good.by(&other), Err(Some(BadSignature::OtherKey("E42AA96EA7857B85".to_owned()))));
    assert_eq!(Judgement::Unsigned.by(&ours), Err(None));
}

#[test]
fn a_minisig_beside_the_feed_counts_where_the_feed_has_none() {
    let beside = secret().sign_file(RSS.as_bytes(), &statement().to_string());
    assert_eq!(judge_beside(RSS.as_bytes(), beside.as_bytes()), Judgement::Good(statement()));
    assert_eq!(judge_beside(JSON.as_bytes(), beside.as_bytes()), Judgement::Bad(BadSignature::Changed));
    assert_eq!(judge_beside(RSS.as_bytes(), b"404"), Judgement::Bad(BadSignature::Malformed));
    let text = signed(RSS);
    assert_eq!(judge_beside(text.as_bytes(), b"404"), Judgement::Good(statement()));
    let changed = text.replace("<title>A", "<title>B");
    assert_eq!(judge_beside(changed.as_bytes(), beside.as_bytes()), Judgement::Bad(BadSignature::Changed));
}

#[test]
fn any_file_is_checked_by_the_minisig_beside_it() {
    let key = PublicKey::parse(PUBLIC).unwrap();
    let minisig = secret().sign_file(b"d4:infoe", "file:x.torrent");
    assert_eq!(check_file(b"d4:infoe", minisig.as_bytes(), &key).as_deref(), Ok("file:x.torrent"));
    assert_eq!(check_file(b"d4:infof", minisig.as_bytes(), &key), Err(BadSignature::Changed));
    let other = PublicKey::parse(OTHER).unwrap();
    let why = BadSignature::OtherKey("E42AA96EA7857B85".to_owned());
    assert_eq!(check_file(b"d4:infoe", minisig.as_bytes(), &other), Err(why));
    let long = [minisig.as_bytes(), &[b'\n'; 10 << 10]].concat();
    assert_eq!(check_file(b"d4:infoe", &long, &key), Err(BadSignature::Malformed));
}

#[test]
fn a_key_opens_with_its_password_only() {
    assert_eq!(secret().public().to_string(), PUBLIC);
    let unlock = |password: &str| match key_file(LOCKED) {
        Ok(KeyFile::Locked(key)) => key.unlock(password),
        _ => panic!("it has a password"),
    };
    assert_eq!(unlock("hunter2").map(|key| key.public().to_string()).ok().as_deref(), Some(PUBLIC));
    assert_eq!(unlock("hunter3").map(|_| ()), Err(NotAKey::Password));
}

#[test]
fn a_key_that_asks_for_everything_is_not_unlocked() {
    // The limits stand behind 38 bytes: of work, and of memory.
    let with = |at: usize, byte: u8| {
        let line = LOCKED.lines().nth(1).unwrap();
        let mut bytes = data_encoding::BASE64.decode(line.as_bytes()).unwrap();
        bytes[at] = byte;
        match key_file(&data_encoding::BASE64.encode(&bytes)) {
            Ok(KeyFile::Locked(key)) => key.unlock("hunter2").map(|_| ()),
            _ => panic!("it has a password"),
        }
    };
    assert_eq!(with(38 + 7, 0xff), Err(NotAKey::Costly));
    assert_eq!(with(46 + 7, 0xff), Err(NotAKey::Costly));
}

#[test]
fn what_is_no_secret_key_is_refused() {
    let refused = |text: &str| key_file(text).map(|_| ()).unwrap_err();
    for text in ["", PUBLIC, "RWQA", &SECRET.replace("RWQAAEIy", "RWQAAEIz"), &"A".repeat(5000)] {
        assert_eq!(refused(text), NotAKey::Secret, "{text}");
    }
    assert_eq!(refused(&SECRET.replace("zslRed", "zslRee")), NotAKey::Damaged);
}

#[test]
fn what_cannot_be_written_in_a_line_is_not_signed() {
    let bad = Statement { feed: "https://a/?> x".to_owned(), ..statement() };
    assert_eq!(secret().sign_feed(RSS, &bad), None);
    assert_eq!(secret().sign_feed("<rss></rss>", &statement()), None);
    assert_eq!(secret().sign_feed("{}", &statement()), None);
}
