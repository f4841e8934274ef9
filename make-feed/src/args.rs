//! What can be typed. What it means is for `plan`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use cli_kit::{EXIT_CODES_HELP, Flags};

/// Make a feed of torrents that torrent clients read
///
/// Takes .torrent files, folders of them, or what `make-torrent --json` prints. Writes RSS, Atom or JSON Feed; the same
/// torrents and options give the same bytes, and a feed in which nothing has changed is not touched. There is no
/// database: with --update the feed itself says what was published. --check judges any feed as five programs read it.
#[derive(Parser, Debug)]
#[command(
    name = "make-feed",
    version,
    after_help = "Examples:\n  make-feed --title Demo --link https://pub.example/ --base-url https://pub.example/t/ t/ > feed.xml\n  make-torrent --json --each dist/* | make-feed --update feed.xml --base-url https://pub.example/t/\n  make-feed --check feed.xml\n\n`--help` says more than `-h`.",
    after_long_help = long_help(),
)]
pub(crate) struct Args {
    /// Torrents: .torrent files, folders to search, `-` for the output of `make-torrent --json`
    ///
    /// Default: `-`, unless somebody types there. Below a folder every file that ends in `.torrent` is taken, hidden ones
    /// left out. With `--check`, feeds; `-` is then a feed on standard input.
    #[arg(value_name = "TORRENT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Where to write; default: standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output", conflicts_with = "update")]
    pub(crate) output: Option<PathBuf>,
    /// Bring the torrents into this feed; it is made if it is not there
    ///
    /// Items that are in it stay, each with its id, link and date, in order of their dates; what others wrote keeps its title and
    /// description. Title, link and the like are needed the first time only. The file is replaced as a whole, and left alone if
    /// nothing changes. Several updates at once take turns.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) update: Option<PathBuf>,
    /// Replace a file that exists; with `--update`, even if items of a broken feed are lost
    #[arg(short, long, help_heading = "Output")]
    pub(crate) force: bool,
    /// How to write; default: as the feed of `--update` is, else rss
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Output")]
    pub(crate) format: Option<FormatArg>,

    /// Name of the feed
    #[arg(short, long, value_name = "TEXT", help_heading = "Feed")]
    pub(crate) title: Option<String>,
    /// The page it belongs to
    #[arg(short, long, value_name = "URL", help_heading = "Feed")]
    pub(crate) link: Option<String>,
    /// A sentence about it; default: the title
    #[arg(short, long, value_name = "TEXT", help_heading = "Feed")]
    pub(crate) description: Option<String>,
    /// Where the feed itself will be
    #[arg(long, value_name = "URL", help_heading = "Feed")]
    pub(crate) self_url: Option<String>,
    /// WebSub hub that tells subscribers of news
    #[arg(long, value_name = "URL", help_heading = "Feed")]
    pub(crate) hub: Option<String>,
    /// Minutes until it is worth another look
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=10_080), help_heading = "Feed")]
    pub(crate) ttl: Option<u32>,

    /// Where the .torrent files will be: their names are appended
    ///
    /// Of a folder that was searched, the paths below it. Behind a query (`?file=`) as well.
    #[arg(short, long, value_name = "URL", help_heading = "Items")]
    pub(crate) base_url: Option<String>,
    /// Give magnet links instead of URLs of .torrent files
    #[arg(short, long, help_heading = "Items", conflicts_with = "podcast")]
    pub(crate) magnet: bool,
    /// Make a podcast: the media is the enclosure, the torrent stands beside it
    ///
    /// The media is found by the torrent's web seed, so make the torrent with `--web-seed`. Torrent clients need
    /// another feed: they do not look there.
    #[arg(short, long, help_heading = "Items")]
    pub(crate) podcast: bool,
    /// Date of torrents that have none inside: seconds since 1970 or RFC 3339
    ///
    /// Default: `SOURCE_DATE_EPOCH`, else the time of the .torrent file.
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_time, help_heading = "Items")]
    pub(crate) date: Option<i64>,

    /// Keep the newest N items
    #[arg(short, long, value_name = "N", help_heading = "Window")]
    pub(crate) keep: Option<usize>,
    /// Drop items that are older than this: `90d`, `12h`
    ///
    /// Counted from `--date`, else `SOURCE_DATE_EPOCH`, else now.
    #[arg(long, value_name = "DURATION", value_parser = cli_kit::parse_duration, help_heading = "Window")]
    pub(crate) max_age: Option<Duration>,
    /// Take out the item with this info hash, because a torrent of this run replaces it
    ///
    /// Nothing is taken out if a torrent of this run is missing or bad.
    #[arg(long, value_name = "HASH", help_heading = "Window")]
    pub(crate) supersedes: Vec<String>,

    /// Judge feeds: one finding a line, exit 1 if a program would miss an item
    #[arg(short, long, help_heading = "Judging",
          conflicts_with_all = ["output", "update", "base_url", "magnet", "podcast", "supersedes", "keep", "max_age", "title", "link"])]
    pub(crate) check: bool,
    /// Judge as these programs read only
    #[arg(
        long,
        value_name = "PROGRAM",
        value_enum,
        value_delimiter = ',',
        requires = "check",
        help_heading = "Judging"
    )]
    pub(crate) reader: Vec<ReaderArg>,
    /// Say as well what each program takes of each item
    #[arg(long, requires = "check", help_heading = "Judging")]
    pub(crate) seen: bool,
    /// Say what a rule wants, and why
    #[arg(long, value_name = "RULE", help_heading = "Judging", conflicts_with_all = ["inputs", "check"])]
    pub(crate) explain: Option<String>,
    /// Refuse torrents that would be accepted with a warning; with `--check`, warnings count as well
    #[arg(long, help_heading = "Judging")]
    pub(crate) strict: bool,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormatArg {
    /// RSS 2.0, which every program reads
    Rss,
    /// Atom 1.0
    Atom,
    /// JSON Feed 1.1
    Json,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReaderArg {
    #[value(name = "qbittorrent")]
    QBittorrent,
    #[value(name = "flexget")]
    FlexGet,
    Sonarr,
    Autobrr,
    TransmissionRss,
}

fn long_help() -> String {
    let rules = feed::RULES.iter().map(|rule| format!("  {:<7} {}\n", rule.code, rule.title));
    format!(
        "Rules that `--check` knows (`--explain RULE` says why):\n{}\n{EXIT_CODES_HELP}",
        rules.collect::<String>()
    )
}
