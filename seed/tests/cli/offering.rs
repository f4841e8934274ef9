//! One offers, the engine of fetch downloads from it.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use swarm_net::{Job, JobEvent, Session, Settings, Source};
use test_kit::{Folder, Outcome, Running, Signal};
use torrent_core::address::Namer;
use torrent_core::magnet::{Magnet, Peer};
use torrent_core::metainfo::{Metainfo, Protocol};

use crate::json::{of_event, records};
use crate::{run, tool, whole};

const TREE: &str = "d/a 300000\nd/b/c 5\nd/b/empty 0\nd/e 32768\nd/f 70000";

/// What is offered, typed behind `seed`; and its port.
pub(crate) fn offer(folder: &Folder, typed: &str) -> (Running, u16) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let running = tool(folder, &format!("{typed} --port {port} --bind 127.0.0.1")).spawn();
    let began = Instant::now();
    // Who is not there is dialled again only after a while.
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(30), "nobody listens");
        thread::sleep(Duration::from_millis(5));
    }
    (running, port)
}

/// Downloads from whoever listens at the port.
pub(crate) fn download(source: Source, port: u16) -> Folder {
    let folder = Folder::new("");
    let settings = Settings { bind: Some([127, 0, 0, 1].into()), ..Settings::default() };
    let mut session = Session::new(settings).unwrap();
    let peers = vec![Peer { host: "127.0.0.1".to_owned(), port }];
    session.add(Job {
        peers,
        came_from: Some(Namer::at(Ipv4Addr::LOCALHOST.into())),
        ..Job::new(source, folder.path())
    });
    let began = Instant::now();
    while !session.is_empty() {
        for (_, event) in session.turn(Duration::from_millis(50)) {
            if let JobEvent::Ended(outcome) = event {
                outcome.result.unwrap();
            }
        }
        assert!(began.elapsed() < Duration::from_secs(50), "it does not come");
    }
    folder
}

pub(crate) fn torrent(bytes: Vec<u8>) -> Source {
    Source::Torrent(Arc::new(Metainfo::parse(bytes).unwrap().metainfo))
}

pub(crate) fn link(text: &str) -> Source {
    Source::Magnet(Box::new(Magnet::parse(text).unwrap()))
}

/// Ends it as its user would.
pub(crate) fn end(running: Running) -> Outcome {
    running.signal(Signal::INT);
    running.finish().expect(130)
}

fn assert_same(a: &Folder, b: &Folder, path: &str) {
    assert!(a.read(path) == b.read(path), "{path}");
}

#[test]
fn a_torrent_and_its_data_are_given() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        let folder = whole(TREE, protocol);
        let (running, port) = offer(&folder, "d.torrent --json --bill 2");
        let target = download(torrent(folder.read("d.torrent")), port);
        let outcome = end(running);
        for path in ["d/a", "d/b/c", "d/e", "d/f"] {
            assert_same(&folder, &target, path);
        }
        let offered = of_event(&outcome, "offered").remove(0);
        assert_eq!((&offered["torrent"], &offered["path"]), (&"d.torrent".into(), &"d".into()));
        assert_eq!(offered["addresses"][0], format!("127.0.0.1:{port}"));
        let ended = records(&outcome).pop().unwrap();
        assert_eq!((&ended["event"], &ended["copies_given"]), (&"ended".into(), &1.0.into()), "{outcome}");
        assert_eq!(ended["copies_received"], 1.0, "{outcome}");
    }
}

#[test]
fn a_folder_and_a_file_are_given_as_they_are_and_the_link_is_enough() {
    for (tree, typed, files) in [
        (TREE, "d", &["d/a", "d/b/c", "d/f"][..]),
        ("d 100000", "d", &["d"]),
        (TREE, "d --protocol hybrid", &["d/a", "d/e"]),
        (TREE, "d --protocol v2", &["d/a", "d/e"]),
        (TREE, "./d/", &["d/a"]),
    ] {
        let folder = Folder::new(tree);
        // The same files give the same link again.
        let (first, port) = offer(&folder, &format!("{typed} --seed-time 1"));
        let text = first.finish().expect(0).stdout().trim_end().to_owned();
        let magnet = Magnet::parse(&text).unwrap();
        assert_eq!(magnet.peers, [Peer { host: "127.0.0.1".to_owned(), port }], "{text}");
        let (running, other_port) = offer(&folder, typed);
        let target = download(link(&text), other_port);
        let again = end(running).stdout().trim_end().to_owned();
        assert_eq!(again, text.replace(&port.to_string(), &other_port.to_string()));
        files.iter().for_each(|path| assert_same(&folder, &target, path));
    }
}

/// Peers tell nobody the metadata of a private torrent (BEP 27), so a link that does not say where the .torrent is leads nowhere.
#[test]
fn a_private_torrent_has_a_link_only_where_the_torrent_is_served() {
    let folder = whole("d/a 300000", Protocol::V1);
    let public = folder.read("d.torrent");
    folder.write("d.torrent", [&public[..public.len() - 2], b"7:privatei1eee"].concat());
    for (serve, links) in [("", 0), ("--serve", 1)] {
        let typed = format!("d.torrent --seed-time 1 --bind 127.0.0.1 {serve}");
        let outcome = run(&folder, &typed).expect(0);
        assert_eq!(outcome.stdout().lines().count(), links, "{outcome}");
        let said =
            "seed: d.torrent: no magnet link, because it is private: others need the .torrent itself\n";
        assert_eq!(outcome.stderr().contains(said), links == 0, "{outcome}");
        let offered = of_event(&run(&folder, &format!("{typed} --json")).expect(0), "offered").remove(0);
        let magnet = offered.get("magnet").map(|magnet| Magnet::parse(magnet.as_str().unwrap()).unwrap());
        assert_eq!(magnet.map_or(0, |magnet| magnet.torrents.len()), links, "{offered}");
    }
}

#[test]
fn data_that_is_not_the_torrents_is_named_and_the_rest_is_given() {
    for check in ["lazy", "full", "sizes"] {
        let folder = whole(TREE, Protocol::V2);
        folder.remove("d/f");
        folder.write("d/e", "short");
        let typed = format!("d.torrent --check {check} --seed-time 1 --bind 127.0.0.1");
        let outcome = run(&folder, &typed).expect(4);
        for said in [
            "seed: d.torrent: d/f: is not there; what it spoils is not given\n",
            "seed: d.torrent: d/e: has 5 bytes instead of 32768; what it spoils is not given\n",
            "seed: d.torrent: 11 of 15 pieces of 393.33 KiB is offered\n",
        ] {
            assert!(outcome.stderr().contains(said), "{outcome}");
        }
        let damaged = of_event(&run(&folder, &format!("{typed} --json")).expect(4), "damaged");
        assert_eq!(damaged.len(), 2);
        folder.remove("d");
        folder.add("d/");
        let outcome = run(&folder, &typed).expect(4);
        assert!(outcome.stderr().contains("is not there"), "{outcome}");
        assert_eq!(outcome.stdout(), "", "nothing is left to be offered");
    }
}

#[test]
fn data_may_have_any_name_and_lie_anywhere() {
    let folder = whole("d/a 300000\nd/b 5", Protocol::V1);
    let file = whole("d 70000", Protocol::V1);
    folder.write("file.torrent", file.read("d.torrent"));
    folder.write("elsewhere/renamed.iso", file.read("d"));
    std::fs::rename(folder.join("d"), folder.join("elsewhere/other")).unwrap();
    std::os::unix::fs::symlink("elsewhere/other", folder.join("link")).unwrap();
    folder.write("all/d.torrent", folder.read("d.torrent"));
    folder.add("stock/d/a 1");
    folder.remove("stock/d");
    std::fs::create_dir_all(folder.join("stock")).unwrap();
    std::os::unix::fs::symlink("../elsewhere/other", folder.join("stock/d")).unwrap();
    for (typed, path) in [
        ("d.torrent elsewhere/other", "elsewhere/other"),
        ("d.torrent link", "link"),
        ("file.torrent elsewhere/renamed.iso", "elsewhere/renamed.iso"),
        ("d.torrent stock", "stock/d"),
        ("all --data stock", "stock/d"),
        ("file.torrent elsewhere/renamed.iso d.torrent elsewhere/other", "elsewhere/other"),
    ] {
        let outcome =
            run(&folder, &format!("{typed} --check full --seed-time 1 --bind 127.0.0.1 --json")).expect(0);
        let offered = of_event(&outcome, "offered");
        assert_eq!(offered.last().unwrap()["path"], path, "{outcome}");
        let ended = of_event(&outcome, "ended").pop().unwrap();
        assert!(ended["available"].as_u64() >= Some(70000), "{outcome}");
    }
}

#[test]
fn of_several_each_is_offered_that_can_be() {
    let folder = whole("d/a 300000\nf 5000", Protocol::V1);
    folder.write("all/d.torrent", folder.read("d.torrent"));
    folder.write("all/bad.torrent", "no torrent");
    let outcome = run(&folder, "all f missing d.torrent --seed-time 1 --bind 127.0.0.1 --json").expect(4);
    let sources = |event| -> Vec<String> {
        of_event(&outcome, event)
            .iter()
            .map(|record| record["source"].as_str().unwrap_or("").into())
            .collect()
    };
    assert_eq!(sources("offered"), ["all/d.torrent", "f"], "{outcome}");
    assert_eq!(sources("duplicate"), ["d.torrent"]);
    assert_eq!(of_event(&outcome, "failed").len(), 2);
    for said in [
        "seed: all/bad.torrent: ",
        "seed: missing: no such file",
        "seed: d.torrent: is the torrent of all/d.torrent",
    ] {
        assert!(outcome.stderr().contains(said), "{outcome}");
    }
}

#[test]
fn a_torrent_that_is_made_can_be_saved() {
    let folder = Folder::new("d/a 300000\nout/");
    let typed = "d --seed-time 1 --bind 127.0.0.1 --announce udp://127.0.0.1:9/a,http://127.0.0.1:9/a --web-seed http://127.0.0.1:9/";
    for (option, file) in
        [("", None), ("--save-torrent", Some("d.torrent")), ("--save-torrent=out", Some("out/d.torrent"))]
    {
        let outcome = run(&folder, &format!("{typed} {option}")).expect(0);
        let Some(file) = file else { continue };
        let torrent = Metainfo::parse_strict(folder.read(file)).unwrap();
        assert_eq!(
            torrent.advisory().trackers,
            [[b"udp://127.0.0.1:9/a".to_vec(), b"http://127.0.0.1:9/a".to_vec()]]
        );
        let link = Magnet::parse(outcome.stdout().trim_end()).unwrap();
        assert_eq!((link.info_hash_v1, link.web_seeds.len()), (torrent.info_hash_v1(), 1));
        // The same again is no mistake, another is.
        run(&folder, &format!("{typed} {option}")).expect(0);
        folder.write(file, "theirs");
        run(&folder, &format!("{typed} {option}")).expect(4);
        run(&folder, &format!("{typed} {option} --force")).expect(0);
    }
}

#[test]
fn a_port_that_is_taken_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = Folder::new("d 5000");
    let port = listener.local_addr().unwrap().port();
    let outcome = run(&folder, &format!("d --bind 127.0.0.1 --port {port}")).expect(5);
    assert!(outcome.stderr().contains("hint: `--port` names another"), "{outcome}");
}

#[test]
fn a_torrent_that_memory_is_too_short_for_says_so() {
    let folder = Folder::new("");
    folder.write("x.torrent", vec![b'x'; 5 << 20]);
    let cases = [
        ("--memory 1MiB", "the torrent is longer than 4.75 MiB, for which there is memory"),
        ("--memory 1MiB --max-size 100KiB", "more than 102400 bytes"),
    ];
    for (options, said) in cases {
        let outcome = run(&folder, &format!("{options} x.torrent"));
        assert_eq!(outcome.code, Some(3));
        assert!(outcome.stderr().contains(said), "{}", outcome.stderr());
    }
}
