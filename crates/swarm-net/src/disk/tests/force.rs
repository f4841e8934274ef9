//! With `force`: what is under a name is replaced by a verified file, and by nothing less.

use std::os::unix::fs::MetadataExt;

use super::*;

/// What lies there instead of `TREE`'s `d/a`: nothing of it right, some of it right, all of it right and more.
fn others(right: &[u8]) -> [Vec<u8>; 4] {
    let mut repairable = right.to_vec();
    repairable[50_000] ^= 1;
    [b"precious".to_vec(), repairable, right[..70_000].to_vec(), vec![b'x'; right.len()]]
}

#[test]
fn a_file_keeps_its_name_until_a_whole_one_takes_its_place() {
    for kind in KINDS {
        let source = Source::new(TREE, kind);
        for other in others(&source.tree.read("d/a")) {
            let output = Folder::new("");
            output.write("d/a", &other);
            let params = StorageParams { force: true, ..source.params(&output) };
            // Nothing comes; a kill, before or after some of it came; then again.
            start(&source, &params).unwrap().close();
            assert!(output.read("d/a") == other, "{kind:?}");
            drop(start(&source, &params).unwrap());
            let mut run = start(&source, &params).unwrap();
            run.write(&[0]).unwrap();
            run.storage.checkpoint(&mut run.open).unwrap();
            drop(run);
            assert!(output.read("d/a") == other, "{kind:?}");
            let error = start(&source, &source.params(&output)).err().map(|error| error.to_string());
            assert!(
                error.as_ref().is_some_and(|error| error.ends_with("exists with other content")),
                "{error:?}"
            );
            assert!(output.read("d/a") == other, "{kind:?}");
            let run = start(&source, &params).unwrap();
            assert!(run.have.contains(&0), "{kind:?}: what was right or came is lost");
            run.finish().unwrap();
            source.assert_is_in(&output);
        }
    }
}

#[test]
fn where_nothing_is_right_and_nothing_comes_nothing_is_left() {
    for text in ["d/a: precious", "d/a 99999", "d/f: x", "d/b/c: other"] {
        let (source, output) = (Source::new(TREE, V1), Folder::new(text));
        let text = text.split([' ', ':']).next().unwrap();
        output.write(text, "nothing of it is right");
        let params = StorageParams { force: true, ..source.params(&output) };
        start(&source, &params).unwrap().close();
        let left: Vec<String> = output.names().into_iter().filter(|name| name.starts_with('.')).collect();
        assert_eq!(left, Vec::<String>::new(), "{text}");
        assert_eq!(output.read(text), b"nothing of it is right");
    }
}

/// Neither what is copied nor what is made anew opens a file to others, or closes it to them.
#[test]
fn what_takes_the_place_of_a_file_has_its_permissions() {
    for (mode, kind) in [0o600, 0o640, 0o604, 0o755, 0o666].into_iter().zip(KINDS) {
        let source = Source::new(TREE, kind);
        for other in others(&source.tree.read("d/a")) {
            let output = Folder::new("");
            output.write("d/a", &other);
            fs::set_permissions(output.join("d/a"), fs::Permissions::from_mode(mode)).unwrap();
            let params = StorageParams { force: true, ..source.params(&output) };
            drop(start(&source, &params).unwrap());
            start(&source, &params).unwrap().finish().unwrap();
            source.assert_is_in(&output);
            let kept = fs::metadata(output.join("d/a")).unwrap().permissions().mode() & 0o7777;
            assert_eq!(kept, mode, "{kind:?}");
        }
    }
}

/// Whoever fetches as root repairs the files of others, and these stay theirs.
#[test]
fn what_takes_the_place_of_a_file_belongs_to_its_owner() {
    let (source, output) = (Source::new(TREE, V1), Folder::new("d/a 99999"));
    if std::os::unix::fs::chown(output.join("d/a"), Some(12345), Some(12346)).is_err() {
        eprintln!("skipped: only root gives files to others");
        return;
    }
    let params = StorageParams { force: true, ..source.params(&output) };
    start(&source, &params).unwrap().finish().unwrap();
    let kept = fs::metadata(output.join("d/a")).unwrap();
    assert_eq!((kept.uid(), kept.gid()), (12345, 12346));
}

/// The name is that of a file which others have under other names: theirs is not written to.
#[test]
fn what_has_another_name_elsewhere_is_not_changed_by_a_repair() {
    let (source, output, elsewhere) = (Source::new(TREE, V2), Folder::new(TREE), Folder::new(""));
    let mut bytes = output.read("d/a");
    bytes[50_000] ^= 1;
    output.write("d/a", &bytes);
    fs::hard_link(output.join("d/a"), elsewhere.join("a")).unwrap();
    let params = StorageParams { force: true, ..source.params(&output) };
    start(&source, &params).unwrap().finish().unwrap();
    source.assert_is_in(&output);
    assert!(elsewhere.read("a") == bytes);
}

/// A crash came while what is right was copied.
#[test]
fn half_a_copy_is_not_taken_for_a_file() {
    let (source, output) = (Source::new(TREE, V1), Folder::new(TREE));
    let mut bytes = output.read("d/a");
    bytes[50_000] ^= 1;
    output.write("d/a", &bytes);
    let params = StorageParams { force: true, ..source.params(&output) };
    let run = start(&source, &params).unwrap();
    let (had, copy, work) = (
        run.have.clone(),
        output.join(run.storage.layout.copy()),
        output.join(run.storage.layout.work_of(0)),
    );
    drop(run);
    fs::rename(work, &copy).unwrap();
    fs::write(&copy, "half").unwrap();
    let run = start(&source, &params).unwrap();
    assert_eq!(run.have, had);
    run.finish().unwrap();
    source.assert_is_in(&output);
}

/// A neighbour in one piece with the wrong file is begun to be repaired as well, and somebody puts the right file back.
#[test]
fn what_is_right_under_its_name_needs_no_force_after_a_repair_that_did_not_end() {
    let (source, output) = (Source::new("d/a 40000\nd/b 100", V1), Folder::new("d/a 40000\nd/b: other"));
    let params = StorageParams { force: true, ..source.params(&output) };
    start(&source, &params).unwrap().close();
    let error = start(&source, &source.params(&output)).err().map(|error| error.to_string());
    assert!(error.as_ref().is_some_and(|error| error.contains("d/b: exists")), "{error:?}");
    output.write("d/b", source.tree.read("d/b"));
    let run = start(&source, &source.params(&output)).unwrap();
    assert_eq!(run.have, all_of(&source));
    run.finish().unwrap();
    source.assert_is_in(&output);
}
