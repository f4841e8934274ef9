//! One line of JSON a torrent, as the schema has it.

use serde_json::Value;
use test_kit::{Folder, assert_matches_schema};

use crate::{run, tool};

const SCHEMA: &str = include_str!("../../schema/make-torrent-1.json");

fn records(stdout: &str) -> Vec<Value> {
    let records: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    records.iter().for_each(|record| assert_matches_schema(SCHEMA, record));
    records
}

#[test]
fn a_torrent_is_told_whole() {
    let folder = Folder::new("d/a: hello\nd/b 40000");
    let typed = "d --json --protocol hybrid -l 14 -a udp://t/,udp://u/ -w https://w/ -p";
    let record = &records(run(&folder, typed).expect(0).stdout())[0];
    let numbers = ["size", "padded_size", "piece_length", "pieces", "file_count"]
        .map(|key| record[key].as_u64().unwrap());
    assert_eq!(numbers, [40_005, 65_536, 16_384, 4, 2]);
    assert_eq!(record["torrent"], "d.torrent");
    assert_eq!(record["trackers"], serde_json::json!([["udp://t/", "udp://u/"]]));
    assert_eq!(record["web_seeds"], serde_json::json!(["https://w/"]));
    assert_eq!(record["private"], true);
    assert_eq!(record["torrent_size"], folder.read("d.torrent").len());
    assert!(record["magnet"].as_str().unwrap().contains(record["info_hash_v2"].as_str().unwrap()));
}

#[test]
fn each_is_a_line_and_warnings_are_in_it() {
    let folder = Folder::new("d/A: x\nd/a: y\nf: z");
    let records = records(run(&folder, "d f --each --json").expect(0).stdout());
    assert_eq!(records.len(), 2);
    assert_eq!(records[0]["warnings"][0]["code"], "W-case-twin");
    assert_eq!(records[1]["warnings"], serde_json::json!([]));
}

#[test]
fn a_dry_run_lists_the_files() {
    let folder = Folder::new("\"d/b\\xff\": xy\nd/a 5");
    let record = &records(run(&folder, "d --raw-names --json --dry-run").expect(0).stdout())[0];
    let files = serde_json::json!([
        { "path": "a", "length": 5, "offset": 0 },
        { "path": { "text": "b\u{fffd}", "hex": "62ff" }, "length": 2, "offset": 5 },
    ]);
    assert_eq!((&record["files"], &record["dry_run"]), (&files, &true.into()));
    assert!(record.get("info_hash_v1").is_none());
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let folder = Folder::new("\"a\\x1b[31m\\u{202e}\": x");
    let outcome = tool(&folder, "--json").args(["a\u{1b}[31m\u{202e}"]).run().expect(0);
    assert!(!outcome.stdout().contains('\u{1b}') && !outcome.stdout().contains('\u{202e}'));
    assert_eq!(records(outcome.stdout())[0]["name"], "a\u{1b}[31m\u{202e}");
}
