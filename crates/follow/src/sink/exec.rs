//! A command for each item: a list of arguments, never a line for a shell.
//!
//! Whether a command has done its work when this program is killed in between nobody can know. So a command may run twice for an item;
//! `FOLLOW_ID` is the same then, and `FOLLOW_ATTEMPT` is more than 1.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Delivery, Sink, Verdict};

/// Runs a command for each item.
pub struct Exec {
    /// The program and its arguments; `{torrent}`, `{magnet}`, `{title}` and `{id}` in them are replaced.
    pub command: Vec<OsString>,
    /// How long it may run.
    pub timeout: Duration,
    /// Where the .torrent is while it runs.
    pub folder: PathBuf,
    /// Ends a command of which nobody waits for the end any more.
    pub is_ended: Box<dyn Fn() -> bool>,
    /// Ends a process and those that it started.
    pub kill: fn(u32),
}

impl Sink for Exec {
    fn wants_torrent(&self) -> bool {
        true
    }

    fn take(&mut self, delivery: &Delivery<'_>) -> Verdict {
        let file = self.folder.join(delivery.parcel_name());
        let torrent = match &delivery.parcel.torrent {
            None => None,
            Some(bytes) => match fs::create_dir_all(&self.folder).and_then(|()| fs::write(&file, bytes)) {
                Ok(()) => Some(file.as_path()),
                Err(error) => return Verdict::Broken(file, error),
            },
        };
        let verdict = match self.run(delivery, torrent) {
            Ok(verdict) => verdict,
            Err(error) => Verdict::Broken(self.command.first().map(PathBuf::from).unwrap_or_default(), error),
        };
        if torrent.is_some() {
            let _ = fs::remove_file(&file);
        }
        verdict
    }
}

impl Exec {
    fn run(&self, delivery: &Delivery<'_>, torrent: Option<&Path>) -> io::Result<Verdict> {
        let values = values(delivery, torrent);
        let mut words = self.command.iter().map(|word| filled(word, &values));
        let program = words.next().unwrap_or_default();
        let mut command = Command::new(program);
        // What it says is talk: standard output has results alone.
        command.args(words).stdin(Stdio::null()).stdout(io::stderr()).process_group(0);
        for (name, value) in &values {
            command.env(format!("FOLLOW_{}", name.to_ascii_uppercase()), value);
        }
        let mut child = command.spawn()?;
        Ok(match self.wait(&mut child)? {
            Some(status) => verdict(status),
            None if (self.is_ended)() => Verdict::Later("the command was ended with this program".to_owned()),
            None => Verdict::Failed("the command took too long".to_owned()),
        })
    }

    /// `None` if it had to be ended.
    fn wait(&self, child: &mut Child) -> io::Result<Option<ExitStatus>> {
        let began = Instant::now();
        let mut pause = Duration::from_millis(2);
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(Some(status));
            }
            if began.elapsed() >= self.timeout || (self.is_ended)() {
                (self.kill)(child.id());
                child.wait()?;
                return Ok(None);
            }
            sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// What a command is told, by name.
fn values(delivery: &Delivery<'_>, torrent: Option<&Path>) -> Vec<(&'static str, OsString)> {
    let Delivery { entry, parcel, .. } = delivery;
    let mut values = vec![
        ("id", OsString::from(&entry.id)),
        ("attempt", delivery.attempt.to_string().into()),
        ("title", without_nul(&entry.title).into()),
        ("feed", delivery.feed.into()),
    ];
    let link = || parcel.magnet.as_deref().map(|magnet| without_nul(magnet).into());
    values.extend(torrent.map(|path| path.as_os_str().to_owned()).or_else(link).map(|it| ("torrent", it)));
    values.extend(parcel.magnet.as_deref().map(|magnet| ("magnet", without_nul(magnet).into())));
    values.extend(parcel.hashes.first().map(|hash| ("hash", hash.into())));
    values.extend(parcel.size.or(entry.size).map(|size| ("size", size.to_string().into())));
    values.extend(delivery.offered_by.map(|by| ("offered_by", without_nul(&by.host).into())));
    values.extend(delivery.offered_by.and_then(|by| by.key.as_ref()).map(|key| ("key", key.into())));
    values
}

/// No argument has a NUL byte.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// A word of the command with the values in it. What a feed says never becomes an option.
fn filled(word: &OsString, values: &[(&'static str, OsString)]) -> OsString {
    let Some(text) = word.to_str() else { return word.clone() };
    let mut filled = OsString::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push(before);
        let known =
            NAMES.iter().find(|name| from[1..].strip_prefix(**name).is_some_and(|it| it.starts_with('}')));
        match known {
            Some(name) => {
                let value = values.iter().find(|(known, _)| known == name).map(|(_, value)| value);
                filled.push(value.unwrap_or(&OsString::new()));
                rest = &from[name.len() + 2..];
            }
            None => {
                filled.push("{");
                rest = &from[1..];
            }
        }
    }
    filled.push(rest);
    let becomes_option = !text.starts_with('-') && filled.as_encoded_bytes().first() == Some(&b'-');
    if becomes_option { ["./".into(), filled].into_iter().collect() } else { filled }
}

fn verdict(status: ExitStatus) -> Verdict {
    match (status.code(), status.signal()) {
        (Some(0), _) => Verdict::Taken(None),
        (Some(LATER), _) => Verdict::Later("the command wants it later (exit code 75)".to_owned()),
        (Some(NEVER), _) => Verdict::Rejected("the command does not want it (exit code 65)".to_owned()),
        (Some(code), _) => Verdict::Failed(format!("the command ended with exit code {code}")),
        (None, signal) => Verdict::Failed(format!("signal {} ended the command", signal.unwrap_or_default())),
    }
}

/// `EX_TEMPFAIL` of sysexits.
const LATER: i32 = 75;
/// `EX_DATAERR` of sysexits.
const NEVER: i32 = 65;
const NAMES: [&str; 4] = ["torrent", "magnet", "title", "id"];
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests;
