//! The journal of a feed: one file of JSON lines, which `jq`, `grep` and an editor read.
//!
//! Line 1 says what the file is, each line behind it is a [`Record`] with a checksum, and the records in their order come to a
//! [`FeedState`]. Lines are written to the end of the file, many with one `write`, and whole. Nothing is done on the strength of a line before it
//! is synced. Lines that are harmed are set aside in `NAME.bad`. One run holds the lock of a feed, which ends with the process.

mod line;
mod lock;
mod parsed;
mod plain;
mod record;
mod tail;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha1::{Digest, Sha1};
use torrent_core::address::Url;

use self::lock::Lock;
use self::parsed::Parsed;
use self::record::Header;
pub use self::record::Record;
pub use self::tail::last_fetch;
use crate::feed_state::FeedState;

/// The journal of a feed, for one run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    header: Header,
    file: File,
    /// Bytes of lines, and how many those are.
    length: u64,
    lines: usize,
    /// Lines that it would have had when it was opened or written anew, had it held nothing but what counts.
    live: usize,
    /// Lines that are still to be written.
    unwritten: Vec<u8>,
    /// Something was written that may be lost.
    is_unsynced: bool,
    lock: Lock,
}

/// A journal that was opened.
#[derive(Debug)]
pub struct Opened {
    /// To be written on.
    pub journal: Journal,
    /// What its lines come to.
    pub state: FeedState,
    /// How many lines were set aside.
    pub harmed: usize,
}

/// Why there is no journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another run works on the feed.
    #[error("another run works on this feed")]
    Busy,
    /// The file does not begin with the line that each journal begins with: it is no first run.
    #[error("{}: it does not begin as a journal of this feed does", .0.display())]
    Header(PathBuf),
    /// It was written by a later version.
    #[error("{}: it was written by a later version", .0.display())]
    Later(PathBuf),
    /// A file or folder failed.
    #[error("{}: {}", .0.display(), .1)]
    Io(PathBuf, io::Error),
}

impl Journal {
    /// Opens the journal of the feed with this URL in a folder, which is made if need be, or begins one.
    ///
    /// # Errors
    /// Why there is none. With `adopt` a missing header is none: what can be read is taken over, and counts as harmed.
    pub fn open(folder: &Path, feed: &str, now: i64, adopt: bool) -> Result<Opened, JournalError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| JournalError::Io(folder.to_owned(), error))?;
        let path = folder.join(name_of(feed));
        let lock = Lock::take(&path.with_extension("lock"))?;
        let parsed = match Parsed::read(&path, feed) {
            Ok(parsed) => Some(parsed),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(JournalError::Io(path, error)),
        };
        let is_there = parsed.is_some();
        let is_adopted = match parsed.as_ref().map(|parsed| &parsed.header) {
            Some(Some(header)) if header.version > VERSION => return Err(JournalError::Later(path)),
            Some(None) if !adopt => return Err(JournalError::Header(path)),
            Some(None) => true,
            _ => false,
        };
        let mut parsed = parsed.unwrap_or_default();
        if lock.was_cut_off {
            parsed.drop_torn();
        }
        let is_whole = is_there && !is_adopted && !parsed.is_open && parsed.bad.is_empty();
        let header =
            parsed.header.clone().unwrap_or(Header { version: VERSION, feed: feed.to_owned(), created: now });
        let mut opened = Self::mended(&path, header, parsed, (now, is_adopted), is_whole, lock)
            .map_err(|error| JournalError::Io(path, error))?;
        opened.journal.lock.what_was_cut_off_is_mended();
        Ok(opened)
    }

    /// Goes on with a file that is whole; else sets aside what is harmed and begins it anew.
    fn mended(
        path: &Path,
        header: Header,
        parsed: Parsed,
        (now, is_adopted): (i64, bool),
        is_whole: bool,
        lock: Lock,
    ) -> io::Result<Opened> {
        let lost = parsed.lost();
        let Parsed { mut state, bad, length, lines, .. } = parsed;
        let harmed = bad.len();
        if harmed > 0 {
            set_aside(&path.with_extension("bad"), &bad)?;
        }
        if lost > 0 || is_adopted {
            state.apply(Record::Harmed { at: now, lines: lost });
        }
        if is_adopted {
            // What the next fetch brings counts as seen.
            state.begun = None;
        }
        let (file, length, lines) = match is_whole {
            true => (OpenOptions::new().append(true).open(path)?, length, lines),
            false => written_anew(path, &header, &state)?,
        };
        let (path, live) = (path.to_owned(), state.lines());
        let (unwritten, is_unsynced) = (Vec::new(), false);
        let journal = Self { path, header, file, length, lines, live, unwritten, is_unsynced, lock };
        Ok(Opened { journal, state, harmed })
    }

    /// What its file is called.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line. It may be lost until [`sync`](Self::sync).
    ///
    /// # Errors
    /// Those of writing.
    pub fn append(&mut self, record: &Record) -> Result<(), JournalError> {
        let before = self.unwritten.len();
        let written = line::write(&mut self.unwritten, record);
        written.map_err(|error| self.failed(error.into()))?;
        self.length += (self.unwritten.len() - before) as u64;
        self.lines += 1;
        if self.unwritten.len() >= MOST_UNWRITTEN { self.write() } else { Ok(()) }
    }

    /// Writes the lines that are still to be written.
    fn write(&mut self) -> Result<(), JournalError> {
        let lines = std::mem::take(&mut self.unwritten);
        if lines.is_empty() {
            return Ok(());
        }
        self.is_unsynced = true;
        let written = self.lock.mark().and_then(|()| self.file.write_all(&lines));
        if written.is_err() {
            // Of a full disk half a line may be the end, on which nobody can go on.
            self.length -= lines.len() as u64;
            self.lines -= lines.iter().filter(|byte| **byte == b'\n').count();
            let _ = self.file.set_len(self.length);
        }
        written.map_err(|error| self.failed(error))
    }

    /// Makes what was added last.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.write()?;
        if std::mem::take(&mut self.is_unsynced) {
            self.file.sync_data().map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    /// Whether most lines say what is not true any more, as far as that can be known without a look at them: what a first run has written
    /// counts as such.
    pub fn is_long(&self) -> bool {
        self.length > SMALL && self.lines > self.live.saturating_mul(GROWTH)
    }

    /// Writes the file anew, with nothing but what counts. The old one is kept as `NAME.1`.
    ///
    /// # Errors
    /// Those of writing; the old file is still there then.
    pub fn compact(&mut self, state: &FeedState) -> Result<(), JournalError> {
        self.write()?;
        let rewritten = (|| {
            let kept = self.path.with_extension("1");
            let _ = fs::remove_file(&kept);
            fs::hard_link(&self.path, &kept)?;
            written_anew(&self.path, &self.header, state)
        })();
        let (file, length, lines) = rewritten.map_err(|error| self.failed(error))?;
        (self.file, self.length, self.lines, self.is_unsynced) = (file, length, lines, false);
        self.live = lines;
        Ok(())
    }

    fn failed(&self, error: io::Error) -> JournalError {
        JournalError::Io(self.path.clone(), error)
    }
}

impl Drop for Journal {
    /// A pass that ends before its end has said what is in these lines.
    fn drop(&mut self) {
        // Whoever wanted to be sure has synced.
        let _ = self.write();
    }
}

/// What can be read of a journal, by whoever does not hold its lock: the feed, and what its lines come to.
pub fn peek(path: &Path) -> Option<(String, FeedState)> {
    let parsed = Parsed::read(path, "").ok()?;
    Some((parsed.feed?, parsed.state))
}

/// The journals in a folder, by name.
pub fn journals(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|it| it == "ndjson"))
        .collect();
    found.sort();
    found
}

/// The name of the journal of a feed: its host, so that people find it, and what tells it from others there.
pub fn name_of(feed: &str) -> String {
    let host = Url::parse(feed.as_bytes()).map(|url| url.host().to_owned()).unwrap_or_default();
    let host: String =
        host.chars().map(|c| if c.is_ascii_alphanumeric() || ".-".contains(c) { c } else { '_' }).collect();
    let digest = HEXLOWER.encode(&Sha1::digest(feed.as_bytes()));
    format!("{}-{}.ndjson", host.trim_start_matches('.'), &digest[..8])
}

fn set_aside(path: &Path, lines: &[Vec<u8>]) -> io::Result<()> {
    plain::check(path)?;
    let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    lines.iter().try_for_each(|line| file.write_all(&[line, &b"\n"[..]].concat()))?;
    file.sync_all()
}

/// Writes a whole journal beside the old one and puts it in its place. Gives it with its bytes and lines.
fn written_anew(path: &Path, header: &Header, state: &FeedState) -> io::Result<(File, u64, usize)> {
    let beside = path.with_extension("new");
    // Of a run that was killed, or a link that leads elsewhere.
    let _ = fs::remove_file(&beside);
    let file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&beside)?;
    let (mut file, mut text, mut length) = (BufWriter::with_capacity(MOST_UNWRITTEN, file), Vec::new(), 0);
    line::write(&mut text, header)?;
    for record in state.records() {
        file.write_all(&text)?;
        length += text.len();
        text.clear();
        line::write(&mut text, &record)?;
    }
    file.write_all(&text)?;
    file.into_inner()?.sync_all()?;
    fs::rename(&beside, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    let file = OpenOptions::new().append(true).open(path)?;
    Ok((file, (length + text.len()) as u64, state.lines()))
}

const VERSION: u32 = 1;

/// Bytes of lines that wait for others: those of an ordinary pass need one write.
const MOST_UNWRITTEN: usize = 64 << 10;

/// A file that is no longer is not worth the work: some forty looks at a feed. All of it is read in each pass.
const SMALL: u64 = 16 << 10;

/// How many times as many lines as need be the file may have.
const GROWTH: usize = 4;

#[cfg(test)]
mod tests;
