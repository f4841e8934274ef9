//! Pad files that only their names show: what they hold nobody has, so a piece with them in it proves nothing against its files.

use piece_hash::{Backend, Sha1};
use test_kit::{Folder, bytes, dict, int, list};

use crate::{run, states};

const PIECE: usize = 16384;
/// Of the content of `a`, in the piece that it shares with the padding: 20,000 times `A`.
const MD5_A: &str = "0af181fb57f1eefb62b74081bbddb155";

/// `a` of 20,000 bytes, padding up to the next piece that holds `filler`, and `b` of 5 bytes.
fn torrent(filler: u8, attr: bool, md5: bool) -> Folder {
    let folder = Folder::new("");
    let (a, b) = (vec![b'A'; 20_000], vec![b'B'; 5]);
    let padding = vec![filler; 2 * PIECE - a.len()];
    let mut first = vec![("length", int(20_000)), ("path", list([bytes("a")]))];
    first.extend(md5.then(|| ("md5sum", bytes(MD5_A))));
    first.sort();
    let mut pad =
        vec![("length", int(padding.len() as i64)), ("path", list([bytes("_____padding_file_0_")]))];
    pad.extend(attr.then(|| ("attr", bytes("p"))));
    pad.sort();
    let last = dict([("length", int(5)), ("path", list([bytes("b")]))]);
    let data = [a.clone(), padding, b.clone()].concat();
    let pieces: Vec<u8> =
        data.chunks(PIECE).flat_map(|piece| Backend::best().digest::<Sha1>(piece)).collect();
    let info = [
        ("files", list([dict(first), dict(pad), last])),
        ("name", bytes("d")),
        ("piece length", int(PIECE as i64)),
        ("pieces", bytes(pieces)),
    ];
    folder.write("t", dict([("info", dict(info))]));
    folder.write("d/a", a);
    folder.write("d/b", b);
    folder
}

#[test]
fn padding_by_name_alone_is_a_suspect_too() {
    let shared = "3616";
    for (filler, attr, md5, hit, expected) in [
        // Others wrote something there: `a` is intact, but nothing proves it.
        (b'P', false, false, None, format!("a suspect 16384+{shared}")),
        // Nor does anything say whose the wrong byte is, if they wrote zeros.
        (0, false, false, None, "a ok".to_owned()),
        (0, false, false, Some(19_999), format!("a suspect 16384+{shared}")),
        // A piece of its own, and its own hash, say it.
        (0, false, false, Some(0), "a damaged 0+16384".to_owned()),
        (b'P', false, false, Some(0), "a damaged 0+20000".to_owned()),
        (b'P', false, true, None, "a ok".to_owned()),
        (b'P', false, true, Some(19_999), format!("a damaged 16384+{shared}")),
        // By BEP 47 it is zeros.
        (b'P', true, false, None, format!("a damaged 16384+{shared}")),
        (0, true, false, Some(19_999), format!("a damaged 16384+{shared}")),
    ] {
        let folder = torrent(filler, attr, md5);
        if let Some(at) = hit {
            let mut content = folder.read("d/a");
            content[at] ^= 1;
            folder.write("d/a", content);
        }
        let found = states(&run(&folder, "t --json"));
        assert_eq!(found, [expected, "b ok".to_owned()], "{filler} {attr} {md5} {hit:?}");
    }
}
