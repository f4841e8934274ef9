use super::*;
use crate::bencode::Writer;

/// A v1 torrent `name` of files with these paths, `/` between components and `\0` for a `/` within one; without paths, a file.
fn torrent(name: &str, paths: &[&str]) -> Metainfo {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes);
    writer.dict();
    writer.bytes(b"info");
    writer.dict();
    if paths.is_empty() {
        writer.bytes(b"length");
        writer.int(1);
    } else {
        writer.bytes(b"files");
        writer.list();
        for path in paths {
            writer.dict();
            writer.bytes(b"length");
            writer.int(1);
            writer.bytes(b"path");
            writer.list();
            path.split('/').for_each(|component| writer.bytes(component.replace('\0', "/").as_bytes()));
            writer.end();
            writer.end();
        }
        writer.end();
    }
    writer.bytes(b"name");
    writer.bytes(name.as_bytes());
    writer.bytes(b"piece length");
    writer.int(16384);
    writer.bytes(b"pieces");
    writer.bytes(&[7; 20]);
    writer.end();
    writer.end();
    Metainfo::parse(bytes).unwrap().metainfo
}

fn names(torrent: &Metainfo, naming: &Naming) -> Result<Vec<String>, String> {
    let names = Names::of(torrent, naming, 40).map_err(|error| error.to_string())?;
    let path = |file| {
        let components: Vec<_> = names.components(torrent, file).map(String::from_utf8_lossy).collect();
        components.join("/")
    };
    Ok((0..torrent.files().len()).map(path).collect())
}

fn renamed(index: usize, path: &str) -> Naming {
    let path = RawPathBuf::of(path.split('/').map(str::as_bytes));
    Naming { renamed: BTreeMap::from([(index, path)]), ..Naming::default() }
}

#[track_caller]
fn check(torrent: &Metainfo, naming: &Naming, expected: Result<&[&str], &str>) {
    let found = names(torrent, naming);
    let found = found.as_ref().map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(found.as_deref().map_err(|error| error.as_str()), expected);
}

#[test]
fn files_have_their_own_names_or_those_that_are_wanted() {
    let (own, strip) = (Naming::default(), Naming { strip_folder: true, ..Naming::default() });
    let single = Naming { single: Some(b"other".to_vec()), ..Naming::default() };
    let (one, two) = (torrent("n", &[]), torrent("n", &["a/b", "c"]));
    check(&one, &own, Ok(&["n"]));
    check(&two, &own, Ok(&["n/a/b", "n/c"]));
    check(&one, &strip, Ok(&["n"]));
    check(&two, &strip, Ok(&["a/b", "c"]));
    check(&one, &single, Ok(&["other"]));
    check(&two, &single, Ok(&["n/a/b", "n/c"]));
    check(&one, &renamed(0, "x/y"), Ok(&["x/y"]));
    check(&two, &renamed(1, "x/y"), Ok(&["n/a/b", "n/x/y"]));
    check(&two, &Naming { strip_folder: true, ..renamed(1, "d") }, Ok(&["a/b", "d"]));
    check(&two, &renamed(2, "x"), Err("there is no file 2: the torrent has 2, counted from 0"));
    check(
        &two,
        &renamed(1, "a"),
        Err("file 0 is unsafe: another file needs a folder where this one needs a file"),
    );
}

#[test]
fn clean_names_are_held_by_every_file_system() {
    let clean = Naming { clean: true, ..Naming::default() };
    let long = format!("{}.tar.gz", "x".repeat(100));
    let cut = format!("n/{}.gz", "x".repeat(37));
    for (path, expected) in [
        ("a\0b", "n/a_b"),
        ("..", "n/__"),
        (".", "n/_"),
        ("", "n/_"),
        ("What is it?: part 1.txt", "n/What is it__ part 1.txt"),
        ("end. . ", "n/end____"),
        ("con.txt", "n/_con.txt"),
        ("\u{1}\u{7f}é", "n/__é"),
        (".hidden", "n/.hidden"),
        (&long, &cut),
        (&"é".repeat(30), &format!("n/{}", "é".repeat(20))),
    ] {
        check(&torrent("n", &[path]), &clean, Ok(&[expected]));
    }
    check(&torrent("Haiku R1/beta6", &[]), &clean, Ok(&["Haiku R1_beta6"]));
    check(&torrent("../x", &["a"]), &clean, Ok(&[".._x/a"]));
    check(&torrent("a/b", &["c"]), &Naming { strip_folder: true, ..Naming::default() }, Ok(&["c"]));
    check(
        &torrent("a/b", &["c"]),
        &Naming::default(),
        Err("the name is unsafe: a component of the path holds a `/`"),
    );
}

#[test]
fn names_that_become_one_are_kept_apart() {
    let clean = Naming { clean: true, ..Naming::default() };
    check(
        &torrent("n", &["a?.txt", "a:.txt", "A*.txt"]),
        &clean,
        Ok(&["n/a_.txt", "n/a__2.txt", "n/A__3.txt"]),
    );
    check(&torrent("n", &["a?", "a:/b", "a_"]), &clean, Ok(&["n/a__2", "n/a_/b", "n/a__3"]));
    check(&torrent("n", &["x", "x", "x_2"]), &clean, Ok(&["n/x", "n/x_2", "n/x_2_2"]));
    let both = Naming { clean: true, ..renamed(1, "a_") };
    check(&torrent("n", &["a?", "b"]), &both, Ok(&["n/a__2", "n/a_"]));
    let two = torrent("n", &["x", "x"]);
    check(&two, &Naming::default(), Err("file 1 is unsafe: another file has the same path"));
    check(&two, &renamed(1, "y"), Ok(&["n/x", "n/y"]));
}
