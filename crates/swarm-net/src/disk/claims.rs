//! Which names the torrents of one call have taken: the first to come keeps them, and a later one is refused before anything of it comes.
//!
//! Otherwise the second would be fetched in vain, or, with `force`, replace what this very call has published.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use torrent_core::data::folded;

use super::error::DiskError;
use super::folder::Folder;
use super::layout::DiskLayout;
use super::naming::TakenNames;
use super::request::StorageParams;
use crate::job_id::JobId;

/// Who has which names.
#[derive(Default)]
pub struct Claims {
    /// By a number that grows.
    claims: BTreeMap<u64, Claim>,
    next: u64,
    of_jobs: HashMap<JobId, u64>,
    /// Those that are in one folder or are one file, by which: thousands of torrents do not look at each other.
    of_roots: HashMap<Root, BTreeSet<u64>>,
    /// Those whose files lie in the output folder.
    rootless: BTreeSet<u64>,
}

struct Claim {
    /// Unknown if it is only looked at.
    job: Option<JobId>,
    /// Device and inode of the output folder.
    folder: FolderId,
    layout: Arc<DiskLayout>,
    selected: Vec<bool>,
}

type FolderId = (u64, u64);

/// An output folder and the first component of all names, as a file system that folds case has it.
type Root = (FolderId, Vec<u8>);

impl Claim {
    fn names(&self) -> impl Iterator<Item = PathBuf> {
        let files = self.layout.metainfo.files().iter().filter(|file| self.selected[file.index]);
        files.map(|file| self.layout.name_of(file))
    }

    fn root(&self) -> Option<Root> {
        Some((self.folder, top(&self.layout.root())?))
    }

    /// The first components of all names.
    fn tops(&self) -> HashSet<Vec<u8>> {
        match self.root() {
            Some((_, root)) => HashSet::from([root]),
            None => self.names().filter_map(|name| top(&name)).collect(),
        }
    }

    fn is_beside(&self, other: &Self) -> bool {
        self.folder == other.folder && !self.tops().is_disjoint(&other.tops())
    }
}

/// The first component of a name, as a file system that folds case has it.
fn top(name: &Path) -> Option<Vec<u8>> {
    name.iter().next().map(|first| folded(first.as_encoded_bytes()).into_owned())
}

impl Claims {
    /// Takes the names of a torrent's wanted files.
    ///
    /// # Errors
    /// Another torrent has one of them, or has a file where this one needs a folder.
    pub(super) fn take(
        &mut self,
        job: Option<JobId>,
        params: &StorageParams,
        layout: &Arc<DiskLayout>,
        folder: &Folder,
    ) -> Result<(), DiskError> {
        let stat = folder.stat_itself()?;
        let folder_id = (stat.st_dev, stat.st_ino);
        let (layout, selected) = (Arc::clone(layout), params.selected.clone());
        let claim = Claim { job, folder: folder_id, layout, selected };
        // A job may come back.
        job.into_iter().for_each(|job| self.forget(job));
        let taken = self.beside(&claim).find_map(|other| clash(other, &claim, folder));
        if let Some(name) = taken {
            return Err(DiskError::Claimed { path: folder.name(&name) });
        }
        self.put(claim);
        Ok(())
    }

    /// Those that may have a name that `claim` wants, the first to come first.
    fn beside<'c>(&'c self, claim: &'c Claim) -> impl Iterator<Item = &'c Claim> {
        let numbers = match claim.root() {
            Some(root) => self.of_roots.get(&root).into_iter().flatten().chain(&self.rootless).collect(),
            None => self.claims.keys().collect::<BTreeSet<&u64>>(),
        };
        let others = numbers.into_iter().filter_map(|number| self.claims.get(number));
        others.filter(|other| other.is_beside(claim))
    }

    fn put(&mut self, claim: Claim) {
        let number = self.next;
        self.next += 1;
        self.of_jobs.extend(claim.job.map(|job| (job, number)));
        match claim.root() {
            Some(root) => self.of_roots.entry(root).or_default().insert(number),
            None => self.rootless.insert(number),
        };
        self.claims.insert(number, claim);
    }

    /// A job has gone: others may have its names.
    pub(super) fn forget(&mut self, job: JobId) {
        if let Some(number) = self.of_jobs.get(&job).copied() {
            self.remove(number);
        }
    }

    /// Gives back what was taken last.
    pub(super) fn give_back(&mut self) {
        if let Some(number) = self.claims.keys().next_back().copied() {
            self.remove(number);
        }
    }

    fn remove(&mut self, number: u64) {
        let Some(claim) = self.claims.remove(&number) else { return };
        claim.job.and_then(|job| self.of_jobs.remove(&job));
        self.rootless.remove(&number);
        if let Some(root) = claim.root()
            && let Entry::Occupied(mut of_root) = self.of_roots.entry(root)
        {
            of_root.get_mut().remove(&number);
            if of_root.get().is_empty() {
                of_root.remove();
            }
        }
    }
}

/// A name that both want. Whether case makes a difference is asked only where it matters.
fn clash(first: &Claim, second: &Claim, folder: &Folder) -> Option<PathBuf> {
    let by = |is_folding: bool| {
        let mut taken = TakenNames::default();
        first.names().for_each(|name| {
            taken.add_folders(&name, is_folding);
            taken.add_file(&name, is_folding);
        });
        second.names().find(|name| taken.is_in_the_way(name, is_folding))
    };
    by(false).or_else(|| by(true).filter(|_| is_folding(folder)))
}

/// Whether a file that is there is found under another spelling of its name. Work folders have letters.
fn is_folding(folder: &Folder) -> bool {
    let inode = |name: &str| folder.look(Path::new(name)).ok().flatten().map(|stat| stat.st_ino);
    let is_under_both = |name: &str, loud: &str| inode(loud).is_some() && inode(loud) == inode(name);
    let mut is_folding = false;
    let listed = folder.each_name(|name| {
        let Ok(name) = std::str::from_utf8(name) else { return };
        let loud = name.to_ascii_uppercase();
        is_folding |= !is_folding && loud != name && is_under_both(name, &loud);
    });
    listed.is_ok() && is_folding
}
