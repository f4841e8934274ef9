//! From what was named to the torrents: files, folders that are searched, and lines of `make-torrent --json`.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use cli_kit::{Exit, Failure, World, escape_path};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use torrent_core::limits::TORRENT_FILE;
use torrent_core::metainfo::{Metainfo, ReadError, Refusal, read_torrent};

use crate::mistaken;
use crate::plan::{Input, url};
use crate::words::Words;

/// A .torrent that was found.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Candidate {
    /// The file that the torrent was read from.
    pub(crate) file: PathBuf,
    /// Where it is below the folder that was named, else its name: this goes behind the base URL.
    pub(crate) path: PathBuf,
    /// It was named itself on the command line, not found in a folder or in a list.
    pub(crate) is_named: bool,
    /// What the line says that names it.
    pub(crate) words: Words,
}

/// All .torrent files of the inputs. A bad input does not stop the rest: its failure is said, the worst exit code returned.
pub(crate) fn candidates(inputs: &[Input], world: &mut World) -> (Vec<Candidate>, Exit) {
    let (mut found, mut exit) = (Vec::new(), Exit::Yes);
    for input in inputs {
        let taken = match input {
            Input::Path(path) => from_path(path, world),
            Input::Stdin => from_lines(&mut world.stdin),
        };
        for candidate in taken {
            match candidate {
                Ok(candidate) => found.push(candidate),
                Err(failure) => {
                    world.fail(&failure);
                    exit = exit.max(failure.exit);
                }
            }
        }
    }
    (found, exit)
}

/// Reads a torrent, and the time of its file.
pub(crate) fn read(candidate: &Candidate, strict: bool) -> Result<(Metainfo, i64), Failure> {
    let path = &candidate.file;
    let refused = |refusal: Refusal| {
        Failure::unacceptable(escape_path(path), &refusal, refusal.code())
            .hint_if(mistaken::hint_of_torrent(&refusal))
    };
    let file = File::open(path).map_err(|error| Failure::io(path, &error))?;
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    let modified = modified.map_err(|error| Failure::io(path, &error))?;
    let bytes = read_torrent(file, TORRENT_FILE).map_err(|error| match error {
        ReadError::Io(error) => Failure::io(path, &error),
        ReadError::Refused(refusal) => refused(refusal),
    })?;
    let parsed = Metainfo::parse(bytes).map_err(refused)?;
    if strict {
        parsed.refuse_warnings().map_err(refused)?;
    }
    let seconds = modified.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Ok((parsed.metainfo, i64::try_from(seconds).unwrap_or_default()))
}

fn from_path(path: &Path, world: &World) -> Vec<Result<Candidate, Failure>> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            let found = search(path);
            if found.is_empty() {
                let what = "there is no .torrent file in this folder";
                world.warn("W-no-torrents", format!("{}: {what}", escape_path(path)));
            }
            found
        }
        Ok(_) => vec![Ok(Candidate { is_named: true, ..of_file(path.to_owned()) })],
        Err(error) => vec![Err(Failure::io(path, &error))],
    }
}

fn of_file(file: PathBuf) -> Candidate {
    let path = file.file_name().map(PathBuf::from).unwrap_or_default();
    Candidate { file, path, is_named: false, words: Words::default() }
}

/// Every `.torrent` below a folder. Links to folders are not followed, so that there are no circles.
fn search(root: &Path) -> Vec<Result<Candidate, Failure>> {
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                found.push(Err(Failure::io(&folder, &error)));
                continue;
            }
        };
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))) {
                Ok((path, _)) if is_hidden(&path) => {}
                Ok((path, kind)) if kind.is_dir() => folders.push(path),
                Ok((path, _)) if is_torrent(&path) => {
                    let below = path.strip_prefix(root).map(Path::to_owned);
                    let path_below = below.unwrap_or_default();
                    found.push(Ok(Candidate { path: path_below, ..of_file(path) }));
                }
                Ok(_) => {}
                Err(error) => found.push(Err(Failure::io(&folder, &error))),
            }
        }
    }
    found
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_bytes().starts_with(b"."))
}

fn is_torrent(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("torrent"))
}

/// Of each line of `make-torrent --json`, the .torrent that it names.
fn from_lines(stdin: &mut dyn Read) -> Vec<Result<Candidate, Failure>> {
    let mut found = Vec::new();
    let mut lines = BufReader::new(stdin);
    for number in 1_usize.. {
        let mut line = Vec::new();
        match lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) if line.trim_ascii().is_empty() => {}
            Ok(_) => found.push(from_line(&line, number)),
            Err(error) => {
                found.push(Err(Failure::io("stdin", &error)));
                break;
            }
        }
        // Without this, a stream that is none of ours would be an error for every line.
        if found.last().is_some_and(Result::is_err) {
            break;
        }
    }
    found
}

/// Lines without file lists: trackers make a few kilobytes.
const LONGEST_LINE: u64 = 1 << 20;

fn from_line(line: &[u8], number: usize) -> Result<Candidate, Failure> {
    let wrong = |cause: &str| Failure::of(Exit::Unacceptable, format!("stdin: line {number}"), cause);
    let record: Record = serde_json::from_slice(line).map_err(|_| {
        wrong("not a line of `make-torrent --json`").hint("name .torrent files on the command line")
    })?;
    if record.dry_run {
        return Err(wrong("it is of `--dry-run`: there is no torrent"));
    }
    let path = match record.torrent {
        Some(Text::Plain(path)) => path.into_bytes(),
        Some(Text::Bytes { hex }) => {
            HEXLOWER.decode(hex.as_bytes()).map_err(|_| wrong("`torrent` is no path"))?
        }
        None => return Err(wrong("there is no `torrent` in it")),
    };
    let mut words = record.words;
    if let Some(page) = &words.page {
        words.page = Some(url(page, "page").map_err(|failure| wrong(&failure.message))?);
    }
    Ok(Candidate { words, ..of_file(PathBuf::from(OsString::from_vec(path))) })
}

/// What we want of `piecework/make-torrent/1`.
#[derive(Deserialize)]
struct Record {
    torrent: Option<Text>,
    #[serde(default)]
    dry_run: bool,
    #[serde(flatten)]
    words: Words,
}

/// Bytes in JSON: text, or where they are none, hexadecimal digits.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Bytes { hex: String },
}

/// What to call it in messages.
pub(crate) fn name(input: &Input) -> String {
    match input {
        Input::Path(path) => escape_path(path).into_owned(),
        Input::Stdin => "stdin".to_owned(),
    }
}

/// All of an input, as long as a feed may be, and a byte more.
pub(crate) fn bytes(input: &Input, world: &mut World) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let longest = feed::limits::BODY + 1;
    let read = match input {
        Input::Path(path) => File::open(path).and_then(|file| file.take(longest).read_to_end(&mut bytes)),
        Input::Stdin => world.stdin.by_ref().take(longest).read_to_end(&mut bytes),
    };
    let thing = match input {
        Input::Path(path) => path.as_path(),
        Input::Stdin => Path::new(OsStr::new("stdin")),
    };
    read.map_err(|error| mistaken::unread(thing, &error))?;
    Ok(bytes)
}
