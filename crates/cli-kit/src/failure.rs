//! What went wrong, as the user reads it: `tool: thing: cause`, then perhaps one `hint: ...`.

use std::error::Error;
use std::fmt::{self, Display};
use std::io;
use std::path::Path;

use rustix::io::Errno;

use crate::escape::{escape, escape_path};
use crate::exit::Exit;

/// The end of a run, or of one of many inputs: what to say and which exit code it means.
///
/// Messages are lower case without a full stop, with literals in backticks; names from outside come escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the exit code becomes.
    pub exit: Exit,
    /// The sentence after `tool: `.
    pub message: String,
    /// What the user may do about it.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure with a message of its own.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    /// `thing: cause`. Escape the thing first if it is a name from outside.
    pub fn of(exit: Exit, thing: impl Display, cause: impl Display) -> Self {
        Self::new(exit, format!("{thing}: {cause}"))
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// `` `--option value`: cause ``: what was typed is not what it should be. It is escaped here.
    pub fn typed(what: impl Display, cause: impl Display) -> Self {
        Self::usage(format!("`{}`: {cause}", escape(what.to_string().as_bytes())))
    }

    /// `thing: cause (ERRNO)`, where the thing is a path (escaped here) or a word such as `stdout`.
    pub fn io(thing: impl AsRef<Path>, error: &io::Error) -> Self {
        Self::of(Exit::LocalIo, escape_path(thing.as_ref()), io_cause(error))
    }

    /// `thing: cause [CODE]`: what came from outside is not acceptable, for a reason that documents and programs know by its code.
    pub fn unacceptable(thing: impl Display, cause: impl Display, code: &str) -> Self {
        Self::of(Exit::Unacceptable, thing, format_args!("{cause} [{code}]"))
    }

    /// Adds what the user may do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, if there is something to do.
    #[must_use]
    pub fn hint_if(self, hint: Option<&str>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {}

/// The cause as we write it: lower case, and the name of the errno instead of its number.
pub fn io_cause(error: &io::Error) -> String {
    let Some(number) = errno_within(error) else {
        return lower_first(&error.to_string());
    };
    let text = io::Error::from_raw_os_error(number).to_string();
    let text = lower_first(text.split(" (os error").next().unwrap_or_default());
    match ERRNO_NAMES.iter().find(|(errno, _)| errno.raw_os_error() == number) {
        Some((_, name)) => format!("{text} ({name})"),
        None => format!("{text} (errno {number})"),
    }
}

/// The errno, also of an error that was wrapped in another.
fn errno_within(error: &io::Error) -> Option<i32> {
    error.raw_os_error().or_else(|| errno_within(error.get_ref()?.downcast_ref()?))
}

/// Lower case at the start, unless the first word is one such as `UTF-8` or `I/O`.
pub(crate) fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if chars.clone().next().is_none_or(|c| c.is_lowercase() || c == ' ') => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

macro_rules! errno_names {
    ($($errno:ident $name:literal,)*) => { &[$((Errno::$errno, $name)),*] };
}

/// Those a user of files and sockets meets.
const ERRNO_NAMES: &[(Errno, &str)] = errno_names! {
    PERM "EPERM", NOENT "ENOENT", IO "EIO", BADF "EBADF", AGAIN "EAGAIN", NOMEM "ENOMEM", ACCESS "EACCES",
    BUSY "EBUSY", EXIST "EEXIST", XDEV "EXDEV", NOTDIR "ENOTDIR", ISDIR "EISDIR", INVAL "EINVAL",
    NFILE "ENFILE", MFILE "EMFILE", FBIG "EFBIG", NOSPC "ENOSPC", SPIPE "ESPIPE", ROFS "EROFS",
    PIPE "EPIPE", NAMETOOLONG "ENAMETOOLONG", NOSYS "ENOSYS", NOTEMPTY "ENOTEMPTY", LOOP "ELOOP",
    OVERFLOW "EOVERFLOW", OPNOTSUPP "EOPNOTSUPP", ADDRINUSE "EADDRINUSE", ADDRNOTAVAIL "EADDRNOTAVAIL",
    NETUNREACH "ENETUNREACH", HOSTUNREACH "EHOSTUNREACH", CONNRESET "ECONNRESET",
    CONNREFUSED "ECONNREFUSED", TIMEDOUT "ETIMEDOUT", STALE "ESTALE", DQUOT "EDQUOT",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &io::Error, cause: &str) {
        assert_eq!(io_cause(error), cause);
    }

    #[test]
    fn causes_are_lower_case_and_name_the_errno() {
        check(&io::Error::from_raw_os_error(13), "permission denied (EACCES)");
        check(&io::Error::from_raw_os_error(2), "no such file or directory (ENOENT)");
        check(&io::Error::from_raw_os_error(5), "input/output error (EIO)");
        check(&io::Error::from_raw_os_error(95), "operation not supported (EOPNOTSUPP)");
        check(&io::Error::from_raw_os_error(122), "disk quota exceeded (EDQUOT)");
        check(&io::Error::from_raw_os_error(83), "cannot exec a shared library directly (errno 83)");
        check(&io::Error::other("Broken thing"), "broken thing");
        check(&io::Error::other("UTF-8 expected"), "UTF-8 expected");
        check(&io::ErrorKind::UnexpectedEof.into(), "unexpected end of file");
    }

    #[test]
    fn the_errno_is_found_inside_a_wrapper() {
        check(&io::Error::other(io::Error::from_raw_os_error(2)), "no such file or directory (ENOENT)");
    }

    #[test]
    fn a_failure_reads_as_thing_and_cause() {
        let failure = Failure::io("a\nb", &io::Error::from_raw_os_error(13));
        assert_eq!(
            (failure.exit, failure.to_string()),
            (Exit::LocalIo, r"a\nb: permission denied (EACCES)".into())
        );
        assert_eq!(Failure::of(Exit::Changed, "x", "is shorter now").message, "x: is shorter now");
        let refused = Failure::unacceptable("x", "no files", "E-empty");
        assert_eq!((refused.exit, refused.message), (Exit::Unacceptable, "x: no files [E-empty]".into()));
        let hinted = Failure::usage("`--x` needs `--y`").hint("add `--y`");
        assert_eq!((hinted.exit, hinted.hint.as_deref()), (Exit::Usage, Some("add `--y`")));
    }
}
