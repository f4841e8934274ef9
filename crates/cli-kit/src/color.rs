//! Colour: which words have it. Clap brings the escape codes.

use clap::ValueEnum;
use clap::builder::styling::{AnsiColor, Style, Styles};

/// When to use colour.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorMode {
    /// On a terminal, unless `NO_COLOR` is set; elsewhere if `CLICOLOR_FORCE` is set
    #[default]
    Auto,
    /// Even if it is not a terminal
    Always,
    /// No colour anywhere, not even on a terminal
    Never,
}

/// What a coloured word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The word says that all is well.
    Good,
    /// The word says that something failed.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_are_headings() {
        let help = "Usage: x\n\nExamples:\n  Not: this:\nExit codes:\n  0  done\nnot this:\n";
        let colored = "Usage: x\n\n\x1b[1m\x1b[4mExamples:\x1b[0m\n  Not: this:\n\x1b[1m\x1b[4mExit codes:\x1b[0m\n  0  done\nnot this:\n";
        assert_eq!(with_headings(help), colored);
    }
}
