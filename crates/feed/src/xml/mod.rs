//! XML as feeds have it: any bytes become elements, and what was wrong with them is reported and not fatal.

mod decode;
mod element;
mod entities;
mod fault;
mod namespaces;
mod parts;
mod text;

pub use decode::recoded;
pub(crate) use decode::{FeedText, decode};
pub(crate) use element::{Attribute, Element, local};
pub(crate) use entities::expanded;
pub use fault::{FeedFault, FeedFaultKind};
pub(crate) use parts::{FeedPart, Parts};
pub(crate) use text::{escape, is_forbidden, is_name};
