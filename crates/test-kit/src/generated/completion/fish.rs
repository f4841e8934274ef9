//! Writes the completions for fish.

use super::{Tool, Value};

pub(super) fn script(tool: &Tool) -> String {
    let mut script = format!("# Completions of {} for fish.\n", tool.name);
    for option in &tool.options {
        let short = option.short.map(|short| format!(" -s {short}")).unwrap_or_default();
        let (long, help) = (&option.long, quoted(&option.help));
        let values = values(&option.value);
        script.push_str(&format!("complete -c {}{short} -l {long} -d {help}{values}\n", tool.name));
    }
    script + &positionals(tool)
}

/// Lines for what stands without an option, and for further values of those that take several: fish knows of one.
fn positionals(tool: &Tool) -> String {
    let positionals = || tool.positionals.iter().map(|(_, value)| value);
    let Some(usual) = positionals().find_map(files_of) else { return String::new() };
    let mut lines = Vec::new();
    let mut others = Vec::new();
    for option in tool.options.iter().filter(|option| option.most_values > 1) {
        let typed = format!("contains -- --{} (commandline -opc)", option.long);
        lines.extend(files_of(&option.value).map(|files| (typed.clone(), files)));
        others.push(typed);
    }
    if let Some((flags, value)) = &tool.otherwise {
        let typed = format!("string match -qr -- \"^({})\\$\" (commandline -opc)", flags.join("|"));
        lines.extend(files_of(value).map(|files| (typed.clone(), files)));
        others.push(typed);
    }
    let none: String = others.iter().map(|typed| format!("; and not {typed}")).collect();
    lines.push((none.trim_start_matches("; and ").to_owned(), usual));
    if positionals().any(|value| matches!(value, Value::Files)) {
        let typed = "string match -q -- \"*.torrent\" (commandline -opc)";
        lines.push((format!("{typed}{none}"), " -F".to_owned()));
    }
    let line = |(condition, candidates): &(String, String)| match condition.as_str() {
        "" => format!("complete -c {}{candidates}\n", tool.name),
        _ => format!("complete -c {} -n '{condition}'{candidates}\n", tool.name),
    };
    lines.iter().map(line).collect()
}

fn files_of(value: &Value) -> Option<String> {
    match value {
        Value::Endings(endings) => Some(format!(" -f -a '{}'", files(endings))),
        _ => None,
    }
}

fn values(value: &Value) -> String {
    match value {
        Value::None => String::new(),
        Value::Any => " -x".to_owned(),
        Value::Words(words) => format!(" -x -a {}", quoted(&words.join(" "))),
        Value::List(words) => format!(" -x -a '{START}{{{}}})'", words.join(",")),
        Value::Endings(endings) => format!(" -x -a '{}'", files(endings)),
        Value::Files => " -r -F".to_owned(),
        Value::Folders => " -x -a '(__fish_complete_directories (commandline -ct))'".to_owned(),
    }
}

/// Each word behind the commas that are typed already.
const START: &str = r#"(printf "%s\n" (string replace -r -- "^--[^=]*=" "" "$(commandline -ct)" | string replace -r -- "[^,]*\$" "")"#;

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Files with these endings, and folders.
fn files(endings: &[&str]) -> String {
    let endings = endings.join("|");
    format!("(string match -r -- \".*(?:/|[.](?:{endings}))\\$\" (complete -C \"\\'\\' \"(commandline -ct)))")
}
