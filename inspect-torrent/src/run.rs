//! The work: read each input, say what is wanted, let the worst exit code win.

use std::{io, thread};

use cli_kit::{Exit, Failure, World, parse_with};
use rayon::prelude::*;
use torrent_core::bencode::json::{RawFile, from_json};
use torrent_core::data::on_threads;
use torrent_core::lint::{self, Finding};
use torrent_core::metainfo::{Metainfo, Refusal};

use crate::args::Args;
use crate::foreign::foreign;
use crate::habits::HABITS;
use crate::plan::{Input, Mode, Plan};
use crate::subject::{Subject, Trouble, bytes_of};
use crate::{diff, report};

pub(crate) fn run(world: &mut World) -> Result<Exit, Failure> {
    let Some(args) = parse_with::<Args>(HABITS, world)? else { return Ok(Exit::Yes) };
    world.quiet = args.flags.quiet;
    let plan = Plan::new(&args)?;
    match &plan.mode {
        Mode::Explain(code) => explain(code, world),
        Mode::Diff => compare(&plan, world),
        Mode::FromRaw => each(&plan, world, |input, world| from_raw(&plan, input, world)),
        Mode::Raw => each(&plan, world, |input, world| to_raw(&plan, input, world)),
        Mode::Check => each(&plan, world, |input, world| check(&plan, input, world)),
        _ => inspect(&plan, world),
    }
}

/// Reads several inputs at a time and says what they are in their order.
fn inspect(plan: &Plan, world: &mut World) -> Result<Exit, Failure> {
    let (mut exit, mut is_next) = (Exit::Yes, false);
    for batch in plan.inputs.chunks(AT_A_TIME) {
        let subjects: Vec<_> = match batch {
            [only] => vec![Subject::read(plan, only, &mut world.stdin)],
            several => read_all(plan, several, world),
        };
        for (input, subject) in batch.iter().zip(subjects) {
            world.interrupt.check()?;
            match subject {
                Ok(subject) => {
                    report::subject(plan, input, &subject, is_next, world)?;
                    is_next = true;
                }
                Err(trouble) => exit = exit.max(said(&trouble.failure(input), world)),
            }
        }
    }
    Ok(exit)
}

/// Bounds memory: so many torrents are held at once.
const AT_A_TIME: usize = 64;

fn read_all(plan: &Plan, inputs: &[Input], world: &mut World) -> Vec<Result<Subject, Trouble>> {
    let from_stdin = inputs.iter().position(|input| *input == Input::Stdin);
    let from_stdin = from_stdin.map(|at| (at, Subject::read(plan, &inputs[at], &mut world.stdin)));
    let read = |input: &Input| match input {
        // It is read apart, because only one thread can.
        Input::Stdin => Err(Trouble::Unreadable(io::ErrorKind::Other.into())),
        _ => Subject::read(plan, input, &mut io::empty()),
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut subjects: Vec<_> = on_threads(threads, || inputs.par_iter().map(read).collect());
    if let Some((at, subject)) = from_stdin {
        subjects[at] = subject;
    }
    subjects
}

/// One input after the other; a bad one does not stop the rest.
fn each(
    plan: &Plan,
    world: &mut World,
    mut act: impl FnMut(&Input, &mut World) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Yes;
    for input in &plan.inputs {
        world.interrupt.check()?;
        exit = exit.max(act(input, world).unwrap_or_else(|failure| said(&failure, world)));
    }
    Ok(exit)
}

fn said(failure: &Failure, world: &World) -> Exit {
    world.fail(failure);
    failure.exit
}

fn to_raw(plan: &Plan, input: &Input, world: &mut World) -> Result<Exit, Failure> {
    let bytes = bytes_of(input, &mut world.stdin, plan.max_size).map_err(|trouble| trouble.failure(input))?;
    let refused = |error| Trouble::Refused(Refusal::of_scan(&bytes, error)).failure(input);
    let raw = RawFile::new(&bytes, plan.mask()).map_err(refused)?;
    world.print_json(&raw).map(|()| Exit::Yes)
}

fn from_raw(plan: &Plan, input: &Input, world: &mut World) -> Result<Exit, Failure> {
    let bytes = bytes_of(input, &mut world.stdin, plan.max_size).map_err(|trouble| trouble.failure(input))?;
    let refused = |cause: String| Failure::of(Exit::Unacceptable, input.name(), cause);
    if let Some(words) = foreign(&bytes) {
        return Err(refused(format!("not the JSON of `--raw`: {words}")).hint(NOT_RAW));
    }
    let json = String::from_utf8(bytes).map_err(|error| error.to_string());
    let bytes = json.and_then(|json| from_json(&json)).map_err(refused)?;
    if world.stdout_is_terminal {
        return Err(
            Failure::usage("a torrent is not for a terminal").hint("`> x.torrent` writes it to a file")
        );
    }
    world.print(bytes).map(|()| Exit::Yes)
}

const NOT_RAW: &str = "`--from-raw` reads what `--raw` writes";

fn check(plan: &Plan, input: &Input, world: &mut World) -> Result<Exit, Failure> {
    let findings = match Subject::read(plan, input, &mut world.stdin) {
        Ok(Subject::Torrent(torrent)) => lint::check(&torrent.parsed),
        Ok(Subject::Link(link)) => lint::check_link(&link),
        Err(Trouble::Refused(refusal)) => vec![lint::of_refusal(&refusal)],
        Err(trouble) => return Err(trouble.failure(input)),
    };
    report::findings(plan, input, &masked(plan, findings), world)
}

/// Findings quote what they find.
fn masked(plan: &Plan, mut findings: Vec<Finding>) -> Vec<Finding> {
    if let Some(mask) = plan.mask() {
        for finding in &mut findings {
            finding.message = String::from_utf8_lossy(&mask(finding.message.as_bytes())).into_owned();
        }
    }
    findings
}

fn explain(code: &str, world: &mut World) -> Result<Exit, Failure> {
    if code.is_empty() {
        let line = |rule: &lint::Rule| format!("{:<26}  {}\n", rule.code, rule.title);
        return world.print(lint::RULES.iter().map(line).collect::<String>()).map(|()| Exit::Yes);
    }
    let unknown = || {
        let failure = Failure::usage(format!("there is no code `{}`", cli_kit::escape(code.as_bytes())));
        let known = lint::RULES.iter().map(|rule| rule.code);
        let near: Vec<&str> = known.filter(|known| holds(known, code)).take(5).collect();
        match near.is_empty() {
            true => failure.hint("`--explain` alone lists all codes"),
            false => {
                failure.hint(format!("perhaps `{}`; `--explain` alone lists all codes", near.join("`, `")))
            }
        }
    };
    let rule = lint::rule(code).ok_or_else(unknown)?;
    world
        .print(format!("{}: {}\n{}\n\n{}\n", rule.code, rule.title, rule.source, rule.text))
        .map(|()| Exit::Yes)
}

/// Whether a code has the words that were typed.
fn holds(code: &str, typed: &str) -> bool {
    let typed = typed.to_ascii_lowercase();
    let words = ["e-", "w-", "i-"].iter().find_map(|letter| typed.strip_prefix(letter)).unwrap_or(&typed);
    !words.is_empty() && code[2..].contains(words)
}

fn compare(plan: &Plan, world: &mut World) -> Result<Exit, Failure> {
    let mut torrents: Vec<Metainfo> = Vec::new();
    for input in &plan.inputs {
        match Subject::read(plan, input, &mut world.stdin).map_err(|trouble| trouble.failure(input))? {
            Subject::Torrent(torrent) => torrents.push(torrent.parsed.metainfo),
            Subject::Link(_) => return Err(Failure::usage("`--diff` compares torrents, not magnet links")),
        }
    }
    let [a, b] = torrents.as_slice() else { return Err(Failure::usage("`--diff` compares two torrents")) };
    let differences = diff::differences(a, b, plan.redact);
    report::differences(plan, &differences, diff::info(a, b), world)
}
