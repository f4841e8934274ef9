//! Puts a .torrent together: what stands around an info dictionary, in the order of its keys (BEP 3, 12, 19, 52). The info dictionary
//! itself is a [`Draft`](super::Draft)'s, or the bytes that somebody else made.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use piece_hash::Sha256Digest;

use super::Metainfo;
use crate::bencode::{Sink, Writer};

/// Keys with values that are bencode already.
pub type Fields = BTreeMap<Vec<u8>, Vec<u8>>;

/// The .torrent of an info dictionary, with `outer` beside it and `piece layers` if there are some. The dictionary may be long, so it is
/// not copied: the rest is put around it.
pub fn torrent_around<L: AsRef<[Sha256Digest]>>(
    info: Vec<u8>,
    outer: &Fields,
    layers: Option<&BTreeMap<Sha256Digest, L>>,
) -> Vec<u8> {
    let (mut front, mut back) = (Vec::new(), Vec::new());
    write_front(&mut Writer::new(&mut front), outer);
    let layers = layers.map(|layers| |out: &mut Writer<'_, Vec<u8>>| write_layers(out, layers));
    write_back(&mut Writer::new(&mut back), outer, layers);
    let mut torrent = info;
    torrent.splice(..0, front);
    torrent.extend_from_slice(&back);
    torrent
}

/// The keys by which a .torrent names trackers, each in a tier of its own, and web seeds.
pub fn outer_of(trackers: &[Vec<u8>], web_seeds: &[Vec<u8>]) -> Fields {
    let mut outer = Fields::new();
    let mut put = |key: &[u8], write: &dyn Fn(&mut Writer<'_, Vec<u8>>)| {
        let mut value = Vec::new();
        write(&mut Writer::new(&mut value));
        outer.insert(key.to_vec(), value);
    };
    if let Some(first) = trackers.first() {
        put(b"announce", &|out| out.bytes(first));
    }
    if trackers.len() > 1 {
        put(b"announce-list", &|out| {
            out.list();
            trackers.iter().for_each(|url| write_list(out, std::slice::from_ref(url)));
            out.end();
        });
    }
    if !web_seeds.is_empty() {
        put(b"url-list", &|out| write_list(out, web_seeds));
    }
    outer
}

impl Metainfo {
    /// The piece layers by the roots of their files (BEP 52); files of the same content share one. `None` if there is no v2 half, or if
    /// it lacks some; empty if all files are of one piece, and then the key must be there all the same ("metainfo files").
    pub fn piece_layers(&self) -> Option<BTreeMap<Sha256Digest, &[Sha256Digest]>> {
        let layer = |file: usize| Some((self.files().get(file).root?, self.piece_layer(file)?));
        let is_whole = self.protocol().has_v2() && !self.lacks_layers();
        is_whole.then(|| (0..self.files().len()).filter_map(layer).collect())
    }
}

/// All up to the value of `info`.
pub(super) fn write_front<S: Sink>(out: &mut Writer<'_, S>, outer: &Fields) {
    out.dict();
    let before = outer.range::<[u8], _>((Unbounded, Excluded(INFO)));
    before.for_each(|(key, value)| write_field(out, key, value));
    out.bytes(INFO);
}

/// All from behind the value of `info` on. What `layers` writes is the value of `piece layers`.
pub(super) fn write_back<S: Sink>(
    out: &mut Writer<'_, S>,
    outer: &Fields,
    layers: Option<impl FnOnce(&mut Writer<'_, S>)>,
) {
    let mut rest = INFO;
    if let Some(layers) = layers {
        let between = outer.range::<[u8], _>((Excluded(INFO), Excluded(LAYERS)));
        between.for_each(|(key, value)| write_field(out, key, value));
        out.bytes(LAYERS);
        layers(out);
        rest = LAYERS;
    }
    let behind = outer.range::<[u8], _>((Excluded(rest), Unbounded));
    behind.for_each(|(key, value)| write_field(out, key, value));
    out.end();
}

/// The hashes of the pieces of each file that has more than one, by its root.
pub(super) fn write_layers<S: Sink, L: AsRef<[Sha256Digest]>>(
    out: &mut Writer<'_, S>,
    layers: &BTreeMap<Sha256Digest, L>,
) {
    out.dict();
    for (root, layer) in layers {
        out.bytes(root);
        out.bytes(layer.as_ref().as_flattened());
    }
    out.end();
}

fn write_field<S: Sink>(out: &mut Writer<'_, S>, key: &[u8], value: &[u8]) {
    out.bytes(key);
    out.raw(value);
}

fn write_list<S: Sink>(out: &mut Writer<'_, S>, texts: &[Vec<u8>]) {
    out.list();
    texts.iter().for_each(|text| out.bytes(text));
    out.end();
}

const INFO: &[u8] = b"info";
const LAYERS: &[u8] = b"piece layers";

#[cfg(test)]
mod tests {
    use super::*;

    /// An info dictionary, what stands beside it, and layers.
    #[test]
    fn keys_stand_in_order_around_the_info_dictionary() {
        let outer =
            |keys: &[&str]| keys.iter().map(|key| (key.as_bytes().to_vec(), b"i1e".to_vec())).collect();
        let none = BTreeMap::<Sha256Digest, Vec<Sha256Digest>>::new();
        for (keys, layers, expected) in [
            (&[][..], None, "d4:infodee"),
            (&[], Some(&none), "d4:infode12:piece layersdee"),
            (&["z", "a", "j", "info"], Some(&none), "d1:ai1e4:infode1:ji1e12:piece layersde1:zi1ee"),
            (&["piece layers"], None, "d4:infode12:piece layersi1ee"),
            (&["piece layers"], Some(&none), "d4:infode12:piece layersdee"),
        ] {
            let torrent = torrent_around(b"de".to_vec(), &outer(keys), layers);
            assert_eq!(torrent.escape_ascii().to_string(), expected, "{keys:?}");
        }
    }

    #[test]
    fn trackers_and_web_seeds_are_named_as_few_as_they_are() {
        let urls = |urls: &[&str]| urls.iter().map(|url| url.as_bytes().to_vec()).collect::<Vec<_>>();
        for (trackers, web_seeds, expected) in [
            (&[][..], &[][..], "d4:infodee"),
            (&["t"], &[], "d8:announce1:t4:infodee"),
            (&["t", "u"], &[], "d8:announce1:t13:announce-listll1:tel1:uee4:infodee"),
            (&[], &["w", "x"], "d4:infode8:url-listl1:w1:xee"),
        ] {
            let outer = outer_of(&urls(trackers), &urls(web_seeds));
            let torrent = torrent_around::<Vec<Sha256Digest>>(b"de".to_vec(), &outer, None);
            assert_eq!(torrent.escape_ascii().to_string(), expected);
        }
    }
}
