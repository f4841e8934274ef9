//! What is said of the DHT where it finds nobody. How it finds somebody is judged in `tests/interop`.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use test_kit::Folder;

use crate::tool;

const HASH: &str = "0123456789abcdef0123456789abcdef01234567";

/// What is typed is stronger than the variable that tests have; a FIFO in the place of the saved nodes holds nobody up.
#[test]
fn a_node_that_does_not_answer_is_named() {
    let (folder, state) = (Folder::new(""), Folder::new("dht-nodes |"));
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let node = silent.local_addr().unwrap();
    let typed = format!("{HASH} --dht-node {node} --bind 127.0.0.1 --metadata-timeout 2s");
    let began = Instant::now();
    let outcome = tool(&folder, &typed).env("STATE_DIRECTORY", state.path()).run().expect(5);
    assert!(began.elapsed() < Duration::from_secs(60), "{outcome}");
    for said in [
        "PIECEWORK_NO_DHT is set, and `--dht-node` is stronger: the DHT is used\n".to_owned(),
        "dht-nodes: is not a regular file; the DHT begins without it\n".to_owned(),
        format!("no peer gave the metadata within 2 s; no answer from the DHT at {node}\n"),
    ] {
        assert!(outcome.stderr().contains(&said), "{outcome}");
    }
}
