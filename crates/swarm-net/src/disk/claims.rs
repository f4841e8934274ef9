//! Which names the torrents of one call have taken: the first to come keeps them, and a later one is refused before anything of it comes.
//!
//! Otherwise the second would be fetched in vain, or, with `force`, replace what this very call has published.

use std::collections::HashSet;
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
pub struct Claims(Vec<Claim>);

struct Claim {
    /// Unknown if it is only looked at.
    job: Option<JobId>,
    /// Device and inode of the output folder.
    folder: (u64, u64),
    layout: Arc<DiskLayout>,
    selected: Vec<bool>,
}

impl Claim {
    fn names(&self) -> impl Iterator<Item = PathBuf> {
        let files = self.layout.metainfo.files().iter().filter(|file| self.selected[file.index]);
        files.map(|file| self.layout.name_of(file))
    }

    /// The first components of all names, as a file system that folds case has them.
    fn tops(&self) -> HashSet<Vec<u8>> {
        let top =
            |name: PathBuf| folded(name.iter().next().unwrap_or_default().as_encoded_bytes()).into_owned();
        match self.layout.root().iter().next() {
            Some(root) => HashSet::from([folded(root.as_encoded_bytes()).into_owned()]),
            None => self.names().map(top).collect(),
        }
    }
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
        self.0.retain(|other| other.job.is_none() || other.job != job);
        let tops = claim.tops();
        let beside = |other: &&Claim| other.folder == folder_id && !other.tops().is_disjoint(&tops);
        for other in self.0.iter().filter(beside) {
            if let Some(name) = clash(other, &claim, folder) {
                return Err(DiskError::Claimed { path: folder.name(&name) });
            }
        }
        self.0.push(claim);
        Ok(())
    }

    /// A job has gone: others may have its names.
    pub(super) fn forget(&mut self, job: JobId) {
        self.0.retain(|claim| claim.job != Some(job));
    }

    /// Gives back what was taken last.
    pub(super) fn give_back(&mut self) {
        self.0.pop();
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
