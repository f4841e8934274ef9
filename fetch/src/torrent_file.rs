//! `--print-torrent`: the metadata as a .torrent.

use cli_kit::{Exit, Failure, Interrupt};
use swarm_net::{Goal, Source};
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::{Metainfo, outer_of, torrent_around};

use crate::jobs::metadata;
use crate::plan::Plan;
use crate::report::Reporter;
use crate::source::Opened;

/// Gets the metadata and prints it.
pub(crate) fn print_torrent(
    plan: &Plan,
    opened: &[Opened],
    reporter: &mut Reporter<'_>,
    interrupt: &Interrupt,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Yes;
    let outcomes = metadata(plan, Goal::Torrent, opened, reporter, interrupt);
    for (source, outcome) in opened.iter().zip(outcomes) {
        match outcome {
            Ok(metainfo) => {
                if metainfo.lacks_layers() {
                    let text = "the torrent lacks piece layers, which nobody gave";
                    reporter.world.note(format!("{}: {text}", source.name));
                }
                reporter.world.print(torrent_of(&metainfo, &source.source))?;
            }
            Err(why) => exit = exit.max(reporter.fell_short(source, &why, interrupt)),
        }
    }
    Ok(exit)
}

/// The .torrent: as it came, or made of what the link says and the peers gave.
fn torrent_of(metainfo: &Metainfo, source: &Source) -> Vec<u8> {
    match source {
        Source::Torrent(metainfo) => metainfo.bytes().to_vec(),
        Source::Magnet(magnet) => from_link(metainfo, magnet),
    }
}

fn from_link(metainfo: &Metainfo, magnet: &Magnet) -> Vec<u8> {
    let outer = outer_of(&magnet.trackers, &magnet.web_seeds);
    torrent_around(metainfo.raw_info().to_vec(), &outer, metainfo.piece_layers().as_ref())
}
