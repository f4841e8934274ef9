//! Of many torrents, most sleep until a peer asks for one.

use test_kit::{Content, Folder, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::json::of_event;
use crate::offering::{download, end, offer, torrent};

/// More than those that are awake all the time.
const COUNT: usize = 130;

/// A folder of torrents in `torrents`, whose data is in `data`.
fn library() -> Folder {
    let folder = Folder::new("");
    for number in 0..COUNT {
        let (name, bytes) = (format!("{number}"), seeded_bytes(number as u64, 20_000));
        let content = Content::of_file(Protocol::V1, &name, &bytes, 16384);
        folder.write(format!("data/{number}"), bytes);
        folder.write(format!("torrents/{number}.torrent"), content.metainfo().bytes());
    }
    folder
}

#[test]
fn all_are_offered_at_once_and_those_that_sleep_wake_for_a_peer() {
    let folder = library();
    folder.remove("data/7");
    folder.write("torrents/again.torrent", folder.read("torrents/9.torrent"));
    let (running, port) = offer(&folder, "torrents --data data --json");
    // Those whose names come last sleep.
    for number in [9, 98, 99] {
        let target = download(torrent(folder.read(format!("torrents/{number}.torrent"))), port);
        assert!(target.read(format!("{number}")) == folder.read(format!("data/{number}")), "{number}");
    }
    let outcome = end(running);
    assert_eq!(of_event(&outcome, "offered").len(), COUNT - 1, "{outcome}");
    assert_eq!(of_event(&outcome, "duplicate").len(), 1);
    let failed = of_event(&outcome, "failed").remove(0);
    assert!(failed["message"].as_str().unwrap().contains("there is no `7` in it"), "{failed}");
    assert_eq!(of_event(&outcome, "ended").len(), 100 + 3, "of those that were awake");
}
