//! Every limit on what a stranger can send, with the reason next to each number.

/// A .torrent file, in bytes, unless the user allows more: datasets with millions of files exist.
pub const TORRENT_FILE: u64 = 256 << 20;

/// Nesting of a .torrent: the deepest real one seen has 8 levels, libtorrent stops at 100 as well.
pub const NESTING: usize = 100;

/// Folders around a file that is put into a torrent: they are scanned by recursion.
pub const FOLDERS: usize = 500;

/// The same for v2: its tree nests as deep as the folders, and [`NESTING`] must hold.
pub const FOLDERS_V2: usize = 90;

/// How much longer the paths of a v2 tree may be, all together, than the tree: it names a folder once, but every path in it
/// has that name. Real trees stay below 1; without a limit 200 KB of torrent could ask for gigabytes.
pub const PATH_EXPANSION: usize = 8;

/// Items that are read of a list beside the files, such as `announce-list`: each takes up to fifty times the bytes that it has in the
/// torrent, and the longest real lists have some hundreds.
pub const LISTED: usize = 10_000;

/// Files of a torrent.
pub const FILES: usize = 10_000_000;

/// A v1 piece, in bytes: no client goes further, and a block request (BEP 3) has 32 bits for the place in a piece.
pub const PIECE_LENGTH_MAX: u64 = 2 << 30;

/// The smallest v2 piece, in bytes: one leaf of the tree (BEP 52).
pub const PIECE_LENGTH_MIN_V2: u64 = BLOCK;

/// All bytes of a torrent, padding included: below 2^63, so that an `i64` of another client holds it.
pub const TOTAL_LENGTH: u64 = (1 << 63) - 1;

/// The leaves of a v2 tree, and what peers ask for at a time, in bytes (BEP 3, BEP 52).
pub const BLOCK: u64 = BLOCK_BYTES as u64;

/// The same, as the length of a buffer.
pub const BLOCK_BYTES: usize = 16 << 10;

/// A component of a file's path, in bytes: what Linux file systems can hold.
pub const NAME: usize = 255;

/// The smallest piece length that is made, in bytes: the block.
pub const MADE_PIECE_LENGTH_MIN: u64 = BLOCK;

/// The largest piece length that is made, in bytes: what current clients accept (qBittorrent: 256 MiB).
pub const MADE_PIECE_LENGTH_MAX: u64 = 256 << 20;

/// A magnet link, in bytes: command lines and feeds hold no longer ones, and real ones have a few thousand.
pub const MAGNET: usize = 1 << 20;

/// Pieces of a torrent whose data is checked: a byte each is kept. v2 torrents without layers could claim any number;
/// those with hashes for so many would be larger than [`TORRENT_FILE`].
pub const PIECES: u32 = 1 << 27;
