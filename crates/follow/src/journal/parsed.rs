//! Reads a journal, line by line: what its lines come to, and what is harmed of them.

use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::record::Header;
use super::{line, plain};
use crate::feed_state::FeedState;

/// What a journal comes to, and what is harmed of it.
#[derive(Default)]
pub(super) struct Parsed {
    /// Its first line, if it is that of the feed.
    pub(super) header: Option<Header>,
    /// The feed of which its first line speaks.
    pub(super) feed: Option<String>,
    pub(super) state: FeedState,
    pub(super) bad: Vec<Vec<u8>>,
    /// The last line has no end: what follows would be part of it.
    pub(super) is_open: bool,
    /// Nor does it say anything.
    is_torn: bool,
    /// Bytes of the file, and its lines.
    pub(super) length: u64,
    pub(super) lines: usize,
}

impl Parsed {
    pub(super) fn read(path: &Path, feed: &str) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(READ_AHEAD, plain::open(path)?);
        let (mut parsed, mut line) = (Self::default(), Vec::new());
        while file.read_until(b'\n', &mut line)? > 0 {
            parsed.add(&line, feed);
            line.clear();
        }
        Ok(parsed)
    }

    fn add(&mut self, line: &[u8], feed: &str) {
        let is_first = self.length == 0;
        self.length += line.len() as u64;
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        self.is_open = text.len() == line.len();
        self.is_torn = false;
        if is_first && let Some(header) = line::read::<Header>(text) {
            self.lines += 1;
            self.feed = Some(header.feed.clone());
            self.header = Some(header).filter(|header| header.feed == feed);
        } else if let Some(record) = line::record(text) {
            self.lines += 1;
            self.state.apply(record);
        } else if !text.trim_ascii().is_empty() {
            self.bad.push(text.to_owned());
            self.is_torn = self.is_open;
        }
    }

    /// Leaves half a line at the end out: nothing was done on the strength of it.
    pub(super) fn drop_torn(&mut self) {
        if std::mem::take(&mut self.is_torn) {
            self.bad.pop();
        }
    }

    /// How many lines are lost that counted. Of a first run that was killed in the middle of a write half of the last line is left:
    /// nothing was done on the strength of it. Later on it may be the only sign that the end of the file is missing.
    pub(super) fn lost(&self) -> usize {
        self.bad.len() - usize::from(self.is_torn && self.state.begun.is_none())
    }
}

const READ_AHEAD: usize = 64 << 10;
