//! `verify-data`: say whether data on disk is what the torrent says, and exactly where it is not.
//!
//! Read [`run`] first. What every odd case gives is in `BEHAVIOUR.md`.

mod args;
#[cfg(test)]
mod generated;
mod habits;
mod meant;
mod plan;
mod report;
mod run;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli_kit::enter("verify-data", run::run)
}
