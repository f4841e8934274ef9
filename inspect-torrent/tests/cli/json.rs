//! What programs read, held to the schemas.

use serde_json::{Value, json};
use test_kit::{Outcome, assert_matches_schema, bytes, dict, int, list};

use crate::{file, holding, run, sample, v1};

const TORRENT: &str = include_str!("../../schema/inspect-torrent-1.json");
const MAGNET: &str = include_str!("../../schema/inspect-torrent-magnet-1.json");
const CHECK: &str = include_str!("../../schema/inspect-torrent-check-1.json");
const DIFF: &str = include_str!("../../schema/inspect-torrent-diff-1.json");

fn records(outcome: &Outcome, schema: &str) -> Vec<Value> {
    let records: Vec<Value> =
        outcome.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    records.iter().for_each(|record| assert_matches_schema(schema, record));
    records
}

#[test]
fn a_torrent_is_reported_whole() {
    let outcome = run(&holding(&sample()), "--json t").expect(0);
    let mut record = records(&outcome, TORRENT).remove(0);
    let hash = record["info_hash_v1"].take().as_str().unwrap().to_owned();
    assert!(record["magnet"].take().as_str().unwrap().contains(&hash));
    let expected = json!({
        "schema": "piecework/inspect-torrent/1", "torrent": "t", "name": "album", "protocol": "v1",
        "info_hash_v1": null, "magnet": null, "size": 7005, "padded_size": 7005, "torrent_size": 411,
        "piece_length": 16384, "pieces": 1, "single_file": false, "file_count": 3,
        "files": [
            { "path": "a.txt", "length": 5, "offset": 0 },
            { "path": "sub/b", "length": 7000, "offset": 5 },
            { "path": "sub/c", "length": 0, "offset": 7005 },
        ],
        "private": true, "trackers": [["udp://one/", "http://two/"], ["wss://three/"]], "web_seeds": ["https://w/"],
        "nodes": ["[::1]:6881"], "comment": "hello", "created_by": "hand", "creation_date": 1_577_836_800,
        "source": "SRC", "unknown": { "publisher": "me" }, "warnings": [],
    });
    assert_eq!(record, expected);
}

#[test]
fn odd_things_have_their_place() {
    let link =
        dict([("attr", bytes("lx")), ("path", list([bytes(b"\xff")])), ("symlink path", list([bytes("a")]))]);
    let torrent = v1(&[file(5, &["a"]), link, file(1, &[".."])], &[], &[("x", dict([(b"\xff", int(1))]))]);
    let folder = holding(&[torrent, b"!".to_vec()].concat());
    let record = records(&run(&folder, "--json t").expect(0), TORRENT).remove(0);
    let link = json!({ "path": { "text": "\u{fffd}", "hex": "ff" }, "length": 0, "offset": 5, "attributes": "l", "symlink": "a" });
    assert_eq!(record["files"][1], link);
    assert_eq!(record["files"][2]["unsafe"], "the path has a component `.` or `..`");
    assert_eq!(record["unknown_info"], json!({ "x": { "$dict": [[{ "$hex": "ff" }, 1]] } }));
    let codes: Vec<_> =
        record["warnings"].as_array().unwrap().iter().map(|warning| &warning["code"]).collect();
    assert_eq!(codes, ["W-trailing", "E-unsafe-name"]);
}

/// archive.org's and others' keys of files, pad files left out; a hybrid's two entries for a file are one.
#[test]
fn keys_of_files_that_are_none_of_ours_are_reported() {
    let entry = |length, name: &str, keys: &[(&str, Vec<u8>)]| {
        let mut entries = vec![("length", int(length)), ("path", list([bytes(name)]))];
        entries.extend_from_slice(keys);
        entries.sort();
        dict(entries)
    };
    let hashes =
        [("md5", bytes("0a")), ("sha1", bytes(b"\xff")), ("mtime", bytes("12")), ("ed2k", bytes("x"))];
    let pad = entry(16379, "_____padding_file_0_x", &[("md5", bytes("no"))]);
    let files = [entry(5, "a", &hashes), pad, entry(6, "b", &[]), entry(7, "c", &[("crc32", bytes("9"))])];
    let two = ("pieces", bytes([7; 40]));
    let record =
        records(&run(&holding(&v1(&files, &[], std::slice::from_ref(&two))), "--json t").expect(0), TORRENT)
            .remove(0);
    let unknown: Vec<_> = record["files"].as_array().unwrap().iter().map(|file| &file["unknown"]).collect();
    let expected = json!({ "ed2k": "x", "md5": "0a", "mtime": "12", "sha1": { "$hex": "ff" } });
    assert_eq!(unknown, [&expected, &Value::Null, &json!({ "crc32": "9" })]);
    let target = || list([bytes("t")]);
    let files = [
        entry(5, "a", &[("attr", bytes("xz")), ("symlink path", target())]),
        entry(6, "b", &[("attr", int(1))]),
        entry(7, "c", &[("attr", bytes("xh"))]),
        entry(0, "d", &[("attr", bytes("l")), ("symlink path", target())]),
    ];
    let record = records(&run(&holding(&v1(&files, &[], &[])), "--json t").expect(0), TORRENT).remove(0);
    let unknown: Vec<_> = record["files"].as_array().unwrap().iter().map(|file| &file["unknown"]).collect();
    let odd = [json!({ "attr": "xz", "symlink path": ["t"] }), json!({ "attr": 1 })];
    assert_eq!(unknown, [&odd[0], &odd[1], &Value::Null, &Value::Null]);
    let files = [entry(5, "a", &hashes), entry(16379, "_____padding_file_0_x", &[]), entry(6, "b", &[])];
    let leaf = |length, root: u8, mtime| {
        let root = ("pieces root", bytes([root; 32]));
        dict([("", dict([("length", int(length)), ("mtime", int(mtime)), root]))])
    };
    let tree = dict([("a", leaf(5, 1, 1)), ("b", leaf(6, 2, 2))]);
    let half = [("file tree", tree), ("meta version", int(2)), two];
    let hybrid = v1(&files, &[("piece layers", b"de".to_vec())], &half);
    let record = records(&run(&holding(&hybrid), "--json t").expect(0), TORRENT).remove(0);
    assert_eq!(record["files"][0]["unknown"]["mtime"], "12");
    assert_eq!(record["files"][1]["unknown"], json!({ "mtime": 2 }));
}

#[test]
fn many_in_their_order() {
    let folder = holding(&sample());
    let names: Vec<String> = (0..200).map(|n| format!("{n}.torrent")).collect();
    for name in &names {
        folder.write(name, v1(&[file(5, &["a"])], &[], &[("name", bytes(name))]));
    }
    folder.write("77.torrent", "bad");
    let outcome = run(&folder, &format!("--json {}", names.join(" "))).expect(3);
    let found: Vec<_> =
        records(&outcome, TORRENT).iter().map(|record| record["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(found, names.into_iter().filter(|name| name != "77.torrent").collect::<Vec<_>>());
}

#[test]
fn the_other_records_match_their_schemas() {
    let folder = holding(&sample());
    folder.write("u", v1(&[file(6, &["a.txt"])], &[], &[]));
    let link = format!("magnet:?xt=urn:btih:{}&dn=n&x.pe=h:1&so=0,2-3&tr=udp://t/&xl=5", "ab".repeat(20));
    let magnet = records(&run(&folder, &format!("--json {link}")).expect(0), MAGNET).remove(0);
    assert_eq!((&magnet["peers"], &magnet["select"]), (&json!(["h:1"]), &json!([[0, 0], [2, 3]])));
    records(&run(&folder, "--check --json t u").expect(0), CHECK);
    folder.write("bad", "x");
    let bad = records(&run(&folder, "--check --json bad").expect(1), CHECK).remove(0);
    assert_eq!((&bad["errors"], &bad["findings"][0]["code"]), (&json!(1), &json!("E-bencode")));
    records(&run(&folder, "--diff t u --json").expect(1), DIFF);
    folder.write("u", [sample().as_slice(), b"\n"].concat());
    records(&run(&folder, "--diff t u --json").expect(1), DIFF);
}
