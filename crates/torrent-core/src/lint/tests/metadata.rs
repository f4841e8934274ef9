//! Encoding, sizes, trackers, web seeds and small fields.

use super::super::of_refusal;
use super::check;
use super::torrents::{Changes, bytes, dict, folder, int, leaf, list, raw_file, shared_folder, v1, v2};
use crate::address::Reach;
use crate::address::tests::{ADDRESSES, NAMES, REFUSED};
use crate::metainfo::{Refusal, Warning};

#[track_caller]
fn check_root(root: Changes<'_>, expected: &str) {
    check(&v1(root, &[]), expected);
}

#[track_caller]
fn check_info(info: Changes<'_>, expected: &str) {
    check(&v1(&[], info), expected);
}

#[test]
fn what_is_refused_is_one_finding() {
    check(b"hello", "E-bencode");
    check(b"i1e", "E-not-a-dictionary");
    check_info(&[("pieces", bytes([7; 20]))], "E-piece-count");
    check_info(&[("name", vec![])], "E-no-name");
    let of = |refusal| of_refusal(&refusal).code;
    assert_eq!(of(Refusal::TooLarge { limit: 1 }), "E-too-large");
    assert_eq!(of(Refusal::TooManyFiles(1)), "E-too-many-files");
    let strict = of_refusal(&Refusal::Strict(Warning::Empty));
    assert_eq!(
        (strict.code, strict.message.as_str(), strict.file),
        ("W-empty", "the torrent has no bytes", None)
    );
}

#[test]
fn what_the_parser_warns_of_is_passed_on() {
    check_root(&[], "");
    check(&[v1(&[], &[]), b"\n".to_vec()].concat(), "W-trailing");
    check_root(&[("comment", int(1))], "W-advisory");
    check_info(&[("private", int(7))], "W-advisory");
    check_info(&[("length", int(0)), ("pieces", bytes(""))], "W-empty");
    let unsorted = |key: &str| [&v1(&[], &[])[..1], &bytes(key), b"i1e", &v1(&[], &[])[1..]].concat();
    check(&unsorted("title"), "W-unsorted");
    let replaced = |from: &str, to: &str| {
        let plain = String::from_utf8(v1(&[], &[])).unwrap();
        assert!(plain.contains(from));
        plain.replacen(from, to, 1).into_bytes()
    };
    check(&replaced("i20000e", "i020000e"), "W-integer");
    check(&replaced("4:name", "04:name"), "W-string-length");
    check(&replaced("e6:pieces", "e1:qi1e1:qi1e6:pieces"), "W-unsorted W-duplicate-key I-unknown-info-key");
}

#[test]
fn piece_lengths() {
    let of =
        |length: i64, pieces: usize| [("piece length", int(length)), ("pieces", bytes(vec![7; 20 * pieces]))];
    check_info(&of(20_480, 1), "W-piece-length-power");
    check_info(&of(8192, 3), "W-piece-length-small");
    check_info(&of(10_000, 2), "W-piece-length-power W-piece-length-small");
    check_info(&of(16 << 20, 1), "");
    check_info(&of(32 << 20, 1), "I-piece-length-large");
    check_info(&of(64 << 20, 1), "I-piece-length-large");
    check_info(&of(128 << 20, 1), "W-piece-length-large");
    check_info(&of(256 << 20, 1), "W-piece-length-large");
    check_info(&of(512 << 20, 1), "E-piece-length-huge");
}

#[test]
fn sizes_at_which_clients_give_up() {
    let many =
        |pieces: i64| [("length", int(pieces << 14)), ("pieces", bytes(vec![7; 20 * pieces as usize]))];
    check_info(&many(0x20_0000), "W-large-torrent W-large-info");
    check_info(&many(0x20_0001), "W-many-pieces W-large-torrent W-large-info");
    check_info(&many(499_000), "");
    check_info(&many(500_000), "W-large-torrent");
    let tokens = |count: usize| [("title", list(vec![bytes(""); count]))];
    check_root(&tokens(2_999_979), "");
    check_root(&tokens(3_000_000), "W-many-tokens");
    let length = |length| [("file tree", dict([("a", leaf(length, 1, &[])), ("b", leaf(5, 2, &[]))]))];
    check(&v2(&length(16_000)), "I-v2-only");
    let huge = |pieces| {
        v1(
            &[],
            &[("length", int(1 << 48)), ("piece length", int(1 << 31)), ("pieces", bytes(vec![7; pieces]))],
        )
    };
    check(&huge(20 << 17), "E-piece-length-huge W-large-file");
}

#[test]
fn keys_that_nobody_knows_or_in_the_wrong_place() {
    check_root(&[("x", int(1))], "I-unknown-key");
    check_info(&[("x_cross_seed", int(1))], "I-unknown-info-key");
    check_root(&[("private", int(1))], "W-misplaced-key");
    check_info(&[("announce", bytes("http://t"))], "W-misplaced-key");
    check_root(&[("rtorrent", dict::<&str, &str>([]))], "W-session-data");
    check_root(&[("encoding", bytes("UTF-8")), ("publisher", bytes("me"))], "");
}

#[test]
fn tiers() {
    let tiers = |tiers: &[&[&str]]| {
        let tiers = tiers.iter().map(|tier| list(tier.iter().map(bytes)));
        ("announce-list", list(tiers))
    };
    check_root(&[tiers(&[&["http://t/a"], &["udp://u:1"]])], "");
    check_root(&[tiers(&[&["udp://u:1"]])], "W-announce-missing");
    check_root(&[tiers(&[&["http://t/a"], &[]])], "W-empty-tier");
    check_root(&[tiers(&[])], "W-empty-tier");
    check_root(&[tiers(&[&["http://t/a"], &["http://t/a"]])], "W-duplicate-tracker");
    check_root(&[tiers(&[&["http://t/a"]]), ("announce", vec![])], "I-no-announce");
    check_root(&[tiers(&[&["http://t/a", ""]])], "W-tracker-url");
    check_root(&[("announce-list", list([bytes("http://t/a"), bytes("udp://u:1")]))], "W-flat-tiers");
    check_root(&[("announce-list", list([list([bytes("http://t/a"), int(1)])]))], "W-list-item");
}

#[test]
fn links() {
    let check = |rest: &str, expected: &str| {
        let link = format!("magnet:?xt=urn:btih:{}{rest}", "ab".repeat(20));
        let found = super::super::check_link(&crate::magnet::Magnet::read(&link).unwrap());
        assert_eq!(
            found.iter().map(|finding| finding.code).collect::<Vec<_>>().join(" "),
            expected,
            "{rest}"
        );
    };
    check("", "I-trackerless");
    check("&tr=http://t/a&ws=http://w/", "");
    check("&tr=foo&tr=http://t/a", "W-magnet-item");
    check("&tr=http://t/a&kt=x", "I-magnet-key");
    check("&tr=http://t/a&tr=http://t/a", "W-duplicate-tracker");
    check("&tr=gopher://t/&ws=udp://w/&x.pe=h:1", "W-tracker-url W-web-seed-url");
    check("&tr=http%253A//t/a", "W-magnet-mended");
}

#[test]
fn tracker_urls() {
    let url = |url: &str| [("announce", bytes(url))];
    for good in [
        "https://t:443/a?k=1",
        "udp://t:6969/announce",
        "wss://t",
        "HTTP://t/",
        "http://[2606:4700::1111]:80/a",
    ] {
        check_root(&url(good), "");
    }
    for bad in [
        "t/announce",
        "http:t",
        "gopher://t/",
        "http:///announce",
        "http://t:0/",
        "http://t:65536/",
        "http://t:x/",
        "http://t/a b",
        " http://t/",
        "http://t/\n",
        "http://tä/",
        "udp://t/announce",
        "http://[::1/",
        "://t",
    ] {
        check_root(&url(bad), "W-tracker-url");
    }
    check_root(&url("http://me:secret@t/a"), "W-url-credentials");
    for local in [
        "http://localhost/a",
        "http://127.0.0.1:80/a",
        "udp://10.1.2.3:1",
        "http://192.168.0.1/",
        "http://[::1]/",
        "http://[fd00::1]/",
        "http://nas.local/",
    ] {
        check_root(&url(local), "I-local-url");
    }
}

/// `inspect-torrent --check` and fetch ask the same function about an address.
#[test]
fn what_fetch_refuses_of_strangers_is_local() {
    for (ip, reach) in ADDRESSES {
        let host = if ip.contains(':') { format!("[{ip}]") } else { ip.to_owned() };
        let expected = if reach == Reach::World { "" } else { "I-local-url" };
        for url in [format!("http://{host}/announce"), format!("udp://{host}:1"), format!("wss://{host}:1/a")]
        {
            check_root(&[("announce", bytes(&url))], expected);
        }
        check_root(&[("url-list", bytes(format!("http://{host}/n")))], expected);
    }
    for (name, reach) in NAMES {
        let expected = if reach.is_none_or(|reach| reach == Reach::World) { "" } else { "I-local-url" };
        check_root(&[("announce", bytes(format!("http://{name}/announce")))], expected);
    }
}

/// What it refuses whoever names it cannot work: an address as a single number, two users, a port that is none.
#[test]
fn what_fetch_takes_for_no_url_cannot_work() {
    // No tracker at all is another finding as well, and those of browsers are none of fetch's.
    for (url, _) in REFUSED.iter().filter(|(url, _)| !url.is_empty() && !url.starts_with("wss:")) {
        let user = if url.starts_with("udp://user@") { "W-url-credentials" } else { "" };
        check_root(&[("announce", bytes(url))], &format!("W-tracker-url {user}"));
    }
}

#[test]
fn where_peers_come_from() {
    let nodes = |host: &str, port| ("nodes", list([list([bytes(host), int(port)])]));
    check_root(&[("announce", vec![])], "I-trackerless");
    check_root(&[("announce", vec![]), nodes("h", 1)], "");
    check_root(&[nodes("h", 0)], "W-node");
    check_root(&[nodes("", 1)], "W-node");
    check(&v1(&[], &[("private", int(1))]), "");
    check(&v1(&[], &[("private", int(0))]), "I-private-zero");
    check(&v1(&[nodes("h", 1)], &[("private", int(1))]), "W-private-nodes");
    check(&v1(&[("announce", vec![])], &[("private", int(1))]), "W-private-trackerless I-trackerless");
}

#[test]
fn web_seeds() {
    let seed = |key, url: &str| [(key, bytes(url))];
    check_root(&seed("url-list", "http://w/n"), "");
    check_root(&seed("url-list", "http://w/"), "I-web-seed-slash");
    check_root(&seed("url-list", "ftp://w/n"), "");
    check_root(&seed("url-list", ""), "I-empty-web-seed");
    check_root(&seed("url-list", "udp://w/n"), "W-web-seed-url");
    check_root(&seed("url-list", "http://w/a b"), "W-web-seed-url");
    check_root(&seed("url-list", "http://u:p@w/n"), "W-url-credentials");
    check_root(&[("url-list", list([bytes("http://w/n"), bytes("http://w/n")]))], "W-duplicate-web-seed");
    check_root(&[("httpseeds", list([bytes("http://w/s.php")]))], "I-http-seed");
    check(&shared_folder(&seed("url-list", "http://w/")), "");
    check(&shared_folder(&seed("url-list", "http://w/n")), "W-web-seed-folder");
}

#[test]
fn dates_and_texts() {
    let date = |date| [("creation date", int(date))];
    check_root(&date(1_700_000_000), "");
    for odd in [1_449_709_200_000, 0, -1, 978_307_199, 4_102_444_800, i64::MAX] {
        check_root(&date(odd), "W-creation-date");
    }
    check_root(&[("encoding", bytes("utf8"))], "");
    check_root(&[("encoding", bytes("GBK"))], "W-encoding");
    check_root(&[("encoding", int(8))], "W-encoding");
    check_root(&[("comment", bytes(b"\xff"))], "W-text-not-utf8");
    check_root(&[("created by", bytes(b"\xff"))], "W-text-not-utf8");
    check_info(&[("source", bytes(b"\xff"))], "W-text-not-utf8");
}

#[test]
fn smaller_beps() {
    check_root(&[("signatures", dict::<&str, &str>([]))], "I-signatures");
    check_info(&[("root hash", bytes([1; 20]))], "W-root-hash");
    check_info(&[("similar", list([bytes([1; 20]), bytes([1; 32])]))], "");
    check_info(&[("similar", list([bytes([b'a'; 40])]))], "W-similar");
    check_root(&[("similar", list([bytes([1; 21])]))], "W-similar");
    check_info(&[("update-url", bytes("https://u/f.torrent"))], "");
    check_info(&[("update-url", bytes("soon"))], "W-update-url");
    check_info(&[("meta version", int(1))], "I-meta-version");
    check_info(&[("file tree", dict([("n", leaf(5, 1, &[]))]))], "W-v2-keys-ignored");
    check_root(&[("piece layers", b"de".to_vec())], "W-v2-keys-ignored");
}

#[test]
fn findings_are_few_in_order_and_never_quote_urls() {
    let files: Vec<_> = (0..100_u8).map(|number| raw_file(&[&[b'f', number, 0xff]])).collect();
    let findings = super::findings(&folder(&files, &[("x", int(1))]));
    let of_paths: Vec<_> = findings.iter().filter(|finding| finding.code == "W-path-not-utf8").collect();
    assert_eq!(of_paths.len(), 21);
    assert_eq!(of_paths[20].message, "80 more like the 20 that are listed");
    assert_eq!(of_paths[20].file, None);
    assert_eq!(findings[0].code, "I-unknown-info-key");
    let places: Vec<_> = findings.iter().filter_map(|finding| finding.file).collect();
    assert!(places.is_sorted(), "{places:?}");
    let secret =
        [("announce", bytes("gopher://t/PASSKEY")), ("url-list", bytes("http://a:PASSKEY@localhost/ "))];
    let findings = super::findings(&v1(&secret, &[]));
    assert!(findings.len() >= 2 && findings.iter().all(|finding| !finding.message.contains("PASSKEY")));
}
