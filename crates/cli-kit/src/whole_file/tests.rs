use super::*;
use std::os::unix::fs::MetadataExt;
use test_kit::Folder;

const TREE: &str = "
    taken: old
    dir/
    pipe |
    link -> taken
    dirlink -> dir
    nowhere -> missing
";

fn write(folder: &Folder, name: &str, force: bool) -> Result<(), String> {
    let mut file = WholeFile::create(&folder.join(name), force).map_err(|failure| said(folder, &failure))?;
    file.put(b"ne").unwrap();
    file.write_all(b"w").unwrap();
    file.commit().map_err(|failure| said(folder, &failure))
}

/// The failure without the name of the temporary folder.
fn said(folder: &Folder, failure: &Failure) -> String {
    assert_eq!(failure.exit, Exit::LocalIo);
    let hint = failure.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    let start = format!("{}/", folder.path().display());
    failure.message.strip_prefix(&start).expect("the path comes first").to_owned() + &hint.replace(&start, "")
}

fn check(name: &str, force: bool, expected: Result<(), &str>) {
    let folder = Folder::new(TREE);
    let before = folder.list();
    let outcome = write(&folder, name, force);
    assert_eq!(
        outcome.as_ref().map_err(String::as_str),
        expected.as_ref().map_err(|cause| &**cause),
        "{name}"
    );
    if expected.is_ok() {
        assert_eq!(folder.read(name), b"new");
    } else {
        assert_eq!((folder.list(), folder.read("taken")), (before, b"old".to_vec()));
    }
}

#[test]
fn a_new_file_appears_and_an_old_one_only_gives_way_to_force() {
    let exists = |name: &str| format!("{name}: exists already (EEXIST); `--force` replaces it");
    check("fresh", false, Ok(()));
    check("fresh", true, Ok(()));
    check("taken", true, Ok(()));
    check("link", true, Ok(()));
    for name in ["taken", "link", "nowhere"] {
        check(name, false, Err(&exists(name)));
    }
}

#[test]
fn what_is_no_place_for_a_file_is_refused_even_with_force() {
    let special = "is not a regular file; `-` writes to standard output";
    for force in [false, true] {
        check("dir", force, Err("dir: is a folder"));
        check("dirlink", force, Err("dirlink: is a folder"));
        check("fresh/", force, Err("fresh/: is not the name of a file"));
        check("pipe", force, Err(&format!("pipe: {special}")));
        check("no/fresh", force, Err("no: there is no such folder (ENOENT); `mkdir -p no` makes it"));
        check("taken/x", force, Err("taken/x: not a directory (ENOTDIR)"));
    }
    check("nowhere", true, Err("nowhere: no such file or directory (ENOENT)"));
    assert!(WholeFile::create(Path::new(""), true).is_err());
    assert!(WholeFile::create(Path::new("/dev/null"), true).is_err());
}

#[test]
fn force_keeps_the_link_and_replaces_what_it_leads_to() {
    let folder = Folder::new(TREE);
    write(&folder, "link", true).unwrap();
    assert_eq!(fs::read_link(folder.join("link")).unwrap(), Path::new("taken"));
    assert_eq!(folder.read("taken"), b"new");
}

#[test]
fn without_commit_nothing_is_left() {
    let folder = Folder::new("");
    let mut file = WholeFile::create(&folder.join("x"), false).unwrap();
    file.put(&[7; 100_000]).unwrap();
    assert_eq!(folder.list().len(), 1);
    assert!(folder.list()[0].starts_with(b".piecework-"));
    drop(file);
    assert!(folder.list().is_empty());
}

#[test]
fn a_file_that_appeared_meanwhile_is_not_overwritten() {
    let folder = Folder::new("");
    let file = WholeFile::create(&folder.join("x"), false).unwrap();
    folder.add("x: theirs");
    let failure = file.commit().expect_err("it exists now");
    assert_eq!(said(&folder, &failure), "x: exists already (EEXIST); `--force` replaces it");
    assert_eq!((folder.names(), folder.read("x")), (vec!["x".to_owned()], b"theirs".to_vec()));
}

#[test]
fn others_may_read_it_as_the_umask_says() {
    let folder = Folder::new("");
    write(&folder, "ours", false).unwrap();
    folder.write("plain", "");
    let mode = |name: &str| folder.join(name).metadata().unwrap().mode();
    assert_eq!(mode("ours"), mode("plain"));
}

#[test]
fn what_is_replaced_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(TREE);
    for mode in [0o600, 0o644, 0o664, 0o444] {
        fs::set_permissions(folder.join("taken"), fs::Permissions::from_mode(mode)).unwrap();
        for name in ["taken", "link"] {
            write(&folder, name, true).unwrap();
            assert_eq!(folder.join("taken").metadata().unwrap().mode() & 0o7777, mode, "{name}");
        }
    }
}

#[test]
fn a_name_of_full_length_fits() {
    let folder = Folder::new("");
    write(&folder, &"n".repeat(255), false).unwrap();
}
