//! Folders of .torrent files: an archive whose names stay, and folders that clients watch.
//!
//! A file appears under its name when all of it is on the disk, never before: clients read what they find at once, and some delete what
//! they cannot read.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::name::of_title;
use super::{Delivery, Sink, Verdict};

/// Keeps the .torrent files of a feed, by their titles. The same torrent is the same file, however often it comes.
pub struct Save(pub PathBuf);

/// Puts torrents and links into a folder that a client watches, and never looks at them again.
pub struct Watch(pub PathBuf);

impl Sink for Save {
    fn take(&mut self, delivery: &Delivery<'_>) -> Verdict {
        let (bytes, ending) = content(delivery);
        let title = of_title(&delivery.entry.title);
        let plain = self.0.join(format!("{title}.{ending}"));
        let path = match fs::read(&plain) {
            Ok(old) if old == bytes => return Verdict::Taken(Some(plain)),
            // Another torrent has the name: that of a revision, or of another feed.
            Ok(_) => self.0.join(format!("{title}-{}.{ending}", short(delivery))),
            Err(error) if error.kind() == ErrorKind::NotFound => plain,
            Err(error) => return Verdict::Broken(plain, error),
        };
        put(&path, &bytes, delivery)
    }

    fn folder(&self) -> Option<PathBuf> {
        Some(self.0.clone())
    }
}

impl Sink for Watch {
    fn take(&mut self, delivery: &Delivery<'_>) -> Verdict {
        let (bytes, ending) = content(delivery);
        let title = of_title(&delivery.entry.title);
        put(&self.0.join(format!("{title}-{}.{ending}", short(delivery))), &bytes, delivery)
    }

    fn folder(&self) -> Option<PathBuf> {
        Some(self.0.clone())
    }
}

/// What is written, and how its name ends.
fn content(delivery: &Delivery<'_>) -> (Vec<u8>, &'static str) {
    match (&delivery.parcel.torrent, &delivery.parcel.magnet) {
        (Some(torrent), _) => (torrent.clone(), "torrent"),
        (None, magnet) => (magnet.clone().unwrap_or_default().into_bytes(), "magnet"),
    }
}

/// What tells two torrents of one title apart.
fn short<'a>(delivery: &Delivery<'a>) -> &'a str {
    let hash = delivery.parcel.hashes.first().unwrap_or(&delivery.entry.id);
    hash.get(..8).unwrap_or(hash)
}

/// Writes a file beside its place, under a name that no client takes for a torrent, and then gives it its name.
fn put(path: &Path, bytes: &[u8], delivery: &Delivery<'_>) -> Verdict {
    let folder = path.parent().unwrap_or(Path::new("."));
    // The same name each time: what a kill leaves behind is written over by the next attempt.
    let beside = folder.join(format!(".piecework-{}.part", short(delivery)));
    let written = (|| -> io::Result<()> {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        File::open(folder)?.sync_all()
    })();
    match written {
        Ok(()) => Verdict::Taken(Some(path.to_owned())),
        Err(error) => {
            let _ = fs::remove_file(&beside);
            Verdict::Broken(path.to_owned(), error)
        }
    }
}
