//! What was typed, understood: every mistake of the command line is found here, before anything is read or written.

use std::collections::HashSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use cli_kit::{Exit, Failure, Flags, World, escape, escape_path};
use piece_hash::{BACKEND_VARIABLE, Backend};
use torrent_core::data::{BadGlob, Input, Io, Outputs, Selection, Symlinks};
use torrent_core::metainfo::{Bounds, Protocol};
use torrent_core::path::check_component;

use crate::args::{Args, ProtocolArg, SymlinksArg};
use crate::fields::{HTTP, Metadata, meant};
use crate::mistaken::{check_output, check_path};
use crate::outputs::{check_outputs, output, own_name, without_output, without_outputs};
use crate::torrent::{Content, Torrent};

/// What is to be made, and how.
pub(crate) struct Plan {
    pub(crate) torrents: Vec<Torrent>,
    /// Where the torrents go.
    pub(crate) outputs: Outputs,
    /// Inputs of `--each` that are not there; they do not stop the others.
    pub(crate) missing: Vec<Failure>,
    pub(crate) protocol: Protocol,
    pub(crate) align: bool,
    pub(crate) piece_length: PieceLength,
    pub(crate) metadata: Metadata,
    pub(crate) selection: Selection,
    pub(crate) symlinks: Symlinks,
    pub(crate) skip_unreadable: bool,
    pub(crate) raw_names: bool,
    pub(crate) portable: bool,
    pub(crate) when_there: WhenThere,
    pub(crate) dry_run: bool,
    pub(crate) magnet: bool,
    pub(crate) explain: bool,
    pub(crate) flags: Flags,
    pub(crate) threads: usize,
    pub(crate) backend: Backend,
    pub(crate) io: Io,
    pub(crate) verbose: bool,
}

/// What to do if there is something in the place of the output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum WhenThere {
    GiveUp,
    /// Leave a torrent alone that is still right; give up on others.
    Skip,
    /// The same, but make it anew if it is no longer right.
    Update,
    Replace,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum PieceLength {
    Fixed(u64),
    Within(Bounds),
}

impl Plan {
    pub(crate) fn new(args: &Args, world: &World) -> Result<Self, Failure> {
        check_output(args)?;
        let (torrents, missing) = torrents(args, world)?;
        let torrents = without_outputs(torrents, world);
        let outputs = Outputs::of(torrents.iter().filter_map(|torrent| torrent.output.path()));
        check_outputs(args, &torrents, world)?;
        check_web_seeds(args, &torrents)?;
        let bounds = Bounds { pieces: args.max_pieces, torrent_size: args.max_torrent_size };
        Ok(Self {
            metadata: Metadata::new(args, world)?,
            torrents,
            outputs,
            missing,
            protocol: protocol(args)?,
            align: args.align,
            piece_length: args.piece_length.map_or(PieceLength::Within(bounds), PieceLength::Fixed),
            selection: selection(args)?,
            symlinks: symlinks(args.symlinks),
            skip_unreadable: args.skip_unreadable,
            raw_names: args.raw_names,
            portable: args.portable,
            when_there: when_there(args),
            dry_run: args.dry_run,
            magnet: args.magnet,
            explain: args.explain,
            flags: args.flags,
            threads: args.hash.threads(),
            backend: backend(args, world)?,
            io: args.io,
            verbose: args.verbose,
        })
    }
}

fn torrents(args: &Args, world: &World) -> Result<(Vec<Torrent>, Vec<Failure>), Failure> {
    if !args.each {
        return Ok((vec![torrent(args, &without_output(args, world))?], Vec::new()));
    }
    if args.name.is_some() && args.paths.len() > 1 {
        return Err(Failure::usage("`--name` names one torrent, `--each` makes several"));
    }
    let (mut torrents, mut missing) = (Vec::new(), Vec::new());
    for path in &args.paths {
        match torrent(args, std::slice::from_ref(path)) {
            Ok(torrent) => torrents.push(torrent),
            Err(failure) if failure.exit == Exit::LocalIo => missing.push(failure),
            Err(failure) => return Err(failure),
        }
    }
    Ok((torrents, missing))
}

fn torrent(args: &Args, paths: &[PathBuf]) -> Result<Torrent, Failure> {
    let (name, content) = match paths {
        [stdin] if stdin.as_os_str() == "-" => (chosen_name(args, "for standard input")?, check_stdin(args)?),
        [path] => one(args, path)?,
        several => match &args.name {
            Some(_) => (chosen_name(args, "for several paths")?, many(several)?),
            None => return Err(unnamed(several)),
        },
    };
    check_name(args, &name)?;
    let output = output(args.output.as_deref(), &name);
    Ok(Torrent { name, content, output })
}

fn check_name(args: &Args, name: &[u8]) -> Result<(), Failure> {
    if check_component(name).is_err() {
        let cause = format!("`{}` cannot be the name of a torrent", escape(name));
        return Err(Failure::usage(cause).hint("`--name` gives another"));
    }
    if !args.raw_names && std::str::from_utf8(name).is_err() {
        let failure = Failure::of(Exit::LocalIo, escape(name), "the name is not UTF-8");
        return Err(failure.hint("`--raw-names` takes names that are not UTF-8, `--name` gives another"));
    }
    Ok(())
}

fn chosen_name(args: &Args, what_for: &str) -> Result<Vec<u8>, Failure> {
    let name = args.name.as_ref().map(|name| name.as_bytes().to_vec());
    name.ok_or_else(|| Failure::usage(format!("`--name` is needed {what_for}")))
}

/// Several paths without a name for all of them.
fn unnamed(paths: &[PathBuf]) -> Failure {
    let is_torrent = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "torrent");
    let failure = Failure::usage("`--name` is needed for several paths");
    match paths.iter().rev().find(is_torrent) {
        Some(path) => failure.hint(format!("if the torrent is to go there: `-o {}`", escape_path(path))),
        None => failure.hint("`--name` makes one torrent of all paths, `--each` one of each"),
    }
}

fn check_stdin(args: &Args) -> Result<Content, Failure> {
    if args.max_pieces.is_some() || args.max_torrent_size.is_some() || args.dry_run {
        let cause = "the length of standard input is not known beforehand";
        return Err(Failure::usage(cause).hint("`--piece-length` chooses without it"));
    }
    Ok(Content::Stdin)
}

/// A file or folder that is the torrent.
fn one(args: &Args, path: &Path) -> Result<(Vec<u8>, Content), Failure> {
    check_path(path)?;
    let metadata = fs::metadata(path).map_err(|error| Failure::io(path, &error))?;
    let own_name = own_name(path);
    let name = args.name.as_ref().map(|name| name.as_bytes().to_vec()).or_else(|| own_name.clone());
    let name = name.ok_or_else(|| {
        let cause = format!("`{}` has no name of its own", escape_path(path));
        Failure::usage(cause).hint("`--name` gives one")
    })?;
    let single_file = !metadata.is_dir();
    let inputs = vec![Input { path: path.to_owned(), name: single_file.then(|| name.clone()) }];
    Ok((name, Content::Disk { inputs, single_file }))
}

/// Several files and folders side by side in one torrent.
fn many(paths: &[PathBuf]) -> Result<Content, Failure> {
    let mut seen = HashSet::new();
    let mut inputs = Vec::new();
    for path in paths {
        let wrong = |cause: &str| Failure::usage(format!("`{}`: {cause}", escape_path(path)));
        if path.as_os_str() == "-" {
            return Err(wrong("standard input cannot be one of several"));
        }
        check_path(path)?;
        let name = own_name(path).ok_or_else(|| wrong("it has no name of its own"))?;
        if !seen.insert(name.clone()) {
            return Err(wrong("another path has the same name"));
        }
        inputs.push(Input { path: path.clone(), name: Some(name) });
    }
    Ok(Content::Disk { inputs, single_file: false })
}

/// BEP 19: clients append the name and path of a file to a URL that ends in `/`, and take any other for the file.
fn check_web_seeds(args: &Args, torrents: &[Torrent]) -> Result<(), Failure> {
    let of_folder = torrents.iter().any(|torrent| !torrent.content.is_single_file());
    if let Some(url) = args.web_seed.iter().find(|url| !url.is_empty() && !url.contains("://")) {
        let meant =
            meant(url, HTTP).map(|url| if of_folder && !url.ends_with('/') { url + "/" } else { url });
        let hint = meant.map(|url| format!("`{url}`, perhaps"));
        return Err(Failure::usage(format!("`--web-seed {url}`: not a URL")).hint_if(hint.as_deref()));
    }
    match args.web_seed.iter().find(|url| !url.is_empty() && !url.ends_with('/')) {
        Some(url) if of_folder => {
            let cause = format!("`--web-seed {url}`: the web seed of a folder must end in `/` (BEP 19)");
            let hint = match url.contains(['?', '#']) {
                true => {
                    "clients append NAME/PATH to the whole URL, so it can have no `?` and no `#`".to_owned()
                }
                false => format!("`{url}/`, below which clients expect NAME/PATH"),
            };
            Err(Failure::usage(cause).hint(hint))
        }
        _ => Ok(()),
    }
}

fn protocol(args: &Args) -> Result<Protocol, Failure> {
    match args.protocol {
        ProtocolArg::V1 => Ok(Protocol::V1),
        ProtocolArg::Hybrid => Ok(Protocol::Hybrid),
        ProtocolArg::V2 if args.align => {
            Err(Failure::usage("`--align` is for v1: v2 files start pieces anyway"))
        }
        ProtocolArg::V2 => Ok(Protocol::V2),
    }
}

fn selection(args: &Args) -> Result<Selection, Failure> {
    let mut selection = Selection::default();
    selection.exclude_hidden = args.exclude_hidden;
    selection.exclude_junk = args.exclude_junk;
    selection.ignore_files = args.ignore_files;
    let bad = |option: &str, error: BadGlob| {
        let failure = Failure::usage(format!("`{option}`: {}", escape(error.to_string().as_bytes())));
        failure.hint("quote globs for the shell; `[[]` stands for a bracket")
    };
    let selection = selection.exclude(&args.exclude).map_err(|error| bad("--exclude", error))?;
    selection.include(&args.include).map_err(|error| bad("--include", error))
}

fn when_there(args: &Args) -> WhenThere {
    match args {
        Args { force: true, .. } => WhenThere::Replace,
        Args { update: true, .. } => WhenThere::Update,
        Args { skip_existing: true, .. } => WhenThere::Skip,
        _ => WhenThere::GiveUp,
    }
}

fn symlinks(how: SymlinksArg) -> Symlinks {
    match how {
        SymlinksArg::Follow => Symlinks::Follow,
        SymlinksArg::Store => Symlinks::Store,
        SymlinksArg::Skip => Symlinks::Skip,
        SymlinksArg::Error => Symlinks::Error,
    }
}

fn backend(args: &Args, world: &World) -> Result<Backend, Failure> {
    let backend = Backend::chosen(args.hash.backend(), world.var(BACKEND_VARIABLE).as_deref());
    backend.map_err(|error| Failure::usage(error.to_string()))
}
