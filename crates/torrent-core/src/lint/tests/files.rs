//! Names, paths, attributes, padding and trees.

use super::torrents::{
    Changes, bytes, dict, entry, file, folder, hybrid, int, leaf, list, pad, raw_file, v1, v2,
};
use super::{check, findings};

#[track_caller]
fn check_folder(files: &[Vec<u8>], expected: &str) {
    check(&folder(files, &[]), expected);
}

/// A second file keeps it a folder of more than one.
#[track_caller]
fn check_beside(other: Vec<u8>, expected: &str) {
    check_folder(&[file("a", 5), other], expected);
}

#[track_caller]
fn check_tree(entries: Vec<(&str, Vec<u8>)>, expected: &str) {
    check(&v2(&[("file tree", dict(entries))]), &format!("I-v2-only {expected}"));
}

#[test]
fn names_of_torrents() {
    let name = |name: &[u8]| v1(&[], &[("name", bytes(name))]);
    check(&name("näme".as_bytes()), "");
    check(&name(b".."), "E-unsafe-name W-windows-name");
    check(&name(b"a/b"), "E-unsafe-name W-windows-name");
    check(&name(b"a\0"), "E-unsafe-name W-control-character W-windows-name");
    check(&name(&[b'x'; 256]), "E-unsafe-name W-long-name W-long-path");
    check(&name(&[b'x'; 241]), "W-long-name W-long-path");
    check(&name(b"\xff"), "W-name-not-utf8");
    check(&name(b"\x1b[0m"), "W-control-character W-windows-name");
    check(&name("\u{202e}".as_bytes()), "W-control-character");
    check(&name(b"con.txt"), "W-windows-name");
    check(&v1(&[], &[("name.utf-8", bytes("n"))]), "I-utf8-twin");
    check(&v1(&[], &[("name.utf-8", bytes(b"\xff"))]), "W-utf8-twin I-utf8-twin");
}

#[test]
fn paths_that_cannot_be_files() {
    check_beside(file("b", 5), "");
    check_beside(raw_file(&[b"d", b""]), "E-unsafe-name");
    check_beside(raw_file(&[b"d", b".."]), "E-unsafe-name W-windows-name");
    check_beside(raw_file(&[b"d", b"."]), "E-unsafe-name W-windows-name");
    check_beside(raw_file(&[b"d", b"e/f"]), "E-unsafe-name W-windows-name");
    check_beside(raw_file(&[b"d\0"]), "E-unsafe-name W-control-character W-windows-name");
    check_beside(raw_file(&[&[b'x'; 256]]), "E-unsafe-name W-long-name W-long-path");
    check_beside(file("a", 5), "E-duplicate-path");
    check_beside(file("a/b", 5), "E-file-and-folder");
    check_folder(&[file("c", 5), file("a/b", 5), file("a", 5)], "I-file-order E-file-and-folder");
    check_folder(&[file("a", 5)], "I-folder-of-one");
}

#[test]
fn paths_that_trouble_somebody() {
    check_beside(raw_file(&[b"b\xff"]), "W-path-not-utf8");
    check_beside(raw_file(&[b"b\n"]), "W-control-character W-windows-name");
    check_beside(file("b ", 5), "W-windows-name");
    check_beside(file(&"b".repeat(241), 5), "W-long-name W-long-path");
    check_beside(file(&["abcdefghi"; 24].join("/"), 5), "W-long-path");
    check_beside(file(&["b"; 100].join("/"), 5), "");
    check_beside(file(&["b"; 101].join("/"), 5), "W-deep-folders");
    check_folder(&[file("A", 5), file("a", 5)], "W-case-twin");
    check_folder(&[file("a", 5), file("A", 5)], "I-file-order W-case-twin");
    check_folder(&[file("e\u{301}", 5), file("\u{e9}", 5)], "W-unicode-twin");
    check_folder(&[file("b", 5), file("a", 5)], "I-file-order");
}

#[test]
fn findings_name_the_file() {
    let files = [file("x", 5), file("b/con", 5), file("a", 5), file("b/CON", 5)];
    let found: Vec<_> = findings(&folder(&files, &[])).iter().map(|f| (f.code, f.file)).collect();
    let expected = [
        ("I-file-order", Some(1)),
        ("W-windows-name", Some(1)),
        ("W-case-twin", Some(1)),
        ("W-windows-name", Some(3)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn hostile_paths_are_judged_in_bounded_time() {
    let deep = raw_file(&vec![b"?".as_slice(); 200_000]);
    check_folder(&[deep, file("a", 5)], "W-deep-folders W-long-path W-windows-name");
    let same: Vec<_> = (0..20_000).map(|_| file("a", 1)).collect();
    check(&folder(&same, &[]), "E-duplicate-path");
    let long = "x".repeat(200);
    let bad: Vec<_> = (0..20_000).map(|number| file(&format!("{long}/{number}?"), 1)).collect();
    check(&folder(&bad, &[]), "I-file-order W-windows-name");
}

#[test]
fn entries_of_files() {
    let with = |changes: Changes<'_>| entry("b", 5, changes);
    check_beside(with(&[("mtime", int(1))]), "I-unknown-file-key");
    check_beside(with(&[("attr", bytes("x"))]), "I-executable");
    check_beside(with(&[("attr", bytes("h"))]), "I-hidden");
    check_beside(with(&[("attr", bytes("z"))]), "I-unknown-attribute");
    check_beside(with(&[("sha1", bytes([1; 20]))]), "I-file-hash");
    check_beside(with(&[("sha1", bytes([b'a'; 40]))]), "I-file-hash I-file-hash-form");
    check_beside(with(&[("md5sum", bytes([b'a'; 32]))]), "I-file-hash");
    check_beside(with(&[("md5sum", bytes([1; 16]))]), "I-file-hash I-file-hash-form");
    check_beside(with(&[("path.utf-8", list([bytes("b")]))]), "I-utf8-twin");
    check_beside(with(&[("path.utf-8", list([bytes(b"\xff")]))]), "I-utf8-twin W-utf8-twin");
    check(&v1(&[], &[("md5sum", bytes([b'a'; 32]))]), "I-file-hash");
}

#[test]
fn symbolic_links() {
    let link = |path: &str, target: &str, length| {
        let target = list(target.split('/').map(bytes));
        entry(path, length, &[("attr", bytes("l")), ("symlink path", target)])
    };
    check_beside(link("b", "a", 0), "I-symlink");
    check_folder(&[file("a/b", 5), link("c", "a", 0)], "I-symlink");
    check_beside(link("b", "c", 0), "I-symlink W-dangling-link");
    check_beside(link("b", "../a", 0), "I-symlink E-unsafe-link");
    check_beside(link("b", "/a", 0), "I-symlink E-unsafe-link");
    check_folder(&[link("a", "b", 7), file("b", 16_377)], "I-symlink W-link-length");
}

#[test]
fn pad_files() {
    let padded = |pads: &[Vec<u8>]| [&[file("a", 16_000)], pads, &[file("b", 16_000)]].concat();
    let named = |path| entry(path, 384, &[("attr", bytes("p"))]);
    check_folder(&padded(&[pad(384)]), "");
    check_folder(&padded(&[pad(383)]), "W-pad-unaligned");
    check_folder(&padded(&[pad(384 + 16_384)]), "W-padding-overhead W-pad-length");
    check_folder(&padded(&[pad(384), pad(0)]), "W-pad-place");
    check_folder(&padded(&[pad(184), pad(200)]), "W-pad-unaligned W-pad-place");
    check_folder(
        &[pad(16_384), file("a", 16_384), file("b", 5)],
        "W-padding-overhead W-pad-place W-pad-length",
    );
    check_folder(&padded(&[named("x")]), "I-pad-path");
    check_folder(&padded(&[entry("x", 384, &[("attr", bytes("p")), ("path", vec![])])]), "I-pad-path");
    let path = "_____padding_file_0_if you see this file, please update to BitComet 0.85";
    check_folder(&padded(&[file(path, 384)]), "I-pad-without-attr");
    check_folder(&padded(&[file(path, 383)]), "I-pad-without-attr W-pad-unaligned");
    check_folder(&[file(".pad/384", 384), file("a", 5)], "I-pad-without-attr");
    check_folder(&[file(".pad/x", 384), file("a", 5)], "");
    check_folder(&[file("a", 5), pad(16_379), file("b", 6)], "W-padding-overhead");
}

#[test]
fn v2_trees() {
    let other = || ("b", leaf(6, 2, &[]));
    check_tree(vec![("a", leaf(5, 1, &[])), other()], "");
    check_tree(vec![("a", leaf(5, 1, &[]))], "I-folder-of-one");
    check_tree(vec![("n", leaf(5, 1, &[]))], "");
    check_tree(vec![("a", leaf(6, 2, &[])), other()], "I-identical-files");
    check_tree(vec![("a", leaf(0, 0, &[])), other()], "W-empty-file-root");
    check_tree(vec![("a", leaf(0, 0, &[("pieces root", vec![])])), other()], "");
    check_tree(vec![("a", leaf(5, 1, &[("mtime", int(1))])), other()], "I-unknown-file-key");
    check_tree(vec![("a", leaf(5, 1, &[("attr", bytes("x"))])), other()], "I-executable");
    check_tree(vec![("a", leaf(5, 1, &[])), ("b:", leaf(6, 2, &[]))], "W-windows-name");
    check_tree(vec![("..", leaf(5, 1, &[])), other()], "E-unsafe-name W-windows-name");
}

#[test]
fn hybrids() {
    let (a, b) = (|| file("a", 16_000), || file("b", 16_000));
    check(&hybrid(&[a(), pad(384), b(), pad(384)], &[]), "");
    check(&hybrid(&[a(), pad(384), b()], &[]), "I-tail-pad");
    // libtorrent 2.1.1 loads these, and none of those below.
    let empty = || file("b", 0);
    let c = || file("c", 16_000);
    let tree = dict([
        ("a", leaf(16_000, 1, &[])),
        ("b", leaf(0, 0, &[("pieces root", vec![])])),
        ("c", leaf(16_000, 2, &[])),
    ]);
    let tree = [("file tree", tree)];
    check(&hybrid(&[a(), pad(384), empty(), c(), pad(384)], &tree), "");
    check(&hybrid(&[a(), empty(), pad(384), c()], &tree), "I-tail-pad");
    let odd = |files: &[Vec<u8>], pieces: usize, expected: &str| {
        let pieces = [("pieces", bytes(vec![7; 20 * pieces]))];
        check(&hybrid(files, &pieces), &format!("E-hybrid-pads {expected}"));
    };
    let overhead = "W-padding-overhead";
    odd(&[a(), pad(16_768), b(), pad(384)], 3, &format!("W-pad-length {overhead}"));
    odd(&[a(), pad(384), b(), pad(16_768)], 3, &format!("W-pad-length {overhead}"));
    odd(&[pad(16_384), a(), pad(384), b(), pad(384)], 3, &format!("W-pad-place W-pad-length {overhead}"));
    odd(&[a(), pad(184), pad(200), b(), pad(384)], 2, "W-pad-place W-pad-unaligned");
    odd(&[a(), pad(384), b(), pad(184), pad(200)], 2, "W-pad-place W-pad-unaligned");
    odd(&[a(), pad(384), pad(0), b(), pad(384)], 2, "W-pad-place");
    odd(&[a(), pad(384), b(), pad(0)], 2, "W-pad-place W-pad-unaligned I-tail-pad");
    odd(&[pad(0), a(), pad(384), b()], 2, "W-pad-place I-tail-pad");
    odd(&[a(), pad(384), b(), pad(100)], 2, "W-pad-unaligned I-tail-pad");
    let marked = entry("a", 16_000, &[("attr", bytes("x"))]);
    check(&hybrid(&[marked, pad(384), b(), pad(384)], &[]), "I-executable W-attributes-differ");
    let wide = [("piece length", int(1 << 17)), ("pieces", bytes([7; 40]))];
    check(&hybrid(&[a(), pad(115_072), b(), pad(115_072)], &wide), "W-padding-overhead");
}

#[test]
fn v2_without_layers() {
    let torrent = v2(&[]);
    let cut = torrent.len() - "12:piece layersdee".len();
    check(&[&torrent[..cut], b"e"].concat(), "W-no-piece-layers I-v2-only");
}
