//! The exit codes of the whole family, in the only place where their numbers are written.

use std::process::ExitCode;

/// How a tool ends. Ordered so that, of many inputs, `max` is the one that counts; a signal's is above all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Done, and the answer is yes.
    Yes = 0,
    /// Done, and the answer is no.
    No = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The input is not acceptable: not a torrent, unsafe, unsupported.
    Unacceptable = 3,
    /// Reading or writing local files failed.
    LocalIo = 4,
    /// The network did not deliver all of it.
    Network = 5,
    /// Input changed while it was read.
    Changed = 6,
    /// SIGINT, such as Ctrl-C.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// The number the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The table for the end of every `--help` (clap's `after_long_help`).
pub const EXIT_CODES_HELP: &str = "\
Exit codes:
  0    done, and the answer is yes
  1    done, and the answer is no
  2    the command line is wrong
  3    the input is not acceptable: not a torrent, unsafe, unsupported
  4    reading or writing local files failed
  5    the network did not deliver all of it
  6    input changed while it was read
  130  interrupted (143: terminated)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_counts_and_a_signal_is_above_all() {
        use Exit::{Changed, Interrupted, LocalIo, Network, No, Terminated, Unacceptable, Usage, Yes};
        let rising = [Yes, No, Usage, Unacceptable, LocalIo, Network, Changed, Interrupted, Terminated];
        assert!(rising.is_sorted());
        assert_eq!(rising.map(Exit::code), [0, 1, 2, 3, 4, 5, 6, 130, 143]);
    }

    #[test]
    fn the_help_names_every_code() {
        for code in ["0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "6 ", "130 ", "143:"] {
            assert!(EXIT_CODES_HELP.contains(code), "{code} is missing");
        }
    }
}
