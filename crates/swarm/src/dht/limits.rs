//! Every limit of the DHT, with the reason next to each number.

use std::time::Duration;

/// Nodes in a bucket, in an answer and around an info hash (BEP 5, K).
pub(super) const K: usize = 8;

/// Nodes that a traversal asks at a time.
pub(super) const ALPHA: usize = 4;

/// Of the nodes nearest to an id, how many may have chosen their id (BEP 42) while others are to be had.
pub(super) const CHOSEN_IDS: usize = K / 2;

/// How long a node may take to answer; after that it counts as failed. Answers that took longer than 3 s were of no use to anybody.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);

/// A node that takes longer than nine of ten others, but at least this long, is late: the traversal asks another beside it.
pub(super) const LATE_MIN: Duration = Duration::from_millis(400);

/// A node is late after this long in any case, however slow others make themselves.
pub(super) const LATE_MAX: Duration = Duration::from_millis(1_500);

/// Round trips that are remembered to know what is late.
pub(super) const ROUND_TRIPS: usize = 64;

/// Bytes of a datagram that are looked at: none crosses an Ethernet that is longer.
pub(super) const DATAGRAM_MAX: usize = 1_500;

/// Bytes of what we send (BEP 32).
pub(super) const SENT_MAX: usize = 1_024;

/// An answer may be so many times as long as its question while whoever asks has shown no token: the question may come from somewhere else.
pub(super) const AMPLIFICATION: usize = 3;

/// Bytes of a transaction id that we repeat: clients use two to eight.
pub(super) const TRANSACTION_MAX: usize = 32;

/// Bytes of a token that we keep: clients give four to twenty.
pub(super) const TOKEN_MAX: usize = 128;

/// After this long tokens are others; the last ones still count (BEP 5).
pub(super) const TOKEN_TURN: Duration = Duration::from_secs(300);

/// How long a host that has shown a token counts as one that is where it says it is.
pub(super) const PROVEN: Duration = Duration::from_secs(1_800);

/// Hosts that have shown a token, remembered at a time.
pub(super) const PROVEN_HOSTS: usize = 1_000;

/// Bytes a second of answers (libtorrent's default).
pub(super) const ANSWERED_A_SECOND: u64 = 8_000;

/// Queries a second of one host that are answered.
pub(super) const QUERIES_A_SECOND: u64 = 20;

/// Queries of one host that are answered at once.
pub(super) const QUERIES_AT_ONCE: u64 = 40;

/// Two to this power hosts have a budget of queries each; beyond that they share.
pub(super) const ASKERS_BITS: u32 = 12;

/// Peers that are kept of an info hash: more than that do not fit an answer.
pub(super) const PEERS: usize = 100;

/// Info hashes of which peers are kept.
pub(super) const HASHES: usize = 2_000;

/// Info hashes that one network may have brought once half of [`HASHES`] is used.
pub(super) const HASHES_PER_NETWORK: usize = 32;

/// How long a peer is kept: clients announce every 15 to 30 minutes.
pub(super) const PEER_LIFETIME: Duration = Duration::from_secs(45 * 60);

/// How often what has expired is thrown away.
pub(super) const SWEEP: Duration = Duration::from_secs(300);

/// A node that was silent for so long is questionable, and a bucket that did not change for so long is refreshed (BEP 5).
pub(super) const STALE: Duration = Duration::from_secs(15 * 60);

/// Queries in a row that a node may leave unanswered before it is no longer in its bucket.
pub(super) const FAILURES: u8 = 2;

/// How often each table is looked after: at most one node is asked whether it is still there, at most one bucket refreshed.
pub(super) const UPKEEP: Duration = Duration::from_secs(5);

/// How long to wait before a table that has hardly anybody is filled again.
pub(super) const RETRY: Duration = Duration::from_secs(60);

/// Nodes that somebody named and that are remembered to begin with, for each family.
pub(super) const CONTACTS: usize = 200;

/// Nodes that wait to be asked whether they are there, for each family.
pub(super) const CHECKS: usize = 100;

/// Nodes that are being asked whether they are there, for each family.
pub(super) const CHECKS_AT_ONCE: usize = 8;

/// Nodes that a traversal knows: what is farther than so many others is of no use.
pub(super) const CANDIDATES: usize = 200;

/// Nodes that a traversal asks in all: honest ones take 30 to 60.
pub(super) const ASKED: usize = 200;

/// Nodes that somebody named to a traversal and that may leave it without an answer, beside three for each one that answered: who names
/// nodes that do not exist is not believed for long.
pub(super) const UNPROVEN: u32 = 3;

/// Lookups at a time. Others wait their turn.
pub(super) const LOOKUPS: usize = 16;

/// Networks whose word about our address is remembered (BEP 42).
pub(super) const VOTES: usize = 32;

/// Networks that have to agree about our address (BEP 42).
pub(super) const VOTES_NEEDED: usize = 3;
