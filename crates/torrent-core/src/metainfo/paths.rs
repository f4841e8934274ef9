//! Paths as a torrent writes them: lists of strings, with `.utf-8` twins, and pad files that only their names show.

use crate::bencode::Value;
use crate::path::{RawPath, RawPathBuf};

/// The path that counts: the `.utf-8` twin, if it is UTF-8 indeed.
pub(crate) fn chosen_path<'a>(raw: Option<Value<'a>>, twin: Option<Value<'a>>) -> Option<RawPath<'a>> {
    utf8_path(twin).or_else(|| path(raw))
}

/// Whether a file is padding by its name alone: BitComet wrote such before BEP 47 had `attr`. Any part of the path counts,
/// as it does for libtorrent.
pub(crate) fn is_called_pad(path: RawPath<'_>) -> bool {
    // A component's length stands before it, so the mark cannot straddle two of them.
    holds_pad_mark(path.as_bencoded())
}

/// The same of one part of a path.
pub(crate) fn holds_pad_mark(name: &[u8]) -> bool {
    name.len() >= BITCOMET_PAD.len() && memchr::memmem::find(name, BITCOMET_PAD).is_some()
}

/// A list of at least one string, as a path of whatever components.
pub(super) fn path(value: Option<Value<'_>>) -> Option<RawPath<'_>> {
    let mut components = value?.as_list()?.peekable();
    components.peek()?;
    if !components.all(|component| component.as_bytes().is_some()) {
        return None;
    }
    let raw = value?.raw();
    Some(RawPath::from_bencoded(&raw[1..raw.len() - 1]))
}

/// The same of strings that are UTF-8.
pub(super) fn utf8_path(value: Option<Value<'_>>) -> Option<RawPath<'_>> {
    path(value).filter(|path| is_utf8(*path))
}

/// The target of a symbolic link, from the root of the torrent.
pub(super) fn link_target(value: Option<Value<'_>>) -> Option<RawPathBuf> {
    let components: Option<Vec<_>> = value?.as_list()?.map(Value::as_bytes).collect();
    Some(RawPathBuf::of(components?))
}

fn is_utf8(path: RawPath<'_>) -> bool {
    path.components().all(|component| std::str::from_utf8(component).is_ok())
}

/// A string that is UTF-8 indeed: the `.utf-8` keys some clients write beside names in another encoding.
pub(super) fn utf8(value: Option<Value<'_>>) -> Option<&[u8]> {
    value?.as_bytes().filter(|bytes| std::str::from_utf8(bytes).is_ok())
}

const BITCOMET_PAD: &[u8] = b"_____padding_file_";
