//! JSON by schema: a line for the torrent, then one a file.

use serde_json::Value;
use test_kit::assert_matches_schema;
use torrent_core::metainfo::Protocol;

use crate::{run, whole};

#[test]
fn every_line_matches_its_schema() {
    let folder = whole("d/a 5\n\"d/b\\xff\" 40000\nd/c 5", Protocol::Hybrid);
    folder.write("d/a", "longer");
    folder.remove("d/c");
    folder.add("d/x: y");
    let outcome = run(&folder, "t --json --extra").expect(1);
    let records: Vec<Value> =
        outcome.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for record in &records {
        let schema = match record["schema"].as_str().unwrap() {
            "piecework/verify-data/1" => include_str!("../../schema/verify-data-1.json"),
            "piecework/verify-data-file/1" => include_str!("../../schema/verify-data-file-1.json"),
            _ => include_str!("../../schema/verify-data-extra-1.json"),
        };
        assert_matches_schema(schema, record);
    }
    let summary = &records[0];
    assert_eq!((&summary["proven"], &summary["size"]), (&40_000.into(), &40_010.into()));
    assert_eq!(summary["states"], serde_json::json!({ "long": 1, "missing": 1, "ok": 1 }));
    assert_eq!((&records[1]["state"], &records[1]["found_length"]), (&"long".into(), &6.into()));
    assert_eq!(records[2]["path"]["hex"], "62ff");
    assert_eq!((records.len(), &records[4]["path"]), (5, &"x".into()));
}
