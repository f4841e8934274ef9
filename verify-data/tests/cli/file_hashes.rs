//! Torrents that state hashes of whole files, as archives write them: they decide where files share a bad piece.

use piece_hash::{Backend, Sha1};
use test_kit::{Folder, bytes, dict, int, list};

use crate::{run, states};

/// Three files in one piece: 20,000 times `A`, 30,000 times `B`, ten times `<meta/>`.
fn contents() -> [(&'static str, Vec<u8>); 3] {
    [("a", vec![b'A'; 20_000]), ("b", vec![b'B'; 30_000]), ("m", b"<meta/>".repeat(10))]
}

const MD5_A: &str = "0af181fb57f1eefb62b74081bbddb155";
const MD5_B: &str = "ed45a30a135b8f5fa9ccca824dd1213c";
const MD5_M: &str = "cc901b71c072c40c775d4c2a060d257e";
const SHA1_A: &str = "b9624c14586d4668cba0b2759229a49f1ea355b6";
const SHA256_A: &str = "c86f210e0efad769d6ade6f924a85200be38917fa99e33b360aa24535716359b";

/// The data and its torrent `t`; what stands beside each file is written as it is. `between` comes before the last file.
fn torrent(beside: [&[(&str, &[u8])]; 3], between: &[Vec<u8>]) -> Folder {
    let folder = Folder::new("");
    let (mut files, mut data) = (Vec::new(), Vec::new());
    for ((name, content), keys) in contents().into_iter().zip(beside) {
        folder.write(format!("d/{name}"), &content);
        let mut entries = vec![("length", int(content.len() as i64)), ("path", list([bytes(name)]))];
        entries.extend(keys.iter().map(|(key, value)| (*key, bytes(value))));
        entries.sort();
        if name == "m" {
            files.extend(between.iter().cloned());
            data.resize(data.len() + 100 * between.len().min(1), 0);
        }
        files.push(dict(entries));
        data.extend(content);
    }
    let pieces = Backend::best().digest::<Sha1>(&data);
    let info = [
        ("files", list(files)),
        ("name", bytes("d")),
        ("piece length", int(1 << 19)),
        ("pieces", bytes(pieces)),
    ];
    folder.write("t", dict([("info", dict(info))]));
    folder
}

/// Changes the first byte of these files, by the letters of their names; an upper-case letter removes the file.
fn hit(folder: &Folder, which: &str) {
    for letter in which.chars() {
        let path = format!("d/{}", letter.to_ascii_lowercase());
        match letter.is_uppercase() {
            true => folder.remove(&path),
            false => {
                let mut content = folder.read(&path);
                content[0] ^= 1;
                folder.write(&path, content);
            }
        }
    }
}

#[track_caller]
fn check(beside: [&[(&str, &[u8])]; 3], which: &str, expected: &str) {
    let folder = torrent(beside, &[]);
    hit(&folder, which);
    let found: Vec<String> = states(&run(&folder, "t --json"))
        .iter()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(found.join(", "), expected, "{beside:?} {which}");
}

#[test]
fn the_hash_of_a_file_proves_it_or_convicts_it() {
    let md5 = |hash: &'static str| [("md5", hash.as_bytes())];
    let (a, b, m) = (md5(MD5_A), md5(MD5_B), md5(MD5_M));
    check([&a, &b, &m], "m", "a ok, b ok, m damaged");
    check([&a, &b, &m], "ab", "a damaged, b damaged, m ok");
    check([&a, &b, &m], "M", "a ok, b ok, m missing");
    check([&a, &b, &m], "Ma", "a damaged, b ok, m missing");
    check([&a, &b, &m], "", "a ok, b ok, m ok");
    // By elimination, also without a hash of its own.
    check([&a, &b, &[]], "m", "a ok, b ok, m damaged");
    check([&a, &[], &[]], "m", "a ok, b suspect, m suspect");
    check([&a, &[], &[]], "a", "a damaged, b unproven, m unproven");
    check([&[], &[], &[]], "m", "a suspect, b suspect, m suspect");
    check([&[], &[], &[]], "M", "a unproven, b unproven, m missing");
}

#[test]
fn every_way_to_write_a_hash_is_read() {
    let raw: &[u8] = b"\x0a\xf1\x81\xfb\x57\xf1\xee\xfb\x62\xb7\x40\x81\xbb\xdd\xb1\x55";
    let b = [("md5sum", MD5_B.as_bytes())];
    for (key, hash) in [
        ("md5sum", MD5_A.as_bytes()),
        ("md5", MD5_A.as_bytes()),
        ("md5", b"0AF181FB57F1EEFB62B74081BBDDB155"),
        ("md5", raw),
        ("sha1", SHA1_A.as_bytes()),
        ("sha256", SHA256_A.as_bytes()),
        ("crc32", b"d89a101b"),
        ("crc32", b"\xd8\x9a\x10\x1b"),
    ] {
        check([&[(key, hash)], &b, &[]], "m", "a ok, b ok, m damaged");
        check([&[(key, hash)], &b, &[]], "a", "a damaged, b ok, m unproven");
    }
    // The strongest counts.
    check([&[("sha1", SHA1_A.as_bytes()), ("md5", MD5_B.as_bytes())], &b, &[]], "m", "a ok, b ok, m damaged");
}

#[test]
fn pieces_have_the_last_word() {
    let wrong = [("md5", MD5_B.as_bytes())];
    check([&wrong, &[], &[]], "", "a ok, b ok, m ok");
    // All fit their own hashes, and yet the piece is bad: the torrent contradicts itself.
    let folder = torrent(
        [&[("md5", MD5_A.as_bytes())], &[("md5", MD5_B.as_bytes())], &[("md5", MD5_M.as_bytes())]],
        &[],
    );
    let mut torrent = folder.read("t");
    let pieces = torrent.windows(8).position(|window| window == b"6:pieces").unwrap();
    torrent[pieces + 15] ^= 1;
    folder.write("t", torrent);
    let found = states(&run(&folder, "t --json").expect(1));
    assert!(found.iter().all(|line| line.contains(" suspect 0+")), "{found:?}");
}

#[test]
fn what_is_no_hash_is_passed_over_with_a_warning() {
    for (key, value) in [
        ("md5sum", &b"0af1"[..]),
        ("md5", b""),
        ("sha1", MD5_A.as_bytes()),
        ("crc32", b"0xd89a101b"),
        ("sha256", &[b'z'; 64]),
    ] {
        let folder = torrent([&[(key, value)], &[(key, value)], &[]], &[]);
        let outcome = run(&folder, "t").expect(0);
        let warning = format!("verify-data: warning: t: `{key}` is not what it should be [W-advisory]\n");
        assert_eq!(outcome.stderr(), warning);
        run(&folder, "t --strict").expect(3);
        hit(&folder, "m");
        let found = states(&run(&folder, "t --json").expect(1));
        assert!(found.iter().all(|line| line.contains(" suspect ")), "{key}: {found:?}");
    }
}

#[test]
fn pad_files_and_links_do_not_shift_the_hashes() {
    let pad =
        dict([("attr", bytes("p")), ("length", int(100)), ("path", list([bytes(".pad"), bytes("100")]))]);
    let link = dict([
        ("attr", bytes("l")),
        ("length", int(7)),
        ("md5", bytes(MD5_A)),
        ("path", list([bytes("link")])),
        ("symlink path", list([bytes("a")])),
    ]);
    let empty = dict([("length", int(0)), ("md5", bytes(MD5_A)), ("path", list([bytes("empty")]))]);
    let md5 = |hash: &'static str| [("md5", hash.as_bytes())];
    let folder = torrent([&md5(MD5_A), &md5(MD5_B), &md5(MD5_M)], &[empty, pad, link]);
    folder.write("d/empty", "");
    std::os::unix::fs::symlink("a", folder.join("d/link")).unwrap();
    run(&folder, "t").expect(0);
    hit(&folder, "b");
    let found = states(&run(&folder, "t --json").expect(1));
    assert_eq!(found, ["a ok", "b damaged 0+30000", "empty ok", "link ok", "m ok"]);
}

#[test]
fn only_what_is_proven_bad_is_listed_as_bad() {
    let md5 = |hash: &'static str| [("md5", hash.as_bytes())];
    let with = torrent([&md5(MD5_A), &md5(MD5_B), &md5(MD5_M)], &[]);
    let without = torrent([&[], &[], &[]], &[]);
    for (folder, list, expected) in [
        (&with, "bad", "m\n"),
        (&with, "suspect", ""),
        (&without, "bad", ""),
        (&without, "suspect", "a\nb\nm\n"),
        (&without, "unproven", ""),
    ] {
        folder.write("d/m", b"<chgd/>".repeat(10));
        assert_eq!(run(folder, &format!("t --list {list}")).expect(1).stdout(), expected, "{list}");
    }
    let screen = run(&without, "t").expect(1);
    assert!(screen.stdout().contains("3 suspect\n  suspect     a (bytes 0 to 19999)\n"), "{screen}");
    assert!(screen.stdout().ends_with("wrong, and nothing says in which of them\n"), "{screen}");
    let json = run(&with, "t --json").expect(1);
    assert!(json.stdout().contains(r#""proven_by":"md5""#), "{json}");
}

#[test]
fn the_link_names_what_is_missing_bad_or_suspect() {
    let link = |which: &str, keys: &[(&str, &[u8])]| {
        let folder = torrent([keys, &[], &[]], &[]);
        hit(&folder, which);
        let outcome = run(&folder, "t --magnet-missing").expect(1);
        outcome.stdout().trim_end().rsplit_once("&so=").unwrap().1.to_owned()
    };
    let md5 = [("md5", MD5_A.as_bytes())];
    // The neighbours of what is missing are not fetched again.
    assert_eq!(link("M", &[]), "2");
    assert_eq!(link("a", &md5), "0");
    assert_eq!(link("m", &md5), "1-2");
    assert_eq!(link("m", &[]), "0-2");
    assert_eq!(run(&torrent([&[], &[], &[]], &[]), "t --quick --magnet-missing").expect(0).stdout(), "");
}

#[test]
fn less_than_all_reads_no_more() {
    let md5 = |hash: &'static str| [("md5", hash.as_bytes())];
    let folder = torrent([&md5(MD5_A), &md5(MD5_B), &md5(MD5_M)], &[]);
    hit(&folder, "m");
    let found = states(&run(&folder, "t --quick --json").expect(0));
    assert_eq!(found, ["a unproven", "b unproven", "m unproven"]);
    let found = states(&run(&folder, "t --select a --json").expect(0));
    assert_eq!(found, ["a ok"]);
}
