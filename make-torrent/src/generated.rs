//! The man page and the shell completions, made from the arguments. The files in `doc/` must be what would be made now;
//! `tests/generate` makes them.

use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;

#[test]
fn man_page_and_completions_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("doc");
    for (name, content) in files() {
        let path = folder.join(name);
        if std::env::var_os("PIECEWORK_GENERATE").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &content).unwrap();
        }
        let found = fs::read(&path).unwrap_or_default();
        assert!(found == content, "{} is not current: run `tests/generate`", path.display());
    }
}

fn files() -> Vec<(PathBuf, Vec<u8>)> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut page).unwrap();
    let mut files = vec![(PathBuf::from("make-torrent.1"), page)];
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Args::command(), "make-torrent", &mut script);
        files.push((PathBuf::from(format!("make-torrent.{shell}")), script));
    }
    files
}

#[test]
fn arguments_are_consistent() {
    Args::command().debug_assert();
}
