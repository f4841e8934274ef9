//! What is printed. For people here, for programs in `record`.

mod differences;
mod record;
mod summary;
mod tree;

use std::io::{self, Write};

use cli_kit::{Exit, Failure, Terminator, Tone, World, escape, hex};
use torrent_core::lint::{Finding, Severity};
use torrent_core::magnet::{Magnet, Peer};

pub(crate) use self::differences::differences;
use self::record::{CheckRecord, MagnetRecord, TorrentRecord};
use crate::field::Field;
use crate::fields::Values;
use crate::plan::{Input, Mode, Plan};
use crate::subject::{Subject, Torrent};

/// Says what a torrent or magnet link is. `is_next` puts a blank line before what people read.
pub(crate) fn subject(
    plan: &Plan,
    input: &Input,
    subject: &Subject,
    is_next: bool,
    world: &mut World,
) -> Result<(), Failure> {
    warn(plan, input, subject, world);
    match &plan.mode {
        Mode::Print { fields, terminator } => {
            return world.write(|out| print(fields, *terminator, subject, out));
        }
        Mode::Magnet { peers, select } => return magnet(plan, input, subject, peers, select, world),
        _ if plan.json => return json(plan, input, subject, world),
        _ if is_next => world.print("\n")?,
        _ => {}
    }
    let columns = world.columns();
    match (&plan.mode, subject) {
        (Mode::Files, Subject::Torrent(torrent)) => world.write(|out| tree::tree(torrent, out)),
        (Mode::Pieces, Subject::Torrent(torrent)) => world.write(|out| pieces(torrent, out)),
        (Mode::Files | Mode::Pieces, Subject::Link(_)) => {
            let cause = "a magnet link does not say what the files are";
            Err(Failure::of(Exit::Unacceptable, input.name(), cause))
        }
        (_, Subject::Torrent(torrent)) => world.print(summary::of_torrent(torrent, columns)),
        (_, Subject::Link(link)) => world.print(summary::of_link(link, columns)),
    }
}

/// Says the warnings beside the result, unless the person who reads it sees them there.
fn warn(plan: &Plan, input: &Input, subject: &Subject, world: &World) {
    let is_seen = matches!(plan.mode, Mode::Summary) && !plan.json;
    if !(is_seen && world.stdout_is_terminal && world.stderr_is_terminal) {
        for (code, message) in subject.warnings() {
            world.warn(code, format!("{}: {message}", input.name()));
        }
    }
}

fn json(plan: &Plan, input: &Input, subject: &Subject, world: &mut World) -> Result<(), Failure> {
    match subject {
        Subject::Torrent(torrent) => world.print_json(&TorrentRecord::new(input, torrent, plan.mask())),
        Subject::Link(link) => world.print_json(&MagnetRecord::new(&link.magnet, subject.warnings())),
    }
}

/// The values of fields, one after the other.
fn print(fields: &[Field], terminator: Terminator, subject: &Subject, out: &mut dyn Write) -> io::Result<()> {
    fields.iter().try_for_each(|field| match field.of(subject) {
        Values::One(one) => terminator.write(&one, out),
        Values::List(list) => list.iter().try_for_each(|item| terminator.write(item, out)),
    })
}

fn magnet(
    plan: &Plan,
    input: &Input,
    subject: &Subject,
    peers: &[Peer],
    select: &[(u32, u32)],
    world: &mut World,
) -> Result<(), Failure> {
    let known = match subject {
        Subject::Torrent(torrent) => torrent.magnet(),
        Subject::Link(link) => &link.magnet,
    };
    if let Subject::Torrent(torrent) = subject {
        let files = torrent.metainfo().files().len();
        if let Some((_, last)) = select.iter().find(|(_, last)| *last as usize >= files) {
            let cause = format!("there is no file {last}: it has {files}, the first of them 0");
            return Err(Failure::of(Exit::Usage, input.name(), cause));
        }
    }
    let mut magnet: Magnet = known.clone();
    magnet.peers.extend_from_slice(peers);
    magnet.select.extend_from_slice(select);
    if plan.json {
        world.print_json(&MagnetRecord::new(&magnet, subject.warnings()))
    } else {
        world.print(format!("{magnet}\n"))
    }
}

/// The hashes of all pieces: v1 by index, v2 by file.
fn pieces(torrent: &Torrent, out: &mut dyn Write) -> io::Result<()> {
    let metainfo = torrent.metainfo();
    for (index, hash) in metainfo.pieces().iter().enumerate() {
        writeln!(out, "{index:>8}  {}", hex(hash))?;
    }
    for file in metainfo.files().iter() {
        let Some(root) = file.root else { continue };
        writeln!(out, "{}\n    root  {}", escape(&torrent.masked_path(file.path)), hex(&root))?;
        // Counted with 64 bits: a torrent that is looked at may have more pieces than peers could be asked for.
        let first = file.offset / metainfo.piece_length();
        for (piece, hash) in (first..).zip(metainfo.piece_layer(file.index).unwrap_or_default()) {
            writeln!(out, "{piece:>8}  {}", hex(hash))?;
        }
    }
    Ok(())
}

/// One finding a line. An error among them is the answer no.
pub(crate) fn findings(
    plan: &Plan,
    input: &Input,
    findings: &[Finding],
    world: &mut World,
) -> Result<Exit, Failure> {
    if plan.json {
        world.print_json(&CheckRecord::new(input, findings))?;
    } else {
        for finding in findings {
            let code = world.toned(tone(finding.severity()), finding.code);
            let message = escape(finding.message.as_bytes());
            world.print(format!("{}: {code}: {message}\n", input.name()))?;
        }
    }
    let is_strict = |finding: &Finding| plan.strict && finding.severity() == Severity::Warning;
    let is_error = |finding: &Finding| finding.severity() == Severity::Error || is_strict(finding);
    Ok(if findings.iter().any(is_error) { Exit::No } else { Exit::Yes })
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Info => Tone::Hint,
        Severity::Warning => Tone::Doubtful,
        Severity::Error => Tone::Bad,
    }
}
