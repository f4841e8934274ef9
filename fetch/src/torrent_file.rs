//! `--print-torrent`: the metadata as a .torrent.

use std::collections::BTreeMap;

use cli_kit::{Exit, Failure, Interrupt};
use piece_hash::Sha256Digest;
use swarm_net::{Goal, Source};
use torrent_core::bencode::Writer;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::{Metainfo, write_piece_layers};

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
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes);
    writer.dict();
    if let Some(first) = magnet.trackers.first() {
        writer.bytes(b"announce");
        writer.bytes(first);
    }
    if magnet.trackers.len() > 1 {
        writer.bytes(b"announce-list");
        writer.list();
        for url in &magnet.trackers {
            writer.list();
            writer.bytes(url);
            writer.end();
        }
        writer.end();
    }
    writer.bytes(b"info");
    writer.raw(metainfo.raw_info());
    // Without files of several pieces it is empty, but must be there (BEP 52, "metainfo files").
    if metainfo.protocol().has_v2() && !metainfo.lacks_layers() {
        write_piece_layers(&mut writer, &layers_of(metainfo));
    }
    if !magnet.web_seeds.is_empty() {
        writer.bytes(b"url-list");
        writer.list();
        magnet.web_seeds.iter().for_each(|url| writer.bytes(url));
        writer.end();
    }
    writer.end();
    bytes
}

/// The piece layers by the roots of their files (BEP 52); files of the same content share one.
fn layers_of(metainfo: &Metainfo) -> BTreeMap<Sha256Digest, &[Sha256Digest]> {
    let files = metainfo.files().iter();
    files.filter_map(|file| Some((file.root?, metainfo.piece_layer(file.index)?))).collect()
}
