//! What tools that join swarms have in common on their command lines: options that mean the same in each, addresses that are typed, and the
//! nodes of the DHT that each keeps from one time to the next.

mod addresses;
mod flags;
mod kept_nodes;

pub use addresses::{typed_peers, typed_trackers, typed_web_seeds};
pub use flags::{PatienceFlags, RateFlags, SwarmFlags, typed_nodes};
pub use kept_nodes::KeptNodes;
