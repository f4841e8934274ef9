//! Finds the files that a torrent is to hold: parallel over folders, in the order of path components as bytes, which
//! is the order of BEP 52 and does not depend on the file system.

use std::ffi::CString;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::prelude::*;
use rustix::fs::{self as sys, Access, AtFlags, CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::globs::{EntryPath, Globs};
use super::outputs::Outputs;
use super::problem::{Note, Problem, ProblemKind};
use super::roots::{Found, Input};
use super::route::{last_swap, swapped};
use super::select::{Selection, as_path};
use super::stamp::Stamp;
use crate::files::FileList;
use crate::limits;
use crate::metainfo::holds_pad_mark;
use crate::path::RawPathBuf;

/// What to do with symbolic links below the inputs. An input that is itself a link is always followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Symlinks {
    /// Take what they lead to.
    #[default]
    Follow,
    /// Put them into the torrent as links (BEP 47).
    Store,
    /// Leave them out.
    Skip,
    /// Each is a problem.
    Error,
}

/// How a scan treats what it finds.
pub struct Scan<'a> {
    /// What to scan. Names differ.
    pub inputs: Vec<Input>,
    /// What to leave out.
    pub selection: Selection,
    /// What to do with links.
    pub symlinks: Symlinks,
    /// Take names that are not UTF-8.
    pub raw_names: bool,
    /// A file that is to be overwritten, and so cannot be part of the torrent.
    pub output: Option<&'a Path>,
    /// The other files that this run writes, which are no part of it either.
    pub others: Option<&'a Outputs>,
    /// A file that is there for the time being, and is passed over in silence.
    pub scratch: Option<&'a Path>,
    /// True when the scan is to be given up.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scanned {
    /// The files in torrent order, packed.
    pub files: FileList,
    /// What was left out though it was selected.
    pub problems: Vec<Problem>,
    /// What may surprise the user.
    pub notes: Vec<Note>,
    /// Where the files are and what they looked like.
    pub found: Found,
}

/// Scans the inputs, on all threads of the current pool. Entries that cannot be read are problems in the result, as is
/// an input that is not there. Memory: about 100 bytes a file and its path.
pub fn scan(mut scan: Scan<'_>) -> Scanned {
    scan.inputs.sort_by(|a, b| a.name.cmp(&b.name));
    let identity_of = |path: &Path| sys::stat(path).ok().map(|stat| identity(&stat));
    let (output, scratch) = (scan.output.and_then(identity_of), scan.scratch.and_then(identity_of));
    let output_path = scan.output.and_then(|path| path.canonicalize().ok());
    let mut scanned = Scanned::default();
    for input in std::mem::take(&mut scan.inputs) {
        let first = scanned.files.len();
        let found = Walk {
            scan: &scan,
            input: &input,
            root: input.path.canonicalize().unwrap_or_default(),
            here: scan.selection.looks_from_here().then(|| Globs::here(&input.path)).flatten(),
            output,
            output_path: output_path.as_deref(),
            scratch,
        }
        .input();
        scanned.append(found);
        scanned.found.roots.push(input, first);
    }
    scanned.files.shrink();
    scanned.found.stamps.shrink_to_fit();
    scanned
}

/// Looks whether the globs of a scan that have matched nothing so far match what lies in folders that are left out, for which
/// there was no need to look. They remember it.
pub fn look_for_globs(looked: Scan<'_>) {
    let selection = looked.selection.for_looking();
    let is_over = || (looked.stop)() || selection.idle_excludes().next().is_none();
    scan(Scan { selection: selection.clone(), stop: &is_over, ..looked });
}

impl Scanned {
    fn append(&mut self, other: Self) {
        self.files.append(&other.files);
        self.found.stamps.extend(other.found.stamps);
        self.found.swapped = self.found.swapped.max(other.found.swapped);
        self.problems.extend(other.problems);
        self.notes.extend(other.notes);
    }
}

/// The scan of one input.
struct Walk<'a> {
    scan: &'a Scan<'a>,
    input: &'a Input,
    /// The input's real path.
    root: PathBuf,
    /// What the paths of its entries start with where globs look at them as they are typed.
    here: Option<&'a Path>,
    output: Option<Identity>,
    /// Its real path.
    output_path: Option<&'a Path>,
    scratch: Option<Identity>,
}

/// A folder on the way down.
struct Folder {
    /// The path from the input.
    path: Vec<u8>,
    /// In the torrent.
    torrent_path: RawPathBuf,
    /// This folder and those around it, to find circles.
    above: Option<Arc<Above>>,
    ignores: Option<Arc<Ignores>>,
    /// 1 for an input.
    depth: usize,
}

struct Above {
    identity: Identity,
    next: Option<Arc<Above>>,
}

/// The `.gitignore` of a folder, and those of the folders around it.
struct Ignores {
    rules: Gitignore,
    next: Option<Arc<Ignores>>,
}

type Identity = (u64, u64);

fn identity(stat: &Stat) -> Identity {
    (stat.st_dev, stat.st_ino)
}

impl Walk<'_> {
    fn input(&self) -> Scanned {
        let mut found = Scanned::default();
        let torrent_path = RawPathBuf::of(self.input.name.as_deref());
        match sys::stat(&self.input.path) {
            Err(errno) => self.trouble(b"", unreadable(errno), &mut found),
            Ok(stat) if FileType::from_raw_mode(stat.st_mode).is_dir() => {
                let above = Some(Arc::new(Above { identity: identity(&stat), next: None }));
                found =
                    self.folder(&Folder { path: Vec::new(), torrent_path, above, ignores: None, depth: 1 });
            }
            Ok(stat) => {
                let entry = Entry { name: &self.input.path, path: b"", torrent_path: &torrent_path };
                self.file(CWD, &entry, &stat, &mut found);
            }
        }
        self.see_route(b"", &mut found);
        found
    }

    fn folder(&self, folder: &Folder) -> Scanned {
        let mut found = Scanned::default();
        if (self.scan.stop)() {
            return found;
        }
        if folder.depth > limits::FOLDERS {
            self.trouble(&folder.path, ProblemKind::TooDeep, &mut found);
            return found;
        }
        let (handle, stat, names) = match self.read_folder(&folder.path) {
            Ok(read) => read,
            Err(errno) => {
                self.trouble(&folder.path, unreadable(errno), &mut found);
                return found;
            }
        };
        let ignores = self.ignores(folder, &names, &mut found);
        let entries = Entries { walk: self, folder, handle, stat, ignores };
        // Entries are looked at in runs, so that a folder of a million is shared between threads as well.
        let runs: Vec<Scanned> = names.par_chunks(RUN).map(|run| entries.scan(run)).collect();
        drop(names);
        runs.into_iter().for_each(|run| found.append(run));
        found
    }

    /// Opens a folder and gives its names in order.
    fn read_folder(&self, path: &[u8]) -> Result<(OwnedFd, Stat, Vec<CString>), Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = sys::open(self.on_disk(path), flags, Mode::empty())?;
        let stat = sys::fstat(&handle)?;
        let mut names = Vec::new();
        for entry in sys::Dir::read_from(&handle)? {
            let name = entry?.file_name().to_owned();
            if !matches!(name.as_bytes(), b"." | b"..") {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok((handle, stat, names))
    }

    fn ignores(&self, folder: &Folder, names: &[CString], found: &mut Scanned) -> Option<Arc<Ignores>> {
        let inherited = folder.ignores.clone();
        let is_there = || names.binary_search_by(|name| name.as_bytes().cmp(b".gitignore")).is_ok();
        if !self.scan.selection.ignore_files || !is_there() {
            return inherited;
        }
        let mut builder = GitignoreBuilder::new(as_path(&folder.path));
        let file = self.on_disk(&folder.path).join(".gitignore");
        let mut note = |error: ignore::Error| found.notes.push(Note::IgnoreFile(error.to_string()));
        builder.add(file).into_iter().for_each(&mut note);
        match builder.build() {
            Ok(rules) => Some(Arc::new(Ignores { rules, next: inherited })),
            Err(error) => {
                note(error);
                inherited
            }
        }
    }

    /// A file that is taken, unless it is the output, special or unreadable.
    fn file(&self, at: impl AsFd, entry: &Entry<'_>, stat: &Stat, found: &mut Scanned) {
        if Some(identity(stat)) == self.output || self.is_other_output(entry) {
            found.notes.push(Note::Output(self.on_disk(entry.path)));
        } else if !FileType::from_raw_mode(stat.st_mode).is_file() {
            self.trouble(entry.path, ProblemKind::Special, found);
        } else if let Err(errno) = may_read(at, entry.name, stat) {
            self.trouble(entry.path, unreadable(errno), found);
        } else {
            found.files.push(entry.torrent_path.as_path(), u64::try_from(stat.st_size).unwrap_or_default());
            found.found.stamps.push(Stamp::of(stat));
        }
    }

    fn is_other_output(&self, entry: &Entry<'_>) -> bool {
        self.scan.others.is_some_and(|others| others.holds(&self.on_disk(entry.path)))
    }

    /// Takes note of when the way to an entry last changed.
    fn see_route(&self, path: &[u8], found: &mut Scanned) {
        let last = last_swap(&self.on_disk(path), self.output_path);
        found.found.swapped = found.found.swapped.max(last);
    }

    fn trouble(&self, path: &[u8], kind: ProblemKind, found: &mut Scanned) {
        found.problems.push(Problem { path: self.on_disk(path), kind });
    }

    /// Asks a selection about an entry.
    fn at_place(&self, entry: &Entry<'_>, ask: impl FnOnce(&EntryPath<'_>) -> bool) -> bool {
        let path = as_path(entry.path);
        let here = self.here.map(|here| here.join(path));
        ask(&EntryPath { path, here: here.as_deref() })
    }

    /// Where something is, from the current folder.
    fn on_disk(&self, path: &[u8]) -> PathBuf {
        if path.is_empty() { self.input.path.clone() } else { self.input.path.join(as_path(path)) }
    }
}

/// An entry of a folder, or an input.
struct Entry<'e> {
    /// From the folder; of an input, its path.
    name: &'e Path,
    /// The path from the input.
    path: &'e [u8],
    torrent_path: &'e RawPathBuf,
}

/// The entries of an open folder.
struct Entries<'a> {
    walk: &'a Walk<'a>,
    folder: &'a Folder,
    handle: OwnedFd,
    stat: Stat,
    ignores: Option<Arc<Ignores>>,
}

impl Entries<'_> {
    fn scan(&self, names: &[CString]) -> Scanned {
        let mut found = Scanned::default();
        let mut torrent_path = self.folder.torrent_path.clone();
        let mut path = self.folder.path.clone();
        for name in names {
            let (mark, length) = (torrent_path.mark(), path.len());
            torrent_path.push(name.as_bytes());
            if length > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(name.as_bytes());
            self.entry(
                &Entry { name: as_path(name.as_bytes()), path: &path, torrent_path: &torrent_path },
                &mut found,
            );
            torrent_path.cut(mark);
            path.truncate(length);
        }
        found
    }

    fn entry(&self, entry: &Entry<'_>, found: &mut Scanned) {
        let (walk, scan) = (self.walk, self.walk.scan);
        let name = entry.name.as_os_str().as_bytes();
        if name.starts_with(SCRATCH) {
            return self.scratch(entry, found);
        }
        if walk.at_place(entry, |place| scan.selection.leaves_out(name, place)) {
            return;
        }
        let stat = match sys::statat(&self.handle, entry.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => return walk.trouble(entry.path, ProblemKind::Vanished, found),
            Err(errno) => return walk.trouble(entry.path, unreadable(errno), found),
        };
        let kind = FileType::from_raw_mode(stat.st_mode);
        let may_hold_others = matches!(kind, FileType::Directory | FileType::Symlink);
        if self.is_ignored(entry.path, kind.is_dir()) || !may_hold_others && !self.takes(entry) {
            return;
        }
        if !scan.raw_names && std::str::from_utf8(name).is_err() {
            return walk.trouble(entry.path, ProblemKind::NotUtf8, found);
        }
        if holds_pad_mark(name) {
            return walk.trouble(entry.path, ProblemKind::PadName, found);
        }
        match kind {
            FileType::Symlink => self.link(entry, found),
            FileType::Directory => {
                found.found.swapped = found.found.swapped.max(swapped(&stat, &self.stat));
                self.enter(entry, &stat, found);
            }
            _ => self.walk.file(&self.handle, entry, &stat, found),
        }
    }

    /// A file on its way to its name, of this run or another, is no content.
    fn scratch(&self, entry: &Entry<'_>, found: &mut Scanned) {
        let stat = sys::statat(&self.handle, entry.name, AtFlags::SYMLINK_NOFOLLOW);
        let is_ours = stat.is_ok_and(|stat| Some(identity(&stat)) == self.walk.scratch);
        if !is_ours {
            found.notes.push(Note::Scratch(self.walk.on_disk(entry.path)));
        }
    }

    fn takes(&self, entry: &Entry<'_>) -> bool {
        self.walk.at_place(entry, |place| self.walk.scan.selection.takes(place))
    }

    fn is_ignored(&self, path: &[u8], is_folder: bool) -> bool {
        let mut ignores = self.ignores.as_ref();
        while let Some(here) = ignores {
            match here.rules.matched(as_path(path), is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => ignores = here.next.as_ref(),
            }
        }
        false
    }

    fn enter(&self, entry: &Entry<'_>, stat: &Stat, found: &mut Scanned) {
        let above = Above { identity: identity(stat), next: self.folder.above.clone() };
        found.append(self.walk.folder(&Folder {
            path: entry.path.to_vec(),
            torrent_path: entry.torrent_path.clone(),
            above: Some(Arc::new(above)),
            ignores: self.ignores.clone(),
            depth: self.folder.depth + 1,
        }));
    }

    fn link(&self, entry: &Entry<'_>, found: &mut Scanned) {
        match self.walk.scan.symlinks {
            Symlinks::Follow => self.follow(entry, found),
            Symlinks::Skip => {}
            _ if !self.takes(entry) => {}
            Symlinks::Store => self.store(entry, found),
            Symlinks::Error => self.walk.trouble(entry.path, ProblemKind::LinkRefused, found),
        }
    }

    fn follow(&self, entry: &Entry<'_>, found: &mut Scanned) {
        let stat = match sys::statat(&self.handle, entry.name, AtFlags::empty()) {
            Ok(stat) => stat,
            Err(errno) => return self.walk.trouble(entry.path, not_followed(errno), found),
        };
        let is_folder = FileType::from_raw_mode(stat.st_mode).is_dir();
        if is_folder && self.is_inside(identity(&stat)) {
            return self.walk.trouble(entry.path, ProblemKind::Loop, found);
        }
        let before = found.files.len();
        if is_folder {
            self.enter(entry, &stat, found);
        } else if self.takes(entry) {
            self.walk.file(&self.handle, entry, &stat, found);
        }
        self.walk.see_route(entry.path, found);
        let link = self.walk.on_disk(entry.path);
        if found.files.len() > before
            && link.canonicalize().is_ok_and(|target| !target.starts_with(&self.walk.root))
        {
            found.notes.push(Note::Outside(link));
        }
    }

    fn is_inside(&self, identity: Identity) -> bool {
        let mut above = self.folder.above.as_ref();
        while let Some(folder) = above {
            if folder.identity == identity {
                return true;
            }
            above = folder.next.as_ref();
        }
        false
    }

    fn store(&self, entry: &Entry<'_>, found: &mut Scanned) {
        let target = match sys::readlinkat(&self.handle, entry.name, Vec::new()) {
            Ok(target) => target,
            Err(errno) => return self.walk.trouble(entry.path, unreadable(errno), found),
        };
        match target_inside(&self.folder.torrent_path, target.as_bytes()) {
            Some(target) => {
                found.files.push_link(entry.torrent_path.as_path(), target);
                found.found.stamps.push(Stamp::default());
            }
            None => self.walk.trouble(entry.path, ProblemKind::LinkOutside, found),
        }
    }
}

/// Where a link in `folder` leads, counted from the torrent's root; `None` if that is outside, or the root itself.
fn target_inside(folder: &RawPathBuf, target: &[u8]) -> Option<RawPathBuf> {
    let mut components: Vec<&[u8]> = folder.as_path().components().collect();
    if target.starts_with(b"/") {
        return None;
    }
    for component in target.split(|byte| *byte == b'/') {
        match component {
            b"" | b"." => {}
            b".." => drop(components.pop()?),
            name => components.push(name),
        }
    }
    (!components.is_empty()).then(|| RawPathBuf::of(components))
}

fn unreadable(errno: Errno) -> ProblemKind {
    ProblemKind::Unreadable(errno.into())
}

fn not_followed(errno: Errno) -> ProblemKind {
    match errno {
        Errno::NOENT | Errno::NOTDIR => ProblemKind::Dangling,
        Errno::LOOP => ProblemKind::Loop,
        _ => unreadable(errno),
    }
}

/// Asks the system only where the permission bits leave it open, which saves a call a file.
fn may_read(at: impl AsFd, name: &Path, stat: &Stat) -> Result<(), Errno> {
    if stat.st_mode & 0o444 == 0o444 {
        return Ok(());
    }
    sys::accessat(at, name, Access::READ_OK, AtFlags::EACCESS)
}

/// What the names of files begin with that the tools write before they rename them.
const SCRATCH: &[u8] = b".piecework-";

/// How many entries of a folder a thread looks at before another may take over: few, for each may be a folder of many.
const RUN: usize = 32;
