//! What is printed for people to read.

use test_kit::{Folder, bytes, dict};

use crate::{file, holding, run, sample, tool, v1};

#[test]
fn a_torrent_on_a_screen() {
    let outcome = run(&holding(&sample()), "t").expect(0);
    let expected = "\
Name          album
Info hash v1  HASH
Content       a folder with 3 files
Size          6.84 KiB (7005 bytes)
Pieces        1 of 16 KiB
Torrent       v1, 411 bytes
Private       yes
Source        SRC
Trackers      tier 1  udp://one/
              tier 1  http://two/
              tier 2  wss://three/
Web seeds     https://w/
DHT nodes     [::1]:6881
Comment       hello
Created by    hand
Created       2020-01-01T00:00:00Z
";
    let hash = run(&holding(&sample()), "--print info-hash t").stdout().trim_end().to_owned();
    assert_eq!(outcome.stdout(), expected.replace("HASH", &hash));
    assert_eq!(outcome.stderr(), "");
}

#[test]
fn who_is_said_to_have_signed_is_shown_as_unverified() {
    let one = dict([("signature", bytes("x"))]);
    let signatures = dict([("com.example\x1b[31m", one.clone()), ("org.example", one)]);
    let torrent = v1(&[file(5, &["a"])], &[("signatures", signatures)], &[]);
    let outcome = run(&holding(&torrent), "t").expect(0);
    let said = "Signed by     com.example\\x1b[31m (unverified)\n              org.example (unverified)\n";
    assert!(outcome.stdout().contains(said), "{outcome}");
    let odd = v1(&[file(5, &["a"])], &[("signatures", bytes("x"))], &[]);
    assert!(!run(&holding(&odd), "t").expect(0).stdout().contains("Signed by"));
}

#[test]
fn long_values_are_wrapped_to_the_columns() {
    let torrent = v1(&[file(5, &["a"])], &[("comment", bytes("x".repeat(100)))], &[]);
    let outcome = tool(&holding(&torrent), "t").env("COLUMNS", "60").run().expect(0);
    assert!(outcome.stdout().lines().all(|line| line.len() <= 60), "{outcome}");
    assert_eq!(outcome.stdout().matches('x').count(), 100);
}

#[test]
fn files_as_a_tree() {
    let outcome = run(&holding(&sample()), "--files t").expect(0);
    let expected = [
        "                       album/",
        "      0           5 B    a.txt",
        "                         sub/",
        "      1      6.84 KiB      b",
        "      2           0 B      c",
    ];
    assert_eq!(outcome.stdout().lines().collect::<Vec<_>>(), expected);
}

#[test]
fn folders_stand_together_whatever_the_order() {
    let files = [file(1, &["x", "1"]), file(1, &["y"]), file(1, &["x", "2"])];
    let outcome = run(&holding(&v1(&files, &[], &[])), "--files t").expect(0);
    assert_eq!(outcome.stdout().matches("x/").count(), 1, "{outcome}");
    assert!(outcome.stdout().contains("      2           1 B      2"), "{outcome}");
}

#[test]
fn pieces_are_listed() {
    let outcome = run(&holding(&sample()), "--pieces t").expect(0);
    assert_eq!(outcome.stdout(), format!("       0  {}\n", "07".repeat(20)));
}

#[test]
fn hostile_names_are_escaped() {
    let files = [file(5, &["\u{1b}[31m", "a\nb"])];
    let torrent = v1(&files, &[("comment", bytes("\u{202e}evil\u{7}"))], &[("name", bytes("na\rme"))]);
    for mode in
        ["", "--files", "--pieces", "--json", "--raw", "--check", "--print name,files,comment", "--magnet"]
    {
        let outcome = run(&holding(&torrent), &format!("{mode} t"));
        let text = [outcome.stdout(), outcome.stderr()].concat();
        assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{mode}: {outcome}");
    }
}

#[test]
fn several_are_separated_and_a_bad_one_does_not_stop_them() {
    let folder = holding(&sample());
    folder.write("bad", "hello");
    let outcome = run(&folder, "t bad gone t").expect(4);
    assert_eq!(outcome.stdout().matches("Name          album").count(), 2);
    assert_eq!(outcome.stdout().matches("\n\n").count(), 1);
    let said = "inspect-torrent: bad: not a torrent: it is a text file [E-bencode]\n\
                hint: `head -c 300` shows how it begins\n\
                inspect-torrent: gone: no such file or directory (ENOENT)\n";
    assert_eq!(outcome.stderr(), said);
}

#[test]
fn an_unsafe_name_is_shown_and_marked() {
    let torrent = v1(&[file(5, &["..", "x"])], &[], &[]);
    let outcome = run(&holding(&torrent), "t").expect(0);
    let said = "file 0 is unsafe: the path has a component `.` or `..` [E-unsafe-name]";
    assert!(outcome.stdout().contains(said) && outcome.stderr().contains(said), "{outcome}");
    assert!(run(&holding(&torrent), "--files t").stdout().contains("[unsafe: "));
    run(&holding(&torrent), "--check t").expect(1);
    let strict = run(&holding(&torrent), "--strict t").expect(3);
    assert!(strict.stderr().contains("not accepted by --strict: file 0 is unsafe"), "{strict}");
}

#[test]
fn a_deep_path_takes_a_line_a_folder_and_no_more() {
    let deep = vec!["a"; 10_000];
    let outcome = run(&holding(&v1(&[file(5, &deep)], &[], &[])), "--files t").expect(0);
    assert!(outcome.stdout().lines().all(|line| line.len() < 100));
    assert_eq!(outcome.stdout().lines().count(), 10_001);
}

#[test]
fn help_and_usage() {
    let folder = Folder::new("");
    assert!(run(&folder, "--help").expect(0).stdout().contains("Exit codes"));
    for typed in [
        "",
        "--files --pieces t",
        "--json --files t",
        "- -",
        "--print nothing t",
        "--peer h:1 t",
        "--magnet --peer h t",
    ] {
        assert!(run(&folder, typed).expect(2).stderr().starts_with("inspect-torrent: "), "{typed}");
    }
    // As transmission-show, torf, imdl and aria2 have it.
    for (typed, hint) in [
        ("-S t", "`--files` shows the files"),
        ("--show-files t", "`--files` shows the files"),
        ("-m t", "`--magnet` prints"),
        ("--input t", "torrents and links are named without an option"),
        ("--infohash t", "`--print info-hash`"),
        ("--verify t", "`verify-data x.torrent DATA`"),
        ("--edit t", "`--raw x.torrent | jq"),
        ("--file t", "`--files` shows the files"),
        ("--prin t", "a similar argument exists: `--print`"),
    ] {
        let outcome = run(&folder, typed).expect(2);
        assert!(outcome.stderr().contains(&format!("\nhint: {hint}")), "{typed}: {outcome}");
    }
}
