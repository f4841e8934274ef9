//! An open folder, and everything that is done beneath it. Symbolic links are never followed, not even those that somebody creates
//! meanwhile.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{
    self as sys, Access, AtFlags, CWD, FileType, FlockOperation, Mode, OFlags, Stat, StatxFlags,
};
use rustix::io::Errno;
use torrent_core::data::{Links, open_beneath};

use super::error::DiskError;
use super::rename::{RenameWay, exclusively, over_what_is_there};

/// An open folder. Paths are relative and have only plain components; the kernel keeps them beneath the folder
/// (`openat2`, or component by component where it is too old for that).
#[derive(Debug)]
pub(crate) struct Folder {
    handle: OwnedFd,
    /// As messages name it.
    path: PathBuf,
}

/// A device and, where the kernel tells it, a mount: into another, nothing can be renamed.
pub(crate) type Mount = (u64, u64);

impl Folder {
    /// Opens a folder that the user named, through links as usual.
    pub(crate) fn open(path: &Path) -> Result<Self, DiskError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = sys::openat(CWD, path, flags, Mode::empty());
        let handle = handle.map_err(|errno| DiskError::io(path, "open", errno))?;
        Ok(Self { handle, path: path.to_owned() })
    }

    /// How messages name what is at a path.
    pub(crate) fn name(&self, path: &Path) -> PathBuf {
        match path.as_os_str().is_empty() {
            true => self.path.clone(),
            false if self.path == Path::new(".") => path.to_owned(),
            false => self.path.join(path),
        }
    }

    /// What is at a path, itself and not what it leads to; `None` if there is nothing.
    pub(crate) fn look(&self, path: &Path) -> Result<Option<Stat>, DiskError> {
        match self.stat(path) {
            Err(Errno::NOENT) => Ok(None),
            Err(errno @ (Errno::NOTDIR | Errno::LOOP)) => Err(match self.obstacle(path) {
                Some(obstacle) => DiskError::NoFolder { path: self.name(obstacle) },
                None => self.error(path, "look at", errno),
            }),
            looked => looked.map(Some).map_err(|errno| self.error(path, "look at", errno)),
        }
    }

    /// Which of the folders on the way to a path is something else.
    fn obstacle<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        let is_obstacle = |path: &&Path| {
            let stat = self.stat(path);
            stat.is_ok_and(|stat| !FileType::from_raw_mode(stat.st_mode).is_dir())
        };
        path.ancestors().skip(1).find(is_obstacle)
    }

    fn stat(&self, path: &Path) -> Result<Stat, Errno> {
        let (folder, name) = self.parent(path)?;
        rustix::io::retry_on_intr(|| sys::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW))
    }

    /// Opens a regular file for reading.
    pub(crate) fn read(&self, path: &Path) -> Result<File, DiskError> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        self.resolve(path, flags, 0).map(File::from).map_err(|errno| self.error(path, "open", errno))
    }

    /// The same through links that stay inside this folder.
    pub(crate) fn read_through_links(&self, path: &Path) -> Result<File, DiskError> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        self.through_links(path, flags).map(File::from).map_err(|errno| self.error(path, "open", errno))
    }

    /// What is at a path, or at the end of links that stay inside this folder.
    pub(crate) fn look_through_links(&self, path: &Path) -> Result<Stat, DiskError> {
        let stat = self.through_links(path, OFlags::PATH).and_then(sys::fstat);
        stat.map_err(|errno| self.error(path, "look at", errno))
    }

    /// Opens a file for reading and writing, making it if it is not there.
    pub(crate) fn write(&self, path: &Path, mode: u32) -> Result<File, DiskError> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NONBLOCK | OFlags::NOCTTY;
        self.resolve(path, flags, mode).map(File::from).map_err(|errno| self.error(path, "open", errno))
    }

    /// Makes a folder that only we can use, in one that is there. Says whether it is new.
    pub(crate) fn make_private_folder(&self, path: &Path) -> Result<bool, DiskError> {
        match self.make(path, 0o700) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(errno) => Err(self.error(path, "make", errno)),
        }
    }

    fn make(&self, path: &Path, mode: u32) -> Result<(), Errno> {
        let (folder, name) = self.parent(path)?;
        rustix::io::retry_on_intr(|| sys::mkdirat(&folder, name, Mode::from(mode)))
    }

    /// Makes a folder and those on the way to it; those that are there are taken as they are.
    pub(crate) fn make_folder(&self, path: &Path) -> Result<(), DiskError> {
        let mut made = PathBuf::new();
        for component in path {
            made.push(component);
            match self.make(&made, 0o777) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(self.error(&made, "make", errno)),
            }
        }
        Ok(())
    }

    /// A folder beneath this one.
    pub(crate) fn folder(&self, path: &Path) -> Result<Self, DiskError> {
        let handle = self.resolve(path, OFlags::RDONLY | OFlags::DIRECTORY, 0);
        Ok(Self { handle: handle.map_err(|errno| self.error(path, "open", errno))?, path: self.name(path) })
    }

    /// Tells the names in this folder, without `.` and `..`. Others may have put any number there.
    pub(crate) fn each_name(&self, mut tell: impl FnMut(&[u8])) -> Result<(), DiskError> {
        let failed = |errno| self.error(Path::new(""), "list", errno);
        for entry in sys::Dir::read_from(&self.handle).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_bytes();
            if !matches!(name, b"." | b"..") {
                tell(name);
            }
        }
        Ok(())
    }

    /// Makes a file of a name that is new here, and removes it.
    pub(crate) fn try_name(&self, name: &Path) -> Result<(), DiskError> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NONBLOCK | OFlags::NOCTTY;
        drop(self.resolve(name, flags, 0o600).map_err(|errno| self.error(name, "make", errno))?);
        self.remove(name)
    }

    /// Where a folder is mounted, if files may be made in it.
    pub(crate) fn writable_mount(&self, path: &Path) -> Result<Mount, DiskError> {
        let allowed = self.resolve_folder(path).and_then(|folder| {
            sys::accessat(folder, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS)
        });
        match allowed {
            // The kernel is too old to be asked.
            Ok(()) | Err(Errno::NOSYS | Errno::INVAL) => self.mount(path),
            Err(errno) => Err(self.error(path, "make files in", errno)),
        }
    }

    /// Where a folder is mounted.
    pub(crate) fn mount(&self, path: &Path) -> Result<Mount, DiskError> {
        let mount = self.resolve_folder(path).and_then(|folder| {
            let device = sys::fstat(&folder)?.st_dev;
            let found = sys::statx(&folder, "", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID);
            Ok((device, found.map_or(0, |found| found.stx_mnt_id)))
        });
        mount.map_err(|errno| self.error(path, "look at", errno))
    }

    fn resolve_folder(&self, path: &Path) -> Result<OwnedFd, Errno> {
        let within = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        self.resolve(within, OFlags::PATH | OFlags::DIRECTORY, 0)
    }

    /// Gives a file another name in a folder that is there. Without `replace`, what is at that name stays, and the
    /// error says so.
    pub(crate) fn rename(&self, from: &Path, to: &Path, replace: bool) -> Result<(), DiskError> {
        let way = if replace { over_what_is_there } else { exclusively };
        self.rename_by(from, to, way)
    }

    fn rename_by(&self, from: &Path, to: &Path, way: RenameWay) -> Result<(), DiskError> {
        let (source, old) = self.parent(from).map_err(|errno| self.error(from, "rename", errno))?;
        let renamed = self.parent(to).and_then(|(target, new)| way((&source, old), (&target, new)));
        renamed.map_err(|errno| match errno {
            Errno::EXIST => DiskError::Exists { path: self.name(to) },
            errno => self.error(to, "rename", errno),
        })
    }

    /// Makes a symbolic link in a folder that is there.
    pub(crate) fn link(&self, path: &Path, target: &Path) -> Result<(), DiskError> {
        let made = self.parent(path).and_then(|(folder, name)| sys::symlinkat(target, &folder, name));
        made.map_err(|errno| self.error(path, "make", errno))
    }

    /// Where the link at a path leads.
    pub(crate) fn read_link(&self, path: &Path) -> Result<Vec<u8>, DiskError> {
        let target = self.parent(path).and_then(|(folder, name)| sys::readlinkat(&folder, name, Vec::new()));
        Ok(target.map_err(|errno| self.error(path, "look at", errno))?.into_bytes())
    }

    /// Removes a file or link, if it is there.
    pub(crate) fn remove(&self, path: &Path) -> Result<(), DiskError> {
        let removed =
            self.parent(path).and_then(|(folder, name)| sys::unlinkat(&folder, name, AtFlags::empty()));
        match removed {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(self.error(path, "remove", errno)),
        }
    }

    /// Removes a folder, if it is there and empty. Says whether it is gone.
    pub(crate) fn remove_folder(&self, path: &Path) -> Result<bool, DiskError> {
        let removed =
            self.parent(path).and_then(|(folder, name)| sys::unlinkat(&folder, name, AtFlags::REMOVEDIR));
        match removed {
            Ok(()) | Err(Errno::NOENT) => Ok(true),
            Err(Errno::NOTEMPTY | Errno::EXIST) => Ok(false),
            Err(errno) => Err(self.error(path, "remove", errno)),
        }
    }

    /// Removes a folder of files, if it is there, and the files in it.
    pub(crate) fn clear_folder(&self, path: &Path) -> Result<(), DiskError> {
        if self.remove_folder(path)? {
            return Ok(());
        }
        let folder = self.folder(path)?;
        let mut done = Ok(());
        folder.each_name(|name| {
            if done.is_ok() {
                done = folder.remove(Path::new(OsStr::from_bytes(name)));
            }
        })?;
        done?;
        self.remove_folder(path).map(drop)
    }

    /// Makes names in this folder last. Some file systems cannot, and there is nothing the user could do.
    pub(crate) fn sync(&self) -> Result<(), DiskError> {
        match rustix::io::retry_on_intr(|| sys::fsync(&self.handle)) {
            Ok(()) | Err(Errno::INVAL | Errno::OPNOTSUPP) => Ok(()),
            Err(errno) => Err(self.error(Path::new(""), "sync", errno)),
        }
    }

    /// Makes everything on the file system last.
    pub(crate) fn sync_all(&self) -> Result<(), DiskError> {
        rustix::io::retry_on_intr(|| sys::syncfs(&self.handle))
            .map_err(|errno| self.error(Path::new(""), "sync", errno))
    }

    /// Bytes that we may still write to the file system.
    pub(crate) fn free_space(&self) -> Result<u64, DiskError> {
        let space = sys::fstatvfs(&self.handle);
        let space = space.map_err(|errno| self.error(Path::new(""), "look at", errno))?;
        Ok(space.f_bavail.saturating_mul(space.f_frsize))
    }

    /// Keeps other processes out for as long as this is open. Says whether that worked.
    pub(crate) fn lock(&self) -> Result<bool, DiskError> {
        match sys::flock(&self.handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(Errno::AGAIN) => Ok(false),
            // Nobody can lock here (some network file systems).
            Err(Errno::NOLCK | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(true),
            Err(errno) => Err(self.error(Path::new(""), "lock", errno)),
        }
    }

    /// What this folder itself is.
    pub(crate) fn stat_itself(&self) -> Result<Stat, DiskError> {
        sys::fstat(&self.handle).map_err(|errno| self.error(Path::new(""), "look at", errno))
    }

    fn error(&self, path: &Path, action: &'static str, errno: Errno) -> DiskError {
        DiskError::Io { path: self.name(path), action, offset: None, error: io::Error::from(errno) }
    }

    /// The folder around the last component of a path, and that component.
    fn parent<'p>(&self, path: &'p Path) -> Result<(OwnedFd, &'p OsStr), Errno> {
        let name = path.file_name().ok_or(Errno::INVAL)?;
        let around = path.parent().filter(|around| !around.as_os_str().is_empty());
        let around = around.unwrap_or(Path::new("."));
        Ok((self.resolve(around, OFlags::PATH | OFlags::DIRECTORY, 0)?, name))
    }

    fn through_links(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        open_beneath(&self.handle, path, flags, Mode::empty(), Links::Inside)
    }

    fn resolve(&self, path: &Path, flags: OFlags, mode: u32) -> Result<OwnedFd, Errno> {
        open_beneath(&self.handle, path, flags, Mode::from(mode), Links::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::disk::rename::{by_link, if_nothing_is_there};

    fn errno(error: &DiskError) -> Option<i32> {
        match error {
            DiskError::Io { error, .. } => error.raw_os_error(),
            _ => None,
        }
    }

    #[test]
    fn nothing_outside_is_reached_through_links() {
        let outside = test_kit::Folder::new("secret: 1");
        let tree = test_kit::Folder::new("plain: 1\nfolder/inner: 2\ninside -> folder");
        std::os::unix::fs::symlink(outside.path(), tree.join("out")).unwrap();
        std::os::unix::fs::symlink(outside.join("secret"), tree.join("file")).unwrap();
        let folder = Folder::open(tree.path()).unwrap();
        for path in ["out/secret", "file", "inside/inner"] {
            let path = Path::new(path);
            assert_eq!(errno(&folder.read(path).unwrap_err()), Some(40), "{}", path.display());
            assert_eq!(errno(&folder.write(path, 0o666).unwrap_err()), Some(40), "{}", path.display());
        }
        assert!(folder.make_folder(Path::new("out/new")).is_err());
        assert!(folder.rename(Path::new("plain"), Path::new("out/plain"), true).is_err());
        assert!(folder.link(Path::new("out/link"), Path::new("x")).is_err());
        assert!(folder.remove(Path::new("out/secret")).is_err());
        assert_eq!(outside.names(), ["secret"]);
    }

    #[test]
    fn a_rename_takes_no_place_that_is_taken() {
        let tree = test_kit::Folder::new("new: 1\nold: 2\nother: 3");
        let folder = Folder::open(tree.path()).unwrap();
        let taken = folder.rename(Path::new("new"), Path::new("old"), false);
        assert!(matches!(taken, Err(DiskError::Exists { .. })), "{taken:?}");
        folder.rename(Path::new("new"), Path::new("old"), true).unwrap();
        folder.rename(Path::new("old"), Path::new("last"), false).unwrap();
        assert_eq!(
            (tree.names(), tree.read("last")),
            (vec!["last".to_owned(), "other".to_owned()], b"1".to_vec())
        );
    }

    #[test]
    fn a_rename_takes_no_place_that_is_taken_where_the_kernel_does_not_see_to_it() {
        for way in [by_link, if_nothing_is_there] as [RenameWay; 2] {
            let tree = test_kit::Folder::new("new: 1\nold: 2\nlink -> nowhere\nempty/");
            let folder = Folder::open(tree.path()).unwrap();
            for taken in ["old", "link", "empty"] {
                let taken = folder.rename_by(Path::new("new"), Path::new(taken), way);
                assert!(matches!(taken, Err(DiskError::Exists { .. })), "{taken:?}");
            }
            folder.rename_by(Path::new("new"), Path::new("last"), way).unwrap();
            assert_eq!((tree.read("last"), tree.read("old")), (b"1".to_vec(), b"2".to_vec()));
            assert!(!tree.join("new").exists());
        }
    }

    /// A crash between a link and the removal of the old name leaves both.
    #[test]
    fn a_file_that_has_its_name_already_loses_the_old_one() {
        for replace in [false, true] {
            let tree = test_kit::Folder::new("old: 1");
            std::fs::hard_link(tree.join("old"), tree.join("new")).unwrap();
            let folder = Folder::open(tree.path()).unwrap();
            folder.rename(Path::new("old"), Path::new("new"), replace).unwrap();
            assert_eq!((tree.names(), tree.read("new")), (vec!["new".to_owned()], b"1".to_vec()));
        }
    }

    #[test]
    fn folders_names_and_links() {
        let tree = test_kit::Folder::new("a/b: 1");
        let folder = Folder::open(tree.path()).unwrap();
        folder.make_folder(Path::new("a/c/d")).unwrap();
        folder.make_folder(Path::new("a/c")).unwrap();
        let mut names = Vec::new();
        let listed = folder.folder(Path::new("a")).unwrap();
        listed.each_name(|name| names.push(name.to_owned())).unwrap();
        names.sort();
        assert_eq!(names, [b"b", b"c"]);
        folder.link(Path::new("a/l"), Path::new(OsStr::from_bytes(b"b"))).unwrap();
        assert_eq!(folder.read_link(Path::new("a/l")).unwrap(), b"b");
        assert!(!folder.remove_folder(Path::new("a")).unwrap());
        assert!(folder.remove_folder(Path::new("a/c/d")).unwrap());
        assert!(folder.look(Path::new("a/c/d")).unwrap().is_none());
        folder.remove(Path::new("a/l")).unwrap();
        folder.remove(Path::new("a/l")).unwrap();
        assert!(folder.free_space().unwrap() > 0);
        folder.sync().unwrap();
    }

    #[test]
    fn a_lock_keeps_the_next_one_out() {
        let tree = test_kit::Folder::new("");
        let (first, second) = (Folder::open(tree.path()).unwrap(), Folder::open(tree.path()).unwrap());
        assert!(first.lock().unwrap());
        assert!(!second.lock().unwrap());
        drop(first);
        assert!(second.lock().unwrap());
        let inode = |folder: &Folder| folder.stat_itself().unwrap().st_ino;
        assert_eq!(inode(&second), inode(&Folder::open(tree.path()).unwrap()));
    }
}
