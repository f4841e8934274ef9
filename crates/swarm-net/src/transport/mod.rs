//! What carries the bytes of connections.

mod sealing;
mod stream;
mod tcp;

pub(crate) use stream::Stream;
pub(crate) use tcp::listen;
