//! `make-feed`: torrents in, a feed out; and what programs make of a feed.
//!
//! Read [`run`] first.

mod args;
#[cfg(test)]
mod generated;
mod inputs;
mod item;
mod lock;
mod mistaken;
mod passkeys;
mod plan;
mod report;
mod run;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli_kit::enter("make-feed", run::run)
}
