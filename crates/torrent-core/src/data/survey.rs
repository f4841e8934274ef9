//! What lies where a torrent's files should be, before anything is read.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustix::fs::{FileType, Stat, fstat};
use rustix::io::Errno;

use super::beneath::Beneath;
use super::source::{Source, SourceError, SourceErrorKind, Window};
use super::stamp::Stamp;
use crate::files::{File, FileList};
use crate::layout::Span;
use crate::metainfo::Metainfo;
use crate::path::{RawPathBuf, SafePath};

/// What was found in a file's place.
#[derive(Debug)]
pub(crate) enum Found {
    /// A file that is as long as it should be; or a stored link that leads where it should.
    Whole,
    /// A file of fewer bytes.
    Short(u64),
    /// A file of more bytes.
    Long(u64),
    /// Nothing.
    Missing,
    /// A folder, a link that leads out or elsewhere, a FIFO, a device.
    WrongType,
    /// Something that cannot be looked at or opened.
    Unreadable(io::Error),
}

/// The place of a torrent's content on disk.
#[derive(Debug)]
pub struct Content {
    beneath: Beneath,
    /// From there to the content: nothing, the torrent's name, or the name of a single file.
    prefix: Option<RawPathBuf>,
    /// The files' own paths start with the torrent's name, which the prefix stands for.
    is_single_file: bool,
    /// By file: where it is instead.
    spots: Option<Vec<Spot>>,
}

/// Where the bytes of a file lie, if not under its own name.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The file on disk that holds them, from the folder that is kept to.
    pub path: Arc<SafePath>,
    /// Where in that file the first byte is; what lies behind the last one is not looked at if this is set.
    pub start: Option<u64>,
}

impl Content {
    /// Finds the content of a torrent in `data`, which is the folder that holds it if it has an entry of the torrent's
    /// name, else the content itself if it has that name or one of the torrent's first hundred files. A folder of that
    /// name whose own content has the name once more is the content.
    ///
    /// # Errors
    /// `data` is not there or cannot be opened, or what is in it cannot be looked at.
    pub fn find(torrent: &Metainfo, data: &Path) -> io::Result<Self> {
        let is_single_file = torrent.is_single_file();
        let real = data.canonicalize()?;
        let own_name = real.file_name().unwrap_or_default().as_bytes();
        if !std::fs::metadata(&real)?.is_dir() {
            let folder = real.parent().unwrap_or(&real);
            let prefix = Some(RawPathBuf::of([own_name]));
            return Ok(Self { beneath: Beneath::new(folder)?, prefix, is_single_file, spots: None });
        }
        let name = RawPathBuf::of([torrent.name()]);
        let beneath = Beneath::new(data)?;
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

    /// The content whose files lie at these spots beneath a folder, one for each file.
    ///
    /// # Errors
    /// The folder cannot be opened.
    pub fn at(folder: &Path, spots: Vec<Spot>) -> io::Result<Self> {
        let beneath = Beneath::new(folder)?;
        Ok(Self { beneath, prefix: None, is_single_file: false, spots: Some(spots) })
    }

    /// Whether one of a torrent's first files has something in its place.
    fn has_any(&self, torrent: &Metainfo) -> Result<bool, Errno> {
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
        self.spots.as_ref()?.get(file.index)?.start
    }

    /// The path of a file from the folder that is kept to.
    fn path(&self, file: File<'_>) -> Result<SafePath, Errno> {
        if let Some(spots) = &self.spots {
            return spots.get(file.index).map(|spot| SafePath::clone(&spot.path)).ok_or(Errno::NOENT);
        }
        let own = file.path.components().filter(|_| !self.is_single_file);
        let prefix = self.prefix.iter().flat_map(|prefix| prefix.as_path().components());
        SafePath::new(RawPathBuf::of(prefix.chain(own)).as_path()).map_err(|_| Errno::INVAL)
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
pub(crate) struct Survey<'a> {
    files: &'a FileList,
    content: &'a Content,
    places: Vec<(Found, Stamp)>,
}

impl<'a> Survey<'a> {
    /// Looks at every file, on all threads of the current pool.
    pub(crate) fn new(files: &'a FileList, content: &'a Content) -> Self {
        let look = |index| look(files.get(index), content);
        let places = (0..files.len()).into_par_iter().with_min_len(64).map(look).collect();
        Self { files, content, places }
    }

    /// What was found of a file.
    pub(crate) fn found(&self, file: usize) -> &Found {
        &self.places[file].0
    }

    /// What was found of all files.
    pub(crate) fn into_found(self) -> impl Iterator<Item = Found> {
        self.places.into_iter().map(|(found, _)| found)
    }

    /// How many bytes of a file can be read, from its start.
    fn available(&self, file: usize) -> u64 {
        match self.places[file].0 {
            Found::Whole | Found::Long(_) => self.files.get(file).length,
            Found::Short(length) => length,
            Found::Missing | Found::WrongType | Found::Unreadable(_) => 0,
        }
    }

    fn load_span(
        &self,
        index: usize,
        offset: u64,
        length: u64,
        window: &mut Window,
    ) -> Result<(), SourceError> {
        let readable = self.available(index).saturating_sub(offset).min(length);
        if readable > 0 {
            let path = self.content.path(self.files.get(index));
            let file = path.and_then(|path| self.content.beneath.open(&path));
            let file = std::fs::File::from(file.map_err(|errno| failed(index, errno))?);
            let stat = fstat(&file).map_err(|errno| failed(index, errno))?;
            if Stamp::of(&stat) != self.places[index].1 {
                return Err(SourceError { file: index, kind: SourceErrorKind::Changed });
            }
            let start = self.content.start(self.files.get(index)).unwrap_or_default();
            window.take(index, &file, start + offset, readable)?;
        }
        if readable < length {
            window.missing(length - readable);
        }
        Ok(())
    }
}

impl Source for Survey<'_> {
    fn load(&self, spans: &[Span], window: &mut Window) -> Result<(), SourceError> {
        window.clear();
        spans.iter().try_for_each(|span| match *span {
            Span::Zeros { length } => {
                window.zeros(length);
                Ok(())
            }
            Span::Content { file, offset, length } => self.load_span(file, offset, length, window),
        })
    }
}

fn look(file: File<'_>, content: &Content) -> (Found, Stamp) {
    let path = match content.path(file) {
        Ok(path) => path,
        Err(errno) => return (Found::Unreadable(errno.into()), Stamp::default()),
    };
    if file.symlink.is_some() {
        return (look_at_link(file, &path, content), Stamp::default());
    }
    match content.beneath.look(&path) {
        Ok(stat) => (compare(file, &stat, &path, content), Stamp::of(&stat)),
        Err(errno) => (absent(errno), Stamp::default()),
    }
}

fn compare(file: File<'_>, stat: &Stat, path: &SafePath, content: &Content) -> Found {
    let mut length = u64::try_from(stat.st_size).unwrap_or_default();
    if let Some(start) = content.start(file) {
        length = length.saturating_sub(start).min(file.length);
    }
    if !FileType::from_raw_mode(stat.st_mode).is_file() {
        return Found::WrongType;
    }
    // Whether it can be opened is asked once, here, unless everybody may read it.
    if stat.st_mode & 0o444 != 0o444
        && let Err(errno) = content.beneath.open(path)
    {
        return Found::Unreadable(errno.into());
    }
    match length.cmp(&file.length) {
        std::cmp::Ordering::Less => Found::Short(length),
        std::cmp::Ordering::Equal => Found::Whole,
        std::cmp::Ordering::Greater => Found::Long(length),
    }
}

/// A stored link is compared, not followed.
fn look_at_link(file: File<'_>, path: &SafePath, content: &Content) -> Found {
    match content.beneath.read_link(path) {
        Ok(target) if leads_to(file, target.as_bytes()) => Found::Whole,
        // It leads elsewhere, or is no link: of an open path that is none, the kernel says that there is nothing.
        Ok(_) | Err(Errno::INVAL) => Found::WrongType,
        Err(Errno::NOENT) if content.beneath.look(path).is_ok() => Found::WrongType,
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

fn absent(errno: Errno) -> Found {
    match errno {
        Errno::NOENT | Errno::NOTDIR => Found::Missing,
        // A link that leads out, or in a circle.
        Errno::XDEV | Errno::LOOP => Found::WrongType,
        _ => Found::Unreadable(errno.into()),
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
