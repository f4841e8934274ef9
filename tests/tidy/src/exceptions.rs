//! Lists of what is allowed although a rule forbids it. They may only shrink: a line that is not needed any more is an offence too.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::repository;

/// The lines of a list: what is allowed, behind `#` the reason.
#[derive(Debug, Default)]
pub struct Exceptions {
    allowed: BTreeSet<String>,
}

impl Exceptions {
    /// The list `exceptions/NAME.txt`.
    ///
    /// # Panics
    ///
    /// If there is no such list.
    pub fn read(name: &str) -> Self {
        let path = repository().join(Path::new("tests/tidy/exceptions").join(name).with_extension("txt"));
        Self::parse(&fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// A list as text.
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        Self { allowed: lines.filter(|line| !line.is_empty()).map(str::to_owned).collect() }
    }
}

/// Offences that no exception covers, and exceptions that cover no offence. An exception is the whole offence, or what stands before
/// its first colon.
pub fn beyond(offences: &[String], exceptions: &Exceptions) -> Vec<String> {
    let key = |offence: &String| offence.split(':').next().unwrap_or_default().to_owned();
    let covered = |offence: &&String| {
        !exceptions.allowed.contains(*offence) && !exceptions.allowed.contains(&key(offence))
    };
    let needed: BTreeSet<String> = offences.iter().cloned().chain(offences.iter().map(key)).collect();
    let idle = exceptions.allowed.iter().filter(|line| !needed.contains(*line));
    let idle = idle.map(|line| format!("{line}: is no offence any more: take it off the list"));
    offences.iter().filter(covered).cloned().chain(idle).collect()
}
