//! What is on disk already: before a torrent is fetched, its work folder is locked and existing data is checked.
//!
//! The journal is trusted about a piece if the files that hold the piece have not changed since. Everything else is hashed.
//! A file that exists under its final name counts as ours only if every piece that holds nothing but this file verifies.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swarm::limits;
use torrent_core::naming::Names;

use super::claims::Claims;
use super::error::DiskError;
use super::existing::ExistingData;
use super::folder::Folder;
use super::hashing::Hashing;
use super::layout::{DiskLayout, WORK_PREFIX};
use super::request::StorageParams;
use super::storage::Storage;
use super::work_folder::lock;
use crate::job_id::JobId;

/// What is there before a fetch begins.
#[derive(Debug)]
pub struct DiskSurvey {
    /// What is there and what is wanted.
    pub torrent: swarm::Torrent,
    /// Bytes that the file system would still have to take.
    pub needed: u64,
    /// Bytes that the file system has free.
    pub free: u64,
    /// What the user should know of; names in it are escaped.
    pub warnings: Vec<String>,
}

/// Looks at what is there, and changes nothing.
///
/// # Errors
/// What would keep a fetch from beginning, except for lack of space.
pub fn survey(
    params: &StorageParams,
    hashing: Hashing,
    claims: &mut Claims,
) -> Result<DiskSurvey, DiskError> {
    let layout = checked(params)?;
    let output = nearest(&params.output);
    let folder = Folder::open(output)?;
    claims.take(None, params, &layout, &folder)?;
    let existing = match output == params.output {
        true => {
            let existing = ExistingData::look(params, &layout, &folder, hashing);
            let fit = existing.and_then(|existing| existing.refuse_closed(&folder).map(|()| existing));
            fit.inspect_err(|_| claims.give_back())?
        }
        // A fetch would make the folder, so there is nothing in it.
        false => ExistingData::empty(params, &layout)?,
    };
    let (needed, warnings) = (existing.needed(), existing.warnings.clone());
    Ok(DiskSurvey { needed, free: folder.free_space()?, warnings, torrent: existing.torrent() })
}

/// Looks at what is there, locks it, and makes it ready to be written to.
pub(crate) fn prepare(
    job: JobId,
    params: &StorageParams,
    hashing: Hashing,
    claims: &mut Claims,
) -> Result<(Storage, swarm::Torrent, Vec<String>), DiskError> {
    let layout = checked(params)?;
    std::fs::create_dir_all(&params.output).map_err(|error| DiskError::io(&params.output, "make", error))?;
    let folder = Folder::open(&params.output)?;
    // Before there is a work folder: a torrent whose names are taken leaves nothing behind.
    claims.take(Some(job), params, &layout, &folder)?;
    let begun = match lock(&folder, &layout) {
        Ok(lock) => begun(params, &layout, &folder, &lock, hashing).map(|existing| (existing, Some(lock))),
        // Where nothing can be written, it may still be that nothing has to be.
        Err(error) if error.forbids_writing() => settled(params, &layout, &folder, hashing, error),
        Err(error) => Err(error),
    };
    // Another torrent may have the names of one that does not begin.
    let (existing, lock) = begun.inspect_err(|_| claims.give_back())?;
    let (torrent, warnings) = (existing.torrent(), existing.warnings.clone());
    Ok((existing.storage(job, folder, lock), torrent, warnings))
}

fn begun<'p>(
    params: &'p StorageParams,
    layout: &Arc<DiskLayout>,
    folder: &Folder,
    lock: &Folder,
    hashing: Hashing,
) -> Result<ExistingData<'p>, DiskError> {
    // What has not begun leaves nothing; that this may fail as well is no news.
    let clean_up = |_: &DiskError| drop(folder.remove_folder(&layout.work));
    begin(params, layout, folder, lock, hashing).inspect_err(clean_up)
}

fn begin<'p>(
    params: &'p StorageParams,
    layout: &Arc<DiskLayout>,
    folder: &Folder,
    lock: &Folder,
    hashing: Hashing,
) -> Result<ExistingData<'p>, DiskError> {
    let mut existing = ExistingData::look(params, layout, folder, hashing)?;
    let (needed, free) = (existing.needed(), folder.free_space()?);
    if needed > free {
        let (path, anew) = (params.output.clone(), existing.anew());
        return Err(DiskError::TooLittleSpace { path, needed, free, anew });
    }
    if existing.is_begun || !existing.is_settled(folder) {
        // The order matters. What cannot get its name is refused before anything is changed; names that a crash left over are gone
        // before adopted files take their place; the journal comes last, when all that it vouches for is there.
        existing.refuse_unfit(folder, lock)?;
        existing.drop_old_names(folder)?;
        existing.adopt(folder)?;
        existing.begin(folder)?;
    }
    Ok(existing)
}

/// Where nothing can be written, for this reason: all must be there.
fn settled<'p>(
    params: &'p StorageParams,
    layout: &Arc<DiskLayout>,
    folder: &Folder,
    hashing: Hashing,
    why: DiskError,
) -> Result<(ExistingData<'p>, Option<Folder>), DiskError> {
    let existing = ExistingData::look(params, layout, folder, hashing)?;
    if existing.is_settled(folder) { Ok((existing, None)) } else { Err(why) }
}

/// The names of a torrent whose names can be used.
pub(super) fn checked(params: &StorageParams) -> Result<Arc<DiskLayout>, DiskError> {
    let metainfo = &params.metainfo;
    if metainfo.layout().piece_count() > limits::PIECES.into() {
        return Err(DiskError::TooManyPieces);
    }
    let names = Names::of(metainfo, &params.naming, longest_name(&params.output))?;
    let layout = DiskLayout::new(Arc::clone(metainfo), names);
    let is_reserved = |name: PathBuf| name.as_os_str().as_bytes().starts_with(WORK_PREFIX.as_bytes());
    let root = layout.root();
    let has_root = !root.as_os_str().is_empty();
    let is_any_reserved = is_reserved(root)
        || !has_root && metainfo.files().iter().any(|file| is_reserved(layout.name_of(file)));
    if is_any_reserved { Err(DiskError::ReservedName) } else { Ok(Arc::new(layout)) }
}

/// How long a clean name may be: some systems append to names, some file systems hold less than others.
pub(crate) fn longest_name(output: &Path) -> usize {
    let longest = rustix::fs::statvfs(nearest(output)).map_or(LONGEST_NAME as u64, |stat| stat.f_namemax);
    usize::try_from(longest).unwrap_or(LONGEST_NAME).clamp(SHORTEST_NAME, LONGEST_NAME)
}

/// The folder itself, or the one nearest to it that is there.
fn nearest(path: &Path) -> &Path {
    let there = path.ancestors().find(|path| path.is_dir());
    there.unwrap_or(Path::new("."))
}

/// Bytes: what is appended fits behind it everywhere.
const LONGEST_NAME: usize = 240;
/// Bytes: what file systems say of themselves may be nonsense.
const SHORTEST_NAME: usize = 64;
