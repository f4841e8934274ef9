//! What programs read, held to the schema.

use serde_json::Value;
use test_kit::{Outcome, assert_matches_schema};

pub(crate) const SCHEMA: &str = include_str!("../../schema/seed-1.json");

/// The records on standard output, each as the schema has it.
pub(crate) fn records(outcome: &Outcome) -> Vec<Value> {
    let records: Vec<Value> =
        outcome.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    records.iter().for_each(|record| assert_matches_schema(SCHEMA, record));
    records
}

/// Those of an event.
pub(crate) fn of_event(outcome: &Outcome, event: &str) -> Vec<Value> {
    records(outcome).into_iter().filter(|record| record["event"] == event).collect()
}
