//! Files that are kept open, a bounded number over all jobs: the one used least recently is closed for a new one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;

use crate::job_id::JobId;
use crate::journal::Holder;

/// The open files of all jobs.
#[derive(Default)]
pub(crate) struct OpenFiles {
    files: HashMap<(JobId, Holder), (u64, File)>,
    uses: u64,
}

impl OpenFiles {
    /// An open file; `open` opens it if it is not.
    pub(crate) fn get<E>(
        &mut self,
        job: JobId,
        holder: Holder,
        open: impl FnOnce() -> Result<File, E>,
    ) -> Result<&File, E> {
        self.uses += 1;
        if self.files.len() >= MOST && !self.files.contains_key(&(job, holder)) {
            self.close_one();
        }
        let used = match self.files.entry((job, holder)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert((0, open()?)),
        };
        used.0 = self.uses;
        Ok(&used.1)
    }

    /// A file that is open already.
    pub(crate) fn opened(&mut self, job: JobId, holder: Holder) -> Option<&File> {
        self.uses += 1;
        let (used, file) = self.files.get_mut(&(job, holder))?;
        *used = self.uses;
        Some(file)
    }

    /// Closes a file of a job, if it is open.
    pub(crate) fn close(&mut self, job: JobId, holder: Holder) {
        self.files.remove(&(job, holder));
    }

    /// Closes what a job has open.
    pub(crate) fn forget(&mut self, job: JobId) {
        self.files.retain(|(owner, _), _| *owner != job);
    }

    fn close_one(&mut self) {
        let oldest = self.files.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key);
        oldest.and_then(|key| self.files.remove(&key));
    }
}

/// A fetch of millions of files runs within the 1,024 descriptors that a process has at least, sockets included.
const MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_used_least_recently_makes_room() {
        let mut open = OpenFiles::default();
        let mut opened = Vec::new();
        let mut get = |open: &mut OpenFiles, index| {
            let file = open.get(JobId(0), Holder::File(index), || {
                opened.push(index);
                tempfile::tempfile()
            });
            file.unwrap();
        };
        (0..MOST as u32).for_each(|index| get(&mut open, index));
        get(&mut open, 0);
        get(&mut open, 100);
        get(&mut open, 0);
        get(&mut open, 1);
        assert_eq!(open.files.len(), MOST);
        open.forget(JobId(0));
        assert!(open.files.is_empty());
        assert_eq!(opened[MOST..], [100, 1]);
    }
}
