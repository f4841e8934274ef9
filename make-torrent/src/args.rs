//! What can be typed. What it means is for `plan`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Parser, ValueEnum};
use cli_kit::{ENVIRONMENT, Exit, Flags, HASH_VARIABLE, HashFlags, exit_codes};
use torrent_core::data::{Io, JUNK_NAMES};
use torrent_core::limits::{MADE_PIECE_LENGTH_MAX, MADE_PIECE_LENGTH_MIN};

/// Make a .torrent of a file, a folder, several of them, or standard input
///
/// Writes NAME.torrent into the current folder and prints its path and info hashes. The same files and options always give the
/// same bytes: files are sorted by their path components, and there is no date and no program name inside unless you ask for
/// them. Nothing is left out silently, and nothing is overwritten without --force.
#[derive(Parser, Debug)]
#[command(
    name = "make-torrent",
    version,
    after_help = format!("{EXAMPLES}\n\n`--help` says more than `-h`."),
    after_long_help = long_help(),
)]
pub(crate) struct Args {
    /// Files and folders; `-` is standard input
    ///
    /// One file or folder becomes the torrent. Several become one torrent with `--name`, or one each with `--each`. `-`
    /// reads the content of a single file, whose `--name` must be given.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Make one torrent for each PATH
    #[arg(long)]
    pub(crate) each: bool,

    /// Where to write: a file, a folder, or `-` for standard output
    ///
    /// Default: NAME.torrent in the current folder. If this is a folder or ends in `/`, NAME.torrent goes into it.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(short, long, help_heading = "Output")]
    pub(crate) force: bool,
    /// Leave a torrent alone that is there and still right; exit code 1 if it is not
    ///
    /// It is right if the same files and options would give the same torrent. Files are only read again if one of them, or a
    /// folder or link on the way to it, has changed, by its times, since the torrent was written.
    #[arg(long, help_heading = "Output", conflicts_with = "force")]
    pub(crate) skip_existing: bool,
    /// The same, but make a torrent anew that is no longer right
    #[arg(long, help_heading = "Output", conflicts_with_all = ["force", "skip_existing"])]
    pub(crate) update: bool,
    /// Print a magnet link as well
    #[arg(long, help_heading = "Output")]
    pub(crate) magnet: bool,
    /// Explain what is part of the info hash, and what is not
    #[arg(long, help_heading = "Output")]
    pub(crate) explain: bool,
    /// List the files, sizes and piece length, without reading data or writing a torrent
    #[arg(long, help_heading = "Output", conflicts_with_all = ["explain", "magnet"])]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) flags: Flags,

    /// Which hashes to put in: v1 works in every client, v2 (BEP 52) in newer ones, hybrid in both
    ///
    /// The v1 info hash of a hybrid is not that of the v1 torrent of the same files: the v2 half is in it.
    #[arg(long, value_name = "WHICH", value_enum, default_value_t, help_heading = "Torrent")]
    pub(crate) protocol: ProtocolArg,
    /// Align every file of a v1 torrent to a piece, with pad files (BEP 47)
    #[arg(long, help_heading = "Torrent")]
    pub(crate) align: bool,
    /// Name of the file or folder, instead of PATH's own
    #[arg(short, long, help_heading = "Torrent")]
    pub(crate) name: Option<OsString>,
    /// Piece length: bytes, `1MiB`, or an exponent of 2 from 14 to 28
    #[arg(short = 'l', long, value_name = "SIZE", value_parser = piece_length, help_heading = "Torrent",
          conflicts_with_all = ["max_pieces", "max_torrent_size"])]
    pub(crate) piece_length: Option<u64>,
    /// Choose a piece length that makes at most N pieces, padding counted
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Torrent")]
    pub(crate) max_pieces: Option<u64>,
    /// Choose a piece length that keeps the .torrent within SIZE
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_size, help_heading = "Torrent")]
    pub(crate) max_torrent_size: Option<u64>,

    /// Tracker; each `-a` is a tier of its own, commas separate trackers of the same tier (BEP 12)
    ///
    /// A tracker is a server that knows peers, a tier a group of trackers: clients try a tier only if those before it fail. BEPs are
    /// the specifications of BitTorrent, at bittorrent.org/beps.
    #[arg(short, long, value_name = "URL", help_heading = "Metadata outside the info hash")]
    pub(crate) announce: Vec<String>,
    /// Web seed: a web server that has the same files (BEP 19); for a folder it must end in `/`
    #[arg(short, long, value_name = "URL", help_heading = "Metadata outside the info hash")]
    pub(crate) web_seed: Vec<String>,
    /// HTTP seed of the older kind (BEP 17)
    #[arg(long, value_name = "URL", help_heading = "Metadata outside the info hash")]
    pub(crate) http_seed: Vec<String>,
    /// DHT node that clients can bootstrap from (BEP 5)
    #[arg(long, value_name = "HOST:PORT", help_heading = "Metadata outside the info hash")]
    pub(crate) node: Vec<String>,
    /// Comment for people to read
    #[arg(short, long, value_name = "TEXT", value_parser = text(), help_heading = "Metadata outside the info hash")]
    pub(crate) comment: Option<String>,
    /// Creation date: seconds since 1970, a day such as `2024-05-01` (UTC), or RFC 3339; default: `SOURCE_DATE_EPOCH`, else none
    #[arg(long, value_name = "TIME", value_parser = date, allow_hyphen_values = true,
          help_heading = "Metadata outside the info hash")]
    pub(crate) date: Option<i64>,
    /// Name of the program that made it; default: none
    #[arg(long, value_name = "TEXT", value_parser = text(), help_heading = "Metadata outside the info hash")]
    pub(crate) created_by: Option<String>,

    /// Private torrent: peers come from its trackers only (BEP 27); needs `--announce`
    #[arg(short, long, help_heading = "Metadata inside the info hash")]
    pub(crate) private: bool,
    /// Source tag; different tags give different info hashes
    #[arg(short, long, value_name = "TEXT", value_parser = text(), help_heading = "Metadata inside the info hash")]
    pub(crate) source: Option<String>,
    /// Add random bytes, which make the info hash unique
    #[arg(short = 'x', long, help_heading = "Metadata inside the info hash")]
    pub(crate) cross_seed: bool,
    /// Info hash of a torrent that shares files with this one (BEP 38)
    #[arg(long, value_name = "HASH", help_heading = "Metadata inside the info hash")]
    pub(crate) similar: Vec<String>,
    /// Collection this torrent is part of (BEP 38)
    #[arg(long, value_name = "NAME", value_parser = text(), help_heading = "Metadata inside the info hash")]
    pub(crate) collection: Vec<String>,
    /// URL of newer versions of the torrent (BEP 39)
    #[arg(long, value_name = "URL", help_heading = "Metadata inside the info hash")]
    pub(crate) update_url: Option<String>,
    /// Any other key: `KEY=JSON`, or `info.KEY=JSON` inside the info hash
    ///
    /// JSON strings, integers, lists and objects become what bencode has for them. Quote for the shell:
    /// `--set 'publisher="me"'`.
    #[arg(long, value_name = "KEY=JSON", help_heading = "Metadata inside the info hash")]
    pub(crate) set: Vec<String>,

    /// Leave out what matches; globs without `/` match names at any depth, others whole paths
    ///
    /// Paths start in PATH, or are as you would type them. Upper and lower case differ; `[Aa]` stands for both. `*` does not match `/`, `**` does. A folder that matches is left out with everything in it. Takes precedence over
    /// `--include`.
    #[arg(short, long, value_name = "GLOB", help_heading = "Selection")]
    pub(crate) exclude: Vec<String>,
    /// Take only files that match or are in a folder that matches; a PATH that is a file is always taken
    #[arg(short, long, value_name = "GLOB", help_heading = "Selection")]
    pub(crate) include: Vec<String>,
    /// Leave out names that start with a dot
    #[arg(long, help_heading = "Selection")]
    pub(crate) exclude_hidden: bool,
    /// Leave out files that operating systems create, such as .DS_Store; `--help` lists the names
    #[arg(long, help_heading = "Selection")]
    pub(crate) exclude_junk: bool,
    /// Obey .gitignore files, and leave out .git
    #[arg(long, help_heading = "Selection")]
    pub(crate) ignore_files: bool,
    /// What to do with symbolic links in folders; a PATH that is a link is always followed
    #[arg(long, value_name = "HOW", value_enum, default_value_t, help_heading = "Selection")]
    pub(crate) symlinks: SymlinksArg,
    /// Leave out what cannot be read, instead of giving up
    #[arg(long, help_heading = "Selection")]
    pub(crate) skip_unreadable: bool,
    /// Accept names that are not UTF-8, and keep their bytes
    #[arg(long, help_heading = "Selection")]
    pub(crate) raw_names: bool,
    /// Refuse names that some systems cannot store, instead of warning about them
    #[arg(long, help_heading = "Selection")]
    pub(crate) portable: bool,

    #[command(flatten)]
    pub(crate) hash: HashFlags,
    /// How to read files: `auto` maps them and fills the page cache in the order of the files, `direct` reads past the page
    /// cache
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = io(), help_heading = "Work")]
    pub(crate) io: Io,
    /// Say at the end how fast it was, and whether hashing or the disk was the limit
    #[arg(short, long, help_heading = "Work")]
    pub(crate) verbose: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ProtocolArg {
    /// SHA-1 of each piece; every client knows it
    #[default]
    V1,
    /// A SHA-256 tree for each file (BEP 52)
    V2,
    /// Both of them, for clients of either kind
    Hybrid,
}

#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SymlinksArg {
    /// Take what they point to
    #[default]
    Follow,
    /// Store the links themselves in the torrent (BEP 47)
    Store,
    /// Leave them out of the torrent
    Skip,
    /// Give up, and make no torrent
    Error,
}

/// A piece length as it can be typed. Small numbers are exponents.
fn piece_length(text: &str) -> Result<u64, String> {
    let exponents = u64::from(MADE_PIECE_LENGTH_MIN.ilog2())..=u64::from(MADE_PIECE_LENGTH_MAX.ilog2());
    let length = cli_kit::parse_size(text).map_err(|failure| failure.to_string())?;
    let length = if exponents.contains(&length) { 1 << length } else { length };
    if length.is_power_of_two() && (MADE_PIECE_LENGTH_MIN..=MADE_PIECE_LENGTH_MAX).contains(&length) {
        Ok(length)
    } else {
        Err("a piece length is a power of two from 16KiB to 256MiB, or its exponent from 14 to 28".to_owned())
    }
}

/// A creation date. Whoever types one beyond the year 9999 has milliseconds, which many programs print.
fn date(text: &str) -> Result<i64, String> {
    match cli_kit::parse_time(text).map_err(|failure| failure.to_string())? {
        seconds if seconds > YEAR_9999 => {
            Err(format!("that is beyond the year 9999; in milliseconds it would be {}", seconds / 1000))
        }
        seconds => Ok(seconds),
    }
}

/// The last second of the year 9999.
const YEAR_9999: i64 = 253_402_300_799;

/// A field that is there says something: an empty one comes from a variable that is not set.
fn text() -> NonEmptyStringValueParser {
    NonEmptyStringValueParser::new()
}

fn io() -> impl TypedValueParser<Value = Io> {
    PossibleValuesParser::new(Io::NAMES).map(|name| Io::named(&name).unwrap_or_default())
}

fn long_help() -> String {
    let codes = exit_codes(&[
        (Exit::Yes, "done"),
        (Exit::No, "with `--skip-existing`: a torrent that is there is no longer right"),
        (Exit::Usage, ""),
        (Exit::Unacceptable, "this content cannot be in a torrent: names, symbolic links, too many files"),
        (Exit::LocalIo, ""),
        (Exit::Changed, ""),
        (Exit::Interrupted, ""),
        (Exit::Terminated, ""),
    ]);
    let junk = format!("Junk (`--exclude-junk`): {}", JUNK_NAMES.join(" "));
    format!(
        "{EXAMPLES}\n\n{PIECE_LENGTHS}\n\n{junk}\n\n{ENVIRONMENT}{HASH_VARIABLE}{DATE_VARIABLE}\n\n{codes}"
    )
}

const EXAMPLES: &str = "\
Examples:
  make-torrent dist/ -a udp://tracker.example:6969/announce
  make-torrent --protocol hybrid -w https://example.org/files/ dist/
  make-torrent --each dist/* -o torrents/
  tar -c dist | make-torrent --name dist.tar -";

const DATE_VARIABLE: &str = "
  SOURCE_DATE_EPOCH       seconds since 1970: the creation date, if `--date` does not say it";

const PIECE_LENGTHS: &str = "\
Piece length unless you choose one with `-l`, for about 1,000 to 2,000 pieces:
  up to     32 MiB   16 KiB      up to   2 GiB    1 MiB
  up to     64 MiB   32 KiB      up to   4 GiB    2 MiB
  up to    128 MiB   64 KiB      up to   8 GiB    4 MiB
  up to    256 MiB  128 KiB      up to  16 GiB    8 MiB
  up to    512 MiB  256 KiB      above           16 MiB
  up to      1 GiB  512 KiB      on request     256 MiB
For standard input, whose length is not known beforehand, it is 1 MiB.";

#[cfg(test)]
mod tests {
    use super::*;
    use torrent_core::metainfo::automatic_piece_length;

    #[test]
    fn piece_lengths_are_sizes_or_exponents() {
        for (text, length) in
            [("16384", 16384), ("14", 16384), ("28", 256 << 20), ("1MiB", 1 << 20), ("1M", 1 << 20)]
        {
            assert_eq!(piece_length(text), Ok(length), "{text}");
        }
        for text in ["13", "29", "8192", "16385", "512MiB", "x", "-1", "0"] {
            assert!(piece_length(text).is_err(), "{text}");
        }
    }

    #[test]
    fn dates_are_not_in_milliseconds() {
        assert_eq!(date("253402300799"), Ok(YEAR_9999));
        assert_eq!(date("-1"), Ok(-1));
        assert_eq!(date("2024-01-01"), Ok(1_704_067_200));
        let said = date("1704067200000").unwrap_err();
        assert_eq!(said, "that is beyond the year 9999; in milliseconds it would be 1704067200");
        assert!(date("253402300800").is_err() && date("9223372036854775807").is_err());
    }

    #[test]
    fn the_table_in_the_help_is_what_happens() {
        let entries: Vec<&str> = PIECE_LENGTHS.split("up to").skip(1).collect();
        assert_eq!(entries.len(), 10);
        for entry in entries {
            let words: Vec<&str> = entry.split_whitespace().collect();
            let size = |at: usize| cli_kit::parse_size(&words[at..at + 2].concat()).unwrap();
            assert_eq!(automatic_piece_length(size(0)), size(2), "{entry}");
            assert!(automatic_piece_length(size(0) + 1) > size(2), "{entry}");
        }
    }
}
