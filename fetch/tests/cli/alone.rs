//! What needs nobody else: dry runs, printing torrents, content that is there already.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use test_kit::{Folder, bytes, dict, int, list, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::{run, tool, wanting, whole};

#[test]
fn a_dry_run_says_what_would_come_and_changes_nothing() {
    let folder = wanting("d/a 70000\nd/b 5", Protocol::V2);
    let outcome = run(&folder, "t --dry-run -o out").expect(0);
    assert!(outcome.stdout().starts_with("out/d: 68.36 KiB to fetch of 68.36 KiB, "), "{outcome}");
    assert!(outcome.stdout().ends_with("it fits\n"));
    let outcome = run(&folder, "t --dry-run --select b").expect(0);
    assert!(outcome.stdout().starts_with("d: 5 B to fetch of 5 B, "), "{outcome}");
    assert_eq!(folder.names(), ["t"]);

    let folder = whole("d/a 70000", Protocol::V1);
    assert!(run(&folder, "t --dry-run").expect(0).stdout().starts_with("d: 0 B to fetch"));
    folder.write("d/a", "other");
    assert!(
        run(&folder, "t --dry-run").expect(4).stderr().contains("d/a: exists with other content\nhint: ")
    );
    assert!(run(&folder, "t --dry-run --force").expect(0).stdout().contains("68.36 KiB to fetch"));
}

#[test]
fn a_torrent_is_printed_as_it_came() {
    let folder = wanting("d/a 70000", Protocol::Hybrid);
    let torrent = folder.read("t");
    assert_eq!(run(&folder, "t --print-torrent").expect(0).stdout, torrent);
    assert_eq!(tool(&folder, "- --print-torrent").stdin(torrent.clone()).run().expect(0).stdout, torrent);
}

#[test]
fn what_is_there_and_right_is_recognised() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        let folder = whole("d/a 70000\nd/b/c 5\nd/empty 0", protocol);
        let before = folder.names();
        let outcome = run(&folder, "t --peer 127.0.0.1:1").expect(0);
        assert_eq!(outcome.stdout(), "d\n");
        assert!(outcome.stderr().contains("d: all of it was there"), "{outcome}");
        assert_eq!(folder.names(), before);
    }
    let folder = whole("d 70000", Protocol::V1);
    let outcome = run(&folder, "t --quiet").expect(0);
    assert_eq!((outcome.stdout(), outcome.stderr()), ("d\n", ""));
}

#[test]
fn who_seeds_says_so() {
    let folder = whole("d 70000", Protocol::V1);
    let cases = [
        ("--seed-time 1s", "d: seeding at 127.0.0.1:PORT, for 1 s\n"),
        (
            "--seed-time 1s --seed-ratio 1.5",
            "d: seeding at 127.0.0.1:PORT, for 1 s or until 1.5 times its size was given\n",
        ),
        ("--seed-ratio 0", ""),
        ("--seed-time 1s --quiet", ""),
        ("--seed-time 1s --json", ""),
        ("", ""),
    ];
    for (options, expected) in cases {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let typed = format!("t --peer 127.0.0.1:1 --bind 127.0.0.1 --port {port} {options}");
        let outcome = run(&folder, typed.trim()).expect(0);
        let said_to_programs = outcome.stdout().contains("\"event\":\"seeding\",\"addresses\":[\"127.0.0.1:");
        assert_eq!(said_to_programs, options.contains("--json"), "{options}: {outcome}");
        let said: String = outcome.stderr().lines().filter(|line| line.contains("seeding")).collect();
        let said = said.replace(&port.to_string(), "PORT");
        assert_eq!(said.trim_start_matches("fetch: "), expected.trim_end(), "{options}: {outcome}");
    }
}

#[test]
fn a_tracker_that_may_not_be_asked_is_reported_with_the_way_out() {
    let cases = [
        ("http://10.0.0.1/announce", "10.0.0.1 is in a private network", "--allow-private"),
        ("udp://127.0.0.1:9/announce", "127.0.0.1 is on this machine", "--tracker"),
        ("http://169.254.169.254/announce", "169.254.169.254 is a reserved address", "--tracker"),
    ];
    let link = "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=n&tr=";
    for (url, why, option) in cases {
        let outcome = run(&Folder::new(""), &format!("{link}{url} --metadata-timeout 1s")).expect(5);
        let said = format!(
            "n: {url}: not asked: {why}, and only the link names it; `{option}` asks it all the same\n"
        );
        assert!(outcome.stderr().contains(&said), "{outcome}");
        assert!(
            outcome.stderr().contains("; 1 tracker not asked\nhint: `--allow-private` asks trackers in"),
            "{outcome}"
        );
    }
}

/// Also of a private torrent, which has nobody else to ask.
#[test]
fn a_web_seed_that_may_not_be_asked_is_reported_with_the_way_out() {
    let info = |private| {
        let pieces = bytes(seeded_bytes(1, 20));
        let keys =
            [("length", int(5)), ("name", bytes("n")), ("piece length", int(16384)), ("pieces", pieces)];
        dict(keys.into_iter().chain([("private", int(private))]))
    };
    for (seeds, tracker, why, count, hint) in [
        (
            vec!["http://10.0.0.1/n"],
            None,
            "10.0.0.1 is in a private network",
            "of 1 web seed: 1 not asked",
            "`--allow-private` asks web seeds in private networks",
        ),
        (
            vec!["http://127.0.0.1:9/n", "http://[::1]:9/n"],
            None,
            "127.0.0.1 is on this machine",
            "of 2 web seeds: 2 not asked",
            "`--allow-private` asks web seeds in private networks",
        ),
        (
            vec!["http://10.0.0.1/n"],
            Some("http://10.0.0.2/announce"),
            "10.0.0.1 is in a private network",
            "1 tracker not asked; of 1 web seed: 1 not asked",
            "`--allow-private` asks those in private networks",
        ),
    ] {
        for private in [0, 1] {
            let urls = list(seeds.iter().map(|url| bytes(*url)));
            let announce = tracker.map(|url| ("announce", bytes(url)));
            let keys = announce.into_iter().chain([("info", info(private)), ("url-list", urls)]);
            let folder = Folder::new("");
            folder.write("t", dict(keys));
            let outcome = run(&folder, "t --stall-timeout 1").expect(5);
            let option = if why.contains("private") { "--allow-private" } else { "--web-seed" };
            let said = format!(
                "t: {}: not asked: {why}, and only the torrent names it; `{option}` asks it all the same\n",
                seeds[0]
            );
            assert!(outcome.stderr().contains(&said), "{outcome}");
            assert!(outcome.stderr().contains(&format!("; {count}")), "{outcome}");
            assert!(outcome.stderr().contains(&format!("\nhint: {hint} all the same")), "{outcome}");
            let failed = crate::json::records(&run(&folder, "t --stall-timeout 1 --json").expect(5)).pop();
            assert_eq!(failed.unwrap()["web_seeds"]["not_asked"], seeds.len());
        }
    }
}

/// Without any limit of time.
#[test]
fn who_names_nobody_that_may_be_asked_ends_at_once() {
    let info = dict([
        ("length", int(5)),
        ("name", bytes("n")),
        ("piece length", int(16384)),
        ("pieces", bytes(seeded_bytes(1, 20))),
    ]);
    let tracked = |url: &str| dict([("announce", bytes(url)), ("info", info.clone())]);
    let seeded = |url: &str| dict([("info", info.clone()), ("url-list", bytes(url))]);
    let link = |rest: &str| format!("magnet:?xt=urn:btih:{}&dn=n&{rest}", "ab".repeat(20)).into_bytes();
    let (nobody, no_metadata) = ("there is no tracker, web seed or peer", "there is no tracker or peer");
    for (source, cause, words) in [
        (tracked("http://10.0.0.1/announce"), nobody, "; 1 tracker not asked\n"),
        (tracked("udp://100.64.0.1:6969/announce"), nobody, "; 1 tracker not asked\n"),
        (tracked("http://198.18.0.1/announce"), nobody, "; 1 tracker not asked\n"),
        (tracked("http://[64:ff9b::a00:1]/announce"), nobody, "; 1 tracker not asked\n"),
        (tracked("http://localhost:9/announce"), nobody, "; 1 tracker not asked\n"),
        (tracked("http://localhost./announce"), nobody, "; 1 tracker not asked\n"),
        (tracked("udp://nas.local:6969"), nobody, "; 1 tracker not asked\n"),
        (seeded("http://metadata.google.internal/n"), nobody, "; of 1 web seed: 1 not asked\n"),
        (tracked("http://0x7f.1/announce"), nobody, "; 1 tracker not asked\n"),
        (seeded("http://[::ffff:10.0.0.1]/n"), nobody, "; of 1 web seed: 1 not asked\n"),
        (seeded("http://[2002:a00:1::]/n"), nobody, "; of 1 web seed: 1 not asked\n"),
        (link("tr=http://192.168.0.1/announce"), no_metadata, "; 1 tracker not asked\n"),
        (link("tr=udp://127.0.0.1:1&ws=http://9.9.9.9/n"), no_metadata, "; 1 tracker not asked"),
        (link("x.pe=127.0.0.2:6881"), no_metadata, ""),
        (link("x.pe=localhost:6881&tr=http://10.0.0.1/announce"), no_metadata, "; 1 tracker not asked\n"),
    ] {
        let folder = Folder::new("");
        folder.write("t", &source);
        let began = Instant::now();
        let outcome = run(&folder, "t").expect(5);
        let shown = source.escape_ascii();
        assert!(began.elapsed() < Duration::from_secs(60), "{shown}");
        assert!(outcome.stderr().contains(&format!("t: {cause} to ask")), "{shown}: {outcome}");
        assert!(outcome.stderr().contains(words), "{shown}: {outcome}");
    }
    // A peer that the user names may be there later.
    let folder = Folder::new("");
    folder.write("t", tracked("http://169.254.169.254/announce"));
    let outcome = run(&folder, "t --peer 127.0.0.1:1 --stall-timeout 2").expect(5);
    assert!(outcome.stderr().contains("nothing came for 2 s"), "{outcome}");
}

#[test]
fn a_peer_that_a_link_may_not_name_is_reported_at_once() {
    let elsewhere = "and only the link names it; `--peer` dials it all the same";
    let cases = [
        ("127.0.0.1:5", format!("127.0.0.1:5: not dialled: 127.0.0.1 is on this machine, {elsewhere}\n")),
        (
            "127.0.0.1:5&x.pe=127.0.0.2:6",
            format!("127.0.0.1:5 (and 1 more): not dialled: 127.0.0.1 is on this machine, {elsewhere}\n"),
        ),
        ("[::1]:5", format!("[::1]:5: not dialled: ::1 is on this machine, {elsewhere}\n")),
        (
            "169.254.1.1:5",
            format!("169.254.1.1:5: not dialled: 169.254.1.1 is a reserved address, {elsewhere}\n"),
        ),
        (
            "198.18.0.1:5",
            "198.18.0.1:5: not dialled: 198.18.0.1 is in a private network, and only the link names it; \
             `--allow-private` dials it all the same\n"
                .to_owned(),
        ),
    ];
    let link = "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=n&x.pe=";
    for (peers, said) in cases {
        let outcome = run(&Folder::new(""), &format!("{link}{peers} --metadata-timeout 1s")).expect(5);
        assert!(outcome.stderr().contains(&format!("n: peer {said}")), "{outcome}");
    }
    let outcome =
        run(&Folder::new(""), &format!("{link}127.0.0.1:5 --peer 127.0.0.1:5 --metadata-timeout 1s"));
    assert!(!outcome.expect(5).stderr().contains("not dialled"));
}

#[test]
fn a_folder_is_no_torrent_and_what_makes_one_is_said() {
    let folder = Folder::new("dist/a 5");
    for typed in ["dist", "dist/", "."] {
        let outcome = run(&folder, typed).expect(4);
        let hint = "\nhint: SOURCE is a torrent; `make-torrent` makes one of a folder, `--output` names where to fetch to\n";
        assert!(outcome.stderr().ends_with(hint), "{outcome}");
    }
}

#[test]
fn of_files_in_one_piece_the_wrong_one_is_not_waited_for() {
    let folder = whole("d/a 70\nd/b 5\nd/c 6", Protocol::V1);
    folder.write("d/b", "other");
    let outcome = run(&folder, "t --peer 127.0.0.1:1").expect(4);
    let cause = "it or one of 2 files that share a piece with it exists with other content";
    let hint = "`verify-data` says more; `--force` repairs what is wrong in them";
    assert_eq!(outcome.stderr(), format!("fetch: d/a: {cause}\nhint: {hint}\n"));
    assert_eq!(folder.read("d/b"), b"other");
}

#[test]
fn nothing_else_is_touched() {
    let folder = whole("d/a 70000\nd/b 5", Protocol::V1);
    folder.write("d/a", "mine");
    let outcome = run(&folder, "t --peer 127.0.0.1:1").expect(4);
    assert_eq!(
        outcome.stderr(),
        "fetch: d/a: exists with other content\nhint: `--force` replaces it, or repairs what is wrong in it\n"
    );
    assert_eq!(folder.read("d/a"), b"mine");
    assert_eq!(folder.names(), ["d/", "d/a", "d/b", "t"]);
}

#[test]
fn globs_that_select_nothing_are_said() {
    let folder = whole("d/a.txt 5\nd/b 5", Protocol::V2);
    for (typed, idle) in
        [("*.txt --select nope", "nope"), ("*.txt,nope --dry-run", "nope"), ("0,d/b --quiet", "d/b")]
    {
        let said = format!("fetch: `--select {idle}`: matches nothing\n");
        let outcome = run(&folder, &format!("t --select {typed}")).expect(0);
        assert!(outcome.stderr().ends_with(&said), "{outcome}");
    }
    let outcome = run(&folder, "t --select *.txt,b").expect(0);
    assert!(!outcome.stderr().contains("--select"), "{outcome}");
}

/// A dead tracker, a mirror without the files and nobody at all come to the same.
#[test]
fn a_file_is_where_it_was_if_nothing_came_to_replace_it() {
    let dead = "--stall-timeout 1s --peer 127.0.0.1:1";
    for (sources, content) in [
        ("", "precious"),
        ("", ""),
        (dead, "precious"),
        ("--web-seed http://127.0.0.1:1/ --stall-timeout 1s", "mine"),
    ] {
        let folder = whole("d/a 40000\nd/b 40000", Protocol::V1);
        folder.write("d/b", content);
        let outcome = run(&folder, &format!("t --force {sources}")).expect(5);
        assert_eq!(folder.read("d/b"), content.as_bytes(), "{sources}: {outcome}");
        let outcome = run(&folder, "t --peer 127.0.0.1:1 --stall-timeout 1s").expect(4);
        assert!(outcome.stderr().contains("d/b: exists with other content"), "{outcome}");
        assert_eq!(folder.read("d/b"), content.as_bytes(), "{sources}");
    }
}

#[test]
fn one_bad_source_does_not_stop_the_rest() {
    let folder = whole("d 70000", Protocol::V1);
    let outcome = run(&folder, "missing t t").expect(4);
    assert_eq!(outcome.stdout(), "d\n");
    assert!(outcome.stderr().contains("missing: no such file"), "{outcome}");
    assert!(outcome.stderr().contains("t: named twice, fetched once"), "{outcome}");
}

#[test]
fn nobody_to_ask_is_reported_at_once() {
    let folder = wanting("d 70000", Protocol::V1);
    let outcome = run(&folder, "t").expect(5);
    assert!(
        outcome.stderr().contains("t: there is no tracker, web seed or peer to ask\nhint: "),
        "{outcome}"
    );
    assert_eq!(folder.names(), ["t"]);
    let link = "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=some+name";
    let outcome = run(&Folder::new(""), link).expect(5);
    assert!(
        outcome.stderr().contains("fetch: some name: there is no tracker or peer to ask for the metadata"),
        "{outcome}"
    );
}

#[test]
fn a_link_may_stand_in_a_file_or_on_stdin_and_what_is_wrong_in_it_is_said() {
    let link = "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=n&tr=foo";
    let folder = Folder::new("");
    folder.write("f", format!("{link}\n"));
    let said = [
        run(&folder, "f").expect(5),
        tool(&folder, "-").stdin(link).run().expect(5),
        tool(&folder, "").args([format!(" {link}\n")]).run().expect(5),
        run(&folder, "0123456789abcdef0123456789abcdef01234567").expect(5),
    ];
    for outcome in &said {
        assert!(
            outcome.stderr().contains("there is no tracker or peer to ask for the metadata"),
            "{outcome}"
        );
    }
    assert!(said[..3].iter().all(|outcome| outcome.stderr().contains("[W-magnet-item]")), "{}", said[0]);
    run(&folder, "--strict f").expect(3);
}

#[test]
fn where_nobody_can_listen_is_reported() {
    let folder = wanting("d 70000", Protocol::V1);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let outcome = run(&folder, &format!("t --peer 127.0.0.1:1 --bind 127.0.0.1 --port {port}")).expect(5);
    assert!(outcome.stderr().contains(&format!("t: port {port} of 127.0.0.1: ")), "{outcome}");
    let outcome = run(&folder, "t --peer 127.0.0.1:1 --bind 203.0.113.5").expect(5);
    assert!(outcome.stderr().contains("t: any port of 203.0.113.5: "), "{outcome}");
}

#[test]
fn a_torrent_comes_from_a_url() {
    let folder = whole("d 70000", Protocol::V2);
    let torrent = folder.read("t");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/some/x.torrent", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", torrent.len());
        assert!(connection.read(&mut [0; 4096]).unwrap() > 0);
        connection.write_all(&[head.as_bytes(), &torrent].concat()).unwrap();
    });
    let outcome = run(&folder, &url).expect(0);
    server.join().unwrap();
    assert_eq!(outcome.stdout(), "d\n");
}
