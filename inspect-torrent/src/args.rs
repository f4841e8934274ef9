//! What can be typed. What it means is for `plan`.

use std::ffi::OsString;

use clap::{ArgGroup, Parser};
use cli_kit::{ENVIRONMENT, Exit, Flags, exit_codes};

use crate::field::Field;

/// Show what a torrent or magnet link contains
///
/// Takes any number of .torrent files, magnet links and info hashes; `-` is standard input. Prints a summary for people, or output
/// for programs with --json, --print and --raw. --check looks for mistakes, --diff compares two torrents.
#[derive(Parser, Debug)]
#[command(
    name = "inspect-torrent",
    version,
    group = ArgGroup::new("mode").args(["files", "pieces", "print", "raw", "from_raw", "magnet", "check", "diff", "explain"]),
    after_help = format!("{EXAMPLES}\n\n`--help` says more than `-h`."),
    after_long_help = long_help(),
)]
pub(crate) struct Args {
    /// Torrents: files, `-`, magnet links, info hashes
    #[arg(required_unless_present_any = ["explain", "diff"], value_name = "TORRENT")]
    pub(crate) inputs: Vec<OsString>,

    /// Show the files as a tree, with index and size
    #[arg(long, help_heading = "What to print")]
    pub(crate) files: bool,
    /// Show the hashes of all pieces
    #[arg(long, help_heading = "What to print")]
    pub(crate) pieces: bool,
    /// Print these fields, one value per line
    ///
    /// Separate several fields by commas. An absent field is an empty line, a list has a line for each item. Control
    /// characters are escaped, unless `--null` separates the values.
    #[arg(long, value_name = "FIELD", value_enum, value_delimiter = ',', help_heading = "What to print")]
    pub(crate) print: Vec<Field>,
    /// End the values of `--print` with NUL instead of a line break, and escape nothing
    #[arg(long, requires = "print", help_heading = "What to print")]
    pub(crate) null: bool,
    /// Dump the bencode as JSON, without loss
    ///
    /// UTF-8 strings become JSON strings, dictionaries become objects. What JSON cannot express becomes an object with a `$` key:
    /// `{"$hex": …}` for other bytes, `{"$dict": [[key, value], …]}` for dictionaries with keys that are not in order, not UTF-8,
    /// occur twice or start with `$`, `{"$raw": …}` with hexadecimal digits for bencode that is not canonical.
    #[arg(long, help_heading = "What to print")]
    pub(crate) raw: bool,
    /// Convert the JSON of `--raw` back to the same bytes
    ///
    /// The keys of objects are put in order, as bencode demands, so programs may add some anywhere; pairs of `$dict` stay as they stand.
    #[arg(long, help_heading = "What to print", conflicts_with_all = ["json", "redact", "strict"])]
    pub(crate) from_raw: bool,
    /// Print a magnet link
    #[arg(long, help_heading = "What to print")]
    pub(crate) magnet: bool,
    /// Add a peer to the magnet link (`x.pe`)
    #[arg(long, value_name = "HOST:PORT", requires = "magnet", help_heading = "What to print")]
    pub(crate) peer: Vec<String>,
    /// Select files in the magnet link (`so`, BEP 53), such as `0,2,4-6`
    #[arg(long, value_name = "INDEX", requires = "magnet", help_heading = "What to print")]
    pub(crate) select: Option<String>,

    /// Look for mistakes: prints one finding per line, exit code 1 if one is an error
    #[arg(long, help_heading = "Checking")]
    pub(crate) check: bool,
    /// Explain the code of a finding, and name the BEP or client behind it; without CODE, list all codes
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "", help_heading = "Checking", conflicts_with = "inputs")]
    pub(crate) explain: Option<String>,
    /// Show the differences between two torrents; exit code 1 if there are any
    #[arg(long, num_args = 2, value_names = ["A", "B"], help_heading = "Checking", conflicts_with = "inputs")]
    pub(crate) diff: Vec<OsString>,
    /// Refuse torrents that are only accepted with a warning; with `--check`, count warnings as errors
    #[arg(long, help_heading = "Checking")]
    pub(crate) strict: bool,

    /// Mask passkeys and credentials in everything that is printed
    #[arg(long, help_heading = "Work")]
    pub(crate) redact: bool,
    /// Largest .torrent to read; default: 256 MiB
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_size, help_heading = "Work")]
    pub(crate) max_size: Option<u64>,
    #[command(flatten)]
    pub(crate) flags: Flags,
}

fn long_help() -> String {
    let codes = exit_codes(&[
        (Exit::Yes, "done; with `--check` no errors, with `--diff` no differences"),
        (Exit::No, "`--check` found an error, or `--diff` a difference"),
        (Exit::Usage, ""),
        (Exit::Unacceptable, "an input is not acceptable: not a torrent, or with `--strict` not canonical"),
        (Exit::LocalIo, ""),
        (Exit::Interrupted, ""),
        (Exit::Terminated, ""),
    ]);
    format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{codes}")
}

const EXAMPLES: &str = "\
Examples:
  inspect-torrent --files x.torrent
  inspect-torrent --print info-hash *.torrent
  inspect-torrent --json 'magnet:?xt=urn:btih:…' | jq .name
  inspect-torrent --check x.torrent && echo no mistakes
  inspect-torrent --diff old.torrent new.torrent
  inspect-torrent --raw x.torrent | jq 'del(.comment)' |
      inspect-torrent --from-raw - > without-comment.torrent";
