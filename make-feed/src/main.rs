//! `make-feed`: torrents in, a feed out; and what programs make of a feed.
//!
//! Read [`run`] first.

mod args;
#[cfg(test)]
mod generated;
mod inputs;
mod lock;
mod mistaken;
mod password;
mod plan;
mod report;
mod run;
mod signing;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli_kit::enter("make-feed", run::run)
}
