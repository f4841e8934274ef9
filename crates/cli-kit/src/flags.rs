//! The flags that tools share: [`Flags`] of all, [`HashFlags`] of those that hash.

use std::thread;

use clap::{Args, ValueEnum};

use crate::world::World;

/// Flatten this into a tool's arguments: `#[command(flatten)] flags: Flags`.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Flags {
    /// Print only the result
    #[arg(short, long)]
    pub quiet: bool,
    /// Print JSON, one object per line
    #[arg(short, long)]
    pub json: bool,
    /// How to show progress on standard error
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    pub progress: ProgressMode,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    pub color: ColorMode,
}

/// How to hash. Flatten this into the arguments of a tool that does.
#[derive(Args, Clone, Debug, Default)]
pub struct HashFlags {
    /// Number of hashing threads; default: one for each core
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Work")]
    threads: Option<u16>,
    /// Hashing code to use; default: `PIECEWORK_HASH_BACKEND`, else the fastest
    #[arg(long, value_name = "NAME", help_heading = "Work")]
    hash_backend: Option<String>,
}

impl HashFlags {
    /// How many threads hash.
    pub fn threads(&self) -> usize {
        self.threads.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), usize::from)
    }

    /// The name of the backend that was typed.
    pub fn backend(&self) -> Option<&str> {
        self.hash_backend.as_deref()
    }
}

/// How to show progress.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProgressMode {
    /// A progress bar if standard error is a terminal
    #[default]
    Auto,
    /// No progress
    Never,
    /// One JSON object per line, even if standard error is not a terminal
    Json,
}

/// When to use colour.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorMode {
    /// If standard output is a terminal and `NO_COLOR` is not set
    #[default]
    Auto,
    /// Even if standard output is not a terminal
    Always,
    /// No colour
    Never,
}

impl Flags {
    /// Whether results on standard output are coloured. What was typed wins over `NO_COLOR`.
    pub fn wants_color(&self, world: &World) -> bool {
        let set = |name: &str| world.var(name).filter(|value| !value.is_empty());
        match self.color {
            ColorMode::Always => true,
            ColorMode::Never => false,
            ColorMode::Auto => {
                world.stdout_is_terminal
                    && set("NO_COLOR").is_none()
                    && set("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    #[test]
    fn colour_follows_the_flag_then_the_environment_then_the_terminal() {
        use ColorMode::{Always, Auto, Never};
        let cases = [
            (Auto, true, None, true),
            (Auto, false, None, false),
            (Auto, true, Some(("NO_COLOR", "1")), false),
            (Auto, true, Some(("NO_COLOR", "")), true),
            (Auto, true, Some(("TERM", "dumb")), false),
            (Auto, true, Some(("TERM", "xterm")), true),
            (Always, false, Some(("NO_COLOR", "1")), true),
            (Never, true, None, false),
        ];
        for (color, stdout_is_terminal, var, expected) in cases {
            let env =
                var.into_iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
            let world = World { stdout_is_terminal, env, ..World::empty("tool") };
            let flags = Flags { color, ..Flags::default() };
            assert_eq!(flags.wants_color(&world), expected, "{color:?} {stdout_is_terminal} {var:?}");
        }
    }
}
