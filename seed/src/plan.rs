//! What was typed, understood: every mistake of the command line is found here, before anything is read.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cli_kit::{Failure, Flags, World, state_folder};
use swarm_cli::{KeptNodes, typed_nodes, typed_peers, typed_trackers, typed_web_seeds};
use swarm_net::{Check, DhtAnswers, Economy, OriginConfig, Settings, tables_limit};
use torrent_core::limits::TORRENT_FILE;
use torrent_core::magnet::Peer;
use torrent_core::metainfo::Protocol;

use crate::access::access;
use crate::args::{Args, CheckArg, ProtocolArg, PublicAddress};
use crate::inputs::{Input, inputs};
use crate::recipe::Recipe;
use crate::serving::serve;

/// What is to be offered, and how.
pub(crate) struct Plan {
    pub(crate) inputs: Vec<Input>,
    /// PATHs that are not there; they do not stop the others.
    pub(crate) missing: Vec<Failure>,
    /// Folders whose torrents are offered as they come.
    pub(crate) watched: Vec<PathBuf>,
    /// Torrents are made of what else comes there.
    pub(crate) makes: bool,
    /// Where figures are written.
    pub(crate) metrics: Option<PathBuf>,
    /// Where all data is.
    pub(crate) data: Option<PathBuf>,
    pub(crate) recipe: Recipe,
    pub(crate) peers: Vec<Peer>,
    /// Trackers and web seeds beside those that torrents name.
    pub(crate) trackers: Vec<String>,
    pub(crate) web_seeds: Vec<String>,
    pub(crate) allow_private: bool,
    /// Nodes of the DHT that were typed, and where others are kept.
    pub(crate) dht_nodes: Vec<Peer>,
    pub(crate) kept_nodes: KeptNodes,
    pub(crate) settings: Settings,
    /// Where peers find us beside the addresses of this machine.
    pub(crate) addresses: Vec<PublicAddress>,
    pub(crate) check: Check,
    pub(crate) thrift: Thrift,
    /// What is paid for each torrent, but for the thrift.
    pub(crate) economy: Economy,
    pub(crate) seed_ratio: Option<f64>,
    pub(crate) seed_time: Option<Duration>,
    pub(crate) flags: Flags,
    pub(crate) strict: bool,
    pub(crate) max_size: u64,
    /// That is less than was asked for, because `--memory` leaves no more.
    pub(crate) is_short_of_memory: bool,
}

/// Whether no more than one copy is paid for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Thrift {
    Never,
    /// Of torrents whose peers find each other.
    WithTrackers(OriginConfig),
    /// The user wants it of all.
    Always(OriginConfig),
}

impl Plan {
    /// What is paid for a torrent that has a tracker or not.
    pub(crate) fn economy_of(&self, has_tracker: bool) -> Economy {
        let one_copy = match &self.thrift {
            Thrift::WithTrackers(config) if has_tracker => Some(config.clone()),
            Thrift::Always(config) => Some(config.clone()),
            _ => None,
        };
        Economy { one_copy, ..self.economy.clone() }
    }

    pub(crate) fn new(args: &Args, world: &World) -> Result<Self, Failure> {
        let (inputs, missing) = inputs(&args.paths, args.data.is_some())?;
        let recipe = recipe(args)?;
        if missing.is_empty() {
            check_recipe(args, &inputs)?;
        }
        let (kept_nodes, mut settings) = (KeptNodes::of(world), settings(args, world)?);
        kept_nodes.lend(&mut settings).unwrap_or_else(|why| world.note(why));
        Ok(Self {
            inputs,
            missing,
            watched: watched(&args.watch)?,
            makes: args.make,
            metrics: args.metrics.clone(),
            data: args.data.clone(),
            recipe,
            peers: typed_peers(&args.peer)?,
            trackers: typed_trackers("--tracker", &args.tracker)?,
            web_seeds: typed_web_seeds(&args.web_seed)?,
            allow_private: args.swarm.allow_private,
            dht_nodes: typed_nodes(&settings),
            kept_nodes,
            settings,
            addresses: args.address.clone(),
            check: match args.check {
                CheckArg::Lazy => Check::Lazy,
                CheckArg::Full => Check::Full,
                CheckArg::Sizes => Check::Sizes,
            },
            thrift: thrift(args),
            economy: Economy {
                one_copy: None,
                copies: args.copies,
                max_upload: args.max_upload_each,
                max_peers: args.max_peers.map(usize::from),
            },
            seed_ratio: args.seed_ratio,
            seed_time: args.seed_time,
            flags: args.flags,
            strict: args.strict,
            max_size: args.max_size.unwrap_or(TORRENT_FILE).min(tables_limit(args.memory)),
            is_short_of_memory: args.max_size.unwrap_or(TORRENT_FILE) > tables_limit(args.memory),
        })
    }
}

/// `--copies` counts those who serve, which only the thrifty see.
fn thrift(args: &Args) -> Thrift {
    let usual = OriginConfig::default();
    match args.bill {
        _ if args.hurry => Thrift::Never,
        Some(bill) => Thrift::Always(OriginConfig { bill: bill.into() }),
        None if args.copies.is_some() => Thrift::Always(usual),
        None => Thrift::WithTrackers(usual),
    }
}

fn recipe(args: &Args) -> Result<Recipe, Failure> {
    let tier = |text: &String| {
        let tier: Vec<String> = text.split(',').map(str::to_owned).collect();
        typed_trackers("--announce", &tier)
    };
    Ok(Recipe {
        protocol: match args.protocol {
            ProtocolArg::V1 => Protocol::V1,
            ProtocolArg::V2 => Protocol::V2,
            ProtocolArg::Hybrid => Protocol::Hybrid,
        },
        trackers: args.announce.iter().map(tier).collect::<Result<_, _>>()?,
        web_seeds: args.web_seed.clone(),
        save: args.save_torrent.clone(),
        force: args.force,
    })
}

/// Folders that are there.
fn watched(folders: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    for folder in folders {
        std::fs::read_dir(folder).map_err(|error| Failure::io(folder, &error))?;
    }
    Ok(folders.to_vec())
}

/// What is to stand in torrents that are made wants one to be made.
fn check_recipe(args: &Args, inputs: &[Input]) -> Result<(), Failure> {
    let made: Vec<&Path> = inputs.iter().filter_map(made_of).collect();
    if made.is_empty() && !args.make {
        return match (&args.save_torrent, args.announce.is_empty()) {
            (Some(_), _) => Err(Failure::usage("`--save-torrent`: no torrent is made of these PATHs")),
            (_, false) => Err(Failure::usage("`--announce`: no torrent is made of these PATHs")
                .hint("`--tracker URL` announces to a tracker that a torrent does not name")),
            _ => Ok(()),
        };
    }
    if let Some(file) = &args.save_torrent
        && (made.len() > 1 || args.make)
        && !(file.is_dir() || file.as_os_str().as_bytes().ends_with(b"/"))
    {
        return Err(Failure::usage("`--save-torrent`: several torrents cannot go to one file")
            .hint("`--save-torrent=DIR/` names a folder"));
    }
    match args.web_seed.iter().find(|url| !url.ends_with('/')) {
        Some(_) if made.iter().any(|path| path.is_dir()) => {
            Err(Failure::usage("`--web-seed`: that of a folder must end in `/` (BEP 19)"))
        }
        _ => Ok(()),
    }
}

fn made_of(input: &Input) -> Option<&Path> {
    match input {
        Input::Content(path) => Some(path),
        _ => None,
    }
}

fn settings(args: &Args, world: &World) -> Result<Settings, Failure> {
    // Who says at which public address peers find it has a port that is open.
    let answers = if args.address.is_empty() { DhtAnswers::WhenReached } else { DhtAnswers::AtOnce };
    Ok(Settings {
        memory: args.memory,
        announced_port: args.address.iter().find_map(|address| address.port),
        access: access(world)?,
        max_upload: args.max_upload,
        state: args.state.clone().or_else(|| state_folder(world, "seed")),
        serve: serve(args)?,
        ..args.swarm.settings(&args.hash, answers, world)?
    })
}
