//! Where torrents go, and what is said of them.

use test_kit::Folder;
use torrent_core::metainfo::Metainfo;

use crate::{fails, made, run, tool};

const FILE: &str = "d/a: hello";

fn hash_line(folder: &Folder, path: &str) -> String {
    let hash = Metainfo::parse_strict(folder.read(path)).unwrap().info_hash_v1().unwrap();
    format!("info hash v1: {}\n", data_encoding::HEXLOWER.encode(&hash))
}

#[test]
fn the_path_and_the_hashes_are_printed() {
    let folder = Folder::new(FILE);
    let outcome = run(&folder, "d").expect(0);
    assert_eq!(outcome.stdout(), format!("d.torrent\n{}", hash_line(&folder, "d.torrent")));
    assert_eq!(outcome.stderr(), "");
    assert_eq!(folder.names(), ["d.torrent", "d/", "d/a"]);
}

#[test]
fn quiet_prints_the_path_alone() {
    let folder = Folder::new("\"a\\x1b[1mb\": x");
    let outcome = tool(&folder, "-q").args(["a\u{1b}[1mb"]).run().expect(0);
    assert_eq!(outcome.stdout(), "a\u{1b}[1mb.torrent\n");
}

#[test]
fn the_output_may_be_a_file_a_folder_or_the_stream() {
    let folder = Folder::new("d/a: hello\nout/");
    assert_eq!(run(&folder, "d -q -o x.torrent").expect(0).stdout(), "x.torrent\n");
    assert_eq!(run(&folder, "d -q -o out").expect(0).stdout(), "out/d.torrent\n");
    assert_eq!(run(&folder, "d/a -q -o out/").expect(0).stdout(), "out/a.torrent\n");
    let piped = run(&folder, "d -o -").expect(0);
    assert_eq!(piped.stdout, folder.read("x.torrent"));
    assert_eq!(piped.stderr(), format!("make-torrent: {}", hash_line(&folder, "x.torrent")));
    assert_eq!(run(&folder, "d -o - -q").expect(0).stderr(), "");
}

#[test]
fn nothing_is_overwritten_unasked() {
    let folder = Folder::new("d/a: hello\nd.torrent: precious\nfolder/");
    let exists = "make-torrent: d.torrent: exists already (EEXIST)\nhint: `--force` replaces it\n";
    fails(&folder, "d", 4, exists);
    assert_eq!(folder.read("d.torrent"), b"precious");
    fails(
        &folder,
        "d -o none/x",
        4,
        "make-torrent: none: there is no such folder (ENOENT)\nhint: `mkdir -p none` makes it\n",
    );
    run(&folder, "d --force").expect(0);
    assert!(Metainfo::parse_strict(folder.read("d.torrent")).is_ok());
}

#[test]
fn the_output_in_the_tree_is_left_out_and_said() {
    let folder = Folder::new("d/a: hello");
    run(&folder, "d -o d/x.torrent").expect(0);
    let first = folder.read("d/x.torrent");
    let again = run(&folder, "d -o d/x.torrent --force").expect(0);
    assert_eq!(again.stderr(), "make-torrent: d/x.torrent: is left out, because the torrent goes there\n");
    assert_eq!(
        (folder.read("d/x.torrent"), folder.names()),
        (first, ["d/", "d/a", "d/x.torrent"].map(str::to_owned).to_vec())
    );
}

#[test]
fn each_makes_one_a_path_and_goes_on_past_bad_ones() {
    let folder = Folder::new("d/a: hello\nf: x\nempty: \ng: y");
    let outcome = run(&folder, "-q --each d empty gone f g").expect(4);
    assert_eq!(outcome.stdout(), "d.torrent\nf.torrent\ng.torrent\n");
    let said = "make-torrent: gone: no such file or directory (ENOENT)\n\
                make-torrent: empty: all files are empty: clients refuse a torrent of 0 bytes\n";
    assert_eq!(outcome.stderr(), said);
}

#[test]
fn magnet_and_explanation_are_added() {
    let folder = Folder::new(FILE);
    let outcome = run(&folder, "d -a udp://t:1 --protocol hybrid --magnet --explain -s src").expect(0);
    let lines: Vec<&str> = outcome.stdout().lines().collect();
    assert!(
        lines[3].starts_with("magnet:?xt=urn:btih:") && lines[3].ends_with("&dn=d&tr=udp%3A%2F%2Ft%3A1"),
        "{outcome}"
    );
    assert!(lines.contains(&"  source: src") && lines.contains(&"inside the info hash:"), "{outcome}");
}

#[test]
fn a_dry_run_reads_and_writes_nothing() {
    let folder = Folder::new("d/a: hello\nd/b/c 40000\nd/e 0");
    let expected =
        "             5  a\n         40000  b/c\n             0  e\n3 files, 39.07 KiB\n3 pieces of 16 KiB\n";
    let outcome = run(&folder, "d --dry-run").expect(0);
    let size = made(&folder, "d").bytes().len();
    assert_eq!(outcome.stdout(), format!("{expected}{size} B of .torrent\n"));
    folder.remove("t");
    assert_eq!(folder.names(), ["d/", "d/a", "d/b/", "d/b/c", "d/e"]);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = Folder::new(FILE);
    let shell = format!("{} d -o - | true; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_make-torrent"));
    test_kit::Tool::new("bash").in_dir(folder.path()).args(["-c", &shell]).run().expect(0);
}

#[test]
fn a_name_too_long_for_an_output_has_a_way_out() {
    let (fits, long) = ("n".repeat(247), "n".repeat(248));
    let folder = Folder::new("");
    folder.write(&fits, "x");
    folder.write(&long, "x");
    run(&folder, &fits).expect(0);
    let outcome = run(&folder, &long).expect(4);
    let said = "(ENAMETOOLONG)\nhint: `-o FILE` gives the .torrent a shorter name\n";
    assert!(outcome.stderr().ends_with(said), "{outcome}");
    run(&folder, &format!("{long} -o short.torrent")).expect(0);
    let outcome = run(&folder, &format!("--each --force {fits} {long}")).expect(4);
    let said = "hint: `-o FILE` gives the .torrent a shorter name, in a run for this PATH alone\n";
    assert!(outcome.stderr().ends_with(said), "{outcome}");
}

#[test]
fn torrents_that_go_into_a_torrent_are_noted() {
    let folder = Folder::new("d/a: x\nd/old.torrent: y\nd/sub/b.torrent: z\nd2/c.torrent: x\na.torrent: x");
    let out = "`--exclude '*.torrent'` leaves such files out";
    for (typed, said) in [
        ("d", format!("make-torrent: old.torrent: and 1 more .torrent files go in; {out}\n")),
        ("d2", format!("make-torrent: c.torrent: goes in; {out}\n")),
        ("a.torrent", "make-torrent: a.torrent: is a .torrent itself\n".to_owned()),
        ("d --exclude *.torrent", String::new()),
        ("d -q", String::new()),
    ] {
        assert_eq!(run(&folder, &format!("{typed} -f")).expect(0).stderr(), said, "{typed}");
    }
}

/// `*` names the torrents of the run before as well.
#[test]
fn outputs_of_this_run_are_no_inputs_of_it() {
    for (output, typed, torrents) in [
        ("", "a.iso a.iso.torrent d d.torrent", vec!["a.iso.torrent", "d.torrent"]),
        ("", "./a.iso.torrent d.torrent a.iso d", vec!["a.iso.torrent", "d.torrent"]),
        ("-o t/", "a.iso d t/a.iso.torrent t/d.torrent", vec!["t/a.iso.torrent", "t/d.torrent"]),
        // Those of an earlier version, which made a level more.
        ("", "a.iso a.iso.torrent a.iso.torrent.torrent", vec!["a.iso.torrent"]),
    ] {
        for again in ["--update", "--skip-existing", "--force"] {
            let folder = Folder::new("a.iso: hello\nd/a: hello\nt/");
            run(&folder, &format!("--each -q a.iso d {output}")).expect(0);
            if typed.contains(".torrent.torrent") {
                run(&folder, "--each -q a.iso.torrent").expect(0);
            }
            let before = folder.names();
            let outcome = run(&folder, &format!("--each {again} {output} {typed}")).expect(0);
            let made: Vec<_> = outcome.stdout().lines().filter(|line| line.ends_with("torrent")).collect();
            let (mut made, left_out) = (made, outcome.stderr().matches("and is left out").count());
            made.sort_unstable();
            assert_eq!(made, torrents, "{typed}: {outcome}");
            assert_eq!(left_out, typed.split(' ').count() - torrents.len(), "{typed}: {outcome}");
            assert_eq!(folder.names(), before, "{typed}");
        }
    }
    // A torrent that comes from elsewhere is content like any other.
    let folder = Folder::new("x.torrent: hello");
    assert_eq!(run(&folder, "--each -q x.torrent --update").expect(0).stdout(), "x.torrent.torrent\n");
}

/// The same with one torrent of what `*` names: the output of the run before is not content of the next.
#[test]
fn the_output_of_this_command_is_no_input_of_it() {
    for (first, again, output, content) in [
        ("a -o t", "a t -o t", "t", "a"),
        ("a -o t.torrent", "t.torrent a -o ./t.torrent", "t.torrent", "a"),
        ("a", "a a.torrent", "a.torrent", "a"),
        ("a", "./a.torrent a", "a.torrent", "a"),
        ("d -o t/", "d t/d.torrent -o t", "t/d.torrent", "d"),
        ("a -n x", "a x.torrent -n x", "x.torrent", "a"),
        ("a d -n x -o t", "a d t -n x -o t", "t", "a"),
    ] {
        let folder = Folder::new("a: hello\nd/b: hello\nt/");
        folder.remove("t");
        if output.starts_with("t/") {
            std::fs::create_dir(folder.join("t")).unwrap();
        }
        run(&folder, first).expect(0);
        let before = folder.read(output);
        let said = run(&folder, again).expect(4);
        assert!(said.stderr().contains(": is left out, because the torrent goes there\n"), "{again}: {said}");
        assert!(said.stderr().contains("exists already"), "{again}: {said}");
        for option in ["--force", "--update", "--skip-existing"] {
            let said = run(&folder, &format!("{again} {option}")).expect(0);
            assert_eq!(said.stderr().matches("is left out").count(), 1, "{again} {option}: {said}");
            assert_eq!(folder.read(output), before, "{again} {option}: {content}");
        }
    }
    // What merely looks like an output is content.
    let folder = Folder::new("a: hello\nb.torrent: hello");
    run(&folder, "a b.torrent -n x").expect(0);
    assert_eq!(crate::paths(&Metainfo::parse_strict(folder.read("x.torrent")).unwrap()), ["a", "b.torrent"]);
}

/// `--each -o t *` names the folder of the outputs, too.
#[test]
fn the_folder_of_the_outputs_is_no_input() {
    for (tree, typed, made, said) in [
        (
            "a: 1\nb: 2\nt/",
            "--each -o t a b t",
            "t/a.torrent\nt/b.torrent\n",
            "t: is where the torrents go, and is left out",
        ),
        (
            "a: 1\nt/old.torrent: x",
            "--each -o t/ a ./t",
            "t/a.torrent\n",
            "./t: is where the torrents go, and is left out",
        ),
        // With content of its own it is an input, but the outputs are not in it.
        (
            "a: 1\nt/c: x",
            "--each -o t a t",
            "t/a.torrent\nt/t.torrent\n",
            "t/a.torrent: is left out, because the torrent goes there",
        ),
    ] {
        let folder = Folder::new(tree);
        for _ in 0..2 {
            let outcome = run(&folder, &format!("-f {typed}")).expect(0);
            let paths: String = outcome
                .stdout()
                .lines()
                .filter(|line| line.starts_with("t/"))
                .map(|line| format!("{line}\n"))
                .collect();
            assert_eq!(paths, made, "{typed}: {outcome}");
            assert!(outcome.stderr().contains(said), "{typed}: {outcome}");
        }
        let inside = folder.names().into_iter().filter(|name| name == "t/t.torrent");
        for torrent in inside {
            assert_eq!(crate::paths(&Metainfo::parse_strict(folder.read(&torrent)).unwrap()), ["c"]);
        }
    }
}
