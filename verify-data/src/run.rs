//! The work: read each torrent, check its data, say what was found.

use std::path::Path;

use cli_kit::{Effort, Exit, Failure, Interrupt, Progress, World, escape, escape_path, io_cause, parse_with};
use torrent_core::data::{
    self, CheckReport, Content, FileReport, HashError, HashJob, MEMORY, Select, State, Wanted, Watch,
};
use torrent_core::files::FileList;
use torrent_core::layout::PieceIndex;
use torrent_core::metainfo::{Metainfo, ReadError, Refusal, open_torrent, read_torrent};
use torrent_core::path::UnsafeName;

use crate::args::Args;
use crate::habits::HABITS;
use crate::meant::{SEVERAL, hint_of_data, hint_of_options, hint_of_torrent, is_torrent};
use crate::plan::{Extent, Plan, bad_select, is_stdin};
use crate::report::{self, Total, Verified};

pub(crate) fn run(world: &mut World) -> Result<Exit, Failure> {
    let Some(args) = parse_with::<Args>(HABITS, world).map_err(hint_of_options)? else {
        return Ok(Exit::Yes);
    };
    world.quiet = args.flags.quiet;
    let plan = Plan::new(&args, world)?;
    data::on_threads(plan.threads, || verify_all(&plan, world))
}

fn verify_all(plan: &Plan, world: &mut World) -> Result<Exit, Failure> {
    let (mut exit, mut total) = (Exit::Yes, Total::default());
    for torrent in &plan.torrents {
        match verify(plan, torrent, &mut total, world) {
            Ok(answer) => exit = exit.max(answer),
            Err(failure) => {
                world.interrupt.check()?;
                world.fail(&failure);
                total.add_failure();
                exit = exit.max(failure.exit);
            }
        }
        if plan.fail_fast && exit != Exit::Yes {
            break;
        }
    }
    report::say_total(plan, &total, world)?;
    say_idle(plan, world);
    Ok(exit)
}

/// Says which globs matched nothing in any torrent: what they were to select was not checked. That is no talk that `--quiet` silences.
fn say_idle(plan: &Plan, world: &World) {
    for glob in plan.select.iter().flat_map(Select::idle_globs) {
        world.fail(&Failure::new(
            Exit::Yes,
            format!("`--select {}`: matches nothing", escape(glob.as_bytes())),
        ));
    }
}

fn verify(plan: &Plan, path: &Path, total: &mut Total, world: &mut World) -> Result<Exit, Failure> {
    let torrent = read(plan, path, world).map_err(|failure| hint_of_torrent(plan, path, failure))?;
    check_kind(plan, &torrent)?;
    let selected = plan.select.as_ref().map(|select| select.of(torrent.files()));
    let selected = selected.transpose().map_err(bad_select)?;
    let content =
        Content::find(&torrent, &plan.data, plan.links).map_err(|error| absent(&plan.data, &error))?;
    let report = check(plan, &torrent, &content, selected.as_deref(), world)?;
    let extra = match plan.extra {
        true => {
            data::extra_files(torrent.files(), &content).map_err(|(path, error)| Failure::io(path, &error))?
        }
        false => Vec::new(),
    };
    let verified = Verified {
        path,
        torrent: &torrent,
        report: &report,
        selected: selected.as_deref(),
        extra: &extra,
        content: &content,
    };
    report::say(plan, &verified, world)?;
    let answer = exit_of(plan, &verified);
    total.add(&verified, answer);
    Ok(answer)
}

/// The data of a folder's torrent is a folder, and a torrent is the data of none but its own.
fn check_kind(plan: &Plan, torrent: &Metainfo) -> Result<(), Failure> {
    let is_file = std::fs::metadata(&plan.data).is_ok_and(|metadata| !metadata.is_dir());
    if is_file && is_torrent(&plan.data) && !torrent.name().ends_with(b".torrent") {
        let failure = Failure::of(Exit::No, escape_path(&plan.data), "is a .torrent, not data");
        return Err(failure.hint(SEVERAL));
    }
    if torrent.is_single_file() || !is_file {
        return Ok(());
    }
    let cause = "is a file, but the torrent is of a folder";
    let hint = "give that folder or the one that holds it; `--select` checks only some of its files";
    Err(Failure::of(Exit::No, escape_path(&plan.data), cause).hint(hint))
}

/// Data that is not there is an answer: no.
fn absent(data: &Path, error: &std::io::Error) -> Failure {
    let failure = hint_of_data(data, Failure::io(data, error));
    match error.kind() {
        std::io::ErrorKind::NotFound => Failure { exit: Exit::No, ..failure },
        _ => failure,
    }
}

/// Reads a torrent whose names can be file paths.
fn read(plan: &Plan, path: &Path, world: &mut World) -> Result<Metainfo, Failure> {
    let name = if is_stdin(path) { "stdin".into() } else { escape_path(path) };
    let bytes = match is_stdin(path) {
        true => read_torrent(world.stdin.as_mut(), plan.max_size),
        false => open_torrent(path, plan.max_size),
    };
    let refused =
        |refusal: Refusal| Failure::unacceptable(&name, &refusal, refusal.code()).hint_if(refusal.hint());
    let bytes = bytes.map_err(|error| match error {
        ReadError::Io(error) => Failure::of(Exit::LocalIo, &name, io_cause(&error)),
        ReadError::Refused(refusal) => refused(refusal),
    })?;
    let parsed = Metainfo::parse(bytes).map_err(refused)?;
    if plan.strict {
        parsed.refuse_warnings().map_err(refused)?;
    }
    for warning in parsed.warnings {
        world.warn(warning.code(), format!("{name}: {warning}"));
    }
    let names = parsed.metainfo.check_names();
    names.map_err(|why| Failure::unacceptable(&name, why, UnsafeName::CODE))?;
    Ok(parsed.metainfo)
}

fn check(
    plan: &Plan,
    torrent: &Metainfo,
    content: &Content,
    selected: Option<&[bool]>,
    world: &World,
) -> Result<CheckReport, Failure> {
    let is_selected = |piece: PieceIndex| selected.is_none_or(|selected| touches(torrent, piece, selected));
    let surely = match plan.extent {
        Extent::Sample { seed, .. } => first_drawn(torrent, seed, is_selected),
        Extent::All | Extent::Sizes => None,
    };
    let wants = |piece: PieceIndex| match plan.extent {
        Extent::All => is_selected(piece),
        Extent::Sizes => false,
        Extent::Sample { .. } if surely == Some(piece) => true,
        Extent::Sample { percent, seed } => is_drawn(piece, percent, seed) && is_selected(piece),
    };
    let is_all = plan.extent == Extent::All && selected.is_none();
    let total = is_all.then(|| torrent.files().content_length());
    let progress = Progress::start(world, &plan.flags, total);
    let onlooker = Onlooker { progress, interrupt: world.interrupt.clone(), files: torrent.files() };
    let extent = data::Extent {
        wants: &wants,
        fail_fast: plan.fail_fast,
        known: &|_| None,
        file_hashes: true,
        io: plan.io,
    };
    let effort = Effort::start();
    let report = data::check(torrent, content, &extent, job(plan, torrent, &onlooker));
    onlooker.progress.finish();
    if plan.verbose {
        world.note(effort.line(onlooker.progress.bytes(), plan.threads, plan.backend.name()));
    }
    report.map_err(|error| match error {
        HashError::Stopped => {
            world.interrupt.check().err().unwrap_or_else(|| Failure::new(Exit::Interrupted, "stopped"))
        }
        error => Failure::new(Exit::Unacceptable, error.to_string()),
    })
}

fn job<'a>(plan: &Plan, torrent: &Metainfo, watch: &'a dyn Watch) -> HashJob<'a> {
    let wanted = Wanted { sha1: torrent.protocol().has_v1(), merkle: torrent.protocol().has_v2() };
    HashJob { wanted, piece_length: torrent.piece_length(), backend: plan.backend, watch, memory: MEMORY }
}

/// Whether a piece holds bytes of a selected file.
fn touches(torrent: &Metainfo, piece: PieceIndex, selected: &[bool]) -> bool {
    let layout = torrent.layout();
    layout.files_in(layout.piece(piece)).any(|file| selected[file])
}

/// Draws pieces evenly and, for a seed, always the same ones.
fn is_drawn(piece: PieceIndex, percent: f64, seed: u64) -> bool {
    (lot(piece, seed) as f64 / u64::MAX as f64) * 100.0 < percent
}

/// The piece that is drawn before any other, and so by any percentage: a sample of nothing would prove nothing.
fn first_drawn(
    torrent: &Metainfo,
    seed: u64,
    is_selected: impl Fn(PieceIndex) -> bool,
) -> Option<PieceIndex> {
    let mut first: Option<(u64, PieceIndex)> = None;
    for piece in torrent.layout().pieces()? {
        let lot = lot(piece, seed);
        if first.is_none_or(|(least, _)| lot < least) && is_selected(piece) {
            first = Some((lot, piece));
        }
    }
    first.map(|(_, piece)| piece)
}

/// A number by chance for each piece (the mixing steps are those of SplitMix64).
fn lot(piece: PieceIndex, seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add((u64::from(piece) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// 0 if all that was asked for is proven; where less than all was to be read, if nothing wrong was found.
fn exit_of(plan: &Plan, verified: &Verified<'_>) -> Exit {
    let is_partial = plan.extent != Extent::All;
    let answer = |file: &FileReport| match file.state {
        State::Ok => Exit::Yes,
        State::Unproven if is_partial && file.bad.is_empty() => Exit::Yes,
        State::Unreadable => Exit::LocalIo,
        State::Changed => Exit::Changed,
        _ => Exit::No,
    };
    verified.files().map(|(_, file)| answer(file)).max().unwrap_or(Exit::Yes)
}

/// Shows progress and hears Ctrl-C.
struct Onlooker<'a> {
    progress: Progress,
    interrupt: Interrupt,
    files: &'a FileList,
}

impl Watch for Onlooker<'_> {
    fn advance(&self, bytes: u64) {
        self.progress.advance(bytes);
    }

    fn file(&self, index: usize) {
        self.progress.file(&self.files.get(index).path.joined());
    }

    fn stop(&self) -> bool {
        self.interrupt.raised().is_some()
    }
}
