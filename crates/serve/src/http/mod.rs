//! The server's side of HTTP/1.1 and 1.0 (RFC 9110, 9112): bytes in, requests or refusals out, and heads of answers.
//!
//! What could be read in two ways is refused, and so is any request with content: with nothing behind a head but the next head, no
//! request can be smuggled in another.

mod answer;
mod conditions;
mod conversation;
mod method;
mod range;
mod request;
mod status;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Persistence};
pub use conditions::Conditions;
pub use conversation::{Conversation, HEAD_BYTES};
pub use method::Method;
pub use range::{ByteRange, Satisfied};
pub use request::{HttpVersion, Request};
pub use status::Status;
