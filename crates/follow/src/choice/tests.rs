use super::*;
use crate::entry::{Fate, Way};

const DAY: i64 = 86_400;
const NOW: i64 = 1000 * DAY;

fn entry(title: &str, days_old: i64, size: u64) -> Entry {
    Entry {
        id: format!("{title}{days_old}"),
        title: title.to_owned(),
        ways: vec![Way { url: "http://x/1.torrent".into(), rule: "enclosure".into() }],
        size: Some(size),
        published: Some(NOW - days_old * DAY),
        seen: NOW,
        ..Entry::default()
    }
}

fn with_fate(entry: Entry, stage: Stage, why: Option<&str>) -> Entry {
    Entry { fate: Fate { stage, why: why.map(str::to_owned), ..Fate::default() }, ..entry }
}

fn regex(text: &str) -> Regex {
    text.parse().unwrap()
}

/// Rules of what users hit: 22 (size, space), 23, and what `--match` is for.
#[test]
fn each_rule_has_its_say() {
    let all = Choice::default;
    let cases = [
        (all(), Decision::Take),
        (Choice { wanted: vec![regex("serv"), regex("^desk")], ..all() }, Decision::Take),
        (Choice { wanted: vec![regex("serv")], ..all() }, Decision::Skip("match")),
        (
            Choice { wanted: vec![regex("desk")], unwanted: vec![regex("1\\.0")], ..all() },
            Decision::Skip("not"),
        ),
        (Choice { max_size: Some(99), ..all() }, Decision::Skip("size")),
        (Choice { max_size: Some(100), ..all() }, Decision::Take),
        (Choice { max_age: Some(2 * DAY), ..all() }, Decision::Skip("age")),
        (Choice { max_age: Some(3 * DAY), ..all() }, Decision::Take),
        (Choice { min_free: Some(901), ..all() }, Decision::Wait("space")),
        (Choice { min_free: Some(900), ..all() }, Decision::Take),
    ];
    for (choice, expected) in cases {
        assert_eq!(choice.of(&entry("desk 1.0", 3, 100), NOW, Some(1000)), expected, "{choice:?}");
    }
    let without = Entry { ways: vec![], ..entry("page", 1, 1) };
    assert_eq!(all().of(&without, NOW, None), Decision::Skip("no-torrent"));
    // No date is no reason: dates never decide what is new.
    let undated = Entry { published: None, ..entry("x", 1, 1) };
    assert_eq!(Choice { max_age: Some(1), ..all() }.of(&undated, NOW, None), Decision::Take);
}

#[test]
fn the_oldest_comes_first_and_only_what_is_open() {
    let entries = [
        entry("new", 1, 1),
        entry("older", 5, 1),
        with_fate(entry("taken", 9, 1), Stage::Taken, None),
        with_fate(entry("baseline", 9, 1), Stage::Skipped, Some(FIRST_RUN)),
        with_fate(entry("other rule", 3, 1), Stage::Skipped, Some("match")),
        with_fate(entry("flood", 3, 1), Stage::Waiting, Some(SURGE)),
        with_fate(entry("cut off", 2, 1), Stage::Taking, None),
        with_fate(entry("given up", 2, 1), Stage::Failed, None),
        with_fate(Entry { left: Some((NOW, 1)), ..entry("gone", 4, 1) }, Stage::Skipped, Some("match")),
    ];
    let decided = Choice::default().decide(&entries, NOW, None);
    let titles: Vec<&str> = decided.iter().map(|(at, _)| entries[*at].title.as_str()).collect();
    assert_eq!(titles, ["older", "other rule", "cut off", "new"]);
    assert!(decided.iter().all(|(_, decision)| *decision == Decision::Take));
}

#[test]
fn one_of_a_kind_is_taken_once_or_the_newest() {
    let once = Choice { once_per: Some(regex(r"s(\d+)e(\d+)")), ..Choice::default() };
    let newest = Choice { newest_per: Some(regex("^(?:desk|serv)-")), ..Choice::default() };
    let entries = [
        with_fate(entry("a s01e01", 9, 1), Stage::Taken, None),
        entry("b s01e01 x", 3, 1),
        entry("a s01e01 again", 2, 1),
        entry("a s01e02", 2, 1),
        entry("b s01e02", 1, 1),
        entry("no number", 1, 1),
    ];
    let taken = |choice: &Choice, entries: &[Entry]| -> Vec<String> {
        let decided = choice.decide(entries, NOW, None);
        let taken = decided.iter().filter(|(_, decision)| *decision == Decision::Take);
        taken.map(|(at, _)| entries[*at].title.clone()).collect()
    };
    assert_eq!(taken(&once, &entries), ["a s01e02", "no number"]);
    let editions = [
        entry("desk-1", 9, 1),
        entry("desk-2", 5, 1),
        entry("serv-1", 7, 1),
        entry("other", 8, 1),
        with_fate(entry("serv-2", 1, 1), Stage::Taken, None),
    ];
    // What is older than what was taken is not taken in a later pass either.
    assert_eq!(taken(&newest, &editions), ["other", "desk-2"]);
}

/// Row 23: what mends an item is taken beside it, once.
#[test]
fn what_mends_an_item_is_taken_once_more() {
    let check = |again: &str, titles: &[&str], expected: &[&str]| {
        let rule = Some(regex(r"s(\d+)e(\d+)"));
        let choice = Choice { once_per: rule, again: Some(regex(again)), ..Choice::default() };
        let item = |(at, title): (usize, &&str)| match title.strip_prefix("had ") {
            Some(title) => with_fate(entry(title, 9, 1), Stage::Taken, None),
            None => entry(title, 8 - at as i64, 1),
        };
        let entries: Vec<Entry> = titles.iter().enumerate().map(item).collect();
        let decided = choice.decide(&entries, NOW, None);
        let taken = decided.iter().filter(|(_, decision)| *decision == Decision::Take);
        let taken: Vec<&str> = taken.map(|(at, _)| entries[*at].title.as_str()).collect();
        assert_eq!(taken, expected, "{again} {titles:?}");
    };
    check("repack", &["had s1e1", "s1e1 repack", "s1e1 x", "s1e1 repack x"], &["s1e1 repack"]);
    check("repack", &["s1e1", "s1e1 repack", "s1e2"], &["s1e1", "s1e1 repack", "s1e2"]);
    check("repack", &["had s1e1", "had s1e1 repack", "s1e1 repack y"], &[]);
    // What it mends comes too late.
    check("repack", &["s1e1 repack", "s1e1"], &["s1e1 repack"]);
    check("repack", &["had s1e1 repack", "s1e1"], &[]);
    // Each version once, where groups tell them apart.
    check(r"v(\d)", &["had s1e1", "s1e1 v2", "s1e1 v3", "s1e1 v3 x"], &["s1e1 v2", "s1e1 v3"]);
}

#[test]
fn the_first_run_leaves_what_was_there() {
    let entries = [
        entry("a", 1, 1),
        entry("b", 2, 1),
        entry("c", 3, 1),
        Entry { published: None, seen: 5, ..entry("d", 4, 1) },
    ];
    let titles = |first: FirstRun| -> String {
        let left = first.leaves(&entries, &[0, 1, 2, 3], NOW);
        left.iter().map(|at| entries[*at].title.as_str()).collect()
    };
    for (first, left) in [
        (FirstRun::None, "abcd"),
        (FirstRun::Latest, "bcd"),
        (FirstRun::All, ""),
        (FirstRun::Count(3), "d"),
        (FirstRun::Age(2 * DAY), "cd"),
    ] {
        assert_eq!(titles(first), left, "{first:?}");
    }
}
