//! Names that are fine here and trouble on other systems: the same warnings that make-torrent gives.

use std::fmt;

use super::findings::Findings;
use super::quoted::Quoted;
use crate::data::{PortabilityWarning, PortabilityWarningKind, portability_warnings};
use crate::files::FileList;
use crate::metainfo::Metainfo;
use crate::order::Order;

pub(super) fn check(torrent: &Metainfo, order: &Order<'_>, findings: &mut Findings) {
    // The one path of a single file is the name.
    let name = if torrent.is_single_file() { b"" } else { torrent.name() };
    if order.is_own() {
        return check_sorted(name, torrent.files(), |file| file, findings);
    }
    let indices: Vec<usize> = order.indices().collect();
    let mut sorted = FileList::default();
    indices.iter().for_each(|index| sorted.push(torrent.files().get(*index).path, 0));
    check_sorted(name, &sorted, |file| indices[file], findings);
}

/// `index_of` says which file of the torrent one of `files` is.
fn check_sorted(name: &[u8], files: &FileList, index_of: impl Fn(usize) -> usize, findings: &mut Findings) {
    portability_warnings(name, files, |warning| {
        let file = warning.place.map(|place| index_of(place.file));
        findings.add(warning.code(), file, Said { warning, name, files });
    });
}

/// The message of a warning, whose path is put together only if the message is wanted.
struct Said<'a> {
    warning: PortabilityWarning,
    name: &'a [u8],
    files: &'a FileList,
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PortabilityWarning { place, kind } = self.warning;
        let path = place.map_or_else(|| self.name.to_vec(), |place| place.path(self.files));
        write!(f, "{}: {kind}", Quoted(&path))?;
        match kind {
            PortabilityWarningKind::CaseTwin(twin) | PortabilityWarningKind::UnicodeTwin(twin) => {
                write!(f, ": {}", Quoted(&twin.path(self.files)))
            }
            _ => Ok(()),
        }
    }
}
