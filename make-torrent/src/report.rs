//! What is printed: results on standard output, talk on standard error.

mod record;
mod said;

use std::path::Path;

use cli_kit::{Exit, Failure, World, escape, escape_path, hex, io_cause, show_size};
use rustix::io::Errno;
use serde::Serialize;
use torrent_core::bencode::Value;
use torrent_core::data::{
    Note, PortabilityWarning, PortabilityWarningKind, Problem, ProblemKind, Scanned, Selection,
    portability_warnings,
};
use torrent_core::files::FileList;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::{Draft, Metainfo, Protocol, Unreachable};

use self::record::Record;
use crate::plan::Plan;
use crate::torrent::{Output, Torrent};

/// Says what the scan noticed. A failure if that rules out a torrent.
pub(crate) fn scanned(
    plan: &Plan,
    torrent: &Torrent,
    scanned: &Scanned,
    world: &World,
) -> Result<(), Failure> {
    scanned.notes.iter().for_each(|note| world.note(note_text(note)));
    note_torrents(torrent, &scanned.files, world);
    let (skipped, fatal): (Vec<_>, Vec<_>) =
        scanned.problems.iter().partition(|problem| plan.skip_unreadable && is_skippable(&problem.kind));
    for problem in skipped {
        world.note(format!("{}, so it is left out", problem_text(problem)));
    }
    let Some((last, others)) = fatal.split_last() else { return Ok(()) };
    let failures: Vec<Failure> = others.iter().map(|problem| problem_failure(problem)).collect();
    failures.iter().for_each(|failure| world.fail(failure));
    let worst = failures.iter().map(|failure| failure.exit).max().unwrap_or(Exit::Yes);
    let last = problem_failure(last);
    let exit = last.exit.max(worst);
    let failure = Failure { exit, ..last };
    Err(match fatal.iter().find_map(|problem| way_out(&problem.kind)) {
        Some(hint) => failure.hint(hint),
        None => failure,
    })
}

/// Outputs of earlier runs among the files are seldom meant.
fn note_torrents(torrent: &Torrent, files: &FileList, world: &World) {
    let mut torrents = files.iter().map(|file| file.path.joined()).filter(|path| path.ends_with(b".torrent"));
    let Some(first) = torrents.next() else { return };
    let out = "`--exclude '*.torrent'` leaves such files out";
    let said = match torrents.count() {
        _ if torrent.content.is_single_file() => "is a .torrent itself".to_owned(),
        0 => format!("goes in; {out}"),
        more => format!("and {more} more .torrent files go in; {out}"),
    };
    world.note(format!("{}: {said}", escape(&first)));
}

fn note_text(note: &Note) -> String {
    match note {
        Note::Outside(path) => {
            format!("{}: leads out of the folder; its target is included", escape_path(path))
        }
        Note::Output(path) => format!("{}: is left out, because the torrent goes there", escape_path(path)),
        Note::Scratch(path) => {
            format!("{}: is left out: unfinished output of another run", escape_path(path))
        }
        Note::IgnoreFile(error) => escape(error.as_bytes()).into_owned(),
    }
}

fn problem_text(problem: &Problem) -> String {
    let cause = match &problem.kind {
        ProblemKind::Unreadable(error) => io_cause(error),
        kind => kind.to_string(),
    };
    format!("{}: {cause}", escape_path(&problem.path))
}

fn problem_failure(problem: &Problem) -> Failure {
    let exit = match problem.kind {
        ProblemKind::LinkRefused | ProblemKind::LinkOutside | ProblemKind::TooDeep | ProblemKind::PadName => {
            Exit::Unacceptable
        }
        _ => Exit::LocalIo,
    };
    Failure::new(exit, problem_text(problem))
}

fn is_skippable(kind: &ProblemKind) -> bool {
    way_out(kind) == Some(SKIP)
}

const SKIP: &str = "`--skip-unreadable` goes on without what cannot be read";

fn way_out(kind: &ProblemKind) -> Option<&'static str> {
    match kind {
        ProblemKind::NotUtf8 => Some("`--raw-names` takes names that are not UTF-8"),
        ProblemKind::PadName => Some("`--exclude '*_____padding_file_*'` leaves padding out"),
        ProblemKind::LinkOutside | ProblemKind::LinkRefused => {
            Some("`--symlinks follow` takes what links lead to")
        }
        // What the machine lacks at the moment says nothing of the file.
        ProblemKind::Unreadable(error)
            if matches!(Errno::from_io_error(error), Some(Errno::NOMEM | Errno::NFILE | Errno::MFILE)) =>
        {
            None
        }
        ProblemKind::TooDeep => None,
        _ => Some(SKIP),
    }
}

pub(crate) fn out_of_bounds(least: Unreachable) -> Failure {
    let cause = match least.torrent_size {
        u64::MAX => format!("there are at least {} pieces, with the largest piece length", least.pieces),
        size => format!("the .torrent has at least {size} bytes, with the largest piece length"),
    };
    Failure::usage(cause).hint("`--max-pieces` and `--max-torrent-size` ask for less")
}

/// Says which globs matched nothing: what they were to leave out may be in the torrent. That is no talk that `--quiet` silences.
pub(crate) fn idle_globs(selection: &Selection, world: &World) {
    let say = |option: &str, glob: &str| {
        let text = escape(glob.as_bytes());
        let failure = Failure::new(Exit::Yes, format!("`{option} {text}`: matches nothing"));
        world.fail(&Failure { hint: glob_hint(option, glob), ..failure });
    };
    selection.idle_excludes().for_each(|glob| say("--exclude", glob));
    selection.idle_includes().for_each(|glob| say("--include", glob));
}

/// What may be wrong with a glob that matched nothing.
fn glob_hint(option: &str, glob: &str) -> Option<String> {
    if glob.contains(',') && !glob.contains('{') {
        return Some(format!("a comma is a character like any other: repeat `{option}` for each glob"));
    }
    // A bracket after a backslash is literal.
    if glob.replace("\\[", "").contains('[') {
        let literal = escape(glob.replace('[', "[[]").as_bytes()).into_owned();
        return Some(format!("`[…]` stands for one of several characters: for a bracket write `{literal}`"));
    }
    let plain = plain(glob);
    if plain != glob.trim_end_matches('/') {
        return Some(format!(
            "paths have no `//`, `.` or `..` in them: `{}`, perhaps",
            escape(plain.as_bytes())
        ));
    }
    (glob.contains('/') && !glob.starts_with(['/', '.']))
        .then(|| "with a `/` in it, it must match a whole path, below PATH or from here".to_owned())
}

/// A path that leads to the same place without detours; its start is as it was.
fn plain(glob: &str) -> String {
    let (start, rest) = glob.split_at(glob.len() - glob.trim_start_matches(['/', '.']).len());
    let mut names: Vec<&str> = Vec::new();
    for name in rest.split('/') {
        match name {
            "" | "." => {}
            ".." if !names.is_empty() => drop(names.pop()),
            name => names.push(name),
        }
    }
    format!("{start}{}", names.join("/"))
}

/// Names that are trouble on other systems, and padding beyond measure.
pub(crate) struct Warnings(Vec<Warning>);

#[derive(Serialize)]
struct Warning {
    code: &'static str,
    message: String,
}

impl Warnings {
    /// Says them, or refuses with `--portable`.
    pub(crate) fn of(
        torrent: &Torrent,
        files: &FileList,
        plan: &Plan,
        world: &World,
    ) -> Result<Self, Failure> {
        let (mut warnings, mut more): (Vec<Warning>, u64) = (Vec::new(), 0);
        portability_warnings(&torrent.name, files, |warning| match warnings.len() {
            MOST_WARNINGS => more += 1,
            _ => warnings.push(portability(warning, torrent, files)),
        });
        warnings.extend(one_file_folder(torrent, files, plan));
        for warning in &warnings {
            match plan.portable {
                true => world.fail(&Failure::new(
                    Exit::Unacceptable,
                    format!("{} [{}]", warning.message, warning.code),
                )),
                false => world.warn(warning.code, &warning.message),
            }
        }
        if more > 0 {
            world.note(format!("and {more} more names like these"));
        }
        if plan.portable && !warnings.is_empty() {
            let cause = "some names are not portable";
            return Err(Failure::new(Exit::Unacceptable, cause)
                .hint("without `--portable` they are taken as they are"));
        }
        Ok(Self(warnings))
    }
}

fn portability(warning: PortabilityWarning, torrent: &Torrent, files: &FileList) -> Warning {
    let kind = warning.kind;
    let cause = match kind {
        PortabilityWarningKind::CaseTwin(twin) | PortabilityWarningKind::UnicodeTwin(twin) => {
            format!("{kind}: `{}`", escape(&twin.path(files)))
        }
        _ => kind.to_string(),
    };
    let path = warning.place.map_or_else(|| torrent.name.clone(), |place| place.path(files));
    Warning { code: warning.code(), message: format!("{}: {cause}", escape(&path)) }
}

/// BEP 52 has no way to say that one file at the top lies in a folder. A hybrid's v1 half says it.
fn one_file_folder(torrent: &Torrent, files: &FileList, plan: &Plan) -> Option<Warning> {
    let name = |components: Vec<&[u8]>| components.len() == 1 && components[0] != torrent.name;
    let is_one = files.len() == 1 && name(files.get(0).path.components().collect());
    (plan.protocol == Protocol::V2 && is_one && !torrent.content.is_single_file()).then(|| Warning {
        code: "I-folder-of-one",
        message: "clients may take a v2 folder with one file for the file alone".to_owned(),
    })
}

/// Nobody reads more of the same kind.
const MOST_WARNINGS: usize = 100;

/// What became of a torrent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    Made,
    /// It was there and is still right.
    Kept,
}

/// With `--skip-existing`: the torrent that is there is not the one that would be made.
pub(crate) fn stale(torrent: &Torrent) -> Failure {
    let place = match &torrent.output {
        Output::File(path) => escape_path(path),
        Output::Stdout => "stdout".into(),
    };
    let failure = Failure::of(Exit::No, place, "exists already, but the files or options are others now");
    failure.hint("`--update` makes it anew")
}

/// The torrent is in its place: says where, and its hashes.
pub(crate) fn made(
    plan: &Plan,
    torrent: &Torrent,
    metainfo: &Metainfo,
    warnings: &Warnings,
    fate: Fate,
    world: &mut World,
) -> Result<(), Failure> {
    if fate == Fate::Kept
        && let Output::File(path) = &torrent.output
    {
        world.note(format!("{}: is still right, and left as it is", escape_path(path)));
    }
    if plan.flags.json {
        let record = Record::of_made(torrent, metainfo, warnings, fate);
        return world.print_json(&record);
    }
    let mut text = match &torrent.output {
        Output::File(path) => path_line(path, world),
        Output::Stdout => Vec::new(),
    };
    if !plan.flags.quiet {
        text.extend_from_slice(hash_lines(metainfo).as_bytes());
    }
    if plan.magnet {
        text.extend_from_slice(format!("{}\n", Magnet::of(metainfo)).as_bytes());
    }
    if plan.explain {
        text.extend_from_slice(explanation(metainfo).as_bytes());
    }
    match torrent.output {
        Output::File(_) => world.print(&text),
        // Standard output holds the torrent, so the talk goes beside it.
        Output::Stdout => {
            String::from_utf8_lossy(&text).lines().for_each(|line| world.note(line));
            Ok(())
        }
    }
}

fn path_line(path: &Path, world: &World) -> Vec<u8> {
    [world.shown_path(path).as_slice(), b"\n"].concat()
}

fn hash_lines(metainfo: &Metainfo) -> String {
    let v1 = metainfo.info_hash_v1().map(|hash| format!("info hash v1: {}\n", hex(&hash)));
    let v2 = metainfo.info_hash_v2().map(|hash| format!("info hash v2: {}\n", hex(&hash)));
    v1.into_iter().chain(v2).collect()
}

fn explanation(metainfo: &Metainfo) -> String {
    let files = metainfo.files();
    let keys = Value::first(metainfo.raw_info()).and_then(Value::as_dict);
    let mut text = "inside the info hash:\n".to_owned();
    for (key, value) in keys.into_iter().flatten() {
        let said = match key {
            b"files" | b"file tree" => format!("{} files: path, length and order", files.len()),
            b"pieces" => format!("{} piece hashes", metainfo.pieces().len()),
            _ => value_text(value),
        };
        text.push_str(&format!("  {}: {said}\n", escape(key)));
    }
    text.push_str(
        "not in it: trackers, seeds, nodes, comment, date, creator; times, owners and permissions of files\n",
    );
    text
}

fn value_text(value: Value<'_>) -> String {
    let bytes = value.as_bytes().map(|bytes| escape(bytes).into_owned());
    bytes
        .or_else(|| value.as_i64().map(|int| int.to_string()))
        .unwrap_or_else(|| escape(value.raw()).into_owned())
}

/// What would be made.
pub(crate) fn dry_run(
    plan: &Plan,
    torrent: &Torrent,
    draft: &Draft,
    warnings: &Warnings,
    world: &mut World,
) -> Result<(), Failure> {
    if plan.flags.json {
        return world.print_json(&Record::of_draft(torrent, draft, warnings));
    }
    if plan.flags.quiet {
        return match &torrent.output {
            Output::File(path) => world.print(path_line(path, world)),
            Output::Stdout => Ok(()),
        };
    }
    for file in draft.files.iter() {
        world.print(format!("{:>14}  {}\n", file.length, escape(&file.path.joined())))?;
    }
    let layout = draft.layout();
    let padding = layout.length() - draft.files.content_length();
    let mut lines = vec![
        format!("{} files, {}", draft.files.len(), show_size(draft.files.content_length())),
        format!("{} pieces of {}", layout.piece_count(), show_size(draft.piece_length)),
    ];
    if padding > 0 && draft.protocol.has_v1() {
        lines.push(format!("{} of padding", show_size(padding)));
    }
    lines.push(format!("{} of .torrent", show_size(draft.size())));
    world.print(format!("{}\n", lines.join("\n")))
}
