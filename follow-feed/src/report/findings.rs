//! What `--check` prints of other programs: what they would miss of a feed, or take for something else.

use cli_kit::{Exit, Failure, Tone, World, escape};
use feed::{FeedCheck, Finding, FindingFields, Severity};
use serde::Serialize;

use super::Report;

/// Prints all findings as JSON, or for people those of each cause once.
pub(crate) fn print(report: &mut Report<'_>, check: &FeedCheck, world: &mut World) -> Result<(), Failure> {
    if check.findings.iter().any(|finding| finding.severity == Severity::Error) {
        report.exit = report.exit.max(Exit::No);
    }
    if report.plan.json {
        let url = report.plan.mask.text(&report.feed.url);
        return check
            .findings
            .iter()
            .try_for_each(|finding| report.print_json(&FindingRecord::of(&url, finding, check), world));
    }
    for (finding, items) in check.summed() {
        world.print(line(report, finding, check, items, world))?;
    }
    Ok(())
}

fn line(report: &Report<'_>, finding: &Finding, check: &FeedCheck, items: usize, world: &World) -> String {
    let title = |item: usize| check.titles.get(item).map_or("", String::as_str);
    let item = finding.item.map(|item| format!("item {} `{}`: ", item + 1, escape(title(item).as_bytes())));
    let sum = if items > 1 { format!("{items} items, first ") } else { String::new() };
    let tone = if finding.severity == Severity::Error { Tone::Bad } else { Tone::Doubtful };
    let severity = world.toned(tone, finding.severity.name());
    let (why, item) = (report.plan.mask.shown(&finding.why), item.unwrap_or_default());
    let name = &report.name;
    format!("{name}: {severity}: {}: {sum}{item}{why} [{}]\n", finding.reader.name(), finding.rule)
}

/// An event of its own: what another program makes of the feed.
#[derive(Serialize)]
struct FindingRecord<'a> {
    schema: &'static str,
    feed: &'a str,
    event: &'static str,
    #[serde(flatten)]
    finding: FindingFields<'a>,
}

impl<'a> FindingRecord<'a> {
    fn of(feed: &'a str, finding: &'a Finding, check: &'a FeedCheck) -> Self {
        Self {
            schema: "piecework/follow-feed/1",
            feed,
            event: "finding",
            finding: FindingFields::of(finding, check),
        }
    }
}
