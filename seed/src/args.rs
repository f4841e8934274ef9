//! What can be typed. What it means is for `plan`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use cli_kit::{ENVIRONMENT, Exit, Flags, HASH_VARIABLE, HashFlags, exit_codes};
use swarm_cli::SwarmFlags;

/// Offer torrents, files and folders to peers, until you end it
///
/// Prints a magnet link for each, which works as it stands, and says at which addresses peers find it. A private torrent has one only
/// with `--serve`: others need its .torrent. Data is only ever read, and nothing is sent that its torrent does not have.
#[derive(Parser, Debug)]
#[command(
    name = "seed",
    version,
    after_help = format!("{EXAMPLES}\n\n`--help` says more than `-h`."),
    after_long_help = long_help(),
)]
pub(crate) struct Args {
    /// Torrents (with their DATA behind them, if it is not beside them), folders of torrents, or files and folders to offer
    ///
    /// What ends in `.torrent` is a torrent, `-` one on standard input; the path behind it is its DATA: the content itself, whatever it
    /// is called, or the folder that holds it. Of a folder that has torrents in it, those are offered. Any other file or folder is
    /// offered itself: a torrent is made of it in memory.
    #[arg(required_unless_present = "watch", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Folder that holds the data of all torrents; no PATH is DATA then
    ///
    /// Default: the data of a torrent is beside it, or in the current folder.
    #[arg(long, value_name = "DIR", help_heading = "Data")]
    pub(crate) data: Option<PathBuf>,
    /// What is looked at before data is given
    #[arg(long, value_name = "HOW", value_enum, default_value_t, help_heading = "Data")]
    pub(crate) check: CheckArg,
    /// Folder for the journals of what was checked, which need not be read again
    ///
    /// Default: `$STATE_DIRECTORY`, else `piecework/seed` in `$XDG_STATE_HOME` or `~/.local/state`.
    #[arg(long, value_name = "DIR", help_heading = "Data")]
    pub(crate) state: Option<PathBuf>,

    /// Offer the torrents of DIR as they come, until they go; may be given more than once
    ///
    /// A torrent is offered when neither it nor its data has changed for three seconds, and no longer when it is removed or replaced. Other hosts'
    /// changes of a network file system are seen within a minute. Not for the folders in DIR.
    #[arg(long, value_name = "DIR", help_heading = "Data")]
    pub(crate) watch: Vec<PathBuf>,
    /// Of other files and folders that come to DIR make torrents, and offer these
    #[arg(long, requires = "watch", help_heading = "Data")]
    pub(crate) make: bool,

    /// Write the torrents that are made to a file or folder; default: NAME.torrent in the current folder
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = ".",
          help_heading = "Torrents that are made")]
    pub(crate) save_torrent: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(short, long, requires = "save_torrent", help_heading = "Torrents that are made")]
    pub(crate) force: bool,
    /// Which hashes to put in: v1 works in every client, v2 (BEP 52) in newer ones, hybrid in both
    #[arg(long, value_name = "WHICH", value_enum, default_value_t, help_heading = "Torrents that are made")]
    pub(crate) protocol: ProtocolArg,
    /// Tracker to put in; each `-a` is a tier of its own, commas separate trackers of the same tier (BEP 12)
    #[arg(short, long, value_name = "URL", help_heading = "Torrents that are made")]
    pub(crate) announce: Vec<String>,

    /// Additional peer, for every torrent; may be given more than once
    #[arg(long, value_name = "HOST:PORT", help_heading = "Peers and servers")]
    pub(crate) peer: Vec<String>,
    /// Additional tracker, for every torrent and its magnet link; may be given more than once
    #[arg(long, value_name = "URL", help_heading = "Peers and servers")]
    pub(crate) tracker: Vec<String>,
    /// Web seed: a web server that has the same files (BEP 19); for the magnet links, and the torrents that are made
    #[arg(short, long, value_name = "URL", help_heading = "Peers and servers")]
    pub(crate) web_seed: Vec<String>,

    /// Serve all of it over HTTP, too, at the port of peers: a page, the torrents, the files, a feed; and be their tracker
    ///
    /// `http://HOST:PORT/` is the page, `/NAME.torrent` a torrent that names this tracker and web seed (BEP 19), `/content/NAME` its
    /// file or files, `/feed.xml` a feed for torrent clients, `/announce` the tracker, which answers at the UDP port as well (BEP 15).
    #[arg(long, help_heading = "Serving")]
    pub(crate) serve: bool,
    /// The URL that clients know the server by, if a proxy is in front of it; default: the host that each asks for
    ///
    /// The tracker is not asked there, but at the port of peers of the same host: a proxy would hide where peers are.
    #[arg(long, value_name = "URL", requires = "serve", help_heading = "Serving")]
    pub(crate) url: Option<String>,
    /// Send at most SIZE of files per second over HTTP; it counts in `--max-upload` as well
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_rate, requires = "serve", help_heading = "Serving")]
    pub(crate) max_web: Option<u64>,
    /// Track the torrents of others, too, if they are announced here
    #[arg(long, requires = "serve", help_heading = "Serving")]
    pub(crate) open_tracker: bool,

    #[command(flatten)]
    pub(crate) swarm: SwarmFlags,
    /// Public address at which peers find it, if a router forwards the port; may be given more than once
    ///
    /// With it, seed is a node of the DHT that answers others; without it, once a peer has called.
    /// Trackers, the DHT and peers hear of the first PORT here, instead of the one that it listens at.
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = public_address, help_heading = "Network")]
    pub(crate) address: Vec<PublicAddress>,
    /// Memory for data on its way, and for what is kept of files and pieces
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_memory, default_value = "48MiB", help_heading = "Network")]
    pub(crate) memory: u64,

    /// As the only seed, pay for one copy, unless at most COPIES peers are there, each of which gets all of it; default: 2
    ///
    /// With few peers, one copy costs time: the last of four waits more than twice as long. With 1, only a peer that is alone is given all
    /// at once. A torrent without a tracker is given to everybody as with `--hurry`, unless this is typed: its peers may not find each other.
    #[arg(long, value_name = "COPIES", value_parser = clap::value_parser!(u16).range(1..), conflicts_with = "hurry", help_heading = "What it may cost")]
    pub(crate) bill: Option<u16>,
    /// Give to everybody as fast as it goes, whatever it costs
    #[arg(long, conflicts_with = "copies", help_heading = "What it may cost")]
    pub(crate) hurry: bool,
    /// Upload at most SIZE per second, all torrents together
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_rate, help_heading = "What it may cost")]
    pub(crate) max_upload: Option<u64>,
    /// Upload at most SIZE per second for each torrent
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_rate, help_heading = "What it may cost")]
    pub(crate) max_upload_each: Option<u64>,
    /// Connect to at most N peers for each torrent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "What it may cost")]
    pub(crate) max_peers: Option<u16>,

    /// Stop with a torrent once N other complete peers have been seen to serve it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "When to stop")]
    pub(crate) copies: Option<u32>,
    /// Stop with a torrent when R times the size of its content is uploaded
    #[arg(long, value_name = "R", value_parser = cli_kit::parse_ratio, help_heading = "When to stop")]
    pub(crate) seed_ratio: Option<f64>,
    /// Stop after this time; default: never
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, help_heading = "When to stop")]
    pub(crate) seed_time: Option<Duration>,

    /// Write figures for Prometheus to FILE, every five seconds
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) metrics: Option<PathBuf>,
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
pub(crate) enum CheckArg {
    /// A piece is hashed when it is first asked for, and never given if it is not the torrent's
    #[default]
    Lazy,
    /// Everything is hashed at the start
    Full,
    /// Lengths only, of data that is known to be right: wrong bytes would be given
    Sizes,
}

/// An address, and its port, if that is another than ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PublicAddress {
    pub(crate) ip: IpAddr,
    pub(crate) port: Option<u16>,
}

fn public_address(text: &str) -> Result<PublicAddress, String> {
    let ip = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).parse();
    let address = ip.map(|ip| PublicAddress { ip, port: None }).or_else(|_| {
        text.parse::<SocketAddr>()
            .map(|address| PublicAddress { ip: address.ip(), port: Some(address.port()) })
    });
    let is_one = |address: &PublicAddress| !address.ip.is_unspecified() && address.port != Some(0);
    address
        .ok()
        .filter(is_one)
        .ok_or_else(|| "not an address such as `192.0.2.1` or `[2001:db8::1]:6881`".to_owned())
}

fn long_help() -> String {
    let codes = exit_codes(&[
        (Exit::Yes, "it was to stop, and did"),
        (Exit::Usage, ""),
        (Exit::Unacceptable, "a torrent is not acceptable, or content cannot be in one"),
        (Exit::LocalIo, "data is not there or cannot be read"),
        (Exit::Network, "it cannot listen: the port is in use, the address is not ours"),
        (Exit::Changed, "a file changed while a torrent was made of it"),
        (Exit::Interrupted, "ended by Ctrl-C, as usual"),
        (Exit::Terminated, "ended by SIGTERM, as usual"),
    ]);
    format!("{EXAMPLES}\n\n{NOTES}\n\n{ENVIRONMENT}{HASH_VARIABLE}{STATE_VARIABLES}\n\n{codes}")
}

const EXAMPLES: &str = "\
Examples:
  seed dist/
      a folder, as it is: makes a torrent of it in memory
  seed x.torrent
      the data is beside it, or here
  seed x.torrent /data/renamed.iso
      whatever the data is called
  seed torrents/ --data /srv/files --port 6881
      every torrent of a folder
  seed image.iso -a udp://tracker.example:6969/announce --save-torrent
      with a tracker; writes image.iso.torrent as well
  seed --serve dist/ --port 6881
      and a page, a web seed and a tracker for it, at the same port
  seed dist/ --copies 2
      until two others have all of it and serve it
  seed --json dist/ | jq -r 'select(.event == \"offered\") | .magnet'";

const STATE_VARIABLES: &str = "
  PIECEWORK_NO_DHT        if it is set, the DHT is left alone, as with `--no-dht`, unless there is a `--dht-node`
  PIECEWORK_NO_LSD        if it is set, nothing is said by multicast, as with `--no-lsd`
  STATE_DIRECTORY         folder for the journals, if `--state` does not name it; systemd sets it
  XDG_STATE_HOME          folder of the user for such folders; default: `~/.local/state`";

const NOTES: &str = "\
As long as nobody else has all of it, seed gives each piece to one peer, waits until that peer has passed it on, and gives it to nobody
else in the meantime: a swarm of any size costs one copy and a little, and takes little longer. `--bill`, `--hurry` and the line of
progress are about that. Once others have all of it as well, peers take turns, as everywhere.
Of more than 100 torrents, the others sleep until a peer asks for one, and again ten minutes after the last has gone: each costs some
hundred bytes, its data is looked at only then, and trackers hear of all of them spread over half an hour. Not so with `--check full` or `sizes`, `--peer`,
`--copies`, `--seed-ratio` or `--seed-time`.
Ctrl-C and SIGTERM end it within a second; trackers are told. Of several PATHs, one that cannot be offered does not stop the rest;
the exit code tells. The addresses in a magnet link are those of this machine's interfaces: behind a router that translates
addresses, others find it through a tracker, or at `--address`, where you forward the port.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_may_have_a_port() {
        for (text, expected) in [
            ("192.0.2.1", Some(("192.0.2.1", None))),
            ("192.0.2.1:80", Some(("192.0.2.1", Some(80)))),
            ("2001:db8::1", Some(("2001:db8::1", None))),
            ("[2001:db8::1]", Some(("2001:db8::1", None))),
            ("[2001:db8::1]:80", Some(("2001:db8::1", Some(80)))),
            ("0.0.0.0", None),
            ("192.0.2.1:0", None),
            ("host:80", None),
            ("", None),
        ] {
            let expected = expected.map(|(ip, port)| PublicAddress { ip: ip.parse().unwrap(), port });
            assert_eq!(public_address(text).ok(), expected, "{text}");
        }
    }
}
