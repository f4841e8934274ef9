//! HTTP at the peer port: what is offered can be had, nothing else, and whoever means ill keeps nobody from it.

mod client;
mod content;
mod host;
mod hostile;

pub(crate) use content::eventually;
pub(crate) use host::Host;
