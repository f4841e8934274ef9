//! How many files and sockets this process may have open, and what that leaves for connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit as far as this process may. It is usually 1,024, for the sake of programs that use `select`.
pub fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Should that fail, there is the less to share.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// How many files and sockets this process may have open.
pub(crate) fn descriptors() -> usize {
    let limit = getrlimit(Resource::Nofile).current;
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}

/// How many connections torrents may have together beside so many that have files open, of so many `descriptors`: some are always left for files.
pub(crate) fn connections(descriptors: usize, torrents: usize) -> usize {
    let aside = ASIDE + announcers(descriptors) * OF_AN_ANNOUNCE + lookups(descriptors) * OF_A_LOOKUP;
    descriptors.saturating_sub(aside).saturating_sub(torrents.saturating_mul(OF_A_TORRENT)).max(FEWEST)
}

/// How many trackers may be asked over HTTP at a time: public lists have twenty dead ones.
pub(crate) fn announcers(descriptors: usize) -> usize {
    (descriptors / 32).clamp(4, 64)
}

/// How many names of trackers may be looked up at a time: those that nobody answers for take long.
pub(crate) fn lookups(descriptors: usize) -> usize {
    (descriptors / 32).clamp(4, 64)
}

/// Descriptors for what all torrents share: open files, listeners, web seeds.
const ASIDE: usize = 200;

/// Sockets that an announce may take: one for each family of addresses and each hash of a hybrid.
const OF_AN_ANNOUNCE: usize = 4;

/// Sockets that looking up a name may take.
const OF_A_LOOKUP: usize = 2;

/// Descriptors that a torrent has open until its files have their names: its folder, the lock, the journal.
const OF_A_TORRENT: usize = 3;

/// With fewer, nothing would come.
const FEWEST: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_theirs_whatever_torrents_there_are() {
        let cases = [
            (usize::MAX, 1, usize::MAX - 587),
            (1024, 0, 632),
            (1024, 100, 332),
            (1024, 1000, 4),
            (64, 1, 4),
        ];
        for (descriptors, torrents, expected) in cases {
            assert_eq!(connections(descriptors, torrents), expected, "{descriptors} {torrents}");
        }
    }

    #[test]
    fn the_limit_is_raised_as_far_as_may_be() {
        let before = getrlimit(Resource::Nofile);
        let lower = before.maximum.unwrap_or(u64::MAX).min(1000) - 1;
        setrlimit(Resource::Nofile, Rlimit { current: Some(lower), ..before }).unwrap();
        raise_descriptor_limit();
        assert_eq!(getrlimit(Resource::Nofile), Rlimit { current: before.maximum, ..before });
    }
}
