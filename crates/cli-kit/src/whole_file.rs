//! Output files that appear whole or not at all, and overwrite nothing that was not meant.
//!
//! Bytes go to a hidden file in the same folder; `commit` makes it last on disk and gives it its name in one step. A
//! second Ctrl-C, which ends the process at once, may leave the hidden file behind.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use tempfile::{PathPersistError, TempPath};

use crate::escape::escape_path;
use crate::exit::Exit;
use crate::failure::Failure;

/// A file being written. Dropped without [`commit`](Self::commit), it leaves nothing.
pub struct WholeFile {
    /// As the user named it, for messages.
    path: PathBuf,
    /// Where it will be: behind the link, if the path is one.
    target: PathBuf,
    force: bool,
    file: BufWriter<File>,
    hidden: TempPath,
}

impl WholeFile {
    /// Begins a file that will be at this path. What exists is only replaced with `force`: a regular file, or the
    /// regular file that a symbolic link leads to (the link stays). Who may read it and write it stays as well.
    pub fn create(path: &Path, force: bool) -> Result<Self, Failure> {
        let target = target_of(path, force)?;
        // Opened here and not by tempfile, for permissions as the umask says and for an errno that stays in sight.
        let hidden = tempfile::Builder::new()
            .prefix(HIDDEN_PREFIX)
            .make_in(folder_of(&target), |path| File::create_new(path))
            .map_err(|error| no_place(path, folder_of(&target), &error))?;
        let (file, hidden) = hidden.into_parts();
        keep_mode(&target, &file).map_err(|error| Failure::io(path, &error))?;
        Ok(Self { path: path.to_owned(), target, force, file: BufWriter::new(file), hidden })
    }

    /// The hidden file that holds the bytes until they are whole.
    pub fn scratch(&self) -> &Path {
        &self.hidden
    }

    /// Writes, with failures that name the file.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file.write_all(bytes).map_err(|error| self.failure(&error))
    }

    /// A failure of this file, for those who write through [`Write`].
    pub fn failure(&self, error: &io::Error) -> Failure {
        Failure::io(&self.path, error)
    }

    /// Gives the file its name, after its bytes have reached the disk.
    pub fn commit(mut self) -> Result<(), Failure> {
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|error| self.failure(&error))?;
        let Self { path, target, force, file, hidden } = self;
        drop(file);
        give_name(hidden, &target, force).and_then(|()| sync_folder(folder_of(&target))).map_err(|error| {
            match error.kind() {
                ErrorKind::AlreadyExists => exists(&path),
                _ => Failure::io(&path, &error),
            }
        })
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Where the bytes will end up, if that is a place for them.
fn target_of(path: &Path, force: bool) -> Result<PathBuf, Failure> {
    if path.file_name().is_none() || path.as_os_str().as_bytes().ends_with(b"/") {
        return Err(refused(path, "is not the name of a file"));
    }
    match fs::symlink_metadata(path) {
        Ok(_) => replaced(path, force),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(Failure::io(path, &error)),
    }
}

/// The file behind a path that exists, if it may be replaced.
fn replaced(path: &Path, force: bool) -> Result<PathBuf, Failure> {
    // Follows links, so that the type is of what would be replaced. A link to nothing exists, but leads nowhere.
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(refused(path, "is a folder")),
        Ok(metadata) if !metadata.is_file() => {
            Err(refused(path, "is not a regular file").hint("`-` writes to standard output"))
        }
        _ if !force => Err(exists(path)),
        _ => fs::canonicalize(path).map_err(|error| Failure::io(path, &error)),
    }
}

/// Without `force` fails with `AlreadyExists` if there is anything, even if it came while we wrote. A signal may come at any time.
fn give_name(mut hidden: TempPath, target: &Path, force: bool) -> io::Result<()> {
    loop {
        let named = if force { hidden.persist(target) } else { hidden.persist_noclobber(target) };
        match named {
            Err(PathPersistError { error, path }) if error.kind() == ErrorKind::Interrupted => hidden = path,
            // Some file systems have no rename that replaces nothing; a link to what is there fails as well.
            Err(PathPersistError { error, path }) if !force && error.kind() == ErrorKind::Unsupported => {
                return fs::hard_link(&path, target);
            }
            named => return named.map_err(|error| error.error),
        }
    }
}

/// What replaces a file is for the same readers: neither a secret gets out, nor is a web server locked out.
fn keep_mode(target: &Path, file: &File) -> io::Result<()> {
    let old = match fs::metadata(target) {
        Ok(old) => old.permissions(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    // Some file systems have one mode for all files, and refuse to set it.
    if file.metadata()?.permissions() == old { Ok(()) } else { file.set_permissions(old) }
}

/// What is not there is the folder, not the file.
fn no_place(path: &Path, folder: &Path, error: &io::Error) -> Failure {
    if error.kind() != ErrorKind::NotFound || folder.exists() {
        return Failure::io(path, error);
    }
    let folder = escape_path(folder);
    Failure::of(Exit::LocalIo, &folder, "there is no such folder (ENOENT)")
        .hint(format!("`mkdir -p {folder}` makes it"))
}

fn refused(path: &Path, cause: &str) -> Failure {
    Failure::of(Exit::LocalIo, escape_path(path), cause)
}

fn exists(path: &Path) -> Failure {
    refused(path, "exists already (EEXIST)").hint("`--force` replaces it")
}

fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the new name last. A folder that may not be read cannot be synced, nor can those of some file systems; the
/// file itself is safe then, and there is nothing the user could do.
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if FOLDER_WITHOUT_SYNC.contains(&error.kind()) => Ok(()),
        synced => synced,
    }
}

const FOLDER_WITHOUT_SYNC: [ErrorKind; 3] =
    [ErrorKind::PermissionDenied, ErrorKind::InvalidInput, ErrorKind::Unsupported];

const HIDDEN_PREFIX: &str = ".piecework-";

#[cfg(test)]
mod tests;
