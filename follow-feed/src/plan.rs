//! What was typed means this. All mistakes of the command line end here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cli_kit::{Failure, World, escape, escape_path, parse_duration};
use follow::book::Amendment;
use follow::choice::{Choice, FirstRun};
use follow::polite::Policy;
use follow::{OnRevision, Settings, Stage};
use signature::PublicKey;
use web_client::WebAccess;

use crate::args::{Args, RevisedArg};
use crate::fetch::Means;
use crate::list::{self, Followed};
use crate::mask::Mask;
use crate::secrets;

/// What is to be done.
pub(crate) struct Plan {
    pub(crate) feeds: Vec<Followed>,
    /// Where it is remembered.
    pub(crate) state: PathBuf,
    pub(crate) task: Task,
    pub(crate) settings: Settings,
    pub(crate) target: Target,
    /// With what content is fetched, if it is.
    pub(crate) fetch: Option<Means>,
    pub(crate) access: WebAccess,
    /// How long an answer may take.
    pub(crate) timeout: Duration,
    pub(crate) mask: Mask,
    pub(crate) adopt: bool,
    pub(crate) strict: bool,
    /// Everything that happens is printed as JSON.
    pub(crate) json: bool,
}

/// What to do with each feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Task {
    Follow,
    Check,
    Explain,
    ListState,
    Amend(String, Amendment),
    Recheck { all: bool },
    Trust(PublicKey),
}

/// Where items go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    Print,
    Save(PathBuf),
    Watch(PathBuf),
    Fetch(PathBuf),
    Exec { command: Vec<std::ffi::OsString>, timeout: Duration },
}

impl Plan {
    /// Whether the time is over that was typed for all of it.
    pub(crate) fn is_over(&self) -> bool {
        self.fetch.as_ref().is_some_and(Means::is_over)
    }

    pub(crate) fn new(args: &Args, world: &World, now: i64) -> Result<Self, Failure> {
        let task = task(args)?;
        let state = state(args, world)?;
        let feeds = feeds(args, &task, &state)?;
        let access = secrets::access(args, world, now)?;
        let mask = Mask::of(feeds.iter().map(|feed| feed.url.as_str()), access.secrets.values());
        Ok(Self {
            settings: settings(args)?,
            target: target(args)?,
            fetch: args.fetch.as_ref().map(|_| Means::of(args, &access, world)).transpose()?,
            timeout: duration("--timeout", &args.timeout)?,
            json: args.flags.json,
            adopt: args.adopt,
            strict: args.strict,
            feeds,
            state,
            task,
            access,
            mask,
        })
    }
}

fn task(args: &Args) -> Result<Task, Failure> {
    if let [stage, item] = args.mark.as_slice() {
        let stage = match stage.as_str() {
            "new" => Stage::New,
            "taken" => Stage::Taken,
            "skipped" => Stage::Skipped,
            other => {
                let other = escape(other.as_bytes()).into_owned();
                return Err(Failure::usage(format!("`--mark {other}`: none of `new`, `taken`, `skipped`")));
            }
        };
        return Ok(Task::Amend(item.clone(), Amendment::Mark(stage)));
    }
    if let Some(text) = &args.trust {
        return list::key(text, "--trust ").map(Task::Trust);
    }
    Ok(match (&args.forget, &args.recheck) {
        (Some(item), _) => Task::Amend(item.clone(), Amendment::Forget),
        (_, Some(which)) => Task::Recheck { all: which == "all" },
        _ if args.check => Task::Check,
        _ if args.explain => Task::Explain,
        _ if args.list_state => Task::ListState,
        _ => Task::Follow,
    })
}

fn feeds(args: &Args, task: &Task, state: &Path) -> Result<Vec<Followed>, Failure> {
    let key = args.key.as_ref().map(|text| list::key(text, "--key ")).transpose()?;
    let typed = |url: &String| list::typed(url).map(|feed| Followed { key: key.clone(), ..feed });
    let mut feeds = args.feeds.iter().map(typed).collect::<Result<Vec<_>, _>>()?;
    if let Some(path) = &args.list {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
        feeds.extend(list::read(&text, &escape_path(path))?);
    }
    if feeds.is_empty() && args.list.is_none() {
        if matches!(task, Task::Follow | Task::Check) {
            return Err(Failure::usage("there is no feed to follow")
                .hint("`follow-feed https://pub.example/feed.xml`"));
        }
        let known = follow::journal::journals(state);
        let known = known.iter().filter_map(|path| follow::journal::peek(path));
        feeds.extend(known.map(|(url, _)| Followed { url, ..Followed::default() }));
    }
    let mut seen = std::collections::HashSet::new();
    feeds.retain(|feed| seen.insert(feed.url.clone()));
    Ok(feeds)
}

/// Where it is remembered: where was typed, where systemd says, or where programs of the user remember.
fn state(args: &Args, world: &World) -> Result<PathBuf, Failure> {
    let var = |name: &str| world.var(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = |folder: PathBuf| folder.join("piecework/follow-feed");
    let home = || var("HOME").map(|home| own(home.join(".local/state")));
    // systemd lists all folders of a unit, the first of them for this.
    let first = |list: PathBuf| list.to_str().and_then(|list| list.split(':').next()).map(PathBuf::from);
    let given = args.state.clone().or_else(|| var("STATE_DIRECTORY").and_then(first));
    let found = given.or_else(|| var("XDG_STATE_HOME").map(own));
    found.or_else(home).ok_or_else(|| {
        Failure::usage("nothing says where to remember what is known of a feed")
            .hint("`--state DIR`, or `XDG_STATE_HOME`")
    })
}

fn settings(args: &Args) -> Result<Settings, Failure> {
    let seconds = |option: &str, text: &str| duration(option, text).map(|time| time.as_secs());
    let signed =
        |option: &str, text: &str| seconds(option, text).map(|it| i64::try_from(it).unwrap_or(i64::MAX));
    let choice = Choice {
        wanted: args.wanted.clone(),
        unwanted: args.not.clone(),
        max_size: args.max_size,
        max_age: args.max_age.as_ref().map(|text| signed("--max-age", text)).transpose()?,
        min_free: args.min_free,
        max_items: args.max_items,
        once_per: args.once_per.clone(),
        again: args.again.clone(),
        newest_per: args.newest_per.clone(),
        first_run: first_run(&args.first_run)?,
    };
    Ok(Settings {
        policy: Policy {
            every: signed("--every", &args.every)?,
            patience: signed("--patience", &args.patience)?,
        },
        choice,
        revised: match args.revised {
            Some(RevisedArg::Take) => OnRevision::Take,
            Some(RevisedArg::Tell) => OnRevision::Tell,
            Some(RevisedArg::Ignore) => OnRevision::Ignore,
            // Nobody wants all of a content again for a word of it.
            None if args.fetch.is_some() => OnRevision::Tell,
            None => OnRevision::Take,
        },
        max_new: args.max_new,
        accept_surge: args.accept_surge,
        catch_up: args.catch_up,
        retry: args.retry,
        pause: seconds("--pause", &args.pause)?,
        key: None,
        max_silence: args.max_silence.as_ref().map(|text| signed("--max-silence", text)).transpose()?,
        dry_run: args.dry_run || args.explain,
    })
}

fn first_run(text: &str) -> Result<FirstRun, Failure> {
    match text {
        "none" => Ok(FirstRun::None),
        "latest" => Ok(FirstRun::Latest),
        "all" => Ok(FirstRun::All),
        _ => {
            match text.parse() {
                Ok(count) => Ok(FirstRun::Count(count)),
                Err(_) => {
                    let age = parse_duration(text).map_err(|_| {
                    let text = escape(text.as_bytes());
                    Failure::usage(format!("`--first-run {text}`: none of `none`, `latest`, `all`, a number, an age such as `7d`"))
                })?;
                    Ok(FirstRun::Age(i64::try_from(age.as_secs()).unwrap_or(i64::MAX)))
                }
            }
        }
    }
}

fn target(args: &Args) -> Result<Target, Failure> {
    let folder = |option: &str, path: &PathBuf| match path.is_dir() {
        true => Ok(path.clone()),
        false => {
            let shown = escape_path(path);
            Err(Failure::usage(format!("`{option} {shown}`: there is no such folder"))
                .hint(format!("`mkdir -p {shown}` makes it")))
        }
    };
    match (&args.save, &args.watch, &args.fetch) {
        (Some(path), ..) => folder("--save", path).map(Target::Save),
        (_, Some(path), _) => folder("--watch", path).map(Target::Watch),
        (.., Some(path)) => folder("--fetch", path).map(Target::Fetch),
        _ if args.exec.is_empty() => Ok(Target::Print),
        _ => Ok(Target::Exec {
            command: args.exec.clone(),
            timeout: duration("--exec-timeout", &args.exec_timeout)?,
        }),
    }
}

fn duration(option: &str, text: &str) -> Result<Duration, Failure> {
    parse_duration(text)
        .map_err(|failure| Failure { message: format!("`{option}`: {}", failure.message), ..failure })
}
