//! Colour: when there is any, and which words have it. Clap brings the escape codes.

use clap::ValueEnum;
use clap::builder::styling::{AnsiColor, Style, Styles};

use crate::world::World;

/// When to use colour.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorMode {
    /// On a terminal, unless `NO_COLOR` is set; elsewhere if `CLICOLOR_FORCE` is set
    #[default]
    Auto,
    /// Even if it is not a terminal
    Always,
    /// No colour
    Never,
}

/// What a coloured word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// An error.
    Bad,
    /// A warning, or what is not certain.
    Doubtful,
    /// What to do about it.
    Hint,
    /// The heading of a section.
    Heading,
}

impl Tone {
    const fn style(self) -> Style {
        match self {
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Doubtful => AnsiColor::Yellow.on_default(),
            Self::Hint => AnsiColor::Cyan.on_default(),
            Self::Heading => Style::new().bold().underline(),
        }
    }

    /// The text in this tone, for something that understands it.
    pub(crate) fn of(self, text: &str) -> String {
        let style = self.style();
        format!("{style}{text}{style:#}")
    }
}

/// How clap colours its help.
pub(crate) const HELP: Styles = Styles::plain()
    .header(Tone::Heading.style())
    .usage(Tone::Heading.style())
    .literal(Style::new().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Clap's help with colour for the headings that are ours: lines such as `Examples:`.
pub(crate) fn with_headings(help: &str) -> String {
    let is_heading = |line: &str| line.starts_with(char::is_uppercase) && line.ends_with(':');
    let lines =
        help.lines().map(|line| if is_heading(line) { Tone::Heading.of(line) } else { line.to_owned() });
    lines.fold(String::new(), |help, line| help + &line + "\n")
}

/// Whether standard output and standard error have colour. Looks at what was typed before clap does, because clap's own help and the
/// complaint about another option are to have it, too.
pub(crate) fn wanted(world: &World) -> (bool, bool) {
    let set = |name: &str| world.var(name).filter(|value| !value.is_empty());
    let is_forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    let is_dumb = set("TERM").is_some_and(|term| term == "dumb");
    let on = |is_terminal: bool| match typed(world) {
        ColorMode::Always => true,
        ColorMode::Never => false,
        ColorMode::Auto => set("NO_COLOR").is_none() && (is_forced || is_terminal && !is_dumb),
    };
    (on(world.stdout_is_terminal), on(world.stderr_is_terminal))
}

/// The last `--color WHEN` or `--color=WHEN`; one that is wrong is for clap to complain about.
fn typed(world: &World) -> ColorMode {
    let mut options = world.args.iter().filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--");
    let mut mode = ColorMode::Auto;
    while let Some(option) = options.next() {
        let value = match option {
            "--color" => options.next(),
            _ => option.strip_prefix("--color="),
        };
        mode = value.and_then(|value| ColorMode::from_str(value, false).ok()).unwrap_or(mode);
    }
    mode
}

#[cfg(test)]
mod tests;
