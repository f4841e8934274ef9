//! What a job lacked when it ended.

use swarm::Contacts;

/// Why a job did not get all of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shortfall {
    /// What became of its peers, trackers and web seeds.
    pub contacts: Contacts,
    /// Trackers that named peers in private networks, which they may not; may hold secrets.
    pub passed_over_by: Vec<String>,
    /// The first files that are wanted and not complete, by their index.
    pub first_lacking: Vec<usize>,
    /// How many such files there are.
    pub lacking: usize,
}
