//! Where the torrents of one run go: they are not content of each other.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Files that a run writes, by their real paths. They need not be there.
#[derive(Clone, Debug, Default)]
pub struct Outputs {
    paths: HashSet<PathBuf>,
    /// The last components alone, which rule most files out at once.
    names: HashSet<OsString>,
}

impl Outputs {
    /// The files at these paths. Whose folder is not there is left out: nothing can be in it.
    pub fn of<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Self {
        let paths: HashSet<PathBuf> = paths.into_iter().filter_map(real).collect();
        let names = paths.iter().filter_map(|path| path.file_name()).map(ToOwned::to_owned).collect();
        Self { paths, names }
    }

    /// Whether one of them is there.
    pub fn holds(&self, path: &Path) -> bool {
        let is_like = path.file_name().is_some_and(|name| self.names.contains(name));
        is_like && real(path).is_some_and(|path| self.paths.contains(&path))
    }
}

/// The real path of the folder, and the name in it.
fn real(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(folder.canonicalize().ok()?.join(path.file_name()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_any_path_to_them() {
        let folder = test_kit::Folder::new("d/a: x\nl -> d");
        let at = |path: &str| folder.join(path);
        let outputs = Outputs::of([at("d/x.torrent").as_path(), at("none/y").as_path()]);
        for (path, expected) in [
            ("d/x.torrent", true),
            ("l/x.torrent", true),
            ("d/../d/./x.torrent", true),
            ("x.torrent", false),
            ("d/a", false),
            ("none/y", false),
        ] {
            assert_eq!(outputs.holds(&at(path)), expected, "{path}");
        }
        assert!(!Outputs::default().holds(Path::new("/")));
    }
}
