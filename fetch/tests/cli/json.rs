//! What programs read, held to the schema.

use serde_json::Value;
use test_kit::{Outcome, assert_matches_schema};
use torrent_core::metainfo::Protocol;

use crate::{run, wanting, whole};

const SCHEMA: &str = include_str!("../../schema/fetch-1.json");

/// The records on standard output, each as the schema has it.
pub(crate) fn records(outcome: &Outcome) -> Vec<Value> {
    let records: Vec<Value> =
        outcome.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    records.iter().for_each(|record| assert_matches_schema(SCHEMA, record));
    records
}

fn events(outcome: &Outcome) -> Vec<String> {
    let events = records(outcome).into_iter().map(|record| record["event"].as_str().unwrap().to_owned());
    events.filter(|event| event != "progress").collect()
}

#[test]
fn what_was_there_starts_and_completes() {
    let folder = whole("d/a 65536\nd/b 5", Protocol::V1);
    let outcome = run(&folder, "t --json").expect(0);
    assert_eq!(events(&outcome), ["started", "completed"]);
    let started = records(&outcome).into_iter().find(|record| record["event"] == "started").unwrap();
    assert_eq!((&started["wanted"], &started["done"]), (&65541.into(), &65541.into()));
    assert_eq!(started["info_hash_v1"].as_str().unwrap().len(), 40);
    let completed = records(&outcome).into_iter().find(|record| record["event"] == "completed").unwrap();
    assert_eq!((&completed["path"], &completed["source"]), (&"d".into(), &"t".into()));
}

#[test]
fn a_survey_has_its_figures() {
    let folder = wanting("d 70000", Protocol::V1);
    let outcome = run(&folder, "t --dry-run --json").expect(0);
    let record = records(&outcome).remove(0);
    assert_eq!(
        (&record["event"], &record["needed"], &record["fits"]),
        (&"surveyed".into(), &70000.into(), &true.into())
    );
}

#[test]
fn a_failure_has_its_reason() {
    let folder = wanting("d 70000", Protocol::V1);
    for (typed, code, reason) in [
        ("t --json", 5, "nobody-to-ask"),
        ("t --json --peer 127.0.0.1:1 --stall-timeout 1", 5, "stalled"),
        ("t --json --peer 127.0.0.1:1 --select 7", 2, "selection"),
    ] {
        let outcome = run(&folder, typed).expect(code);
        let record = records(&outcome).pop().unwrap();
        assert_eq!((&record["event"], &record["reason"]), (&"failed".into(), &reason.into()));
        assert_eq!(record["exit_code"], code);
        assert!(!outcome.stderr().is_empty());
    }
}
