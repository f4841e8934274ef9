//! A temporary folder made from short text, gone when the test is over.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

use crate::tree_text::{Entry, Node, entries};

/// A temporary folder. Its text has one entry a line:
///
/// ```text
/// a/b.txt: some text            a file with this text; "quoted" text may hold escapes
/// big.bin 256KiB                a file of this size, its bytes following from path and size
/// empty 0
/// dir/                          a folder
/// link -> target                a symbolic link
/// pipe |                        a FIFO
/// "a b\xff.txt" 12              any name, with the escapes \\ \" \n \r \t \0 \xff \u{202e}
/// ```
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// A folder with these entries.
    pub fn new(text: &str) -> Self {
        let folder = Self(TempDir::with_prefix("piecework-test-").expect("the temporary folder can be made"));
        folder.add(text);
        folder
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The path of something inside.
    pub fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path().join(path)
    }

    /// Adds entries; folders on the way are made.
    pub fn add(&self, text: &str) {
        entries(text).for_each(|entry| self.add_entry(&entry));
    }

    /// The bytes of a file.
    pub fn read(&self, path: impl AsRef<Path>) -> Vec<u8> {
        let path = self.join(path);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Writes a file, anew or over the old one.
    pub fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.join(path);
        make_parent(&path);
        fs::write(&path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Removes a file, a link (not what it leads to), or a folder with all it holds.
    pub fn remove(&self, path: impl AsRef<Path>) {
        let path = self.join(path);
        let is_folder = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
        let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Everything inside, as sorted relative paths; a folder's ends with `/`.
    pub fn list(&self) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        list_into(&mut found, self.path(), b"");
        found.sort();
        found
    }

    /// [`list`](Self::list) as text, for trees whose names are text.
    pub fn names(&self) -> Vec<String> {
        self.list().iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect()
    }

    fn add_entry(&self, Entry { path, node }: &Entry) {
        let path = self.join(path);
        make_parent(&path);
        let made = match node {
            Node::Folder => fs::create_dir_all(&path),
            Node::File(contents) => fs::write(&path, contents),
            Node::Link(target) => symlink(target, &path),
            Node::Fifo => mknodat(CWD, &path, FileType::Fifo, Mode::from(0o644), 0).map_err(Into::into),
        };
        made.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

fn make_parent(path: &Path) {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).unwrap_or_else(|error| panic!("{}: {error}", parent.display()));
    }
}

fn list_into(found: &mut Vec<Vec<u8>>, folder: &Path, prefix: &[u8]) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let entry = entry.expect("the folder can be listed");
        let path = [prefix, OsStr::as_bytes(&entry.file_name())].concat();
        if entry.file_type().expect("the entry is there").is_dir() {
            let path = [&path, b"/".as_slice()].concat();
            list_into(found, &entry.path(), &path);
            found.push(path);
        } else {
            found.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileTypeExt;

    #[test]
    fn the_tree_is_as_the_text_says() {
        let folder = Folder::new(
            r#"
            a/b.txt: some text
            big 4KiB
            dir/
            link -> a/b.txt
            pipe |
            "odd \xff" 1
            "#,
        );
        let expected: [&[u8]; 7] = [b"a/", b"a/b.txt", b"big", b"dir/", b"link", b"odd \xff", b"pipe"];
        assert_eq!(folder.list(), expected);
        assert_eq!((folder.read("link"), folder.read("big").len()), (b"some text".to_vec(), 4096));
        assert!(folder.join("pipe").metadata().unwrap().file_type().is_fifo());
        assert_eq!(folder.read("big"), Folder::new("big 4096").read("big"));
    }

    #[test]
    fn the_tree_can_be_changed() {
        let folder = Folder::new("a/b: 1\nlink -> a");
        folder.write("a/c/d", "2");
        folder.remove("link");
        folder.remove("a/b");
        folder.add("e: 3");
        assert_eq!(folder.names(), ["a/", "a/c/", "a/c/d", "e"]);
        folder.remove("a");
        assert_eq!(folder.names(), ["e"]);
    }

    #[test]
    fn the_folder_goes_with_its_owner() {
        let folder = Folder::new("a: 1");
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
    }
}
