//! `fetch`: torrents, magnet links and URLs in, verified files out.
//!
//! Read [`run`] first. What happens to a block on its way is in `crates/swarm-net`.

mod access;
mod args;
mod deadline;
mod downloads;
mod ended;
#[cfg(test)]
mod generated;
mod habits;
mod jobs;
mod mask;
mod plan;
mod pulse;
mod report;
mod run;
mod signed;
mod source;
mod survey;
mod switches;
mod torrent_file;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli_kit::enter("fetch", run::run)
}
