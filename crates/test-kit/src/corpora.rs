//! Where large collections of real torrents may be, which are not in the repository.

use std::env;
use std::path::{Path, PathBuf};

/// The folder of collected inputs: `PIECEWORK_CORPORA`, or `../shared/corpora` beside the workspace.
///
/// Without one, says so and returns `None`; the test should then return. Panics instead if
/// `PIECEWORK_REQUIRE_CORPORA=1`, so that a complete run cannot skip them unnoticed.
pub fn corpora() -> Option<PathBuf> {
    let folder = env::var_os("PIECEWORK_CORPORA").map_or_else(beside_the_workspace, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    let required = env::var_os("PIECEWORK_REQUIRE_CORPORA").is_some_and(|value| value == "1");
    assert!(!required, "corpora are required, but {} is not a folder", folder.display());
    eprintln!("SKIPPED: corpora not found");
    None
}

fn beside_the_workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora")
}
