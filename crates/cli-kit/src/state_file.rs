//! A small file that a tool keeps from one time to the next, and others whose names nobody typed. Where what is kept is missing or cannot be kept,
//! the tool works without.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, retry_on_intr};

use crate::failure::Failure;
use crate::whole_file::WholeFile;
use crate::world::World;

/// The folder for what `tool` keeps: where a service manager wants it (`STATE_DIRECTORY`), else where the user has such folders (XDG Base
/// Directory Specification). `None` if nobody says where.
pub fn state_folder(world: &World, tool: &str) -> Option<PathBuf> {
    let var = |name: &str| world.var(name).filter(|value| !value.is_empty());
    if let Some(given) = var("STATE_DIRECTORY") {
        // systemd may name several, with colons between.
        let first = given.as_bytes().split(|byte| *byte == b':').next().unwrap_or_default();
        return Some(PathBuf::from(OsStr::from_bytes(first)));
    }
    let home = var("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = home.or_else(|| Some(PathBuf::from(var("HOME")?).join(".local/state")))?;
    Some(home.join("piecework").join(tool))
}

/// Reads a file that was kept; `None` if there is none. What is longer than `limit` is cut off, so that whoever knows what it ends in sees that it
/// is another's.
///
/// # Errors
/// It cannot be read, or is no regular file: a link, too, is not what was kept.
pub fn read_state(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    match read(path, OFlags::NOFOLLOW, limit) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            Err(io::Error::other("is a symbolic link"))
        }
        read => read.map(Some),
    }
}

/// Reads a file whose name nobody typed, because it follows from another's; at most `limit` bytes of it.
///
/// # Errors
/// It cannot be read, or is no regular file: nobody means to wait for a FIFO there.
pub fn read_beside(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read(path, OFlags::empty(), limit)
}

fn read(path: &Path, flags: OFlags, limit: u64) -> io::Result<Vec<u8>> {
    // Nobody waits for the other end of a FIFO.
    let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = File::from(retry_on_intr(|| open(path, flags, Mode::empty()))?);
    if !file.metadata()?.is_file() {
        return Err(not_regular());
    }
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Keeps a file, as a whole, in place of what is there; its folder is made if need be.
///
/// # Errors
/// It cannot be written, or what is there is no regular file.
pub fn write_state(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| Failure::io(folder, &error))?;
    if fs::symlink_metadata(path).is_ok_and(|there| !there.is_file()) {
        return Err(Failure::io(path, &not_regular()));
    }
    let mut file = WholeFile::create(path, true)?;
    file.put(bytes)?;
    file.commit()
}

fn not_regular() -> io::Error {
    io::Error::other("is not a regular file")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, symlink};

    use super::*;

    #[test]
    fn state_is_where_the_system_wants_it() {
        for (env, expected) in [
            (&[][..], None),
            (&[("HOME", "/h")], Some("/h/.local/state/piecework/seed")),
            (&[("HOME", "/h"), ("XDG_STATE_HOME", "/s")], Some("/s/piecework/seed")),
            (&[("HOME", "/h"), ("XDG_STATE_HOME", "s")], Some("/h/.local/state/piecework/seed")),
            (&[("HOME", "/h"), ("STATE_DIRECTORY", "/var/lib/seed")], Some("/var/lib/seed")),
            (&[("STATE_DIRECTORY", "/var/lib/seed:/var/lib/other")], Some("/var/lib/seed")),
        ] {
            let env = env.iter().map(|(name, value)| (name.into(), value.into())).collect();
            let world = World { env, ..World::empty("seed") };
            assert_eq!(state_folder(&world, "seed"), expected.map(PathBuf::from));
        }
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/nodes");
        assert_eq!(read_state(&path, 9).unwrap(), None);
        write_state(&path, b"first").unwrap();
        write_state(&path, b"then this").unwrap();
        assert_eq!(read_state(&path, 9).unwrap().unwrap(), b"then this");
        assert_eq!(read_state(&path, 4).unwrap().unwrap(), b"then");
    }

    /// Somebody may have put it there, to have us wait, read without end, or write elsewhere.
    #[test]
    fn what_is_no_regular_file_is_neither_read_nor_replaced() {
        let folder = test_kit::Folder::new("pipe |\nfile 5\nfolder/a 1");
        for (name, end) in [("link", "file"), ("loose", "nothing"), ("device", "/dev/zero")] {
            symlink(end, folder.join(name)).unwrap();
        }
        for (name, why) in [
            ("pipe", "is not a regular file"),
            ("folder", "is not a regular file"),
            ("link", "is a symbolic link"),
            ("loose", "is a symbolic link"),
            ("device", "is a symbolic link"),
        ] {
            let path = folder.join(name);
            let before = fs::symlink_metadata(&path).unwrap().ino();
            assert_eq!(read_state(&path, 9).unwrap_err().to_string(), why, "{name}");
            assert!(write_state(&path, b"new").is_err(), "{name}");
            assert_eq!(fs::symlink_metadata(&path).unwrap().ino(), before, "{name}");
        }
        assert_eq!((folder.read("file").len(), folder.join("nothing").exists()), (5, false));
        assert_eq!(read_beside(&folder.join("link"), 3).unwrap().len(), 3);
        for name in ["pipe", "folder", "device"] {
            assert_eq!(
                read_beside(&folder.join(name), 9).unwrap_err().to_string(),
                "is not a regular file",
                "{name}"
            );
        }
    }
}
