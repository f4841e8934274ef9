//! What was typed, understood: every mistake of the command line is found here.

use std::path::{Path, PathBuf};

use cli_kit::{Failure, Flags, World, escape};
use piece_hash::{BACKEND_VARIABLE, Backend};
use torrent_core::data::{Io, Selection};
use torrent_core::files::FileList;
use torrent_core::limits::TORRENT_FILE;

use crate::args::{Args, Listing};

/// What is to be verified, and how.
pub(crate) struct Plan {
    pub(crate) torrents: Vec<PathBuf>,
    pub(crate) data: PathBuf,
    pub(crate) say: Say,
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

/// What to print.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Say {
    Summary,
    Json,
    List { which: Listing, null: bool },
    Magnet,
}

/// How much of the data to read.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Extent {
    All,
    /// Names and sizes.
    Sizes,
    /// Some of the pieces.
    Sample {
        percent: f64,
        seed: u64,
    },
}

/// Which files.
pub(crate) struct Select {
    indices: Vec<usize>,
    globs: Option<Selection>,
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
            extra: wants_extra,
            extent: extent(args),
            fail_fast: args.fail_fast,
            select: select(&args.select)?,
            strict: args.strict,
            max_size: args.max_size.unwrap_or(TORRENT_FILE),
            flags: args.flags,
            threads: args.threads.map_or_else(cores, usize::from),
            backend: backend(args, world)?,
            io: Io::named(&args.io).unwrap_or_default(),
            verbose: args.verbose,
        })
    }
}

fn say(args: &Args) -> Say {
    match args.list {
        Some(which) => Say::List { which, null: args.null },
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

fn select(texts: &[String]) -> Result<Option<Select>, Failure> {
    if texts.is_empty() {
        return Ok(None);
    }
    let (numbers, globs): (Vec<&String>, Vec<&String>) =
        texts.iter().partition(|text| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty());
    let number = |text: &String| {
        text.parse()
            .map_err(|_| Failure::usage(format!("`--select {}`: no such index", escape(text.as_bytes()))))
    };
    let indices = numbers.into_iter().map(number).collect::<Result<_, _>>()?;
    let globs: Vec<String> = globs.into_iter().cloned().collect();
    let selection =
        Selection::default().include(&globs).map_err(|error| Failure::usage(error.to_string()))?;
    Ok(Some(Select { indices, globs: (!globs.is_empty()).then_some(selection) }))
}

impl Select {
    /// Whether each file is selected.
    ///
    /// # Errors
    /// An index that is beyond the files, or nothing selected at all.
    pub(crate) fn of(&self, files: &FileList) -> Result<Vec<bool>, Failure> {
        if let Some(index) = self.indices.iter().find(|index| **index >= files.len()) {
            return Err(Failure::usage(format!(
                "`--select {index}`: there are {} files, the first is 0",
                files.len()
            )));
        }
        let by_glob = |path: &[u8]| self.globs.as_ref().is_some_and(|globs| globs.takes_bytes(path));
        let mut selected: Vec<bool> = files.iter().map(|file| by_glob(&file.path.joined())).collect();
        self.indices.iter().for_each(|index| selected[*index] = true);
        match selected.contains(&true) {
            true => Ok(selected),
            false => Err(Failure::usage("`--select` matches no file of the torrent")),
        }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn backend(args: &Args, world: &World) -> Result<Backend, Failure> {
    let backend = Backend::chosen(args.hash_backend.as_deref(), world.var(BACKEND_VARIABLE).as_deref());
    backend.map_err(|error| Failure::usage(error.to_string()))
}

/// `-` is standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}
