//! `--check`: what would be taken, and what other programs would miss.

use test_kit::Folder;
use test_kit::minisign::{KEY, OTHER_KEY};

use crate::signed::{publish, signed};
use crate::{Publisher, events, kinds, run};

#[test]
fn a_check_says_what_would_be_taken_and_remembers_nothing() {
    let (publisher, folder) = (Publisher::new(&["b", "beta", "a"]), Folder::new(""));
    let typed = format!("--check --not beta {}", publisher.url());
    let checked = run(&folder, &typed).expect(1);
    let lines: Vec<&str> = checked.stdout().lines().collect();
    let torrent = publisher.server.url("/t/b.torrent");
    assert_eq!(lines[0], format!("new: b: {torrent}"));
    // Others know no relative URLs.
    let missed = format!("{}: error: qbittorrent: 3 items, first item 1 `b`: ", publisher.url());
    assert!(lines.iter().any(|line| line.starts_with(&missed)), "{lines:?}");
    assert!(lines[1].starts_with("skipped (not): beta: "), "{lines:?}");
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    let told = events(&run(&folder, &format!("--json {typed}")).expect(1));
    assert_eq!(kinds(&told)[..3], ["item", "item", "item"]);
    assert!(kinds(&told).contains(&"finding"), "{told:?}");
    assert_eq!(told[0]["offered_by"]["host"], "127.0.0.1");
}

#[test]
fn a_check_refuses_what_a_pass_would() {
    let (publisher, folder) = (Publisher::new(&["a"]), Folder::new(""));
    let url = publisher.url();
    let refused = run(&folder, &format!("--check --key {} {url}", KEY.1)).expect(3);
    assert!(refused.stderr().contains("refused: it is not signed [unsigned]"), "{}", refused.stderr());
    run(&folder, &format!("--check {}", publisher.server.url("/t/a.torrent"))).expect(3);
    run(&folder, &format!("--check {}", publisher.server.url("/missing"))).expect(5);
    run(&folder, "--check").expect(2);
}

/// The key that is named, or that is pinned, must have signed, as in a pass.
#[test]
fn a_check_says_whose_it_is() {
    let (publisher, folder) = (Publisher::new(&[]), Folder::new(""));
    let url = publisher.url();
    publish(&publisher, signed(KEY, 1, &url, &["a"]));
    let other = run(&folder, &format!("--check --key {} {url}", OTHER_KEY.1)).expect(3);
    assert!(other.stderr().contains(&format!("{} [other-key]", KEY.1)), "{}", other.stderr());
    assert_eq!(other.stdout(), "");
    let told = events(&run(&folder, &format!("--check --json --key {} {url}", KEY.1)).expect(1));
    assert_eq!((kinds(&told)[0], &told[0]["offered_by"]["key"]), ("item", &KEY.1.into()));
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    run(&folder, &format!("--key {} {url}", KEY.1)).expect(0);
    publish(&publisher, signed(OTHER_KEY, 2, &url, &["a"]));
    let pinned = run(&folder, &format!("--check {url}")).expect(3);
    assert!(pinned.stderr().contains("[other-key]"), "{}", pinned.stderr());
}
