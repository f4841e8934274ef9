//! What was typed, understood: every mistake of the command line is found here, before anything is read.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cli_kit::{Failure, Flags, World, escape};
use signature::PublicKey;
use swarm_cli::{KeptNodes, typed_nodes, typed_peers, typed_trackers, typed_web_seeds};
use swarm_net::{Destination, DhtAnswers, Naming, Patience, Select, Settings, tables_limit};
use torrent_core::address::{Namer, Url};
use torrent_core::data::BadSelect;
use torrent_core::limits::TORRENT_FILE;
use torrent_core::magnet::{self, Magnet, Peer, link_of};
use torrent_core::path::RawPathBuf;
use torrent_core::typed::Typed;

use crate::access::access;
use crate::args::Args;
use crate::deadline::Deadline;
use crate::mask::masked;
use crate::pulse::Pulse;
use crate::switches::Switches;

/// What is to be fetched, and how.
pub(crate) struct Plan {
    pub(crate) inputs: Vec<Input>,
    pub(crate) destination: Destination,
    pub(crate) select: Option<Select>,
    pub(crate) force: bool,
    pub(crate) recheck: bool,
    pub(crate) peers: Vec<Peer>,
    pub(crate) trackers: Vec<String>,
    pub(crate) web_seeds: Vec<String>,
    pub(crate) allow_private: bool,
    pub(crate) switches: Switches,
    /// Nodes of the DHT that were typed, and where others are kept.
    pub(crate) dht_nodes: Vec<Peer>,
    pub(crate) kept_nodes: KeptNodes,
    pub(crate) settings: Settings,
    pub(crate) seed_ratio: Option<f64>,
    pub(crate) seed_time: Option<Duration>,
    pub(crate) patience: Patience,
    pub(crate) deadline: Deadline,
    pub(crate) pulse: Pulse,
    pub(crate) work: Work,
    pub(crate) flags: Flags,
    /// Who must have signed the torrents.
    pub(crate) key: Option<PublicKey>,
    pub(crate) strict: bool,
    pub(crate) max_size: u64,
    /// It is so because of `--memory`.
    pub(crate) is_short_of_memory: bool,
}

/// How much is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Work {
    /// Fetch all that is selected.
    Fetch,
    /// Look, and say what would be fetched.
    DryRun,
    /// Print the metadata as a torrent.
    PrintTorrent,
}

/// Where a torrent is.
pub(crate) enum Input {
    File(PathBuf),
    Stdin,
    Url(String),
    Magnet(Box<magnet::ParsedLink>),
}

impl Plan {
    pub(crate) fn new(args: &Args, world: &World) -> Result<Self, Failure> {
        let inputs = args.sources.iter().map(|source| input(source)).collect::<Result<Vec<_>, _>>()?;
        check_inputs(args, &inputs)?;
        let key = key(args, &inputs)?;
        check_output(&args.output, &inputs)?;
        let (kept_nodes, mut settings) = (KeptNodes::of(world), settings(args, world)?);
        kept_nodes.lend(&mut settings).unwrap_or_else(|why| world.note(why));
        Ok(Self {
            inputs,
            destination: destination(args)?,
            select: Select::parse(&args.select).map_err(bad_select)?,
            force: args.force,
            recheck: args.recheck,
            peers: typed_peers(&args.peer)?,
            trackers: typed_trackers("--tracker", &args.tracker)?,
            web_seeds: typed_web_seeds(&args.web_seed)?,
            allow_private: args.swarm.allow_private,
            dht_nodes: typed_nodes(&settings),
            switches: Switches { no_dht: args.swarm.dht_is_off(world), encryption: args.swarm.encryption },
            kept_nodes,
            settings,
            seed_ratio: args.seed_ratio,
            seed_time: args.seed_time,
            patience: args.patience.patience(args.deadline),
            deadline: Deadline::after(args.deadline),
            pulse: Pulse::new(),
            work: match (args.dry_run, args.print_torrent) {
                (true, _) => Work::DryRun,
                (_, true) => Work::PrintTorrent,
                _ => Work::Fetch,
            },
            flags: args.flags,
            key,
            strict: args.strict,
            is_short_of_memory: args.max_size.unwrap_or(TORRENT_FILE) > tables_limit(args.rates.memory),
            max_size: args.max_size.unwrap_or(TORRENT_FILE).min(tables_limit(args.rates.memory)),
        })
    }
}

impl Plan {
    /// What links may name.
    pub(crate) fn strangers(&self) -> Namer {
        if self.allow_private { Namer::ALLOWED } else { Namer::STRANGER }
    }
}

/// Who must have signed the torrents. What nobody can sign is not fetched then.
fn key(args: &Args, inputs: &[Input]) -> Result<Option<PublicKey>, Failure> {
    let Some(text) = &args.key else { return Ok(None) };
    let wrong = |why| Failure::typed(format_args!("--key {text}"), why).hint(PublicKey::WHERE);
    let key = PublicKey::parse(text).map_err(wrong)?;
    if inputs.iter().any(|input| matches!(input, Input::Stdin | Input::Magnet(_))) {
        let cause = "`--key` is for files and URLs: nothing lies beside a magnet link or standard input";
        return Err(Failure::usage(cause));
    }
    Ok(Some(key))
}

/// Where files go, and what they are called there.
fn destination(args: &Args) -> Result<Destination, Failure> {
    if !args.rename.is_empty() && args.sources.len() > 1 {
        return Err(Failure::usage("`--rename` takes one SOURCE"));
    }
    let names_file = args.sources.len() == 1 && names_file(&args.output);
    let mut naming = Naming { clean: args.clean_names, strip_folder: args.strip_folder, ..Naming::default() };
    for text in &args.rename {
        let (index, path) = renamed(text)?;
        if naming.renamed.insert(index, path).is_some() {
            return Err(Failure::usage(format!("`--rename`: file {index} is given two names")));
        }
    }
    Ok(Destination { folder: args.output.clone(), file: names_file.then(|| args.output.clone()), naming })
}

/// Files go to folders, and none of them in the place of a torrent that is read.
fn check_output(output: &Path, inputs: &[Input]) -> Result<(), Failure> {
    let wrong =
        |cause: String| Failure::usage(format!("`--output {}`: {cause}", masked(&output.to_string_lossy())));
    match Typed::of(output) {
        // A folder may be called like a hash.
        None | Some(Typed::InfoHash(_)) => {}
        Some(typed) => {
            let cause = format!("it is {}, and files are written to folders", typed.name());
            return Err(wrong(cause)
                .hint(typed.hint_of_path().unwrap_or("`-o DIR` names the folder that they go to")));
        }
    }
    let is_there = |input: &Input| match (input, output.canonicalize()) {
        (Input::File(path), Ok(output)) => {
            output.is_file() && path.canonicalize().is_ok_and(|path| path == output)
        }
        _ => false,
    };
    if inputs.iter().any(is_there) {
        let failure = wrong("it is the torrent itself, in whose place nothing is written".to_owned());
        return Err(failure.hint("`-o DIR` names the folder that files go to, `-o FILE` the file to come"));
    }
    Ok(())
}

/// Whether `--output` is the name of a file: of one that is there, or of one to come, which has an extension.
fn names_file(path: &Path) -> bool {
    let is_folder_like = matches!(path.as_os_str().as_bytes(), [.., b'/' | b'.'] | []);
    !is_folder_like && path.metadata().map_or_else(|_| has_extension(path), |found| !found.is_dir())
}

/// `x.iso` and `x.7z` have one; `v1.2`, `.cache` and `downloads` have none.
fn has_extension(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().as_bytes();
    extension.len() <= LONGEST_EXTENSION
        && extension.iter().all(u8::is_ascii_alphanumeric)
        && extension.iter().any(u8::is_ascii_alphabetic)
}

/// The value of `--rename`, `INDEX=PATH`.
fn renamed(text: &OsStr) -> Result<(usize, RawPathBuf), Failure> {
    let wrong = |why: &str| Failure::usage(format!("`--rename {}`: {why}", shown(text)));
    let equals = text.as_bytes().iter().position(|byte| *byte == b'=');
    let (index, path) = equals.map(|at| text.as_bytes().split_at(at)).unwrap_or_default();
    let index = std::str::from_utf8(index).ok().and_then(|index| index.parse().ok());
    let index = index.ok_or_else(|| wrong("not INDEX=PATH"))?;
    let path = RawPathBuf::of(path[1..].split(|byte| *byte == b'/'));
    path.as_path().check().map_err(|why| wrong(&why.to_string()))?;
    Ok((index, path))
}

/// Letters and digits behind the dot.
const LONGEST_EXTENSION: usize = 10;

fn settings(args: &Args, world: &World) -> Result<Settings, Failure> {
    Ok(Settings {
        memory: args.rates.memory,
        max_download: args.rates.max_download,
        max_upload: args.rates.max_upload,
        access: access(args, world)?,
        ..args.swarm.settings(&args.hash, DhtAnswers::Never, world)?
    })
}

/// `--select` makes no sense for any torrent.
fn bad_select(error: BadSelect) -> Failure {
    Failure::usage(format!("`--select`: {}", escape(error.to_string().as_bytes())))
}

fn input(source: &OsStr) -> Result<Input, Failure> {
    let typed = Typed::of(Path::new(source));
    let is_web = |url: &str| HTTP.iter().any(|scheme| begins(url, scheme));
    match (source.to_str().unwrap_or_default(), typed) {
        ("-", _) => Ok(Input::Stdin),
        // One is a URL even if there is a file of its name.
        (text, None) if is_web(text) => url(text),
        (_, Some(Typed::Url(text))) if is_web(&text) => url(&text),
        (text, Some(Typed::Magnet(_) | Typed::InfoHash(_))) if let Some(link) = link_of(text) => {
            let link = read_link(&link).map_err(|cause| Failure::usage(format!("magnet link: {cause}")))?;
            Ok(Input::Magnet(Box::new(link)))
        }
        (text, Some(typed @ Typed::Nothing)) => {
            let cause = format!("SOURCE `{}`: it is {}", escape(text.as_bytes()), typed.name());
            Err(Failure::usage(cause).hint_if(typed.hint_of_path()))
        }
        _ => Ok(Input::File(PathBuf::from(source))),
    }
}

const HTTP: [&str; 2] = ["http://", "https://"];

fn begins(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|begun| begun.eq_ignore_ascii_case(start))
}

fn url(text: &str) -> Result<Input, Failure> {
    let checked = Url::parse(text.as_bytes());
    checked.map_err(|error| Failure::usage(format!("{}: {error}", masked(text))))?;
    Ok(Input::Url(text.to_owned()))
}

/// A link that names a torrent.
pub(crate) fn read_link(link: &str) -> Result<magnet::ParsedLink, String> {
    let link = Magnet::read(link).map_err(|error| error.to_string())?;
    match (link.magnet.info_hash_v1, link.magnet.info_hash_v2) {
        (None, None) => Err("it names a key, not a torrent, which is not supported".to_owned()),
        _ => Ok(link),
    }
}

fn check_inputs(args: &Args, inputs: &[Input]) -> Result<(), Failure> {
    if inputs.iter().filter(|input| matches!(input, Input::Stdin)).count() > 1 {
        return Err(Failure::usage("`-` may be given only once: there is one standard input"));
    }
    if args.print_torrent && inputs.len() > 1 {
        return Err(Failure::usage("`--print-torrent` takes one SOURCE"));
    }
    Ok(())
}

/// A path is shown as typed.
pub(crate) fn shown(path: &OsStr) -> String {
    escape(path.as_bytes()).into_owned()
}
