//! The .torrent of an offer, with this server as a tracker and as a web seed.

use std::collections::BTreeMap;
use std::sync::Arc;

use publish::passkeys::is_secret;
use torrent_core::bencode::Writer;
use torrent_core::metainfo::{Metainfo, outer_of};

use super::reply::{Body, Part, Reply};
use super::{Links, Listing};
use crate::http::{Answer, Status};

/// The .torrent: its info dictionary and what stands beside it, but with our tracker and web seed before its own, and without URLs that
/// hold somebody's passkey.
pub fn torrent_file(metainfo: &Arc<Metainfo>, offer: &Listing, links: &Links) -> Reply {
    let parts = parts(metainfo, offer, links);
    let length = parts.iter().map(|part| part.bytes().len() as u64).sum();
    let answer = Answer::new(Status::Ok, ::feed::TORRENT_TYPE, length).with("Cache-Control", "no-cache");
    Reply { answer, body: Body::Torrent(parts) }
}

fn parts(metainfo: &Arc<Metainfo>, offer: &Listing, links: &Links) -> Vec<Part> {
    let advisory = metainfo.advisory();
    let with_ours = |ours: Option<String>, theirs: &mut dyn Iterator<Item = &Vec<u8>>| {
        let mut urls: Vec<Vec<u8>> = ours.into_iter().map(String::into_bytes).collect();
        urls.extend(theirs.filter(|url| !is_secret(url)).cloned());
        urls
    };
    let trackers = with_ours(links.tracker_of(offer), &mut advisory.trackers.iter().flatten());
    let web_seeds = with_ours(Some(links.web_seed(offer)), &mut advisory.web_seeds.iter());
    let ours = outer_of(&trackers, &web_seeds);
    let theirs = metainfo.root_entries().filter(|(key, _)| !OURS.contains(key));
    let mut values: BTreeMap<&[u8], Option<&[u8]>> = theirs.map(|(key, _)| (key, None)).collect();
    values.extend(ours.iter().map(|(key, value)| (&key[..], Some(&value[..]))));
    write(metainfo, values)
}

/// A dictionary with these values; those that are not given are the torrent's own.
fn write(metainfo: &Arc<Metainfo>, values: BTreeMap<&[u8], Option<&[u8]>>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut own = b"d".to_vec();
    for (key, value) in values {
        Writer::new(&mut own).bytes(key);
        match value {
            Some(value) => own.extend_from_slice(value),
            None => {
                parts.push(Part::Own(std::mem::take(&mut own)));
                parts.push(match key {
                    b"info" => Part::Info(Arc::clone(metainfo)),
                    key => Part::Value(Arc::clone(metainfo), key.to_vec()),
                });
            }
        }
    }
    own.push(b'e');
    parts.push(Part::Own(own));
    parts
}

/// The keys that are written anew.
const OURS: [&[u8]; 3] = [b"announce", b"announce-list", b"url-list"];
