//! The options, and what they say of a session.

use std::net::IpAddr;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use cli_kit::{Failure, HashFlags, World};
use piece_hash::{BACKEND_VARIABLE, Backend};
use swarm_net::{DhtAnswers, DhtSettings, Encryption, Patience, Settings, typed_node};
use torrent_core::address::Namer;
use torrent_core::magnet::Peer;

/// How swarms are met. Flatten this into a tool's arguments.
#[derive(Args, Clone, Debug)]
pub struct SwarmFlags {
    /// Node of the DHT to begin with, in which peers are found without a tracker; may be given more than once
    ///
    /// Public torrents are looked up there, private ones never (BEP 27): of a link that is known once its metadata is there. The search begins at
    /// these nodes alone; without one, at those of the last time and at public routers, unless all that is typed is local.
    #[arg(long, value_name = "HOST:PORT", help_heading = "Peers and servers")]
    pub dht_node: Vec<String>,
    /// Leave the DHT alone
    ///
    /// For links whose torrents may be private: that is known only once the metadata is there.
    #[arg(long, conflicts_with = "dht_node", help_heading = "Peers and servers")]
    pub no_dht: bool,
    /// Let torrents, links, trackers and peers name addresses in private networks
    ///
    /// For intranets. Without it they lead only to public addresses, unless all that is typed is in a private network. Addresses on this
    /// machine are used only if they are typed.
    #[arg(long, help_heading = "Peers and servers")]
    pub allow_private: bool,

    /// Port to listen on for peers; default: any that is free
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Network")]
    pub port: Option<u16>,
    /// Local address to listen on and connect from; default: all
    #[arg(long, value_name = "ADDR", help_heading = "Network")]
    pub bind: Option<IpAddr>,
    /// Whether streams with peers are encrypted
    ///
    /// `allow`: those of peers that want it, and of peers that hang up at once where it is missing; the content itself only if they
    /// insist. `require`: all, and all that is said on them (RC4); many peers do not do that, so few may be left. `never`: none. It hides
    /// what is spoken from who looks at packets, nothing more: whoever is in the swarm sees who else is.
    #[arg(long, value_name = "WHEN", default_value = "allow", value_parser = encryption(), help_heading = "Network")]
    pub encryption: Encryption,
    /// Do not look for peers in the networks of this machine by multicast (BEP 14), nor tell them what is here
    #[arg(long, help_heading = "Network")]
    pub no_lsd: bool,
}

/// How much a download may take of the network and of memory. Flatten this into a tool's arguments.
#[derive(Args, Clone, Debug)]
pub struct RateFlags {
    /// Download at most SIZE per second, all torrents together
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_rate, help_heading = "Network")]
    pub max_download: Option<u64>,
    /// Upload at most SIZE per second, all torrents together
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_rate, help_heading = "Network")]
    pub max_upload: Option<u64>,
    /// Memory for data that is not yet on disk, and for what is kept of files and pieces
    ///
    /// A little more than two pieces is enough to keep the connection of one torrent busy. The torrent itself, with its list of files
    /// and its pieces, takes its part: 100,000 files, or 1 TiB in pieces of 1 MiB, fit into 48MiB. A torrent that does not fit is
    /// refused, and the message says how much is enough. Everything else takes up to 16 MiB.
    #[arg(long, value_name = "SIZE", value_parser = cli_kit::parse_memory, default_value = "48MiB", help_heading = "Network")]
    pub memory: u64,
}

/// How long a download is waited for. Flatten this into a tool's arguments.
#[derive(Args, Clone, Debug)]
pub struct PatienceFlags {
    /// Give up if no data arrives for this time; 0: never
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, default_value = "10m", help_heading = "When to stop")]
    pub stall_timeout: Duration,
    /// Give up on a magnet link if its metadata does not arrive in this time; 0: never
    #[arg(long, value_name = "TIME", value_parser = cli_kit::parse_duration, default_value = "5m", help_heading = "When to stop")]
    pub metadata_timeout: Duration,
}

impl SwarmFlags {
    /// What these options and those of hashing say of a session, without the nodes of the last time, which
    /// [`KeptNodes`](crate::KeptNodes) lends it.
    ///
    /// # Errors
    /// What was typed is no node, or no way to hash.
    pub fn settings(
        &self,
        hash: &HashFlags,
        answers: DhtAnswers,
        world: &World,
    ) -> Result<Settings, Failure> {
        let backend = Backend::chosen(hash.backend(), world.var(BACKEND_VARIABLE).as_deref());
        Ok(Settings {
            port: self.port,
            bind: self.bind,
            encryption: self.encryption,
            local_discovery: self.local_discovery(world),
            threads: hash.threads(),
            backend: backend.map_err(|error| Failure::usage(error.to_string()))?,
            dht: self.dht(answers, world)?,
            ..Settings::default()
        })
    }

    fn dht_nodes(&self) -> Result<Vec<Peer>, Failure> {
        let node = |text: &String| {
            typed_node(text).map_err(|why| Failure::typed(format_args!("--dht-node {text}"), why))
        };
        self.dht_node.iter().map(node).collect()
    }

    /// The option or variable by which the DHT is left alone, if it is. What is typed is stronger than what the environment says.
    pub fn dht_is_off(&self, world: &World) -> Option<&'static str> {
        match self.no_dht {
            true => Some("--no-dht"),
            false => world.var(DHT_VARIABLE).filter(|_| self.dht_node.is_empty()).map(|_| DHT_VARIABLE),
        }
    }

    /// How the DHT is used, if it is.
    fn dht(&self, answers: DhtAnswers, world: &World) -> Result<Option<DhtSettings>, Failure> {
        let nodes = self.dht_nodes()?;
        if self.dht_is_off(world).is_some() {
            return Ok(None);
        }
        if world.var(DHT_VARIABLE).is_some() {
            world.note(format!("{DHT_VARIABLE} is set, and `--dht-node` is stronger: the DHT is used"));
        }
        let strangers = self.strangers();
        Ok(Some(DhtSettings { nodes, strangers, answers, ..DhtSettings::default() }))
    }

    /// What torrents, links, trackers and peers may name.
    pub fn strangers(&self) -> Namer {
        if self.allow_private { Namer::ALLOWED } else { Namer::STRANGER }
    }

    /// Whether peers nearby are looked for by multicast.
    fn local_discovery(&self, world: &World) -> bool {
        !self.no_lsd && world.var(LSD_VARIABLE).is_none()
    }
}

/// The nodes of the DHT that were typed.
pub fn typed_nodes(settings: &Settings) -> Vec<Peer> {
    settings.dht.as_ref().map(|dht| dht.nodes.clone()).unwrap_or_default()
}

impl PatienceFlags {
    /// When to give up, if all of it may take that long.
    pub fn patience(&self, deadline: Option<Duration>) -> Patience {
        let unless_zero = |time: Duration| (!time.is_zero()).then_some(time);
        Patience {
            deadline,
            stall: unless_zero(self.stall_timeout),
            metadata: unless_zero(self.metadata_timeout),
        }
    }
}

/// The words of `--encryption`.
fn encryption() -> impl TypedValueParser<Value = Encryption> {
    PossibleValuesParser::new(Encryption::WORDS).try_map(|word| word.parse::<Encryption>())
}

/// Set to anything, it is as `--no-dht`, unless a node is typed.
const DHT_VARIABLE: &str = "PIECEWORK_NO_DHT";

/// Set to anything, it is as `--no-lsd`.
const LSD_VARIABLE: &str = "PIECEWORK_NO_LSD";
