//! What is sent back.

use std::ops::Range;
use std::sync::Arc;

use torrent_core::metainfo::Metainfo;

use crate::http::{Answer, Status};

/// An answer with its content.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The head of the answer.
    pub answer: Answer,
    /// What follows it.
    pub body: Body,
}

/// The content of an answer.
#[derive(Clone, Debug)]
pub enum Body {
    /// Made for this answer.
    Own(Vec<u8>),
    /// A .torrent, most of which is in memory anyhow.
    Torrent(Vec<Part>),
    /// These of the torrent's bytes, which are on disk.
    Content(Range<u64>),
}

/// A part of a .torrent. The long ones are those that the torrent has in memory: many clients may take their time.
#[derive(Clone, Debug)]
pub enum Part {
    /// What was written for this answer.
    Own(Vec<u8>),
    /// The info dictionary, as it is.
    Info(Arc<Metainfo>),
    /// The value of this other key, as it is.
    Value(Arc<Metainfo>, Vec<u8>),
}

impl Part {
    /// The bytes that are sent.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Info(metainfo) => metainfo.raw_info(),
            Self::Value(metainfo, key) => {
                metainfo.root_entries().get(key).map(|value| value.raw()).unwrap_or_default()
            }
        }
    }
}

impl Reply {
    /// Content that was made for this answer.
    pub fn own(status: Status, content_type: &str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        let answer = Answer::new(status, content_type, content.len() as u64);
        Self { answer, body: Body::Own(content) }
    }

    /// The reply with one more field in its head.
    pub fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        Self { answer: self.answer.with(name, value), ..self }
    }
}

/// What is answered to a request that is not granted.
pub fn refusal(status: Status) -> Reply {
    let reply = Reply::own(status, "text/plain", format!("{} {}\n", status.code(), status.reason()));
    match status {
        Status::MethodNotAllowed => reply.with("Allow", "GET, HEAD"),
        Status::ServiceUnavailable => reply.with("Retry-After", RETRY_SECONDS.to_string()),
        _ => reply,
    }
}

/// It is at another path of this server; `target` is that of a URL.
pub fn moved(target: String) -> Reply {
    Reply::own(Status::MovedPermanently, "text/plain", format!("{target}\n")).with("Location", target)
}

/// When a client may ask again for what it cannot have now.
const RETRY_SECONDS: u32 = 60;
