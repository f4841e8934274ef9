//! Hash trees (BEP 52): what pieces must hash to, the layers that the torrent came without, answers and their proof.

mod expected;
mod layer_runs;
mod missing_layers;
mod tree;

pub(crate) use expected::Expected;
pub(crate) use layer_runs::LayerRuns;
pub(crate) use missing_layers::MissingLayers;
pub(crate) use tree::{LayerTree, Tree, UpperLayers, is_proved, is_valid_request};
