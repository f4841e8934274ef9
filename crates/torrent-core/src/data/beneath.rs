//! Files below a folder, and nothing outside it, whatever links lie there or are put there meanwhile.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{self as sys, AtFlags, CWD, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use crate::path::SafePath;

/// An open folder. Paths are resolved by the kernel so that they cannot leave it: links that lead out are errors
/// (`EXDEV`), unless the user trusts them. Kernels before 5.6 follow no links at all then.
#[derive(Debug)]
pub(crate) struct Beneath {
    root: OwnedFd,
    links: Links,
}

/// Which symbolic links are followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Links {
    /// Those that stay inside the folder.
    #[default]
    Inside,
    /// All of them: the user says that whoever made them is to be trusted.
    Anywhere,
}

impl Beneath {
    /// Opens a folder that the user named.
    ///
    /// # Errors
    /// It is not there, is no folder or cannot be opened.
    pub(crate) fn new(folder: &Path, links: Links) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self { root: sys::openat(CWD, folder, flags, Mode::empty())?, links })
    }

    /// What is at a path; of a link that stays inside, what it leads to. Opens nothing for reading.
    pub(crate) fn look(&self, path: &SafePath) -> Result<Stat, Errno> {
        sys::fstat(self.resolve(path.as_path(), OFlags::PATH)?)
    }

    /// Opens a file for reading. Never waits for a FIFO that has taken its place.
    pub(crate) fn open(&self, path: &SafePath, flags: OFlags) -> Result<OwnedFd, Errno> {
        self.resolve(path.as_path(), flags | READ)
    }

    /// A folder, as a place to start from; without a path, the one that is kept to.
    pub(crate) fn folder(&self, path: Option<&SafePath>) -> Result<OwnedFd, Errno> {
        let path = path.map_or(Path::new("."), SafePath::as_path);
        self.resolve(path, OFlags::PATH | OFlags::DIRECTORY)
    }

    /// Opens a file in a folder that [`Beneath::folder`] gave. A link must not even leave this folder (`EXDEV`).
    pub(crate) fn open_in(folder: &OwnedFd, name: &SafePath, flags: OFlags) -> Result<OwnedFd, Errno> {
        resolve(folder, name.as_path(), flags | READ)
    }

    /// What is in a folder under a name; a link is looked at itself.
    pub(crate) fn look_in(folder: &OwnedFd, name: &SafePath) -> Result<Stat, Errno> {
        sys::statat(folder, name.as_path(), AtFlags::SYMLINK_NOFOLLOW)
    }

    /// Where the link at a path leads.
    pub(crate) fn read_link(&self, path: &SafePath) -> Result<CString, Errno> {
        let link = self.resolve(path.as_path(), OFlags::PATH | OFlags::NOFOLLOW)?;
        sys::readlinkat(link, "", Vec::new())
    }

    /// The names in a folder, without `.` and `..`, each with whether it is itself a folder and no link.
    pub(crate) fn list(&self, folder: &Path) -> Result<Vec<(CString, bool)>, Errno> {
        let path = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let handle = self.resolve(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW)?;
        let mut names = Vec::new();
        for entry in sys::Dir::read_from(&handle)? {
            let name = entry?.file_name().to_owned();
            if !matches!(name.as_bytes(), b"." | b"..") {
                let stat = sys::statat(&handle, &name, AtFlags::SYMLINK_NOFOLLOW)?;
                names.push((name, sys::FileType::from_raw_mode(stat.st_mode).is_dir()));
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn resolve(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        match self.links {
            Links::Inside => resolve(&self.root, path, flags),
            Links::Anywhere => sys::openat(&self.root, path, flags | OFlags::CLOEXEC, Mode::empty()),
        }
    }
}

/// Opens what is at a path below a folder, and never what is outside.
fn resolve(root: &OwnedFd, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let flags = flags | OFlags::CLOEXEC;
    let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    loop {
        match sys::openat2(root, path, flags, Mode::empty(), beneath) {
            Err(Errno::NOSYS) => return component_by_component(root, path, flags),
            // The kernel could not tell, because something was renamed meanwhile, or was interrupted.
            Err(Errno::AGAIN | Errno::INTR) => {}
            resolved => return resolved,
        }
    }
}

fn component_by_component(root: &OwnedFd, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let mut components: Vec<_> = path.iter().collect();
    let last = components.pop().ok_or(Errno::NOENT)?;
    let mut folder = sys::openat(root, ".", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    for component in components {
        let step = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        folder = sys::openat(folder.as_fd(), component.as_bytes(), step, Mode::empty())?;
    }
    sys::openat(folder, last.as_bytes(), flags | OFlags::NOFOLLOW, Mode::empty())
}

/// For reading; never waits for a FIFO that has taken the file's place.
const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);
