//! For fish.

use super::{Tool, Value};

pub(super) fn script(tool: &Tool) -> String {
    let mut script = format!("# Completions of {} for fish.\n", tool.name);
    for option in &tool.options {
        let short = option.short.map(|short| format!(" -s {short}")).unwrap_or_default();
        let (long, help) = (&option.long, quoted(&option.help));
        let values = values(&option.value);
        script.push_str(&format!("complete -c {}{short} -l {long} -d {help}{values}\n", tool.name));
    }
    let positionals = tool.positionals.iter().map(|(_, value)| value);
    let has = |wanted: fn(&Value) -> bool| positionals.clone().any(wanted);
    if has(|value| matches!(value, Value::Torrents)) {
        script.push_str(&format!("complete -c {} -f -a '{TORRENTS}'\n", tool.name));
        if has(|value| matches!(value, Value::Files)) {
            let seen = "string match -q -- \"*.torrent\" (commandline -opc)";
            script.push_str(&format!("complete -c {} -n '{seen}' -F\n", tool.name));
        }
    }
    script
}

fn values(value: &Value) -> String {
    match value {
        Value::None => String::new(),
        Value::Any => " -x".to_owned(),
        Value::Words(words) => format!(" -x -a {}", quoted(&words.join(" "))),
        Value::Torrents => format!(" -x -a '{TORRENTS}'"),
        Value::Files => " -r -F".to_owned(),
        Value::Folders => " -x -a '(__fish_complete_directories (commandline -ct))'".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Folders, too.
const TORRENTS: &str =
    "(string match -r -- \".*(?:/|[.]torrent)\\$\" (complete -C \"\\'\\' \"(commandline -ct)))";
