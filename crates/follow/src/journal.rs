//! The journal of a feed: one file of JSON lines, which `jq`, `grep` and an editor read.
//!
//! Line 1 says what the file is, each line behind it is a [`Record`] with a checksum, and the records in their order come to a
//! [`FeedState`]. A line is one `write` to the end of the file. Nothing is done on the strength of a line before it is synced. Lines
//! that are harmed are set aside in `NAME.bad`. One run holds the lock of a feed, which ends with the process.

mod line;
mod lock;
mod plain;
mod record;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha1::{Digest, Sha1};
use torrent_core::address::Url;

use self::lock::Lock;
use self::record::Header;
pub use self::record::Record;
use crate::feed_state::FeedState;

/// The journal of a feed, for one run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    header: Header,
    file: File,
    /// Bytes in the file.
    length: u64,
    /// Bytes that it had when it held nothing but what counts.
    live: u64,
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
        let old = match plain::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(JournalError::Io(path, error)),
        };
        let parsed = old.as_deref().map(|bytes| Parsed::of(bytes, feed));
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
        let is_whole = !is_adopted && !parsed.is_open && parsed.bad.is_empty();
        let length = old.as_ref().filter(|_| is_whole).map(Vec::len);
        let header =
            parsed.header.clone().unwrap_or(Header { version: VERSION, feed: feed.to_owned(), created: now });
        Self::mended(&path, header, parsed, (now, is_adopted), length, lock)
            .map_err(|error| JournalError::Io(path, error))
    }

    /// Goes on with a file that is whole, of which the length is known; else sets aside what is harmed and begins it anew.
    fn mended(
        path: &Path,
        header: Header,
        parsed: Parsed,
        (now, is_adopted): (i64, bool),
        length: Option<usize>,
        lock: Lock,
    ) -> io::Result<Opened> {
        let lost = parsed.lost();
        let Parsed { mut state, bad, .. } = parsed;
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
        let live = whole_text(&header, &state)?.len() as u64;
        let (file, length) = match length {
            Some(length) => (OpenOptions::new().append(true).open(path)?, length as u64),
            None => written_anew(path, &header, &state)?,
        };
        let journal = Self { path: path.to_owned(), header, file, length, live, is_unsynced: false, lock };
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
        let line = line::written(record).map_err(|error| self.failed(error.into()))?;
        let written = self.lock.mark().and_then(|()| self.file.write_all(line.as_bytes()));
        if let Err(error) = written {
            // Of a full disk half a line may be the end, on which nobody can go on.
            let _ = self.file.set_len(self.length);
            return Err(self.failed(error));
        }
        self.length += line.len() as u64;
        self.is_unsynced = true;
        Ok(())
    }

    /// Makes what was added last.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        if std::mem::take(&mut self.is_unsynced) {
            self.file.sync_data().map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    /// Whether most of the file says what is not true any more.
    pub fn is_long(&self) -> bool {
        self.length > SMALL.max(self.live.saturating_mul(GROWTH))
    }

    /// Writes the file anew, with nothing but what counts. The old one is kept as `NAME.1`.
    ///
    /// # Errors
    /// Those of writing; the old file is still there then.
    pub fn compact(&mut self, state: &FeedState) -> Result<(), JournalError> {
        let rewritten = (|| {
            let kept = self.path.with_extension("1");
            let _ = fs::remove_file(&kept);
            fs::hard_link(&self.path, &kept)?;
            written_anew(&self.path, &self.header, state)
        })();
        let (file, length) = rewritten.map_err(|error| self.failed(error))?;
        (self.file, self.length, self.live, self.is_unsynced) = (file, length, length, false);
        Ok(())
    }

    fn failed(&self, error: io::Error) -> JournalError {
        JournalError::Io(self.path.clone(), error)
    }
}

/// What can be read of a journal, by whoever does not hold its lock: the feed, and what its lines come to.
pub fn peek(path: &Path) -> Option<(String, FeedState)> {
    let bytes = plain::read(path).ok()?;
    let parsed = Parsed::of(&bytes, "");
    let header = read_header(&bytes)?;
    Some((header.feed, parsed.state))
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

/// What a journal comes to, and what is harmed of it.
#[derive(Default)]
struct Parsed {
    header: Option<Header>,
    state: FeedState,
    bad: Vec<Vec<u8>>,
    /// The last line has no end: what follows would be part of it.
    is_open: bool,
    /// Nor does it say anything.
    is_torn: bool,
}

impl Parsed {
    fn of(bytes: &[u8], feed: &str) -> Self {
        let header = read_header(bytes).filter(|header| header.feed == feed);
        let mut parsed = Self { header, ..Self::default() };
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        for (at, line) in lines.enumerate() {
            match line::read::<Record>(line) {
                Some(record) if record.is_sane() => parsed.state.apply(record),
                _ if at == 0 && read_header(bytes).is_some() => {}
                _ => parsed.bad.push(line.to_vec()),
            }
        }
        parsed.is_open = bytes.last().is_some_and(|last| *last != b'\n');
        parsed.is_torn = parsed.is_open
            && bytes.rsplit(|byte| *byte == b'\n').next() == parsed.bad.last().map(Vec::as_slice);
        parsed
    }

    /// Leaves half a line at the end out: nothing was done on the strength of it.
    fn drop_torn(&mut self) {
        if std::mem::take(&mut self.is_torn) {
            self.bad.pop();
        }
    }

    /// How many lines are lost that counted. Of a first run that was killed in the middle of a write half of the last line is left:
    /// nothing was done on the strength of it. Later on it may be the only sign that the end of the file is missing.
    fn lost(&self) -> usize {
        self.bad.len() - usize::from(self.is_torn && self.state.begun.is_none())
    }
}

fn read_header(bytes: &[u8]) -> Option<Header> {
    line::read(bytes.split(|byte| *byte == b'\n').next()?)
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

/// Writes a whole journal beside the old one and puts it in its place.
fn written_anew(path: &Path, header: &Header, state: &FeedState) -> io::Result<(File, u64)> {
    let beside = path.with_extension("new");
    // Of a run that was killed, or a link that leads elsewhere.
    let _ = fs::remove_file(&beside);
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&beside)?;
    let text = whole_text(header, state)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok((OpenOptions::new().append(true).open(path)?, text.len() as u64))
}

fn whole_text(header: &Header, state: &FeedState) -> io::Result<String> {
    let mut text = line::written(header)?;
    for record in state.records() {
        text.push_str(&line::written(&record)?);
    }
    Ok(text)
}

const VERSION: u32 = 1;

/// A file that is no longer is not worth the work: some forty looks at a feed. All of it is read in each pass.
const SMALL: u64 = 16 << 10;

/// How many times as long as need be the file may become.
const GROWTH: u64 = 4;

#[cfg(test)]
mod tests;
