//! The work: read the old feed and the torrents, merge, write, read back. Or judge.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use cli_kit::{Exit, Failure, WholeFile, World, escape_path, parse};
use feed::{
    Change, Feed, FeedFault, FeedFaultKind, FeedLimits, Format, Given, Item, Link, LinkRule, Merged, Reading,
    Trouble,
};
use publish::{Found, item};
use signature::{Judgement, Statement};

use crate::args::Args;
use crate::inputs::Candidate;
use crate::lock::Lock;
use crate::plan::{Check, Input, Make, Output, Plan};
use crate::report::{Lost, Removal};
use crate::signing::{self, Signer};
use crate::words::Words;
use crate::{inputs, mistaken, report};

pub(crate) fn run(world: &mut World) -> Result<Exit, Failure> {
    let Some(args) = parse::<Args>(world)? else { return Ok(Exit::Yes) };
    world.quiet = args.flags.quiet;
    match Plan::new(&args, world)? {
        Plan::Make(mut plan) => make(&mut plan, world),
        Plan::Check(plan) => check(&plan, world),
        Plan::Explain(code) if code.is_empty() => report::rules(world),
        Plan::Explain(code) => report::rule(&code, world),
    }
}

fn make(plan: &mut Make, world: &mut World) -> Result<Exit, Failure> {
    // The torrents may come from a pipe for hours: what is wrong with the feed is said before that.
    let signer = plan.signing.as_ref().map(|signing| Signer::open(signing, world)).transpose()?;
    let seen = Old::read(plan, signer.as_ref(), None, world)?;
    seen.iter().for_each(|old| plan.keep_form(&old.feed));
    merge(plan, signer.as_ref(), seen, world)
}

fn merge(
    plan: &Make,
    signer: Option<&Signer>,
    seen: Option<Old>,
    world: &mut World,
) -> Result<Exit, Failure> {
    let format = |old: Option<&Old>| plan.format.or(old.map(|old| old.feed.format)).unwrap_or_default();
    let channel = |old: Option<&Old>| plan.channel(old.map(|old| &old.feed.channel), format(old));
    let told = channel(seen.as_ref())?;
    signer.map(|signer| signer.statement(&told, None)).transpose()?;
    let Torrents { items, named, undated, exit } = items(plan, world)?;
    let _lock = plan.output.updated().map(|path| Lock::wait(path, &world.interrupt)).transpose()?;
    let old = Old::read(plan, signer, seen, world)?;
    if items.is_empty() && exit != Exit::Yes && old.is_none() {
        return Ok(exit);
    }
    let channel = channel(old.as_ref())?;
    let none = Feed::default();
    let before = old.as_ref().map_or(&none, |old| &old.feed);
    let format = format(old.as_ref());
    let superseded = superseded(plan, items.len(), exit, world);
    let given = items.len();
    let change = Change { channel, items, superseded, window: plan.window.clone(), now: plan.date };
    let mut merged = before.merge(change);
    check_merged(plan, before, &merged, (given, &named), format)?;
    merged.is_changed |= format != before.format;
    merged.feed.format = format;
    let demanded = Some(plan.latest).filter(|_| format == Format::Atom && merged.is_changed);
    merged.feed.channel.built = merged.feed.channel.built.or(demanded);
    let text = Text::of(&merged.feed, signer, old.as_ref())?;
    let is_new = is_new(plan, old.as_ref(), &merged, &text);
    let lost = old.as_ref().filter(|_| is_new).map_or_else(Lost::default, |old| lost(&old.trouble, &merged));
    if is_new {
        if !plan.force {
            report::refuse_loss(plan, &lost)?;
        }
        put(plan, old.as_ref(), &text.text, world)?;
    }
    // With `--update` the first date is kept for good.
    if plan.output.updated().is_none() && undated > 0 {
        report::undated(undated, world);
    }
    tell(plan, &merged, is_new, &lost, world);
    if old.is_some_and(|old| signer.is_some() && old.judgement == Judgement::Unsigned) {
        report::first_signature(plan, world);
    }
    report::made(plan, &merged, text.statement.as_ref(), is_new, world)?;
    Ok(exit)
}

fn tell(plan: &Make, merged: &Merged, is_new: bool, lost: &Lost, world: &World) {
    report::not_found(merged, world);
    report::gone(merged, world);
    if is_new {
        report::mixed(plan, &merged.feed, world);
    }
    report::dropped(plan, lost, world);
}

/// What gives way to the torrents of this run: nothing, unless all of them are there.
fn superseded(plan: &Make, items: usize, exit: Exit, world: &World) -> Vec<String> {
    let is_whole = items > 0 && exit == Exit::Yes;
    if !is_whole && !plan.superseded.is_empty() {
        world
            .warn("W-supersedes", "nothing is superseded: not every torrent that should replace it is there");
    }
    if is_whole { plan.superseded.clone() } else { Vec::new() }
}

/// The feed that is to be updated.
struct Old {
    bytes: Vec<u8>,
    feed: Feed,
    /// What was wrong with it, or will be gone.
    trouble: Trouble,
    /// What there is of a signature.
    judgement: Judgement,
}

impl Old {
    /// `None` if there is none yet. What was `seen` before is not read again if it is still the same.
    fn read(
        plan: &Make,
        signer: Option<&Signer>,
        seen: Option<Self>,
        world: &mut World,
    ) -> Result<Option<Self>, Failure> {
        let Some(path) = plan.output.updated() else { return Ok(None) };
        if let Err(error) = File::open(path) {
            return if error.kind() == ErrorKind::NotFound {
                Ok(None)
            } else {
                Err(Failure::io(path, &error))
            };
        }
        let input = Input::Path(path.to_owned());
        let bytes = inputs::bytes(&input, world)?;
        match seen {
            Some(seen) if seen.bytes == bytes => Ok(Some(seen)),
            _ => {
                let judgement = signing::judge(&input, &bytes);
                if let Some((cause, hint)) = signing::refusal(&judgement, signer).filter(|_| !plan.force) {
                    return Err(Failure::of(Exit::Unacceptable, escape_path(path), cause).hint(hint));
                }
                Self::parse(path, bytes, judgement, plan).map(Some)
            }
        }
    }

    fn parse(path: &Path, bytes: Vec<u8>, judgement: Judgement, plan: &Make) -> Result<Self, Failure> {
        let refused = |cause: String| Failure::of(Exit::Unacceptable, escape_path(path), cause);
        let Reading { feed, trouble } = match feed::read(&signature::without(&bytes), PUBLISHED) {
            Ok(reading) => reading,
            Err(why) => return Err(mistaken::no_feed(&escape_path(path), bytes, why)),
        };
        if let Some(fault) = trouble.loss().filter(|_| !plan.force) {
            let hint = format!("`--force` goes on with the {} items that are whole", feed.items.len());
            return Err(refused(format!("line {}: {}", fault.line, fault.kind)).hint(hint));
        }
        Ok(Self { bytes, feed, trouble, judgement })
    }
}

/// What the old feed said and the new one does not.
fn lost(trouble: &Trouble, merged: &Merged) -> Lost {
    let names = merged.feed.unwritable().map(str::to_owned).chain(trouble.unknown.iter().cloned());
    // Texts that are too long for a field are kept; of what else is beyond a limit there is only the start.
    let beyond = trouble.faults.iter().find(|fault| fault.kind == FeedFaultKind::TooManyAttributes);
    let form = trouble.older.map(|older| (older, merged.feed.format));
    Lost { names: names.collect(), beyond: beyond.copied(), form }
}

/// Refuses what was hardly meant, or has no place.
fn check_merged(
    plan: &Make,
    before: &Feed,
    merged: &Merged,
    (given, named): (usize, &HashSet<String>),
    format: Format,
) -> Result<(), Failure> {
    if let Some(name) = merged.unattached.first() {
        return Err(report::unattached(plan, name));
    }
    if let Some(title) = merged.crowded.first().filter(|_| format == Format::Rss) {
        return Err(report::crowded(plan, title));
    }
    if let Some(title) = merged.claimed.first() {
        return Err(report::claimed(plan, title));
    }
    match check_removal(before, merged, given, named) {
        Err(why) if !plan.force => Err(report::removal(plan, why)),
        _ => Ok(()),
    }
}

/// Old items go because that was asked for; that nothing is left, or that a torrent is not published which somebody has just
/// named, was hardly meant. Torrents that were merely found in a folder may be older than what the feed keeps.
fn check_removal<'m>(
    before: &Feed,
    merged: &'m Merged,
    given: usize,
    named: &HashSet<String>,
) -> Result<(), Removal<'m>> {
    let is_empty = merged.feed.items.is_empty();
    if is_empty && (given > 0 || !before.items.is_empty()) {
        return Err(Removal::All);
    }
    let is_named = |item: &&Item| item.torrent.info_hash.as_ref().is_some_and(|hash| named.contains(hash));
    let is_all = merged.left_out.len() + merged.undone.len() == given;
    if let Some(item) = merged.undone.iter().find(is_named).or(merged.undone.first().filter(|_| is_all)) {
        return Err(Removal::Undone(item));
    }
    let lost = merged.left_out.iter().find(is_named).filter(|_| !before.items.is_empty());
    let all = merged.left_out.first().filter(|_| is_all);
    lost.or(all).map_or(Ok(()), |item| Err(Removal::Given(item)))
}

/// The torrents that were given.
struct Torrents {
    items: Vec<Given>,
    /// Info hashes of the torrents that were named one by one.
    named: HashSet<String>,
    /// How many have no date but that of their file.
    undated: usize,
    exit: Exit,
}

/// The torrents as items. A bad one does not stop the rest.
fn items(plan: &Make, world: &mut World) -> Result<Torrents, Failure> {
    let (candidates, mut exit) = inputs::candidates(&plan.inputs, world);
    if candidates.len() > 1 && plan.item != Words::default() {
        return Err(report::several(candidates.len()));
    }
    let (mut items, mut named) = (Vec::new(), HashSet::new());
    let (mut places, mut undated) = (Places::new(), 0);
    for candidate in &candidates {
        world.interrupt.check()?;
        let made = inputs::read(candidate, plan.strict).and_then(|(metainfo, modified)| {
            let inside = metainfo.advisory().creation_date.and_then(|date| sensible(date, plan.latest));
            let date = inside.or(plan.date).unwrap_or(modified);
            undated += usize::from(inside.or(plan.date).is_none());
            let found = Found { metainfo: &metainfo, path: &candidate.path, date };
            report::private(candidate, &metainfo, &plan.attached, world);
            item(&found, &plan.attached).map_err(|why| report::no_item(candidate, why))
        });
        match made {
            Ok(item) => {
                check_place(&mut places, candidate, &item)?;
                named.extend(item.torrent.info_hash.clone().filter(|_| candidate.is_named));
                let words = candidate.words.masked();
                if words != candidate.words {
                    report::masked(candidate, world);
                }
                items.push(words.or(&plan.item).over(item));
            }
            Err(failure) => {
                world.fail(&failure);
                exit = exit.max(failure.exit);
            }
        }
    }
    Ok(Torrents { items, named, undated, exit })
}

/// Of each torrent's URL, whose it is: its id, and the file.
type Places<'a> = HashMap<String, (Option<String>, &'a Candidate)>;

/// Two torrents cannot be at the same URL.
fn check_place<'a>(places: &mut Places<'a>, candidate: &'a Candidate, item: &Item) -> Result<(), Failure> {
    for url in
        item.enclosures.iter().chain(&item.alternates).filter(|one| one.is_torrent()).map(|one| &one.url)
    {
        let (id, other) = places.entry(url.clone()).or_insert_with(|| (item.id.clone(), candidate));
        if *id != item.id {
            return Err(report::same_place(other, candidate, url));
        }
    }
    Ok(())
}

/// Some torrents have milliseconds; what is before 1970 or still to come is no date.
fn sensible(date: i64, latest: i64) -> Option<i64> {
    let seconds = if date >= 100_000_000_000 { date / 1000 } else { date };
    (1..=latest).contains(&seconds).then_some(seconds)
}

/// The feed as text, which must read back as what was meant.
fn written(feed: &Feed) -> Result<String, Failure> {
    let text = feed::write(feed);
    let wrong = |cause: String| Failure::of(Exit::Unacceptable, "the feed does not read back", cause);
    if (text.len() + signature::limits::INLINE) as u64 > feed::limits::BODY
        || feed.items.len() > PUBLISHED.items
    {
        let cause = "the feed would be larger than readers take";
        return Err(Failure::new(Exit::Unacceptable, cause).hint("`--keep N` keeps the newest items"));
    }
    let again = feed::read(text.as_bytes(), PUBLISHED).map_err(|why| wrong(why.to_string()))?;
    // Of several links the first is kept.
    let is_kept = |link: &Link| link.rule != LinkRule::OtherLink;
    let links = |item: &Item| {
        let url = |link: Link| feed::percent_encoded(&link.url).into_owned();
        (item.title.clone(), item.torrent_links().into_iter().filter(is_kept).map(url).collect::<Vec<_>>())
    };
    let is_same = || again.feed.items.iter().map(links).eq(feed.items.iter().map(links));
    let is_wrong = |fault: &&FeedFault| fault.kind.stops_strict_readers() || fault.kind.loses_items();
    let unkept = again.trouble.unknown.first().filter(|_| feed.unwritable().next().is_none());
    if let Some(name) = unkept {
        return Err(wrong(format!("`{name}` is missing")));
    }
    match again.trouble.faults.iter().find(is_wrong) {
        Some(fault) => Err(wrong(format!("line {}: {}", fault.line, fault.kind))),
        None if !is_same() => Err(wrong("it says something else".to_owned())),
        None => Ok(text),
    }
}

/// A feed that is to be written.
struct Text {
    text: String,
    /// What is said beside it, if it is signed.
    statement: Option<Statement>,
}

impl Text {
    fn of(feed: &Feed, signer: Option<&Signer>, old: Option<&Old>) -> Result<Self, Failure> {
        let text = written(feed)?;
        let Some(signer) = signer else { return Ok(Self { text, statement: None }) };
        let statement = signer.statement(&feed.channel, old.map(|old| &old.judgement))?;
        Ok(Self { text: signer.sign(&text, &statement)?, statement: Some(statement) })
    }
}

/// Whether there is something to write: standard output always gets the feed, a file only what it does not have.
fn is_new(plan: &Make, old: Option<&Old>, merged: &Merged, text: &Text) -> bool {
    match &plan.output {
        Output::Stdout => true,
        Output::Update(_) => {
            merged.is_changed
                || old.is_none_or(|old| !signing::is_signed_so(&old.judgement, text.statement.as_ref()))
        }
        Output::File(path) => {
            !plan.force || std::fs::read(path).ok().as_deref() != Some(text.text.as_bytes())
        }
    }
}

fn put(plan: &Make, old: Option<&Old>, text: &str, world: &mut World) -> Result<(), Failure> {
    let (path, force) = match &plan.output {
        Output::Stdout => return world.print(text),
        Output::File(path) => (path, plan.force),
        Output::Update(path) => (path, old.is_some()),
    };
    let mut file =
        WholeFile::create(path, force).map_err(|failure| match !force && is_feed(path, world) {
            true => report::is_there(path, failure),
            false => failure,
        })?;
    file.put(text.as_bytes())?;
    world.interrupt.check()?;
    // Not all who write there know of the lock, and not every folder has one.
    if let Some(old) = old {
        let now = inputs::bytes(&Input::Path(path.clone()), world)?;
        if now != old.bytes {
            return Err(Failure::of(Exit::Changed, escape_path(path), "it was changed meanwhile")
                .hint("run it again"));
        }
    }
    file.commit()
}

/// Whether there is a feed at this path, to which something can be added.
fn is_feed(path: &Path, world: &mut World) -> bool {
    path.is_file()
        && inputs::bytes(&Input::Path(path.to_owned()), world)
            .is_ok_and(|bytes| feed::read(&bytes, PUBLISHED).is_ok())
}

fn check(plan: &Check, world: &mut World) -> Result<Exit, Failure> {
    let mut exit = Exit::Yes;
    for input in &plan.feeds {
        world.interrupt.check()?;
        let name = inputs::name(input);
        let checked = inputs::bytes(input, world).and_then(|bytes| {
            let judgement = signing::judge(input, &bytes);
            let check = feed::check(&bytes, &plan.readers);
            Ok((check.map_err(|why| mistaken::no_feed(&name, bytes, why))?, judgement))
        });
        let answer = match checked {
            Ok((check, judgement)) => {
                let answer = report::check(plan, input, &check, world)?;
                answer.max(check_signature(plan, input, judgement, world))
            }
            Err(failure) => {
                world.fail(&failure);
                failure.exit
            }
        };
        exit = exit.max(answer);
    }
    Ok(exit)
}

/// Says who signed a feed, or why that does not count.
fn check_signature(plan: &Check, input: &Input, judgement: Judgement, world: &World) -> Exit {
    match signing::check(input, judgement, plan.key.as_ref()) {
        Ok(statement) => {
            statement.iter().for_each(|statement| report::signed(input, statement, world));
            Exit::Yes
        }
        Err(failure) => {
            world.fail(&failure);
            failure.exit
        }
    }
}

/// As much as is held of a feed.
const PUBLISHED: FeedLimits = FeedLimits { items: feed::limits::PUBLISHED };

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use test_kit::Folder;

    /// By somebody who knows nothing of the lock.
    #[test]
    fn a_feed_that_was_changed_since_it_was_read_is_not_replaced() {
        let folder = Folder::new("feed.xml: theirs");
        let mut world = World::empty("make-feed");
        let typed = ["make-feed".into(), "--update".into(), folder.join("feed.xml"), "a.torrent".into()];
        let Ok(Plan::Make(plan)) = Plan::new(&Args::try_parse_from(typed).unwrap(), &world) else {
            panic!("this is an update");
        };
        let mut old = Old {
            bytes: b"ours".to_vec(),
            feed: Feed::default(),
            trouble: Trouble::default(),
            judgement: Judgement::Unsigned,
        };
        let failure = put(&plan, Some(&old), "new", &mut world).unwrap_err();
        assert_eq!((failure.exit, folder.read("feed.xml")), (Exit::Changed, b"theirs".to_vec()));
        old.bytes = b"theirs".to_vec();
        put(&plan, Some(&old), "new", &mut world).unwrap();
        assert_eq!((folder.read("feed.xml"), folder.list().len()), (b"new".to_vec(), 1));
    }
}
