//! A piece layer as it is read, wherever it comes from.

use std::collections::BTreeMap;

use piece_hash::Sha256Digest;

use crate::limits::HASHES;

/// A whole piece layer, by runs of [`HASHES`].
#[derive(Clone, Copy)]
pub(crate) enum LayerRuns<'a> {
    /// As the torrent has it.
    Plain(&'a [Sha256Digest]),
    /// As it came from peers.
    Pieced { pieces: u32, runs: &'a BTreeMap<u32, Vec<Sha256Digest>> },
}

impl<'a> LayerRuns<'a> {
    /// How many hashes it has.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Plain(layer) => layer.len(),
            Self::Pieced { pieces, .. } => *pieces as usize,
        }
    }

    /// The run that starts at `first`; behind the end there is nothing.
    pub(crate) fn run(&self, first: u32) -> &'a [Sha256Digest] {
        match self {
            Self::Plain(layer) => {
                let rest = layer.get(first as usize..).unwrap_or_default();
                &rest[..rest.len().min(HASHES as usize)]
            }
            Self::Pieced { runs, .. } => runs.get(&first).map_or(&[], Vec::as_slice),
        }
    }
}
