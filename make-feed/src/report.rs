//! What is printed: results on standard output, talk on standard error.

mod findings;
mod record;

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use cli_kit::{Exit, Failure, World, escape, escape_path};
use feed::{Feed, FeedFault, Format, Item, Merged, Tie};
use publish::{Attached, NoItem, passkeys};
use signature::Statement;
use torrent_core::metainfo::Metainfo;

pub(crate) use self::findings::check;
use self::record::MadeRecord;
use crate::inputs;
use crate::inputs::Candidate;
use crate::plan::{Input, Make, Output};

/// The feed is in its place: says where, and what has changed.
pub(crate) fn made(
    plan: &Make,
    merged: &Merged,
    statement: Option<&Statement>,
    is_written: bool,
    world: &mut World,
) -> Result<(), Failure> {
    if plan.flags.json {
        return world.print_json(&MadeRecord::of(plan, merged, statement, is_written));
    }
    let Some(path) = plan.output.path() else { return Ok(()) };
    let said = match plan.flags.quiet {
        true => String::new(),
        false => format!(": {}", changes(merged, is_written)),
    };
    world.print([world.shown_path(path).as_slice(), said.as_bytes(), b"\n"].concat())
}

fn changes(merged: &Merged, is_written: bool) -> String {
    let items = match merged.feed.items.len() {
        1 => "1 item".to_owned(),
        count => format!("{count} items"),
    };
    let counts = [
        (merged.added.len(), "new"),
        (merged.changed.len(), "changed"),
        (merged.replaced.len(), "replaced"),
        (merged.removed.len(), "removed"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match (is_written, counts.is_empty()) {
        (false, _) => format!("{items}, unchanged"),
        (true, true) => items,
        (true, false) => format!("{items} ({})", counts.join(", ")),
    }
}

/// What is signed was not signed before: whoever could write to the file has written it.
pub(crate) fn first_signature(plan: &Make, world: &World) {
    let place = plan.output.path().map_or_else(String::new, |path| format!("{}: ", escape_path(path)));
    let what =
        "it was not signed until now, and is signed with all that is in it; `--key` demands a signature";
    world.warn("W-unsigned", format!("{place}{what}"));
}

/// Who signed a feed that was checked, and what that says.
pub(crate) fn signed(input: &Input, statement: &Statement, world: &World) {
    let Statement { feed, built, key, next } = statement;
    let built = feed::to_rfc_3339(i64::try_from(*built).unwrap_or(i64::MAX));
    let next = next.as_ref().map(|next| format!("; {next} will sign next")).unwrap_or_default();
    let feed = escape(feed.as_bytes());
    world.note(format!("{}: signed by {key} for `{feed}`, built {built}{next}", inputs::name(input)));
}

/// Nothing has the hash that was to be superseded: perhaps it is mistyped, perhaps gone since long.
pub(crate) fn not_found(merged: &Merged, world: &World) {
    for name in &merged.not_found {
        let hash = name.strip_prefix("urn:btmh:1220").unwrap_or(name);
        world.warn("W-supersedes", format!("no item has the info hash {hash}"));
    }
}

/// Which items are no more, so that nobody has to find out by reading the feed, and what decided that.
pub(crate) fn gone(merged: &Merged, world: &World) {
    let removed: BTreeSet<&String> = merged.removed.iter().collect();
    let left_out = merged.left_out.iter().map(|item| item.shown().to_owned());
    let left_out: Vec<String> = left_out.filter(|title| !removed.contains(title)).collect();
    for (titles, what) in [
        (&merged.replaced, "replaced, another torrent is at its URL"),
        (&merged.removed, "removed"),
        (&left_out, "not added, newer ones are kept"),
    ] {
        for title in titles.iter().take(LONGEST_LIST) {
            world.note(format!("`{}`: {what}", escape(title.as_bytes())));
        }
        if titles.len() > LONGEST_LIST {
            world.note(format!("{} more: {what}", titles.len() - LONGEST_LIST));
        }
    }
    if let Some(Tie { stays, goes }) = &merged.tie {
        let (stays, goes) = (escape(stays.as_bytes()), escape(goes.as_bytes()));
        let why = "have the same date: their titles decided which is newer";
        world.warn("W-tie", format!("`{stays}`, which stays, and `{goes}` {why}"));
    }
}

/// Once one item of RSS has the elements of ezRSS, Sonarr wants them in every item (P5).
pub(crate) fn mixed(plan: &Make, feed: &Feed, world: &World) {
    let (bare, whole): (Vec<&Item>, Vec<&Item>) =
        feed.items.iter().partition(|item| item.torrent.info_hash.is_none());
    let (Some(path), Some(first)) = (plan.output.updated(), bare.first()) else { return };
    if feed.format == Format::Rss && !whole.is_empty() {
        let (count, title) = (bare.len(), escape(first.shown().as_bytes()));
        let items = if count == 1 { "1 item has".to_owned() } else { format!("{count} items have") };
        let what =
            format!("no info hash, such as `{title}`: beside items that have one, Sonarr misses them (P5)");
        world.warn("W-mixed", format!("{}: {items} {what}", escape_path(path)));
    }
}

/// Items of a kind that are named; of more there is only the number.
const LONGEST_LIST: usize = 20;

/// What a run would take away although nobody can have meant it.
pub(crate) enum Removal<'m> {
    /// It takes every item away.
    All,
    /// One that was just given.
    Given(&'m Item),
    /// One that was just given, by its own name.
    Undone(&'m Item),
}

/// Why nothing was written.
pub(crate) fn removal(plan: &Make, why: Removal<'_>) -> Failure {
    let what = match why {
        Removal::All => "no item would be left".to_owned(),
        Removal::Given(item) => format!(
            "`{}` is given, but would be dropped at once by `--keep`, `--keep-per` or `--max-age`",
            escape(item.shown().as_bytes())
        ),
        Removal::Undone(item) => {
            format!("`{}` is given, but `--supersedes` takes it out", escape(item.shown().as_bytes()))
        }
    };
    let place = plan.output.path().map_or_else(String::new, |path| format!("{}: ", escape_path(path)));
    Failure::usage(format!("{place}{what}")).hint("`--force` does it")
}

/// The new feed would take the place of one: perhaps it was to be added.
pub(crate) fn is_there(path: &Path, failure: Failure) -> Failure {
    failure.hint(format!("`--update {}` adds to it, `--force` replaces it", escape_path(path)))
}

/// What an update would drop of a feed.
#[derive(Default)]
pub(crate) struct Lost {
    /// Names of elements, attributes or keys.
    pub(crate) names: BTreeSet<String>,
    /// Where a limit cuts something off.
    pub(crate) beyond: Option<FeedFault>,
    /// What the feed was, and what it is to be.
    pub(crate) form: Option<(&'static str, Format)>,
}

impl Lost {
    fn sentences(&self) -> Vec<String> {
        let quoted =
            self.names.iter().take(LONGEST_LIST).map(|name| format!("`{}`", escape(name.as_bytes())));
        let names = quoted.collect::<Vec<_>>().join(", ");
        let names = (!names.is_empty()).then(|| format!("what it cannot keep: {names}"));
        let beyond = self.beyond.map(|fault| format!("the rest of line {}: {}", fault.line, fault.kind));
        let form = self.form.map(|(older, format)| {
            let newer = match format {
                Format::Rss => "RSS 2.0",
                Format::Atom => "Atom 1.0",
                Format::Json => "JSON Feed 1.1",
            };
            format!("its form: it is {older}, and is written as {newer}")
        });
        form.into_iter().chain(names).chain(beyond).collect()
    }
}

/// The feed that is updated has something that would be gone: nothing is changed.
pub(crate) fn refuse_loss(plan: &Make, lost: &Lost) -> Result<(), Failure> {
    let (Some(path), sentences) = (plan.output.path().map(escape_path), lost.sentences()) else {
        return Ok(());
    };
    if sentences.is_empty() {
        return Ok(());
    }
    let cause = format!("would lose {}", sentences.join("; "));
    Err(Failure::of(Exit::Unacceptable, path, cause).hint("`--force` goes on without it"))
}

/// It was to be gone.
pub(crate) fn dropped(plan: &Make, lost: &Lost, world: &World) {
    let Some(path) = plan.output.path().map(escape_path) else { return };
    for sentence in lost.sentences() {
        world.warn("W-dropped", format!("{path}: drops {sentence}"));
    }
}

/// Words for one torrent, and more than one.
pub(crate) fn several(count: usize) -> Failure {
    let cause = format!("`--item-…` and `--attach` are for one torrent, and there are {count}");
    Failure::usage(cause).hint("add `title`, `comment`, `page` or `attach` to lines of `make-torrent --json`")
}

/// Readers of RSS take one torrent of an item, and would miss the other.
pub(crate) fn crowded(plan: &Make, title: &str) -> Failure {
    let title = escape(title.as_bytes());
    let cause = format!("`{title}` has a torrent already, and items of RSS have room for one");
    of_feed(plan, cause).hint("without `--attach` it is an item of its own; Atom and JSON Feed take several")
}

/// Two hashes in one item are of two torrents, of which a reader takes either.
pub(crate) fn claimed(plan: &Make, title: &str) -> Failure {
    let title = escape(title.as_bytes());
    let cause = format!("`{title}` has a torrent already, and its info hash or magnet link is of that one");
    of_feed(plan, cause).hint("without `--attach` it is an item of its own")
}

/// There is no item to which a torrent could be attached.
pub(crate) fn unattached(plan: &Make, name: &str) -> Failure {
    let cause = format!("no item has the id or link `{}`", escape(name.as_bytes()));
    of_feed(plan, cause)
}

fn of_feed(plan: &Make, cause: String) -> Failure {
    match plan.output.path() {
        Some(path) => Failure::of(Exit::Unacceptable, escape_path(path), cause),
        None => Failure::new(Exit::Unacceptable, cause),
    }
}

/// A new feed with dates that another checkout would not have.
pub(crate) fn undated(count: usize, world: &World) {
    let torrents = if count == 1 { "1 torrent has" } else { &format!("{count} torrents have") };
    let what = "no date: the time of the file counts, which a copy may change; `--date` sets one";
    world.warn("W-date", format!("{torrents} {what}"));
}

/// Nobody wants to publish a passkey.
pub(crate) fn private(candidate: &Candidate, metainfo: &Metainfo, attached: &Attached, world: &World) {
    let path = escape_path(&candidate.file);
    if metainfo.private() == Some(true) {
        let text = "is private: its magnet link goes without trackers, the .torrent has them";
        return world.warn("W-private", format!("{path}: {text}"));
    }
    let has_torrent = if matches!(attached, Attached::Magnet) { "" } else { "; the .torrent has it" };
    for url in passkeys::left_out(metainfo) {
        let url = escape(&url);
        let text =
            format!("`{url}` stays out of the magnet link: it holds a passkey or a password{has_torrent}");
        world.warn("W-passkey", format!("{path}: {text}"));
    }
}

/// What others wrote of a torrent says more than it should.
pub(crate) fn masked(candidate: &Candidate, world: &World) {
    let path = escape_path(&candidate.file);
    let text = "a URL in its title or comment holds a passkey or a password, which is masked";
    world.warn("W-passkey", format!("{path}: {text}"));
}

/// Readers would get one of them for both.
pub(crate) fn same_place(one: &Candidate, other: &Candidate, url: &str) -> Failure {
    let files = format!("{} and {}", escape_path(&one.file), escape_path(&other.file));
    Failure::usage(format!("{files}: two torrents would be at `{}`", escape(url.as_bytes())))
        .hint("name a folder that holds both, or call them differently")
}

/// Why a torrent cannot be an item of this feed.
pub(crate) fn no_item(candidate: &Candidate, why: NoItem) -> Failure {
    let failure = |exit, cause| Failure::of(exit, escape_path(&candidate.file), cause);
    match why {
        NoItem::NoPlace => {
            failure(Exit::Usage, "nothing says where it will be").hint("`--base-url URL`, or `--magnet`")
        }
        NoItem::SeveralFiles => failure(Exit::Unacceptable, "a podcast needs torrents of a single file")
            .hint("`make-torrent --each --web-seed URL FILE…` makes one of each file"),
        NoItem::NoWebSeed => failure(
            Exit::Unacceptable,
            "a podcast needs torrents with a web seed, where the media is",
        )
        .hint(
            "`make-torrent --web-seed URL FILE` names it; without `--podcast` the torrent is the enclosure",
        ),
        NoItem::SecretWebSeed => failure(
            Exit::Unacceptable,
            "its web seed, where the media is, may hold a passkey: all would get it",
        )
        .hint("`--force` publishes it; `make-torrent --web-seed URL` names another"),
        NoItem::Password => failure(
            Exit::Unacceptable,
            "its web seed, where the media is, holds a password: all would get it",
        )
        .hint("`make-torrent --web-seed URL` names another"),
    }
}

/// The rules, line by line.
pub(crate) fn rules(world: &mut World) -> Result<Exit, Failure> {
    let line = |rule: &feed::Rule| format!("{:<7}  {}\n", rule.code, rule.title);
    world.print(feed::RULES.iter().map(line).collect::<String>()).map(|()| Exit::Yes)
}

/// What a rule wants, and why.
pub(crate) fn rule(code: &str, world: &mut World) -> Result<Exit, Failure> {
    let unknown = || {
        Failure::usage(format!("there is no rule `{}`", escape(code.as_bytes())))
            .hint("`--explain` alone lists them")
    };
    let rule = feed::rule(code).ok_or_else(unknown)?;
    world.print(format!("{}: {}\n{}\n", rule.code, rule.title, rule.why)).map(|()| Exit::Yes)
}

/// Where the feed went, if that is a file.
fn path_of(output: &Output) -> Option<&[u8]> {
    output.path().map(|path| path.as_os_str().as_bytes())
}
