//! What can be typed. What it means is for `plan`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, ValueEnum};
use cli_kit::{ENVIRONMENT, Exit, Flags, HASH_VARIABLE, HashFlags, exit_codes};
use torrent_core::data::Io;

/// Check data on disk against a torrent, and say exactly what differs
///
/// Reads every byte and compares it with the v1 and v2 hashes of the torrent. Nothing on disk is changed, and nothing
/// outside DATA is read, whatever the torrent says or symbolic links point to, without `--follow-links`.
#[derive(Parser, Debug)]
#[command(
    name = "verify-data",
    version,
    after_help = format!("{EXAMPLES}\n\n`--help` says more than `-h`."),
    after_long_help = long_help(),
)]
pub(crate) struct Args {
    /// The .torrent file; `-` is standard input
    #[arg(value_name = "TORRENT", required_unless_present = "torrents", conflicts_with = "torrents")]
    pub(crate) torrent: Option<PathBuf>,
    /// The content itself or the folder that holds it; default: the current folder
    #[arg(value_name = "DATA", conflicts_with = "torrents")]
    pub(crate) content: Option<PathBuf>,
    /// Several .torrent files; the content of each is found by name in `--data`
    #[arg(long, value_name = "TORRENT", num_args = 1.., requires = "data")]
    pub(crate) torrents: Vec<PathBuf>,
    /// The folder that holds the content of `--torrents`
    #[arg(long, value_name = "DIR", requires = "torrents")]
    pub(crate) data: Option<PathBuf>,

    /// Print only the names of the files in this state, one per line
    ///
    /// Names are relative to the folder of the content, not to the current folder: `cd` there before you use them.
    #[arg(long, value_name = "STATE", value_enum, help_heading = "What to print", conflicts_with_all = ["json", "magnet_missing"])]
    pub(crate) list: Option<Listing>,
    /// End the names of `--list` with NUL instead of a line break, and escape nothing
    #[arg(long, requires = "list", help_heading = "What to print")]
    pub(crate) null: bool,
    /// Report files that are not in the torrent as well
    #[arg(long, help_heading = "What to print")]
    pub(crate) extra: bool,
    /// Print a magnet link for all files but those that are ok or unproven (BEP 53)
    #[arg(long, help_heading = "What to print", conflicts_with = "json")]
    pub(crate) magnet_missing: bool,
    #[command(flatten)]
    pub(crate) flags: Flags,

    /// Compare names and sizes only: reads no data, so it proves nothing
    #[arg(long, help_heading = "What to check", conflicts_with_all = ["sample", "fail_fast"])]
    pub(crate) quick: bool,
    /// Check only this share of the pieces, chosen by `--seed`
    #[arg(long, value_name = "N%", value_parser = percent, help_heading = "What to check")]
    pub(crate) sample: Option<f64>,
    /// Seed for `--sample`: the same seed chooses the same pieces
    #[arg(long, value_name = "N", default_value_t = 0, requires = "sample", help_heading = "What to check")]
    pub(crate) seed: u64,
    /// Stop at the first bad piece
    #[arg(long, help_heading = "What to check")]
    pub(crate) fail_fast: bool,
    /// Check only these files: globs, or indices as `inspect-torrent --files` shows them; commas separate several
    ///
    /// Globs without `/` match names at any depth. Indices count from 0; `2-5` is a run.
    #[arg(long, value_name = "GLOB|INDEX", value_delimiter = ',', help_heading = "What to check")]
    pub(crate) select: Vec<String>,

    /// Follow symbolic links that lead out of DATA, as in a folder of links into a library
    ///
    /// Only for links that you trust: whoever made them chooses what is read. Links inside DATA are followed in any case.
    #[arg(long, help_heading = "Work")]
    pub(crate) follow_links: bool,
    /// Refuse torrents that are only accepted with a warning
    #[arg(long, help_heading = "Work")]
    pub(crate) strict: bool,
    /// Largest .torrent to read; default: 256 MiB
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_size, help_heading = "Work")]
    pub(crate) max_size: Option<u64>,
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

/// Which files `--list` names.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listing {
    /// All of it is there and proven
    Ok,
    /// Proven not to be the torrent's: damaged, short, long
    Bad,
    /// Nothing of it is there
    Missing,
    /// In a piece that is wrong, but nothing says in which of its files
    Suspect,
    /// Nothing wrong found, but not proven
    Unproven,
    /// A folder, FIFO, device, or a link that leads out or elsewhere: what is behind it was not read
    WrongType,
    /// Not to be opened or read, so nothing is known of it
    Unreadable,
    /// Changed while it was read
    Changed,
    /// There, but not in the torrent
    Extra,
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse::<f64>().ok();
    number
        .filter(|number| *number > 0.0 && *number <= 100.0)
        .ok_or_else(|| "not a share from 0% to 100%".to_owned())
}

fn io() -> impl TypedValueParser<Value = Io> {
    PossibleValuesParser::new(Io::NAMES).map(|name| Io::named(&name).unwrap_or_default())
}

fn long_help() -> String {
    let codes = exit_codes(&[
        (
            Exit::Yes,
            "every byte that was asked about is proven; with `--quick` and `--sample`: nothing wrong was found",
        ),
        (Exit::No, "something is missing, damaged, of another size or not proven"),
        (Exit::Usage, ""),
        (Exit::Unacceptable, ""),
        (Exit::LocalIo, ""),
        (Exit::Changed, ""),
        (Exit::Interrupted, ""),
        (Exit::Terminated, ""),
    ]);
    format!("{EXAMPLES}\n\n{STATES}\n\n{LISTS}\n\n{ENVIRONMENT}{HASH_VARIABLE}\n\n{codes}")
}

const EXAMPLES: &str = "\
Examples:
  verify-data x.torrent downloads/ && echo complete
  verify-data x.torrent --list missing
  verify-data --data /srv --torrents *.torrent --json
  fetch \"$(verify-data x.torrent --magnet-missing)\"
      gets what is missing or damaged";

const LISTS: &str = "\
Lists: each state has the list of its name, but for these:
  bad         damaged, short and long: what is proven not to be the file of the torrent
  extra       files that are there and not in the torrent";

const STATES: &str = "\
States of files:
  ok          every byte is proven
  damaged     bytes are wrong
  missing     nothing is there
  short       bytes are missing at the end
  long        there are more bytes than there should be
  wrong-type  a folder, FIFO, device, or a link that leads out or elsewhere
  unreadable  it cannot be opened or read
  suspect     bytes are wrong in a v1 piece that it shares with others or with BitComet's padding, and nothing says in which of them
  unproven    nothing wrong was found, but it shares a v1 piece with a bad neighbour, or was not read
  changed     it changed while it was read";
