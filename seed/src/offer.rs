//! From what was typed to torrents whose data is here.

use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cli_kit::{Exit, Failure, World, escape_path, io_cause, show_size};
use torrent_core::metainfo::{Metainfo, ReadError, Refusal, open_torrent, read_torrent};
use torrent_core::path::UnsafeName;

use crate::content::Place;
use crate::inputs::Input;
use crate::making::make;
use crate::plan::Plan;

/// A torrent that can be offered.
pub(crate) struct Offer {
    /// How messages call it, escaped: the torrent, or what was made one of.
    pub(crate) source: String,
    /// The .torrent, if there is one.
    pub(crate) torrent: Option<PathBuf>,
    pub(crate) metainfo: Arc<Metainfo>,
    pub(crate) place: Place,
    /// Where its data is follows from its name.
    pub(crate) is_placed_by_name: bool,
    /// No other offer is called as its torrent is.
    pub(crate) is_only_of_its_name: bool,
}

impl Offer {
    /// What two torrents have in common that are the same.
    pub(crate) fn hashes(&self) -> Vec<Vec<u8>> {
        let v1 = self.metainfo.info_hash_v1().map(|hash| hash.to_vec());
        v1.into_iter().chain(self.metainfo.info_hash_v2().map(|hash| hash.to_vec())).collect()
    }

    /// The .torrent, or what one was made of.
    pub(crate) fn path(&self) -> &Path {
        self.torrent.as_deref().unwrap_or(&self.place.path)
    }
}

/// What an input is an offer of, or why it is none.
pub(crate) fn offer(plan: &Plan, input: &Input, world: &mut World) -> Result<Offer, Failure> {
    match input {
        Input::Torrent { path, data } => of_file(plan, path, data.as_deref(), world),
        Input::Stdin { data } => of_stdin(plan, data.as_deref(), world),
        Input::Content(path) | Input::Folder(path) => of_content(plan, path, world),
    }
}

fn of_content(plan: &Plan, path: &Path, world: &mut World) -> Result<Offer, Failure> {
    let metainfo = Arc::new(make(plan, path, world)?);
    let place = Place::at(&metainfo, path.to_owned())?;
    Ok(Offer {
        source: escape_path(path).into_owned(),
        torrent: None,
        metainfo,
        place,
        is_placed_by_name: false,
        is_only_of_its_name: true,
    })
}

fn of_stdin(plan: &Plan, data: Option<&Path>, world: &mut World) -> Result<Offer, Failure> {
    let bytes = read_torrent(world.stdin.as_mut(), plan.max_size);
    of_bytes(plan, bytes, None, data, world)
}

fn of_file(plan: &Plan, path: &Path, data: Option<&Path>, world: &World) -> Result<Offer, Failure> {
    of_bytes(plan, open_torrent(path, plan.max_size), Some(path), data, world)
}

fn of_bytes(
    plan: &Plan,
    bytes: Result<Vec<u8>, ReadError>,
    path: Option<&Path>,
    data: Option<&Path>,
    world: &World,
) -> Result<Offer, Failure> {
    let source = path.map_or("stdin".to_owned(), |path| escape_path(path).into_owned());
    let bytes = bytes.map_err(|error| unread(plan, &source, path, &error))?;
    let metainfo = Arc::new(accepted(plan, bytes, &source, world)?);
    let place = place(&metainfo, path, data, plan.data.as_deref())?;
    let (torrent, is_placed_by_name) = (path.map(Path::to_owned), data.is_none());
    Ok(Offer { source, torrent, metainfo, place, is_placed_by_name, is_only_of_its_name: true })
}

/// Where the data of a torrent at `path` is: as `data` says if that is given, else in the folder `all`, else beside the torrent.
pub(crate) fn place(
    metainfo: &Metainfo,
    path: Option<&Path>,
    data: Option<&Path>,
    all: Option<&Path>,
) -> Result<Place, Failure> {
    match (data, all) {
        (Some(data), _) => Place::find(metainfo, data),
        (None, Some(folder)) => Place::within(metainfo, folder),
        (None, None) => Place::beside(metainfo, path),
    }
}

/// A torrent whose names can be file paths.
fn accepted(plan: &Plan, bytes: Vec<u8>, source: &str, world: &World) -> Result<Metainfo, Failure> {
    let refused =
        |refusal: Refusal| Failure::unacceptable(source, &refusal, refusal.code()).hint_if(refusal.hint());
    let parsed =
        Metainfo::parse_within(bytes, swarm_net::tables_limit(plan.settings.memory)).map_err(refused)?;
    if plan.strict {
        parsed.refuse_warnings().map_err(refused)?;
    }
    for warning in &parsed.warnings {
        world.warn(warning.code(), format!("{source}: {warning}"));
    }
    let names = parsed.metainfo.check_names();
    names.map_err(|why| Failure::unacceptable(source, why, UnsafeName::CODE))?;
    Ok(parsed.metainfo)
}

fn unread(plan: &Plan, source: &str, path: Option<&Path>, error: &ReadError) -> Failure {
    match error {
        ReadError::Io(error) => {
            let unpacked = path.map(|path| path.with_extension("")).filter(|path| path.exists());
            let hint = unpacked.filter(|_| error.kind() == ErrorKind::NotFound);
            let hint = hint.map(|path| format!("`seed {}` makes a torrent of it", escape_path(&path)));
            Failure::of(Exit::LocalIo, source, io_cause(error)).hint_if(hint.as_deref())
        }
        ReadError::Refused(Refusal::TooLarge { limit }) if plan.is_short_of_memory => {
            let cause =
                format!("the torrent is longer than {}, for which there is memory", show_size(*limit));
            Failure::of(Exit::Unacceptable, source, cause).hint("`--memory` makes room")
        }
        ReadError::Refused(refusal) => {
            Failure::unacceptable(source, refusal, refusal.code()).hint_if(refusal.hint())
        }
    }
}

/// Takes note of different torrents that have one name.
pub(crate) fn note_names(offers: &mut [Offer]) {
    let mut named: HashMap<Vec<u8>, HashSet<Vec<u8>>> = HashMap::new();
    for offer in offers.iter() {
        named.entry(offer.metainfo.name().to_vec()).or_default().extend(offer.hashes().into_iter().next());
    }
    for offer in offers {
        offer.is_only_of_its_name = named.get(offer.metainfo.name()).is_some_and(|hashes| hashes.len() == 1);
    }
}
