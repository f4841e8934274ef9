//! One line of JSON a torrent, as the schema has it.

use serde_json::{Value, json};
use test_kit::{Folder, assert_matches_schema};

use crate::{run, tool};

const SCHEMA: &str = include_str!("../../schema/make-torrent-1.json");

fn records(stdout: &str) -> Vec<Value> {
    let records: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    records.iter().for_each(|record| assert_matches_schema(SCHEMA, record));
    records
}

#[test]
fn a_torrent_is_reported_whole() {
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

/// Under the names that `inspect-torrent --json` gives it.
#[test]
fn everything_that_was_put_in_is_reported() {
    let typed = [
        ("-a udp://t:1/ -a http://u/announce", "trackers", json!([["udp://t:1/"], ["http://u/announce"]])),
        ("-w https://w/", "web_seeds", json!(["https://w/"])),
        ("--http-seed http://s/x", "http_seeds", json!(["http://s/x"])),
        ("--node h.example:5 --node [::1]:6", "nodes", json!(["h.example:5", "[::1]:6"])),
        ("-c words", "comment", json!("words")),
        ("--created-by me/1", "created_by", json!("me/1")),
        ("--date 2024-01-01", "creation_date", json!(1_704_067_200)),
        ("-s TAG", "source", json!("TAG")),
        ("--update-url https://u/x.torrent", "update_url", json!("https://u/x.torrent")),
        (
            "--similar 0123456789abcdef0123456789abcdef01234567",
            "similar",
            json!(["0123456789abcdef0123456789abcdef01234567"]),
        ),
        ("--collection a --collection b", "collections", json!(["a", "b"])),
        ("--set website=\"w\"", "unknown", json!({ "website": "w" })),
        ("--set info.publisher=[1,\"p\"]", "unknown_info", json!({ "publisher": [1, "p"] })),
    ];
    let all: Vec<&str> = typed.iter().map(|(options, ..)| *options).collect();
    for dry in ["", "--dry-run"] {
        let folder = Folder::new("d/a: hello");
        let plain = &records(run(&folder, &format!("d --json -o p {dry}")).expect(0).stdout())[0];
        let record =
            &records(run(&folder, &format!("d --json {dry} {}", all.join(" "))).expect(0).stdout())[0];
        for (options, key, expected) in &typed {
            assert_eq!(&record[key], expected, "{options} {dry}");
            assert_eq!(plain.get(key), None, "{key}");
            let alone =
                &records(run(&folder, &format!("d --json -f -o q {dry} {options}")).expect(0).stdout())[0];
            assert_eq!(&alone[key], expected, "{options} {dry}");
        }
        assert_eq!(record["single_file"], false);
    }
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
