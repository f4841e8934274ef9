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
    /// SIGTERM ended the tool.
    Terminated = 143,
}

impl Exit {
    /// The number the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }

    const fn usual_words(self) -> &'static str {
        match self {
            Self::Yes => "done",
            Self::No => "done, and the answer is no",
            Self::Usage => "the command line is wrong",
            Self::Unacceptable => "the input is not acceptable: not a torrent, unsafe, unsupported",
            Self::LocalIo => "reading or writing local files failed",
            Self::Network => "the network did not deliver all of it",
            Self::Changed => "input changed while it was read",
            Self::Interrupted => "interrupted (Ctrl-C)",
            Self::Terminated => "terminated (SIGTERM, SIGHUP)",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The table for the end of `--help`: the codes that a tool can return, in words of its own, or in the usual ones (none given).
pub fn exit_codes(codes: &[(Exit, &str)]) -> String {
    let line = |(exit, words): &(Exit, &str)| {
        let words = if words.is_empty() { exit.usual_words() } else { words };
        format!("\n  {:<3}  {words}", exit.code())
    };
    format!("Exit codes:{}", codes.iter().map(line).collect::<String>())
}

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
    fn the_help_has_the_codes_of_the_tool() {
        let help = exit_codes(&[(Exit::Yes, "all whole"), (Exit::Usage, ""), (Exit::Interrupted, "")]);
        let lines = [
            "Exit codes:",
            "  0    all whole",
            "  2    the command line is wrong",
            "  130  interrupted (Ctrl-C)",
        ];
        assert_eq!(help, lines.join("\n"));
    }
}
