//! The flags that tools share: [`Flags`] of all, [`HashFlags`] of those that hash.

use std::thread;

use clap::{Args, ValueEnum};

use crate::color::ColorMode;

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
    /// Hashing code to use: `avx512`, `avx2`, `avx2-only`, `sha-ni` or `crates`; default: `PIECEWORK_HASH_BACKEND`, else the fastest
    ///
    /// `crates` runs on every CPU, the others need the instructions they are named for.
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

/// For the `--help` of every tool.
pub const ENVIRONMENT: &str = "\
Environment:
  NO_COLOR                no colour, unless `--color always` asks for it
  CLICOLOR_FORCE          colour, even if it is not a terminal";

/// What follows [`ENVIRONMENT`] for a tool that hashes.
pub const HASH_VARIABLE: &str = "
  PIECEWORK_HASH_BACKEND  hashing code, if `--hash-backend` does not name it";

/// How to show progress.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProgressMode {
    /// On a terminal a progress bar, elsewhere a line every minute
    #[default]
    Auto,
    /// No progress, whatever standard error is
    Never,
    /// One JSON object per line, even if standard error is not a terminal
    Json,
}
