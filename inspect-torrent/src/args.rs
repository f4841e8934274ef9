//! What can be typed. What it means is for `plan`.

use std::ffi::OsString;

use clap::{ArgGroup, Parser};
use cli_kit::{EXIT_CODES_HELP, Flags};

use crate::fields::Field;

/// Say what a torrent or magnet link is
///
/// Takes .torrent files, `-` for standard input, magnet links and info hashes, any number of them. Says what they are for
/// people, or with --json, --print and --raw for programs; judges them with --check.
#[derive(Parser, Debug)]
#[command(
    name = "inspect-torrent",
    version,
    group = ArgGroup::new("mode").args(["files", "pieces", "print", "raw", "from_raw", "magnet", "check", "diff", "explain"]),
    after_help = "Examples:\n  inspect-torrent --files x.torrent\n  inspect-torrent --print info-hash *.torrent\n  inspect-torrent --json 'magnet:?xt=urn:btih:…' | jq .name\n\n`--help` says more than `-h`.",
    after_long_help = EXIT_CODES_HELP,
)]
pub(crate) struct Args {
    /// Torrents: files, `-`, magnet links, info hashes
    #[arg(required_unless_present_any = ["explain", "diff"], value_name = "TORRENT")]
    pub(crate) inputs: Vec<OsString>,

    /// Show the files as a tree, with index and size
    #[arg(long, help_heading = "What to say")]
    pub(crate) files: bool,
    /// Show the hashes of all pieces
    #[arg(long, help_heading = "What to say")]
    pub(crate) pieces: bool,
    /// Print these fields, one value a line
    ///
    /// Several are separated by commas. A field that is absent is an empty line, one that is a list has a line for each
    /// item. Control characters are escaped, unless `--null` separates the values.
    #[arg(long, value_name = "FIELD", value_enum, value_delimiter = ',', help_heading = "What to say")]
    pub(crate) print: Vec<Field>,
    /// End the values of `--print` with NUL instead of a line break, and escape nothing
    #[arg(long, requires = "print", help_heading = "What to say")]
    pub(crate) null: bool,
    /// Dump the bencode as JSON, without loss
    ///
    /// Strings that are UTF-8 are strings, dictionaries are objects in their order. What JSON cannot say is an object with a
    /// `$`: `{"$hex": …}` for other bytes, `{"$dict": [[key, value], …]}` for dictionaries with keys that are not UTF-8,
    /// twice there or start with `$`, `{"$raw": …}` for what is not canonical, in hexadecimal digits.
    #[arg(long, help_heading = "What to say")]
    pub(crate) raw: bool,
    /// Turn the JSON of `--raw` back into the same bytes, on standard output
    #[arg(long, help_heading = "What to say", conflicts_with_all = ["json", "redact", "strict"])]
    pub(crate) from_raw: bool,
    /// Print a magnet link
    #[arg(long, help_heading = "What to say")]
    pub(crate) magnet: bool,
    /// Peer to name in the magnet link (`x.pe`)
    #[arg(long, value_name = "HOST:PORT", requires = "magnet", help_heading = "What to say")]
    pub(crate) peer: Vec<String>,
    /// Files to select in the magnet link (`so`, BEP 53): `0,2,4-6`
    #[arg(long, value_name = "INDEX", requires = "magnet", help_heading = "What to say")]
    pub(crate) select: Option<String>,

    /// Judge: one finding a line, exit 1 if one is an error
    #[arg(long, help_heading = "Judging")]
    pub(crate) check: bool,
    /// Say what a finding's code means, and where it comes from
    #[arg(long, value_name = "CODE", help_heading = "Judging", conflicts_with = "inputs")]
    pub(crate) explain: Option<String>,
    /// Say what differs between two torrents; exit 1 if anything does
    #[arg(long, num_args = 2, value_names = ["A", "B"], help_heading = "Judging", conflicts_with = "inputs")]
    pub(crate) diff: Vec<OsString>,
    /// Refuse what would be accepted with a warning
    #[arg(long, help_heading = "Judging")]
    pub(crate) strict: bool,

    /// Mask passkeys and credentials in all that is printed
    #[arg(long, help_heading = "Work")]
    pub(crate) redact: bool,
    /// Largest .torrent to read; default: 256 MiB
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_size, help_heading = "Work")]
    pub(crate) max_size: Option<u64>,
    #[command(flatten)]
    pub(crate) flags: Flags,
}
