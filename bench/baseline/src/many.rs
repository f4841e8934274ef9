//! The least that many small files cost: each is opened, read and closed, and nothing is done with its bytes.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;

#[derive(Args, Debug)]
pub(crate) struct Many {
    /// Paths, each ended by NUL
    list: PathBuf,
    #[arg(long)]
    threads: usize,
}

impl Many {
    pub(crate) fn run(&self) -> io::Result<()> {
        let list = std::fs::read(&self.list)?;
        let paths: Vec<&Path> = (list.split(|byte| *byte == 0))
            .filter(|path| !path.is_empty())
            .map(|path| Path::new(OsStr::from_bytes(path)))
            .collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build();
        let pool = pool.map_err(io::Error::other)?;
        let bytes: u64 = pool
            .install(|| paths.par_chunks(FILES_AT_A_TIME).map(read_all).try_reduce(|| 0, |a, b| Ok(a + b)))?;
        println!("{} files, {bytes} bytes", paths.len());
        Ok(())
    }
}

fn read_all(paths: &[&Path]) -> io::Result<u64> {
    let mut buffer = vec![0; BUFFER];
    let mut total = 0;
    for path in paths {
        let mut file = File::open(path)?;
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => total += read as u64,
            }
        }
    }
    Ok(total)
}

const FILES_AT_A_TIME: usize = 256;
const BUFFER: usize = 128 << 10;
