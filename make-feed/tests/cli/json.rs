//! Lines of JSON, as the schemas have them.

use serde_json::{Value, json};
use test_kit::assert_matches_schema;

use crate::{NEW, run, three};

const MADE: &str = include_str!("../../schema/make-feed-1.json");
const CHECK: &str = include_str!("../../schema/make-feed-check-1.json");
const SEEN: &str = include_str!("../../schema/make-feed-seen-1.json");

fn lines(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_was_made() {
    let folder = three();
    let record = &lines(run(&folder, &format!("{NEW} --update feed.xml --json .")).expect(0).stdout())[0];
    assert_matches_schema(MADE, record);
    let expected = json!({
        "schema": "piecework/make-feed/1", "feed": "feed.xml", "format": "rss", "items": 3, "added": ["c", "b", "a"],
        "changed": [], "removed": [], "replaced": [], "built": "1970-01-01T00:05:00Z", "written": true,
    });
    assert_eq!(record, &expected);
    let record = &lines(run(&folder, "--update feed.xml --keep 2 --json").expect(0).stdout())[0];
    assert_eq!((&record["removed"], &record["items"]), (&json!(["a"]), &json!(2)));
    let record = &lines(run(&folder, "--update feed.xml --json").expect(0).stdout())[0];
    assert_matches_schema(MADE, record);
    assert_eq!(record["written"], false);
}

#[test]
fn findings_and_what_was_seen() {
    let folder = three();
    run(&folder, &format!("{NEW} -o feed.xml --podcast .")).expect(3);
    run(&folder, &format!("{NEW} -o feed.xml --format atom -f .")).expect(0);
    let lines = lines(run(&folder, "--check --seen --json feed.xml").expect(1).stdout());
    let (findings, seen): (Vec<&Value>, Vec<&Value>) =
        lines.iter().partition(|line| line["schema"] == "piecework/make-feed-check/1");
    findings.iter().for_each(|line| assert_matches_schema(CHECK, line));
    seen.iter().for_each(|line| assert_matches_schema(SEEN, line));
    let expected = json!({
        "schema": "piecework/make-feed-check/1", "feed": "feed.xml", "reader": "sonarr", "rule": "format",
        "severity": "error", "why": "reads RSS 2.0 only",
    });
    assert_eq!(findings, [&expected]);
    // Four programs, three items.
    assert_eq!(seen.len(), 12);
}
