//! `follow-feed`: what a feed offers arrives by itself, once.
//!
//! Read [`run`] first.

mod args;
mod check;
mod fetch;
#[cfg(test)]
mod generated;
mod list;
mod mask;
mod plan;
mod report;
mod run;
mod secrets;
mod space;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli_kit::enter("follow-feed", run::run)
}
