//! Where files go and what they are called. Content that is there already, in its place, needs nobody.

use test_kit::{Folder, bytes, dict, int, list};
use torrent_core::metainfo::Protocol;

use crate::{run, tool, wanting, whole};

/// A folder with the torrent `t` of a tree, and what is at `d` under other names.
fn moved(tree: &str, moves: &[(&str, &str)]) -> Folder {
    let folder = whole(tree, Protocol::V1);
    let contents: Vec<_> = moves.iter().map(|(from, to)| (to, folder.read(from))).collect();
    folder.remove("d");
    contents.into_iter().for_each(|(to, content)| folder.write(to, content));
    folder
}

#[test]
fn output_is_a_folder_or_the_name_of_the_one_file() {
    for (made, output, at) in [
        ("", "out", "out/d"),
        ("", "out/", "out/d"),
        ("", "x.iso/", "x.iso/d"),
        ("", "x.iso", "x.iso"),
        ("", "deep/x.7z", "deep/x.7z"),
        ("", "v1.2", "v1.2/d"),
        ("", ".cache", ".cache/d"),
        ("", "a.very-long-extension", "a.very-long-extension/d"),
        ("x.iso/", "x.iso", "x.iso/d"),
        ("", "./x.iso", "x.iso"),
        ("", "there", "there"),
    ] {
        let folder = moved("d 70000", &[("d", at)]);
        if !made.is_empty() {
            std::fs::create_dir_all(folder.join(made)).unwrap();
        }
        let outcome = run(&folder, &format!("t -o {output}")).expect(0);
        assert_eq!(outcome.stdout(), format!("{at}\n"), "{output}");
        assert!(outcome.stderr().contains("all of it was there"), "{outcome}");
    }
}

#[test]
fn a_folder_stays_a_folder_whatever_it_is_called() {
    let folder = moved("d/a 70000", &[("d/a", "x.iso/d/a")]);
    assert_eq!(run(&folder, "t -o x.iso").expect(0).stdout(), "x.iso/d\n");
    // Of several sources none is the file.
    let folder = moved("d 70000", &[("d", "x.iso/d")]);
    folder.write("u", crate::v1(&["x"], &[]));
    let outcome = run(&folder, "t u -o x.iso --stall-timeout 1").expect(5);
    assert_eq!(outcome.stdout(), "x.iso/d\n");
}

#[test]
fn files_are_found_under_the_names_that_are_wanted() {
    for (tree, moves, typed, printed) in [
        ("d/a 70000\nd/b 5", [("d/a", "d/x/y"), ("d/b", "d/b")].as_slice(), "--rename 0=x/y", "d\n"),
        ("d/a 70000\nd/b 5", &[("d/a", "a"), ("d/b", "b")], "--strip-folder", ".\n"),
        (
            "d/a 70000\nd/b 5",
            &[("d/a", "out/a"), ("d/b", "out/c")],
            "--strip-folder --rename 1=c -o out",
            "out\n",
        ),
        ("d/a? 70000\nd/a* 5", &[("d/a*", "d/a_"), ("d/a?", "d/a__2")], "--clean-names", "d\n"),
        ("d 70000", &[("d", "new name")], "", "new name\n"),
    ] {
        let folder = moved(tree, moves);
        let mut fetch = tool(&folder, &format!("t {typed}"));
        if typed.is_empty() {
            fetch = fetch.args(["--rename", "0=new name"]);
        }
        let before = folder.names();
        assert_eq!(fetch.run().expect(0).stdout(), printed, "{typed}");
        assert_eq!(folder.names(), before);
    }
}

#[test]
fn names_that_no_file_can_have_are_reported_with_the_way_out() {
    let long = "x".repeat(300);
    for name in ["Haiku R1/beta6", &long, ".."] {
        let folder = Folder::new("");
        let info = dict([
            ("length", int(5)),
            ("name", bytes(name)),
            ("piece length", int(16384)),
            ("pieces", bytes(test_kit::seeded_bytes(1, 20))),
        ]);
        folder.write("t", dict([("info", info)]));
        let outcome = run(&folder, "t").expect(3);
        assert!(outcome.stderr().contains("hint: `--clean-names` or `--rename`"), "{outcome}");
        for typed in ["--clean-names", "--rename 0=fine", "-o fine.iso"] {
            let outcome = run(&folder, &format!("t {typed}")).expect(5);
            assert!(outcome.stderr().contains("there is no tracker, web seed or peer"), "{outcome}");
        }
    }
}

#[test]
fn a_rename_that_makes_no_sense_is_a_mistake() {
    let folder = wanting("d/a 5\nd/b 5", Protocol::V1);
    for (typed, said) in [
        ("t --rename x", "not INDEX=PATH"),
        ("t --rename =x", "not INDEX=PATH"),
        ("t --rename x=y", "not INDEX=PATH"),
        ("t --rename 0=", "empty component"),
        ("t --rename 0=../x", "`.` or `..`"),
        ("t --rename 0=/x", "empty component"),
        ("t --rename 0=x --rename 0=y", "given two names"),
        ("t t --rename 0=x", "one SOURCE"),
        ("t --rename 7=x", "there is no file 7: the torrent has 2"),
    ] {
        let outcome = run(&folder, typed).expect(2);
        assert!(outcome.stderr().contains(said), "{typed}: {outcome}");
        assert_eq!(folder.names(), ["t"]);
    }
    let outcome = run(&folder, "t --rename 0=b").expect(3);
    assert!(outcome.stderr().contains("another file has the same path"), "{outcome}");
}

#[test]
fn of_two_torrents_that_want_one_file_the_second_is_refused() {
    let folder = whole("d/a 70000", Protocol::V1);
    folder.write("u", other("d", "a"));
    for typed in ["t u", "t u --force", "t u --dry-run"] {
        let outcome = run(&folder, typed).expect(4);
        let said = "fetch: d/a: another torrent of this command has that name, u is not fetched\nhint: ";
        assert!(outcome.stderr().contains(said), "{typed}: {outcome}");
        assert_eq!(outcome.stdout().lines().count(), 1);
    }
    assert_eq!(folder.read("d/a").len(), 70000);
    // Beside each other there is room.
    folder.write("u", other("d", "b"));
    assert!(run(&folder, "t u").expect(5).stderr().contains("u: there is no tracker"));
}

/// A torrent of a file in a folder, of which nothing is there.
fn other(name: &str, file: &str) -> Vec<u8> {
    let file = dict([("length", int(7)), ("path", list([bytes(file)]))]);
    let info = dict([
        ("files", list([file])),
        ("name", bytes(name)),
        ("piece length", int(16384)),
        ("pieces", bytes(test_kit::seeded_bytes(1, 20))),
    ]);
    dict([("info", info)])
}
