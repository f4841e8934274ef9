//! What was typed, through clap, with clap's mistakes said the way we say ours.

use std::iter;

use clap::Parser;

use crate::color;
use crate::colored;
use crate::failure::{Failure, lower_first};
use crate::habits::{Habits, hint_of};
use crate::world::World;

/// Reads the command line. `None` means that `--help` or `--version` was asked for and has been printed.
pub fn parse<A: Parser>(world: &mut World) -> Result<Option<A>, Failure> {
    parse_with::<A>(&[], world)
}

/// The same for those who are used to other programs.
pub fn parse_with<A: Parser>(habits: Habits, world: &mut World) -> Result<Option<A>, Failure> {
    (world.stdout_has_color, world.stderr_has_color) = colored::wanted(world);
    let typed = iter::once(world.tool.into()).chain(world.args.iter().cloned());
    let matched = A::command().styles(color::HELP).try_get_matches_from(typed);
    match matched.and_then(|mut matches| A::from_arg_matches_mut(&mut matches)) {
        Ok(args) => Ok(Some(args)),
        Err(error) if error.use_stderr() => {
            let failure = mistake(world.tool, &error.to_string());
            Err(match hint_of(habits, &error) {
                Some(hint) => failure.hint(hint),
                None => failure,
            })
        }
        Err(help) if world.stdout_has_color => {
            world.print(color::with_headings(&help.render().ansi().to_string())).map(|()| None)
        }
        Err(help) => world.print(help.to_string()).map(|()| None),
    }
}

/// Clap writes the mistake, perhaps tips, and the usage, each as a paragraph. We keep the mistake and one hint.
fn mistake(tool: &str, report: &str) -> Failure {
    let mut paragraphs = report.split("\n\n").map(one_line);
    let message = paragraphs.next().unwrap_or_default();
    let message = backticks(message.trim_start_matches("error: "));
    // An option that is not there was hardly meant as a value.
    let tips: Vec<String> = paragraphs
        .filter_map(|text| Some(text.strip_prefix("tip: ")?.to_owned()))
        .filter(|tip| !tip.starts_with("to pass"))
        .collect();
    let hint = match tips.join("; ") {
        none if none.is_empty() => format!("see `{tool} --help`"),
        tips => backticks(&tips),
    };
    Failure::usage(lower_first(&message)).hint(hint)
}

fn one_line(paragraph: &str) -> String {
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Clap quotes literals in `'`; we do in backticks. An apostrophe inside a word stays.
fn backticks(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let in_word = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());
    let quote = |(at, &c): (usize, &char)| match c {
        '\'' if !(at > 0 && in_word(at - 1) && in_word(at + 1)) => '`',
        c => c,
    };
    chars.iter().enumerate().map(quote).collect()
}

#[cfg(test)]
mod tests;
