//! What is printed: results on standard output, what somebody should know on standard error.

pub(crate) mod findings;
mod record;

use cli_kit::{Exit, Failure, World, escape_path, show_duration};
use follow::journal::{self, JournalError};
use follow::{Event, FeedEvent, FeedState, ItemEvent, OfferedBy, OnRevision};
use serde_json::Value;
use signature::PublicKey;

use self::record::{EventRecord, StateRecord};
use crate::list::Followed;
use crate::plan::{Plan, Target, Task};

/// What is told of one feed.
pub(crate) struct Report<'a> {
    plan: &'a Plan,
    feed: &'a Followed,
    /// What the feed is called: its name, or its URL without secrets.
    name: String,
    /// Who offers what is in it, as far as it was said.
    pub(crate) offered_by: Option<OfferedBy>,
    pub(crate) exit: Exit,
}

impl<'a> Report<'a> {
    pub(crate) fn new(plan: &'a Plan, feed: &'a Followed) -> Self {
        Self { plan, feed, name: name(plan, feed), offered_by: None, exit: Exit::Yes }
    }

    /// Tells what happened.
    pub(crate) fn tell(&mut self, event: &Event, world: &mut World) -> Result<(), Failure> {
        self.exit = self.exit.max(self.exit_of(event));
        if let Event::Feed(FeedEvent { offered_by, why: None, .. }) = event {
            self.offered_by.clone_from(offered_by);
        }
        let is_printed = self.plan.target == Target::Print && self.plan.task != Task::Check;
        let is_json = self.plan.json || is_printed;
        if is_json && (self.plan.json || is_news(event)) {
            let url = self.plan.mask.text(&self.feed.url);
            self.print_json(&EventRecord::of(&url, event), world)?;
        } else if !is_json {
            self.print(event, world)?;
        }
        self.say(event, world);
        // Whoever reads it may act on it before the pass ends, and what counts as printed is.
        world.flush()
    }

    fn print_json(&self, record: &impl serde::Serialize, world: &mut World) -> Result<(), Failure> {
        let mut value = serde_json::to_value(record).unwrap_or(Value::Null);
        if let (Value::Object(event), Some(by)) = (&mut value, &self.offered_by) {
            // Most events say it themselves.
            event.entry("offered_by").or_insert_with(|| serde_json::json!(by));
        }
        self.plan.mask.json(&mut value);
        world.print_json(&value)
    }

    /// For people, what has arrived.
    fn print(&self, event: &Event, world: &mut World) -> Result<(), Failure> {
        let line = match event {
            Event::Taken(item) => item.path.as_deref().map_or_else(|| item.title.clone(), str::to_owned),
            Event::Item(item) if self.plan.task == Task::Check => prospect(item),
            Event::Item(item) => stand(item),
            _ => return Ok(()),
        };
        world.print(format!("{}\n", self.plan.mask.shown(&line)))
    }

    /// What somebody should know, and what needs somebody.
    fn say(&self, event: &Event, world: &World) {
        if let Some((cause, hint)) = self.trouble(event) {
            world.fail(&Failure::new(self.exit_of(event), self.named(cause)).hint_if(hint.as_deref()));
        } else if let Some(news) = self.news(event) {
            world.note(self.named(news));
        } else if let Event::Harmed { lines, path } = event {
            let path = escape_path(path.as_ref());
            world.warn(
                "W-harmed",
                self.named(format!("{lines} lines of {path} were harmed and are set aside")),
            );
        }
    }

    /// Another run works on the feed.
    pub(crate) fn busy(&mut self, world: &mut World) -> Result<(), Failure> {
        let path = self.plan.state.join(journal::name_of(&self.feed.url));
        self.offered_by = journal::last_fetch(&path).and_then(|fetch| fetch.offerer());
        self.tell(&Event::Busy, world)
    }

    /// What went wrong with the feed as a whole.
    pub(crate) fn failure(&self, exit: Exit, cause: &str) -> Failure {
        Failure::new(exit, self.named(self.plan.mask.shown(cause)))
    }

    fn named(&self, text: String) -> String {
        format!("{}: {text}", self.name)
    }

    /// What needs somebody, and what that one may do.
    fn trouble(&self, event: &Event) -> Option<(String, Option<String>)> {
        let shown = |text: &str| self.plan.mask.shown(text);
        Some(match event {
            Event::Failed(item) => {
                let why = shown(item.why.as_deref().unwrap_or_default());
                let hint = "the same command with `--recheck` tries it again".to_owned();
                (format!("{}: {why}", shown(&item.title)), Some(hint))
            }
            Event::Revised(item) if self.plan.settings.revised == OnRevision::Tell => {
                let hint = format!("`--mark new {}` takes it", item.id);
                (format!("{}: it has another torrent now", shown(&item.title)), Some(hint))
            }
            Event::Surge { items } => {
                let hint = "`--accept-surge` takes them, `--mark skipped 'TITLE*'` leaves them".to_owned();
                (format!("{items} new items look like known ones; none is taken"), Some(hint))
            }
            Event::Refused { why, .. } => {
                let hint = "`--trust KEY URL` believes a key from now on, if its publisher says so elsewhere";
                (format!("refused: {why}; nothing is taken"), Some(hint.to_owned()))
            }
            Event::Stale { built } => (
                format!("its publisher has signed nothing since {built}: newer versions may be kept back"),
                None,
            ),
            Event::Down { since, why, .. } => (format!("no feed since {since}: {}", shown(why)), None),
            _ => return None,
        })
    }

    /// What somebody should know.
    fn news(&self, event: &Event) -> Option<String> {
        let shown = |text: &str| self.plan.mask.shown(text);
        Some(match event {
            Event::Baseline { left } => {
                format!("{left} older items are left: `--recheck=all` or `--mark new 'TITLE*'` takes them")
            }
            Event::Gap { since } => {
                format!("nothing known is in it any more: items since {since} may be missed")
            }
            Event::Moved { to } => format!("it has moved to {}", shown(to)),
            Event::Gone => "it is gone for good, its server says; it is asked no more".to_owned(),
            Event::KeyPinned { key, published_at, .. } => {
                let place = shown(published_at);
                format!("{place} is signed with {key}: nothing else is believed from now on")
            }
            Event::KeyChanged { before, key } => {
                format!("{key} signs it from now on, as {before} has said")
            }
            Event::OffererChanged { before, offered_by } => {
                format!("{} answers now, no longer {}", shown(&offered_by.host), shown(&before.host))
            }
            _ => return None,
        })
    }

    fn exit_of(&self, event: &Event) -> Exit {
        match event {
            Event::Failed(item)
                if item.why.as_deref().is_some_and(|why| {
                    why.ends_with("[hash-mismatch]") || why.ends_with("[unacceptable]")
                }) =>
            {
                Exit::Unacceptable
            }
            Event::Refused { .. } => Exit::Unacceptable,
            Event::Failed(_) | Event::Surge { .. } | Event::Stale { .. } => Exit::No,
            Event::Revised(_) if self.plan.settings.revised == OnRevision::Tell => Exit::No,
            Event::Gap { .. } if self.plan.strict => Exit::No,
            Event::Down { is_no_feed: true, .. } => Exit::Unacceptable,
            Event::Down { .. } => Exit::Network,
            _ => Exit::Yes,
        }
    }

    /// A key is pinned.
    pub(crate) fn trusted(&self, key: &PublicKey, world: &mut World) -> Result<(), Failure> {
        world.note(self.named(format!("only what {key} signs is believed from now on")));
        Ok(())
    }

    /// How many items were meant.
    pub(crate) fn amended(&mut self, count: usize, world: &mut World) -> Result<(), Failure> {
        if count > 0 || self.plan.feeds.len() == 1 {
            world.note(format!("{}: {count} items", self.name));
        }
        self.exit = if count == 0 { Exit::No } else { Exit::Yes };
        Ok(())
    }
}

/// Whether it is worth a line of those who did not ask for all.
fn is_news(event: &Event) -> bool {
    !matches!(
        event,
        Event::Feed(_) | Event::Busy | Event::Skipped(_) | Event::Waiting(_) | Event::ValidatorLies
    )
}

/// Where it stands with an item, for people.
fn stand(item: &ItemEvent) -> String {
    let why = item.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let rule = item.rule.as_ref().map(|rule| format!(", by {rule}")).unwrap_or_default();
    let by = item.offered_by.as_ref().map(|by| format!(", {}", whose(by))).unwrap_or_default();
    let unproven = if item.unproven { ", unproven" } else { "" };
    format!("{}{why} since {}: {}{rule}{by}{unproven}", item.state, item.since, item.title)
}

/// Who offers something, for people.
fn whose(by: &OfferedBy) -> String {
    let open = if by.tls { "" } else { " without TLS" };
    by.key
        .as_ref()
        .map_or_else(|| format!("offered by {}{open}", by.host), |key| format!("signed with {key}"))
}

/// What would become of an item, for people.
fn prospect(item: &ItemEvent) -> String {
    let why = item.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let place = item.url.as_ref().or(item.magnet.as_ref()).map(|it| format!(": {it}")).unwrap_or_default();
    let unproven = if item.unproven { ", unproven" } else { "" };
    format!("{}{why}: {}{place}{unproven}", item.state, item.title)
}

fn name(plan: &Plan, feed: &Followed) -> String {
    plan.mask.shown(feed.name.as_ref().unwrap_or(&feed.url))
}

/// Where it stands with a feed.
pub(crate) fn state(
    plan: &Plan,
    feed: &Followed,
    state: &FeedState,
    world: &mut World,
) -> Result<(), Failure> {
    let record = StateRecord::of(plan.mask.text(&feed.url), state);
    if plan.json {
        let mut value = serde_json::to_value(&record).unwrap_or(Value::Null);
        plan.mask.json(&mut value);
        return world.print_json(&value);
    }
    let fetch = &state.fetch;
    let since = |time: i64| show_duration(fetch.at.saturating_sub(time).unsigned_abs());
    let health = match (fetch.gone, fetch.failing_since, fetch.ok_at) {
        _ if fetch.refused.is_some() => {
            let why = fetch.refused.as_ref().map_or("", |refused| &refused.why);
            format!("refused: {}", plan.mask.shown(why))
        }
        (true, ..) => "gone for good".to_owned(),
        (_, Some(time), _) => {
            format!(
                "no feed for {}: {}",
                since(time),
                plan.mask.shown(fetch.why.as_deref().unwrap_or_default())
            )
        }
        (_, _, Some(time)) => format!("read at {}", feed::to_rfc_3339(time)),
        _ => "never read".to_owned(),
    };
    let counts: Vec<String> = record.items.iter().map(|(stage, count)| format!("{count} {stage}")).collect();
    let counts = if counts.is_empty() { "no items".to_owned() } else { counts.join(", ") };
    let next = feed::to_rfc_3339(fetch.not_before);
    let by = fetch.offerer().map(|by| format!("; {}", plan.mask.shown(&whose(&by)))).unwrap_or_default();
    world.print(format!("{}: {health}; {counts}; next at {next}{by}\n", name(plan, feed)))
}

/// Nothing is known of a feed.
pub(crate) fn unknown(plan: &Plan, feed: &Followed, world: &mut World) -> Result<(), Failure> {
    world.note(format!("{}: nothing is known of it", name(plan, feed)));
    Ok(())
}

/// Where no feed is known, none has the item.
pub(crate) fn matched(plan: &Plan, exit: Exit, world: &World) -> Result<Exit, Failure> {
    if let (Task::Amend(..), true) = (&plan.task, plan.feeds.is_empty()) {
        world.note("no feed is known");
        return Ok(Exit::No);
    }
    Ok(exit)
}

/// What is remembered cannot be read or written.
pub(crate) fn journal_failed(error: &JournalError) -> Failure {
    match error {
        JournalError::Io(path, error) => Failure::io(path, error),
        JournalError::Header(path) => {
            let cause = "it does not begin as what is remembered of this feed does";
            Failure::of(Exit::LocalIo, escape_path(path), cause)
                .hint("`--adopt` goes on with what can be read, and counts as seen what the feed has now")
        }
        error => Failure::new(Exit::LocalIo, error.to_string()),
    }
}
