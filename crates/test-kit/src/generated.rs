//! Man pages and shell completions, made from a tool's arguments and kept beside it.

use std::fs;
use std::path::Path;

use clap::Command;
use clap_complete::Shell;

/// Holds the files in `doc/` of a tool's folder to what its arguments give; with `PIECEWORK_GENERATE` writes them first.
pub fn assert_generated(tool_folder: &str, command: Command) {
    let folder = Path::new(tool_folder).join("doc");
    for (name, content) in files(command) {
        let path = folder.join(name);
        if std::env::var_os("PIECEWORK_GENERATE").is_some() {
            fs::create_dir_all(&folder).expect("the folder can be made");
            fs::write(&path, &content).expect("the file can be written");
        }
        let found = fs::read(&path).unwrap_or_default();
        assert!(found == content, "{} is not current: run `tests/generate`", path.display());
    }
}

fn files(mut command: Command) -> Vec<(String, Vec<u8>)> {
    let tool = command.get_name().to_owned();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page).expect("memory takes everything");
    let mut files = vec![(format!("{tool}.1"), page)];
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut command, &tool, &mut script);
        files.push((format!("{tool}.{shell}"), script));
    }
    files
}
