//! Every limit on what a stranger can make us do or remember, with the reason next to each number.

use std::time::Duration;

use torrent_core::layout::PieceRange;

/// Bytes of a block: what every client asks for at a time, and the most that many send.
pub const BLOCK: u32 = 16 << 10;

/// Requests that one peer has to answer at a time, however many it allows: 32 MiB last 250 ms at 1 Gbit/s.
pub const REQUESTS_IN_FLIGHT: usize = 2000;

/// Requests to one peer that were taken back and whose blocks may still come: a choke and a change of mind, each of all that it
/// was asked for.
pub const LATE: usize = 2 * REQUESTS_IN_FLIGHT;

/// How long a peer that choked us, and made more requests void than it answered, is not asked for anything, even if it unchokes us
/// at once. Honest peers choke every ten seconds.
pub const CHOKE_PAUSE: Duration = Duration::from_secs(1);

/// Requests that a peer allows if it does not say (`reqq`, BEP 10): the default of most clients.
pub const REQUEST_QUEUE_DEFAULT: usize = 250;

/// Requests that we queue for a peer; more are rejected. Our `reqq` says so: as many as we would send ourselves, because over a
/// link with a long round trip fewer would be slower. Only unchoked peers have any, and each takes 12 bytes.
pub const REQUEST_QUEUE: usize = 2000;

/// Blocks being sent to one peer, at least. Between this and [`SENDING_MAX`] it is what the peer takes in a quarter of a second: a
/// block that is being sent can no longer be cancelled.
pub const SENDING_MIN: usize = 4;

/// Blocks being sent to one peer, at most: 1 MiB.
pub const SENDING_MAX: usize = 64;

/// Peers that are unchoked at a time, not counting the optimistic unchoke (BEP 3).
pub const UPLOAD_SLOTS: usize = 4;

/// Blocks that may be requested or kept until the driver sets a budget: 32 MiB.
pub const BUDGET: usize = 2048;

/// Blocks that may be requested twice at a time, on top of a small budget: with blocks for one piece only, there would be no end
/// game otherwise.
pub const HELP_BLOCKS: usize = 64;

/// Peers that the same block may be requested from, in the end game.
pub const CLAIMS: usize = 2;

/// The same where all that were asked so far are silent.
pub const CLAIMS_IN_VAIN: usize = 64;

/// How long a peer may leave requests unanswered before others are tried that have not given anything yet either.
pub const HUSH: Duration = Duration::from_secs(3);

/// Bytes of whole pieces from one peer or web seed that are being hashed or written, though two pieces may be more: what a kill
/// costs. All lanes of a hash are full with half of it at 512 KiB a piece.
pub const UNWRITTEN: u64 = 16 << 20;

/// Connections at a time, in and out.
pub const CONNECTIONS: usize = 200;

/// Connections at a time of a torrent with so many pieces: for each peer there is a bit for every piece.
pub fn connections(pieces: u32) -> usize {
    (BITFIELDS * 8 / PieceRange::first(pieces).len().max(1)).max(FEWEST_CONNECTIONS)
}

/// Bytes that what all peers have may take (BEP 3, `bitfield`).
const BITFIELDS: usize = 4 << 20;

/// Fewer peers would not do, however many pieces there are.
const FEWEST_CONNECTIONS: usize = 16;

/// Of every four connections, how many may be incoming: the rest is for addresses that we chose.
pub const INCOMING_IN_FOUR: usize = 3;

/// How long a peer that gives nothing may stay if others wait for its place.
pub const GRACE: Duration = Duration::from_secs(30);

/// Connections with one address (IPv6: one /64) at a time: several peers may be behind the same router.
pub const CONNECTIONS_PER_HOST: usize = 8;

/// Connections being opened at a time.
pub const DIALS: usize = 30;

/// The same while nobody is connected and those that are being opened hang: a tracker's list of dead addresses is done with in seconds.
pub const DIALS_ALONE: usize = 300;

/// How long a dial may take: the system has said hello three times by then.
pub const DIAL_PATIENCE: Duration = Duration::from_secs(5);

/// The same when an address is dialled first, while more wait than can be dialled at a time: the system has said hello twice by then.
pub const FIRST_DIAL_PATIENCE: Duration = Duration::from_millis(1200);

/// Peer addresses that we remember: trackers give 200 at a time.
pub const ADDRESSES: usize = 4000;

/// Peers that are told, and peers of which it is said that they are gone, in one message of peer exchange (BEP 11).
pub const PEX_PEERS: usize = 50;

/// How long after a message of peer exchange the next one comes at the earliest (BEP 11).
pub const PEX_INTERVAL: Duration = Duration::from_secs(60);

/// How long after there was nothing to tell a peer it is looked again: for each of thousands that looks at all the others.
pub const PEX_LOOK: Duration = Duration::from_secs(5);

/// Peers that one peer knows of by us at a time, each of them another choice: from these it hears of more. Together they take 2 MB of
/// [`CONNECTIONS`].
pub const PEX_TOLD: usize = 200;

/// Bytes of a message of peer exchange: 200 peers that came and as many that went, of both families, have 10 KiB.
pub const PEX_MESSAGE: usize = 16 << 10;

/// Peers of each list that are read of a message of peer exchange: the first may name more than [`PEX_PEERS`].
pub const PEX_READ: usize = 200;

/// Peers that one peer may name at first, and what it may have saved later.
pub const PEX_BURST: usize = 200;

/// Peers that one peer may name a minute: liars are a few dials of the hundreds that there are in a minute.
pub const PEX_PER_MINUTE: u64 = 25;

/// What a message of peer exchange counts at least, in peers that it names: two a minute are one more than there should be.
pub const PEX_PRICE: usize = 10;

/// `have` messages kept for each peer until the metadata says how many pieces there are: 16 KiB. Further ones are dropped.
pub const EARLY_HAVES: usize = 1 << 12;

/// `have` messages that each peer gets at once when the metadata of a resumed magnet link comes: 36 KiB. Of what is beyond, they do
/// not hear on this connection.
pub const HAVES: usize = 1 << 12;

/// Bytes of bitfields kept, over all peers, until the metadata says how many pieces there are. A torrent of 100,000 pieces has
/// bitfields of 12 KiB.
pub const EARLY_BITFIELDS: usize = 4 << 20;

/// Pieces of a torrent: their bitfield, of which we keep one for every peer, has 2 MiB.
pub const PIECES: u32 = 1 << 24;

/// Messages that a peer may send in one burst, as `message_budget.rs` counts them. Honest peers stay far below, because what serves
/// its purpose costs nothing.
pub const MESSAGES_BURST: u32 = 1 << 16;

/// Messages that a peer may send a second, beyond those that blocks earn.
pub const MESSAGES_PER_SECOND: u32 = 1000;

/// Messages that each block earns, in either direction: for its request, a `have`, a cancel.
pub const MESSAGES_PER_BLOCK: u32 = 4;

/// Protocol violations from one host before it is banned.
pub const OFFENCES: u32 = 3;

/// Bytes of an extension handshake (BEP 10): clients that say much say it in half a kibibyte.
pub const EXTENSION_HANDSHAKE: usize = 8 << 10;

/// What each extension handshake costs of [`MESSAGES_BURST`], however short: clients send a few in all, as something of them changes.
pub const HANDSHAKE_PRICE: u32 = 1000;

/// Bytes of the dictionary before a block of metadata (BEP 9): three numbers.
pub const METADATA_HEAD: usize = 512;

/// Bytes of metadata (BEP 9): the largest honest ones seen have 23 MB.
pub const METADATA: usize = 32 << 20;

/// Peers whose metadata is fetched at a time.
pub const METADATA_SOURCES: usize = 3;

/// Blocks of metadata requested from one peer at a time.
pub const METADATA_REQUESTS: u32 = 16;

/// How long a peer may take for a block of metadata, and for all of it if other peers could give it. Doubled with every try.
pub const METADATA_PATIENCE: Duration = Duration::from_secs(12);

/// How long a peer that was asked for metadata may do nothing before one more peer is asked beside it.
pub const METADATA_QUIET: Duration = Duration::from_secs(2);

/// How much longer for each block that it gave: at less than 320 KiB/s it is no reason not to ask others as well.
pub const METADATA_PACE: Duration = Duration::from_millis(50);

/// How long to wait before a peer that did not give metadata is asked again.
pub const METADATA_PAUSE: Duration = Duration::from_secs(3);

/// How often a peer that does not give metadata is asked for it.
pub const METADATA_TRIES: u32 = 3;

/// Hashes in one request (BEP 52).
pub const HASHES: u32 = 512;

/// Hash requests that one peer has to answer at a time.
pub const HASH_REQUESTS: usize = 4;

/// How often a peer that must have the hashes, but does not give them, is asked.
pub const HASH_TRIES: u32 = 3;

/// How long a peer may take to answer a hash request.
pub const HASH_PATIENCE: Duration = Duration::from_secs(10);

/// Hashes kept of the trees of the latest pieces, to answer hash requests with: 2 MiB. Leaves of other pieces are not given.
pub const LEAVES_KEPT: usize = 1 << 16;

/// Requests to all web seeds at a time.
pub const WEB_JOBS_ALL: usize = 16;

/// Web seeds whose lacking files are remembered: each needs a bitfield, of 2 MiB at the most.
pub const WEB_SEEDS_LACKING: usize = 16;

/// Requests to one web seed at a time: the second is sent while the first is still being answered.
pub const WEB_JOBS: usize = 2;

/// Unverified pieces that a new peer may give us at a time, until the hash of one is right (see `trust.rs`).
pub const UNPROVEN_PIECES: usize = 1;

/// Hosts that are banned. Beyond that, the first ones are forgotten.
pub const BANS: usize = 4000;

/// Hosts of one IPv6 network (/48) that are banned: a peer that has 65,536 of them is not to make us forget all others.
pub const BANS_PER_NETWORK: usize = 256;

/// Closed connections whose host is remembered, so that bad blocks from them can still be traced.
pub const DEPARTED: usize = 1024;

/// How long a peer may send nothing at all after the handshake.
pub const FIRST_WORD: Duration = Duration::from_secs(45);

/// How long a peer may be silent: clients send something every two minutes (BEP 3).
pub const SILENCE: Duration = Duration::from_secs(150);

/// How often we send a keep-alive: before the two minutes of BEP 3 are over.
pub const KEEP_ALIVE: Duration = Duration::from_secs(100);

/// How long a peer may take for a block before it counts as snubbing us, at least. Between this and [`SNUB_MAX`] it is four times
/// the smoothed round trip.
pub const SNUB_MIN: Duration = Duration::from_secs(20);

/// How long a peer may take for a block before it counts as snubbing us, at most.
pub const SNUB_MAX: Duration = Duration::from_secs(60);

/// How long a peer that unchoked us may leave all requests unanswered before it is disconnected.
pub const STALL: Duration = Duration::from_secs(50);
