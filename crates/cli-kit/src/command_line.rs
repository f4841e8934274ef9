//! What was typed, through clap, with clap's mistakes said the way we say ours.

use std::iter;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};

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
        Err(error) if error.use_stderr() => Err(nothing(world, &error).unwrap_or_else(|| {
            let failure = mistake(world.tool, &error.to_string());
            failure.hint_if(hint_of(habits, &error))
        })),
        Err(help) if world.stdout_has_color => {
            world.print(color::with_headings(&help.render().ansi().to_string())).map(|()| None)
        }
        Err(help) => world.print(help.to_string()).map(|()| None),
    }
}

/// A value without a character, of which clap has other words for each type.
fn nothing(world: &World, error: &clap::Error) -> Option<Failure> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let (argument, value) = (text(ContextKind::InvalidArg)?, text(ContextKind::InvalidValue)?);
    let is_typed = |end: u8| world.args.iter().any(|typed| typed.as_encoded_bytes().last() == Some(&end));
    let option = argument.split_whitespace().next().filter(|word| word.starts_with('-'));
    let place = match option {
        Some(option) => format!("`{option}`"),
        None => argument.trim_matches(|c: char| "<>[].".contains(c)).to_owned(),
    };
    let is_unset = has_nothing(world) || is_typed(b'=');
    let (cause, hint) = match value {
        "" if is_unset => ("the value is empty", UNSET),
        "" if is_typed(b',') => ("a value is empty", "a comma is one too many"),
        _ => return None,
    };
    Some(Failure::usage(format!("{place}: {cause}")).hint(hint))
}

/// Whether one of the arguments has no character.
pub(crate) fn has_nothing(world: &World) -> bool {
    world.args.iter().any(|typed| typed.is_empty())
}

/// How arguments come to have none.
pub(crate) const UNSET: &str = "an argument is empty: perhaps a variable of the shell is not set";

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
