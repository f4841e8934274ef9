//! `make-torrent`: files or a folder in, a .torrent out.
//!
//! Read [`run`] first: it is the way of a byte from disk to torrent.

mod args;
mod existing;
mod fields;
#[cfg(test)]
mod generated;
mod habits;
mod mistaken;
mod outputs;
mod plan;
mod report;
mod run;
mod torrent;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli_kit::enter("make-torrent", run::run)
}
