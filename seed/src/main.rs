//! `seed`: torrents, files and folders in, peers served, until somebody ends it.
//!
//! Read [`run`] first. How a request becomes bytes is in `crates/swarm-net`.

mod access;
mod args;
mod asleep;
mod content;
#[cfg(test)]
mod generated;
mod habits;
mod inputs;
mod link;
mod making;
mod metrics;
mod offer;
mod offering;
mod plan;
mod recipe;
mod report;
mod run;
mod service;
mod serving;
mod upkeep;
mod watch;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli_kit::enter("seed", run::run)
}
