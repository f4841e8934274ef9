//! Where torrents go: no two to the same place, and no output of a run is an input of it.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use cli_kit::{Failure, World, escape_path};

use crate::args::Args;
use crate::torrent::{Output, Torrent};

/// Where the torrent of this name goes, as `--output` has it.
pub(crate) fn output(output: Option<&Path>, name: &[u8]) -> Output {
    let file = PathBuf::from(OsStr::from_bytes(&[name, b".torrent"].concat()));
    match output {
        None => Output::File(file),
        Some(path) if path.as_os_str() == "-" => Output::Stdout,
        Some(path) if path.is_dir() || path.as_os_str().as_bytes().ends_with(b"/") => {
            Output::File(path.join(file))
        }
        Some(path) => Output::File(path.to_owned()),
    }
}

/// Each goes to a place of its own, which can take it.
pub(crate) fn check_outputs(args: &Args, torrents: &[Torrent], world: &World) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    for torrent in torrents {
        match &torrent.output {
            Output::Stdout if args.flags.json => {
                return Err(Failure::usage("`--json` and `-o -` both want standard output"));
            }
            Output::Stdout if world.stdout_is_terminal && !args.dry_run => {
                return Err(Failure::usage("a torrent is not for a terminal").hint("`-o FILE`, or `> FILE`"));
            }
            Output::Stdout if torrents.len() > 1 => {
                return Err(Failure::usage("several torrents cannot go to standard output"));
            }
            Output::File(path) if !seen.insert(path) => {
                let cause = format!("two torrents would both be `{}`", escape_path(path));
                return Err(
                    Failure::usage(cause).hint("`-o DIR/` with `--each` wants inputs of different names")
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// The last component of a path; for `.`, `..` and the like, of what they stand for.
pub(crate) fn own_name(path: &Path) -> Option<Vec<u8>> {
    let bytes = |name: &OsStr| name.as_bytes().to_vec();
    match path.components().next_back()? {
        std::path::Component::Normal(name) => Some(bytes(name)),
        _ => path.canonicalize().ok()?.file_name().map(bytes),
    }
}

/// Leaves out what other torrents of this run become, and the folder that they go to: a second run over `*` is given both.
pub(crate) fn without_outputs(torrents: Vec<Torrent>, world: &World) -> Vec<Torrent> {
    let output =
        |(number, torrent): (usize, &Torrent)| Some((torrent.output.path()?.canonicalize().ok()?, number));
    let outputs: HashMap<PathBuf, usize> = torrents.iter().enumerate().filter_map(output).collect();
    let folder = |torrent: &Torrent| real_folder(torrent.output.path()?);
    let folders: HashSet<PathBuf> = torrents.iter().filter_map(folder).collect();
    let count = torrents.len();
    let is_content = |(number, torrent): &(usize, Torrent)| {
        let Some(path) = torrent.content.only_path() else { return true };
        let Ok(real) = path.canonicalize() else { return true };
        let what = match outputs.get(&real) {
            Some(maker) if maker != number => "is where the torrent of another PATH goes",
            None if count > 1 && folders.contains(&real) && holds_torrents_only(&real) => {
                "is where the torrents go"
            }
            _ => return true,
        };
        world.note(format!("{}: {what}, and is left out", escape_path(path)));
        false
    };
    let kept = torrents.into_iter().enumerate().filter(is_content);
    kept.map(|(_, torrent)| torrent).collect()
}

/// The paths of one torrent without the place that it goes to: a second run over `*` is given that as well.
pub(crate) fn without_output(args: &Args, world: &World) -> Vec<PathBuf> {
    let goes_there = |at: usize| {
        let place = place_beside(args, at)?;
        let path = &args.paths[at];
        (path.is_file() && place.canonicalize().ok()? == path.canonicalize().ok()?).then_some(())
    };
    let is_content = |at: &usize| {
        let is_output = goes_there(*at).is_some();
        if is_output {
            let path = escape_path(&args.paths[*at]);
            world.note(format!("{path}: is left out, because the torrent goes there"));
        }
        !is_output
    };
    match args.paths.len() {
        1 => args.paths.clone(),
        count => (0..count).filter(is_content).map(|at| args.paths[at].clone()).collect(),
    }
}

/// Where the torrent of all paths but one goes, if that can be said.
fn place_beside(args: &Args, at: usize) -> Option<PathBuf> {
    let output_of = |name: &[u8]| output(args.output.as_deref(), name).path().map(Path::to_owned);
    match (&args.name, &args.output, args.paths.len()) {
        (Some(name), ..) => output_of(name.as_bytes()),
        (None, _, 2) => output_of(&own_name(&args.paths[1 - at])?),
        (None, Some(file), _) if !file.is_dir() => output_of(b""),
        _ => None,
    }
}

fn real_folder(output: &Path) -> Option<PathBuf> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).canonicalize().ok()
}

/// Whether a folder has nothing but torrents in it, or nothing at all.
fn holds_torrents_only(folder: &Path) -> bool {
    let is_torrent = |entry: fs::DirEntry| entry.file_name().as_bytes().ends_with(b".torrent");
    fs::read_dir(folder).is_ok_and(|mut entries| entries.all(|entry| entry.is_ok_and(is_torrent)))
}
