//! What can be typed. What it means is for `plan`.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use cli_kit::{EXIT_CODES_HELP, Flags};

/// Download torrents, verify every byte, and exit
///
/// Takes torrent files, magnet links and URLs of torrents; several run side by side. Uploads to others meanwhile. Files
/// get their names when they are whole and proven. The same command again goes on where the last one ended.
#[derive(Parser, Debug)]
#[command(
    name = "fetch",
    version,
    after_help = "Examples:\n  fetch ubuntu.torrent\n  fetch 'magnet:?xt=urn:btih:…' -o downloads\n  fetch https://example.org/x.torrent --select '*.iso'\n\n`--help` says more than `-h`.",
    after_long_help = long_help(),
)]
pub(crate) struct Args {
    /// Torrent files, magnet links, URLs of torrents; `-` is a torrent on standard input
    #[arg(required = true, value_name = "SOURCE")]
    pub(crate) sources: Vec<OsString>,

    /// The folder that the files go into
    #[arg(short, long, value_name = "DIR", default_value = ".", help_heading = "What goes where")]
    pub(crate) output: PathBuf,
    /// Only these files: globs, or indices as `inspect-torrent --files` shows them; commas separate several
    ///
    /// Globs without `/` match names at any depth. Indices count from 0; `2-5` is a run. Files that are not selected are not
    /// created.
    #[arg(long, value_name = "GLOB|INDEX", value_delimiter = ',', help_heading = "What goes where")]
    pub(crate) select: Vec<String>,
    /// Replace or repair files that exist with other content
    #[arg(short, long, help_heading = "What goes where")]
    pub(crate) force: bool,
    /// Believe no journal: hash all that is there
    #[arg(long, help_heading = "What goes where")]
    pub(crate) recheck: bool,

    /// A peer to ask, for every SOURCE; may stand more than once
    #[arg(long, value_name = "HOST:PORT", help_heading = "Where from")]
    pub(crate) peer: Vec<String>,
    /// A tracker more, for every SOURCE; may stand more than once
    #[arg(long, value_name = "URL", help_heading = "Where from")]
    pub(crate) tracker: Vec<String>,
    /// A web seed more, for every SOURCE (BEP 19); may stand more than once
    #[arg(long, value_name = "URL", help_heading = "Where from")]
    pub(crate) web_seed: Vec<String>,

    /// The port that peers find us at; default: one that is free
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Network")]
    pub(crate) port: Option<u16>,
    /// The address of this machine to use
    #[arg(long, value_name = "ADDR", help_heading = "Network")]
    pub(crate) bind: Option<IpAddr>,
    /// Receive at most SIZE a second, over all SOURCEs
    #[arg(long, value_name = "SIZE", value_parser = rate, help_heading = "Network")]
    pub(crate) max_download: Option<u64>,
    /// Send at most SIZE a second, over all SOURCEs
    #[arg(long, value_name = "SIZE", value_parser = rate, help_heading = "Network")]
    pub(crate) max_upload: Option<u64>,
    /// Memory for blocks that are on their way
    ///
    /// Two pieces and a little more are enough for one torrent to keep its line busy. All else that fetch keeps takes some 10 MiB.
    #[arg(long, value_name = "SIZE", value_parser = memory, default_value = "48MiB", help_heading = "Network")]
    pub(crate) memory: u64,

    /// Stay when complete until R times the content was uploaded
    ///
    /// With `--seed-time`, whichever comes first.
    #[arg(long, value_name = "R", value_parser = ratio, help_heading = "When to end")]
    pub(crate) seed_ratio: Option<f64>,
    /// Stay this long when complete
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, help_heading = "When to end")]
    pub(crate) seed_time: Option<Duration>,
    /// Give up if not complete after this time; default: never
    ///
    /// Getting a torrent by URL counts as well. That may take 5 minutes at most, and half of TIME if there are other SOURCEs.
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, help_heading = "When to end")]
    pub(crate) deadline: Option<Duration>,
    /// Give up if nothing comes for this time; 0: never
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, default_value = "10m", help_heading = "When to end")]
    pub(crate) stall_timeout: Duration,
    /// Give up if nobody gives a magnet's metadata for this time; 0: never
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, default_value = "5m", help_heading = "When to end")]
    pub(crate) metadata_timeout: Duration,

    /// Print the torrent itself and fetch nothing else: turns a magnet link into a .torrent
    #[arg(long, help_heading = "What to say", conflicts_with_all = ["json", "dry_run"])]
    pub(crate) print_torrent: bool,
    /// Say what would be fetched, and whether it fits the disk
    #[arg(long, help_heading = "What to say")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) flags: Flags,

    /// Refuse torrents that would be accepted with a warning
    #[arg(long, help_heading = "Work")]
    pub(crate) strict: bool,
    /// Largest .torrent to read; default: 256 MiB
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_size, help_heading = "Work")]
    pub(crate) max_size: Option<u64>,
    /// Threads that hash; default: one for each core
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Work")]
    pub(crate) threads: Option<u16>,
    /// Code that hashes; default: `PIECEWORK_HASH_BACKEND`, else the fastest
    #[arg(long, value_name = "NAME", help_heading = "Work")]
    pub(crate) hash_backend: Option<String>,
}

fn rate(text: &str) -> Result<u64, String> {
    let size = cli_kit::parse_size(text).map_err(|failure| failure.to_string())?;
    if size >= LEAST_RATE { Ok(size) } else { Err("at least 1KiB a second".to_owned()) }
}

fn memory(text: &str) -> Result<u64, String> {
    let size = cli_kit::parse_size(text).map_err(|failure| failure.to_string())?;
    if size >= LEAST_MEMORY { Ok(size) } else { Err("at least 1MiB".to_owned()) }
}

fn ratio(text: &str) -> Result<f64, String> {
    let ratio = text.parse::<f64>().ok().filter(|ratio| ratio.is_finite() && *ratio >= 0.0);
    ratio.ok_or_else(|| "not a ratio such as `1` or `1.5`".to_owned())
}

/// Below this, a single block would take longer than peers wait.
const LEAST_RATE: u64 = 1 << 10;
/// A few pieces of the usual length at a time.
const LEAST_MEMORY: u64 = 1 << 20;

fn long_help() -> String {
    format!("{EXAMPLES}\n\n{EXIT_CODES_HELP}\n\n{NOTES}")
}

const EXAMPLES: &str = "\
Examples:
  fetch ubuntu.torrent                          into the current folder; prints the path
  fetch 'magnet:?xt=urn:btih:…' -o downloads    quotes keep the shell from the `&`
  curl -s https://example.org/x.torrent | fetch - --deadline 10m && ./install
  fetch --dry-run x.torrent                     how much would come, and does it fit
  fetch x.torrent --select '*.iso,README' --seed-ratio 1
  fetch --print-torrent 'magnet:?…' | inspect-torrent -
  fetch --json x.torrent | jq -r 'select(.event == \"completed\") | .path'";

const NOTES: &str = "\
While a file is not whole, it lies in the hidden folder `.piecework-HASH` in DIR, beside a journal of what is proven.
Ctrl-C ends tidily, and the same command goes on from there. Whatever the torrent says, nothing outside
DIR is touched. Addresses that a torrent names lead to no private network; those typed here may.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_numbers() {
        for (parse, text, is_fine) in [
            (rate as fn(&str) -> Result<u64, String>, "1KiB", true),
            (rate, "1023", false),
            (rate, "x", false),
            (memory, "1M", true),
            (memory, "1048575", false),
        ] {
            assert_eq!(parse(text).is_ok(), is_fine, "{text}");
        }
        for (text, is_fine) in
            [("0", true), ("1.5", true), ("-1", false), ("NaN", false), ("inf", false), ("x", false)]
        {
            assert_eq!(ratio(text).is_ok(), is_fine, "{text}");
        }
    }
}
