//! What is kept of a torrent beside its payload: its metainfo, and tables with an entry for each file and each piece.
//!
//! It is known when the torrent is opened, and counts as memory like the blocks do. `tests/memory` holds the figures to what is
//! allocated.

use piece_hash::Sha256Digest;
use swarm::limits::{LEAVES_KEPT, connections};
use torrent_core::limits::BLOCK;
use torrent_core::metainfo::Metainfo;
use torrent_core::naming::Naming;

/// Bytes that the tables of a torrent take while it is fetched, about.
pub fn tables(metainfo: &Metainfo, naming: &Naming) -> u64 {
    let files = metainfo.files();
    let named = if naming.is_own() { 0 } else { files.memory() + files.len() as u64 * NAMED_FILE };
    let pieces = metainfo.layout().piece_count();
    let a_piece = if metainfo.lacks_layers() { PIECE + UNLAYERED_PIECE } else { PIECE };
    let bits =
        pieces.div_ceil(8) * connections(u32::try_from(pieces).unwrap_or(u32::MAX)).min(MOST_PEERS) as u64;
    let entries = files.len() as u64 * FILE + pieces.saturating_mul(a_piece);
    metainfo
        .memory()
        .saturating_add(named)
        .saturating_add(entries)
        .saturating_add(bits)
        .saturating_add(trees(metainfo))
}

/// Bytes of the hash trees of the latest pieces of a v2 torrent, which peers may ask about.
fn trees(metainfo: &Metainfo) -> u64 {
    if !metainfo.protocol().has_v2() {
        return 0;
    }
    let hashes = 2 * metainfo.layout().length().div_ceil(BLOCK);
    hashes.min(LEAVES_KEPT as u64) * size_of::<Sha256Digest>() as u64
}

/// Bytes that the tables of a torrent may take if the user allows so much `memory`: what else is needed left out, and some blocks.
pub fn tables_limit(memory: u64) -> u64 {
    memory + BESIDE - least_blocks(memory)
}

/// The `memory` that the user has to allow for tables that take so many `bytes`, in round numbers.
pub fn memory_for_tables(bytes: u64) -> u64 {
    let sizes = (0..).map(|step| (16 << 20) << step);
    sizes
        .take_while(|size: &u64| *size < 1 << 50)
        .find(|size| tables_limit(*size) >= bytes)
        .unwrap_or(u64::MAX)
}

/// The `memory` that the user has to allow for a torrent of about so many `files`, where list and torrent take so many `bytes`.
pub fn memory_for_files(files: u64, bytes: u64) -> u64 {
    memory_for_tables(bytes.saturating_add(files.saturating_mul(FILE)))
}

/// Bytes of blocks that are left beside `tables`.
pub(crate) fn blocks_beside(tables: u64, memory: u64) -> u64 {
    (memory + BESIDE).saturating_sub(tables).clamp(least_blocks(memory), memory)
}

/// Bytes of blocks without which nothing would come.
fn least_blocks(memory: u64) -> u64 {
    (memory / 4).min(LEAST_BLOCKS)
}

/// Bytes that are allowed beside the memory of the user (16 MiB) and not taken by what every fetch needs: code, threads, sockets.
const BESIDE: u64 = 4 << 20;

/// Blocks of two pieces of 1 MiB.
const LEAST_BLOCKS: u64 = 128 * BLOCK;

/// Bytes for each file: whether it is wanted, where it is, how much of it lacks; and, while what is there is looked at, what was
/// found of it, and how it was by the journal.
const FILE: u64 = 10 + 50 + 75;

/// Bytes for each file, its path left out, if files get other names than their own.
const NAMED_FILE: u64 = 96;

/// Bytes for each piece: in the picker, of what is on disk, and of what is wanted.
const PIECE: u64 = 14;

/// Bytes for each piece whose v2 hash the torrent lacks: as it came from peers, gathered, written as bencode, and in the torrent that
/// is made of it. What the journal knows takes a little less.
const UNLAYERED_PIECE: u64 = 4 * 32;

/// Peers of a torrent of few pieces: with more pieces the engine has fewer.
const MOST_PEERS: usize = 80;
