//! What was typed, understood: every mistake of the command line is found here.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use cli_kit::{Failure, Flags, Terminator, World, escape};
use piece_hash::{BACKEND_VARIABLE, Backend};
use torrent_core::data::{Io, Links, Select};
use torrent_core::limits::TORRENT_FILE;

use crate::args::{Args, Listing};

/// What is to be verified, and how.
pub(crate) struct Plan {
    pub(crate) torrents: Vec<PathBuf>,
    pub(crate) data: PathBuf,
    pub(crate) say: Say,
    pub(crate) links: Links,
    pub(crate) extra: bool,
    pub(crate) extent: Extent,
    pub(crate) fail_fast: bool,
    pub(crate) select: Option<Select>,
    pub(crate) strict: bool,
    pub(crate) max_size: u64,
    pub(crate) flags: Flags,
    pub(crate) threads: usize,
    pub(crate) backend: Backend,
    pub(crate) io: Io,
    pub(crate) verbose: bool,
}

/// What is printed of the result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Say {
    Summary,
    Json,
    List { which: Listing, terminator: Terminator },
    Magnet,
}

/// How much of the data to read.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Extent {
    All,
    /// The names and sizes of the files.
    Sizes,
    /// Some of the pieces.
    Sample {
        percent: f64,
        seed: u64,
    },
}

impl Plan {
    pub(crate) fn new(args: &Args, world: &World) -> Result<Self, Failure> {
        let torrents = args.torrent.clone().map_or_else(|| args.torrents.clone(), |torrent| vec![torrent]);
        let data =
            args.data.as_ref().or(args.content.as_ref()).map_or_else(|| PathBuf::from("."), Clone::clone);
        let wants_extra = args.extra || args.list == Some(Listing::Extra);
        Ok(Self {
            torrents,
            data,
            say: say(args),
            links: if args.follow_links { Links::Anywhere } else { Links::Inside },
            extra: wants_extra,
            extent: extent(args),
            fail_fast: args.fail_fast,
            select: Select::parse(&args.select).map_err(bad_select)?,
            strict: args.strict,
            max_size: args.max_size.unwrap_or(TORRENT_FILE),
            flags: args.flags,
            threads: args.hash.threads(),
            backend: backend(args, world)?,
            io: args.io,
            verbose: args.verbose,
        })
    }
}

fn say(args: &Args) -> Say {
    match args.list {
        Some(which) => Say::List { which, terminator: Terminator::of_flag(args.null) },
        None if args.flags.json => Say::Json,
        None if args.magnet_missing => Say::Magnet,
        None => Say::Summary,
    }
}

fn extent(args: &Args) -> Extent {
    match args.sample {
        _ if args.quick => Extent::Sizes,
        Some(percent) => Extent::Sample { percent, seed: args.seed },
        None => Extent::All,
    }
}

/// `--select` makes no sense, by itself or for this torrent.
pub(crate) fn bad_select(error: impl Display) -> Failure {
    Failure::usage(format!("`--select`: {}", escape(error.to_string().as_bytes())))
}

fn backend(args: &Args, world: &World) -> Result<Backend, Failure> {
    let backend = Backend::chosen(args.hash.backend(), world.var(BACKEND_VARIABLE).as_deref());
    backend.map_err(|error| Failure::usage(error.to_string()))
}

/// `-` is standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}
