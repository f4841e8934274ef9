//! What programs read, held to the schema.

use serde_json::Value;
use test_kit::{Outcome, assert_matches_schema};
use torrent_core::metainfo::Protocol;

use crate::{run, tool, wanting, whole};

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

#[test]
fn each_source_is_a_job_with_its_number_and_its_end() {
    let folder = whole("d 70000", Protocol::V1);
    folder.write("bad", "no torrent");
    let outcome = run(&folder, "missing bad t t http://127.0.0.1:9/x --json").expect(5);
    let ends: Vec<(u64, String, Value)> = records(&outcome)
        .iter()
        .filter(|record| ["failed", "completed", "duplicate"].contains(&record["event"].as_str().unwrap()))
        .map(|record| {
            let detail = if record["event"] == "duplicate" { "of" } else { "reason" };
            (
                record["job"].as_u64().unwrap(),
                record["source"].as_str().unwrap().into(),
                record[detail].clone(),
            )
        })
        .collect();
    let expected = [
        (0, "missing", "source".into()),
        (1, "bad", "unacceptable".into()),
        (2, "t", Value::Null),
        (3, "t", 2.into()),
        (4, "http://127.0.0.1:9/x", "network".into()),
    ];
    let mut ends: Vec<_> = ends.iter().map(|(job, name, why)| (*job, name.as_str(), why.clone())).collect();
    ends.sort_by_key(|(job, ..)| *job);
    assert_eq!(ends, expected);
}

#[test]
fn nothing_reads_like_the_end_before_it_is_known_what_is_wanted() {
    let folder = wanting("d 70000", Protocol::V1);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = listener.local_addr().unwrap();
    let link = "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567";
    for typed in [
        format!("t --json --peer {peer} --stall-timeout 1"),
        format!("{link} --json --peer {peer} --metadata-timeout 1"),
    ] {
        let mut is_started = false;
        for record in records(&tool(&folder, &typed).run().expect(5)) {
            is_started |= record["event"] == "started";
            if record["event"] == "progress" {
                assert_eq!(record.get("wanted").is_some(), is_started, "{record}");
                assert!(is_started || record.get("seconds_left").is_none(), "{record}");
            }
        }
    }
}

#[test]
fn a_signal_ends_each_job_with_an_event() {
    for (signal, code) in [(test_kit::Signal::INT, 130), (test_kit::Signal::TERM, 143)] {
        let folder = wanting("d 70000", Protocol::V1);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let running = tool(&folder, &format!("t --json --peer {}", listener.local_addr().unwrap())).spawn();
        let connection = listener.accept().unwrap();
        running.signal(signal);
        let outcome = running.finish().expect(code);
        drop(connection);
        let last = records(&outcome).pop().unwrap();
        assert_eq!((&last["event"], &last["reason"]), (&"failed".into(), &"interrupted".into()));
        assert_eq!(last["exit_code"], code);
    }
}
