//! Failures of offers, in sentences: what, why, and what the user may do about it.

use cli_kit::{Exit, Failure, escape, escape_path, io_cause, show_size};
use swarm_net::disk::DiskError;
use swarm_net::{Damage, DialError, Failure as Why};
use torrent_core::address::WayOut;
use torrent_core::redact::redact;

/// The sentence. `None` if it is the user who ended it.
pub(super) fn failure(source: &str, why: &Why) -> Option<Failure> {
    Some(match why {
        Why::Interrupted | Why::Disk(DiskError::Stopped) => return None,
        Why::Disk(error) => Failure::of(exit(error), source, disk(error)),
        Why::Tables { needed, limit, memory } => {
            let (needed, limit) = (show_size(*needed), show_size(*limit));
            let cause =
                format!("its files and pieces need {needed} of memory, and there is room for {limit}");
            let failure = Failure::of(Exit::Unacceptable, source, cause);
            failure.hint(format!("`--memory {}MiB` makes room", memory >> 20))
        }
        Why::NoThread(error) => {
            Failure::of(Exit::LocalIo, source, format!("no thread can be started: {}", io_cause(error)))
        }
        other => {
            let cause = escape(&redact(other.to_string().as_bytes())).into_owned();
            Failure::of(Exit::Network, source, cause)
        }
    })
}

/// What is wrong with a file.
pub(super) fn disk(error: &DiskError) -> String {
    match error {
        DiskError::Io { path, action, offset, error } => {
            let offset = offset.map_or(String::new(), |offset| format!(" at byte {offset}"));
            format!("{}: cannot {action}{offset}: {}", escape_path(path), io_cause(error))
        }
        DiskError::NothingOffered { path, why } => format!("{}: {}", escape_path(path), damage(why)),
        error => escape(error.to_string().as_bytes()).into_owned(),
    }
}

/// What is wrong with a file that is offered.
pub(super) fn damage(why: &Damage) -> String {
    match why {
        Damage::Unreadable(error) => format!("cannot be read: {}", io_cause(error)),
        why => why.to_string(),
    }
}

fn exit(error: &DiskError) -> Exit {
    match error {
        DiskError::UnsafeName(_) | DiskError::ReservedName | DiskError::TooManyPieces => Exit::Unacceptable,
        _ => Exit::LocalIo,
    }
}

/// What is wrong with a tracker, and what the user may do about one that is not asked.
pub(super) fn with_way_out(message: &str, way_out: Option<WayOut>) -> String {
    let option = match way_out {
        Some(WayOut::Allow) => "--allow-private",
        Some(WayOut::Name) => "--tracker",
        None => return message.to_owned(),
    };
    format!("{message}; `{option}` asks it all the same")
}

/// How the dial of a peer failed that the user named.
pub(super) fn dial_error(why: DialError) -> &'static str {
    match why {
        DialError::Refused => "refused the connection",
        DialError::Unanswered => "did not answer",
        DialError::Unreachable => "is out of reach",
        DialError::HungUp => "hung up at once",
        DialError::Silent => "sent no handshake",
        DialError::Strange => "is not of this torrent",
    }
}
