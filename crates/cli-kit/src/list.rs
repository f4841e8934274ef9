//! Lists on standard output: one name per line for people, or names for `xargs -0` (`--null`).

use std::io::{self, Write};

use crate::escape::escape;

/// What ends each name of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Terminator {
    /// A line break. Names are escaped, so that each is one line.
    Line,
    /// A NUL byte, which no file name has. Names are exact.
    Null,
}

impl Terminator {
    /// What `--null` asks for.
    pub fn of_flag(null: bool) -> Self {
        if null { Self::Null } else { Self::Line }
    }

    /// Writes one name and its end.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(self, name: &[u8], out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Line => writeln!(out, "{}", escape(name)),
            Self::Null => out.write_all(name).and_then(|()| out.write_all(b"\0")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_escaped_and_nul_is_exact() {
        for (terminator, written) in [(Terminator::Line, "a\\nb\n".as_bytes()), (Terminator::Null, b"a\nb\0")]
        {
            let mut out = Vec::new();
            terminator.write(b"a\nb", &mut out).unwrap();
            assert_eq!(out, written);
        }
        assert_eq!([false, true].map(Terminator::of_flag), [Terminator::Line, Terminator::Null]);
    }
}
