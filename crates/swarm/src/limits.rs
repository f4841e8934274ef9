//! The numbers that bound what a stranger can make us do or keep, each with its reason.

use std::time::Duration;

/// Bytes of a block: what every client asks for at a time, and the most that many send.
pub const BLOCK: u32 = 16 << 10;

/// Blocks asked of one peer at a time, whatever it allows: 32 MiB are 250 ms at 1 Gbit/s.
pub const ASKED: usize = 2000;

/// What a peer without `reqq` (BEP 10) is taken to allow: the default of most clients.
pub const REQUEST_QUEUE_DEFAULT: usize = 250;

/// Requests that we keep for a peer; more are rejected. It is what our `reqq` says: as many as we would ask for ourselves,
/// because the fewer there may be, the slower is a long line. Only who is unchoked has any, at 12 bytes each.
pub const REQUEST_QUEUE: usize = 2000;

/// Blocks on their way out to one peer, at least and at most; between them what it takes in a quarter of a second. What
/// is on its way cannot be taken back any more.
pub const SENDING: [usize; 2] = [4, 64];

/// Peers that get blocks at a time, beside the optimistic one: four, as BEP 3 has it.
pub const UPLOAD_SLOTS: usize = 4;

/// Blocks that may be asked for or held while the driver has not said: 32 MiB.
pub const BUDGET: usize = 2048;

/// Blocks that may be asked for twice at a time, however small the budget is: else a budget of one piece knows no end game.
pub const HELP_BLOCKS: usize = 64;

/// Peers that may be asked for the same block, in the end game.
pub const CLAIMS: usize = 2;

/// Connections at a time.
pub const CONNECTIONS: usize = 200;

/// How many in four connections may be those that others made: the rest is for addresses that we chose.
pub const INCOMING_IN_FOUR: usize = 3;

/// A peer that gives nothing may stay so long, if others wait for its place.
pub const GRACE: Duration = Duration::from_secs(30);

/// Connections of one address (IPv6: one /64) at a time: more than one, for those behind the same router.
pub const CONNECTIONS_PER_HOST: usize = 8;

/// Connections being opened at a time.
pub const DIALS: usize = 30;

/// Addresses of peers that we remember: trackers give 200 at a time.
pub const ADDRESSES: usize = 4000;

/// `have` messages kept of a peer until the metadata says how many pieces there are: 16 KiB. Further ones are forgotten.
pub const EARLY_HAVES: usize = 1 << 12;

/// Bytes of bitfields kept of all peers until the metadata says how many pieces there are. Those of a torrent of 100,000 pieces
/// have 12 KiB each.
pub const EARLY_BITFIELDS: usize = 4 << 20;

/// Pieces of a torrent: a bitfield of them, which every peer makes us keep, is 2 MiB.
pub const PIECES: u32 = 1 << 24;

/// Words that a peer may say before it says too much, and how many more a second. A word is a message other than a block, and
/// every 1,024 bytes of an extended one. What serves its purpose costs nothing: pieces that it has, blocks that it gives or takes.
pub const WORDS: [u32; 2] = [1 << 16, 1000];

/// Words that a block makes up for, in either direction: its request, its announcement, a cancel.
pub const WORDS_A_BLOCK: u32 = 4;

/// Breaches of the protocol from one host, after which nobody there is talked to any more.
pub const OFFENCES: u32 = 3;

/// Bytes of metadata. The largest honest ones seen have 23 MB.
pub const METADATA: usize = 32 << 20;

/// Peers whose metadata is fetched at a time.
pub const METADATA_SOURCES: usize = 3;

/// Blocks of metadata asked of one peer at a time.
pub const METADATA_ASKED: u32 = 16;

/// How long a peer may take for a block of metadata; and for all of it, if others wait. Doubled with every try.
pub const METADATA_PATIENCE: Duration = Duration::from_secs(12);

/// How long a peer that did not give metadata is left alone.
pub const METADATA_PAUSE: Duration = Duration::from_secs(3);

/// How often a peer is asked for metadata in vain.
pub const METADATA_TRIES: u32 = 3;

/// Hashes in one request (BEP 52).
pub const HASHES: u32 = 512;

/// Requests for hashes that one peer has to answer at a time.
pub const HASHES_ASKED: usize = 4;

/// How often a peer that must know hashes is asked for them in vain.
pub const HASH_TRIES: u32 = 3;

/// How long a peer may take for hashes.
pub const HASH_PATIENCE: Duration = Duration::from_secs(10);

/// Hashes that are kept of the trees of the last pieces: 2 MiB.
pub const LEAVES_KEPT: usize = 1 << 16;

/// Requests for leaves that wait for the disk, of one peer and of all: who asks for a piece of 512 MiB asks so often at once.
pub const LEAVES_WAITING: [usize; 2] = [64, 128];

/// Pieces whose leaves are read from the disk at a time, one of them for one peer: while one is answered, the next is read.
pub const LEAVES_READ: usize = 2;

/// Requests to one web seed at a time: while one ends, the next is on its way.
pub const WEB_JOBS: usize = 2;

/// Pieces that a peer may be giving us unverified, before one of its pieces has fitted its hash.
pub const UNPROVEN_PIECES: usize = 1;

/// Addresses that are not talked to any more.
pub const BANS: usize = 4000;

/// Who closed connections are remembered, so that their blocks can still be laid at their door.
pub const DEPARTED: usize = 1024;

/// A peer that says nothing at all for so long after the handshake has nothing to say.
pub const FIRST_WORD: Duration = Duration::from_secs(45);

/// Clients send something every two minutes (BEP 3).
pub const SILENCE: Duration = Duration::from_secs(150);

/// We send something so often.
pub const KEEP_ALIVE: Duration = Duration::from_secs(100);

/// How long a peer may take for a block, at least and at most; between them four round trips more than usual.
pub const SNUB: [Duration; 2] = [Duration::from_secs(20), Duration::from_secs(60)];

/// A peer that kept us waiting for blocks for so long, and gave none, is closed.
pub const STALL: Duration = Duration::from_secs(50);
