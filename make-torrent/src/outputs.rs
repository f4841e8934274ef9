//! Where torrents go: no two to the same place, and no output of a run is an input of it.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
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

/// Leaves out what other torrents of this run become: a second run over `*` is given those of the first as well.
pub(crate) fn without_outputs(torrents: Vec<Torrent>, world: &World) -> Vec<Torrent> {
    let output = |(number, torrent): (usize, &Torrent)| match &torrent.output {
        Output::File(path) => path.canonicalize().ok().map(|path| (path, number)),
        Output::Stdout => None,
    };
    let outputs: HashMap<PathBuf, usize> = torrents.iter().enumerate().filter_map(output).collect();
    let is_content = |(number, torrent): &(usize, Torrent)| {
        let Some(path) = torrent.content.single_path() else { return true };
        let maker = path.canonicalize().ok().and_then(|path| outputs.get(&path));
        let is_output = maker.is_some_and(|maker| maker != number);
        if is_output {
            let path = escape_path(path);
            world.note(format!("{path}: is where the torrent of another PATH goes, and is left out"));
        }
        !is_output
    };
    let kept = torrents.into_iter().enumerate().filter(is_content);
    kept.map(|(_, torrent)| torrent).collect()
}
