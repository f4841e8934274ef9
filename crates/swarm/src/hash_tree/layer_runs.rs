//! A piece layer as it is read, wherever it comes from.

use std::collections::BTreeMap;

use piece_hash::Sha256Digest;
use torrent_core::layout::PieceRange;

use crate::limits::HASHES;

/// Hashes of a run, as a length.
pub(super) const RUN: usize = HASHES as usize;

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
            Self::Pieced { pieces, .. } => PieceRange::first(*pieces).len(),
        }
    }

    /// Whether it is more than one run.
    pub(crate) fn has_several_runs(&self) -> bool {
        self.len() > RUN
    }

    /// The run that starts at `first`; behind the end there is nothing.
    pub(crate) fn run(&self, first: u32) -> &'a [Sha256Digest] {
        match self {
            Self::Plain(layer) => {
                let rest = layer.get(first as usize..).unwrap_or_default();
                &rest[..rest.len().min(RUN)]
            }
            Self::Pieced { runs, .. } => runs.get(&first).map_or(&[], Vec::as_slice),
        }
    }
}
