//! A man page of a tool's arguments. What follows them in `--help` becomes sections: a paragraph `Examples:` and so on.

use std::fmt::Write;

use clap::{Arg, Command};

/// The page, as roff.
pub(super) fn page(command: &Command) -> String {
    let tool = command.get_name();
    let version = command.get_version().unwrap_or_default();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let more = command.get_long_about().map(ToString::to_string).unwrap_or_default();
    let title = tool.to_uppercase();
    let mut page = format!(".TH {title} 1 {DATE} \"Piecework {version}\" \"Piecework\"\n");
    section(&mut page, "NAME", &format!("{} \\- {}\n", escaped(tool), escaped(&about)));
    section(&mut page, "SYNOPSIS", &synopsis(command));
    section(&mut page, "DESCRIPTION", &text(more.strip_prefix(&about).unwrap_or(&more).trim()));
    section(&mut page, "OPTIONS", &options(command));
    let after = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    for (name, of_name) in SECTIONS {
        section(&mut page, name, &extra(&after, of_name));
    }
    section(&mut page, "SEE ALSO", &see_also(tool));
    page
}

fn section(page: &mut String, name: &str, content: &str) {
    if !content.is_empty() {
        let content = content.strip_prefix(".PP\n").unwrap_or(content);
        page.push_str(&format!(".SH {name}\n{content}"));
    }
}

fn synopsis(command: &Command) -> String {
    let mut synopsis = format!(".nh\n.ad l\n.B {}\n", escaped(command.get_name()));
    for arg in shown(command).filter(|arg| !arg.is_positional()) {
        let _ = writeln!(synopsis, "[{}]", spelled(arg, "|"));
    }
    for arg in command.get_positionals() {
        let (open, close) = if arg.is_required_set() { ("", "") } else { ("[", "]") };
        let _ = writeln!(synopsis, "{open}{}{close}", spelled(arg, ""));
    }
    synopsis + ".ad\n.hy\n"
}

fn shown(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !arg.is_hide_set())
}

/// `-o, --output DIR`, or `SOURCE...`.
fn spelled(arg: &Arg, between: &str) -> String {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let names: Vec<String> =
        short.into_iter().chain(long).map(|name| format!("\\fB{}\\fR", escaped(&name))).collect();
    let values = arg.get_value_names().unwrap_or_default().iter().filter(|_| arg.get_action().takes_values());
    let values: Vec<String> = values.map(|value| format!("\\fI{}\\fR", escaped(value))).collect();
    let more = match arg.get_num_args() {
        Some(range) if range.max_values() > values.len() && !values.is_empty() => "...",
        _ => "",
    };
    let gap = if names.is_empty() || values.is_empty() { "" } else { " " };
    format!("{}{gap}{}{more}", names.join(between), values.join(" "))
}

/// By heading, in the order in which the headings come first; what has none is first.
fn options(command: &Command) -> String {
    let mut headings = vec![None];
    for arg in shown(command) {
        if !headings.contains(&arg.get_help_heading()) {
            headings.push(arg.get_help_heading());
        }
    }
    let mut options = String::new();
    for heading in headings {
        if let Some(heading) = heading {
            let _ = writeln!(options, ".SS {}", escaped(heading));
        }
        for arg in shown(command).filter(|arg| arg.get_help_heading() == heading) {
            options.push_str(&option(arg));
        }
    }
    options
}

fn option(arg: &Arg) -> String {
    let help = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut option = format!(".TP\n{}\n", spelled(arg, ", "));
    option.push_str(&text(&help).replace(".PP\n", ".IP\n"));
    let values: Vec<_> = match arg.get_action().takes_values() {
        true => arg.get_possible_values(),
        false => Vec::new(),
    };
    if values.iter().any(|value| value.get_help().is_some()) {
        option.push_str(".RS\n");
        for value in &values {
            let help = value.get_help().map(ToString::to_string).unwrap_or_default();
            option.push_str(&format!(".TP\n\\fB{}\\fR\n{}", escaped(value.get_name()), text(&help)));
        }
        option.push_str(".RE\n");
    } else if !values.is_empty() {
        let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
        option.push_str(
            &text(&format!("\n\nPossible values: {}.", names.join(", "))).replace(".PP\n", ".IP\n"),
        );
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if arg.get_action().takes_values() && !defaults.is_empty() {
        option.push_str(&format!(".IP\nDefault: {}\n", escaped(&defaults.join(","))));
    }
    option
}

/// The paragraphs of the help that belong into this section; into the one of no name, what belongs nowhere else.
fn extra(after: &str, of_name: &str) -> String {
    let known = |title: &str| SECTIONS.iter().any(|(_, name)| !name.is_empty() && *name == title);
    let mut extra = String::new();
    for paragraph in after.split("\n\n") {
        let (first, lines) = paragraph.split_once('\n').unwrap_or((paragraph, ""));
        let title = first.trim_end_matches(':');
        if title == of_name {
            extra.push_str(&block(lines));
        } else if of_name.is_empty() && !known(title) {
            let is_table = first.ends_with(':') && lines.starts_with(' ');
            extra.push_str(&match is_table {
                true => format!(".SS {}\n{}", escaped(title), block(lines)),
                false => format!(".PP\n{}", text(paragraph)),
            });
        }
    }
    extra
}

/// A list if every line is a term, two blanks, and what it means; else as it is; what is not indented is text.
fn block(lines: &str) -> String {
    let (table, rest): (Vec<&str>, Vec<&str>) = lines.lines().partition(|line| line.starts_with(' '));
    let entries: Option<Vec<(&str, &str)>> = table.iter().map(|line| entry(line)).collect();
    let table = match entries {
        Some(entries) => entries.iter().fold(String::new(), |list, (term, meaning)| {
            list + &format!(".TP\n\\fB{}\\fR\n{}", escaped(term), text(meaning))
        }),
        None => {
            let lines = table.iter().map(|line| escaped(line.strip_prefix("  ").unwrap_or(line)) + "\n");
            format!(".nf\n{}.fi\n", lines.collect::<String>())
        }
    };
    let rest = rest.join("\n");
    if rest.is_empty() { table } else { format!("{table}.PP\n{}", text(&rest)) }
}

fn entry(line: &str) -> Option<(&str, &str)> {
    let (term, meaning) = line.trim().split_once("  ")?;
    let meaning = meaning.trim_start();
    (!meaning.contains("  ")).then_some((term, meaning))
}

fn see_also(tool: &str) -> String {
    let others: Vec<String> = TOOLS
        .iter()
        .filter(|other| **other != tool)
        .map(|other| format!(".BR {} (1)", escaped(other)))
        .collect();
    format!(
        "{}\n.PP\nThe BitTorrent specifications (BEPs): https://www.bittorrent.org/beps/bep_0000.html\n",
        others.join(" ,\n")
    )
}

/// Paragraphs, in lines of moderate length.
fn text(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(str::trim).enumerate().filter(|(_, text)| !text.is_empty());
    let mut lines = String::new();
    for (at, paragraph) in paragraphs {
        if at > 0 && (!lines.is_empty() || text.starts_with("\n\n")) {
            lines.push_str(".PP\n");
        }
        let mut column = 0;
        for word in paragraph.split_whitespace() {
            let width = word.chars().count();
            if column > 0 && column + width >= MOST_COLUMNS {
                lines.push('\n');
                column = 0;
            }
            let word = if column == 0 { escaped(word) } else { format!(" {}", escape_signs(word)) };
            lines.push_str(&word);
            column += width + 1;
        }
        lines.push('\n');
    }
    lines
}

/// A line as roff shows it: no request, whatever it starts with.
fn escaped(line: &str) -> String {
    let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
    format!("{guard}{}", escape_signs(line))
}

fn escape_signs(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '`' => escaped.push_str("\\(ga"),
            '^' => escaped.push_str("\\(ha"),
            '~' => escaped.push_str("\\(ti"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The sections beside the options, in man's order, and the paragraphs of the help that they hold.
const SECTIONS: [(&str, &str); 5] = [
    ("EXIT STATUS", "Exit codes"),
    ("ENVIRONMENT", "Environment"),
    ("FILES", "Files"),
    ("NOTES", ""),
    ("EXAMPLES", "Examples"),
];
const TOOLS: [&str; 6] = ["fetch", "inspect-torrent", "make-feed", "make-torrent", "seed", "verify-data"];
/// Of the last change of these pages that a reader would notice. Today's would make every day's pages differ.
const DATE: &str = "2026-11-28";
const MOST_COLUMNS: usize = 76;

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{ArgAction, value_parser};

    #[test]
    fn a_page_has_its_sections_in_order_and_nothing_acts_as_a_request() {
        let command = Command::new("fetch")
            .version("1.2")
            .about("Get it")
            .long_about("Get it\n\n.Really, 'now'.")
            .after_long_help("Other:\n  a   b   c\n  1   2   3\n\nText.\n\nExamples:\n  fetch x\n      gets\n\nExit codes:\n  0  good\n  1    no")
            .arg(Arg::new("out").short('o').long("out").value_name("DIR").help("Where").default_value("."))
            .arg(Arg::new("n").long("number").value_name("N").value_parser(value_parser!(u8)).help_heading("More"))
            .arg(Arg::new("in").value_name("FILE").required(true).action(ArgAction::Append).num_args(1..));
        let page = page(&command);
        let heads: Vec<&str> = page.lines().filter(|line| line.starts_with(".S")).collect();
        assert_eq!(
            heads,
            [
                ".SH NAME",
                ".SH SYNOPSIS",
                ".SH DESCRIPTION",
                ".SH OPTIONS",
                ".SS More",
                ".SH EXIT STATUS",
                ".SH NOTES",
                ".SS Other",
                ".SH EXAMPLES",
                ".SH SEE ALSO",
            ]
        );
        for part in [
            ".TH FETCH 1 20",
            "\n\\&.Really, \\(aqnow\\(aq.\n",
            "\n[\\fB\\-o\\fR|\\fB\\-\\-out\\fR \\fIDIR\\fR]\n[\\fB\\-\\-number\\fR \\fIN\\fR]\n\\fIFILE\\fR...\n",
            ".TP\n\\fB0\\fR\ngood\n.TP\n\\fB1\\fR\nno\n",
            ".SS Other\n.nf\na   b   c\n1   2   3\n.fi\n.PP\nText.\n",
            ".nf\nfetch x\n    gets\n.fi\n",
            ".IP\nDefault: \\&.\n",
        ] {
            assert!(page.contains(part), "{part}\n---\n{page}");
        }
    }
}
