//! What `--diff` prints: one difference a line, those of many files in one.

use std::collections::HashMap;
use std::io::{self, Write};

use cli_kit::{Exit, Failure, World, escape};

use super::record::DiffRecord;
use crate::diff::{Difference, Info};
use crate::plan::Plan;

/// That there is a difference is the answer no.
pub(crate) fn differences(
    plan: &Plan,
    differences: &[Difference],
    info: Info,
    world: &mut World,
) -> Result<Exit, Failure> {
    if plan.json {
        world.print_json(&DiffRecord::new(&plan.inputs, differences, info))?;
    } else if !differences.is_empty() {
        world.write(|out| lines(differences, info, out))?;
    }
    Ok(if differences.is_empty() { Exit::Yes } else { Exit::No })
}

fn lines(differences: &[Difference], info: Info, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: HashMap<&[u8], usize> = HashMap::new();
    for key in differences.iter().filter_map(common) {
        *counts.entry(key).or_default() += 1;
    }
    for difference in differences {
        match common(difference).and_then(|key| counts.get_mut(key)) {
            // The line of the first one counts them.
            Some(0) => {}
            Some(count) if *count > LISTED => {
                let others = std::mem::take(count) - 1;
                summed(difference, others, out)?;
            }
            _ => line(difference, out)?,
        }
    }
    match info {
        Info::Same => writeln!(out, "info: the same"),
        Info::OtherwiseSame => writeln!(out, "info: otherwise the same"),
        Info::Different => Ok(()),
    }
}

/// What a difference of a file has in common with those of other files, which one line then sums up.
fn common(difference: &Difference) -> Option<&[u8]> {
    match difference {
        Difference::Unknown { .. } => Some(b""),
        Difference::FileKey { key, .. } => Some(key),
        _ => None,
    }
}

/// Differences of a kind that have a line each.
const LISTED: usize = 3;

fn summed(first: &Difference, others: usize, out: &mut dyn Write) -> io::Result<()> {
    match first {
        Difference::FileKey { path, key, .. } => {
            writeln!(out, "key: {} of {} and {others} other files", escape(key), escape(path))
        }
        Difference::Unknown { path } => {
            writeln!(out, "unknown: {} and {others} other files (the torrents do not tell)", escape(path))
        }
        other => line(other, out),
    }
}

fn line(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    let what = difference.what();
    match difference {
        Difference::Field { name, a, b } => {
            writeln!(out, "{}: {} -> {}", escape(name), shown(a), shown(b))
        }
        Difference::Added { path, length } | Difference::Removed { path, length } => {
            writeln!(out, "{what}: {} ({length} bytes)", escape(path))
        }
        Difference::Renamed { from, to } => writeln!(out, "{what}: {} -> {}", escape(from), escape(to)),
        Difference::Changed { path, a, b } => writeln!(out, "{what}: {} ({a} -> {b} bytes)", escape(path)),
        Difference::Unknown { path } => writeln!(out, "{what}: {} (the torrents do not tell)", escape(path)),
        Difference::FileKey { path, key, a, b } => {
            writeln!(out, "key: {} of {}: {} -> {}", escape(key), escape(path), shown(a), shown(b))
        }
        Difference::Trailing { a, b } => {
            writeln!(out, "{what}: other bytes behind the end of the torrent ({a} -> {b} bytes)")
        }
        Difference::Order { of: "files" } => writeln!(out, "{what}: the files stand in another order"),
        Difference::Order { of } => writeln!(out, "{what}: the keys of `{of}` stand in another order"),
        Difference::Encoding => {
            let how = "the same in other bytes: keys of inner dictionaries in another order, or numbers with leading zeros";
            writeln!(out, "{what}: {how}")
        }
    }
}

fn shown(value: &Option<Vec<u8>>) -> String {
    match value.as_deref() {
        None => "(none)".to_owned(),
        Some(b"") => "\"\"".to_owned(),
        Some(value) => escape(value).into_owned(),
    }
}
