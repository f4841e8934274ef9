//! What tools that join swarms have in common on their command lines: options that mean the same in each, and the nodes of the DHT that
//! each keeps from one time to the next.

mod flags;
mod kept_nodes;

pub use flags::{PatienceFlags, RateFlags, SwarmFlags, typed_nodes};
pub use kept_nodes::KeptNodes;
