//! Where the files of a torrent go: to their own names, or to others that the user wants.
//!
//! [`Naming`] is what the user wants of any torrent, [`Names`] what that comes to for one. Whatever both are made of, every path of
//! [`Names`] is a [`SafePath`](crate::path::SafePath), and no file is in the way of another.

mod clean;

use std::collections::BTreeMap;

use crate::clashes::check_files;
use crate::files::FileList;
use crate::metainfo::Metainfo;
use crate::order::Order;
use crate::path::{RawPath, RawPathBuf, UnsafeFile, UnsafeName, UnsafePath, check_component};

use clean::{Apart, clean};

/// Which names files are to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    /// Replace in names what some file system cannot hold, and shorten them.
    pub clean: bool,
    /// Leave out the folder of a torrent of several files.
    pub strip_folder: bool,
    /// Paths of single files, by index: below the torrent's folder, if it has one.
    pub renamed: BTreeMap<usize, RawPathBuf>,
    /// The name of the file of a torrent of a single file.
    pub single: Option<Vec<u8>>,
}

/// The names that the files of a torrent have on disk.
#[derive(Debug)]
pub struct Names {
    /// Full paths, by file; `None` if they are those of the torrent.
    given: Option<FileList>,
    /// What all files have in front: nothing, or the torrent's folder.
    folder: Option<Vec<u8>>,
}

/// Why files cannot have the names they are to have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NamingError {
    /// The names cannot be file paths.
    #[error(transparent)]
    Unsafe(#[from] UnsafeName),
    /// A file is to be renamed that is not there.
    #[error("there is no file {index}: the torrent has {count}, counted from 0")]
    NoSuchFile {
        /// The index of the file in the torrent.
        index: usize,
        /// How many there are.
        count: usize,
    },
}

impl Naming {
    /// What a torrent is on disk, below the output folder: a file, a folder, or, if that is left out, nothing.
    ///
    /// # Errors
    /// The name of its folder cannot be a file path.
    pub fn root(&self, torrent: &Metainfo, longest: usize) -> Result<RawPathBuf, UnsafeName> {
        if !torrent.is_single_file() {
            let folder = folder_of(torrent, self, longest)?;
            return Ok(RawPathBuf::of(folder.as_deref()));
        }
        let clean = || if self.clean { clean(torrent.name(), longest) } else { torrent.name().to_vec() };
        let renamed = self.renamed.get(&0).cloned();
        Ok(renamed.unwrap_or_else(|| RawPathBuf::of([&*self.single.clone().unwrap_or_else(clean)])))
    }

    /// Whether torrents keep their names.
    pub fn is_own(&self) -> bool {
        !self.clean && !self.strip_folder && self.renamed.is_empty() && self.single.is_none()
    }
}

impl Names {
    /// The names of a torrent's files. Names that are cleaned have `longest` bytes at most.
    ///
    /// # Errors
    /// Some cannot be file paths, or there is no file to rename.
    pub fn of(torrent: &Metainfo, naming: &Naming, longest: usize) -> Result<Self, NamingError> {
        if naming.is_own() {
            torrent.check_names()?;
            let folder = (!torrent.is_single_file()).then(|| torrent.name().to_vec());
            return Ok(Self { given: None, folder });
        }
        let count = torrent.files().len();
        if let Some((&index, _)) = naming.renamed.range(count..).next() {
            return Err(NamingError::NoSuchFile { index, count });
        }
        let folder = folder_of(torrent, naming, longest)?;
        let given = given(torrent, naming, folder.as_deref(), longest);
        check_files(&given).map_err(UnsafeName::File)?;
        check_links(torrent)?;
        Ok(Self { given: Some(given), folder })
    }

    /// The components of a file's path below the output folder, outermost first.
    pub fn components<'a>(&'a self, torrent: &'a Metainfo, file: usize) -> impl Iterator<Item = &'a [u8]> {
        let folder = self.folder.as_deref().filter(|_| self.given.is_none());
        let path = self.given.as_ref().unwrap_or(torrent.files()).path(file);
        folder.into_iter().chain(path.components())
    }

    /// What the torrent is on disk, below the output folder: a file, its folder, or, if that is left out, nothing.
    pub fn root(&self, torrent: &Metainfo) -> RawPathBuf {
        match &self.folder {
            Some(folder) => RawPathBuf::of([folder.as_slice()]),
            None if torrent.is_single_file() => RawPathBuf::of(self.components(torrent, 0)),
            None => RawPathBuf::default(),
        }
    }

    /// The text of a symbolic link of the torrent (BEP 47), relative to the folder that it is in: the components of a path.
    pub fn link_text(&self, torrent: &Metainfo, link: usize) -> Option<RawPathBuf> {
        let target = torrent.files().get(link).symlink?;
        let from: Vec<&[u8]> = self.components(torrent, link).collect();
        let to = self.place_of(torrent, target);
        let to: Vec<&[u8]> = to.as_path().components().collect();
        let around = &from[..from.len().saturating_sub(1)];
        // Every link of a torrent leads up to its folder first, as it says itself.
        let shared = usize::from(self.folder.is_some() && around.first() == to.first());
        let up = around[shared.min(around.len())..].iter().map(|_| b"..".as_slice());
        Some(RawPathBuf::of(up.chain(to[shared..].iter().copied())))
    }

    /// Where something of the torrent is, by its path there.
    fn place_of(&self, torrent: &Metainfo, path: RawPath<'_>) -> RawPathBuf {
        let file = || Order::of(torrent.files()).find(path.components());
        let is_it = |index: &usize| torrent.files().path(*index) == path;
        match (&self.given, self.given.as_ref().and_then(|_| file()).filter(is_it)) {
            (Some(given), Some(file)) => RawPathBuf::of(given.path(file).components()),
            _ => RawPathBuf::of(self.folder.as_deref().into_iter().chain(path.components())),
        }
    }
}

/// The torrent's folder, under its name on disk.
fn folder_of(torrent: &Metainfo, naming: &Naming, longest: usize) -> Result<Option<Vec<u8>>, UnsafeName> {
    if torrent.is_single_file() || naming.strip_folder {
        return Ok(None);
    }
    let name = if naming.clean { clean(torrent.name(), longest) } else { torrent.name().to_vec() };
    check_component(&name).map_err(UnsafeName::Torrent)?;
    Ok(Some(name))
}

/// The paths that files are given: what was typed for them, else their own, perhaps cleaned and kept apart.
fn given(torrent: &Metainfo, naming: &Naming, folder: Option<&[u8]>, longest: usize) -> FileList {
    let own = |index: usize| -> Vec<Vec<u8>> {
        let renamed = naming.renamed.get(&index).map(RawPathBuf::as_path);
        let single = naming.single.as_deref().filter(|_| torrent.is_single_file());
        let folder = folder.map(<[u8]>::to_vec).into_iter();
        match (renamed, single) {
            (Some(path), _) => folder.chain(path.components().map(<[u8]>::to_vec)).collect(),
            (None, Some(name)) => vec![name.to_vec()],
            (None, None) => {
                let path = torrent.files().path(index).components();
                let name = |name: &[u8]| if naming.clean { clean(name, longest) } else { name.to_vec() };
                folder.chain(path.map(name)).collect()
            }
        }
    };
    let mut apart = naming.clean.then(|| Apart::new((0..torrent.files().len()).map(own), &naming.renamed));
    let mut given = FileList::default();
    for file in torrent.files().iter() {
        let mut path = own(file.index);
        if let Some(apart) = apart.as_mut().filter(|_| !naming.renamed.contains_key(&file.index)) {
            apart.keep_apart(&mut path, longest);
        }
        given.push(RawPathBuf::of(path.iter().map(Vec::as_slice)).as_path(), file.length);
    }
    given
}

/// Links lead where the torrent says, which must be inside, whatever files are called.
fn check_links(torrent: &Metainfo) -> Result<(), UnsafeName> {
    let leads_out = |target: RawPath<'_>| target.check().is_err();
    match torrent.files().iter().find(|file| file.symlink.is_some_and(leads_out)) {
        Some(link) => Err(UnsafeName::File(UnsafeFile { index: link.index, why: UnsafePath::Link })),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
