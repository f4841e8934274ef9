//! Bencode (BEP 3) from strangers, and to them.
//!
//! `serde_bencode` recurses without limit, takes bytes behind the end and forgets where a value stood. So every input
//! first passes [`scan`], which walks it without recursion, holds it to the limits and notes what is not canonical.
//! What passed is read through [`Value`], a view that copies nothing. [`Writer`] writes canonical bencode, to memory
//! or to a counter.

mod fault;
pub mod json;
mod lexer;
mod outline;
mod scan;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use fault::{Fault, FaultKind, ScanError, ScanErrorKind};
pub(crate) use outline::Outline;
pub(crate) use scan::outline;
pub use scan::scan;
pub(crate) use value::{BencodeEvent, Events};
pub use value::{Dict, List, Value};
pub use write::{Sink, Writer};
