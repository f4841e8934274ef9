//! Where the data of a torrent lies.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use cli_kit::{Exit, Failure, escape, escape_path};
use swarm_net::{Destination, Naming};
use torrent_core::data::{Content, Links};
use torrent_core::metainfo::Metainfo;

/// The data of a torrent.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The file or folder, as it was typed or follows from what was.
    pub(crate) path: PathBuf,
    /// The same for the session.
    pub(crate) destination: Destination,
}

impl Place {
    /// The content that is at a path, which need not have the torrent's name.
    ///
    /// # Errors
    /// There is nothing.
    pub(crate) fn at(torrent: &Metainfo, path: PathBuf) -> Result<Self, Failure> {
        let real = followed(&path).map_err(|error| Failure::io(&path, &error))?;
        let folder = real.parent().map(|parent| match parent {
            nothing if nothing.as_os_str().is_empty() => PathBuf::from("."),
            parent => parent.to_owned(),
        });
        let is_called_so = real.file_name().is_some_and(|name| name.as_bytes() == torrent.name());
        let destination = match folder {
            Some(folder) if torrent.is_single_file() => {
                Destination { folder, file: Some(real), ..Destination::default() }
            }
            // Other names would be kept in memory, one for each file.
            Some(folder) if is_called_so => Destination { folder, ..Destination::default() },
            _ => Destination {
                folder: real,
                naming: Naming { strip_folder: true, ..Naming::default() },
                ..Destination::default()
            },
        };
        Ok(Self { path, destination })
    }

    /// The content in `data`, which is the content itself or the folder that holds it.
    ///
    /// # Errors
    /// Nothing of the torrent is there.
    pub(crate) fn find(torrent: &Metainfo, data: &Path) -> Result<Self, Failure> {
        let unread = |error| Failure::io(data, &error);
        let is_folder = std::fs::metadata(data).map_err(unread)?.is_dir();
        if !is_folder && !torrent.is_single_file() {
            let cause = "is a file, and the torrent is of a folder";
            return Err(Failure::of(Exit::LocalIo, escape_path(data), cause));
        }
        let is_content =
            !is_folder || !Content::find(torrent, data, Links::Inside).map_err(unread)?.is_by_name();
        if is_content { Self::at(torrent, data.to_owned()) } else { Self::within(torrent, data) }
    }

    /// The content of the torrent's name in a folder.
    ///
    /// # Errors
    /// There is nothing of that name.
    pub(crate) fn within(torrent: &Metainfo, folder: &Path) -> Result<Self, Failure> {
        let path = joined(folder, torrent.name());
        if path.exists() {
            return Self::at(torrent, path);
        }
        let cause = format!("there is no `{}` in it", escape(torrent.name()));
        Err(Failure::of(Exit::LocalIo, escape_path(folder), cause).hint(BEHIND))
    }

    /// The content beside the torrent at a path, or in the current folder; either of these may be the content itself, if it is called so.
    ///
    /// # Errors
    /// It is in neither.
    pub(crate) fn beside(torrent: &Metainfo, path: Option<&Path>) -> Result<Self, Failure> {
        let beside = path.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        let folders: Vec<&Path> = beside.into_iter().chain([Path::new(".")]).collect();
        let within = folders.iter().find_map(|folder| Self::within(torrent, folder).ok());
        let itself =
            || folders.iter().find(|folder| is_called(folder, torrent)).map(|folder| folder.to_path_buf());
        if let Some(place) = within {
            return Ok(place);
        }
        if let Some(folder) = itself() {
            return Self::at(torrent, folder);
        }
        let place = if beside.is_some() { "neither beside it nor here" } else { "not here" };
        let cause = format!("its data, `{}`, is {place}", escape(torrent.name()));
        let hint = "`seed x.torrent DATA` says where it is, `--data DIR` of all torrents";
        Err(Failure::of(Exit::LocalIo, path.map_or("stdin".into(), escape_path), cause).hint(hint))
    }
}

/// A path that ends in a name and is no link: where the link leads, through which nothing is read otherwise.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let is_link = path.symlink_metadata()?.is_symlink();
    if is_link || path.file_name().is_none() { path.canonicalize() } else { Ok(path.to_owned()) }
}

/// What is called `name` in a folder.
fn joined(folder: &Path, name: &[u8]) -> PathBuf {
    let name = OsStr::from_bytes(name);
    if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) }
}

/// Whether a folder has the name of a torrent of a folder.
fn is_called(folder: &Path, torrent: &Metainfo) -> bool {
    let own_name = folder.canonicalize().ok();
    let own_name = own_name.as_deref().and_then(Path::file_name).map(OsStr::as_bytes);
    !torrent.is_single_file() && own_name == Some(torrent.name())
}

/// For folders without the data.
const BEHIND: &str = "the path behind a torrent is its data; to offer a folder as well, name it first";
