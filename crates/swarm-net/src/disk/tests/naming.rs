//! Names that files are to have, what keeps them from those, and whose they are if two torrents want them.

use std::collections::BTreeMap;

use torrent_core::path::RawPathBuf;

use super::*;
use crate::disk::naming::TakenNames;

fn renamed(index: usize, path: &str) -> Naming {
    let path = RawPathBuf::of(path.split('/').map(str::as_bytes));
    Naming { renamed: BTreeMap::from([(index, path)]), ..Naming::default() }
}

fn named(source: &Source, output: &Folder, naming: Naming) -> StorageParams {
    StorageParams { naming, ..source.params(output) }
}

#[test]
fn files_get_the_names_that_are_wanted_and_the_same_call_resumes() {
    let strip = Naming { strip_folder: true, ..Naming::default() };
    for (naming, expected) in [
        (renamed(0, "x/y"), ["d/", "d/b/", "d/b/c", "d/x/", "d/x/y"].as_slice()),
        (strip.clone(), &["a", "b/", "b/c"]),
        (Naming { strip_folder: true, ..renamed(1, "c") }, &["a", "c"]),
    ] {
        let (source, output) = (Source::new("d/a 100000\nd/b/c 5", V1), Folder::new(""));
        let params = named(&source, &output, naming);
        let mut run = start(&source, &params).unwrap();
        run.write(&[0, 1]).unwrap();
        run.close();
        let run = start(&source, &params).unwrap();
        assert_eq!(run.have, [0, 1]);
        run.finish().unwrap();
        assert_eq!(output.names(), expected);
        let run = start(&source, &params).unwrap();
        assert_eq!((run.have.len(), run.storage.left), (4, 0));
        run.close();
        assert_eq!(output.names(), expected);
    }
}

#[test]
fn links_lead_to_what_the_torrent_means_whatever_it_is_called() {
    let source = Source::new("d/a/l -> ../plain\nd/plain 5\nd/z -> a/l", V1);
    let plain = source.metainfo.files().iter().find(|file| file.path.joined() == b"plain").unwrap().index;
    for (naming, link, target) in [
        (Naming::default(), "d/a/l", "../plain"),
        (renamed(plain, "other"), "d/a/l", "../other"),
        (Naming { strip_folder: true, ..Naming::default() }, "a/l", "../plain"),
        (Naming { strip_folder: true, ..renamed(plain, "x/y") }, "a/l", "../x/y"),
    ] {
        let output = Folder::new("");
        start(&source, &named(&source, &output, naming)).unwrap().finish().unwrap();
        assert_eq!(fs::read_link(output.join(link)).unwrap(), Path::new(target));
        assert_eq!(fs::read(output.join(link)).unwrap(), source.tree.read("d/plain"));
    }
}

#[test]
fn what_keeps_a_file_from_its_name_is_known_before_anything_comes() {
    let deep = vec!["x".repeat(200); 21].join("/");
    let source = Source::new("d/a 70000\nd/b 5", V1);
    let cases: [(Naming, &str, &str); 3] = [
        (renamed(1, &deep), "", "cannot hold the name"),
        (renamed(1, ".."), "", "is unsafe"),
        (Naming { strip_folder: true, ..renamed(1, ".piecework-x") }, "", "unfinished downloads have"),
    ];
    for (naming, tree, said) in cases {
        let output = Folder::new(tree);
        let error = start(&source, &named(&source, &output, naming)).err().map(|error| error.to_string());
        assert!(error.as_ref().is_some_and(|error| error.contains(said)), "{said}: {error:?}");
        assert_eq!(output.names(), Vec::<String>::new());
    }
}

#[test]
fn a_folder_that_takes_no_files_is_known_before_anything_comes() {
    if rustix::process::geteuid().is_root() {
        eprintln!("skipped: root may write everywhere; a test of fetch does this as nobody");
        return;
    }
    for (tree, closed) in [("d/b/", "d/b"), ("d/", "d")] {
        let (source, output) = (Source::new("d/a 70000\nd/b/c 5", V1), Folder::new(tree));
        let mode = |mode| fs::set_permissions(output.join(closed), fs::Permissions::from_mode(mode)).unwrap();
        mode(0o555);
        let error = start(&source, &source.params(&output)).err().map(|error| error.to_string());
        mode(0o755);
        assert!(error.as_ref().is_some_and(|error| error.contains("make files in")), "{error:?}");
        assert_eq!(output.list(), Folder::new(tree).list());
    }
}

#[test]
fn what_keeps_one_file_from_its_name_keeps_no_other() {
    let (source, output) = (Source::new("d/a 70000\nd/b 5\nd/c 40000", V2), Folder::new(""));
    let mut run = start(&source, &source.params(&output)).unwrap();
    run.write(&[0, 1, 2, 3]).unwrap();
    output.write("d/a", "somebody was quicker");
    run.storage.checkpoint(&mut run.open).unwrap();
    assert!(output.read("d/b") == source.tree.read("d/b"));
    let error = run.finish().unwrap_err();
    assert!(matches!(&error, DiskError::Exists { path } if path.ends_with("d/a")), "{error}");
    assert!(output.read("d/c") == source.tree.read("d/c"));
    assert_eq!(output.read("d/a"), b"somebody was quicker");
    output.remove("d/a");
    let run = start(&source, &source.params(&output)).unwrap();
    assert_eq!(run.have, all_of(&source));
    run.finish().unwrap();
    source.assert_is_in(&output);
}

#[test]
fn of_two_torrents_that_want_one_name_the_first_gets_it() {
    let other = |name: &str| Source::cut(&format!("d/{name}"), V1, 16384);
    for (second, naming, is_free) in [
        ("a 70000", Naming::default(), false),
        ("a/x 5", Naming::default(), false),
        ("b 5", Naming::default(), false),
        ("b/c 5", Naming::default(), false),
        ("e 5", Naming::default(), true),
        ("b/x 5", Naming::default(), true),
        ("A 5", Naming::default(), true),
        ("a 5", Naming { strip_folder: true, ..Naming::default() }, true),
        ("a 5", renamed(0, "f"), true),
        ("e 5", renamed(0, "a"), false),
    ] {
        let (first, output) = (Source::new("d/a 70000\nd/b/c 5", V1), Folder::new(""));
        let second = other(second);
        let mut claims = Claims::default();
        let begun = prepare(JobId(0), &first.params(&output), hashing(), &mut claims).unwrap();
        for force in [false, true] {
            let params = StorageParams { force, ..named(&second, &output, naming.clone()) };
            let result = prepare(JobId(1), &params, hashing(), &mut claims);
            let is_claimed = matches!(result, Err(DiskError::Claimed { .. }));
            assert_eq!(is_claimed, !is_free, "{naming:?}: {:?}", result.err());
            if is_free {
                claims.give_back();
            }
        }
        drop(begun);
    }
}

#[test]
fn who_could_not_begin_leaves_its_names_to_others() {
    let (first, second) = (Source::new("d/a 70000", V1), Source::cut("d/a 70001", V1, 16384));
    let output = Folder::new("d/");
    output.write("d/a", second.tree.read("d/a"));
    let mut claims = Claims::default();
    let failed = prepare(JobId(0), &first.params(&output), hashing(), &mut claims);
    assert!(matches!(failed, Err(DiskError::Exists { .. })));
    let (storage, ..) = prepare(JobId(1), &second.params(&output), hashing(), &mut claims).unwrap();
    assert!(storage.is_complete());
}

#[test]
fn where_case_makes_no_difference_more_names_are_one() {
    for (names, is_free) in [
        (["d/a", "d/b"], true),
        (["d/a", "d/A"], false),
        (["d/a/x", "D/A"], false),
        (["d/a/x", "D/A/y"], true),
        (["d/\u{e9}", "d/e\u{301}"], false),
    ] {
        for is_folding in [false, true] {
            let mut taken = TakenNames::default();
            names.iter().for_each(|name| taken.add_folders(Path::new(name), is_folding));
            let all = names.iter().all(|name| taken.add_file(Path::new(name), is_folding));
            assert_eq!(all, is_free || !is_folding, "{names:?}");
        }
    }
}
