//! Files below a folder, and nothing outside it, whatever links lie there or are put there meanwhile.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path};

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
    /// No link is followed.
    None,
    /// Links that stay inside the folder are followed.
    #[default]
    Inside,
    /// All links are followed: the user says that whoever made them is to be trusted.
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
        open_beneath(folder, name.as_path(), flags | READ, Mode::empty(), Links::Inside)
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
        open_beneath(&self.root, path, flags, Mode::empty(), self.links)
    }
}

/// Opens what is at a path below a folder, and never what is outside, unless the user trusts all links.
///
/// # Errors
/// Those of `openat2`: `EXDEV` or `ELOOP` if a link is in the way that is not followed.
pub fn open_beneath(
    root: &OwnedFd,
    path: &Path,
    flags: OFlags,
    mode: Mode,
    links: Links,
) -> Result<OwnedFd, Errno> {
    let flags = flags | OFlags::CLOEXEC;
    let inside = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    let (flags, beneath) = match links {
        Links::None => (flags | OFlags::NOFOLLOW, inside | ResolveFlags::NO_SYMLINKS),
        Links::Inside => (flags, inside),
        Links::Anywhere => return sys::openat(root, path, flags, mode),
    };
    loop {
        match sys::openat2(root, path, flags, mode, beneath) {
            Err(Errno::NOSYS) => return component_by_component(root, path, flags, mode),
            // The kernel could not tell, because something was renamed meanwhile, or was interrupted.
            Err(Errno::AGAIN | Errno::INTR) => {}
            resolved => return resolved,
        }
    }
}

fn component_by_component(root: &OwnedFd, path: &Path, flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
    if path.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(Errno::XDEV);
    }
    let mut components: Vec<_> = path.iter().collect();
    let last = components.pop().ok_or(Errno::NOENT)?;
    let mut folder = sys::openat(root, ".", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    for component in components {
        let step = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        folder = sys::openat(folder.as_fd(), component, step, Mode::empty())?;
    }
    sys::openat(folder, last, flags | OFlags::NOFOLLOW, mode)
}

/// For reading; never waits for a FIFO that has taken the file's place.
const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

#[cfg(test)]
mod tests {
    use super::*;
    use test_kit::Folder;

    type Way = fn(&OwnedFd, &Path) -> Result<OwnedFd, Errno>;

    /// With the kernel's help, and where it is too old for that.
    #[test]
    fn nothing_outside_is_reached_through_links() {
        let outside = Folder::new("secret: 1");
        let tree = Folder::new("folder/inner: 2\ninside -> folder");
        std::os::unix::fs::symlink(outside.path(), tree.join("out")).unwrap();
        std::os::unix::fs::symlink(outside.join("secret"), tree.join("file")).unwrap();
        let root = Beneath::new(tree.path(), Links::Inside).unwrap().root;
        let none: Way = |root, path| open_beneath(root, path, READ, Mode::empty(), Links::None);
        let inside: Way = |root, path| open_beneath(root, path, READ, Mode::empty(), Links::Inside);
        let old: Way = |root, path| component_by_component(root, path, READ, Mode::empty());
        for (way, follows_inside) in [(none, false), (inside, true), (old, false)] {
            assert!(way(&root, Path::new("folder/inner")).is_ok());
            assert_eq!(way(&root, Path::new("inside/inner")).is_ok(), follows_inside);
            for path in ["out/secret", "file", "..", "folder/../..", "/etc"] {
                assert!(way(&root, Path::new(path)).is_err(), "{path}");
            }
        }
    }
}
