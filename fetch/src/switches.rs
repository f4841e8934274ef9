//! What was typed about how peers are found and reached, as far as it explains why nothing came.

use swarm_net::Encryption;

/// What is switched off, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Switches {
    /// The option or variable by which the DHT is left alone, if it is.
    pub(crate) no_dht: Option<&'static str>,
    pub(crate) encryption: Encryption,
}
