//! Man pages and shell completions, made from a tool's arguments and kept beside it.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use clap::Command;
use clap::builder::PossibleValuesParser;

mod completion;
mod man;

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
        assert!(found == content.as_bytes(), "{} is not current: run `tests/generate`", path.display());
    }
}

/// The man page has what readers look for, fits 80 columns where it is not filled, and names the exit codes of the tool's source.
pub fn assert_man_page_is_whole(tool_folder: &str, command: &Command) {
    let page = fs::read_to_string(Path::new(tool_folder).join(format!("doc/{}.1", command.get_name())));
    let page = page.expect("there is a man page");
    for name in
        ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES", "SEE ALSO"]
    {
        assert!(page.contains(&format!(".SH {name}\n")), "there is no section {name}");
    }
    for table in page.split(".nf\n").skip(1) {
        let lines = table.split(".fi\n").next().unwrap_or_default().replace("\\(aq", "'").replace("\\-", "-");
        let long = lines.lines().find(|line| line.chars().count() > 73);
        assert_eq!(long, None, "this line does not fit");
    }
    let source = source(&Path::new(tool_folder).join("src"));
    for (code, words) in [(1, "Exit::No"), (5, "Exit::Network"), (6, "Exit::Changed")] {
        let uses = source.split(words).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric));
        assert_eq!(page.contains(&format!(".TP\n\\fB{code}\\fR\n")), uses, "exit code {code}");
    }
}

/// The options in the rows of a table are not the tool's own, and each stands there once.
pub fn assert_habits_are_foreign(command: &Command, habits: &[(&str, &str)]) {
    let (mut command, mut seen) = (command.clone(), HashSet::new());
    // With `--help` and `--version`.
    command.build();
    for option in habits.iter().flat_map(|(options, _)| options.split(' ')) {
        let is_ours = command.get_arguments().any(|arg| match option.strip_prefix("--") {
            Some(long) => arg.get_long() == Some(long),
            None => arg.get_short().is_some_and(|short| option == format!("-{short}")),
        });
        assert!(!is_ours, "{option} is an option of the tool");
        assert!(option.starts_with('-') && seen.insert(option), "{option} stands there twice");
    }
}

/// All of a tool's source but the list of exit codes itself.
fn source(folder: &Path) -> String {
    let entries =
        fs::read_dir(folder).expect("there is source").map(|entry| entry.expect("it can be read").path());
    let text = |path: std::path::PathBuf| match path.is_dir() {
        true => source(&path),
        false if path.ends_with("args.rs") => String::new(),
        false => fs::read_to_string(path).expect("it is text"),
    };
    entries.map(text).collect()
}

/// Tells man page and completions the values of an option that the tool itself looks up later, to say more about a wrong one.
#[must_use]
pub fn with_values(
    command: Command,
    option: &str,
    values: impl IntoIterator<Item = &'static str>,
) -> Command {
    let values: Vec<&str> = values.into_iter().collect();
    command.mut_arg(option, |arg| arg.value_parser(PossibleValuesParser::new(values)))
}

fn files(mut command: Command) -> Vec<(String, String)> {
    command.build();
    let mut files = completion::scripts(&command);
    files.push((format!("{}.1", command.get_name()), man::page(&command)));
    files
}
