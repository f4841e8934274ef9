//! Names from outside, short enough to stand in a message. Whoever prints the message escapes it, once.

use std::fmt;

/// The start of a name or key between backticks: what is not UTF-8 replaced.
pub(super) struct Quoted<'a>(pub(super) &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = &self.0[..self.0.len().min(LONGEST)];
        let more = if start.len() < self.0.len() { "…" } else { "" };
        f.write_str("`")?;
        for chunk in start.utf8_chunks() {
            f.write_str(chunk.valid())?;
            chunk.invalid().iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))?;
        }
        write!(f, "{more}`")
    }
}

/// Bytes of a name that are shown: a name may be as long as the .torrent.
const LONGEST: usize = 100;
