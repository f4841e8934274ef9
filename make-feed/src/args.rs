//! What can be typed. What it means is for `plan`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, ValueEnum};
use cli_kit::{ENVIRONMENT, Exit, Flags, exit_codes};
use regex::Regex;

/// Make a feed of torrents for torrent clients, and check how clients read feeds
///
/// Takes .torrent files, folders of them, or the output of `make-torrent --json`. Writes RSS, Atom or JSON Feed. The same
/// torrents, dates and options give the same bytes, and a feed in which nothing has changed is not touched. There is no
/// database: with --update the feed itself is the record of what was published. --check says what five programs make of a feed, or podcast
/// apps of one of media files.
#[derive(Parser, Debug)]
#[command(
    name = "make-feed",
    version,
    after_help = format!("{EXAMPLES}\n\n`--help` says more than `-h`."),
    after_long_help = long_help(),
)]
pub(crate) struct Args {
    /// Torrents: .torrent files, folders to search, `-` for the output of `make-torrent --json`
    ///
    /// Default: `-`, unless standard input is a terminal. In a folder, every file that ends in `.torrent` is taken, except
    /// hidden ones. With `--check` these are feeds, and `-` is a feed on standard input.
    #[arg(value_name = "TORRENT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Where to write; default: standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output", conflicts_with = "update")]
    pub(crate) output: Option<PathBuf>,
    /// Add the torrents to this feed, which is created if it does not exist
    ///
    /// Existing items keep their id, date, title, text and page, and are ordered by date; what others wrote stays as it stands. A
    /// torrent that was replaced at its URL gets a new item in the place of the old one, with the words that were given to that.
    /// A podcast is updated as one. Title, link and the like are only needed the first time. The file is replaced atomically,
    /// and left alone if nothing changes. Simultaneous updates take turns.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) update: Option<PathBuf>,
    /// Replace a file that exists; with `--update`, go on even if something is lost that should not be
    ///
    /// `--keep`, `--keep-per`, `--max-age` and `--supersedes` remove old items without it. It lets them remove every item, or
    /// leave out a torrent that was just given. It also lets `--update` lose items of a broken feed, and what cannot be kept of
    /// a feed that others wrote, and `--podcast` publish web seeds that may hold a passkey.
    #[arg(short, long, help_heading = "Output")]
    pub(crate) force: bool,
    /// Format of the feed; default: that of the feed to update, else rss
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Output")]
    pub(crate) format: Option<FormatArg>,

    /// Name of the feed
    #[arg(short, long, value_name = "TEXT", value_parser = text(), help_heading = "Feed")]
    pub(crate) title: Option<String>,
    /// URL of the page that the feed belongs to
    #[arg(short, long, value_name = "URL", help_heading = "Feed")]
    pub(crate) link: Option<String>,
    /// Description of the feed; default: the title
    #[arg(short, long, value_name = "TEXT", value_parser = text(), help_heading = "Feed")]
    pub(crate) description: Option<String>,
    /// URL of the feed itself
    #[arg(long, value_name = "URL", help_heading = "Feed")]
    pub(crate) self_url: Option<String>,
    /// URL of a WebSub hub that notifies subscribers
    #[arg(long, value_name = "URL", help_heading = "Feed")]
    pub(crate) hub: Option<String>,
    /// How many minutes clients may wait before they look again
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=10_080), help_heading = "Feed")]
    pub(crate) ttl: Option<u32>,
    /// Language of the feed, such as `en` or `de-at`
    #[arg(long, value_name = "CODE", value_parser = text(), help_heading = "Feed")]
    pub(crate) language: Option<String>,
    /// Who owns the content, or its licence
    #[arg(long, value_name = "TEXT", value_parser = text(), help_heading = "Feed")]
    pub(crate) copyright: Option<String>,
    /// What the feed is about; may be given several times. Of a podcast also `Arts/Books`
    #[arg(long, value_name = "TEXT", value_parser = text(), help_heading = "Feed")]
    pub(crate) category: Vec<String>,
    /// URL of a picture of the feed
    #[arg(long, value_name = "URL", help_heading = "Feed")]
    pub(crate) image: Option<String>,
    /// Who the feed is by: in a podcast, Atom or JSON Feed
    #[arg(long, value_name = "NAME", value_parser = text(), help_heading = "Feed")]
    pub(crate) author: Option<String>,
    /// Whether the podcast is for adults only, which directories of podcasts want to know
    #[arg(long, value_name = "BOOL", requires = "podcast", help_heading = "Feed")]
    pub(crate) explicit: Option<bool>,

    /// Title of the one torrent; default: its name
    ///
    /// Titles, descriptions and pages of several torrents can be in the lines that come from `make-torrent --json`, as `title`,
    /// `comment` and `page`, and `attach` likewise.
    #[arg(long, value_name = "TEXT", value_parser = text(), help_heading = "Items")]
    pub(crate) item_title: Option<String>,
    /// What there is to say of the one torrent; its size is put behind that
    #[arg(long, value_name = "TEXT", value_parser = text(), help_heading = "Items")]
    pub(crate) item_description: Option<String>,
    /// URL of the page about the one torrent, such as its release notes
    #[arg(long, value_name = "URL", help_heading = "Items")]
    pub(crate) item_link: Option<String>,
    /// Attach the one torrent to the item of the feed that has this id or link
    ///
    /// For the feed of releases that a forge writes: the item keeps its title, author and text, and gets the torrent.
    #[arg(long, value_name = "ID", value_parser = text(), requires = "update", help_heading = "Items")]
    pub(crate) attach: Option<String>,
    /// URL of the .torrent files: their names are appended
    ///
    /// For files found in a folder, the path below that folder is appended. The URL may end in a query, such as `?file=`.
    #[arg(short, long, value_name = "URL", help_heading = "Items")]
    pub(crate) base_url: Option<String>,
    /// Link to magnet links instead of .torrent files
    #[arg(short, long, help_heading = "Items", conflicts_with = "podcast")]
    pub(crate) magnet: bool,
    /// Make a podcast: the media file is the enclosure, the torrent an alternate enclosure
    ///
    /// The URL of the media file is the torrent's web seed, so make the torrent with `--web-seed`. Torrent clients need a separate
    /// feed: they do not read alternate enclosures.
    #[arg(short, long, help_heading = "Items")]
    pub(crate) podcast: bool,
    /// Date of items whose torrent has none inside: seconds since 1970 or RFC 3339
    ///
    /// Default: `SOURCE_DATE_EPOCH`, else the time of the .torrent file, which a checkout or a copy may change.
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_time, help_heading = "Items")]
    pub(crate) date: Option<i64>,

    /// Keep only the newest N items
    ///
    /// Of items with the same date, the one with the later version in its title is newer: 1.10 is later than 1.9.
    #[arg(short, long, value_name = "N", help_heading = "Old items")]
    pub(crate) keep: Option<usize>,
    /// Keep the newest item of each product, or with `--keep` the newest N of each
    ///
    /// The product is what the first group of the regular expression matches in the title, such as `^(.*)-[0-9.]+`. Items that it
    /// does not match stay.
    #[arg(long, value_name = "REGEX", value_parser = product, help_heading = "Old items")]
    pub(crate) keep_per: Option<Regex>,
    /// Drop items that are older than this, such as `90d` or `12h`
    ///
    /// Counted from `--date`, else `SOURCE_DATE_EPOCH`, else now.
    #[arg(long, value_name = "DURATION", help_heading = "Old items")]
    pub(crate) max_age: Option<String>,
    /// Remove the item with this info hash, because a torrent of this run replaces it
    ///
    /// Nothing is removed if a torrent of this run is missing or bad. An item that others wrote only loses its torrent, and gets
    /// the one of this run if that is the only one.
    #[arg(long, value_name = "HASH", help_heading = "Old items")]
    pub(crate) supersedes: Vec<String>,

    /// Sign the feed with this secret key of `minisign`
    ///
    /// The signature is the last line of the feed, so that one file has both, and needs `--self-url`. A key with a password asks for it
    /// on the terminal; `minisign -G -W` makes one without, for machines. A name without a folder that is not here is looked up
    /// in `$CREDENTIALS_DIRECTORY`. Each version is built later than the one before: at `--date`, else `SOURCE_DATE_EPOCH`, else now.
    /// `--update` signs no feed that was changed since it was signed, and leaves none unsigned that was signed, without `--force`.
    #[arg(long, value_name = "FILE", help_heading = "Signing", conflicts_with = "check")]
    pub(crate) sign: Option<PathBuf>,
    /// Say that this key will sign from now on, so that subscribers follow it
    ///
    /// Later updates repeat it until that key signs: `--sign NEW --key OLD`. The key that signs now takes it back.
    #[arg(long, value_name = "KEY", help_heading = "Signing", conflicts_with = "check")]
    pub(crate) next_key: Option<String>,
    /// The public key that must have signed: with `--check` the feeds, with `--sign` the feed that is updated
    ///
    /// `RW` and 54 more characters, as `minisign` prints it. A feed to update may also be signed by the key that signs it again.
    #[arg(long, value_name = "KEY", help_heading = "Signing")]
    pub(crate) key: Option<String>,

    /// Check feeds: prints what programs would miss or mistake, exit code 1 if a program would miss an item
    #[arg(short, long, help_heading = "Checking",
          conflicts_with_all = ["output", "update", "base_url", "magnet", "podcast", "supersedes", "keep", "keep_per", "max_age", "title", "link"])]
    pub(crate) check: bool,
    /// Check only for these programs; default: all that want torrents, or podcast where media files are attached
    #[arg(
        long,
        value_name = "PROGRAM",
        value_enum,
        value_delimiter = ',',
        requires = "check",
        help_heading = "Checking"
    )]
    pub(crate) reader: Vec<ReaderArg>,
    /// Also print what each program would take from each item
    #[arg(long, requires = "check", help_heading = "Checking")]
    pub(crate) seen: bool,
    /// Print each finding; by default those of one rule and program are summed up, except with `--json`
    #[arg(long, requires = "check", help_heading = "Checking")]
    pub(crate) all: bool,
    /// Explain a rule of `--check`; without RULE, list all of them
    #[arg(long, value_name = "RULE", num_args = 0..=1, default_missing_value = "", help_heading = "Checking", conflicts_with_all = ["inputs", "check"])]
    pub(crate) explain: Option<String>,
    /// Refuse torrents that are only accepted with a warning; with `--check`, count warnings as errors
    #[arg(long, help_heading = "Checking")]
    pub(crate) strict: bool,

    #[command(flatten)]
    pub(crate) flags: Flags,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormatArg {
    /// RSS 2.0, which every program reads
    Rss,
    /// Atom 1.0 (RFC 4287)
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
    /// Podcast apps and directories
    Podcast,
}

/// What is said anew replaces what was said: by nothing, where a variable is not set.
fn text() -> NonEmptyStringValueParser {
    NonEmptyStringValueParser::new()
}

/// An empty one matches every title, so that all items would be of one product.
fn product(text: &str) -> Result<Regex, String> {
    if text.is_empty() {
        Err("it matches everything".to_owned())
    } else {
        text.parse().map_err(|error: regex::Error| error.to_string())
    }
}

fn long_help() -> String {
    let rules = feed::RULES.iter().map(|rule| format!("\n  {:<7}  {}", rule.code, rule.title));
    let rules =
        format!("Rules that `--check` knows (`--explain RULE` says why):{}", rules.collect::<String>());
    let codes = exit_codes(&[
        (Exit::Yes, "done; with `--check` every program takes every item"),
        (Exit::No, "`--check`: a program would miss an item"),
        (Exit::Usage, ""),
        (
            Exit::Unacceptable,
            "an input is not acceptable: not a torrent, not a feed, or not signed as it should be",
        ),
        (Exit::LocalIo, ""),
        (Exit::Changed, "a torrent or the feed changed meanwhile"),
        (Exit::Interrupted, ""),
        (Exit::Terminated, ""),
    ]);
    format!("{EXAMPLES}\n\n{rules}\n\n{ENVIRONMENT}{DATE_VARIABLE}\n\n{codes}")
}

const EXAMPLES: &str = "\
Examples:
  make-feed --title Demo --link https://pub.example/ \\
      --base-url https://pub.example/t/ t/ > feed.xml
  make-torrent --json --each dist/* |
      make-feed --update feed.xml --base-url https://pub.example/t/
  make-feed --check feed.xml
  make-feed --update feed.xml --sign minisign.key \\
      --self-url https://pub.example/feed.xml t/";

const DATE_VARIABLE: &str = "
  MINISIGN_KEY_FILE       secret key that signs the feed, as with `--sign`
  CREDENTIALS_DIRECTORY   where keys are looked for that are named without a folder (systemd sets it)
  SOURCE_DATE_EPOCH       seconds since 1970: the date of items that have none, and of the feed";
