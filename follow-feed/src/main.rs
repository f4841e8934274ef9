//! `follow-feed`: what a feed offers arrives by itself, once.
//!
//! Read [`run`] first.

mod args;
mod check;
mod clock;
mod crew;
mod ending;
mod fetch;
#[cfg(test)]
mod generated;
mod list;
mod mask;
mod plan;
mod queue;
mod report;
mod round;
mod run;
mod secrets;
mod space;
mod tasks;
mod visit;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli_kit::enter("follow-feed", run::run)
}
