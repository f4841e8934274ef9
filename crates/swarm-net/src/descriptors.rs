//! How many files and sockets this process may have open, and what that leaves for the connections of each job.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit as far as this process may. It is usually 1,024, for the sake of programs that use `select`.
pub fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Should that fail, there is the less to share.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// How many connections each of so many jobs may have, so that descriptors are always left for files.
pub(crate) fn connections_each(jobs: usize) -> usize {
    share(getrlimit(Resource::Nofile).current, jobs)
}

fn share(limit: Option<u64>, jobs: usize) -> usize {
    let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let each = limit.saturating_sub(ASIDE) / jobs.max(1);
    each.saturating_sub(OF_A_JOB).clamp(FEWEST, MOST)
}

/// Descriptors for what all jobs share: open files, listeners, connections before their handshake, trackers, web seeds.
const ASIDE: usize = 200;

/// Descriptors that a job has open all the time: its folder, the lock, the journal.
const OF_A_JOB: usize = 3;

/// With fewer, a job would get nowhere.
const FEWEST: usize = 4;

/// Connections of a job at a time.
const MOST: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_is_shared() {
        let cases = [
            (None, 1000, 80),
            (Some(u64::MAX), 1, 80),
            (Some(1024), 0, 80),
            (Some(1024), 1, 80),
            (Some(1024), 9, 80),
            (Some(1024), 10, 79),
            (Some(1024), 100, 5),
            (Some(1024), 1000, 4),
            (Some(256), 1, 53),
            (Some(64), 1, 4),
        ];
        for (limit, jobs, connections) in cases {
            assert_eq!(share(limit, jobs), connections, "{limit:?} {jobs}");
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
