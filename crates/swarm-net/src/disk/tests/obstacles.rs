//! What lies where the torrent has something else.

use super::*;

#[test]
fn a_file_with_other_content_stays_untouched_without_force() {
    let cases = ["d/a: other", "d/a 99999", "d/f 69999"];
    for kind in [V1, V2] {
        for text in cases {
            let (source, output) = (Source::new(TREE, kind), Folder::new(text));
            let before = output.list();
            let Err(error) = start(&source, &source.place(&output)) else { panic!("{text}") };
            assert!(matches!(error, DiskError::Exists { .. }), "{text}: {error}");
            assert_eq!(output.list(), before);
        }
    }
}

#[test]
fn what_is_in_the_way_is_told_before_anything_comes_and_stays_even_with_force() {
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
        let place = Place { force, ..source.place(&output) };
        for error in [start(&source, &place).err(), survey(&place, hashing(), &mut Claims::default()).err()] {
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
    let run = start(&source, &source.place(&output));
    assert!(run.and_then(Run::finish).is_err());
    assert_eq!(outside.names(), Vec::<String>::new());
}
