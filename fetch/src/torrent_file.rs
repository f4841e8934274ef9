//! `--print-torrent`: the metadata as a .torrent.

use cli_kit::{Exit, Failure, World};
use swarm_net::Source;
use torrent_core::bencode::Writer;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::Metainfo;

use crate::jobs::metadata;
use crate::plan::Plan;
use crate::run::{end, say_why, teller};
use crate::source::Opened;

/// Gets the metadata and prints it.
pub(crate) fn print_torrent(plan: &Plan, opened: Vec<Opened>, world: &mut World) -> Result<Exit, Failure> {
    let interrupt = world.interrupt.clone();
    let mut teller = teller(plan, &opened, world);
    let mut exit = Exit::Yes;
    let outcomes = metadata(plan, &opened, &mut teller, &interrupt);
    for (index, (source, outcome)) in opened.iter().zip(outcomes).enumerate() {
        match outcome {
            Ok(metainfo) => {
                if lacks_layers(&metainfo) {
                    let text = "the torrent has no piece layers: links do not give them";
                    teller.world.note(format!("{}: {text}", source.name));
                }
                teller.world.print(torrent_of(&metainfo, &source.source))?;
            }
            Err(why) => exit = exit.max(say_why(index, source, &why, &mut teller)),
        }
    }
    end(teller, &interrupt, exit)
}

/// Whether v2 clients have to ask peers for hashes of pieces (BEP 52, `piece layers`).
fn lacks_layers(metainfo: &Metainfo) -> bool {
    let mut long = metainfo.files().iter().filter(|file| file.length > metainfo.piece_length());
    metainfo.protocol().has_v2() && long.any(|file| metainfo.piece_layer(file.index).is_none())
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
    if !magnet.web_seeds.is_empty() {
        writer.bytes(b"url-list");
        writer.list();
        magnet.web_seeds.iter().for_each(|url| writer.bytes(url));
        writer.end();
    }
    writer.end();
    bytes
}
