//! `--key`: a torrent that its publisher has signed, and those that nobody has.

use signature::{KeyFile, SecretKey, key_file};
use test_kit::Folder;
use torrent_core::metainfo::Protocol;

use crate::links::{ok, server};
use crate::{run, wanting};

/// A key that `minisign -G -W` made, and the public one; and that of somebody else.
const SECRET: &str = "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAhXuFp26pKuTuKFecc/M4SOGGowMIEzitCQ8CNmuJv+m+mAaNXUus/zslRedi3eHbH+FA5xPFZOueB1P4v1NqHh3GwtH2N9ysAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const PUBLIC: &str = "RWSFe4Wnbqkq5DslRedi3eHbH+FA5xPFZOueB1P4v1NqHh3GwtH2N9ys";
const OTHER: &str = "RWR7cCHbJVI1XoE2xpEocxMTTLxjnpZozVJnlRReQ9Ln+6oi8SyjZuTW";

fn secret() -> SecretKey {
    match key_file(SECRET) {
        Ok(KeyFile::Open(key)) => key,
        _ => panic!("it is without a password"),
    }
}

#[test]
fn only_what_the_key_has_signed_is_taken() {
    let folder = wanting("d 70000", Protocol::V1);
    let dry =
        |key: &str, exit| run(&folder, &format!("t --dry-run --key {key}")).expect(exit).stderr().to_owned();
    assert!(dry(PUBLIC, 3).starts_with("fetch: t: it is not signed: no such file or directory"));
    let torrent = folder.read("t");
    folder.write("t.minisig", secret().sign_file(&torrent, "file:t"));
    dry(PUBLIC, 0);
    assert!(
        dry(OTHER, 3).contains("t: its signature does not count: signed with another key: E42AA96EA7857B85")
    );
    folder.write("t", [&torrent[..], b" "].concat());
    assert!(dry(PUBLIC, 3).contains("t: its signature does not count: changed since it was signed"));
    folder.write("t", torrent);
    folder.write("t.minisig", vec![b'x'; 1 << 20]);
    assert!(dry(PUBLIC, 3).contains("t: its signature does not count: the signature is damaged"));
    // Nobody is waited for at a FIFO.
    folder.remove("t.minisig");
    folder.add("t.minisig |");
    assert!(dry(PUBLIC, 3).starts_with("fetch: t: it is not signed: is not a regular file"));
    assert!(dry("RW", 2).contains("`--key RW`: not a public key of minisign"));
}

#[test]
fn at_a_url_the_signature_lies_beside_the_torrent() {
    let folder = wanting("d 70000", Protocol::V1);
    let torrent = folder.read("t");
    let minisig = secret().sign_file(&torrent, "file:t");
    let address = server(move |path, _| match path {
        "/t?a=1" | "/unsigned" => ok(&torrent),
        "/t.minisig?a=1" => ok(minisig.as_bytes()),
        _ => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
    });
    let dry = |path: &str, exit| {
        run(&Folder::new(""), &format!("http://{address}/{path} --dry-run --key {PUBLIC}")).expect(exit)
    };
    dry("t?a=1", 0);
    let outcome = dry("unsigned", 3);
    assert!(outcome.stderr().contains("/unsigned: it is not signed: "), "{outcome}");
}

#[test]
fn what_nothing_lies_beside_is_refused() {
    let link = format!("magnet:?xt=urn:btih:{}", "a".repeat(40));
    for source in [link.as_str(), "-"] {
        let outcome = run(&Folder::new(""), &format!("{source} --key {PUBLIC}")).expect(2);
        assert!(outcome.stderr().contains("`--key` is for files and URLs"), "{outcome}");
    }
}
