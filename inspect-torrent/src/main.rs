//! `inspect-torrent`: say what a torrent or magnet link is: for people, for scripts, as a linter.
//!
//! Read [`run`] first.

mod args;
mod diff;
mod field;
mod fields;
mod foreign;
#[cfg(test)]
mod generated;
mod habits;
mod plan;
mod report;
mod run;
mod subject;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli_kit::enter("inspect-torrent", run::run)
}
