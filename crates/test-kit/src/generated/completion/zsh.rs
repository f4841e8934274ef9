//! For zsh: a file `_TOOL` in a folder of `fpath`.

use super::{Opt, Tool, Value};

pub(super) fn script(tool: &Tool) -> String {
    let mut lines = vec![format!("#compdef {}", tool.name), "_arguments -s -S".to_owned()];
    lines.extend(tool.options.iter().map(option));
    let last = tool.positionals.len().saturating_sub(1);
    lines.extend(tool.positionals.iter().enumerate().map(|(at, (name, value))| {
        // The last may be repeated, or more of them do no harm.
        let place = if at == last { "*".to_owned() } else { (at + 1).to_string() };
        format!("'{place}:{}:{}'", colons(name), action(value))
    }));
    let (head, arguments) = lines.split_at(1);
    format!("{}\n{}\n", head[0], arguments.join(" \\\n  "))
}

fn option(option: &Opt) -> String {
    let help = option.help.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    let help = quoted(&colons(&help));
    let value = match &option.value {
        Value::None => String::new(),
        value => format!(":{}:{}", colons(&option.value_name), action(value)),
    };
    let others =
        if option.may_repeat { "*".to_owned() } else { format!("({})", option.spellings().join(" ")) };
    let takes = !matches!(option.value, Value::None);
    let long = format!("--{}{}", option.long, if takes { "=" } else { "" });
    match option.short {
        Some(short) => {
            let short = format!("-{short}{}", if takes { "+" } else { "" });
            format!("'{others}'{{{short},{long}}}'[{help}]{value}'")
        }
        None => format!("'{others}{long}[{help}]{value}'"),
    }
}

fn action(value: &Value) -> String {
    match value {
        Value::None | Value::Any => " ".to_owned(),
        Value::Words(words) => format!("({})", words.join(" ")),
        Value::Torrents => "_files -g \"*.torrent(-.)\"".to_owned(),
        Value::Files => "_files".to_owned(),
        Value::Folders => "_files -/".to_owned(),
    }
}

fn colons(text: &str) -> String {
    text.replace(':', "\\:")
}

fn quoted(text: &str) -> String {
    text.replace('\'', "'\\''")
}
