//! A lint: what five programs would miss of a feed, and what they would take for something else.

mod mistakes;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::mistakes::Judge;
use crate::format::Format;
use crate::item::Item;
use crate::read::NotAFeed;
use crate::readers::{Document, FeedReader, Outcome, Remark, is_podcast};
use crate::xml::{FeedFault, FeedFaultKind};

/// What programs make of a feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedCheck {
    /// How it is written.
    pub format: Format,
    /// Titles of the items, in their order.
    pub titles: Vec<String>,
    /// What is to be said, program by program, item by item.
    pub findings: Vec<Finding>,
    /// There is more in the feed, which was not judged for its size.
    pub is_partial: bool,
    /// What each program takes.
    pub readers: Vec<(FeedReader, Outcome)>,
}

impl FeedCheck {
    /// What a person reads: one cause makes a finding for every item, so those of one program, rule and severity stand once, each
    /// with the number of its items.
    pub fn summed(&self) -> Vec<(&Finding, usize)> {
        let kind = |one: &Finding| (one.reader, one.rule, one.severity);
        let mut items: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
        for finding in &self.findings {
            items.entry(kind(finding)).or_default().extend(finding.item);
        }
        let mut summed = Vec::new();
        for finding in &self.findings {
            match finding.item {
                None => summed.push((finding, 0)),
                // Taken out with the first of its kind.
                Some(_) => summed.extend(items.remove(&kind(finding)).map(|items| (finding, items.len()))),
            }
        }
        summed
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The program gets the torrent, but something is not as it was meant.
    Warning,
    /// The program misses the item, or takes something else for its torrent.
    Error,
}

impl Severity {
    /// How output names it: `error` or `warning`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something to say of a feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The program whose model says it.
    pub reader: FeedReader,
    /// Which of the [`crate::RULES`] is not kept.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Which item, from 0; `None` for the feed.
    pub item: Option<usize>,
    /// What is so: lower case, no full stop. It may quote the feed.
    pub why: String,
}

/// A finding as JSON has it: the part that is the same in the records of all tools.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FindingFields<'a> {
    reader: &'static str,
    rule: &'static str,
    severity: &'static str,
    /// Which item, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    why: &'a str,
}

impl<'a> FindingFields<'a> {
    /// Those of a finding of this check.
    pub fn of(finding: &'a Finding, check: &'a FeedCheck) -> Self {
        Self {
            reader: finding.reader.name(),
            rule: finding.rule,
            severity: finding.severity.name(),
            item: finding.item.map(|item| item + 1),
            title: finding.item.and_then(|item| check.titles.get(item)).map(String::as_str),
            why: &finding.why,
        }
    }
}

impl Finding {
    /// A fault that costs whoever reads it.
    fn of_fault(reader: FeedReader, FeedFault { kind, line }: &FeedFault) -> Self {
        Self {
            reader,
            rule: "xml",
            severity: Severity::Error,
            item: None,
            why: format!("line {line}: {kind}"),
        }
    }
}

/// Judges a feed as `readers` read it. Without any these are the programs that want torrents, of a podcast podcast apps.
///
/// # Errors
/// If it is none at all.
pub fn check(bytes: &[u8], readers: &[FeedReader]) -> Result<FeedCheck, NotAFeed> {
    let document = Document::read(bytes)?;
    let items: Vec<&Item> = document.entries.iter().map(|entry| &entry.item).collect();
    let mut check = FeedCheck {
        format: document.format,
        titles: items.iter().map(|item| item.title.clone()).collect(),
        findings: Vec::new(),
        is_partial: document.faults.iter().any(|fault| fault.kind == FeedFaultKind::TooManyItems),
        readers: Vec::new(),
    };
    let readers = match readers {
        [] if is_podcast(&document) => &[FeedReader::Podcast],
        [] => &FeedReader::CLIENTS[..],
        chosen => chosen,
    };
    let nested = document.faults.iter().find(|fault| fault.kind == FeedFaultKind::NestedItem);
    for &reader in readers {
        let mut outcome = reader.read(&document);
        let judge = Judge { reader, format: document.format, items: &items };
        let mut findings = findings(reader, &mut outcome, &judge);
        findings.extend(nested.map(|fault| Finding::of_fault(reader, fault)));
        findings.sort_by_key(|finding| finding.item.map_or(0, |item| item + 1));
        check.findings.extend(findings);
        check.readers.push((reader, outcome));
    }
    Ok(check)
}

fn findings(reader: FeedReader, outcome: &mut Outcome, judge: &Judge<'_>) -> Vec<Finding> {
    let severity = |is_error: bool| if is_error { Severity::Error } else { Severity::Warning };
    let mut findings = Vec::new();
    for Remark { item, rule, why, is_loss } in std::mem::take(&mut outcome.remarks) {
        findings.push(Finding { reader, rule, severity: severity(is_loss), item, why });
    }
    let refused =
        findings.iter().any(|finding| finding.item.is_none() && finding.severity == Severity::Error);
    findings.extend(judge.mistakes(&outcome.taken));
    // Whoever says nothing at all of an item has missed it as well.
    let named: BTreeSet<usize> = findings.iter().filter_map(|finding| finding.item).collect();
    let taken: BTreeSet<usize> = outcome.taken.iter().map(|taken| taken.item).collect();
    let silent =
        (0..judge.items.len()).filter(|item| !refused && !named.contains(item) && !taken.contains(item));
    findings.extend(silent.map(|item| Finding {
        reader,
        rule: "link",
        severity: Severity::Error,
        item: Some(item),
        why: "does not see the item".to_owned(),
    }));
    findings
}

#[cfg(test)]
mod tests;
