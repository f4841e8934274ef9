//! The lists, and what is done with each.

use torrent_core::bencode::json::{RawFile, from_json};
use torrent_core::files::{FileList, Placement};
use torrent_core::layout::Layout;
use torrent_core::lint::check;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::Metainfo;
use torrent_core::naming::{Names, Naming};
use torrent_core::path::RawPathBuf;
use torrent_core::redact::redact;

use crate::List;

pub(crate) const ALL: &[List] = &[
    ("files", 500, |count| files(count, |n| file(&[&n.to_string()], 1))),
    ("empty files", 500, |count| files(count, |n| file(&[&n.to_string()], 0))),
    ("files of one name", 500, |count| files(count, |_| file(&["a"], 1))),
    ("files that differ in case", 500, |count| files(count, |n| file(&[&cased(n)], 1))),
    ("files whose names become one", 500, |count| files(count, |n| file(&[&format!("a{}", odd(n))], 1))),
    // What makes them differ is cut off for the sake of a number.
    ("files whose long names become one", 250, |count| {
        files(2 * count, |n| file(&[&format!("{}{:05}{}", "l".repeat(235), n / 2, ["?", "*"][n % 2])], 1))
    }),
    ("files in folders of their own", 500, |count| files(count, |n| file(&[&n.to_string(), "a"], 1))),
    ("files in a deep folder", 100, |count| {
        files(count, |n| file(&[&["a"; 40][..], &[&n.to_string()]].concat(), 1))
    }),
    ("folders of a file", 500, |count| files(1, |_| file(&vec!["a"; count], 1))),
    ("pads", 500, |count| files(count, |n| entry(&n.to_string(), "4:attr1:p", 1))),
    ("pads by their names", 500, |count| files(count, |n| file(&["_____padding_file_", &n.to_string()], 1))),
    ("links", 500, |count| files(count, |n| entry(&n.to_string(), "4:attr1:l12:symlink pathl1:be", 0))),
    ("keys of a file", 500, |count| files(1, |_| entry("a", &numbered(count, "i1e"), 1))),
    ("attributes of a file", 500, |count| {
        files(1, |_| entry("a", &format!("4:attr{}:{}", count, "x".repeat(count)), 1));
    }),
    ("files of v2", 500, |count| v2(&many(count, |n| leaf(&format!("{n:06}"))))),
    ("folders of v2", 500, |count| v2(&many(count, |n| format!("6:{n:06}d{}e", leaf("a"))))),
    ("nested folders of v2", 10, |count| {
        v2(&format!("{}{}{}", "1:ad".repeat(count), leaf("a"), "e".repeat(count)))
    }),
    ("piece layers of no file", 500, |count| torrent(&format!("12:piece layersd{}e", layers(count)), V2)),
    ("tiers", 500, |count| torrent(&listed("announce-list", count, |n| format!("l{}e", url("http", n))), "")),
    ("trackers of a tier", 500, |count| {
        torrent(&format!("13:announce-listll{}ee", many(count, |n| url("udp", n))), "");
    }),
    ("one tracker again and again", 500, |count| {
        torrent(&listed("announce-list", count, |_| format!("l{}e", url("http", 1))), "");
    }),
    ("web seeds", 500, |count| torrent(&listed("url-list", count, |n| url("http", n)), "")),
    ("web seeds of BEP 17", 500, |count| torrent(&listed("httpseeds", count, |n| url("http", n)), "")),
    ("nodes", 500, |count| {
        torrent(&listed("nodes", count, |n| format!("l7:1.1.1.1i{}ee", n % 60_000 + 1)), "")
    }),
    ("similar torrents", 500, |count| torrent(&listed("similar", count, |n| format!("20:{n:020}")), "")),
    ("collections", 500, |count| torrent(&listed("collections", count, |n| text(&n.to_string())), "")),
    ("keys of the torrent", 500, |count| torrent(&numbered(count, "i1e"), "")),
    ("keys of the torrent, all the same", 500, |count| torrent(&"1:zi1e".repeat(count), "")),
    ("keys of the info", 500, |count| torrent("", &numbered(count, "i1e"))),
    ("values of an unknown list", 1000, |count| torrent(&format!("1:zl{}e", "i1e".repeat(count)), "")),
    ("lists in lists", 10, |count| torrent(&format!("1:z{}{}", "l".repeat(count), "e".repeat(count)), "")),
    ("bytes of a comment", 4000, |count| {
        torrent(&format!("7:comment{count}:{}", "\u{1b}".repeat(count)), "")
    }),
    ("pieces", 500, |count| one_file(count)),
    ("empty files amid a block that is looked up as often", 500, looked_up),
    ("trackers of a link", 500, |count| link(&many(count, |n| format!("&tr=http://t{n}.example/a")))),
    ("web seeds of a link", 500, |count| link(&many(count, |n| format!("&ws=http://w{n}.example/")))),
    ("peers of a link", 500, |count| link(&many(count, |n| format!("&x.pe=8.8.8.8:{}", n % 60_000 + 1)))),
    ("torrents of a link", 500, |count| link(&many(count, |n| format!("&xs=http://x{n}.example/a.torrent")))),
    ("sources of a link", 500, |count| link(&many(count, |n| format!("&as=http://x{n}.example/a.torrent")))),
    ("selected files of a link", 500, |count| {
        link(&format!("&so=0{}", many(count, |n| format!(",{}", 2 * n))))
    }),
    ("names of a link", 500, |count| link(&"&dn=a".repeat(count))),
    ("hashes of a link", 500, |count| link(&many(count, |n| format!("&xt=urn:btih:{n:040}")))),
    ("topics of other networks", 500, |count| link(&many(count, |n| format!("&xt=urn:n{n}:1")))),
    ("unknown keys of a link", 500, |count| link(&many(count, |n| format!("&k{n}=1")))),
    ("parts without a value", 1000, |count| link(&"&a".repeat(count))),
    ("escapes of a link", 1000, |count| link(&format!("&dn={}", "%e2%80%ae".repeat(count)))),
    ("broken escapes of a link", 1000, |count| link(&format!("&dn={}", "%".repeat(count)))),
    ("lines of a link", 1000, |count| link(&"\r\n&a=1".repeat(count))),
    ("ampersands of a link", 1000, |count| link(&"&amp;".repeat(count))),
    ("parameters of a URL", 1000, |count| {
        secrets(&format!("http://x/a?{}", many(count, |n| format!("passkey={n}&"))))
    }),
    ("folders of a URL", 1000, |count| {
        secrets(&format!("http://x/{}", many(count, |n| format!("{n:032x}/"))))
    }),
    ("URLs in a text", 500, |count| secrets(&many(count, |n| format!("http://u:p@x/announce?key={n} ")))),
];

/// Everything that happens to a torrent without its data: it is read, judged, named, shown and made a link.
fn take(bytes: Vec<u8>) {
    let shown = serde_json::to_string(&RawFile::new(&bytes, Some(redact)).expect("it is bencode"));
    let _ = from_json(&shown.expect("it can be shown"));
    let Ok(parsed) = Metainfo::parse(bytes) else { return };
    let _ = check(&parsed);
    let naming = Naming { clean: true, ..Naming::default() };
    for naming in [Naming::default(), naming] {
        let _ = Names::of(&parsed.metainfo, &naming, 240);
    }
    let _ = Magnet::parse(&Magnet::of(&parsed.metainfo).to_string());
}

fn torrent(outer: &str, info: &str) {
    let all = if info.starts_with("9:file tree") { "" } else { "6:lengthi1e6:pieces20:aaaaaaaaaaaaaaaaaaaa" };
    take(format!("d{outer}4:infod{all}{info}4:name1:t12:piece lengthi16384eee").into_bytes());
}

fn files(count: usize, one: impl Fn(usize) -> String) {
    // One more, of a byte: without content it would be no torrent.
    let list = many(count, one) + &file(&["zz"], 1);
    let pieces = 20 * (count + 1).div_ceil(16384);
    let hash = format!("6:pieces{pieces}:{}", "a".repeat(pieces));
    take(format!("d4:infod5:filesl{list}e4:name1:t12:piece lengthi16384e{hash}ee").into_bytes());
}

fn looked_up(count: usize) {
    let mut files = FileList::default();
    for (n, length) in [1].into_iter().chain(vec![0; count]).chain([9]).enumerate() {
        files.push(RawPathBuf::of([n.to_string().as_bytes()]).as_path(), length);
    }
    files.place(Placement::Packed).expect("they fit");
    (0..count).for_each(|_| assert_eq!(Layout::new(&files, 16384).spans(0..10).count(), 2));
}

fn one_file(pieces: usize) {
    let (length, hashes) = (pieces << 14, "a".repeat(20 * pieces));
    let info = format!("6:lengthi{length}e4:name1:t12:piece lengthi16384e6:pieces{}:{hashes}", hashes.len());
    take(format!("d4:infod{info}ee").into_bytes());
}

fn v2(tree: &str) {
    torrent("", &format!("9:file treed{tree}e12:meta versioni2e"));
}

fn link(parameters: &str) {
    let hash = if parameters.contains("btih") {
        ""
    } else {
        "&xt=urn:btih:4141414141414141414141414141414141414141"
    };
    let _ = Magnet::read(&format!("magnet:?a=1{hash}{parameters}"));
}

fn secrets(text: &str) {
    assert!(!redact(text.as_bytes()).is_empty());
}

fn file(path: &[&str], length: usize) -> String {
    let path: String = path.iter().map(|name| text(name)).collect();
    format!("d6:lengthi{length}e4:pathl{path}ee")
}

fn entry(name: &str, more: &str, length: usize) -> String {
    format!("d6:lengthi{length}e4:pathl{}e{more}e", text(name))
}

/// A file of v2.
fn leaf(name: &str) -> String {
    format!("{}d0:d6:lengthi1e11:pieces root32:{}ee", text(name), "r".repeat(32))
}

/// Of files that are not there.
fn layers(count: usize) -> String {
    many(count, |n| format!("32:{n:032}32:{}", "h".repeat(32)))
}

fn text(text: &str) -> String {
    format!("{}:{text}", text.len())
}

fn url(scheme: &str, n: usize) -> String {
    text(&format!("{scheme}://h{n}.example/announce?passkey={n}"))
}

fn listed(key: &str, count: usize, one: impl Fn(usize) -> String) -> String {
    format!("{}l{}e", text(key), many(count, one))
}

/// So many keys with this value.
fn numbered(count: usize, value: &str) -> String {
    many(count, |n| format!("8:k{n:07}{value}"))
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

/// `a` sixteen times, each in upper or lower case.
fn cased(n: usize) -> String {
    (0..16).map(|bit| if n >> bit & 1 == 1 { 'A' } else { 'a' }).collect()
}

/// What no name may hold on some systems, in many forms.
fn odd(n: usize) -> String {
    (0..16).map(|bit| if n >> bit & 1 == 1 { '?' } else { '*' }).collect()
}

/// A v2 torrent of one file.
const V2: &str =
    "9:file treed1:td0:d6:lengthi1e11:pieces root32:rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrreee12:meta versioni2e";
