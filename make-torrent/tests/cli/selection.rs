//! What is taken of a folder, and that nothing is lost in silence.

use test_kit::Folder;

use crate::{fails, made, paths, run};

const TREE: &str =
    "d/.hidden: x\nd/a.txt: x\nd/b.iso: x\nd/sub/Thumbs.db: x\nd/sub/c.txt: x\nd/sub/.gitignore: c.*";

#[track_caller]
fn takes(options: &str, expected: &str) {
    let torrent = made(&Folder::new(TREE), &format!("d {options}"));
    assert_eq!(paths(&torrent), expected.split_whitespace().collect::<Vec<_>>(), "{options}");
}

#[test]
fn everything_unless_options_say_otherwise() {
    takes("", ".hidden a.txt b.iso sub/.gitignore sub/Thumbs.db sub/c.txt");
    takes("--exclude-hidden", "a.txt b.iso sub/Thumbs.db sub/c.txt");
    takes("--exclude-junk", ".hidden a.txt b.iso sub/.gitignore sub/c.txt");
    takes("--ignore-files", ".hidden a.txt b.iso sub/.gitignore sub/Thumbs.db");
    takes("-e *.txt -e .*", "b.iso sub/Thumbs.db");
    takes("-e sub", ".hidden a.txt b.iso");
    takes("-i *.txt", "a.txt sub/c.txt");
    takes("-i *.txt -e sub/*", "a.txt");
}

#[test]
fn paths_are_taken_as_they_are_typed() {
    takes("-e d/sub", ".hidden a.txt b.iso");
    takes("-e ./d/sub/", ".hidden a.txt b.iso");
    takes("-e ./sub", ".hidden a.txt b.iso");
    takes("-e d/*.txt", ".hidden b.iso sub/.gitignore sub/Thumbs.db sub/c.txt");
    takes("-i d/sub/c.txt", "sub/c.txt");
    let folder = Folder::new("a/x: 1\na/y: 2\nb/x: 3\nd/d/x: 4\nd/x: 5\nd/y: 6");
    // Of several inputs, only the one that was meant.
    assert_eq!(paths(&made(&folder, "-n n a b -e a/x")), ["a/y", "b/x"]);
    // What may be meant within the input is.
    assert_eq!(paths(&made(&folder, "d -e d/x")), ["x", "y"]);
    let typed = format!("{0} -e {0}/x", folder.join("a").display());
    assert_eq!(paths(&made(&folder, &typed)), ["y"]);
}

#[test]
fn a_glob_that_matches_nothing_is_said() {
    let comma = "hint: a comma is a character like any other: repeat `--exclude` for each glob\n";
    let bracket = "hint: `[…]` stands for one of several characters: for a bracket write `Track[[]01]`\n";
    let path = "hint: with a `/` in it, it must match a whole path, below PATH or from here\n";
    let plain = |plain: &str| format!("hint: paths have no `//`, `.` or `..` in them: `{plain}`, perhaps\n");
    for (typed, said) in [
        ("-e nothing", "make-torrent: `--exclude nothing`: matches nothing\n".to_owned()),
        ("-e *.TXT", "make-torrent: `--exclude *.TXT`: matches nothing\n".to_owned()),
        ("-e *.txt,*.iso", format!("make-torrent: `--exclude *.txt,*.iso`: matches nothing\n{comma}")),
        ("-e Track[01]", format!("make-torrent: `--exclude Track[01]`: matches nothing\n{bracket}")),
        (r"-e \[01\]", "make-torrent: `--exclude \\[01\\]`: matches nothing\n".to_owned()),
        (r"-i \[x\]* -i *", "make-torrent: `--include \\[x\\]*`: matches nothing\n".to_owned()),
        ("-e e/sub", format!("make-torrent: `--exclude e/sub`: matches nothing\n{path}")),
        ("-e EX/*", format!("make-torrent: `--exclude EX/*`: matches nothing\n{path}")),
        (
            "-e sub//c.txt",
            format!("make-torrent: `--exclude sub//c.txt`: matches nothing\n{}", plain("sub/c.txt")),
        ),
        (
            "-e sub/../a.txt",
            format!("make-torrent: `--exclude sub/../a.txt`: matches nothing\n{}", plain("a.txt")),
        ),
        ("-i x/./y/ -i *", format!("make-torrent: `--include x/./y/`: matches nothing\n{}", plain("x/y"))),
        ("-i *.iso -i *.txd", "make-torrent: `--include *.txd`: matches nothing\n".to_owned()),
        ("-e *.{txt,iso} -e sub", String::new()),
        // What lies in a folder that is left out already, or beside it.
        ("-e sub -e sub/c.txt", String::new()),
        ("-e sub/c.txt -e sub", String::new()),
        ("-e sub -e Thumbs.db", String::new()),
        ("-e d/sub -e ./d/sub/*.txt", String::new()),
        ("-e sub -e sub/none", format!("make-torrent: `--exclude sub/none`: matches nothing\n{path}")),
        ("-e sub -i *.iso -e c.*", String::new()),
        // What is left out for another reason as well.
        ("-e .hidden --exclude-hidden", String::new()),
        ("-e *.db --exclude-junk", String::new()),
    ] {
        for quiet in ["", "-q"] {
            let outcome = run(&Folder::new(TREE), &format!("d {typed} {quiet}")).expect(0);
            assert_eq!(outcome.stderr(), said, "{typed}");
        }
    }
    // Of several torrents, one is enough.
    let folder = Folder::new("a/x: 1\na/y: 2\nb/y: 3");
    let outcome = run(&folder, "--each a b -e x -e z").expect(0);
    assert_eq!(outcome.stderr(), "make-torrent: `--exclude z`: matches nothing\n");
    let folder = Folder::new("a/x/y: 1\na/z: 2\nb/.x/y: 3\nb/z: 4");
    assert_eq!(run(&folder, "--each a b -e x -e a/x/y").expect(0).stderr(), "");
    assert_eq!(run(&folder, "b -n c --exclude-hidden -e .x/y").expect(0).stderr(), "");
    assert_eq!(run(&folder, "b -n c -f --exclude-hidden -e .x/n").expect(0).stderr().lines().count(), 1);
}

#[test]
fn globs_that_cannot_be_meant_are_refused() {
    let folder = Folder::new(TREE);
    let hint = "hint: quote globs for the shell; `[[]` stands for a bracket\n";
    for (typed, said) in [
        ("d --exclude=", "`--exclude`: ``: it is empty, or stands for everything"),
        ("d --exclude=./", "`--exclude`: `./`: it is empty, or stands for everything"),
        ("d --include=", "`--include`: ``: it is empty, or stands for everything"),
        ("d -e [bad", "`--exclude`: `[bad`: unclosed character class; missing ']'"),
        (
            "d -e a/{b",
            "`--exclude`: `a/{b`: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ),
    ] {
        fails(&folder, typed, 2, &format!("make-torrent: {said}\n{hint}"));
    }
}

#[test]
fn what_cannot_be_taken_is_listed_whole() {
    let folder = Folder::new("d/a: x\nd/gone -> nowhere\nd/pipe |\n\"d/b\\xff\": x");
    fails(
        &folder,
        "d",
        4,
        "make-torrent: d/b\\xff: the name is not UTF-8\n\
         make-torrent: d/gone: the symbolic link leads nowhere\n\
         make-torrent: d/pipe: it is not a file, folder or symbolic link\n\
         hint: `--raw-names` takes names that are not UTF-8\n",
    );
    let outcome = run(&folder, "d --skip-unreadable --raw-names").expect(0);
    assert_eq!(
        outcome.stderr(),
        "make-torrent: d/gone: the symbolic link leads nowhere, so it is left out\n\
         make-torrent: d/pipe: it is not a file, folder or symbolic link, so it is left out\n"
    );
    assert_eq!(made(&folder, "d --skip-unreadable --raw-names").files().len(), 2);
}

/// What BitComet left behind in a folder: readers of the torrent would take it for padding, so it would never be there.
#[test]
fn names_of_pad_files_are_no_content() {
    let folder = Folder::new("d/a: x\nd/s/_____padding_file_0_x: y");
    fails(
        &folder,
        "d",
        3,
        "make-torrent: d/s/_____padding_file_0_x: it is called like a pad file, for which clients would take it\n\
         hint: `--exclude '*_____padding_file_*'` leaves padding out\n",
    );
    assert_eq!(made(&folder, "d --exclude *_____padding_file_*").files().len(), 1);
}

#[test]
fn links_lead_into_the_tree_or_out_of_it() {
    let folder = Folder::new("out/o: outside\nd/a: x\nd/in -> a\nd/out -> ../out");
    let outcome = run(&folder, "d -o t").expect(0);
    assert_eq!(outcome.stderr(), "make-torrent: d/out: leads out of the folder; its target is included\n");
    assert_eq!(paths(&made(&folder, "d")), ["a", "in", "out/o"]);
    assert_eq!(paths(&made(&folder, "d --symlinks skip")), ["a"]);
    folder.remove("t");
    let store = "make-torrent: d/out: the symbolic link leads out of the torrent\n\
                 hint: `--symlinks follow` takes what links lead to\n";
    fails(&folder, "d --symlinks store", 3, store);
    folder.remove("d/out");
    for protocol in ["v1", "v2", "hybrid"] {
        let stored = made(&folder, &format!("d --symlinks store --protocol {protocol}"));
        let link = stored.files().get(1);
        assert_eq!(
            (link.length, link.symlink.map(|target| target.joined())),
            (0, Some(b"a".to_vec())),
            "{protocol}"
        );
    }
}

#[test]
fn names_that_do_not_travel_are_warned_of() {
    let tree = "d/README: x\nd/readme: x\nd/nul.txt: x";
    let outcome = run(&Folder::new(tree), "d -o t").expect(0);
    let said = "make-torrent: warning: nul.txt: Windows cannot hold this name [W-windows-name]\n\
                make-torrent: warning: readme: another name differs from it by case only: `README` [W-case-twin]\n";
    assert_eq!(outcome.stderr(), said);
    let refused = run(&Folder::new(tree), "d --portable").expect(3);
    assert!(
        refused.stderr().ends_with("hint: without `--portable` they are taken as they are\n"),
        "{refused}"
    );
    run(&Folder::new("d/a: x"), "d --portable").expect(0);
}

#[test]
fn a_root_whose_name_is_not_utf8_does_not_stop_the_others() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new("\"bad\\xff\": x\ngood: y");
    let bad = std::ffi::OsStr::from_bytes(b"bad\xff");
    let outcome = crate::tool(&folder, "-q --each good").args([bad]).run().expect(4);
    assert_eq!(outcome.stdout(), "good.torrent\n");
    crate::tool(&folder, "-q --raw-names").args([bad]).run().expect(0);
}
