//! From what was typed to torrents and magnet links.

use std::io::ErrorKind;
use std::sync::Arc;

use cli_kit::{Exit, Failure, World, escape, hex, io_cause, show_size};
use swarm_net::{Source, memory_for_files, memory_for_tables, tables, tables_limit};
use torrent_core::address::Namer;
use torrent_core::limits::NAME;
use torrent_core::magnet::{Magnet, ParsedLink, link_in};
use torrent_core::metainfo::{Metainfo, ReadError, Refusal, open_torrent, read_torrent};
use torrent_core::naming::{Names, NamingError};
use torrent_core::path::UnsafeName;
use torrent_core::typed::Typed;
use web_client::Downloaded;

use crate::downloads::{Download, Downloads, no_thread, too_large};
use crate::mask::masked;
use crate::plan::{Input, Plan, read_link, shown};
use crate::signed;

/// A torrent or link that can be fetched.
pub(crate) struct Opened {
    /// Its place among the sources.
    pub(crate) job: usize,
    pub(crate) source: Source,
    /// How messages call it; escaped, secrets masked.
    pub(crate) name: String,
    /// The server that it came from; `None` if it was here.
    pub(crate) came_from: Option<Namer>,
    /// The torrent of a link, if it was found where the link says.
    pub(crate) found: Option<Arc<Metainfo>>,
    /// It is looked for there.
    looked_for: Option<Download>,
    /// It is a link that was typed.
    pub(crate) is_typed: bool,
    /// What may help, if it is a link that led to no torrent.
    pub(crate) hint: Option<String>,
}

impl Opened {
    /// Reads what a source names; a URL is on its way already. Where a link says that its torrent is, that is begun to be looked for.
    /// What is kept of other torrents takes so many bytes `beside`.
    pub(crate) fn new(
        plan: &Plan,
        job: usize,
        typed: Option<Download>,
        beside: u64,
        downloads: &mut Downloads,
        world: &mut World,
    ) -> Result<Self, Failure> {
        let input = &plan.inputs[job];
        let name = name_of(input);
        let source = match (input, typed) {
            (Input::Magnet(link), looked_for) => {
                let source = accepted_link(plan, link, &name, world)?;
                return Ok(Self { looked_for, is_typed: true, ..Self::of(job, source, name) });
            }
            (Input::Stdin, _) => here(read_torrent(world.stdin.as_mut(), plan.max_size)),
            (Input::File(path), _) => here(open_torrent(path, plan.max_size)),
            (Input::Url(_), download) => {
                Ok(download.ok_or_else(|| no_thread(&name))?.finish(plan, &name, &world.interrupt)?)
            }
        };
        let Downloaded { bytes, namer } = source.map_err(|error| unread(plan, input, &name, &error))?;
        signed::check(plan, input, &name, &bytes, downloads, world)?;
        let came_from = matches!(input, Input::Url(_)).then_some(namer);
        if let Some(link) = link_in(&bytes) {
            let link = read_link(&link).map_err(|cause| Failure::of(Exit::Unacceptable, &name, cause))?;
            let source = accepted_link(plan, &link, &name, world)?;
            let looked_for = downloads.of_link(&link.magnet, namer.min(plan.strangers()));
            return Ok(Self { came_from, looked_for, ..Self::of(job, source, name) });
        }
        let metainfo = Arc::new(accepted(plan, bytes, &name, beside, world)?);
        Ok(Self { came_from, ..Self::of(job, Source::Torrent(metainfo), name) })
    }

    fn of(job: usize, source: Source, name: String) -> Self {
        Self {
            job,
            source,
            name,
            came_from: None,
            found: None,
            looked_for: None,
            is_typed: false,
            hint: None,
        }
    }

    /// Waits for what is looked for. What there is in place of the link's torrent is said, and no failure.
    ///
    /// # Errors
    /// The user ended it.
    pub(crate) fn find(&mut self, plan: &Plan, world: &World) -> Result<(), Failure> {
        let (Source::Magnet(link), Some(download)) = (&self.source, self.looked_for.take()) else {
            return Ok(());
        };
        self.found = found(plan, link, &download, &self.name, &mut self.hint, world)?;
        Ok(())
    }

    /// Bytes that are kept of its torrent while it is fetched, as far as it is known yet.
    pub(crate) fn kept(&self, plan: &Plan) -> u64 {
        match &self.source {
            Source::Torrent(metainfo) => tables(metainfo, &plan.destination.naming),
            Source::Magnet(_) => 0,
        }
    }

    /// What two sources of the same torrent have in common; of a hybrid's links, both hashes.
    pub(crate) fn hashes(&self) -> [Option<Vec<u8>>; 2] {
        let (v1, v2) = match &self.source {
            Source::Torrent(metainfo) => (metainfo.info_hash_v1(), metainfo.info_hash_v2()),
            Source::Magnet(magnet) => (magnet.info_hash_v1, magnet.info_hash_v2),
        };
        [v1.map(|hash| hash.to_vec()), v2.map(|hash| hash.to_vec())]
    }
}

/// For folders in place of torrents.
const NO_FOLDER: &str =
    "SOURCE is a torrent; `make-torrent` makes one of a folder, `--output` names where to fetch to";

/// What somebody meant with the path of a file that is not there.
fn what_it_may_be(input: &Input) -> Option<String> {
    let Input::File(path) = input else { return None };
    let typed = Typed::of(path);
    let place = path.to_str().and_then(|text| Some(text.split_once('/')?.0)).unwrap_or_default();
    Some(match &typed {
        Some(Typed::Url(_)) => "URLs of torrents begin with `http://` or `https://`".to_owned(),
        Some(Typed::Magnet(text)) => Typed::hint_of_link(text).to_owned(),
        Some(typed) => typed.hint_of_path()?.to_owned(),
        None if place.trim_matches('.').contains('.') => {
            "a URL begins with `http://` or `https://`".to_owned()
        }
        None => return None,
    })
}

/// What comes from here may name what anybody may.
fn here(bytes: Result<Vec<u8>, ReadError>) -> Result<Downloaded, ReadError> {
    bytes.map(|bytes| Downloaded { bytes, namer: Namer::STRANGER })
}

fn unread(plan: &Plan, input: &Input, name: &str, error: &ReadError) -> Failure {
    match error {
        ReadError::Io(error) => {
            let hint = match error.kind() {
                ErrorKind::NotFound => what_it_may_be(input),
                ErrorKind::IsADirectory => Some(NO_FOLDER.to_owned()),
                _ => None,
            };
            Failure::of(Exit::LocalIo, name, io_cause(error)).hint_if(hint.as_deref())
        }
        ReadError::Refused(Refusal::TooLarge { limit }) if plan.is_short_of_memory => too_large(name, *limit),
        ReadError::Refused(refusal) => refused(name, refusal),
    }
}

/// The torrent of a link, from the first of its URLs that has it (`xs`, `as`).
fn found(
    plan: &Plan,
    link: &Magnet,
    download: &Download,
    name: &str,
    hint: &mut Option<String>,
    world: &World,
) -> Result<Option<Arc<Metainfo>>, Failure> {
    for url in &download.urls {
        let url = masked(url);
        let torrent = download.finish(plan, &url, &world.interrupt);
        world.interrupt.check()?;
        let torrent = torrent.and_then(|downloaded| accepted(plan, downloaded.bytes, &url, 0, world));
        match torrent {
            Ok(torrent) if is_of(&torrent, link) => return Ok(Some(Arc::new(torrent))),
            Ok(_) => world.note(format!("{name}: {url}: a torrent with another info hash")),
            Err(failure) => {
                world.note(format!("{name}: {}", failure.message));
                *hint = hint.take().or(failure.hint);
            }
        }
    }
    Ok(None)
}

/// Whether a torrent has every hash that a link names.
fn is_of(torrent: &Metainfo, link: &Magnet) -> bool {
    let v1 = link.info_hash_v1.is_none_or(|hash| torrent.info_hash_v1() == Some(hash));
    v1 && link.info_hash_v2.is_none_or(|hash| torrent.info_hash_v2() == Some(hash))
}

/// A link, after its warnings were said.
fn accepted_link(plan: &Plan, link: &ParsedLink, name: &str, world: &World) -> Result<Source, Failure> {
    for warning in &link.warnings {
        if plan.strict {
            let cause = format!("not accepted by --strict: {warning}");
            return Err(Failure::unacceptable(name, cause, warning.code()));
        }
        world.warn(warning.code(), format!("{name}: {warning}"));
    }
    Ok(Source::Magnet(Box::new(link.magnet.clone())))
}

/// Reads a torrent whose names can be file paths.
fn accepted(
    plan: &Plan,
    bytes: Vec<u8>,
    name: &str,
    beside: u64,
    world: &World,
) -> Result<Metainfo, Failure> {
    let limit = tables_limit(plan.settings.memory).saturating_sub(beside + bytes.len() as u64);
    let parsed = Metainfo::parse_within(bytes, limit).map_err(|refusal| refused(name, &refusal))?;
    refuse_tables(plan, &parsed.metainfo, name, beside)?;
    if plan.strict {
        parsed.refuse_warnings().map_err(|refusal| refused(name, &refusal))?;
    }
    for warning in parsed.warnings {
        world.warn(warning.code(), format!("{name}: {warning}"));
    }
    let (_, naming) = plan.destination.of(&parsed.metainfo);
    Names::of(&parsed.metainfo, &naming, NAME).map_err(|error| match error {
        NamingError::Unsafe(why) => unsafe_name(name, &why),
        NamingError::NoSuchFile { .. } => Failure::usage(format!("`--rename`: {name}: {error}")),
    })?;
    Ok(parsed.metainfo)
}

/// Sees that there is memory for what is kept of a torrent `beside` others, before anything is made of it.
fn refuse_tables(plan: &Plan, metainfo: &Metainfo, name: &str, beside: u64) -> Result<(), Failure> {
    let needed = tables(metainfo, &plan.destination.naming);
    let limit = tables_limit(plan.settings.memory).saturating_sub(beside);
    let enough = || memory_for_tables(needed + beside);
    if needed <= limit { Ok(()) } else { Err(too_many_tables(name, needed, limit, enough())) }
}

/// There is no memory for what is kept of a torrent's files and pieces; with so much `memory` there would be.
pub(crate) fn too_many_tables(name: &str, needed: u64, limit: u64, memory: u64) -> Failure {
    let sizes = (show_size(needed), show_size(limit));
    let cause = format!("its files and pieces need {} of memory, and there is room for {}", sizes.0, sizes.1);
    Failure::of(Exit::Unacceptable, name, cause).hint(makes_room(memory))
}

fn makes_room(memory: u64) -> String {
    format!("`--memory {}MiB` makes room", memory >> 20)
}

pub(crate) fn refused(name: &str, refusal: &Refusal) -> Failure {
    let failure = Failure::unacceptable(name, refusal, refusal.code());
    match refusal {
        Refusal::FileMemory { files, needed, .. } => {
            failure.hint(makes_room(memory_for_files(*files, *needed)))
        }
        _ => failure.hint_if(refusal.hint()),
    }
}

pub(crate) fn unsafe_name(source: &str, why: &UnsafeName) -> Failure {
    let failure = Failure::unacceptable(source, why, UnsafeName::CODE);
    failure.hint("`--clean-names` or `--rename` gives files names that can be used")
}

/// How messages call a source; escaped, secrets masked.
pub(crate) fn name_of(input: &Input) -> String {
    match input {
        // What is no path may hold a passkey.
        Input::File(path) if Typed::of(path).is_some() => masked(&path.to_string_lossy()),
        Input::File(path) => shown(path.as_os_str()),
        Input::Stdin => "stdin".to_owned(),
        Input::Url(url) => masked(url),
        Input::Magnet(link) => {
            match (&link.magnet.name, link.magnet.info_hash_v2, link.magnet.info_hash_v1) {
                (Some(name), _, _) => escape(name).into_owned(),
                (None, Some(hash), _) => hex(&hash),
                (None, None, hash) => hash.map(|hash| hex(&hash)).unwrap_or_default(),
            }
        }
    }
}
