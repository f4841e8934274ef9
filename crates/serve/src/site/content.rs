//! A file of a torrent, or a part of it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;

use publish::{media_type, short_hash};
use torrent_core::files::FileIndex;
use torrent_core::metainfo::Metainfo;
use torrent_core::path::{RawPath, RawPathBuf};

use super::reply::{Body, Reply, refusal};
use crate::http::{Answer, Request, Satisfied, Status};

/// Finds files of one torrent by their paths: a torrent may have millions. Four bytes a file.
#[derive(Clone, Debug, Default)]
pub struct PathIndex {
    order: Vec<FileIndex>,
    /// By its length, where a gap is that is not empty: a client that does not know pad files asks for them like for others.
    gaps: BTreeMap<u64, u64>,
}

/// Something of a torrent that can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// The file at this place in the list.
    File(usize),
    /// A pad file: zeros that stand here in the torrent's bytes.
    Pad {
        /// Where it begins.
        offset: u64,
        /// How many bytes it has.
        length: u64,
    },
}

impl PathIndex {
    /// The index of the files of a torrent. Symbolic links are left out: they have no content.
    pub fn of(metainfo: &Metainfo) -> Self {
        let files = metainfo.files();
        let has_content = |index: &usize| !files.get(*index).attributes.symlink;
        let mut order: Vec<FileIndex> = (0..files.len()).filter(has_content).map(FileIndex::of).collect();
        order.sort_by_key(|file| files.path(file.index()).as_bencoded());
        let ends = files.iter().map(|file| file.offset + file.length);
        let begins = files.iter().skip(1).map(|file| file.offset).chain([metainfo.layout().length()]);
        let gaps = ends.zip(begins).filter(|(end, begin)| begin > end && metainfo.protocol().has_v1());
        Self { order, gaps: gaps.map(|(end, begin)| (begin - end, end)).collect() }
    }

    /// What has this path below the torrent's name, if anything has.
    pub fn find(&self, metainfo: &Metainfo, components: &[Vec<u8>]) -> Option<Found> {
        let wanted = RawPathBuf::of(components.iter().map(Vec::as_slice));
        let path = |file: &FileIndex| -> RawPath<'_> { metainfo.files().path(file.index()) };
        let place =
            self.order.binary_search_by(|file| path(file).as_bencoded().cmp(wanted.as_path().as_bencoded()));
        place.ok().map(|place| Found::File(self.order[place].index())).or_else(|| self.pad(components))
    }

    /// The pad file of this path: `.pad` and its length, as BEP 47 has it.
    fn pad(&self, components: &[Vec<u8>]) -> Option<Found> {
        let [folder, name] = components else { return None };
        let length = std::str::from_utf8(name).ok().filter(|_| folder == b".pad")?.parse().ok()?;
        let offset = *self.gaps.get(&length)?;
        Some(Found::Pad { offset, length })
    }
}

/// What is answered to a request for a file.
pub fn content(request: &Request, metainfo: &Metainfo, found: Found) -> Reply {
    let (offset, length, name, tag) = match found {
        Found::File(file) if file < metainfo.files().len() => {
            let file = metainfo.files().get(file);
            let name = file.path.components().last().unwrap_or_default();
            (file.offset, file.length, name, entity_tag(metainfo, file.index))
        }
        Found::File(_) => return refusal(Status::NotFound),
        Found::Pad { offset, length } => (offset, length, &b""[..], entity_tag(metainfo, "pad")),
    };
    let (status, part) = request.conditions.judge(request.method, &tag, length);
    match (status, part) {
        (Status::Ok | Status::PartialContent, Satisfied::Part(range)) => {
            let mut answer = Answer::new(status, content_type(name), range.end - range.start)
                .with("Accept-Ranges", "bytes")
                .with("ETag", tag);
            if status == Status::PartialContent {
                answer = answer.with("Content-Range", content_range(&range, length));
            }
            Reply { answer, body: Body::Content(offset + range.start..offset + range.end) }
        }
        (Status::NotModified, _) => {
            let answer = Answer { status, fields: vec![("ETag", tag)], length: 0 };
            Reply { answer, body: Body::Own(Vec::new()) }
        }
        (Status::RangeNotSatisfiable, _) => {
            refusal(status).with("Content-Range", format!("bytes */{length}"))
        }
        (status, _) => refusal(status),
    }
}

/// Content has the hash of its torrent, so it is known by that and its place.
fn entity_tag(metainfo: &Metainfo, file: impl Display) -> String {
    let hash = short_hash(metainfo.info_hash_v1(), metainfo.info_hash_v2()).unwrap_or_default();
    format!("\"{hash}-{file}\"")
}

fn content_range(range: &Range<u64>, length: u64) -> String {
    format!("bytes {}-{}/{length}", range.start, range.end - 1)
}

/// What browsers may show. They run nothing of it: pages and scripts of a torrent are not ours.
fn content_type(name: &[u8]) -> &'static str {
    let extension = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let is_known = |(known, _): &&(&str, &str)| extension.eq_ignore_ascii_case(known.as_bytes());
    let shown = SHOWN.iter().find(is_known).map(|(_, mime)| *mime);
    shown.or_else(|| media_type(name)).unwrap_or("application/octet-stream")
}

const SHOWN: [(&str, &str); 8] = [
    ("txt", "text/plain; charset=utf-8"),
    ("md", "text/plain; charset=utf-8"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("torrent", "application/x-bittorrent"),
];
