//! What can be typed. What it means is for `plan`.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use cli_kit::{ENVIRONMENT, Exit, Flags, HASH_VARIABLE, HashFlags, exit_codes};

/// Download torrents, verify every byte, and exit
///
/// Takes torrent files, magnet links and URLs of torrents, several at the same time, and uploads to other peers meanwhile. A
/// file gets its name only when it is complete and verified. The same command again resumes where the last one stopped.
#[derive(Parser, Debug)]
#[command(
    name = "fetch",
    version,
    after_help = format!("{EXAMPLES}\n\n`--help` says more than `-h`."),
    after_long_help = long_help(),
)]
pub(crate) struct Args {
    /// Torrent files, magnet links, URLs of torrents; `-` is a torrent on standard input
    #[arg(required = true, value_name = "SOURCE")]
    pub(crate) sources: Vec<OsString>,

    /// Folder to write into; or, if it has an extension and is not there, the name for a torrent of a single file
    ///
    /// What ends in `/`, is a folder, or has no extension, such as `downloads`, is a folder, and is made if it is not there. `x.iso` is
    /// the name of the file if there is one SOURCE, which is a torrent of a single file, and no folder `x.iso`.
    #[arg(short, long, value_name = "DIR|FILE", default_value = ".", help_heading = "Output")]
    pub(crate) output: PathBuf,
    /// Fetch only these files: globs, or indices as `inspect-torrent --files` shows them; commas separate several
    ///
    /// Globs without `/` match names at any depth. Indices count from 0; `2-5` is a run. Files that are not selected are not
    /// created.
    #[arg(long, value_name = "GLOB|INDEX", value_delimiter = ',', help_heading = "Output")]
    pub(crate) select: Vec<String>,
    /// Replace in names what some file system cannot hold (`/`, `:`, `?`, …), and shorten long ones
    ///
    /// Files whose names become one get a number. The same options again resume; to check the files later, `verify-data` needs the
    /// torrent's own names.
    #[arg(long, help_heading = "Output")]
    pub(crate) clean_names: bool,
    /// Give a file another path, below the torrent's folder; may be given more than once
    ///
    /// INDEX as `inspect-torrent --files` shows it; of a torrent of a single file it is 0.
    #[arg(long, value_name = "INDEX=PATH", help_heading = "Output")]
    pub(crate) rename: Vec<OsString>,
    /// Write the files into DIR itself, without the torrent's own folder
    #[arg(long, help_heading = "Output")]
    pub(crate) strip_folder: bool,
    /// Replace or repair files that exist with other content
    ///
    /// Each stays as it is, under its name, until a whole verified file takes its place, with its owner and permissions. What is right of
    /// it is copied: until then there must be room for both.
    #[arg(short, long, help_heading = "Output")]
    pub(crate) force: bool,
    /// Ignore the journal and hash all existing data
    #[arg(long, help_heading = "Output")]
    pub(crate) recheck: bool,

    /// Additional peer, for every SOURCE; may be given more than once
    #[arg(long, value_name = "HOST:PORT", help_heading = "Peers and servers")]
    pub(crate) peer: Vec<String>,
    /// Additional tracker, for every SOURCE: a server that knows peers; may be given more than once
    #[arg(long, value_name = "URL", help_heading = "Peers and servers")]
    pub(crate) tracker: Vec<String>,
    /// Additional web seed, for every SOURCE: a web server that has the files (BEP 19); may be given more than once
    #[arg(long, value_name = "URL", help_heading = "Peers and servers")]
    pub(crate) web_seed: Vec<String>,

    /// Header for the web servers of SOURCE, `--tracker` and `--web-seed`; may be given more than once
    ///
    /// It is sent to these sites (scheme, host, port) only, not to those that a torrent or a redirect names. A user goes into the URL:
    /// `https://user:password@host/x.torrent`, for that site alone.
    #[arg(long, value_name = "NAME: VALUE", help_heading = "Network")]
    pub(crate) header: Vec<String>,
    /// Name to go by at all web servers; default: Piecework and its version
    #[arg(long, value_name = "TEXT", help_heading = "Network")]
    pub(crate) user_agent: Option<String>,
    /// Port to listen on for peers; default: any that is free
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Network")]
    pub(crate) port: Option<u16>,
    /// Local address to listen on and connect from; default: all
    #[arg(long, value_name = "ADDR", help_heading = "Network")]
    pub(crate) bind: Option<IpAddr>,
    /// Download at most SIZE per second, all SOURCEs together
    #[arg(long, value_name = "SIZE", value_parser = rate, help_heading = "Network")]
    pub(crate) max_download: Option<u64>,
    /// Upload at most SIZE per second, all SOURCEs together
    #[arg(long, value_name = "SIZE", value_parser = rate, help_heading = "Network")]
    pub(crate) max_upload: Option<u64>,
    /// Memory for data that is not yet on disk, and for what is kept of files and pieces
    ///
    /// A little more than two pieces is enough to keep the connection of one torrent busy. The torrent itself, with its list of files
    /// and its pieces, takes its part: 100,000 files, or 1 TiB in pieces of 1 MiB, fit into 48MiB. A torrent that does not fit is
    /// refused, and the message says how much is enough. Everything else takes up to 16 MiB.
    #[arg(long, value_name = "SIZE", value_parser = memory, default_value = "48MiB", help_heading = "Network")]
    pub(crate) memory: u64,

    /// Seed until R times the size of the content is uploaded
    ///
    /// With `--seed-time`, whichever comes first. Without both, fetch ends when the content is complete.
    #[arg(long, value_name = "R", value_parser = ratio, help_heading = "When to stop")]
    pub(crate) seed_ratio: Option<f64>,
    /// Seed for this long
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, help_heading = "When to stop")]
    pub(crate) seed_time: Option<Duration>,
    /// Give up if not complete after this time; default: never
    ///
    /// Downloading a torrent from its URL counts, too. That may take 5 minutes at most, and half of TIME if there are other SOURCEs.
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, help_heading = "When to stop")]
    pub(crate) deadline: Option<Duration>,
    /// Give up if no data arrives for this time; 0: never
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, default_value = "10m", help_heading = "When to stop")]
    pub(crate) stall_timeout: Duration,
    /// Give up on a magnet link if its metadata does not arrive in this time; 0: never
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, default_value = "5m", help_heading = "When to stop")]
    pub(crate) metadata_timeout: Duration,

    /// Print the .torrent instead of fetching its content: turns a magnet link into a .torrent
    #[arg(long, help_heading = "What to print", conflicts_with_all = ["json", "dry_run"])]
    pub(crate) print_torrent: bool,
    /// Print what would be fetched, and whether it fits on the disk
    #[arg(long, help_heading = "What to print")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) flags: Flags,

    /// Refuse torrents that are only accepted with a warning
    #[arg(long, help_heading = "Work")]
    pub(crate) strict: bool,
    /// Largest .torrent to read; default: 256 MiB
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_size, help_heading = "Work")]
    pub(crate) max_size: Option<u64>,
    #[command(flatten)]
    pub(crate) hash: HashFlags,
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
    let codes = exit_codes(&[
        (Exit::Yes, "everything that was asked for is there and verified"),
        (Exit::Usage, ""),
        (Exit::Unacceptable, "a torrent is not acceptable: not one, unsafe, unsupported, wrong metadata"),
        (Exit::LocalIo, ""),
        (Exit::Network, "not all of it came: no peers, no metadata, stalled, deadline"),
        (Exit::Interrupted, ""),
        (Exit::Terminated, ""),
    ]);
    format!("{EXAMPLES}\n\n{NOTES}\n\n{ENVIRONMENT}{HASH_VARIABLE}\n\n{FILES}\n\n{codes}")
}

const EXAMPLES: &str = "\
Examples:
  fetch ubuntu.torrent
      into the current folder; prints the path
  fetch 'magnet:?xt=urn:btih:…' -o downloads
      quotes keep the shell from the `&`
  curl -s https://example.org/x.torrent | fetch - --deadline 10m
  fetch --dry-run x.torrent
      how much there is to fetch, and whether it fits
  fetch x.torrent -o image.iso
      the one file of a torrent, under another name
  fetch x.torrent --select '*.iso,README' --seed-ratio 1
  fetch --print-torrent 'magnet:?…' | inspect-torrent -
  fetch --json x.torrent | jq -r 'select(.event == \"completed\") | .path'";

const FILES: &str = "\
Files:
  .piecework-HASH         in DIR: what is not complete, and a journal of what is verified";

const NOTES: &str = "\
Ctrl-C stops cleanly, and the same command resumes from there. Whatever the torrent says, nothing outside DIR is
touched. Names are tried before anything is fetched; of two torrents that want one name, the first gets it. Addresses in
private networks are used only if they are given on the command line, not if a torrent names them.
Web servers are asked through the proxies that `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` name; peers and UDP
trackers are not. Certificates are judged by the authorities of the system, or by those in the file `SSL_CERT_FILE`.";

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
