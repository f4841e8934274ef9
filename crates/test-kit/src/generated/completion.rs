//! Completions of a tool's arguments, for bash, fish and zsh: torrents, links and feeds where it reads them, and the values of options.

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
    /// A flag that makes the positionals something else.
    otherwise: Option<(Vec<String>, Value)>,
}

struct Opt {
    /// The letter behind one dash.
    short: Option<char>,
    long: String,
    help: String,
    /// What its value is called.
    value_name: String,
    value: Value,
    /// How many values it takes at most.
    most_values: usize,
    may_repeat: bool,
}

/// What can stand in a place.
#[derive(Clone)]
enum Value {
    /// Nothing: it is a flag.
    None,
    /// A value of which no shell can propose any.
    Any,
    Words(Vec<String>),
    /// The same, several of them behind commas.
    List(Vec<String>),
    /// Files with these endings, and folders.
    Endings(&'static [&'static str]),
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
                value: Value::of(command, arg),
                most_values: arg.get_num_args().map_or(1, |count| count.max_values()),
                may_repeat: matches!(arg.get_action(), clap::ArgAction::Append),
            })
        };
        let options: Vec<Opt> = arguments().filter_map(option).collect();
        let otherwise = OTHERWISE.iter().find(|(tool, ..)| *tool == command.get_name());
        let otherwise = otherwise.and_then(|(_, flag, endings)| {
            let flag = options.iter().find(|option| option.long == *flag)?;
            Some((flag.spellings(), Value::Endings(endings)))
        });
        let positionals = command.get_positionals();
        Self {
            name: command.get_name().to_owned(),
            options,
            positionals: positionals.map(|arg| (value_name(arg), Value::of(command, arg))).collect(),
            otherwise,
        }
    }
}

impl Opt {
    /// How it can be typed: `-o` and `--output`.
    fn spellings(&self) -> Vec<String> {
        let short = self.short.map(|short| format!("-{short}"));
        short.into_iter().chain([format!("--{}", self.long)]).collect()
    }
}

impl Value {
    fn of(command: &Command, arg: &Arg) -> Self {
        if !arg.get_action().takes_values() {
            return Self::None;
        }
        let words: Vec<String> =
            arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        let name = value_name(arg);
        match arg.get_value_hint() {
            _ if !words.is_empty() && arg.get_value_delimiter().is_some() => Self::List(words),
            _ if !words.is_empty() => Self::Words(words),
            _ if endings(command, arg).is_some() => Self::Endings(endings(command, arg).unwrap_or_default()),
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

/// What the files are called that can stand there, if that is known.
fn endings(command: &Command, arg: &Arg) -> Option<&'static [&'static str]> {
    let place = (command.get_name(), arg.get_id().as_str());
    let known = PLACES.iter().find(|(tool, id, _)| (*tool, *id) == place).map(|(.., endings)| *endings);
    known.or_else(|| TORRENTS.contains(&value_name(arg).as_str()).then_some(&["torrent"]))
}

/// The names of values that are .torrent files, among other things.
const TORRENTS: [&str; 3] = ["TORRENT", "A", "B"];

/// Places of tools that take other files.
const PLACES: [(&str, &str, &[&str]); 3] =
    [("fetch", "sources", LINKS), ("inspect-torrent", "inputs", LINKS), ("make-feed", "update", FEEDS)];

/// Tools, a flag of each, and what the positionals are with it.
const OTHERWISE: [(&str, &str, &[&str]); 1] = [("make-feed", "check", FEEDS)];

/// Torrents, and files with a magnet link in them.
const LINKS: &[&str] = &["torrent", "magnet"];
const FEEDS: &[&str] = &["xml", "rss", "atom", "json"];
