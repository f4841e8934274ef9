//! Which bytes stand as `%XX` in a URL (RFC 3986), by where they stand.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC};

/// All but the unreserved characters: for bytes that mean only themselves, such as an info hash, the name of a file, or a
/// value in a magnet link. A `/`, `&` or `+` in them would be read as something else.
pub const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What may stand nowhere in a URL: for text that is one already, in which `/`, `?`, `&` and `%` mean what they do.
pub const TARGET: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
