//! Completions of a tool's arguments, for bash, fish and zsh: torrents where it reads torrents, and the values of options.

use clap::{Arg, Command, ValueHint};

mod bash;
mod fish;
mod zsh;

/// Name and content of each file.
pub(super) fn scripts(command: &Command) -> Vec<(String, String)> {
    let tool = Tool::of(command);
    let scripts = [("bash", bash::script(&tool)), ("fish", fish::script(&tool)), ("zsh", zsh::script(&tool))];
    scripts.map(|(shell, script)| (format!("{}.{shell}", tool.name), script)).into()
}

/// What shells have to know.
struct Tool {
    name: String,
    options: Vec<Opt>,
    positionals: Vec<(String, Value)>,
}

struct Opt {
    /// Without dashes.
    short: Option<char>,
    long: String,
    help: String,
    /// What its value is called.
    value_name: String,
    value: Value,
    may_repeat: bool,
}

/// What can stand in a place.
enum Value {
    /// Nothing: it is a flag.
    None,
    /// Nobody can know.
    Any,
    Words(Vec<String>),
    Torrents,
    Files,
    Folders,
}

impl Tool {
    fn of(command: &Command) -> Self {
        let arguments = || command.get_arguments().filter(|arg| !arg.is_hide_set());
        let option = |arg: &Arg| {
            Some(Opt {
                short: arg.get_short(),
                long: arg.get_long()?.to_owned(),
                help: arg.get_help().map(ToString::to_string).unwrap_or_default(),
                value_name: value_name(arg),
                value: Value::of(arg),
                may_repeat: matches!(arg.get_action(), clap::ArgAction::Append),
            })
        };
        Self {
            name: command.get_name().to_owned(),
            options: arguments().filter_map(option).collect(),
            positionals: command.get_positionals().map(|arg| (value_name(arg), Value::of(arg))).collect(),
        }
    }
}

impl Opt {
    /// `-o` and `--output`.
    fn spellings(&self) -> Vec<String> {
        let short = self.short.map(|short| format!("-{short}"));
        short.into_iter().chain([format!("--{}", self.long)]).collect()
    }
}

impl Value {
    fn of(arg: &Arg) -> Self {
        if !arg.get_action().takes_values() {
            return Self::None;
        }
        let words: Vec<String> =
            arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        let name = value_name(arg);
        match arg.get_value_hint() {
            _ if !words.is_empty() => Self::Words(words),
            _ if TORRENTS.contains(&name.as_str()) => Self::Torrents,
            _ if name == "DIR" => Self::Folders,
            ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath => Self::Files,
            _ => Self::Any,
        }
    }
}

fn value_name(arg: &Arg) -> String {
    let first = arg.get_value_names().and_then(|names| names.first());
    first.map_or_else(|| arg.get_id().to_string(), ToString::to_string)
}

/// The names of values that are .torrent files, among other things.
const TORRENTS: [&str; 4] = ["TORRENT", "SOURCE", "A", "B"];
