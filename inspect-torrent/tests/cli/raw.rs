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

#[test]
fn what_is_neither_is_refused() {
    let folder = holding(b"hello");
    let said = run(&folder, "--raw t").expect(3).stderr().to_owned();
    assert!(said.starts_with("inspect-torrent: t: not a torrent: it is a text file [E-bencode]\n"), "{said}");
    assert!(
        run(&folder, "--from-raw t").expect(3).stderr().starts_with("inspect-torrent: t: expected value")
    );
}
