//! What lies where a torrent's files should be, before anything is read.

use std::fs::File as DiskFile;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustix::fs::{FileType, OFlags, Stat, fstat};
use rustix::io::Errno;

use super::beneath::{Beneath, Links};
use super::extent::Files;
use super::folder::InputFolder;
use super::reader::{Io, Reader};
use super::source::ByteSource;
use super::source_error::{SourceError, SourceErrorKind};
use super::stamp::Stamp;
use super::window::Window;
use crate::files::{File, FileList};
use crate::layout::Span;
use crate::metainfo::Metainfo;
use crate::path::{RawPathBuf, SafePath};

/// What was found in a file's place.
#[derive(Debug)]
pub(crate) enum FilePresence {
    /// A file that is as long as it should be; or a stored link that leads where it should.
    Whole,
    /// A file of fewer bytes.
    Short(u64),
    /// A file of more bytes.
    Long(u64),
    /// There is nothing of that name.
    Missing,
    /// A folder, a link that leads elsewhere or in a circle, a FIFO, a device.
    WrongType,
    /// A link that leads out of the folder.
    LeadsOut,
    /// Something that cannot be looked at or opened.
    Unreadable(io::Error),
}

/// The place of a torrent's content on disk.
pub struct Content {
    beneath: Beneath,
    /// The path from that folder to the content: nothing, the torrent's name, or the name of a single file.
    prefix: Option<RawPathBuf>,
    /// The files' own paths start with the torrent's name, which the prefix stands for.
    is_single_file: bool,
    /// Where files are instead.
    spots: Option<Box<Spots>>,
}

/// Says where the bytes of a file are; `None` if they are nowhere. It is asked whenever a file is opened, so that no path is kept
/// of a million files.
type Spots = dyn Fn(File<'_>) -> Option<Spot> + Send + Sync;

/// Where the bytes of a file are, if not under its own name.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The file on disk that holds them, relative to the folder.
    pub path: SafePath,
    /// The offset of the first byte in that file. If it is set, bytes after the last one are ignored.
    pub start: Option<u64>,
}

impl Content {
    /// Finds the content of a torrent in `data`: either the folder that holds the content, if it has an entry with the torrent's
    /// name, or the content itself, if it has that name or one of the torrent's first hundred files. If `data` has the torrent's
    /// name and an entry with that name, and the torrent has such an entry as well, `data` is the content.
    ///
    /// # Errors
    /// `data` does not exist or cannot be opened, or an entry in it cannot be examined.
    pub fn find(torrent: &Metainfo, data: &Path, links: Links) -> io::Result<Self> {
        let is_single_file = torrent.is_single_file();
        let real = data.canonicalize()?;
        let own_name = real.file_name().unwrap_or_default().as_bytes();
        if !std::fs::metadata(&real)?.is_dir() {
            let folder = real.parent().unwrap_or(&real);
            let prefix = Some(RawPathBuf::of([own_name]));
            return Ok(Self { beneath: Beneath::new(folder, links)?, prefix, is_single_file, spots: None });
        }
        let name = RawPathBuf::of([torrent.name()]);
        let beneath = Beneath::new(data, links)?;
        let mut content = Self { beneath, prefix: None, is_single_file, spots: None };
        let holds = match SafePath::new(name.as_path()) {
            Ok(name) => content.is_there(&name)?,
            Err(_) => false,
        };
        let is_called_so = own_name == torrent.name();
        let knows_name =
            || torrent.files().iter().any(|file| file.path.components().next() == Some(torrent.name()));
        let is_content = match (is_single_file, holds) {
            (true, _) => false,
            (false, true) => is_called_so && knows_name(),
            (false, false) => is_called_so || content.has_any(torrent)?,
        };
        content.prefix = (!is_content).then_some(name);
        Ok(content)
    }

    /// Whether the content is an entry of the folder, called as the torrent, or is a file; else the folder itself is the content.
    pub fn is_by_name(&self) -> bool {
        self.prefix.is_some()
    }

    /// The content whose files lie where `spots` says, beneath a folder.
    ///
    /// # Errors
    /// The folder cannot be opened.
    pub fn at(
        folder: &Path,
        spots: impl Fn(File<'_>) -> Option<Spot> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let beneath = Beneath::new(folder, Links::Inside)?;
        Ok(Self { beneath, prefix: None, is_single_file: false, spots: Some(Box::new(spots)) })
    }

    /// Whether one of a torrent's first files has something in its place.
    pub(super) fn has_any(&self, torrent: &Metainfo) -> Result<bool, Errno> {
        for file in torrent.files().iter().take(100) {
            if self.is_there(&self.path(file)?)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether something is at a path, be it a link that leads nowhere.
    fn is_there(&self, path: &SafePath) -> Result<bool, Errno> {
        match self.beneath.look(path) {
            Ok(_) | Err(Errno::XDEV | Errno::LOOP) => Ok(true),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(false),
            Err(errno) => Err(errno),
        }
    }

    /// Where a file lies within the file on disk that holds it.
    fn start(&self, file: File<'_>) -> Option<u64> {
        self.spots.as_ref()?(file)?.start
    }

    /// The path of a file from the folder that is kept to.
    pub(super) fn path(&self, file: File<'_>) -> Result<SafePath, Errno> {
        if let Some(spots) = &self.spots {
            return spots(file).map(|spot| spot.path).ok_or(Errno::NOENT);
        }
        let own = file.path.components().filter(|_| !self.is_single_file);
        let prefix = self.prefix.iter().flat_map(|prefix| prefix.as_path().components());
        SafePath::new(RawPathBuf::of(prefix.chain(own)).as_path()).map_err(|_| Errno::INVAL)
    }

    /// Opens a file for reading, from the folder it lies in, which is kept for the next one.
    fn open(&self, file: File<'_>, flags: OFlags, folder: &mut InputFolder) -> Result<OwnedFd, Errno> {
        if self.has_own_paths() {
            return self.beneath.open(&self.path(file)?, flags);
        }
        let (folder, name) = self.folder_of(file, folder)?;
        match Beneath::open_in(folder, &name, flags) {
            // A link may lead out of its folder and yet stay inside the content.
            Err(Errno::XDEV) => self.beneath.open(&self.path(file)?, flags),
            opened => opened,
        }
    }

    /// What is in a file's place, links followed.
    fn look(&self, file: File<'_>, folder: &mut InputFolder) -> Result<Stat, Errno> {
        if self.has_own_paths() {
            return self.beneath.look(&self.path(file)?);
        }
        let (folder, name) = self.folder_of(file, folder)?;
        let stat = Beneath::look_in(folder, &name)?;
        let is_link = FileType::from_raw_mode(stat.st_mode).is_symlink();
        if is_link { self.beneath.look(&self.path(file)?) } else { Ok(stat) }
    }

    /// Whether files lie where their paths in the torrent do not say.
    fn has_own_paths(&self) -> bool {
        self.is_single_file || self.spots.is_some()
    }

    /// The folder that a file lies in, and the file's name there.
    fn folder_of<'f>(
        &self,
        file: File<'_>,
        folder: &'f mut InputFolder,
    ) -> Result<(&'f OwnedFd, SafePath), Errno> {
        let (parent, name) = file.path.split_last();
        let name = SafePath::new(name).map_err(|_| Errno::INVAL)?;
        let open = || {
            let prefix = self.prefix.iter().flat_map(|prefix| prefix.as_path().components());
            let path = RawPathBuf::of(prefix.chain(parent.components()));
            self.beneath.folder(SafePath::new(path.as_path()).ok().as_ref())
        };
        Ok((folder.at(0, parent, open)?, name))
    }

    /// Whether the content is one file.
    pub(crate) fn is_single_file(&self) -> bool {
        self.is_single_file
    }

    /// Where the content starts, from the folder that is kept to.
    pub(crate) fn root(&self) -> PathBuf {
        let safe = self.prefix.as_ref().and_then(|prefix| SafePath::new(prefix.as_path()).ok());
        safe.map_or_else(PathBuf::new, |safe| safe.as_path().to_owned())
    }

    pub(crate) fn beneath(&self) -> &Beneath {
        &self.beneath
    }
}

/// What was found of each file, and the means to read it.
pub(crate) struct Survey<'a>(Reader<Places<'a>>);

struct Places<'a> {
    files: &'a FileList,
    content: &'a Content,
    /// The file that the first of `places` is of.
    first: usize,
    places: Vec<Place>,
    keys: RandomState,
}

/// What was found of a file, and a mark of its stamp: enough to see that it is another, and a quarter of it.
type Place = (FilePresence, u64);

// There may be ten million of them.
const _: () = assert!(size_of::<Place>() == 24);

impl<'a> Survey<'a> {
    /// Looks at every file of a range, on all threads of the current pool.
    pub(crate) fn new(files: &'a FileList, range: Range<usize>, content: &'a Content, io: Io) -> Self {
        let keys = RandomState::new();
        let look = |folder: &mut InputFolder, index| {
            let (found, stamp) = look(files.get(index), content, folder);
            (found, keys.hash_one(stamp))
        };
        let first = range.start;
        let places = range.into_par_iter().with_min_len(64).map_init(InputFolder::default, look).collect();
        Self(Reader::new(Places { files, content, first, places, keys }, io))
    }

    /// What was found of a file.
    pub(crate) fn found(&self, file: usize) -> &FilePresence {
        &self.0.files.place(file).0
    }

    /// What was found of all files, by their indices.
    pub(crate) fn into_found(self) -> impl Iterator<Item = (usize, FilePresence)> {
        (self.0.files.first..).zip(self.0.files.places.into_iter().map(|(found, _)| found))
    }
}

impl Places<'_> {
    fn place(&self, file: usize) -> &Place {
        &self.places[file - self.first]
    }
}

impl ByteSource for Survey<'_> {
    fn load(&self, spans: &[Span], window: &mut Window) -> Result<(), SourceError> {
        self.0.load(spans, window)
    }

    fn expect(&self, spans: &[Span], window: &mut Window) -> Result<(), SourceError> {
        self.0.bring_in(spans, window)
    }
}

impl Files for Places<'_> {
    fn open(&self, index: usize, flags: OFlags, folder: &mut InputFolder) -> Result<DiskFile, SourceError> {
        let file = self.content.open(self.files.get(index), flags, folder);
        let file = DiskFile::from(file.map_err(|errno| failed(index, errno))?);
        self.look_again(index, &file)?;
        Ok(file)
    }

    fn look_again(&self, index: usize, file: &DiskFile) -> Result<(), SourceError> {
        let stat = fstat(file).map_err(|errno| failed(index, errno))?;
        let is_same = self.keys.hash_one(Stamp::of(&stat)) == self.place(index).1;
        if is_same { Ok(()) } else { Err(SourceError { file: index, kind: SourceErrorKind::Changed }) }
    }

    fn start(&self, index: usize) -> u64 {
        self.content.start(self.files.get(index)).unwrap_or_default()
    }

    fn available(&self, index: usize) -> u64 {
        match self.place(index).0 {
            FilePresence::Whole | FilePresence::Long(_) => self.files.get(index).length,
            FilePresence::Short(length) => length,
            FilePresence::Missing
            | FilePresence::WrongType
            | FilePresence::LeadsOut
            | FilePresence::Unreadable(_) => 0,
        }
    }
}

fn look(file: File<'_>, content: &Content, folder: &mut InputFolder) -> (FilePresence, Stamp) {
    if file.symlink.is_some() {
        let found = content.path(file).map(|path| look_at_link(file, &path, content));
        return (found.unwrap_or_else(|errno| FilePresence::Unreadable(errno.into())), Stamp::default());
    }
    match content.look(file, folder) {
        Ok(stat) => (compare(file, &stat, content, folder), Stamp::of(&stat)),
        Err(errno) => (absent(errno), Stamp::default()),
    }
}

fn compare(file: File<'_>, stat: &Stat, content: &Content, folder: &mut InputFolder) -> FilePresence {
    let mut length = u64::try_from(stat.st_size).unwrap_or_default();
    if let Some(start) = content.start(file) {
        length = length.saturating_sub(start).min(file.length);
    }
    if !FileType::from_raw_mode(stat.st_mode).is_file() {
        return FilePresence::WrongType;
    }
    // Whether it can be opened is asked once, here, unless everybody may read it.
    if stat.st_mode & 0o444 != 0o444
        && let Err(errno) = content.open(file, OFlags::empty(), folder)
    {
        return FilePresence::Unreadable(errno.into());
    }
    match length.cmp(&file.length) {
        std::cmp::Ordering::Less => FilePresence::Short(length),
        std::cmp::Ordering::Equal => FilePresence::Whole,
        std::cmp::Ordering::Greater => FilePresence::Long(length),
    }
}

/// A stored link is compared, not followed.
fn look_at_link(file: File<'_>, path: &SafePath, content: &Content) -> FilePresence {
    match content.beneath.read_link(path) {
        Ok(target) if leads_to(file, target.as_bytes()) => FilePresence::Whole,
        // It leads elsewhere, or is no link: of an open path that is none, the kernel says that there is nothing.
        Ok(_) | Err(Errno::INVAL) => FilePresence::WrongType,
        Err(Errno::NOENT) if content.beneath.look(path).is_ok() => FilePresence::WrongType,
        Err(errno) => absent(errno),
    }
}

/// Whether a link's text leads to where the torrent says, counted from the torrent's root.
fn leads_to(file: File<'_>, target: &[u8]) -> bool {
    let mut place: Vec<&[u8]> = file.path.components().collect();
    place.pop();
    for component in target.split(|byte| *byte == b'/') {
        match component {
            b"" if target.starts_with(b"/") => return false,
            b"" | b"." => {}
            b".." => {
                if place.pop().is_none() {
                    return false;
                }
            }
            name => place.push(name),
        }
    }
    file.symlink.is_some_and(|expected| expected.components().eq(place))
}

fn absent(errno: Errno) -> FilePresence {
    match errno {
        Errno::NOENT | Errno::NOTDIR => FilePresence::Missing,
        Errno::XDEV => FilePresence::LeadsOut,
        // In a circle.
        Errno::LOOP => FilePresence::WrongType,
        _ => FilePresence::Unreadable(errno.into()),
    }
}

/// A file that could be looked at before.
fn failed(file: usize, errno: Errno) -> SourceError {
    match errno {
        Errno::NOENT | Errno::NOTDIR => SourceError { file, kind: SourceErrorKind::Vanished },
        Errno::XDEV | Errno::LOOP => SourceError { file, kind: SourceErrorKind::Changed },
        _ => SourceError::io(file, errno.into()),
    }
}
