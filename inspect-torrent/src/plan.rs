//! What was typed, understood: which mode, over which inputs.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use cli_kit::{Failure, Terminator, escape};
use torrent_core::bencode::json::Mask;
use torrent_core::limits::TORRENT_FILE;
use torrent_core::magnet::{Magnet, Peer, link_of};
use torrent_core::redact::redact;
use torrent_core::typed::Typed;

use crate::args::Args;
use crate::field::Field;

/// What is to be done.
pub(crate) struct Plan {
    pub(crate) mode: Mode,
    pub(crate) inputs: Vec<Input>,
    pub(crate) json: bool,
    pub(crate) strict: bool,
    pub(crate) redact: bool,
    pub(crate) max_size: u64,
}

/// What is said of the inputs.
pub(crate) enum Mode {
    Summary,
    Files,
    Pieces,
    Print { fields: Vec<Field>, terminator: Terminator },
    Raw,
    FromRaw,
    Magnet { peers: Vec<Peer>, select: Vec<(u32, u32)> },
    Check,
    Diff,
    Explain(String),
}

/// Where something to inspect is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Input {
    File(PathBuf),
    Stdin,
    /// A magnet link, or an info hash as one.
    Link(String),
}

impl Plan {
    pub(crate) fn new(args: &Args) -> Result<Self, Failure> {
        let typed = if args.diff.is_empty() { &args.inputs } else { &args.diff };
        let inputs = typed.iter().map(|text| input(text)).collect::<Result<Vec<Input>, _>>()?;
        if inputs.iter().filter(|input| **input == Input::Stdin).count() > 1 {
            return Err(Failure::usage("`-` can be read once only"));
        }
        let mode = mode(args)?;
        if args.flags.json && matches!(mode, Mode::Print { .. } | Mode::Files | Mode::Pieces) {
            return Err(Failure::usage(
                "`--json` says everything: it goes with no other selection of what to say",
            ));
        }
        Ok(Self {
            mode,
            inputs,
            json: args.flags.json,
            strict: args.strict,
            redact: args.redact,
            max_size: args.max_size.unwrap_or(TORRENT_FILE),
        })
    }
}

impl Plan {
    /// What strings go through before they are printed.
    pub(crate) fn mask(&self) -> Option<Mask> {
        self.redact.then_some(redact)
    }
}

fn mode(args: &Args) -> Result<Mode, Failure> {
    Ok(match args {
        Args { explain: Some(code), .. } => Mode::Explain(code.clone()),
        Args { files: true, .. } => Mode::Files,
        Args { pieces: true, .. } => Mode::Pieces,
        Args { raw: true, .. } => Mode::Raw,
        Args { from_raw: true, .. } => Mode::FromRaw,
        Args { check: true, .. } => Mode::Check,
        Args { magnet: true, .. } => Mode::Magnet { peers: peers(&args.peer)?, select: select(args)? },
        _ if !args.diff.is_empty() => Mode::Diff,
        _ if !args.print.is_empty() => {
            Mode::Print { fields: args.print.clone(), terminator: Terminator::of_flag(args.null) }
        }
        _ => Mode::Summary,
    })
}

fn peers(texts: &[String]) -> Result<Vec<Peer>, Failure> {
    let wrong = |text: &String| {
        let cause = format!("`--peer {}`: not `HOST:PORT`", escape(text.as_bytes()));
        Failure::usage(cause).hint("IPv6: `[::1]:6881`")
    };
    texts.iter().map(|text| Peer::parse(text).ok_or_else(|| wrong(text))).collect()
}

fn select(args: &Args) -> Result<Vec<(u32, u32)>, Failure> {
    let Some(text) = &args.select else { return Ok(Vec::new()) };
    let wrong = || {
        Failure::usage(format!("`--select {}`: not file indices as in `0,2,4-6`", escape(text.as_bytes())))
    };
    let runs = text.split(',').map(Magnet::parse_run).collect::<Option<Vec<_>>>();
    runs.ok_or_else(wrong)
}

/// A file that is there is a file, whatever its name looks like.
fn input(text: &OsStr) -> Result<Input, Failure> {
    if text.as_bytes() == b"-" {
        return Ok(Input::Stdin);
    }
    Ok(match Typed::of(Path::new(text)) {
        Some(typed @ Typed::Nothing) => {
            let cause = format!("TORRENT `{}`: it is {}", escape(text.as_bytes()), typed.name());
            return Err(Failure::usage(cause).hint_if(typed.hint_of_path()));
        }
        Some(Typed::Magnet(_) | Typed::InfoHash(_)) if let Some(link) = text.to_str().and_then(link_of) => {
            Input::Link(link)
        }
        _ => Input::File(PathBuf::from(text)),
    })
}
