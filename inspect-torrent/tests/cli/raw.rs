//! Bencode as JSON and back.

use crate::{holding, run, sample, tool};

#[test]
fn there_and_back_without_loss() {
    for torrent in [sample(), [sample(), b"\xff\n".to_vec()].concat(), b"d1:bi007e1:a02:xye".to_vec()] {
        let json = run(&holding(&torrent), "--raw t").expect(0).stdout;
        assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
        let back = tool(&holding(b""), "--from-raw -").stdin(json).run().expect(0);
        assert_eq!(back.stdout, torrent);
    }
}

/// What `jq` does: it appends keys.
#[test]
fn an_edited_torrent_is_canonical() {
    let json = run(&holding(&sample()), "--raw t").expect(0).stdout().to_owned();
    let mut torrent: serde_json::Value = serde_json::from_str(&json).unwrap();
    torrent["announce"] = "http://b.example/a".into();
    torrent["a"] = 1.into();
    torrent["info"]["zz"] = 1.into();
    torrent["info"]["a"] = serde_json::json!({ "z": 1, "y": 2 });
    let folder = holding(b"");
    let edited = tool(&folder, "--from-raw -").stdin(torrent.to_string()).run().expect(0);
    folder.write("t", &edited.stdout);
    let check = run(&folder, "--check t").expect(0);
    assert!(!check.stdout().contains("W-unsorted"), "{check}");
    let again = run(&folder, "--raw t").expect(0);
    assert!(again.stdout().starts_with(r#"{"a":1,"announce":"http://b.example/a","#), "{again}");
}

#[test]
fn what_is_neither_is_refused() {
    let folder = holding(b"hello");
    let said = run(&folder, "--raw t").expect(3).stderr().to_owned();
    assert!(said.starts_with("inspect-torrent: t: not a torrent: it is a text file [E-bencode]\n"), "{said}");
}

#[test]
fn what_raw_did_not_write_is_named() {
    let record = run(&holding(&sample()), "--json t").expect(0).stdout;
    let page = b"<!doctype html><html>".to_vec();
    let cases = [
        (sample(), "it is a torrent, or bencode like it"),
        ([sample(), b"\n".to_vec()].concat(), "it is a torrent, or bencode like it"),
        (b"4:spam".to_vec(), "it is bencode"),
        (record.clone(), "it is what `--json` prints"),
        ([record.clone(), record].concat(), "it is what `--json` prints"),
        (page, "it is a web page, perhaps a login page"),
        (Vec::new(), "the file is empty"),
        (b"hello".to_vec(), "it is a text file"),
        (b"magnet:?xt=urn:btih:ab".to_vec(), "it is a magnet link"),
        (b"\x1f\x8b\x08\0".to_vec(), "it is compressed with gzip"),
    ];
    for (bytes, words) in cases {
        let said = run(&holding(&bytes), "--from-raw t").expect(3).stderr().to_owned();
        let hint = "hint: `--from-raw` reads what `--raw` writes";
        assert_eq!(said, format!("inspect-torrent: t: not the JSON of `--raw`: {words}\n{hint}\n"));
    }
    for (json, cause) in [
        (r#"{"info":{"$raw":"69"}}"#, "`$raw` is not one whole bencoded value"),
        (r#"{"info":{"$dict":[[1,2]]}}"#, "a key in `$dict` is not a string"),
        ("true", "bencode has no true"),
    ] {
        let said = run(&holding(json.as_bytes()), "--from-raw t").expect(3).stderr().to_owned();
        assert_eq!(said, format!("inspect-torrent: t: {cause}\n"));
    }
}
