//! What is printed: a summary for people, names for pipes; JSON in `record`.

mod record;
mod total;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use cli_kit::{Failure, Terminator, Tone, World, escape, escape_path, io_cause, show_size};
use torrent_core::data::{Alike, CheckReport, Content, FileReport, State, Verdict, nearby};
use torrent_core::files::File;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::{Metainfo, Protocol};

use self::record::{ExtraRecord, FileRecord, SummaryRecord};
pub(crate) use self::total::Total;
use crate::args::Listing;
use crate::plan::{Extent, Plan, Say};

/// A torrent and what was found of its data.
pub(crate) struct Verified<'a> {
    pub(crate) path: &'a Path,
    pub(crate) torrent: &'a Metainfo,
    pub(crate) report: &'a CheckReport,
    /// With `--select`: which files are spoken of.
    pub(crate) selected: Option<&'a [bool]>,
    pub(crate) extra: &'a [Vec<u8>],
    pub(crate) content: &'a Content,
}

impl<'a> Verified<'a> {
    /// The files that are spoken of.
    pub(crate) fn files(&self) -> impl Iterator<Item = (File<'a>, &'a FileReport)> {
        let selected = self.selected;
        let all = self.torrent.files().iter().zip(&self.report.files);
        all.filter(move |(file, _)| selected.is_none_or(|selected| selected[file.index]))
    }

    fn size(&self) -> u64 {
        self.files().map(|(file, _)| file.length).sum()
    }

    fn proven(&self) -> u64 {
        self.files().map(|(_, file)| file.proven).sum()
    }

    /// Whether every file that is spoken of is proven.
    fn is_whole(&self) -> bool {
        self.files().all(|(_, file)| file.state == State::Ok)
    }

    fn states(&self) -> BTreeMap<State, usize> {
        let mut states = BTreeMap::new();
        self.files().for_each(|(_, file)| *states.entry(file.state).or_default() += 1);
        states
    }
}

pub(crate) fn say(plan: &Plan, verified: &Verified<'_>, world: &mut World) -> Result<(), Failure> {
    match plan.say {
        Say::Json => json(plan, verified, world),
        Say::List { which, terminator } => world.write(|out| list(which, terminator, verified, out)),
        Say::Magnet => world.print(magnet(verified)),
        Say::Summary => {
            let text = summary(plan, verified, world);
            world.print(text)
        }
    }
}

fn json(plan: &Plan, verified: &Verified<'_>, world: &mut World) -> Result<(), Failure> {
    world.print_json(&SummaryRecord::new(plan, verified))?;
    for (file, report) in verified.files() {
        world.print_json(&FileRecord::new(verified, file, report))?;
    }
    verified.extra.iter().try_for_each(|path| world.print_json(&ExtraRecord::new(verified, path)))
}

/// Names for a pipe.
fn list(
    which: Listing,
    terminator: Terminator,
    verified: &Verified<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if which == Listing::Extra {
        return verified.extra.iter().try_for_each(|path| terminator.write(path, out));
    }
    let mut listed = verified.files().filter(|(_, file)| listing_of(file.state) == which);
    listed.try_for_each(|(file, _)| terminator.write(&file.path.joined(), out))
}

fn listing_of(state: State) -> Listing {
    match state {
        State::Ok => Listing::Ok,
        State::Missing => Listing::Missing,
        State::Suspect => Listing::Suspect,
        State::Unproven => Listing::Unproven,
        State::WrongType => Listing::WrongType,
        State::Unreadable => Listing::Unreadable,
        State::Changed => Listing::Changed,
        State::Damaged | State::Short | State::Long => Listing::Bad,
    }
}

/// The name of a state, as every output has it.
pub(crate) fn state_name(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Damaged => "damaged",
        State::Missing => "missing",
        State::Short => "short",
        State::Long => "long",
        State::WrongType => "wrong-type",
        State::Unreadable => "unreadable",
        State::Suspect => "suspect",
        State::Unproven => "unproven",
        State::Changed => "changed",
    }
}

/// The link that fetches what is missing, wrong or suspect: runs of file indices (BEP 53). What is only unproven is not among it:
/// its bad neighbour brings the piece that they share.
fn magnet(verified: &Verified<'_>) -> String {
    let mut magnet = Magnet::of(verified.torrent);
    for (file, _) in verified.files().filter(|(_, file)| !matches!(file.state, State::Ok | State::Unproven)) {
        let index = u32::try_from(file.index).unwrap_or(u32::MAX);
        match magnet.select.last_mut() {
            Some((_, last)) if *last + 1 == index => *last = index,
            _ => magnet.select.push((index, index)),
        }
    }
    if magnet.select.is_empty() { String::new() } else { format!("{magnet}\n") }
}

/// What was found, on one screen.
fn summary(plan: &Plan, verified: &Verified<'_>, world: &World) -> String {
    let (size, proven) = (verified.size(), verified.proven());
    let mut text = format!(
        "{}: {} of {} proven ({}), {}\n",
        title(plan, verified),
        show_size(proven),
        show_size(size),
        percent(proven, size, verified.is_whole()),
        states(verified, world),
    );
    let bad: Vec<_> =
        verified.files().filter(|(_, file)| file.state != State::Ok && !is_expected(plan, file)).collect();
    let mut alike = Alike::new(verified.torrent.files(), verified.content);
    for (file, report) in bad.iter().take(MOST_LINES) {
        let other = (report.state == State::Missing).then(|| alike.find(*file)).flatten();
        text.push_str(&line(*file, report, other.as_deref(), world));
    }
    if bad.len() > MOST_LINES {
        text.push_str(&format!(
            "  … and {} more: `--list bad`, `--list missing`, `--json`\n",
            bad.len() - MOST_LINES
        ));
    }
    for path in verified.extra.iter().take(MOST_LINES) {
        text.push_str(&format!("  {:<11} {}\n", "extra", escape(path)));
    }
    if verified.extra.len() > MOST_LINES {
        text.push_str(&format!("  … and {} more: `--list extra`\n", verified.extra.len() - MOST_LINES));
    }
    text.extend(elsewhere(plan, verified));
    text.push_str(&caveat(plan, verified));
    text
}

/// The torrent's name; of several, which may have the same name, with the path of each.
fn title(plan: &Plan, verified: &Verified<'_>) -> String {
    let name = escape(verified.torrent.name());
    match plan.torrents.len() {
        1 => name.into_owned(),
        _ => format!("{name} ({})", escape_path(verified.path)),
    }
}

/// The last line, if there are several torrents.
pub(crate) fn say_total(plan: &Plan, total: &Total, world: &mut World) -> Result<(), Failure> {
    let is_wanted = plan.say == Say::Summary && plan.torrents.len() > 1;
    if is_wanted { world.print(total.line()) } else { Ok(()) }
}

/// So many files fit a screen.
const MOST_LINES: usize = 15;

/// With `--sample` or `--select`, unproven files are expected and not reported.
fn is_expected(plan: &Plan, file: &FileReport) -> bool {
    plan.extent != Extent::All && file.state == State::Unproven && file.bad.is_empty()
}

/// Never 100 % with a byte missing, and never more than is so.
fn percent(proven: u64, size: u64, is_complete: bool) -> String {
    if is_complete {
        return "100 %".to_owned();
    }
    let tenths = (u128::from(proven) * 1000 / u128::from(size.max(1))).min(999);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn states(verified: &Verified<'_>, world: &World) -> String {
    let shown = |(state, count)| world.toned(tone(state), format!("{count} {}", state_name(state)));
    let texts: Vec<String> = verified.states().into_iter().map(shown).collect();
    texts.join(", ")
}

fn tone(state: State) -> Tone {
    match state {
        State::Ok => Tone::Good,
        State::Suspect | State::Unproven => Tone::Doubtful,
        _ => Tone::Bad,
    }
}

/// A file, and for one that is missing perhaps what may be it under another name.
fn line(file: File<'_>, report: &FileReport, other: Option<&[u8]>, world: &World) -> String {
    let state = world.toned(tone(report.state), format!("{:<11}", state_name(report.state)));
    let mut text = format!("  {state} {}", escape(&file.path.joined()));
    match report.state {
        State::Short | State::Long => {
            let found = report.found_length.unwrap_or_default();
            text.push_str(&format!(" ({found} bytes instead of {})", file.length));
        }
        State::Damaged | State::Suspect => text.push_str(&format!(" ({})", ranges(&report.bad))),
        _ => {}
    }
    if let Some(other) = other {
        text.push_str(&format!(" (perhaps it is `{}`)", escape(other)));
    }
    if report.leads_out {
        text.push_str(&format!(" ({LEADS_OUT})"));
    }
    if let Some(error) = &report.error {
        text.push_str(&format!(" ({})", io_cause(error)));
    }
    text.push('\n');
    text
}

/// Why a link is of the wrong type.
const LEADS_OUT: &str = "a link that leads out of the folder";

/// The first ranges of bytes, from and to.
fn ranges(bad: &[(u64, u64)]) -> String {
    let shown = bad.iter().take(3).map(|(first, length)| format!("{first} to {}", first + length - 1));
    let mut texts: Vec<String> = shown.collect();
    if bad.len() > 3 {
        texts.push(format!("{} more", bad.len() - 3));
    }
    format!("bytes {}", texts.join(", "))
}

/// Where all of it may be, if nothing of it is where it was looked for.
fn elsewhere(plan: &Plan, verified: &Verified<'_>) -> Option<String> {
    let is_nowhere = verified.files().all(|(_, file)| file.state == State::Missing);
    let place = is_nowhere.then(|| nearby(verified.torrent, &plan.data)).flatten()?;
    Some(format!("  perhaps all of it is in `{}`\n", escape_path(&place)))
}

/// What a partial check leaves open, and what is wrong with the torrent itself.
fn caveat(plan: &Plan, verified: &Verified<'_>) -> String {
    let pieces = &verified.report.pieces;
    let count = |is: fn(&Verdict) -> bool| pieces.iter().filter(|verdict| is(verdict)).count();
    let mut text = match plan.extent {
        Extent::All if verified.selected.is_some() => {
            let (some, all) = (verified.files().count(), verified.torrent.files().len());
            format!("  only the selection was checked: {some} of {all} files\n")
        }
        Extent::All => String::new(),
        Extent::Sizes => "  only names and sizes were compared: nothing is proven\n".to_owned(),
        Extent::Sample { .. } => {
            let read = count(|verdict| *verdict != Verdict::Unread);
            format!(
                "  {read} of {} pieces were read: what they hold is proven, the rest is not\n",
                pieces.len()
            )
        }
    };
    if verified.files().any(|(_, file)| file.state == State::Suspect) {
        text.push_str("  suspect: a piece that they share is wrong, and nothing says in which of them\n");
    }
    if verified.files().any(|(_, file)| file.leads_out) {
        text.push_str("  links that lead out of the folder were not followed: `--follow-links` does that\n");
    }
    let disputed = count(Verdict::is_disputed);
    if verified.torrent.protocol() == Protocol::Hybrid && disputed > 0 {
        text.push_str(&format!(
            "  the torrent is at fault: {disputed} pieces fit only one of its v1 and v2 halves\n"
        ));
    }
    text
}
