//! Where torrents come from, and how strictly they are read.

use test_kit::Folder;

use crate::{holding, run, sample, tool};

#[test]
fn from_standard_input() {
    let outcome = tool(&Folder::new(""), "--print name -").stdin(sample()).run().expect(0);
    assert_eq!(outcome.stdout(), "album\n");
    let both = tool(&holding(&sample()), "--print name - t").stdin(sample()).run().expect(0);
    assert_eq!(both.stdout(), "album\nalbum\n");
}

#[test]
fn what_is_not_right_is_warned_of_or_with_strict_refused() {
    let folder = holding(&[sample(), b"\n".to_vec()].concat());
    let outcome = run(&folder, "--print name t").expect(0);
    let warning =
        "inspect-torrent: warning: t: bytes follow the end of the torrent (byte 411) [W-trailing]\n";
    assert_eq!((outcome.stdout(), outcome.stderr()), ("album\n", warning));
    let strict = run(&folder, "--print name --strict t").expect(3);
    assert!(strict.stderr().contains("[W-trailing]") && strict.stdout().is_empty(), "{strict}");
    assert_eq!(run(&folder, "--print name -q t").stderr(), "");
}

#[test]
fn what_is_no_torrent_is_called_by_its_name() {
    for (bytes, name) in [
        (b"<!DOCTYPE html><title>Login</title>".as_slice(), "it is a web page, perhaps a login page"),
        (b"\x1f\x8b\x08\0\0", "it is compressed with gzip"),
        (b"{\"error\": \"no such torrent\"}", "it is JSON, perhaps a server's error message"),
        (b"", "the file is empty"),
        (&sample()[..100], "it is cut off, a string runs past the end at byte 97"),
    ] {
        let outcome = run(&holding(bytes), "t").expect(3);
        let said = outcome.stderr();
        assert!(
            said.starts_with(&format!("inspect-torrent: t: not a torrent: {name} [E-bencode]\n")),
            "{said}"
        );
        assert!(said.contains("\nhint: "), "{said}");
    }
}

#[test]
fn what_is_typed_in_place_of_a_file_is_called_what_it_is() {
    let hash = "ab".repeat(20);
    let link = format!("magnet:?xt=urn:btih:{hash}");
    let by_path = "hint: a file is named by its path, without `file://`\n".to_owned();
    for (typed, said) in [
        (
            "https://h.example/x.torrent".to_owned(),
            "hint: nothing is downloaded here: `fetch --print-".to_owned(),
        ),
        (format!("{link}\n{link}"), "hint: several links are several arguments\n".to_owned()),
        (
            "magnet%3A%3Fxt%ZZ".to_owned(),
            "hint: a link begins with `magnet:?`; this one is not whole".to_owned(),
        ),
        ("file:///x.torrent".to_owned(), by_path),
    ] {
        let outcome = tool(&Folder::new(""), "").args([&typed]).run().expect(4);
        assert!(outcome.stderr().contains(&format!("(ENOENT)\n{said}")), "{typed}: {outcome}");
    }
    assert!(!run(&Folder::new(""), "x.torrent").expect(4).stderr().contains("hint"));
    for (typed, said) in [("", "``"), (" ", "` `"), ("\"\"", "`\"\"`")] {
        let said = format!(
            "inspect-torrent: TORRENT {said}: it is an empty name\n\
             hint: the name is empty: perhaps a variable of the shell is not set\n"
        );
        assert_eq!(tool(&Folder::new(""), "").args([typed]).run().expect(2).stderr(), said);
    }
}

/// Quotes that a web page or a second shell left, and a link that was encoded as a whole.
#[test]
fn a_dressed_link_is_read() {
    let hash = "ab".repeat(20);
    let link = format!("magnet:?xt=urn:btih:{hash}");
    let plain = tool(&Folder::new(""), "").args([&link]).run().expect(0);
    for typed in [
        format!("urn:btih:{hash}"),
        format!("\"{link}\""),
        format!(" <{link}>\n"),
        format!("magnet%3A%3Fxt%3Durn%3Abtih%3A{hash}"),
        format!("'{hash}'"),
    ] {
        let outcome = tool(&Folder::new(""), "").args([&typed]).run().expect(0);
        assert_eq!((outcome.stdout(), outcome.stderr()), (plain.stdout(), plain.stderr()), "{typed}");
        let folder = Folder::new("");
        folder.write("t", &typed);
        assert_eq!(run(&folder, "--print magnet t").expect(0).stdout(), format!("{link}\n"), "{typed}");
    }
    let outcome = tool(&Folder::new(""), "").args([format!("{link}.")]).run().expect(0);
    assert!(outcome.stderr().contains("punctuation stands behind an info hash"), "{outcome}");
}

/// What our tools print is known again, whichever way it comes.
#[test]
fn our_own_json_is_refused_with_what_it_is_for() {
    let raw = run(&holding(&sample()), "--raw t").expect(0).stdout;
    let json = run(&holding(&sample()), "--json t").expect(0).stdout;
    let check = run(&holding(&sample()), "--check --json t").stdout;
    let is_json =
        "not a torrent: it is what `inspect-torrent --json` prints [E-bencode]\nhint: name the .torrent";
    for (bytes, said) in [
        (raw, "--raw` prints it [E-bencode]\nhint: `inspect-torrent --from-raw FILE > x.torrent`"),
        (json, is_json),
        (check, is_json),
    ] {
        let outcome = run(&holding(&bytes), "t").expect(3);
        assert!(outcome.stderr().contains(said), "{outcome}");
    }
    // The other way round.
    let torrent = run(&holding(&sample()), "--from-raw t").expect(3);
    assert!(torrent.stderr().ends_with("\nhint: `--from-raw` reads what `--raw` writes\n"), "{torrent}");
}

#[test]
fn too_large_is_refused_unless_allowed() {
    let folder = holding(&sample());
    let outcome = run(&folder, "--max-size 410 t").expect(3);
    assert_eq!(outcome.stderr(), "inspect-torrent: t: not a torrent: more than 410 bytes [E-too-large]\n");
    run(&folder, "--max-size 411 t").expect(0);
}

#[test]
fn a_fifo_that_nobody_writes_to_is_the_user_s_choice_but_a_folder_is_an_error() {
    let folder = Folder::new("d/");
    folder.write("t", sample());
    let said = "inspect-torrent: d: is a directory (EISDIR)\n\
                hint: it is a folder: name the .torrent files in it, such as `d/*.torrent`\n";
    for typed in ["d", "--check d", "--raw d", "--diff t d"] {
        assert_eq!(run(&folder, typed).expect(4).stderr(), said, "{typed}");
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = holding(&sample());
    let shell = format!("{} --json t | true; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_inspect-torrent"));
    test_kit::Tool::new("bash").in_dir(folder.path()).args(["-c", &shell]).run().expect(0);
}
