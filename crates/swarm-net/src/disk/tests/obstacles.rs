//! What lies where the torrent has something else.

use super::*;

#[test]
fn a_file_with_other_content_stays_untouched_without_force() {
    let cases = ["d/a: other", "d/a 99999", "d/f 69999"];
    for kind in [V1, V2] {
        for text in cases {
            let (source, output) = (Source::new(TREE, kind), Folder::new(text));
            let before = output.list();
            let Err(error) = start(&source, &source.params(&output)) else { panic!("{text}") };
            assert!(matches!(error, DiskError::Exists { .. }), "{text}: {error}");
            assert_eq!(output.list(), before);
        }
    }
}

/// All files of a piece are there and it does not fit: nothing that may come can make it right, nor say more at once.
#[test]
fn files_that_share_a_piece_are_reported_at_once_if_one_is_wrong_and_none_lacks() {
    let wrong = |name: &str, count: usize| Some(format!("{name}: it or one of {count} files that share"));
    let cases = [
        // The files, what is done to the right ones, what is said.
        ("d/a 10\nd/b 20\nd/c 30", "d/b", "other, 20 bytes long", wrong("d/a", 2)),
        ("d/a 40000\nd/b 100", "d/b", &"x".repeat(100), wrong("d/a", 1)),
        ("d/a 10\nd/b 0\nd/c 30", "d/c", &"x".repeat(30), wrong("d/a", 1)),
        ("d/a 10\nd/b 20", "d/b", "shorter", Some("d/b: exists with other content".to_owned())),
        ("d/a 10\nd/b 20\nd/c 30", "d/b", "", None),
    ];
    for (text, name, content, said) in cases {
        let (source, output) = (Source::new(text, V1), Folder::new(text));
        match content {
            "" => output.remove(name),
            content => output.write(name, content),
        }
        let before = output.list();
        let begun = start(&source, &source.params(&output));
        let error = begun.err().map(|error| error.to_string());
        match &said {
            Some(said) => {
                assert!(error.as_ref().is_some_and(|error| error.contains(said)), "{text}: {error:?}")
            }
            None => assert_eq!(error, None, "{text}: what lacks may come"),
        }
        assert!(said.is_none() || output.list() == before);
        let params = StorageParams { force: true, ..source.params(&output) };
        start(&source, &params).unwrap().finish().unwrap();
        source.assert_is_in(&output);
    }
}

#[test]
fn what_is_in_the_way_is_reported_before_anything_comes_and_stays_even_with_force() {
    let cases = [
        ("d/a/x: a folder", "d/a: is not a file"),
        ("d/a |", "d/a: is not a file"),
        ("d/a -> b", "d/a: is not a file"),
        ("d: a file", "d: is not a folder"),
        ("d -> e\ne/x 1", "d: is not a folder"),
        ("d/b: a file", "d/b: is not a folder"),
        ("d/b -> e\nd/e/x 1", "d/b: is not a folder"),
    ];
    for ((text, said), force) in cases.into_iter().flat_map(|case| [(case, false), (case, true)]) {
        let (source, output) = (Source::new(TREE, V1), Folder::new(text));
        let before = output.list();
        let params = StorageParams { force, ..source.params(&output) };
        for error in [start(&source, &params).err(), survey(&params, hashing(), &mut Claims::default()).err()]
        {
            let error = error.unwrap_or_else(|| panic!("{text}")).to_string();
            assert!(error.ends_with(said), "{text}: {error}");
            assert_eq!(output.list(), before);
        }
    }
}

#[test]
fn links_in_the_way_lead_nowhere() {
    let (source, outside) = (Source::new(TREE, V1), Folder::new(""));
    let output = Folder::new("d/x 1");
    std::os::unix::fs::symlink(outside.path(), output.join("d/b")).unwrap();
    let run = start(&source, &source.params(&output));
    assert!(run.and_then(Run::finish).is_err());
    assert_eq!(outside.names(), Vec::<String>::new());
}
