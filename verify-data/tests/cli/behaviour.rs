//! BEHAVIOUR.md, case by case: every line of its table is a test here, and the other way round.

use std::os::unix::fs::symlink;

use test_kit::Folder;
use torrent_core::metainfo::Protocol;

use crate::{run, states, whole};

/// Two files that share no v2 piece but, in v1, the piece at the end of the first.
const TREE: &str = "d/a 40000\nd/b 20000\nd/sub/c 0";

struct Case {
    name: &'static str,
    change: fn(&Folder),
    /// The state of the file that is changed, v2 and hybrid.
    exact: &'static str,
    /// The states of both files in v1.
    v1: [&'static str; 2],
    exit: i32,
}

const CASES: &[Case] = &[
    Case { name: "whole", change: |_| {}, exact: "a ok", v1: ["a ok", "b ok"], exit: 0 },
    Case {
        name: "a byte is wrong",
        change: |folder| edit(folder, "d/a", |bytes| bytes[20_000] ^= 1),
        exact: "a damaged 16384+16384",
        v1: ["a damaged 16384+16384", "b ok"],
        exit: 1,
    },
    Case {
        name: "a byte is wrong in a v1 piece that two files share",
        change: |folder| edit(folder, "d/a", |bytes| bytes[39_999] ^= 1),
        exact: "a damaged 32768+7232",
        v1: ["a suspect 32768+7232", "b suspect 0+9152"],
        exit: 1,
    },
    Case {
        name: "nothing is there",
        change: |folder| folder.remove("d/a"),
        exact: "a missing 0+40000",
        v1: ["a missing 0+40000", "b unproven 0+9152"],
        exit: 1,
    },
    Case {
        name: "bytes are missing at the end",
        change: |folder| edit(folder, "d/a", |bytes| bytes.truncate(39_000)),
        exact: "a short 32768+7232",
        v1: ["a short 32768+7232", "b unproven 0+9152"],
        exit: 1,
    },
    Case {
        name: "there are more bytes",
        change: |folder| edit(folder, "d/a", |bytes| bytes.push(0)),
        exact: "a long",
        v1: ["a long", "b ok"],
        exit: 1,
    },
    Case {
        name: "a folder is there",
        change: |folder| replace(folder, |path| std::fs::create_dir(path).unwrap()),
        exact: "a wrong-type 0+40000",
        v1: ["a wrong-type 0+40000", "b unproven 0+9152"],
        exit: 1,
    },
    Case {
        name: "a FIFO is there",
        change: |folder| {
            folder.remove("d/a");
            folder.add("d/a |");
        },
        exact: "a wrong-type 0+40000",
        v1: ["a wrong-type 0+40000", "b unproven 0+9152"],
        exit: 1,
    },
    Case {
        name: "a link leads to the data, inside DATA",
        change: |folder| {
            folder.write("d/elsewhere", folder.read("d/a"));
            replace(folder, |path| symlink("elsewhere", path).unwrap());
        },
        exact: "a ok",
        v1: ["a ok", "b ok"],
        exit: 0,
    },
    Case {
        name: "a link leads out of DATA",
        change: |folder| replace(folder, |path| symlink("/etc/passwd", path).unwrap()),
        exact: "a wrong-type 0+40000",
        v1: ["a wrong-type 0+40000", "b unproven 0+9152"],
        exit: 1,
    },
    Case {
        name: "a link leads to a device",
        change: |folder| replace(folder, |path| symlink("/dev/zero", path).unwrap()),
        exact: "a wrong-type 0+40000",
        v1: ["a wrong-type 0+40000", "b unproven 0+9152"],
        exit: 1,
    },
];

fn edit(folder: &Folder, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = folder.read(path);
    change(&mut bytes);
    folder.write(path, bytes);
}

fn replace(folder: &Folder, put: impl FnOnce(std::path::PathBuf)) {
    folder.remove("d/a");
    put(folder.join("d/a"));
}

#[test]
fn every_case_gives_its_answer() {
    for case in CASES {
        for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
            let folder = whole(TREE, protocol);
            (case.change)(&folder);
            let outcome = run(&folder, "t --json").expect(case.exit);
            let found = states(&outcome);
            let expected = if protocol == Protocol::V1 { case.v1 } else { [case.exact, "b ok"] };
            assert_eq!(found[..2], expected, "{} {protocol:?}", case.name);
            assert_eq!(found[2], "sub/c ok", "{} {protocol:?}", case.name);
        }
    }
}

#[test]
fn the_page_has_a_line_for_every_case() {
    let page = include_str!("../../BEHAVIOUR.md");
    for case in CASES {
        let state = |said: &'static str| said.split(' ').nth(1).unwrap();
        let (exact, v1) = (state(case.exact), state(case.v1[0]));
        let state = if exact == v1 { exact.to_owned() } else { format!("{exact}; in v1 {v1}") };
        let line = format!("| {} | {state} |", case.name);
        assert!(page.contains(&line), "BEHAVIOUR.md has no line `{line}`");
    }
    let lines = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| What")).count();
    assert_eq!(lines, CASES.len(), "BEHAVIOUR.md has other lines than the cases");
}

#[test]
fn a_bad_neighbour_does_not_accuse_when_it_is_bad_without() {
    let folder = whole(TREE, Protocol::V1);
    edit(&folder, "d/a", |bytes| bytes[0] ^= 1);
    edit(&folder, "d/a", |bytes| bytes[39_999] ^= 1);
    let found = states(&run(&folder, "t --json").expect(1));
    assert_eq!(found[..2], ["a damaged 0+16384 32768+7232", "b unproven 0+9152"]);
}

#[test]
fn stored_links_are_compared_and_not_followed() {
    let folder = whole("d/a: data\nd/sub/link -> ../a", Protocol::Hybrid);
    assert_eq!(states(&run(&folder, "t --json").expect(0)), ["a ok", "sub/link ok"]);
    for (target, state) in
        [("./../a", "ok"), ("../b", "wrong-type"), ("/a", "wrong-type"), ("../../d/a", "wrong-type")]
    {
        folder.remove("d/sub/link");
        symlink(target, folder.join("d/sub/link")).unwrap();
        assert_eq!(states(&run(&folder, "t --json"))[1], format!("sub/link {state}"), "{target}");
    }
    folder.remove("d/sub/link");
    assert_eq!(states(&run(&folder, "t --json").expect(1))[1], "sub/link missing");
    folder.write("d/sub/link", "data");
    assert_eq!(states(&run(&folder, "t --json").expect(1))[1], "sub/link wrong-type");
}

#[test]
fn data_is_the_content_or_the_folder_that_holds_it() {
    let folder = whole("d/a 5\nother/x 1", Protocol::V1);
    for data in ["", ".", "d", "./d/"] {
        run(&folder, &format!("t {data}")).expect(0);
    }
    run(&folder, "t other").expect(1);
    assert_eq!(
        run(&folder, "t gone").expect(1).stderr(),
        "verify-data: gone: no such file or directory (ENOENT)\n"
    );
}

#[test]
fn content_that_holds_its_own_name_is_still_the_content() {
    let folder = whole("d/d/a 5\nd/d/b 5\nd/c 5", Protocol::V1);
    run(&folder, "t d").expect(0);
    run(&folder, "t .").expect(0);
}

#[test]
fn nothing_on_disk_is_changed() {
    let folder = whole(TREE, Protocol::Hybrid);
    edit(&folder, "d/a", |bytes| bytes[0] ^= 1);
    let before = (
        folder.list(),
        folder.read("d/a"),
        std::fs::metadata(folder.join("d/a")).unwrap().modified().unwrap(),
    );
    run(&folder, "t --extra").expect(1);
    assert_eq!(
        before,
        (
            folder.list(),
            folder.read("d/a"),
            std::fs::metadata(folder.join("d/a")).unwrap().modified().unwrap()
        )
    );
}

#[test]
fn a_hybrid_whose_halves_disagree_is_at_fault_itself() {
    let folder = whole(TREE, Protocol::Hybrid);
    let mut torrent = folder.read("t");
    let pieces = torrent.windows(8).position(|window| window == b"6:pieces").unwrap();
    torrent[pieces + 15] ^= 1;
    folder.write("t", torrent);
    let outcome = run(&folder, "t").expect(1);
    let said = "  the torrent is at fault: 1 pieces fit only one of its v1 and v2 halves\n";
    assert!(outcome.stdout().ends_with(said), "{outcome}");
}
