//! Which entries of a folder go into a torrent: all, unless the user says otherwise.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

pub use super::globs::BadGlob;
use super::globs::{EntryPath, Globs};

/// Which entries to leave out, and which files to restrict the torrent to.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Leave out names that start with a dot.
    pub exclude_hidden: bool,
    /// Leave out [`JUNK_NAMES`].
    pub exclude_junk: bool,
    /// Obey `.gitignore` files, and leave out `.git`.
    pub ignore_files: bool,
    exclude: Globs,
    include: Option<Globs>,
    /// Only to see what the globs match: all folders are looked into, and nothing is taken.
    looks_only: bool,
}

/// Files that operating systems and file managers create, and that nobody means to publish.
pub const JUNK_NAMES: &[&str] = &[
    ".DS_Store",
    ".Spotlight-V100",
    ".Trashes",
    ".fseventsd",
    "._*",
    "@eaDir",
    "Desktop.ini",
    "Thumbs.db",
    "__MACOSX",
    "desktop.ini",
    "ehthumbs.db",
    ".directory",
    "lost+found",
];

impl Selection {
    /// Leaves out what matches a glob. A glob without `/` matches names at any depth, one with `/` whole paths; what
    /// stands for a folder stands for all that is in it. `*` stops at `/`, `**` does not.
    ///
    /// # Errors
    /// The first glob that cannot be understood.
    pub fn exclude(mut self, globs: &[String]) -> Result<Self, BadGlob> {
        self.exclude = Globs::new(globs, false)?;
        Ok(self)
    }

    /// Takes only files that match a glob, or lie in a folder that does. [`Selection::exclude`] has the last word.
    ///
    /// # Errors
    /// The first glob that cannot be understood.
    pub fn include(mut self, globs: &[String]) -> Result<Self, BadGlob> {
        self.include = (!globs.is_empty()).then(|| Globs::new(globs, true)).transpose()?;
        Ok(self)
    }

    /// The globs of [`Selection::exclude`] that have matched nothing so far, in this selection and its copies.
    pub fn idle_excludes(&self) -> impl Iterator<Item = &str> {
        self.exclude.unmatched()
    }

    /// The same of [`Selection::include`].
    pub fn idle_includes(&self) -> impl Iterator<Item = &str> {
        self.include.iter().flat_map(Globs::unmatched)
    }

    /// The same globs, to see what they match wherever it is: all folders are looked into, and nothing is taken.
    pub(super) fn for_looking(&self) -> Self {
        Self { exclude: self.exclude.clone(), looks_only: true, ..Self::default() }
    }

    /// Whether globs may say paths the way they are typed from the current folder.
    pub(super) fn looks_from_here(&self) -> bool {
        self.exclude.looks_from_here() || self.include.as_ref().is_some_and(Globs::looks_from_here)
    }

    /// Whether the entry `name` of a folder is left out without a look inside.
    pub(super) fn leaves_out(&self, name: &[u8], place: &EntryPath<'_>) -> bool {
        // First of all, so that it is known whether the globs match anything.
        let is_excluded = self.exclude.is_match(place);
        !self.looks_only && is_excluded
            || self.exclude_hidden && name.starts_with(b".")
            || self.exclude_junk && is_junk(name)
            || self.ignore_files && name == b".git"
    }

    /// Whether a file is taken, by its path with `/` between components.
    pub fn takes_bytes(&self, path: &[u8]) -> bool {
        self.takes(&EntryPath { path: as_path(path), here: None })
    }

    /// Whether a file is taken.
    pub(super) fn takes(&self, place: &EntryPath<'_>) -> bool {
        !self.looks_only && self.include.as_ref().is_none_or(|include| include.is_match(place))
    }
}

fn is_junk(name: &[u8]) -> bool {
    JUNK_NAMES.iter().any(|junk| match junk.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix.as_bytes()),
        None => name == junk.as_bytes(),
    })
}

pub(crate) fn as_path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(globs: &str) -> Vec<String> {
        globs.split_whitespace().map(str::to_owned).collect()
    }

    #[track_caller]
    fn leaves_out(selection: &Selection, path: &str, expected: bool) {
        let path = Path::new(path);
        let name = path.file_name().unwrap().as_bytes();
        assert_eq!(
            selection.leaves_out(name, &EntryPath { path, here: None }),
            expected,
            "{}",
            path.display()
        );
    }

    #[test]
    fn globs_match_names_or_whole_paths() {
        let selection = Selection::default().exclude(&globs("*.tmp /top build/ a/*.o b/**/c")).unwrap();
        for path in ["x.tmp", "d/x.tmp", "top", "build", "d/build", "a/x.o", "b/c", "b/x/y/c"] {
            leaves_out(&selection, path, true);
        }
        for path in ["x.tmpl", "d/top", "a/d/x.o", "c", "d/b/c"] {
            leaves_out(&selection, path, false);
        }
    }

    #[test]
    fn includes_take_files_and_what_is_in_folders() {
        let selection = Selection::default().include(&globs("*.iso docs")).unwrap();
        for (path, expected) in
            [("a.iso", true), ("d/a.iso", true), ("docs/x/y", true), ("d/docs/x", true), ("a.txt", false)]
        {
            assert_eq!(selection.takes_bytes(path.as_bytes()), expected, "{path}");
        }
        assert!(Selection::default().takes_bytes(b"anything"));
    }

    #[test]
    fn hidden_and_junk_names() {
        let selection = Selection { exclude_junk: true, ..Selection::default() };
        for (path, expected) in
            [("a/Thumbs.db", true), ("._x", true), (".DS_Store", true), (".x", false), ("thumbs", false)]
        {
            leaves_out(&selection, path, expected);
        }
        leaves_out(&Selection { exclude_hidden: true, ..Selection::default() }, "a/.x", true);
    }
}
