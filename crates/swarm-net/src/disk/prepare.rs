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
use super::folder::Folder;
use super::hashing::Hashing;
use super::layout::{Layout, WORK_PREFIX};
use super::request::Place;
use super::scene::Scene;
use super::storage::Storage;
use super::work_folder::lock;
use crate::job_id::JobId;

/// What is there before a fetch begins.
#[derive(Debug)]
pub struct Survey {
    /// What is there and what is wanted.
    pub torrent: swarm::Torrent,
    /// Bytes that the file system would still have to take.
    pub needed: u64,
    /// Bytes that it has room for.
    pub free: u64,
    /// What the user should know of; names in it are escaped.
    pub warnings: Vec<String>,
}

/// Looks at what is there, and changes nothing.
///
/// # Errors
/// What would keep a fetch from beginning, except for lack of room.
pub fn survey(place: &Place, hashing: Hashing, claims: &mut Claims) -> Result<Survey, DiskError> {
    let layout = checked(place)?;
    let output = nearest(&place.output);
    let folder = Folder::open(output)?;
    claims.take(None, place, &layout, &folder)?;
    let scene = match output == place.output {
        true => {
            let scene = Scene::look(place, &layout, &folder, hashing);
            let fit = scene.and_then(|scene| scene.refuse_closed(&folder).map(|()| scene));
            fit.inspect_err(|_| claims.give_back())?
        }
        false => Scene::empty(place, &layout)?,
    };
    let (needed, warnings) = (scene.needed(), scene.warnings.clone());
    Ok(Survey { needed, free: folder.room()?, warnings, torrent: scene.torrent() })
}

/// Looks at what is there, locks it, and makes it ready to be written to.
pub(crate) fn prepare(
    job: JobId,
    place: &Place,
    hashing: Hashing,
    claims: &mut Claims,
) -> Result<(Storage, swarm::Torrent, Vec<String>), DiskError> {
    let layout = checked(place)?;
    std::fs::create_dir_all(&place.output).map_err(|error| DiskError::io(&place.output, "make", error))?;
    let folder = Folder::open(&place.output)?;
    claims.take(Some(job), place, &layout, &folder)?;
    let begun = match lock(&folder, &layout) {
        Ok(lock) => begun(place, &layout, &folder, &lock, hashing).map(|scene| (scene, Some(lock))),
        Err(error) if error.forbids_writing() => settled(place, &layout, &folder, hashing, error),
        Err(error) => Err(error),
    };
    let (scene, lock) = begun.inspect_err(|_| claims.give_back())?;
    let (torrent, warnings) = (scene.torrent(), scene.warnings.clone());
    Ok((scene.storage(job, folder, lock), torrent, warnings))
}

fn begun<'p>(
    place: &'p Place,
    layout: &Arc<Layout>,
    folder: &Folder,
    lock: &Folder,
    hashing: Hashing,
) -> Result<Scene<'p>, DiskError> {
    // What has not begun leaves nothing; that this may fail as well is no news.
    let clean_up = |_: &DiskError| drop(folder.remove_folder(&layout.work));
    begin(place, layout, folder, lock, hashing).inspect_err(clean_up)
}

fn begin<'p>(
    place: &'p Place,
    layout: &Arc<Layout>,
    folder: &Folder,
    lock: &Folder,
    hashing: Hashing,
) -> Result<Scene<'p>, DiskError> {
    let mut scene = Scene::look(place, layout, folder, hashing)?;
    let (needed, free) = (scene.needed(), folder.room()?);
    if needed > free {
        return Err(DiskError::NoRoom { path: place.output.clone(), needed, free });
    }
    if scene.is_begun || !scene.is_settled(folder) {
        scene.refuse_unfit(folder, lock)?;
        scene.drop_old_names(folder)?;
        scene.adopt(folder)?;
        scene.begin(folder)?;
    }
    Ok(scene)
}

/// Where nothing can be written, for this reason: all must be there.
fn settled<'p>(
    place: &'p Place,
    layout: &Arc<Layout>,
    folder: &Folder,
    hashing: Hashing,
    why: DiskError,
) -> Result<(Scene<'p>, Option<Folder>), DiskError> {
    let scene = Scene::look(place, layout, folder, hashing)?;
    if scene.is_settled(folder) { Ok((scene, None)) } else { Err(why) }
}

/// The names of a torrent whose names can be used.
fn checked(place: &Place) -> Result<Arc<Layout>, DiskError> {
    let metainfo = &place.metainfo;
    if metainfo.layout().piece_count() > limits::PIECES.into() {
        return Err(DiskError::TooManyPieces);
    }
    let names = Names::of(metainfo, &place.naming, longest_name(&place.output))?;
    let layout = Layout::new(Arc::clone(metainfo), names);
    let is_reserved = |name: PathBuf| name.as_os_str().as_bytes().starts_with(WORK_PREFIX.as_bytes());
    let root = layout.root();
    let has_root = !root.as_os_str().is_empty();
    let is_any_reserved = is_reserved(root)
        || !has_root && metainfo.files().iter().any(|file| is_reserved(layout.name_of(file)));
    if is_any_reserved { Err(DiskError::ReservedName) } else { Ok(Arc::new(layout)) }
}

/// How long a clean name may be: some systems append to names, some file systems hold less than others.
pub(crate) fn longest_name(output: &Path) -> usize {
    let held = rustix::fs::statvfs(nearest(output)).map_or(LONGEST_NAME as u64, |stat| stat.f_namemax);
    usize::try_from(held).unwrap_or(LONGEST_NAME).clamp(SHORTEST_NAME, LONGEST_NAME)
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
