//! Failures of jobs, in sentences: what, why, and what the user may do about it.

use std::io::{self, ErrorKind};
use std::iter::once;
use std::path::Path;
use std::time::Duration;

use cli_kit::{Exit, Failure, escape_path, io_cause, show_duration, show_size};
use swarm_net::disk::DiskError;

use super::shortfall;
use crate::downloads::MORE_THREADS;
use crate::ended::Ended;
use crate::mask::masked;
use crate::source::{Opened, refused, too_many_tables, unsafe_name};
use crate::switches::Switches;

/// The sentence, and the word that programs know it by. `None` if it is the user who ended it.
pub(crate) fn sentence(
    opened: &Opened,
    ended: &Ended,
    switches: Switches,
) -> Option<(Failure, &'static str)> {
    use swarm_net::Failure as Why;
    let source = opened.name.as_str();
    let why = &ended.why;
    let network = |cause: String| Failure::of(Exit::Network, source, cause);
    let all = |cause: String| network(once(cause).chain(ended.words()).collect::<Vec<_>>().join("; "));
    let hint = |usual| ended.hint(switches).unwrap_or(usual);
    Some(match why {
        Why::Interrupted => return None,
        Why::Disk(DiskError::Stopped) => return None,
        Why::Disk(error) => disk(source, error),
        Why::Select(error) => (Failure::usage(format!("`--select`: {source}: {error}")), "selection"),
        Why::Refused(refusal) => (refused(source, refusal), "unacceptable"),
        Why::Tables { needed, limit, memory } => {
            (too_many_tables(source, *needed, *limit, *memory), "unacceptable")
        }
        Why::NoMetadata(_) => {
            let usual = "is anybody there? `--peer` and `--tracker` name more to ask, `--metadata-timeout` waits longer";
            let usual = opened.hint.as_deref().unwrap_or(usual);
            (all(why.to_string()).hint(hint(usual)), "no-metadata")
        }
        Why::Stalled(_) => {
            let usual = "the same command goes on from here; `--stall-timeout` waits longer";
            (all(why.to_string()).hint(hint(usual)), "stalled")
        }
        Why::Deadline(_) => {
            (all(why.to_string()).hint(hint("the same command goes on from here")), "deadline")
        }
        Why::NobodyToAsk | Why::WebSeedsGivenUp => {
            let usual = "`--tracker`, `--web-seed` and `--peer` name some";
            (all(why.to_string()).hint(ended.nobody(hint(usual), switches)), "nobody-to-ask")
        }
        Why::NobodyHasMetadata => {
            let usual = if opened.is_typed { LINK_ALONE } else { NOBODY_NAMED };
            let usual = opened.hint.as_deref().unwrap_or(usual);
            (all(why.to_string()).hint(ended.nobody(hint(usual), switches)), "nobody-to-ask")
        }
        Why::NoThread(error) => {
            let cause = format!("no thread can be started: {}", io_cause(error));
            (Failure::of(Exit::LocalIo, source, cause).hint(MORE_THREADS), "no-thread")
        }
        other => (network(masked(&other.to_string())), "network"),
    })
}

impl Ended {
    /// What is known beside the failure.
    fn words(&self) -> Vec<String> {
        shortfall::words(&self.shortfall, self.metainfo.as_deref())
    }

    fn hint(&self, switches: Switches) -> Option<&'static str> {
        shortfall::hint(&self.shortfall.contacts, switches.encryption)
    }

    /// A hint for who has nobody to ask: the DHT would know more, unless the torrent is private.
    fn nobody(&self, usual: &str, switches: Switches) -> String {
        let is_private = self.metainfo.as_ref().is_some_and(|metainfo| metainfo.private() == Some(true));
        let no_dht = switches.no_dht.filter(|_| !is_private);
        no_dht.map_or(usual.to_owned(), |switch| {
            format!("{usual}; without `{switch}` the DHT is asked as well")
        })
    }
}

pub(super) fn disk(source: &str, error: &DiskError) -> (Failure, &'static str) {
    match error {
        DiskError::Io { path, action, offset, error } => input_output(path, action, *offset, error),
        DiskError::Exists { path } => {
            let failure = Failure::of(Exit::LocalIo, escape_path(path), "exists with other content");
            (failure.hint("`--force` replaces it, or repairs what is wrong in it"), "exists")
        }
        DiskError::ExistTogether { path, others } => {
            let cause =
                format!("it or one of {others} files that share a piece with it exists with other content");
            let failure = Failure::of(Exit::LocalIo, escape_path(path), cause);
            (failure.hint("`verify-data` says more; `--force` repairs what is wrong in them"), "exists")
        }
        DiskError::NoFile { path } => {
            let failure = Failure::of(Exit::LocalIo, escape_path(path), "exists and is not a file");
            (failure.hint(MOVE_IT), "exists")
        }
        DiskError::NoFolder { path } => {
            let cause = "exists and is not a folder, and links are not followed";
            (Failure::of(Exit::LocalIo, escape_path(path), cause).hint(MOVE_IT), "exists")
        }
        DiskError::TooLittleSpace { path, needed, free, anew } => {
            let cause = format!("{} are needed, {} are free", show_size(*needed), show_size(*free));
            let hint = (*anew > 0).then_some(SECOND_COPY);
            (Failure::of(Exit::LocalIo, escape_path(path), cause).hint_if(hint), "no-room")
        }
        DiskError::Busy { path } => {
            let cause = format!("{source} is being fetched into it already");
            (Failure::of(Exit::LocalIo, escape_path(path), cause), "busy")
        }
        DiskError::NotOurs { path, why } => {
            let failure = Failure::of(Exit::LocalIo, escape_path(path), format!("not made by us: {why}"));
            (
                failure.hint("remove the whole `.piecework-` folder, or name another folder with `--output`"),
                "not-ours",
            )
        }
        DiskError::Name { .. } | DiskError::Twin { .. } | DiskError::Claimed { .. } => name(source, error),
        DiskError::NoSuchFile { .. } => {
            (Failure::usage(format!("`--rename`: {source}: {error}")), "selection")
        }
        DiskError::UnsafeName(name) => (unsafe_name(source, name), "unacceptable"),
        error => (Failure::of(Exit::Unacceptable, source, error), "unacceptable"),
    }
}

/// A name that cannot be had.
fn name(source: &str, error: &DiskError) -> (Failure, &'static str) {
    match error {
        DiskError::Name { path, error } => {
            let cause = format!("this file system cannot hold the name: {}", io_cause(error));
            (Failure::of(Exit::LocalIo, escape_path(path), cause).hint(RENAME_IT), "name")
        }
        DiskError::Twin { path } => {
            let cause = "this file system takes it for the name of another file of the torrent";
            (Failure::of(Exit::LocalIo, escape_path(path), cause).hint(RENAME_IT), "name")
        }
        DiskError::Claimed { path } => {
            let cause = format!("another torrent of this command has that name, {source} is not fetched");
            let hint = "fetch it in a call of its own, with another folder as `--output` or with `--rename`";
            (Failure::of(Exit::LocalIo, escape_path(path), cause).hint(hint), "name-taken")
        }
        error => (Failure::of(Exit::LocalIo, source, error), "name"),
    }
}

fn input_output(
    path: &Path,
    action: &str,
    offset: Option<u64>,
    error: &io::Error,
) -> (Failure, &'static str) {
    let offset = offset.map_or(String::new(), |offset| format!(" at byte {offset}"));
    let cause = format!("cannot {action}{offset}: {}", io_cause(error));
    let failure = Failure::of(Exit::LocalIo, escape_path(path), cause);
    match (error.kind(), action) {
        (ErrorKind::StorageFull | ErrorKind::QuotaExceeded, _) => {
            (failure.hint("with more room, the same command goes on from here"), "disk-full")
        }
        (ErrorKind::AlreadyExists | ErrorKind::NotADirectory, "make") => {
            (failure.hint(NO_FOLDER_THERE), "disk")
        }
        (_, "make files in" | "move files into")
        | (ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem, "make") => {
            (failure.hint(ELSEWHERE), "disk")
        }
        _ => (failure, "disk"),
    }
}

/// Nobody else is there to ask.
pub(super) fn only_near(switches: Switches) -> String {
    let because = switches.no_dht.map_or(String::new(), |switch| format!(" (`{switch}` is set)"));
    format!("nowhere to look but in the networks of this machine{because}")
}

/// How long a complete torrent stays: as long as both allow.
pub(super) fn seeds_until(time: Option<Duration>, ratio: Option<f64>) -> String {
    let time = time.map(|time| format!("for {}", show_duration(time.as_secs())));
    let ratio = ratio.map(|ratio| format!("until {ratio} times its size was given"));
    time.into_iter().chain(ratio).collect::<Vec<_>>().join(" or ")
}

/// For links that name nobody who could know more.
const NOBODY_NAMED: &str = "`--tracker` and `--peer` name some";
/// The same, where the shell may be why.
const LINK_ALONE: &str =
    "`--tracker` and `--peer` name some; without quotes, the shell cuts a link at its first `&`";
/// For folders that take no files of ours.
const ELSEWHERE: &str = "name another folder with `--output`";
/// For repairs without the room for them.
const SECOND_COPY: &str = "what `--force` replaces stays until a whole file takes its place; move it to where there is room, as `--output`";
/// What gives files other names.
const RENAME_IT: &str = "`--clean-names` or `--rename INDEX=PATH` gives it another";
/// For a file in the place of a torrent's folder.
const NO_FOLDER_THERE: &str =
    "the torrent needs a folder, and there is a file: move it away, or name another folder with `--output`";
/// What no option replaces.
const MOVE_IT: &str = "move it away, or name another folder with `--output`";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_for_a_second_copy_is_explained() {
        for (anew, is_explained) in [(0, false), (1 << 20, true)] {
            let error = DiskError::TooLittleSpace { path: "d".into(), needed: 3 << 20, free: 1 << 20, anew };
            let (failure, reason) = disk("t", &error);
            assert_eq!((failure.exit, reason), (Exit::LocalIo, "no-room"));
            assert_eq!(failure.message, "d: 3 MiB are needed, 1 MiB are free");
            assert_eq!(failure.hint.is_some(), is_explained);
        }
    }

    #[test]
    fn only_unsafe_names_have_their_code() {
        for (error, said) in [
            (DiskError::ReservedName, "t: the name is one that unfinished downloads have"),
            (DiskError::TooManyPieces, "t: the torrent has more than 16777216 pieces"),
        ] {
            let (failure, reason) = disk("t", &error);
            assert_eq!(
                (failure.exit, failure.message.as_str(), reason),
                (Exit::Unacceptable, said, "unacceptable")
            );
        }
    }
}
