//! Gets the torrent of an item: by the first of its ways that leads to it, and only the one that was offered.

use torrent_core::address::Namer;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::Metainfo;

use crate::entry::{Entry, Proof, Way, is_magnet};
use crate::identity::hashes_of;
use crate::web::{Answer, Ask, Web, WebError};

/// The torrent of an item, as something can be done with it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Parcel {
    /// The .torrent, as it came; `None` if there is only a link.
    pub torrent: Option<Vec<u8>>,
    /// A magnet link.
    pub magnet: Option<String>,
    /// Its info hashes.
    pub hashes: Vec<String>,
    /// Bytes of its content, where the torrent says so.
    pub size: Option<u64>,
    /// The way that led to it.
    pub way: Option<Way>,
    /// Who gave it: it may name what is as near as that. `None` if nobody was asked.
    pub came_from: Option<Namer>,
}

/// Why there is no torrent.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoParcel {
    /// It may be there later.
    #[error("{0}")]
    Later(String),
    /// It may be there later: its host has not answered somebody else, and was not asked for it.
    #[error("{0}")]
    Unasked(String),
    /// It is another torrent than the feed says.
    #[error("it is not the torrent that the feed offers: its info hash is {0} [hash-mismatch]")]
    HashMismatch(String),
    /// Nothing else will come of it.
    #[error("{0}")]
    Never(String),
    /// The run ends before anything is known.
    #[error("the run ends")]
    Ended,
}

/// Follows the ways to the torrent of an item until one leads to it. What the feed names was named by `namer`. `attempt` counts from 1: a server
/// that fails is given some time before a magnet link takes its place.
///
/// # Errors
/// Why there is none.
pub fn get(web: &mut dyn Web, entry: &Entry, namer: Namer, attempt: u32) -> Result<Parcel, NoParcel> {
    let mut why = NoParcel::Never("the item has no torrent".to_owned());
    for way in &entry.ways {
        match follow(web, entry, way, namer) {
            Ok(parcel) => return Ok(parcel),
            Err(Dead::Way(cause)) => why = NoParcel::Later(cause),
            Err(Dead::Now(cause)) if attempt >= BEFORE_MAGNET => why = NoParcel::Later(cause),
            Err(Dead::Now(cause)) => return Err(NoParcel::Later(cause)),
            Err(Dead::Unasked(cause)) if attempt >= BEFORE_MAGNET => why = NoParcel::Unasked(cause),
            Err(Dead::Unasked(cause)) => return Err(NoParcel::Unasked(cause)),
            Err(Dead::Mismatch(hash)) => return Err(NoParcel::HashMismatch(hash)),
            Err(Dead::Ended) => return Err(NoParcel::Ended),
        }
    }
    Err(why)
}

/// Why a way led to nothing.
enum Dead {
    /// Another may lead there in the same pass.
    Way(String),
    /// The same one may lead there in a minute.
    Now(String),
    /// The same, and nobody was asked.
    Unasked(String),
    /// It led to something else.
    Mismatch(String),
    /// Nobody waited for it.
    Ended,
}

fn follow(web: &mut dyn Web, entry: &Entry, way: &Way, namer: Namer) -> Result<Parcel, Dead> {
    if is_magnet(&way.url) {
        return of_link(entry, &way.url, way, namer);
    }
    let ask = Ask { url: &way.url, namer, validators: None, limit: TORRENT, is_text: false };
    match web.get(&ask) {
        Ok(answer) => of_answer(entry, answer, way),
        Err(WebError::Magnet(link, server)) => of_link(entry, &link, way, server),
        Err(WebError::Refused(why)) => Err(Dead::Way(why)),
        Err(WebError::Ended) => Err(Dead::Ended),
        Err(why @ WebError::Dead(_)) => Err(Dead::Unasked(why.to_string())),
        Err(why @ (WebError::Failed(_) | WebError::Silent(_))) => Err(Dead::Now(why.to_string())),
    }
}

fn of_answer(entry: &Entry, answer: Answer, way: &Way) -> Result<Parcel, Dead> {
    match answer.status {
        200 if is_page(&answer) => {
            Err(Dead::Way("a web page came in its place: perhaps a login [login-page]".to_owned()))
        }
        200 => of_torrent(entry, answer, way),
        404 | 410 => Err(Dead::Way(format!("HTTP status {}", answer.status))),
        status => Err(Dead::Now(format!("HTTP status {status}"))),
    }
}

/// Whether it is HTML, whatever it is called: a torrent begins with `d`.
fn is_page(answer: &Answer) -> bool {
    let is_html = answer.content_type.as_deref().is_some_and(|it| it.trim_start().starts_with("text/html"));
    let first = answer.body.trim_ascii_start().first();
    first == Some(&b'<') || is_html && first != Some(&b'd')
}

fn of_torrent(entry: &Entry, answer: Answer, way: &Way) -> Result<Parcel, Dead> {
    let bytes = answer.body;
    let parsed = Metainfo::parse(bytes.clone()).map_err(|why| Dead::Way(format!("not a torrent: {why}")))?;
    let magnet = Magnet::of(&parsed.metainfo);
    let hashes = hashes_of(&magnet);
    let is_found = |claim: &String| hashes.iter().any(|hash| hash.starts_with(claim.as_str()));
    held(entry, &hashes, entry.hashes.iter().map(is_found))?;
    let size = Some(parsed.metainfo.files().content_length());
    let link = entry.magnet().map_or_else(|| magnet.to_string(), str::to_owned);
    let came_from = Some(answer.from.map_or(Namer::STRANGER, Namer::at));
    Ok(Parcel { torrent: Some(bytes), magnet: Some(link), hashes, size, way: Some(way.clone()), came_from })
}

fn of_link(entry: &Entry, link: &str, way: &Way, namer: Namer) -> Result<Parcel, Dead> {
    let magnet = Magnet::parse(link).map_err(|why| Dead::Way(why.to_string()))?;
    let hashes = hashes_of(&magnet);
    let is_claimed = |hash: &String| entry.hashes.iter().any(|claim| hash.starts_with(claim.as_str()));
    held(entry, &hashes, hashes.iter().map(is_claimed))?;
    Ok(Parcel {
        magnet: Some(link.to_owned()),
        hashes,
        size: magnet.length,
        way: Some(way.clone()),
        torrent: None,
        came_from: Some(namer),
    })
}

/// What a feed claims is held against what came: that all of it is true if the feed is signed, else that something is. A claim of
/// 40 digits may be the beginning of a hash of 64.
fn held(entry: &Entry, hashes: &[String], mut are_true: impl Iterator<Item = bool>) -> Result<(), Dead> {
    let is_signed = entry.proof == Proof::Hash;
    let is_it = if is_signed { are_true.all(|it| it) } else { are_true.any(|it| it) };
    if is_it || entry.hashes.is_empty() {
        return Ok(());
    }
    Err(Dead::Mismatch(hashes.first().cloned().unwrap_or_default()))
}

/// The attempt from which on a magnet link is taken although the .torrent may only be late.
const BEFORE_MAGNET: u32 = 3;

/// Bytes of a .torrent from a feed: what is larger is for those who ask for it.
const TORRENT: u64 = 64 << 20;

#[cfg(test)]
mod tests;
