//! What makes the tools one family: the injected world, exit codes, failures, progress, escaping, sizes.
//!
//! A tool's `main` is `cli_kit::enter("tool", run)`; its `run` takes the [`World`] and returns an [`Exit`] or a
//! [`Failure`].

mod color;
mod colored;
mod command_line;
mod effort;
mod entry;
mod escape;
mod exit;
mod failure;
mod flags;
mod habits;
mod interrupt;
mod json;
mod list;
mod progress;
mod size;
mod state_file;
mod stderr;
mod stdin;
mod time;
mod watchdog;
mod whole_file;
mod world;

pub use color::{ColorMode, Tone};
pub use command_line::{parse, parse_with};
pub use effort::Effort;
pub use entry::{enter, enter_in};
pub use escape::{escape, escape_path};
pub use exit::{Exit, exit_codes};
pub use failure::{Failure, io_cause};
pub use flags::{ENVIRONMENT, Flags, HASH_VARIABLE, HashFlags, ProgressMode};
pub use habits::Habits;
pub use interrupt::{Hangups, Interrupt};
pub use json::{JsonBytes, hex};
pub use list::Terminator;
pub use progress::{Board, Line, Progress, figures, show_percent};
pub use size::{parse_memory, parse_rate, parse_ratio, parse_size, show_rate, show_size};
pub use state_file::{read_beside, read_state, state_folder, write_state};
pub use stderr::Stderr;
pub use time::{parse_duration, parse_time, show_duration, show_time, source_date_epoch};
pub use watchdog::watch;
pub use whole_file::WholeFile;
pub use world::World;
