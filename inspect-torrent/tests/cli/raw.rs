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
    assert!(
        run(&folder, "--from-raw t").expect(3).stderr().starts_with("inspect-torrent: t: expected value")
    );
}
