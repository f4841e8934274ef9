//! What goes into torrents: files, folders, several paths, streams; the three protocols.

use test_kit::{Folder, Signal, seeded_bytes};

use crate::{fails, made, paths, run, tool};

#[test]
fn a_file_a_folder_or_several() {
    let folder = Folder::new("d/a: x\nd/b/c: y\nf: z");
    let file = made(&folder, "f");
    assert_eq!(
        (file.name(), file.is_single_file(), paths(&file)),
        (b"f".as_slice(), true, vec!["f".to_owned()])
    );
    let dir = made(&folder, "d/");
    assert_eq!(
        (dir.name(), dir.is_single_file(), paths(&dir)),
        (b"d".as_slice(), false, vec!["a".to_owned(), "b/c".to_owned()])
    );
    let named = made(&folder, "f -n g");
    assert_eq!((named.name(), paths(&named)), (b"g".as_slice(), vec!["g".to_owned()]));
    let several = made(&folder, "f d/b d/a -n all");
    assert_eq!(
        (several.name(), paths(&several)),
        (b"all".as_slice(), ["a", "b/c", "f"].map(str::to_owned).to_vec())
    );
    assert_eq!(made(&folder, "d/a d/b f -n all").bytes(), several.bytes());
}

#[test]
fn the_current_folder_has_a_name() {
    let folder = Folder::new("d/a: x\nd/e/b: y");
    let at = |dir: &str, typed: &str| {
        let tool = test_kit::Tool::new(env!("CARGO_BIN_EXE_make-torrent")).in_dir(folder.join(dir));
        tool.args(typed.split_whitespace()).run().expect(0).stdout
    };
    assert_eq!(at("d", ". -o - "), at("d/e", ".. -o -"));
    assert_eq!(at("d", "-o - ."), made(&folder, "d").bytes());
}

#[test]
fn a_stream_is_a_file_whose_length_comes_last() {
    let folder = Folder::new("");
    folder.write("f", seeded_bytes(1, 3_000_000));
    for options in ["-l 16", "-l 16 --protocol hybrid", "-l 1MiB --protocol v2", "-l 28"] {
        let typed = format!("- -n f -o - {options}");
        let piped = tool(&folder, &typed).stdin(folder.read("f")).run().expect(0);
        assert_eq!(piped.stdout, made(&folder, &format!("f {options}")).bytes(), "{options}");
    }
    let empty = tool(&folder, "- -n f").stdin(*b"").run().expect(3);
    assert_eq!(empty.stderr(), "make-torrent: f: all files are empty: clients refuse a torrent of 0 bytes\n");
}

#[test]
fn an_interrupt_ends_a_silent_stream_tidily() {
    let folder = Folder::new("");
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 143)] {
        let running = tool(&folder, "- -n f").silent_stdin().spawn();
        std::thread::sleep(std::time::Duration::from_millis(300));
        running.signal(signal);
        let outcome = running.finish();
        assert_eq!(outcome.code, Some(code), "{outcome}");
        assert_eq!(folder.names(), Vec::<String>::new());
    }
}

#[test]
fn hybrids_pad_behind_every_file_and_v2_nowhere() {
    let folder = Folder::new("d/a 5\nd/b 0\nd/c 16384\nd/e 40000");
    let hybrid = made(&folder, "d -l 14 --protocol hybrid");
    let text = String::from_utf8_lossy(hybrid.raw_info()).into_owned();
    assert_eq!(text.matches("4:.pad").count(), 2);
    assert!(text.contains("4:.pad5:16379ee") && text.contains("4:.pad4:9152ee"));
    assert_eq!(hybrid.files().padded_length(), 16384 * 5);
    assert!(!String::from_utf8_lossy(made(&folder, "d -l 14 --protocol v2").raw_info()).contains(".pad"));
    assert!(String::from_utf8_lossy(made(&folder, "d -l 14 --align").raw_info()).contains(".pad"));
}

#[test]
fn one_file_needs_no_pad() {
    let folder = Folder::new("d/a 5");
    for typed in ["d", "d/a"] {
        let hybrid = made(&folder, &format!("{typed} -l 14 --protocol hybrid"));
        assert_eq!(hybrid.files().padded_length(), 5, "{typed}");
    }
}

#[test]
fn a_folder_that_v2_would_take_for_its_file() {
    let folder = Folder::new("x/x: data");
    let said = "make-torrent: x: v2 cannot tell a folder from the file in it when both have the same name and it holds \
                nothing else\nhint: `--name` gives the folder another name\n";
    fails(&folder, "x --protocol v2", 3, said);
    fails(&folder, "x --protocol hybrid", 3, said);
    assert_eq!(paths(&made(&folder, "x")), ["x"]);
    let warned = run(&folder, "x -n y --protocol v2").expect(0);
    assert!(warned.stderr().ends_with(" [I-folder-of-one]\n"), "{warned}");
    assert_eq!(run(&folder, "x -n y --protocol hybrid -f").expect(0).stderr(), "");
}

#[test]
fn nothing_to_make_a_torrent_of() {
    let folder = Folder::new("none/\nempty/a 0\nempty/b 0");
    fails(&folder, "none", 3, "make-torrent: none: there are no files to make a torrent of\n");
    fails(
        &folder,
        "empty",
        3,
        "make-torrent: empty: all files are empty: clients refuse a torrent of 0 bytes\n",
    );
    fails(&folder, "gone", 4, "make-torrent: gone: no such file or directory (ENOENT)\n");
    fails(
        &folder,
        "/dev/null -n x",
        4,
        &format!("make-torrent: /dev/null: it is not a file, folder or symbolic link\n{SKIP}"),
    );
}

const SKIP: &str = "hint: `--skip-unreadable` goes on without what cannot be read\n";

#[test]
fn piece_lengths_are_chosen_within_bounds() {
    let folder = Folder::new("d/a 1MiB\nd/b 300KiB");
    let length = |options: &str| made(&folder, &format!("d {options}")).piece_length();
    assert_eq!(length(""), 16 << 10);
    assert_eq!(length("-l 20"), 1 << 20);
    assert_eq!(length("--max-pieces 10"), 256 << 10);
    assert_eq!(length("--max-pieces 7 --protocol hybrid"), 256 << 10);
    assert_eq!(length("--max-torrent-size 300"), 256 << 10);
    assert!(made(&folder, "d --max-torrent-size 300").bytes().len() <= 300);
    folder.remove("t");
    fails(
        &folder,
        "d --max-pieces 1 --protocol v2",
        2,
        "make-torrent: there are at least 2 pieces, with the largest piece length\n\
         hint: `--max-pieces` and `--max-torrent-size` ask for less\n",
    );
}

#[test]
fn the_same_whatever_the_threads() {
    let folder = Folder::new("d/a 3MiB\nd/b 100KiB\nd/c 7\nd/e 2MiB");
    for protocol in ["v1", "v2", "hybrid"] {
        let bytes =
            |threads: u32| made(&folder, &format!("d --protocol {protocol} -t {threads}")).bytes().to_vec();
        assert!(bytes(1) == bytes(2) && bytes(2) == bytes(7), "{protocol}");
    }
}

#[test]
fn progress_can_be_read_by_programs() {
    let folder = Folder::new("d/a 3MiB");
    let outcome = run(&folder, "d --progress json").expect(0);
    let last: serde_json::Value = serde_json::from_str(outcome.stderr().lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["event"], &last["bytes"], &last["total"]),
        (&"progress".into(), &(3 << 20).into(), &(3 << 20).into())
    );
}

#[test]
fn deep_folders_are_for_v1_only() {
    let folder = Folder::new("");
    let path = ["a"; 120].join("/");
    folder.write(format!("d/{path}/f"), "x");
    assert_eq!(paths(&made(&folder, "d")), [format!("{path}/f")]);
    let said = run(&folder, "d --protocol v2 -o u").expect(3);
    assert!(said.stderr().contains("more than 90 folders are around it"), "{said}");
}
