//! What `bench/session` measures: a session of many torrents that does what it is told, and the tracker of all of them.

mod figures;
mod session;
mod tracker;

use std::io;
use std::process::ExitCode;

use clap::Parser;

#[derive(Parser, Debug)]
#[command(name = "bench-idle", about = "The session that bench/session measures, and its tracker")]
enum Task {
    /// Do what lines of standard input say, and print a line of figures for each
    Session(session::Asked),
    /// Answer announces on a port of 127.0.0.1, which is printed; and for each line of standard input print how many there were
    Tracker,
}

fn main() -> ExitCode {
    match run(&Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-idle: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> io::Result<()> {
    match task {
        Task::Session(asked) => asked.run(),
        Task::Tracker => tracker::run(),
    }
}
