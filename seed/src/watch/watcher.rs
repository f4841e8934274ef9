//! The thread that looks at folders, opens what is to be offered, and makes torrents of it: all that may take its time.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};
use std::{fs, io};

use cli_kit::{Failure, World};

use super::Change;
use super::bell::Ear;
use super::roll::{Roll, Step};
use super::stamp::Stamp;
use crate::inputs::{Input, is_torrent, torrents_in};
use crate::offer::offer;
use crate::plan::Plan;

/// What the thread has.
pub(super) struct Watcher {
    pub(super) plan: Arc<Plan>,
    /// Its notes and warnings go to the same place as all others.
    pub(super) world: World,
    pub(super) ear: Ear,
    pub(super) changes: SyncSender<Change>,
    /// What is in folders that are watched.
    live: Roll,
    /// What was typed, which is looked at when the user says so.
    typed: Roll,
    /// Where the data of each torrent was found.
    data: BTreeMap<PathBuf, PathBuf>,
    /// What could not be offered, and why, as it was said.
    said: BTreeMap<PathBuf, String>,
    began: Instant,
}

/// What is there, by path, and how it looks.
type Listing = BTreeMap<PathBuf, (Input, Stamp)>;

/// Nobody hears of changes any more.
struct Over;

impl Watcher {
    pub(super) fn new(plan: Arc<Plan>, world: World, ear: Ear, changes: SyncSender<Change>) -> Self {
        let (live, typed) = (Roll::new(REST), Roll::new(Duration::ZERO));
        let (data, said, began) = (BTreeMap::new(), BTreeMap::new(), Instant::now());
        Self { plan, world, ear, changes, live, typed, data, said, began }
    }

    /// Looks until nobody wants to hear of it. What was typed is offered already.
    pub(super) fn run(mut self) {
        for (path, (_, stamp)) in self.typed_listing() {
            self.typed.note_offered(path, stamp, Duration::ZERO);
        }
        let mut has_rung = true;
        while self.look(has_rung).is_ok() {
            let Some(rings) = self.rest() else { return };
            has_rung = rings;
        }
    }

    /// Waits until somebody rings, or it is time to look. Gives whether it rang; `None` at the end.
    fn rest(&self) -> Option<bool> {
        // What was typed is looked at when the user says so, and costs nothing until then.
        if self.plan.watched.is_empty() {
            return self.ear.wait(None);
        }
        let due = self.live.next_look().map(|due| due.saturating_sub(self.began.elapsed()));
        let wait = due.unwrap_or(RESCAN).clamp(LEAST_WAIT, RESCAN);
        self.ear.wait(Some(wait))
    }

    fn look(&mut self, has_rung: bool) -> Result<(), Over> {
        let is_reread = self.ear.take_reread();
        let is_news = has_rung || is_reread || self.live.next_look().is_none();
        if let Some(listing) = self.live_listing() {
            let steps = self.live.look(&stamps(&listing), is_news, self.began.elapsed());
            steps.into_iter().try_for_each(|step| self.take(step, &listing, false))?;
        }
        if is_reread {
            self.look_at_typed()?;
            self.changes.send(Change::Reread).map_err(|_| Over)?;
        }
        Ok(())
    }

    /// Where the data of a torrent is shows when it is opened: then it is looked at once more.
    fn look_at_typed(&mut self) -> Result<(), Over> {
        for _ in 0..2 {
            let listing = self.typed_listing();
            let steps = self.typed.look(&stamps(&listing), true, self.began.elapsed());
            steps.into_iter().try_for_each(|step| self.take(step, &listing, true))?;
        }
        Ok(())
    }

    fn take(&mut self, step: Step, listing: &Listing, is_typed: bool) -> Result<(), Over> {
        let (path, change) = match step {
            Step::Drop(path) => (path.clone(), Some(Change::Gone(path))),
            Step::Open(path) => {
                let Some((input, _)) = listing.get(&path) else { return Ok(()) };
                let opened = offer(&self.plan, input, &mut self.world);
                let roll = if is_typed { &mut self.typed } else { &mut self.live };
                let change = match opened {
                    // Its data may still be on its way: it has to rest as well.
                    Ok(offer) if self.data.get(&path) != Some(&offer.place.path) && is_torrent(&path) => {
                        roll.put_off(&path);
                        self.data.insert(path.clone(), offer.place.path);
                        None
                    }
                    Ok(offer) => {
                        roll.opened(&path, true);
                        self.said.remove(&path);
                        Some(Change::Offered(path.clone(), Box::new(offer)))
                    }
                    Err(failure) => {
                        roll.opened(&path, false);
                        self.news(&path, failure).map(Change::Refused)
                    }
                };
                (path, change)
            }
        };
        if !listing.contains_key(&path) {
            self.data.remove(&path);
            self.said.remove(&path);
        }
        change.map_or(Ok(()), |change| self.changes.send(change).map_err(|_| Over))
    }

    /// A failure, unless it was told already: the same is tried again and again.
    fn news(&mut self, path: &Path, failure: Failure) -> Option<Failure> {
        let words = failure.message.clone();
        let before = self.said.insert(path.to_owned(), words);
        (before.as_ref() != Some(&failure.message)).then_some(failure)
    }

    /// What is in the folders that are watched; `None` if one of them cannot be read, of which nothing is known then.
    fn live_listing(&mut self) -> Option<Listing> {
        let mut listing = Listing::new();
        for folder in self.plan.watched.clone() {
            match self.inputs_in(&folder) {
                Ok(inputs) => {
                    self.said.remove(&folder);
                    listing.extend(inputs.into_iter().map(|(path, input)| self.stamped(path, input)));
                }
                Err(error) => {
                    let news = self.news(&folder, Failure::io(&folder, &error));
                    news.into_iter().for_each(|failure| drop(self.changes.send(Change::Refused(failure))));
                    return None;
                }
            }
        }
        Some(listing)
    }

    /// The torrents in a folder, and if torrents are to be made, what is not the content of one of them.
    fn inputs_in(&self, folder: &Path) -> io::Result<Vec<(PathBuf, Input)>> {
        let torrents = torrents_in(folder)?;
        let taken: BTreeSet<PathBuf> = torrents
            .iter()
            .map(|path| path.with_extension(""))
            .chain(torrents.iter().filter_map(|path| self.data.get(path).cloned()))
            .collect();
        let contents = if self.plan.makes { contents_in(folder)? } else { Vec::new() };
        let contents = contents.into_iter().filter(|path| !taken.contains(path));
        let torrent = |path: PathBuf| (path.clone(), Input::Torrent { path, data: None });
        let content = |path: PathBuf| (path.clone(), Input::Content(path));
        Ok(torrents.into_iter().map(torrent).chain(contents.map(content)).collect())
    }

    /// What was typed, and is in folders that were.
    fn typed_listing(&self) -> Listing {
        let plan = Arc::clone(&self.plan);
        let mut listing = Listing::new();
        for input in &plan.inputs {
            match input {
                Input::Torrent { path, .. } | Input::Content(path) if path.exists() => {
                    listing.extend([self.stamped(path.clone(), input.clone())]);
                }
                Input::Folder(folder) => {
                    let torrents = torrents_in(folder).unwrap_or_default().into_iter();
                    let torrent =
                        |path: PathBuf| self.stamped(path.clone(), Input::Torrent { path, data: None });
                    listing.extend(torrents.map(torrent));
                }
                _ => {}
            }
        }
        listing
    }

    /// How it looks, its data included if that lies elsewhere.
    fn stamped(&self, path: PathBuf, input: Input) -> (PathBuf, (Input, Stamp)) {
        let data = self.data.get(&path).map(|data| Stamp::of(data));
        let stamp = Stamp::of(&path);
        (path, (input, data.map_or(stamp, |data| stamp.and(data))))
    }
}

fn stamps(listing: &Listing) -> BTreeMap<PathBuf, Stamp> {
    listing.iter().map(|(path, (_, stamp))| (path.clone(), *stamp)).collect()
}

/// Files and folders of which a torrent can be made: neither hidden nor called as programs call what is not whole yet.
fn contents_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut contents = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(OsStr::as_bytes).unwrap_or_default();
        let is_partial = PARTIAL.iter().any(|ending| name.ends_with(ending.as_bytes()));
        if !name.starts_with(b".") && !is_partial && !is_torrent(&path) {
            contents.push(path);
        }
    }
    Ok(contents)
}

/// Endings of names of what browsers, download managers and editors have not finished.
const PARTIAL: [&str; 6] = [".part", ".partial", ".crdownload", ".download", ".tmp", "~"];

/// How long nothing may change: copying pauses for less, unless a disk or network is very slow.
const REST: Duration = Duration::from_secs(3);

/// How long nobody looks, if nothing rings.
const RESCAN: Duration = Duration::from_secs(60);

/// What is written to is not looked at more often.
const LEAST_WAIT: Duration = Duration::from_millis(500);
