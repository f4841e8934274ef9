//! For zsh: a file `_TOOL` in a folder of `fpath`.

use super::{Opt, Tool, Value};

pub(super) fn script(tool: &Tool) -> String {
    let mut lines = vec![format!("#compdef {}", tool.name), "_arguments -s -S".to_owned()];
    lines.extend(tool.options.iter().map(option));
    let last = tool.positionals.len().saturating_sub(1);
    lines.extend(tool.positionals.iter().enumerate().map(|(at, (name, value))| {
        // The last may be repeated, or more of them do no harm.
        let place = if at == last { "*".to_owned() } else { (at + 1).to_string() };
        format!("'{place}:{}:{}'", colons(name), positional(tool, name, value))
    }));
    let (head, arguments) = lines.split_at(1);
    format!("{}\n{}\n", head[0], arguments.join(" \\\n  "))
}

fn option(option: &Opt) -> String {
    let help = option.help.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    let help = quoted(&colons(&help));
    let value = format!("{}:{}", colons(&option.value_name), action(&option.value_name, &option.value));
    let value = match (&option.value, option.most_values) {
        (Value::None, _) => String::new(),
        // Further ones are in the places of positionals.
        (_, usize::MAX) => format!(":{value}"),
        (_, most) => format!(":{value}").repeat(most.max(1)),
    };
    let others =
        if option.may_repeat { "*".to_owned() } else { format!("({})", option.spellings().join(" ")) };
    let takes = !matches!(option.value, Value::None);
    let long = format!("--{}{}", option.long, if takes && option.most_values < 2 { "=" } else { "" });
    match option.short {
        Some(short) => {
            let short = format!("-{short}{}", if takes { "+" } else { "" });
            format!("'{others}'{{{short},{long}}}'[{help}]{value}'")
        }
        None => format!("'{others}{long}[{help}]{value}'"),
    }
}

/// What a positional is: something else where certain options are typed.
fn positional(tool: &Tool, name: &str, value: &Value) -> String {
    let several = tool.options.iter().filter(|option| option.most_values == usize::MAX);
    let mut others: Vec<(Vec<String>, &Value)> =
        several.map(|option| (option.spellings(), &option.value)).collect();
    others.extend(tool.otherwise.iter().map(|(flags, value)| (flags.clone(), value)));
    others.iter().fold(action(name, value), |usual, (flags, other)| {
        let typed = format!("-n ${{words[(r)({})]}}", flags.join("|"));
        format!("{{ if [[ {typed} ]]; then {}; else {usual}; fi }}", action(name, other))
    })
}

fn action(name: &str, value: &Value) -> String {
    match value {
        Value::None | Value::Any => " ".to_owned(),
        Value::Words(words) => format!("({})", words.join(" ")),
        Value::List(words) => format!("_values -s , {} {}", name, words.join(" ")),
        Value::Endings([ending]) => format!("_files -g \"*.{ending}(-.)\""),
        Value::Endings(endings) => format!("_files -g \"*.({})(-.)\"", endings.join("|")),
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
