//! The work: scan, choose, hash, write, read back.

use std::ffi::OsStr;
use std::path::Path;

use cli_kit::{
    Effort, Exit, Failure, Interrupt, Progress, WholeFile, World, escape, escape_path, parse_with,
};
use piece_hash::Sha1Digest;
use torrent_core::data::{
    FileSource, HashError, HashJob, Input, Scan, Scanned, Selection, SourceError, SourceErrorKind,
    look_for_globs,
};
use torrent_core::data::{MEMORY, Wanted, Watch, hash_pieces, hash_stream, on_threads, scan};
use torrent_core::files::{File, FileList};
use torrent_core::limits::{FOLDERS_V2, NAME};
use torrent_core::metainfo::{Draft, Metainfo, PieceHashes};
use torrent_core::path::RawPathBuf;

use crate::args::Args;
use crate::existing::{Existing, Standing};
use crate::habits::{HABITS, hint_of_values};
use crate::plan::{PieceLength, Plan, WhenThere};
use crate::report::{self, Fate};
use crate::torrent::{Content, Output, Torrent};

pub(crate) fn run(world: &mut World) -> Result<Exit, Failure> {
    let Some(args) = parse_with::<Args>(HABITS, world).map_err(hint_of_values)? else { return Ok(Exit::Yes) };
    world.quiet = args.flags.quiet;
    let plan = Plan::new(&args, world)?;
    on_threads(plan.threads, || make_all(&plan, world))
}

fn make_all(plan: &Plan, world: &mut World) -> Result<Exit, Failure> {
    let mut exit = Exit::Yes;
    for failure in &plan.missing {
        world.fail(failure);
        exit = exit.max(failure.exit);
    }
    for torrent in &plan.torrents {
        match make(plan, torrent, world) {
            Ok(()) => {}
            Err(failure) if plan.torrents.len() == 1 => return Err(failure),
            Err(failure) => {
                exit = exit.max(failure.exit);
                world.fail(&failure);
            }
        }
        world.interrupt.check()?;
    }
    if plan.torrents.len() > 1 {
        // Of several, each may have what a glob is for.
        say_idle_globs(plan, world);
    }
    Ok(exit)
}

/// Says which globs have matched nothing, not even in folders that others leave out.
fn say_idle_globs(plan: &Plan, world: &World) {
    for torrent in &plan.torrents {
        if let Content::Disk { inputs, single_file: false } = &torrent.content
            && plan.selection.idle_excludes().next().is_some()
        {
            let stop = stop(world);
            look_for_globs(to_scan(plan, torrent, inputs, None, &stop));
        }
    }
    report::idle_globs(&plan.selection, world);
}

fn make(plan: &Plan, torrent: &Torrent, world: &mut World) -> Result<(), Failure> {
    if plan.dry_run {
        let (draft, _, warnings) = survey(plan, torrent, None, world)?;
        return report::dry_run(plan, torrent, &draft, &warnings, world);
    }
    match Existing::find(plan, torrent)? {
        Some(existing) => renew(plan, torrent, &existing, world),
        None => make_anew(plan, torrent, world),
    }
}

fn make_anew(plan: &Plan, torrent: &Torrent, world: &mut World) -> Result<(), Failure> {
    // Before the work, so that a place that cannot be written to is found out first.
    let output = Destination::open(plan, torrent)?;
    let (draft, scanned, warnings) = survey(plan, torrent, output.scratch(), world)?;
    let metainfo = hash(plan, torrent, draft, scanned, world)?;
    output.commit(&metainfo, world)?;
    report::made(plan, torrent, &metainfo, &warnings, Fate::Made, world)
}

/// Leaves a torrent alone if it is still right.
fn renew(plan: &Plan, torrent: &Torrent, existing: &Existing, world: &mut World) -> Result<(), Failure> {
    let (mut draft, scanned, warnings) = survey(plan, torrent, None, world)?;
    existing.lend_random_bytes(&mut draft);
    // Standard input has to be read before anything can be said of it.
    let standing = match torrent.content {
        Content::Disk { .. } => existing.standing(&mut draft, &scanned),
        Content::Stdin => Standing::Unsure,
    };
    let kept = &existing.metainfo;
    match standing {
        Standing::Right => return report::made(plan, torrent, kept, &warnings, Fate::Kept, world),
        Standing::Wrong if plan.when_there == WhenThere::Skip => return Err(report::stale(torrent)),
        Standing::Wrong | Standing::Unsure => {}
    }
    let metainfo = hash(plan, torrent, draft, scanned, world)?;
    if metainfo.bytes() == kept.bytes() {
        return report::made(plan, torrent, kept, &warnings, Fate::Kept, world);
    }
    if plan.when_there == WhenThere::Skip {
        return Err(report::stale(torrent));
    }
    Destination::open(plan, torrent)?.commit(&metainfo, world)?;
    report::made(plan, torrent, &metainfo, &warnings, Fate::Made, world)
}

/// From the files that were found to the torrent that was read back.
fn hash(
    plan: &Plan,
    torrent: &Torrent,
    mut draft: Draft,
    scanned: Scanned,
    world: &mut World,
) -> Result<Metainfo, Failure> {
    let hashes = match &torrent.content {
        Content::Stdin => hash_stdin(plan, &mut draft, world)?,
        Content::Disk { .. } => hash_files(plan, &draft, scanned, world)?,
    };
    let written = draft.finish(&hashes).torrent;
    // The trees are in the roots now; their memory is wanted for reading back.
    drop(hashes.merkle);
    read_back(&draft, &hashes.sha1, written)
}

/// Finds the files and settles everything but the hashes.
fn survey(
    plan: &Plan,
    torrent: &Torrent,
    scratch: Option<&Path>,
    world: &World,
) -> Result<(Draft, Scanned, report::Warnings), Failure> {
    let mut scanned = match &torrent.content {
        Content::Disk { inputs, .. } => scan(to_scan(plan, torrent, inputs, scratch, &stop(world))),
        Content::Stdin => Scanned::default(),
    };
    world.interrupt.check()?;
    if plan.torrents.len() == 1 {
        say_idle_globs(plan, world);
        world.interrupt.check()?;
    }
    report::scanned(plan, torrent, &scanned, world)?;
    let warnings = report::Warnings::of(torrent, &scanned.files, plan, world)?;
    let mut draft = draft(plan, torrent, std::mem::take(&mut scanned.files));
    if let Content::Disk { .. } = torrent.content {
        check_content(&draft)?;
        settle(plan, &mut draft)?;
    }
    Ok((draft, scanned, warnings))
}

/// True when a scan is to be given up.
fn stop(world: &World) -> impl Fn() -> bool + Sync + use<> {
    let interrupt = world.interrupt.clone();
    move || interrupt.raised().is_some()
}

fn to_scan<'a>(
    plan: &'a Plan,
    torrent: &'a Torrent,
    inputs: &[Input],
    scratch: Option<&'a Path>,
    stop: &'a (dyn Fn() -> bool + Sync),
) -> Scan<'a> {
    let output = match &torrent.output {
        Output::File(path) => Some(path.as_path()),
        Output::Stdout => None,
    };
    // A file that was named is wanted, whatever its name.
    let is_file = torrent.content.is_single_file();
    Scan {
        inputs: inputs.to_vec(),
        selection: if is_file { Selection::default() } else { plan.selection.clone() },
        symlinks: plan.symlinks,
        raw_names: plan.raw_names,
        output,
        others: (!is_file).then_some(&plan.outputs),
        scratch,
        stop,
    }
}

fn draft(plan: &Plan, torrent: &Torrent, files: FileList) -> Draft {
    Draft {
        protocol: plan.protocol,
        name: torrent.name.clone(),
        piece_length: STREAM_PIECE_LENGTH,
        single_file: torrent.content.is_single_file(),
        files,
        info: plan.metadata.info.clone(),
        outer: plan.metadata.outer.clone(),
    }
}

/// The piece length of a stream, whose length is not known when the first piece ends: 2 GiB make 2048 pieces.
const STREAM_PIECE_LENGTH: u64 = 1 << 20;

fn check_content(draft: &Draft) -> Result<(), Failure> {
    let refuse = |cause: &str| Err(Failure::of(Exit::Unacceptable, escape(&draft.name), cause));
    if draft.files.is_empty() {
        return refuse("there are no files to make a torrent of");
    }
    if draft.files.content_length() == 0 {
        return refuse("all files are empty: clients refuse a torrent of 0 bytes");
    }
    let too_deep = |file: File<'_>| file.path.components().count() > FOLDERS_V2 + 1;
    if let Some(file) = draft.files.iter().find(|file| draft.protocol.has_v2() && too_deep(*file)) {
        let cause =
            format!("more than {FOLDERS_V2} folders are around it, and clients refuse v2 trees that deep");
        return Err(Failure::of(Exit::Unacceptable, escape(&file.path.joined()), cause));
    }
    // BEP 52 tells a file from a folder with a file by the names alone.
    let only = draft.files.get(0).path;
    let looks_single = draft.files.len() == 1 && only.components().eq([draft.name.as_slice()]);
    if draft.protocol.has_v2() && !draft.single_file && looks_single {
        let cause = "v2 cannot tell a folder from the file in it when both have the same name and it holds nothing else";
        let failure = Failure::of(Exit::Unacceptable, escape(&draft.name), cause);
        return Err(failure.hint("`--name` gives the folder another name"));
    }
    Ok(())
}

/// Sets the piece length and places the files.
fn settle(plan: &Plan, draft: &mut Draft) -> Result<(), Failure> {
    match plan.piece_length {
        PieceLength::Fixed(length) => {
            draft.piece_length = length;
            let placed = draft.place(plan.align);
            placed.ok_or_else(|| Failure::new(Exit::Unacceptable, "the files have 2^63 bytes or more"))
        }
        PieceLength::Within(bounds) => {
            draft.choose_piece_length(plan.align, bounds).map_err(report::out_of_bounds)
        }
    }
}

fn hash_files(plan: &Plan, draft: &Draft, scanned: Scanned, world: &World) -> Result<PieceHashes, Failure> {
    let source = FileSource::new(&draft.files, scanned.found, plan.io);
    let onlooker = Onlooker::new(plan, world, Some(draft));
    let effort = Effort::start();
    let hashed = hash_pieces(draft.layout(), &source, job(plan, draft, &onlooker));
    onlooker.progress.finish();
    let path = |error: &SourceError| escape_path(&source.path(error.file)).into_owned();
    let hashes = hashed.map_err(|error| hash_failure(error, world, path))?;
    // A file that was hashed may have changed while the others were.
    source.recheck().map_err(|error| source_failure(&path(&error), error.kind))?;
    if plan.verbose {
        world.note(effort.line(draft.files.content_length(), plan.threads, plan.backend.name()));
    }
    Ok(hashes)
}

fn hash_stdin(plan: &Plan, draft: &mut Draft, world: &mut World) -> Result<PieceHashes, Failure> {
    if let PieceLength::Fixed(length) = plan.piece_length {
        draft.piece_length = length;
    }
    let onlooker = Onlooker::new(plan, world, None);
    let effort = Effort::start();
    let hashed = hash_stream(&mut world.stdin, job(plan, draft, &onlooker));
    onlooker.progress.finish();
    let (length, hashes) = hashed.map_err(|error| hash_failure(error, world, |_| "stdin".to_owned()))?;
    if plan.verbose {
        world.note(effort.line(length, plan.threads, plan.backend.name()));
    }
    draft.files.push(RawPathBuf::of([draft.name.as_slice()]).as_path(), length);
    check_content(draft)?;
    let placed = draft.place(plan.align);
    placed
        .map(|()| hashes)
        .ok_or_else(|| Failure::new(Exit::Unacceptable, "the stream has 2^63 bytes or more"))
}

fn job<'a>(plan: &Plan, draft: &Draft, watch: &'a dyn Watch) -> HashJob<'a> {
    let wanted = Wanted { sha1: plan.protocol.has_v1(), merkle: plan.protocol.has_v2() };
    HashJob { wanted, piece_length: draft.piece_length, backend: plan.backend, watch, memory: MEMORY }
}

fn hash_failure(error: HashError, world: &World, path: impl Fn(&SourceError) -> String) -> Failure {
    match error {
        HashError::Source(error) => source_failure(&path(&error), error.kind),
        HashError::Stream(error) => Failure::io("stdin", &error),
        HashError::TooManyPieces(_) => Failure::new(Exit::Unacceptable, error.to_string()),
        HashError::Stopped => {
            world.interrupt.check().err().unwrap_or_else(|| Failure::new(Exit::Interrupted, "stopped"))
        }
    }
}

fn source_failure(path: &str, kind: SourceErrorKind) -> Failure {
    match kind {
        SourceErrorKind::Io(error) => Failure::of(Exit::LocalIo, path, cli_kit::io_cause(&error)),
        changed => Failure::of(Exit::Changed, path, changed),
    }
}

/// Reads the torrent the way a stranger's is read, and holds it against what it was to say.
fn read_back(draft: &Draft, pieces: &[Sha1Digest], written: Vec<u8>) -> Result<Metainfo, Failure> {
    let wrong = |cause: String| {
        let hint = "this is a fault of make-torrent: please report it with the command line";
        Failure::of(Exit::Unacceptable, "the torrent does not read back", cause).hint(hint)
    };
    let metainfo = Metainfo::parse_strict(written).map_err(|refusal| wrong(refusal.to_string()))?;
    if draft.is_described_by(&metainfo, pieces) { Ok(metainfo) } else { Err(wrong("it differs".to_owned())) }
}

/// Where the torrent goes, opened before the work.
enum Destination {
    Stdout,
    File(WholeFile),
}

impl Destination {
    fn open(plan: &Plan, torrent: &Torrent) -> Result<Self, Failure> {
        match &torrent.output {
            Output::Stdout => Ok(Self::Stdout),
            Output::File(path) => {
                let force = matches!(plan.when_there, WhenThere::Replace | WhenThere::Update);
                let name = path.file_name().map_or(0, OsStr::len);
                let hint = match plan.torrents.len() {
                    1 => "`-o FILE` gives the .torrent a shorter name",
                    // There, `-o` is the folder for all.
                    _ => "`-o FILE` gives the .torrent a shorter name, in a run for this PATH alone",
                };
                let created = WholeFile::create(path, force).map(Self::File);
                created.map_err(|failure| if name > NAME { failure.hint(hint) } else { failure })
            }
        }
    }

    /// The file that stands in for the torrent until it is whole.
    fn scratch(&self) -> Option<&Path> {
        match self {
            Self::Stdout => None,
            Self::File(file) => Some(file.scratch()),
        }
    }

    fn commit(self, metainfo: &Metainfo, world: &mut World) -> Result<(), Failure> {
        match self {
            Self::Stdout => world.print(metainfo.bytes()),
            Self::File(mut file) => {
                file.put(metainfo.bytes())?;
                world.interrupt.check()?;
                file.commit()
            }
        }
    }
}

/// Shows progress and hears Ctrl-C.
struct Onlooker<'a> {
    progress: Progress,
    interrupt: Interrupt,
    files: Option<&'a FileList>,
}

impl<'a> Onlooker<'a> {
    fn new(plan: &Plan, world: &World, draft: Option<&'a Draft>) -> Self {
        let total = draft.map(|draft| draft.files.content_length());
        let progress = Progress::start(world, &plan.flags, total);
        Self { progress, interrupt: world.interrupt.clone(), files: draft.map(|draft| &draft.files) }
    }
}

impl Watch for Onlooker<'_> {
    fn advance(&self, bytes: u64) {
        self.progress.advance(bytes);
    }

    fn file(&self, index: usize) {
        if let Some(files) = self.files {
            self.progress.file(&files.get(index).path.joined());
        }
    }

    fn stop(&self) -> bool {
        self.interrupt.raised().is_some()
    }
}
