//! Makes the torrent of a file or folder, in memory: scan, choose, hash, read back, as make-torrent does.

use std::path::Path;

use cli_kit::{
    Exit, Failure, Interrupt, Progress, WholeFile, World, escape, escape_path, io_cause, read_beside,
};
use torrent_core::data::{
    FileSource, Found, HashError, HashJob, Input, Io, MEMORY, Note, Problem, ProblemKind, Scan, Selection,
    SourceError, SourceErrorKind, Symlinks, Wanted, Watch, hash_pieces, on_threads, scan,
};
use torrent_core::files::FileList;
use torrent_core::metainfo::{Bounds, Draft, Fields, Metainfo};

use crate::plan::Plan;
use crate::recipe::Recipe;

/// The torrent of what lies at a path, under the path's name.
pub(crate) fn make(plan: &Plan, path: &Path, world: &mut World) -> Result<Metainfo, Failure> {
    on_threads(plan.settings.threads, || make_here(plan, path, world))
}

fn make_here(plan: &Plan, path: &Path, world: &mut World) -> Result<Metainfo, Failure> {
    let name = own_name(path)?;
    let file = plan.recipe.saved_at(&name);
    let is_file = std::fs::metadata(path).map_err(|error| Failure::io(path, &error))?.is_file();
    let input = Input { path: path.to_owned(), name: is_file.then(|| name.clone()) };
    let interrupt = world.interrupt.clone();
    let scanned = scan(Scan {
        inputs: vec![input],
        selection: Selection::default(),
        symlinks: Symlinks::Follow,
        raw_names: false,
        output: file.as_deref(),
        others: None,
        scratch: None,
        stop: &move || interrupt.raised().is_some(),
    });
    world.interrupt.check()?;
    refuse_problems(&scanned.problems, world)?;
    refuse_outside(&scanned.notes)?;
    let draft = draft(&plan.recipe, name, is_file, scanned.files)?;
    let metainfo = hash(plan, draft, scanned.found, world)?;
    if let Some(file) = file {
        save(&file, &metainfo, plan.recipe.force)?;
        world.note(format!("{}: is written", escape_path(&file)));
    }
    Ok(metainfo)
}

/// The last component of a path; for `.` and the like, of what they stand for.
fn own_name(path: &Path) -> Result<Vec<u8>, Failure> {
    let real = path.canonicalize().map_err(|error| Failure::io(path, &error))?;
    let name = path.file_name().or_else(|| real.file_name());
    let name =
        name.ok_or_else(|| Failure::of(Exit::Unacceptable, escape_path(path), "has no name of its own"))?;
    Ok(name.as_encoded_bytes().to_vec())
}

/// Says what cannot be in the torrent. A failure if there is anything.
fn refuse_problems(problems: &[Problem], world: &World) -> Result<(), Failure> {
    let Some((last, others)) = problems.split_last() else { return Ok(()) };
    others.iter().for_each(|problem| world.fail(&failure_of(problem)));
    Err(failure_of(last).hint(LEAVE_OUT))
}

/// What lies elsewhere is not given to peers, so that it is not promised either.
fn refuse_outside(notes: &[Note]) -> Result<(), Failure> {
    let outside = |note: &Note| match note {
        Note::Outside(path) => Some(path.clone()),
        _ => None,
    };
    let Some(path) = notes.iter().find_map(outside) else { return Ok(()) };
    let cause = "the symbolic link leads out of the folder, where nothing is read";
    Err(Failure::of(Exit::Unacceptable, escape_path(&path), cause).hint(LEAVE_OUT))
}

/// For content that is not all fit to be offered.
const LEAVE_OUT: &str = "`make-torrent` has options for what is to be left out; then `seed x.torrent DATA`";

fn failure_of(problem: &Problem) -> Failure {
    let cause = match &problem.kind {
        ProblemKind::Unreadable(error) => io_cause(error),
        kind => kind.to_string(),
    };
    let exit = match problem.kind {
        ProblemKind::LinkRefused | ProblemKind::TooDeep | ProblemKind::PadName => Exit::Unacceptable,
        _ => Exit::LocalIo,
    };
    Failure::of(exit, escape_path(&problem.path), cause)
}

/// All that the torrent will say, but for its hashes.
fn draft(recipe: &Recipe, name: Vec<u8>, single_file: bool, files: FileList) -> Result<Draft, Failure> {
    let (protocol, info, outer) = (recipe.protocol, Fields::new(), recipe.outer()?);
    let mut draft = Draft { protocol, name, piece_length: 0, single_file, files, info, outer };
    if draft.files.content_length() == 0 {
        let cause = if draft.files.is_empty() { "there are no files in it" } else { "all files are empty" };
        return Err(Failure::of(Exit::Unacceptable, escape(&draft.name), cause));
    }
    let chosen = draft.choose_piece_length(false, Bounds { pieces: None, torrent_size: None });
    chosen.map_err(|_| Failure::of(Exit::Unacceptable, escape(&draft.name), "there is too much of it"))?;
    Ok(draft)
}

/// From what was found to the torrent that was read back.
fn hash(plan: &Plan, mut draft: Draft, found: Found, world: &World) -> Result<Metainfo, Failure> {
    let source = FileSource::new(&draft.files, found, Io::default());
    let progress = Progress::start(world, &plan.flags, Some(draft.files.content_length()));
    let onlooker = Onlooker { progress, interrupt: world.interrupt.clone() };
    let protocol = draft.protocol;
    let job = HashJob {
        wanted: Wanted { sha1: protocol.has_v1(), merkle: protocol.has_v2() },
        piece_length: draft.piece_length,
        backend: plan.settings.backend,
        watch: &onlooker,
        memory: MEMORY,
    };
    let path = |error: &SourceError| escape_path(&source.path(error.file)).into_owned();
    let hashed = hash_pieces(draft.layout(), &source, job);
    onlooker.progress.finish();
    let hashes = hashed.map_err(|error| not_hashed(error, world, path))?;
    source.recheck().map_err(|error| not_read(&path(&error), error.kind))?;
    let written = draft.finish(&hashes).torrent;
    Metainfo::parse_strict(written)
        .map_err(|refusal| Failure::unacceptable(escape(&draft.name), &refusal, refusal.code()))
}

fn not_hashed(error: HashError, world: &World, path: impl Fn(&SourceError) -> String) -> Failure {
    match error {
        HashError::Source(error) => not_read(&path(&error), error.kind),
        HashError::Stopped => {
            world.interrupt.check().err().unwrap_or_else(|| Failure::new(Exit::Interrupted, "stopped"))
        }
        error => Failure::new(Exit::Unacceptable, error.to_string()),
    }
}

fn not_read(path: &str, kind: SourceErrorKind) -> Failure {
    match kind {
        SourceErrorKind::Io(error) => Failure::of(Exit::LocalIo, path, io_cause(&error)),
        changed => Failure::of(Exit::Changed, path, changed),
    }
}

/// Writes a torrent, unless it is there already.
fn save(file: &Path, metainfo: &Metainfo, force: bool) -> Result<(), Failure> {
    let torrent = metainfo.bytes();
    if read_beside(file, torrent.len() as u64 + 1).is_ok_and(|there| there == torrent) {
        return Ok(());
    }
    let mut whole = WholeFile::create(file, force)?;
    whole.put(torrent)?;
    whole.commit()
}

/// Shows how far hashing is and hears Ctrl-C.
struct Onlooker {
    progress: Progress,
    interrupt: Interrupt,
}

impl Watch for Onlooker {
    fn advance(&self, bytes: u64) {
        self.progress.advance(bytes);
    }

    fn stop(&self) -> bool {
        self.interrupt.raised().is_some()
    }
}
