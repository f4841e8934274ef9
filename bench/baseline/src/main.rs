//! What the benchmark compares with: the plain way to hash a file, the limits of the machine, a launcher that measures
//! other programs, and a long line and a slow box for them to talk over.

mod delay_box;
mod delay_line;
mod hash;
mod launch;
mod limits;
mod many;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser, Debug)]
#[command(
    name = "bench-baseline",
    about = "Baselines and launcher of bench/run, the line of bench/fetch and the box of bench/bill"
)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand, Debug)]
enum Task {
    /// Hash a mapped file with the `sha1` and `sha2` crates on all cores, and write what was found to a file
    Hash(hash::Hash),
    /// Open, read and close every file of a list
    Many(many::Many),
    /// Read memory on several threads, and print bytes and seconds
    Memory {
        #[arg(long)]
        threads: usize,
    },
    /// Read a file on one thread, and print bytes and seconds
    Read { file: PathBuf },
    /// Read a file past the page cache, so many reads in flight, and print bytes and seconds
    Direct {
        file: PathBuf,
        #[arg(long)]
        depth: usize,
    },
    /// Run a command, and print how long it took and what it needed
    Launch(launch::Launch),
    /// Carry TCP connections to another port, late and at a limited rate, until standard input ends
    DelayLine(delay_line::DelayLine),
    /// Carry packets of the network device that is standard input back to it, late
    DelayBox(delay_box::DelayBox),
}

fn main() -> ExitCode {
    match run(&Args::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-baseline: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> io::Result<()> {
    match task {
        Task::Hash(hash) => hash.run(),
        Task::Many(many) => many.run(),
        Task::Memory { threads } => limits::memory(*threads),
        Task::Read { file } => limits::read(file),
        Task::Direct { file, depth } => limits::direct(file, *depth),
        Task::Launch(launch) => launch.run(),
        Task::DelayLine(line) => line.run(),
        Task::DelayBox(delay) => delay.run(),
    }
}
