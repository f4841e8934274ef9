//! Signed feeds: `--key`, `key=` in a list, what is pinned, and `--trust`.

use signature::{KeyFile, Statement, key_file};
use test_kit::minisign::{KEY, OTHER_KEY};
use test_kit::{Folder, assert_matches_schema};

use crate::{Publisher, STATE, events, kinds, rss, run, tool};

/// What somebody signs with this key.
pub(crate) fn signed((secret, _): (&str, &str), built: u64, url: &str, items: &[&str]) -> String {
    let Ok(KeyFile::Open(secret)) = key_file(secret) else { panic!("it is without a password") };
    let statement = Statement { feed: url.to_owned(), built, key: secret.public(), next: None };
    secret.sign_feed(&format!("{}\n", rss(items)), &statement).unwrap()
}

pub(crate) fn publish(publisher: &Publisher, feed: String) {
    *publisher.feed.lock().unwrap() = feed;
}

const URL: &str = "https://pub.example/feed.xml";

#[test]
fn the_first_key_is_pinned_and_told_and_an_unsigned_feed_is_refused_in_each_pass() {
    let (publisher, folder) = (Publisher::new(&[]), Folder::new("out/"));
    publish(&publisher, signed(KEY, 1, URL, &["a"]));
    let typed = format!("--json --save out --recheck {}", publisher.url());
    let first = run(&folder, &typed).expect(0);
    let told = events(&first);
    assert_eq!(kinds(&told), ["key-pinned", "feed", "taken"]);
    assert!(told.iter().all(|event| event["offered_by"]["key"] == KEY.1), "{told:?}");
    assert_eq!((&told[0]["published_at"], &told[2]["unproven"]), (&URL.into(), &true.into()));
    let said = format!("{URL} is signed with {}: nothing else is believed", KEY.1);
    assert!(first.stderr().contains(&said), "{}", first.stderr());
    publisher.publish(&["b", "a"]);
    for _ in 0..2 {
        let refused = run(&folder, &typed).expect(3);
        assert_eq!(kinds(&events(&refused)), ["feed", "refused"]);
        assert!(refused.stderr().contains("refused: it is not signed [unsigned]; nothing is taken"));
        assert!(refused.stderr().contains("hint: `--trust KEY URL`"), "{}", refused.stderr());
    }
    // Before it is asked again as well, whatever `--patience` says.
    let early = run(&folder, &format!("--save out --patience 30d {}", publisher.url())).expect(3);
    assert!(early.stderr().contains("[unsigned]"), "{}", early.stderr());
    assert_eq!(folder.names().iter().filter(|name| name.ends_with(".torrent")).count(), 1);
    let explained = events(&run(&folder, &format!("--explain {}", publisher.url())).expect(0));
    assert_eq!(explained[0]["offered_by"]["key"], KEY.1);
    publish(&publisher, signed(KEY, 2, URL, &["b", "a"]));
    assert_eq!(kinds(&events(&run(&folder, &typed).expect(0))), ["feed", "taken"]);
}

#[test]
fn a_feed_that_is_refused_does_not_stop_the_others() {
    let (publisher, folder) = (Publisher::new(&["a"]), Folder::new("out/"));
    let (plain, forged) = (publisher.url(), publisher.server.url("/feed.xml?2"));
    folder.write("feeds", format!("{plain}\n{forged} theirs key={}\n", KEY.1));
    let outcome = run(&folder, "--list feeds --save out --pause 0").expect(3);
    assert!(
        outcome.stderr().contains("theirs: refused: it is not signed [unsigned]"),
        "{}",
        outcome.stderr()
    );
    assert_eq!(folder.names().iter().filter(|name| name.ends_with(".torrent")).count(), 1);
}

#[test]
fn a_key_that_is_named_must_sign_and_only_a_person_names_another() {
    let (publisher, folder) = (Publisher::new(&[]), Folder::new(""));
    let url = publisher.url();
    publish(&publisher, signed(OTHER_KEY, 1, URL, &["a"]));
    let refused = run(&folder, &format!("--key {} {url}", KEY.1)).expect(3);
    assert!(
        refused.stderr().contains(&format!("another key, {} [other-key]", OTHER_KEY.1)),
        "{}",
        refused.stderr()
    );
    let state = run(&folder, "--list-state --json").expect(0);
    let state: serde_json::Value = serde_json::from_str(state.stdout()).unwrap();
    assert_matches_schema(STATE, &state);
    assert_eq!((&state["pin"]["key"], &state["pin"]["built"]), (&KEY.1.into(), &serde_json::Value::Null));
    assert!(state["refused"].as_str().unwrap().ends_with("[other-key]"), "{state}");
    assert!(
        run(&folder, "--list-state").expect(0).stdout().contains(": refused: it is signed with another key")
    );
    run(&folder, &format!("--trust {} {url}", OTHER_KEY.1)).expect(0);
    let taken = run(&folder, &format!("--key {} {url}", KEY.1)).expect(0);
    assert_eq!(kinds(&events(&taken)), ["key-pinned", "taken"]);
    let state = run(&folder, "--list-state --json").expect(0);
    let state: serde_json::Value = serde_json::from_str(state.stdout()).unwrap();
    assert_matches_schema(STATE, &state);
    assert_eq!(state["offered_by"]["key"], OTHER_KEY.1);
    assert_eq!(state["pin"]["built"], "1970-01-01T00:00:01Z");
    let whose = format!("signed with {}", OTHER_KEY.1);
    assert!(run(&folder, "--list-state").expect(0).stdout().contains(&whose));
    folder.add("out/");
    let explained = run(&folder, &format!("--explain --save out {url}")).expect(0);
    assert!(
        explained.stdout().contains(&format!("a, by enclosure, {whose}, unproven")),
        "{}",
        explained.stdout()
    );
    publisher.publish(&["a"]);
    let unsigned = publisher.server.url("/feed.xml?2");
    run(&folder, &unsigned).expect(0);
    let state = run(&folder, &format!("--list-state {unsigned}")).expect(0);
    assert!(state.stdout().ends_with("; offered by 127.0.0.1 without TLS\n"), "{}", state.stdout());
}

#[test]
fn a_command_hears_who_offers() {
    let (publisher, folder) = (Publisher::new(&[]), Folder::new(""));
    publish(&publisher, signed(KEY, 1, URL, &["a"]));
    let follow = |feed: &str| {
        let script = "echo \"$FOLLOW_OFFERED_BY ${FOLLOW_KEY-nobody}\" > by";
        tool(&folder, &format!("{feed} --exec sh -c")).arg(script).run().expect(0);
        String::from_utf8(folder.read("by")).unwrap()
    };
    assert_eq!(follow(&publisher.url()), format!("127.0.0.1 {}\n", KEY.1));
    publisher.publish(&["b"]);
    assert_eq!(follow(&publisher.server.url("/feed.xml?2")), "127.0.0.1 nobody\n");
}

#[test]
fn a_publisher_that_is_silent_is_somebodys_business() {
    let (publisher, folder) = (Publisher::new(&[]), Folder::new(""));
    publish(&publisher, signed(KEY, 1, URL, &["a"]));
    let outcome = run(&folder, &format!("--max-silence 60d {}", publisher.url())).expect(1);
    assert_eq!(kinds(&events(&outcome)), ["key-pinned", "stale", "taken"]);
    assert!(outcome.stderr().contains("signed nothing since 1970-01-01T00:00:01Z"), "{}", outcome.stderr());
    run(&folder, &format!("--max-silence 60d {}", publisher.url())).expect(0);
}

#[test]
fn keys_are_for_feeds_that_are_named() {
    let folder = Folder::new("feeds:");
    for typed in [
        "--key RW https://pub.example/".to_owned(),
        format!("--key {} --list feeds", KEY.1),
        format!("--trust {}", KEY.1),
        format!("--trust {} --list feeds https://pub.example/", KEY.1),
        format!("--trust {} --explain https://pub.example/", KEY.1),
    ] {
        run(&folder, &typed).expect(2);
    }
}
