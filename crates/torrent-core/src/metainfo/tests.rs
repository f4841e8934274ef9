//! What is accepted and what is refused: hand-made torrents here, those that nobody here wrote in `corpora`.

use data_encoding::HEXLOWER;
use proptest::prelude::*;
use serde_json::Value as Json;
use test_kit::{bytes, dict, int, list};

use super::*;

/// The entries of a valid v1 info dictionary of one file, with those in `changes` put in, replaced, or (empty) left out.
fn v1_info(changes: &[(&str, Vec<u8>)]) -> Vec<u8> {
    changed(
        &[("length", int(5)), ("name", bytes("n")), ("piece length", int(16)), ("pieces", bytes([7; 20]))],
        changes,
    )
}

/// The same for v2: one file of one block.
fn v2_info(changes: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let tree = dict([("n", v2_file(5, &[7; 32]))]);
    changed(
        &[("file tree", tree), ("meta version", int(2)), ("name", bytes("n")), ("piece length", int(16384))],
        changes,
    )
}

fn v2_file(length: i64, root: &[u8]) -> Vec<u8> {
    dict([("", dict([("length", int(length)), ("pieces root", bytes(root))]))])
}

fn changed(entries: &[(&str, Vec<u8>)], changes: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut all: BTreeMap<&str, Vec<u8>> = entries.iter().cloned().collect();
    all.extend(changes.iter().cloned());
    dict(all.into_iter().filter(|(_, value)| !value.is_empty()))
}

fn v1(changes: &[(&str, Vec<u8>)]) -> Vec<u8> {
    dict([("info", v1_info(changes))])
}

fn v2(changes: &[(&str, Vec<u8>)]) -> Vec<u8> {
    dict([("info", v2_info(changes)), ("piece layers", nothing())])
}

/// A dictionary without entries.
fn nothing() -> Vec<u8> {
    b"de".to_vec()
}

/// A list without items.
fn no_items() -> Vec<u8> {
    b"le".to_vec()
}

/// Parses and gives the code of the refusal, else the codes of the warnings.
fn verdict(torrent: &[u8]) -> String {
    match Metainfo::parse(torrent.to_vec()) {
        Err(refusal) => refusal.code().to_owned(),
        Ok(parsed) if parsed.warnings.is_empty() => "ok".to_owned(),
        Ok(parsed) => parsed.warnings.iter().map(Warning::code).collect::<Vec<_>>().join(" "),
    }
}

#[track_caller]
fn check(torrent: Vec<u8>, expected: &str) {
    assert_eq!(verdict(&torrent), expected, "{}", torrent.escape_ascii());
}

#[track_caller]
fn check_v1(changes: &[(&str, Vec<u8>)], expected: &str) {
    check(v1(changes), expected);
}

#[track_caller]
fn check_v2(changes: &[(&str, Vec<u8>)], expected: &str) {
    check(v2(changes), expected);
}

#[test]
fn the_outside_of_a_torrent() {
    check(b"".to_vec(), "E-bencode");
    check(b"hello".to_vec(), "E-bencode");
    check(int(1), "E-not-a-dictionary");
    check(dict([("info", int(1))]), "E-no-info");
    check(dict([("inf", v1_info(&[]))]), "E-no-info");
    check(v1(&[]), "ok");
    check([v1(&[]), b"\n".to_vec()].concat(), "W-trailing");
    check(dict([("info", v1_info(&[])), ("announce", bytes("http://t"))]), "W-unsorted");
    check(dict([("info", v1_info(&[])), ("info", v1_info(&[]))]), "E-duplicate-key");
    check(dict([("a", int(1)), ("a", int(2)), ("info", v1_info(&[]))]), "W-duplicate-key");
    check([b"d4:info".to_vec(), v1_info(&[]), b"1:xi007ee".to_vec()].concat(), "W-integer");
    check([b"d04:info".to_vec(), v1_info(&[]), b"e".to_vec()].concat(), "W-string-length");
    check([b"d4:info".to_vec(), v1_info(&[]), b"1:xi99999999999999999999ee".to_vec()].concat(), "E-bencode");
    check([b"d4:info".to_vec(), v1_info(&[]), b"1:xi18446744073709551615ee".to_vec()].concat(), "ok");
    check([b"d4:info".to_vec(), v1_info(&[]), b"2:\xff\xfei1ee".to_vec()].concat(), "ok");
}

#[test]
fn advisory_fields_never_fail_a_torrent() {
    for (key, value) in [
        ("announce", int(1)),
        ("announce-list", bytes("x")),
        ("comment", no_items()),
        ("created by", int(0)),
        ("creation date", bytes("today")),
        ("httpseeds", int(3)),
    ] {
        check(dict([(key, value), ("info", v1_info(&[]))]), "W-advisory");
    }
    check(dict([("creation date", int(1_449_709_200_000)), ("info", v1_info(&[]))]), "ok");
    check_v1(&[("private", int(2))], "W-advisory");
    check_v1(&[("private", int(0))], "ok");
}

/// The field that `root` and `info` fill, item by item, beside the codes of the warnings.
#[track_caller]
fn check_kept(key: &str, value: Vec<u8>, kept: &[&str], codes: &str) {
    let in_info = matches!(key, "similar" | "collections");
    let torrent = match in_info {
        true => v1(&[(key, value)]),
        false => {
            let mut entries = vec![(key, value), ("info", v1_info(&[]))];
            entries.sort();
            dict(entries)
        }
    };
    assert_eq!(verdict(&torrent), codes, "{}", torrent.escape_ascii());
    let advisory = Metainfo::parse(torrent).unwrap().metainfo.advisory().clone();
    let nodes = advisory.nodes.iter().map(|(host, port)| [host, format!(":{port}").as_bytes()].concat());
    let found: Vec<Vec<u8>> = match key {
        "announce-list" => advisory.trackers.iter().map(|tier| tier.join(&b' ')).collect(),
        "url-list" => advisory.web_seeds,
        "httpseeds" => advisory.http_seeds,
        "nodes" => nodes.collect(),
        "similar" => advisory.similar,
        _ => advisory.collections,
    };
    let found: Vec<_> = found.iter().map(|item| String::from_utf8_lossy(item).into_owned()).collect();
    assert_eq!(found, kept, "{key}");
}

#[test]
fn an_item_that_is_wrong_is_left_out_and_said_and_its_neighbours_are_kept() {
    for key in ["url-list", "httpseeds", "similar", "collections"] {
        check_kept(key, list([bytes("a"), int(3), bytes("b")]), &["a", "b"], "W-list-item");
        check_kept(key, list([nothing(), no_items()]), &[], "W-list-item");
        check_kept(key, list([bytes("a"), bytes("b")]), &["a", "b"], "ok");
        check_kept(key, int(3), &[], "W-advisory");
    }
    let tier = |urls: &[&str]| list(urls.iter().map(bytes));
    let tiers = |tiers: &[Vec<u8>]| list(tiers);
    let odd = list([bytes("a"), int(3)]);
    check_kept("announce-list", tiers(&[odd, int(7), tier(&["b", " c\n"])]), &["a", "b c"], "W-list-item");
    check_kept("announce-list", tiers(&[bytes("a"), bytes("b")]), &["a", "b"], "W-flat-tiers");
    check_kept(
        "announce-list",
        tiers(&[tier(&["a"]), bytes("b"), nothing()]),
        &["a", "b"],
        "W-flat-tiers W-list-item",
    );
    check_kept("announce-list", tiers(&[tier(&[""]), bytes("")]), &[], "ok");
    let node = |host: &str, port| list([bytes(host), port]);
    let odd = [node("a", int(70_000)), node("b", bytes("5")), list([bytes("c")]), bytes("d:1"), int(1)];
    let nodes = [&[node("h", int(5))], odd.as_slice(), &[node("i", int(6))]].concat();
    check_kept("nodes", list(nodes), &["h:5", "i:6"], "W-list-item");
}

#[test]
fn warnings_say_which_item_and_how_many() {
    let torrent = v1(&[("collections", list([bytes("a"), int(3), bytes("b"), int(4)]))]);
    let said = Metainfo::parse(torrent).unwrap().warnings[0].to_string();
    assert_eq!(said, "item 2 of `collections` is not what it should be and is left out, and 1 more like it");
}

#[test]
fn odd_fields_of_files_are_passed_over_and_said() {
    let file =
        |changes: &[(&str, Vec<u8>)]| changed(&[("length", int(5)), ("path", list([bytes("a")]))], changes);
    let check_file = |changes: &[(&str, Vec<u8>)], expected| {
        check_v1(&[("length", vec![]), ("files", list([file(changes)]))], expected);
    };
    check_file(&[("attr", int(1))], "W-file-field");
    check_file(&[("attr", list([bytes("p")]))], "W-file-field");
    check_file(&[("attr", bytes("x"))], "ok");
    for (key, odd) in
        [("md5sum", int(5)), ("md5sum", bytes("no")), ("sha1", no_items()), ("crc32", bytes("9"))]
    {
        check_file(&[(key, odd.clone())], "W-advisory");
        check_v1(&[(key, odd)], "W-advisory");
    }
    check_v1(&[("md5sum", bytes([b'a'; 32]))], "ok");
    let twin = |value| ("path.utf-8", value);
    for odd in [bytes("a"), no_items(), list([int(1)]), list([bytes(b"\xff")])] {
        check_file(&[twin(odd)], "W-utf8-twin");
    }
    check_file(&[("path", vec![]), twin(list([bytes("a")]))], "W-only-utf8");
    check_file(&[("path", list([int(1)])), twin(list([bytes("a")]))], "W-only-utf8");
    check_file(&[("path", vec![]), twin(list([bytes(b"\xff")]))], "E-path");
    let leaf = dict([("attr", int(1)), ("length", int(5)), ("pieces root", bytes([7; 32]))]);
    check_v2(&[("file tree", dict([("n", dict([("", leaf)]))]))], "W-file-field");
}

/// As libtorrent has it: any part of the path may hold the mark, `attr` or not; the torrent's name does not count.
#[test]
fn bitcomets_pad_files_are_padding() {
    let mark = "_____padding_file_0_if you see this file, please update to BitComet 0.85 or above____";
    let entry = |path: &[&str]| dict([("length", int(3)), ("path", list(path.iter().map(bytes)))]);
    let listed = |path: &[&str], name| {
        let files = list([entry(&["a"]), entry(path), entry(&["b"])]);
        let torrent = v1(&[("length", vec![]), ("files", files), ("name", bytes(name))]);
        let metainfo = Metainfo::parse(torrent).unwrap().metainfo;
        let offsets: Vec<u64> = metainfo.files().iter().map(|file| file.offset).collect();
        assert_eq!((metainfo.files().padded_length(), offsets.last()), (9, Some(&6)));
        offsets.len()
    };
    for pad in [vec![mark], vec!["sub", mark], vec![mark, "x"], vec!["_____padding_file_"]] {
        assert_eq!(listed(&pad, "n"), 2, "{pad:?}");
    }
    for file in [vec![".pad", "3"], vec!["_____PADDING_FILE_0"], vec!["____padding_file_0"], vec!["c"]] {
        assert_eq!(listed(&file, mark), 3, "{file:?}");
    }
    let link =
        dict([("attr", bytes("l")), ("path", list([bytes(mark)])), ("symlink path", list([bytes("a")]))]);
    check_v1(&[("length", vec![]), ("files", list([entry(&["a"]), link]))], "ok");
    check_v1(&[("length", vec![]), ("files", list([entry(&[mark])]))], "E-no-files");
}

#[test]
fn names_and_piece_lengths() {
    check_v1(&[("name", vec![])], "E-no-name");
    check_v1(&[("name", int(1))], "E-no-name");
    check_v1(&[("name", bytes(""))], "E-no-name");
    check_v1(&[("name", bytes("\0\0"))], "E-no-name");
    for odd in [vec![], int(1), bytes(""), bytes("\0")] {
        check_v1(&[("name", odd), ("name.utf-8", bytes("u"))], "W-only-utf8");
    }
    check_v1(&[("name.utf-8", int(1))], "W-utf8-twin");
    check_v1(&[("name.utf-8", bytes(b"\xff"))], "W-utf8-twin");
    check_v1(&[("name", vec![]), ("name.utf-8", bytes(b"\xff"))], "E-no-name");
    check_v1(&[("name", bytes("\u{1b}[31m"))], "ok");
    check_v1(&[("piece length", vec![])], "E-no-piece-length");
    check_v1(&[("piece length", bytes("16"))], "E-no-piece-length");
    check_v1(&[("piece length", int(0))], "E-piece-length");
    check_v1(&[("piece length", int(-16))], "E-piece-length");
    check_v1(&[("piece length", int((2 << 30) + 1))], "E-piece-length");
    check_v1(&[("piece length", int(2 << 30))], "ok");
    check_v1(&[("piece length", int(5))], "ok");
    check_v2(&[("piece length", int(8192))], "E-piece-length-v2");
    check_v2(&[("piece length", int(16385))], "E-piece-length-v2");
}

#[test]
fn files_and_lengths_of_v1() {
    let file = |length, path: Vec<u8>| dict([("length", int(length)), ("path", path)]);
    let files = |files: Vec<Vec<u8>>| [("length", vec![]), ("files", list(files))];
    let a = || list([bytes("a")]);
    check_v1(&files(vec![file(5, a())]), "ok");
    check_v1(&files(vec![]), "E-no-files");
    check_v1(&files(vec![int(1)]), "E-file");
    check_v1(&[("length", vec![]), ("files", int(1))], "E-file");
    check_v1(&files(vec![file(-1, a())]), "E-length");
    check_v1(&files(vec![dict([("path", a())])]), "E-length");
    check_v1(&files(vec![file(5, no_items())]), "E-path");
    check_v1(&files(vec![file(5, bytes("a"))]), "E-path");
    check_v1(&files(vec![file(5, list([int(1)]))]), "E-path");
    check_v1(&files(vec![dict([("length", int(5))])]), "E-path");
    check_v1(&files(vec![file(i64::MAX, a()), file(1, a())]), "E-total-length");
    check_v1(&files(vec![file(5, a()), dict([("attr", bytes("p")), ("length", int(11))])]), "ok");
    check_v1(&files(vec![dict([("attr", bytes("l")), ("path", a())]), file(5, a())]), "E-no-target");
    check_v1(&[("files", list([file(5, a())]))], "W-length-and-files");
    check_v1(&[("files", list([file(7, a())])), ("length", bytes("x"))], "W-length-and-files");
    check_v1(&[("length", vec![])], "E-length");
    check_v1(&[("length", int(0)), ("pieces", bytes(""))], "W-empty");
    check_v1(&[("pieces", vec![])], "E-no-pieces");
    check_v1(&[("pieces", bytes([0; 21]))], "E-pieces-length");
    check_v1(&[("pieces", bytes([0; 40]))], "E-piece-count");
    check_v1(&[("length", int(1 << 40))], "E-piece-count");
}

#[test]
fn trees_and_layers_of_v2() {
    let tree = |tree: Vec<u8>| [("file tree", tree)];
    check_v2(&[], "ok");
    check_v2(&[("meta version", int(3))], "E-meta-version");
    check_v2(&[("length", int(5))], "E-no-pieces");
    check_v2(&tree(vec![]), "E-no-file-tree");
    check_v2(&tree(nothing()), "E-no-files");
    check_v2(&tree(no_items()), "E-file-tree");
    check_v2(&tree(v2_file(5, &[7; 32])), "E-file-tree");
    check_v2(&tree(dict([("n", int(1))])), "E-file-tree");
    check_v2(&tree(dict([("n", dict([("", int(1))]))])), "E-file-tree");
    let siblings = dict([("", dict([("length", int(0))])), ("x", v2_file(5, &[7; 32]))]);
    check_v2(&tree(dict([("n", siblings)])), "E-file-tree");
    check_v2(&tree(dict([("n", v2_file(-1, &[7; 32]))])), "E-length");
    check_v2(&tree(dict([("n", v2_file(5, &[0; 32]))])), "E-pieces-root");
    check_v2(&tree(dict([("n", v2_file(5, &[7; 31]))])), "E-pieces-root");
    check_v2(&tree(dict([("e", v2_file(0, &[0; 32])), ("n", v2_file(5, &[7; 32]))])), "ok");
    let pad = dict([("", dict([("attr", bytes("p")), ("length", int(5))]))]);
    check_v2(&tree(dict([("n", pad)])), "E-pad-in-tree");
    let overlong = [b"d4:info".to_vec(), v2_info(&[]), b"12:piece layersdee".to_vec()].concat();
    let overlong = String::from_utf8_lossy(&overlong).replace("i5e", "i05e").into_bytes();
    // A fault before the info dictionary hides none of the same kind in it.
    let hidden = [b"d1:ai01e", &overlong[1..]].concat();
    check(hidden, "E-not-canonical");
    check(overlong, "E-not-canonical");
    check(dict([("info", v2_info(&[]))]), "W-no-piece-layers");
    let layers = |layers: Vec<u8>| dict([("info", v2_info(&[])), ("piece layers", layers)]);
    check(layers(int(1)), "E-piece-layers");
    check(layers(dict([("x", bytes("y"))])), "E-unknown-piece-layer");
}

#[test]
fn a_small_tree_cannot_ask_for_much_memory() {
    let files: Vec<(String, Vec<u8>)> =
        (0..5_000).map(|n| (format!("{n:04}"), v2_file(5, &[7; 32]))).collect();
    let tree = |folder: usize| [("file tree", dict([("x".repeat(folder), dict(files.clone()))]))];
    check_v2(&tree(255), "ok");
    check_v2(&tree(100_000), "E-paths");
}

#[test]
fn piece_layers_must_lead_to_their_roots() {
    let layer = [[1; 32], [2; 32], [3; 32]];
    let root = crate::merkle::file_root(Backend::best(), layer.as_slice(), 16384);
    let info = |length| v2_info(&[("file tree", dict([("n", v2_file(length, &root))]))]);
    let torrent = |length, layers| dict([("info", info(length)), ("piece layers", dict(layers))]);
    let entry = |layer: &[u8]| vec![(root.to_vec(), bytes(layer))];
    check(torrent(40_000, entry(layer.as_flattened())), "ok");
    check(torrent(40_000, vec![]), "W-layers-lacking");
    check(torrent(40_000, entry(layer[..2].as_flattened())), "E-piece-layer-length");
    check(torrent(60_000, entry(layer.as_flattened())), "E-piece-layer-length");
    check(torrent(40_000, entry([[1; 32], [2; 32], [4; 32]].as_flattened())), "E-piece-layer-root");
    check(torrent(5, entry(layer.as_flattened())), "E-unknown-piece-layer");
}

/// Of two files of three pieces each and one of one piece.
#[test]
fn some_piece_layers_may_lack() {
    let layer = |byte| [[byte; 32], [2; 32], [3; 32]];
    let root = |byte| crate::merkle::file_root(Backend::best(), layer(byte).as_slice(), 16384);
    let files = [("a", 40_000, root(1)), ("b", 40_000, root(9)), ("c", 5, root(7))];
    let tree = || dict(files.map(|(name, length, root)| (name, v2_file(length, &root))));
    let torrent = |with: &[u8]| {
        let mut layers: Vec<(Vec<u8>, Vec<u8>)> =
            with.iter().map(|byte| (root(*byte).to_vec(), bytes(layer(*byte).as_flattened()))).collect();
        layers.sort();
        dict([("info", v2_info(&[("file tree", tree())])), ("piece layers", dict(layers))])
    };
    check(torrent(&[1, 9]), "ok");
    check(torrent(&[9]), "W-layers-lacking");
    check(torrent(&[1]), "W-layers-lacking");
    check(torrent(&[]), "W-layers-lacking");
    check(torrent(&[1, 8]), "E-unknown-piece-layer");
    let parsed = Metainfo::parse(torrent(&[9])).unwrap();
    assert_eq!(parsed.warnings, [Warning::LayersLacking { first: 0, count: 1 }]);
    let has = |file| parsed.metainfo.piece_layer(file).is_some();
    assert_eq!((parsed.metainfo.lacks_layers(), has(0), has(1)), (true, false, true));
}

#[test]
fn halves_of_a_hybrid_must_agree() {
    let hybrid = |v1: &[(&str, Vec<u8>)]| {
        let tree = dict([("a", v2_file(5, &[7; 32])), ("b", v2_file(6, &[8; 32]))]);
        let mut entries = vec![("file tree", tree), ("pieces", bytes([0; 40]))];
        entries.extend_from_slice(v1);
        dict([("info", v2_info(&entries)), ("piece layers", nothing())])
    };
    let file = |name, length| dict([("length", int(length)), ("path", list([bytes(name)]))]);
    let pad = |length| dict([("attr", bytes("p")), ("length", int(length)), ("path", list([bytes("x")]))]);
    let files = |list_of| [("files", list(list_of))];
    check(hybrid(&files(vec![file("a", 5), pad(16379), file("b", 6)])), "ok");
    check(hybrid(&files(vec![file("a", 5), pad(16379), file("b", 6), pad(16378)])), "ok");
    check(hybrid(&files(vec![file("a", 5), pad(16379), file("c", 6)])), "E-halves-differ");
    check(hybrid(&files(vec![file("a", 5), pad(16379), file("b", 7)])), "E-halves-differ");
    check(hybrid(&files(vec![file("b", 6), pad(16378), file("a", 5)])), "E-halves-differ");
    check(hybrid(&files(vec![file("a", 5), pad(16378), file("b", 6)])), "E-not-aligned");
}

#[test]
fn strict_refuses_what_is_warned_of() {
    let trailing = [v1(&[]), b"x".to_vec()].concat();
    assert_eq!(Metainfo::parse_strict(trailing).map_err(|refusal| refusal.code()).err(), Some("W-trailing"));
    assert!(Metainfo::parse_strict(v1(&[])).is_ok());
}

use piece_hash::{Backend, Sha1, Sha256};

proptest! {
    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Metainfo::parse(bytes);
    }

    /// Whatever is done to a torrent: if it is accepted, the hash is that of the bytes that stand there.
    #[test]
    fn the_info_hash_is_of_the_raw_bytes(place in 0..300_usize, byte in any::<u8>(), hybrid in any::<bool>()) {
        let mut torrent = if hybrid { v2(&[("length", int(5)), ("pieces", bytes([0; 20]))]) } else { v1(&[]) };
        let length = torrent.len();
        torrent[place % length] = byte;
        if let Ok(Parsed { metainfo, .. }) = Metainfo::parse(torrent) {
            let raw = metainfo.raw_info();
            let start = metainfo.bytes().windows(raw.len()).position(|window| window == raw);
            prop_assert!(start.is_some_and(|start| metainfo.bytes()[..start].ends_with(b"4:info")));
            let best = Backend::best();
            prop_assert!(metainfo.info_hash_v1().is_none_or(|hash| hash == best.digest::<Sha1>(raw)));
            prop_assert!(metainfo.info_hash_v2().is_none_or(|hash| hash == best.digest::<Sha256>(raw)));
        }
    }
}

/// Every torrent of the corpora gets the verdict and has the values that its row says.
#[test]
fn corpora() {
    let Some(folder) = test_kit::corpora() else { return };
    let rows = std::fs::read_to_string(folder.join("torrents.jsonl")).unwrap();
    let mut failures = Vec::new();
    for row in rows.lines() {
        let row: Json = serde_json::from_str(row).unwrap();
        let bytes = std::fs::read(folder.join(row["file"].as_str().unwrap())).unwrap();
        if let Err(why) = check_row(&row, bytes) {
            failures.push(format!("{} ({}): {why}", row["file"], row["known_as"][0]));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check_row(row: &Json, bytes: Vec<u8>) -> Result<(), String> {
    let class = row["class"].as_str().unwrap();
    let parsed = match (class, Metainfo::parse(bytes)) {
        ("must-reject", Ok(_)) => return Err("accepted".to_owned()),
        ("must-reject", Err(_)) | ("disputed", _) => return Ok(()),
        (_, Err(refusal)) => return Err(format!("refused: {refusal}")),
        (_, Ok(parsed)) => parsed,
    };
    if class == "lenient" && parsed.warnings.is_empty() {
        return Err("no warning".to_owned());
    }
    let safe = parsed.metainfo.check_names().is_ok();
    if safe == (class == "unsafe-names") {
        return Err(format!("paths are safe: {safe}"));
    }
    let (found, expected) = (facts(&parsed.metainfo), expected_facts(row));
    if found == expected { Ok(()) } else { Err(format!("\n   found {found:?}\nexpected {expected:?}")) }
}

type Facts = (Option<String>, Option<String>, usize, u64, u64, u64, u64);

fn facts(metainfo: &Metainfo) -> Facts {
    (
        metainfo.info_hash_v1().map(|hash| HEXLOWER.encode(&hash)),
        metainfo.info_hash_v2().map(|hash| HEXLOWER.encode(&hash)),
        metainfo.files().len(),
        metainfo.files().content_length(),
        metainfo.files().padded_length(),
        metainfo.piece_length(),
        metainfo.layout().piece_count(),
    )
}

fn expected_facts(row: &Json) -> Facts {
    let text = |key: &str| row[key].as_str().map(str::to_owned);
    let number = |key: &str| row[key].as_u64().unwrap();
    let files = usize::try_from(number("files")).unwrap();
    let lengths = (number("total_size"), number("padded_size"));
    (text("v1"), text("v2"), files, lengths.0, lengths.1, number("piece_length"), number("pieces"))
}
