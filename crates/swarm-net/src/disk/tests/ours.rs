//! Work folders that somebody else may have had a hand in.

use super::*;

/// A work folder in which half a torrent was left, and its path.
fn left(source: &Source, output: &Folder) -> PathBuf {
    let mut run = start(source, &source.params(output)).unwrap();
    run.write(&[0, 1]).unwrap();
    let work = output.join(&run.storage.layout.work);
    run.close();
    work
}

type Meddle = fn(&Path);

#[test]
fn a_work_folder_that_is_not_ours_alone_is_refused() {
    let cases: [(Meddle, &str); 10] = [
        (|work| mode(work, 0o777), "others can write to it"),
        (|work| mode(work, 0o720), "others can write to it"),
        (|work| link(&work.join("0"), "elsewhere"), "it is a hard link"),
        (|work| link(&work.join("journal"), "elsewhere"), "it is a hard link"),
        (|work| replace(&work.join("0")), "it is no file"),
        (|work| replace(&work.join("journal")), "it is no file"),
        (|work| fs::create_dir(work.join("side")).unwrap(), "it is no file"),
        (|work| std::os::unix::fs::chown(work, Some(65534), None).unwrap(), "it belongs to somebody else"),
        (|work| std::os::unix::fs::chown(work.join("0"), Some(65534), None).unwrap(), "it belongs to"),
        (|work| std::os::unix::fs::chown(work.join("journal"), Some(65534), None).unwrap(), "it belongs to"),
    ];
    // Only root gives files away.
    let count = if rustix::process::geteuid().is_root() { cases.len() } else { 7 };
    for (meddle, said) in &cases[..count] {
        let (source, output) = (Source::new("d/a 100000", V1), Folder::new(""));
        let work = left(&source, &output);
        meddle(&work);
        let before = output.list();
        let error = start(&source, &source.params(&output)).err().map(|error| error.to_string());
        assert!(error.as_ref().is_some_and(|error| error.contains(said)), "{said}: {error:?}");
        assert_eq!(output.list(), before, "{said}");
        fs::remove_dir_all(&work).unwrap();
        start(&source, &source.params(&output)).unwrap().finish().unwrap();
        assert!(output.read("d/a") == source.tree.read("d/a"));
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Puts a link in the place of a file.
fn replace(path: &Path) {
    fs::remove_file(path).unwrap();
    std::os::unix::fs::symlink("/dev/null", path).unwrap();
}

/// Gives a file another name beside the output folder's content.
fn link(path: &Path, name: &str) {
    let elsewhere = path.parent().unwrap().parent().unwrap().join(name);
    fs::hard_link(path, elsewhere).unwrap();
}

#[test]
fn what_is_planted_before_the_first_run_is_not_written_to() {
    let source = Source::new("d/a 100000", V1);
    for name in ["0", "side", "journal"] {
        let output = Folder::new("victim: keep me");
        let work = output
            .join(start(&source, &source.params(&Folder::new(""))).unwrap().storage.layout.work.clone());
        fs::create_dir(&work).unwrap();
        fs::hard_link(output.join("victim"), work.join(name)).unwrap();
        let error = start(&source, &source.params(&output)).err().unwrap();
        assert!(matches!(&error, DiskError::NotOurs { path, .. } if path.ends_with(name)), "{error}");
        assert_eq!(output.read("victim"), b"keep me");
    }
}

#[test]
fn a_work_folder_of_ours_is_closed_to_others_and_taken_up_whatever_others_may_read() {
    let (source, output) = (Source::new("d/a 100000", V1), Folder::new(""));
    let work = left(&source, &output);
    assert_eq!(fs::metadata(&work).unwrap().permissions().mode() & 0o777, 0o700);
    mode(&work, 0o755);
    fs::create_dir(work.join("probe")).unwrap(); // A crash left it.
    let run = start(&source, &source.params(&output)).unwrap();
    assert_eq!(run.have, [0, 1]);
    run.finish().unwrap();
    source.assert_is_in(&output);
}

#[test]
fn a_file_that_may_not_be_written_to_is_not_begun_to_repair() {
    // Root may write everywhere.
    if rustix::process::geteuid().is_root() {
        return;
    }
    let (source, output) =
        (Source::new("d/a 100000\nd/b 70000", V1), Folder::new("d/a: mine\nd/b: mine, too"));
    mode(&output.join("d/b"), 0o444);
    let params = StorageParams { force: true, ..source.params(&output) };
    let error = start(&source, &params).err().map(|error| error.to_string());
    assert!(error.as_ref().is_some_and(|error| error.contains("d/b: open: Permission denied")), "{error:?}");
    assert_eq!(output.names(), ["d/", "d/a", "d/b"]);
}
