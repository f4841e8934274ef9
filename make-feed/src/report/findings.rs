//! What `--check` prints: findings, those of one rule, program and severity summed up, and what programs take.

use cli_kit::{Exit, Failure, Tone, World, escape, show_size};
use feed::{FeedCheck, Finding, Severity, Taken};

use super::record::{FindingRecord, SeenRecord};
use crate::inputs;
use crate::plan::{Check, Input};

/// What programs make of a feed: findings, and what they take if that is wanted.
pub(crate) fn check(
    plan: &Check,
    input: &Input,
    check: &FeedCheck,
    world: &mut World,
) -> Result<Exit, Failure> {
    if check.is_partial {
        let judged = check.titles.len();
        world
            .warn("W-partial", format!("{}: only the first {judged} items were judged", inputs::name(input)));
    }
    findings(plan, input, check, world)?;
    for (reader, outcome) in check.readers.iter().filter(|_| plan.seen) {
        for taken in &outcome.taken {
            match plan.flags.json {
                true => world.print_json(&SeenRecord::of(input, reader.name(), taken))?,
                false => world.print(seen_line(input, reader.name(), taken))?,
            }
        }
    }
    let counts = |finding: &Finding| plan.strict || finding.severity == Severity::Error;
    Ok(if check.findings.iter().any(counts) { Exit::No } else { Exit::Yes })
}

/// People read each cause once.
fn findings(plan: &Check, input: &Input, check: &FeedCheck, world: &mut World) -> Result<(), Failure> {
    if plan.flags.json {
        return check
            .findings
            .iter()
            .try_for_each(|finding| world.print_json(&FindingRecord::of(input, finding, check)));
    }
    let each = || check.findings.iter().map(|finding| (finding, 1)).collect();
    let findings = if plan.all { each() } else { check.summed() };
    findings
        .into_iter()
        .try_for_each(|(finding, items)| world.print(finding_line(input, finding, check, items, world)))
}

/// A finding that stands for those of so many items.
fn finding_line(input: &Input, finding: &Finding, check: &FeedCheck, items: usize, world: &World) -> String {
    let title = |item: usize| check.titles.get(item).map_or("", String::as_str);
    let item = finding.item.map(|item| format!("item {} `{}`: ", item + 1, escape(title(item).as_bytes())));
    let sum = if items > 1 { format!("{items} items, first ") } else { String::new() };
    let (severity, reader, rule) = (finding.severity.name(), finding.reader.name(), finding.rule);
    let tone = if finding.severity == Severity::Error { Tone::Bad } else { Tone::Doubtful };
    let severity = world.toned(tone, severity);
    let why = escape(finding.why.as_bytes());
    let item = item.unwrap_or_default();
    format!("{}: {severity}: {reader}: {sum}{item}{why} [{rule}]\n", inputs::name(input))
}

fn seen_line(input: &Input, reader: &str, taken: &Taken) -> String {
    let size = taken.size.map(|size| format!(" ({})", show_size(size))).unwrap_or_default();
    let (title, url) = (escape(taken.title.as_bytes()), escape(taken.url.as_bytes()));
    let before = taken.before.map(|version| format!(" (before {version})")).unwrap_or_default();
    format!("{}: {reader}: item {} `{title}`{size}: {url}{before}\n", inputs::name(input), taken.item + 1)
}
