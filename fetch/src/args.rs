//! What can be typed. What it means is for `plan`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use cli_kit::{ENVIRONMENT, Exit, Flags, HASH_VARIABLE, HashFlags, exit_codes};
use swarm_cli::{PatienceFlags, RateFlags, SwarmFlags};

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
    #[command(flatten)]
    pub(crate) swarm: SwarmFlags,
    #[command(flatten)]
    pub(crate) rates: RateFlags,

    /// Seed until R times the size of the content is uploaded
    ///
    /// With `--seed-time`, whichever comes first. Without both, fetch ends when the content is complete.
    #[arg(long, value_name = "R", value_parser = cli_kit::parse_ratio, help_heading = "When to stop")]
    pub(crate) seed_ratio: Option<f64>,
    /// Seed for this long
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, help_heading = "When to stop")]
    pub(crate) seed_time: Option<Duration>,
    /// Give up if not complete after this time; default: never
    ///
    /// Downloading a torrent from its URL counts, too. That may take 5 minutes at most, and half of TIME if there are other SOURCEs.
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, help_heading = "When to stop")]
    pub(crate) deadline: Option<Duration>,
    #[command(flatten)]
    pub(crate) patience: PatienceFlags,

    /// Print the .torrent instead of fetching its content: turns a magnet link into a .torrent
    #[arg(long, help_heading = "What to print", conflicts_with_all = ["json", "dry_run"])]
    pub(crate) print_torrent: bool,
    /// Print what would be fetched, and whether it fits on the disk
    #[arg(long, help_heading = "What to print")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) flags: Flags,

    /// Refuse torrents that this key of `minisign` has not signed
    ///
    /// `RW` and 54 more characters. The signature lies beside the torrent, at the same path or URL with `.minisig` behind it.
    #[arg(long, value_name = "KEY", help_heading = "Work")]
    pub(crate) key: Option<String>,
    /// Refuse torrents that are only accepted with a warning
    #[arg(long, help_heading = "Work")]
    pub(crate) strict: bool,
    /// Largest .torrent to read; default: 256 MiB
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_size, help_heading = "Work")]
    pub(crate) max_size: Option<u64>,
    #[command(flatten)]
    pub(crate) hash: HashFlags,
}

fn long_help() -> String {
    let codes = exit_codes(&[
        (Exit::Yes, "everything that was asked for is there and verified"),
        (Exit::Usage, ""),
        (
            Exit::Unacceptable,
            "a torrent is not acceptable: not one, unsafe, unsupported, unsigned, wrong metadata",
        ),
        (Exit::LocalIo, ""),
        (Exit::Network, "not all of it came: no peers, no metadata, stalled, deadline"),
        (Exit::Interrupted, ""),
        (Exit::Terminated, ""),
    ]);
    format!("{EXAMPLES}\n\n{NOTES}\n\n{ENVIRONMENT}{HASH_VARIABLE}{DHT_VARIABLES}\n\n{FILES}\n\n{codes}")
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

const DHT_VARIABLES: &str = "
  PIECEWORK_NO_DHT        if it is set, the DHT is left alone, as with `--no-dht`, unless there is a `--dht-node`
  PIECEWORK_NO_LSD        if it is set, nothing is said by multicast, as with `--no-lsd`
  XDG_STATE_HOME          folder of the user in which nodes of the DHT are kept; default: `~/.local/state`";

const FILES: &str = "\
Files:
  .piecework-HASH         in DIR: what is not complete, and a journal of what is verified";

const NOTES: &str = "\
Ctrl-C stops cleanly, and the same command resumes from there. Whatever the torrent says, nothing outside DIR is
touched. Names are tried before anything is fetched; of two torrents that want one name, the first gets it.
Web servers are asked through the proxies that `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` name; peers and UDP
trackers are not. Certificates are judged by the authorities of the system, or by those in the file `SSL_CERT_FILE`.";
