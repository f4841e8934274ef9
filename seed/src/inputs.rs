//! What a PATH is: a torrent, a folder of torrents, or what is to be offered itself.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use cli_kit::{Failure, escape};
use torrent_core::redact::redact;
use torrent_core::typed::Typed;

/// One PATH, with its DATA if there is some behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A torrent, and where its data was said to be.
    Torrent { path: PathBuf, data: Option<PathBuf> },
    /// The same, on standard input.
    Stdin { data: Option<PathBuf> },
    /// A folder with torrents in it.
    Folder(PathBuf),
    /// A file or folder of which a torrent is to be made.
    Content(PathBuf),
}

/// What PATHs are. The path behind a torrent is its DATA, unless all data is in one folder. Those that cannot be looked at come as
/// failures beside the others.
///
/// # Errors
/// One is no path at all.
pub(crate) fn inputs(
    paths: &[PathBuf],
    is_data_elsewhere: bool,
) -> Result<(Vec<Input>, Vec<Failure>), Failure> {
    let (mut inputs, mut missing) = (Vec::new(), Vec::new());
    for path in paths {
        check_path(path)?;
        if let Some(data) = inputs.last_mut().and_then(data_of)
            && !is_data_elsewhere
            && !is_torrent(path)
        {
            *data = Some(path.clone());
            continue;
        }
        match input(path) {
            Ok(input) => inputs.push(input),
            Err(error) => missing.push(Failure::io(path, &error)),
        }
    }
    if inputs.iter().filter(|input| matches!(input, Input::Stdin { .. })).count() > 1 {
        return Err(Failure::usage("`-` may be given only once: there is one standard input"));
    }
    Ok((inputs, missing))
}

/// Where the data of a torrent is to be said that has none yet.
fn data_of(input: &mut Input) -> Option<&mut Option<PathBuf>> {
    match input {
        Input::Torrent { data, .. } | Input::Stdin { data } if data.is_none() => Some(data),
        _ => None,
    }
}

fn input(path: &Path) -> io::Result<Input> {
    if path == Path::new("-") {
        return Ok(Input::Stdin { data: None });
    }
    if is_torrent(path) {
        return Ok(Input::Torrent { path: path.to_owned(), data: None });
    }
    let is_folder = fs::metadata(path)?.is_dir();
    Ok(match is_folder && !torrents_in(path)?.is_empty() {
        true => Input::Folder(path.to_owned()),
        false => Input::Content(path.to_owned()),
    })
}

/// By its name, whether it is there or not; a folder is none.
pub(crate) fn is_torrent(path: &Path) -> bool {
    path == Path::new("-") || (has_extension(path) && !path.is_dir())
}

fn has_extension(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("torrent"))
}

/// All that is to be offered: of folders, their torrents, or why they cannot be read.
pub(crate) fn each(inputs: &[Input]) -> Vec<Result<Input, Failure>> {
    let of = |input: &Input| match input {
        Input::Folder(folder) => match torrents_in(folder) {
            Ok(torrents) => {
                torrents.into_iter().map(|path| Ok(Input::Torrent { path, data: None })).collect()
            }
            Err(error) => vec![Err(Failure::io(folder, &error))],
        },
        input => vec![Ok(input.clone())],
    };
    inputs.iter().flat_map(of).collect()
}

/// The torrents in a folder, not in those below it, in the order of their names. Hidden ones may be unfinished.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn torrents_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut torrents = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.as_bytes().starts_with(b"."));
        // To open a pipe would wait for its writer. What a link leads nowhere to is reported.
        let is_other = fs::metadata(&path).is_ok_and(|found| !found.is_file());
        if !is_hidden && has_extension(&path) && !is_other {
            torrents.push(path);
        }
    }
    torrents.sort();
    Ok(torrents)
}

/// Refuses what is no path.
fn check_path(path: &Path) -> Result<(), Failure> {
    let Some(typed) = Typed::of(path) else { return Ok(()) };
    let cause =
        format!("`{}`: it is {}, and data is offered that is here", shown(path.as_os_str()), typed.name());
    let hint = match (&typed, typed.hint_of_path()) {
        (_, Some(hint)) => hint.to_owned(),
        (typed, None) => format!(
            "`fetch '{}' --seed-time TIME` downloads and offers",
            escape(&redact(typed.source().unwrap_or_default().as_bytes()))
        ),
    };
    Err(Failure::usage(cause).hint(hint))
}

/// What people type may hold a passkey.
fn shown(typed: &OsStr) -> String {
    escape(&redact(typed.as_bytes())).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_kit::Folder;

    #[test]
    fn the_path_behind_a_torrent_is_its_data() {
        let folder = Folder::new(
            "many/a.torrent 1\nmany/b.torrent 1\nmany/a 1\nmany/.c.torrent 1\nd/x 1\nd.torrent/x 1\nf 1",
        );
        let at = |name: &str| folder.join(name);
        let torrent = |name: &str, data: Option<&str>| Input::Torrent { path: at(name), data: data.map(at) };
        let (directory, content) =
            (|name: &str| Input::Folder(at(name)), |name: &str| Input::Content(at(name)));
        for (typed, elsewhere, expected) in [
            (vec!["a.torrent"], false, vec![torrent("a.torrent", None)]),
            (
                vec!["a.torrent", "b.torrent"],
                false,
                vec![torrent("a.torrent", None), torrent("b.torrent", None)],
            ),
            (vec!["a.torrent", "d"], false, vec![torrent("a.torrent", Some("d"))]),
            (vec!["a.torrent", "gone"], false, vec![torrent("a.torrent", Some("gone"))]),
            (vec!["a.torrent", "many"], false, vec![torrent("a.torrent", Some("many"))]),
            (vec!["many", "a.torrent"], false, vec![directory("many"), torrent("a.torrent", None)]),
            (vec!["a.torrent", "d", "f"], false, vec![torrent("a.torrent", Some("d")), content("f")]),
            (
                vec!["a.torrent", "d", "b.torrent", "f"],
                false,
                vec![torrent("a.torrent", Some("d")), torrent("b.torrent", Some("f"))],
            ),
            (vec!["a.torrent", "d"], true, vec![torrent("a.torrent", None), content("d")]),
            (vec!["d", "f", "d.torrent"], false, vec![content("d"), content("f"), content("d.torrent")]),
        ] {
            let paths: Vec<PathBuf> = typed.iter().map(|name| at(name)).collect();
            let (inputs, missing) = inputs(&paths, elsewhere).unwrap();
            assert_eq!((inputs, missing.len()), (expected, 0), "{typed:?}");
        }
        let (inputs, missing) = inputs(&[at("gone"), at("f")], false).unwrap();
        assert_eq!((inputs, missing.len()), (vec![content("f")], 1));
    }

    #[test]
    fn what_is_no_file_keeps_no_torrent_of_its_folder_waiting() {
        let folder = Folder::new("b.torrent 1\nd.torrent/x 1");
        let _socket = std::os::unix::net::UnixListener::bind(folder.join("a.torrent")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.join("c.torrent")).unwrap();
        assert_eq!(
            torrents_in(folder.path()).unwrap(),
            ["b", "c"].map(|name| folder.join(format!("{name}.torrent")))
        );
    }
}
