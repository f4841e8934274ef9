//! What can be typed. What it means is for `plan`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, Parser, ValueEnum};
use cli_kit::{ENVIRONMENT, Exit, Flags, HASH_VARIABLE, HashFlags, exit_codes};
use regex::Regex;
use swarm_cli::{PatienceFlags, RateFlags, SwarmFlags};

/// Follow feeds of torrents: what is new arrives by itself, once
///
/// One pass over each feed a call, made for timers: quiet, and exit code 0, when nothing is new. New items are printed as JSON, saved as
/// files, or handed to a command; an item counts as taken when that has succeeded, and is tried again until then. A feed is asked no
/// more often than it wants, however often a timer runs. What is known of a feed is in a file of JSON lines of its own.
#[derive(Parser, Debug)]
#[command(
    name = "follow-feed",
    version,
    after_help = format!("{EXAMPLES}\n\n`--help` says more than `-h`."),
    after_long_help = long_help(),
    mut_args = of_fetch,
)]
pub(crate) struct Args {
    /// URLs of the feeds: RSS, Atom or JSON Feed
    #[arg(value_name = "URL")]
    pub(crate) feeds: Vec<String>,
    /// Also follow the feeds that this file lists, one a line
    ///
    /// A line is a URL, then perhaps words: a name, `key=KEY` (as with `--key`), `match=REGEX`, `not=REGEX`, `dir=DIR` (in place of the folder of
    /// `--save`, `--watch` or `--fetch`).
    /// `#` begins a comment.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) list: Option<PathBuf>,

    /// Save .torrent files in this folder, by the titles of their items
    ///
    /// A torrent of which the feed has only a link becomes a `.magnet` file.
    #[arg(short, long, value_name = "DIR", help_heading = "New items", group = "sink")]
    pub(crate) save: Option<PathBuf>,
    /// Put .torrent and .magnet files into this folder, which a torrent client watches
    ///
    /// Each appears under its name when it is whole, and is never looked at again.
    #[arg(short, long, value_name = "DIR", help_heading = "New items", group = "sink")]
    pub(crate) watch: Option<PathBuf>,
    /// Fetch the content of new items into this folder, as `fetch` does, several at a time
    ///
    /// An item is taken when all of it is there, verified and synced; what is not complete is gone on with in the next pass. Files get the names that
    /// the torrent has. Nothing that is there is replaced: a torrent whose names others have goes to a folder of its own, named after its hash.
    #[arg(long, value_name = "DIR", help_heading = "New items", group = "sink")]
    pub(crate) fetch: Option<PathBuf>,
    /// Run a command for each new item: all that follows, or until `;`
    ///
    /// `{torrent}` (a file that is there until the command ends, or a magnet link if there is no more), `{magnet}`, `{title}` and `{id}` are replaced; there is no shell. The same is
    /// in `FOLLOW_TORRENT` and so on, with `FOLLOW_HASH`, `FOLLOW_SIZE`, `FOLLOW_FEED`, `FOLLOW_OFFERED_BY` (a host), `FOLLOW_KEY` (if the feed is signed) and `FOLLOW_ATTEMPT`. Exit code 0: taken. 75: later. 65: never.
    /// Any other: tried again. What it prints goes to standard error. After a crash a command may run again for the same `FOLLOW_ID`; `FOLLOW_ATTEMPT` is then more than 1.
    #[arg(long, value_name = "CMD", num_args = 1.., allow_hyphen_values = true, value_terminator = ";", help_heading = "New items", group = "sink")]
    pub(crate) exec: Vec<OsString>,
    /// How long a command may run
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "1h",
        requires = "exec",
        help_heading = "New items"
    )]
    pub(crate) exec_timeout: String,

    /// Take only items whose title matches one of these regular expressions, in any case
    #[arg(long = "match", value_name = "REGEX", value_parser = any_case, help_heading = "Which items")]
    pub(crate) wanted: Vec<Regex>,
    /// Take no item whose title matches this regular expression
    #[arg(long, value_name = "REGEX", value_parser = any_case, help_heading = "Which items")]
    pub(crate) not: Vec<Regex>,
    /// Take no torrent whose content is larger
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_size, help_heading = "Which items")]
    pub(crate) max_size: Option<u64>,
    /// Take no item that was published longer ago, such as `30d`
    #[arg(long, value_name = "DURATION", help_heading = "Which items")]
    pub(crate) max_age: Option<String>,
    /// Take at most this many items of a feed in one pass, the oldest first; the others wait for the next
    #[arg(long, value_name = "N", help_heading = "Which items")]
    pub(crate) max_items: Option<usize>,
    /// Let items wait as long as less than this would stay free beside their content
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_size, requires = "sink", help_heading = "Which items")]
    pub(crate) min_free: Option<u64>,
    /// What to take of a feed that is new to us: `none`, `latest`, `all`, a number, or an age such as `7d`
    #[arg(long, value_name = "WHICH", default_value = "latest", help_heading = "Which items")]
    pub(crate) first_run: String,
    /// Of items for which the groups of this regular expression match the same, take one
    ///
    /// And no other as long as that one is remembered: 90 days and 20 passes after it has left the feed.
    #[arg(long, value_name = "REGEX", value_parser = any_case, help_heading = "Which items")]
    pub(crate) once_per: Option<Regex>,
    /// Beside `--once-per`: take one more if its title matches this, such as `repack|proper`; with groups, one for each match
    #[arg(long, value_name = "REGEX", value_parser = any_case, requires = "once_per", help_heading = "Which items")]
    pub(crate) again: Option<Regex>,
    /// Of items for which the groups of this regular expression match the same, take the newest
    #[arg(long, value_name = "REGEX", value_parser = any_case, help_heading = "Which items")]
    pub(crate) newest_per: Option<Regex>,
    /// What to do when a known item has another torrent; default: `take`, and with `--fetch` `tell`
    #[arg(long, value_name = "WHAT", value_enum, help_heading = "Which items")]
    pub(crate) revised: Option<RevisedArg>,

    /// How often to ask a feed, if it does not want to be asked less often
    #[arg(long, value_name = "DURATION", default_value = "1h", help_heading = "Feeds")]
    pub(crate) every: String,
    /// For how long a feed that does not answer is no error
    #[arg(long, value_name = "DURATION", default_value = "1d", help_heading = "Feeds")]
    pub(crate) patience: String,
    /// Where items were missed, read up to N pages of older ones, if the feed has them
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Feeds")]
    pub(crate) catch_up: usize,
    /// Take nothing if more new items than this look like known ones: a publisher may have renamed them all
    #[arg(long, value_name = "N", default_value_t = 20, help_heading = "Feeds")]
    pub(crate) max_new: usize,
    /// Take the items that `--max-new` has stopped
    #[arg(long, help_heading = "Feeds")]
    pub(crate) accept_surge: bool,
    /// How often to try an item, within a week
    #[arg(long, value_name = "N", default_value_t = 12, help_heading = "Feeds", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) retry: u32,
    /// How long to wait before a host is asked again
    #[arg(long, value_name = "DURATION", default_value = "2s", help_heading = "Feeds")]
    pub(crate) pause: String,
    /// How long an answer may take, with all of its body
    #[arg(long, value_name = "DURATION", default_value = "60s", help_heading = "Feeds")]
    pub(crate) timeout: String,
    /// Count it as an answer of no (exit code 1) if items were missed
    #[arg(long, help_heading = "Feeds")]
    pub(crate) strict: bool,

    /// The key of `minisign` that must have signed the feeds that are typed here; in a list, `key=KEY` stands behind each URL
    ///
    /// `RW` and 54 more characters. Without it the first signed version that comes pins its key. From then on nothing is taken (exit code 3) as
    /// long as the feed is unsigned, signed with another key, changed, older than what was seen, or another feed of the same publisher. A key that the pinned one names as its next
    /// takes its place by itself.
    #[arg(long, value_name = "KEY", help_heading = "Signed feeds", requires = "feeds")]
    pub(crate) key: Option<String>,
    /// Trust this key from now on, whatever was pinned for these feeds; the next pass asks at once
    #[arg(
        long,
        value_name = "KEY",
        help_heading = "Signed feeds",
        group = "task",
        requires = "feeds",
        conflicts_with = "list"
    )]
    pub(crate) trust: Option<String>,
    /// Say so (exit code 1, once a day) if the publisher of a signed feed has signed nothing for longer, such as `60d`
    #[arg(long, value_name = "DURATION", help_heading = "Signed feeds")]
    pub(crate) max_silence: Option<String>,

    /// Cookies, as curl, wget and browsers' extensions write them; each goes only to its domain
    #[arg(long, value_name = "FILE", help_heading = "Secrets")]
    pub(crate) cookie_file: Vec<PathBuf>,
    /// Users and passwords, as in `~/.netrc`; each goes only to its host
    #[arg(long, value_name = "FILE", help_heading = "Secrets")]
    pub(crate) netrc: Option<PathBuf>,
    /// Headers, each beneath a line with the site that it is for, such as `https://pub.example`
    #[arg(long, value_name = "FILE", help_heading = "Secrets")]
    pub(crate) header_file: Vec<PathBuf>,
    /// Who to say we are
    #[arg(long, value_name = "TEXT", help_heading = "Secrets")]
    pub(crate) user_agent: Option<String>,

    /// Where to remember; default: `STATE_DIRECTORY`, else `piecework/follow-feed` in `XDG_STATE_HOME`
    #[arg(long, value_name = "DIR", help_heading = "What is remembered")]
    pub(crate) state: Option<PathBuf>,
    /// Take nothing, and print what would be done with each item
    #[arg(short = 'n', long, help_heading = "What is remembered")]
    pub(crate) dry_run: bool,
    /// Ask nobody, and print for each item that is known what became of it and by which rule
    #[arg(long, help_heading = "What is remembered", group = "task")]
    pub(crate) explain: bool,
    /// Ask the feeds, and print what would be taken of each if it were new, and what other programs would miss of it
    ///
    /// Nothing is taken or remembered. Exit code 1: a program would miss an item, as `make-feed --check` says.
    #[arg(long, help_heading = "What is remembered", group = "task")]
    pub(crate) check: bool,
    /// Print where it stands with each feed
    #[arg(long, help_heading = "What is remembered", group = "task")]
    pub(crate) list_state: bool,
    /// Mark items as `new`, `taken` or `skipped`: by the beginning of a hash, a guid, a URL, or a title with `*` and `?`
    #[arg(long, num_args = 2, value_names = ["STATE", "ITEM"], help_heading = "What is remembered", group = "task")]
    pub(crate) mark: Vec<String>,
    /// Forget items, as if they had never been seen
    #[arg(long, value_name = "ITEM", help_heading = "What is remembered", group = "task")]
    pub(crate) forget: Option<String>,
    /// Ask again at once, and try again what was given up; with `--recheck=all`, also what was left for good: at the first run, as a duplicate
    #[arg(long, value_name = "all", num_args = 0..=1, require_equals = true, default_missing_value = "", value_parser = ["", "all"], help_heading = "What is remembered", group = "task")]
    pub(crate) recheck: Option<String>,
    /// Go on with a file of what is remembered that is broken: what the feed has counts as seen
    #[arg(long, help_heading = "What is remembered")]
    pub(crate) adopt: bool,

    #[command(flatten)]
    pub(crate) swarm: SwarmFlags,
    #[command(flatten)]
    pub(crate) rates: RateFlags,
    #[command(flatten)]
    pub(crate) patience_flags: PatienceFlags,
    /// End the pass after this time; what is not complete is gone on with in the next one
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, help_heading = "When to stop")]
    pub(crate) deadline: Option<Duration>,
    #[command(flatten)]
    pub(crate) hash: HashFlags,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// Options of swarms mean nothing without `--fetch`.
fn of_fetch(arg: Arg) -> Arg {
    if OF_FETCH.contains(&arg.get_id().as_str()) { arg.requires("fetch") } else { arg }
}

const OF_FETCH: [&str; 15] = [
    "dht_node",
    "no_dht",
    "allow_private",
    "port",
    "bind",
    "encryption",
    "no_lsd",
    "max_download",
    "max_upload",
    "memory",
    "stall_timeout",
    "metadata_timeout",
    "deadline",
    "threads",
    "hash_backend",
];

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RevisedArg {
    /// Take it like any other
    Take,
    /// Say so (exit code 1), and take it when it is marked as new
    Tell,
    /// Leave it where it is
    Ignore,
}

/// An empty one would match every title.
fn any_case(text: &str) -> Result<Regex, String> {
    if text.is_empty() {
        return Err("it matches everything".to_owned());
    }
    let built = regex::RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build();
    built.map_err(|error| error.to_string())
}

fn long_help() -> String {
    let codes = exit_codes(&[
        (Exit::Yes, "done: something is new or not, or a feed does not answer yet again"),
        (
            Exit::No,
            "somebody has to look: an item was given up, items were renamed or replaced, a publisher is silent",
        ),
        (Exit::Usage, ""),
        (
            Exit::Unacceptable,
            "a feed is none or not signed as it should be, or a torrent is not acceptable, or not the one that its feed offers",
        ),
        (
            Exit::LocalIo,
            "what is remembered cannot be read or written, or what is new cannot be put anywhere",
        ),
        (Exit::Network, "a feed does not answer for longer than `--patience`"),
        (Exit::Interrupted, ""),
        (Exit::Terminated, ""),
    ]);
    format!("{EXAMPLES}\n\n{NOTES}\n\n{ENVIRONMENT}{HASH_VARIABLE}{VARIABLES}\n\n{codes}")
}

const EXAMPLES: &str = "\
Examples:
  follow-feed --save torrents/ https://pub.example/feed.xml
  follow-feed --fetch ~/downloads https://pub.example/feed.xml
  follow-feed --list feeds.txt --watch ~/watch --max-size 50GiB
  follow-feed https://pub.example/feed.xml --exec fetch {torrent}
  follow-feed --explain https://pub.example/feed.xml";

const VARIABLES: &str = "
  STATE_DIRECTORY         where to remember, as systemd says it
  XDG_STATE_HOME          what programs remember; else `~/.local/state`
  PIECEWORK_NO_DHT        if it is set, the DHT is left alone, as with `--no-dht`, unless there is a `--dht-node`
  PIECEWORK_NO_LSD        if it is set, nothing is said by multicast, as with `--no-lsd`";

const NOTES: &str = "\
Web servers are asked through the proxies that `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` name. What a feed names
may be where the feed is or farther away, never in a private network that a stranger names. Secrets of files and of URLs are
masked in all that is printed; the whole URL of a feed is in its file of what is remembered, which only its user may read.";
