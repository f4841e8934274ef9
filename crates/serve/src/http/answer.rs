//! The head of an answer.

use std::fmt::Write;
use std::time::SystemTime;

use super::{HttpVersion, Method, Request, Status};

/// What an answer says of itself. Its content goes behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// How the request ended.
    pub status: Status,
    /// Fields that are this answer's own; no name or value has a line break.
    pub fields: Vec<(&'static str, String)>,
    /// Bytes of its content, which is not sent in answer to `HEAD`.
    pub length: u64,
}

/// What becomes of the connection after an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Persistence {
    /// It ends with this answer.
    Closes,
    /// It goes on, which the client takes for granted.
    GoesOn,
    /// It goes on, which a client of HTTP/1.0 has to be told.
    IsKept,
}

impl Persistence {
    /// What follows from a request; if it could not be read, the connection ends.
    pub fn after(request: Option<&Request>) -> Self {
        match request {
            Some(request) if request.goes_on && request.version == HttpVersion::V1_0 => Self::IsKept,
            Some(request) if request.goes_on => Self::GoesOn,
            _ => Self::Closes,
        }
    }
}

impl Answer {
    /// An answer with content of a type.
    pub fn new(status: Status, content_type: &str, length: u64) -> Self {
        Self { status, fields: vec![("Content-Type", content_type.to_owned())], length }
    }

    /// The answer with one more field.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// Whether content follows the head.
    pub fn has_content(&self, method: Method) -> bool {
        method == Method::Get && self.status != Status::NotModified && self.length > 0
    }

    /// The head as it is sent.
    pub fn head(&self, date: SystemTime, persistence: Persistence) -> Vec<u8> {
        let Self { status, fields, length } = self;
        let date = httpdate::fmt_http_date(date);
        let mut head = format!("HTTP/1.1 {} {}\r\nDate: {date}\r\n", status.code(), status.reason());
        // RFC 9110, 8.6: for 304 it would be the length of what is not sent.
        if *status != Status::NotModified {
            let _ = write!(head, "Content-Length: {length}\r\n");
        }
        fields.iter().for_each(|(name, value)| {
            debug_assert!(!value.contains(['\r', '\n']), "{name}: {value}");
            let _ = write!(head, "{name}: {value}\r\n");
        });
        head.push_str(match persistence {
            Persistence::Closes => "Connection: close\r\n",
            Persistence::IsKept => "Connection: keep-alive\r\n",
            Persistence::GoesOn => "",
        });
        head.push_str("X-Content-Type-Options: nosniff\r\n\r\n");
        head.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_what_follows() {
        let answer = Answer::new(Status::Ok, "text/plain", 5).with("Accept-Ranges", "bytes");
        let head = |answer: &Answer, persistence| {
            String::from_utf8(answer.head(SystemTime::UNIX_EPOCH, persistence)).unwrap()
        };
        assert_eq!(
            head(&answer, Persistence::GoesOn),
            "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 5\r\n\
             Content-Type: text/plain\r\nAccept-Ranges: bytes\r\nX-Content-Type-Options: nosniff\r\n\r\n"
        );
        assert!(head(&answer, Persistence::Closes).contains("\r\nConnection: close\r\n"));
        assert!(head(&answer, Persistence::IsKept).contains("\r\nConnection: keep-alive\r\n"));
        let same = Answer { status: Status::NotModified, fields: Vec::new(), length: 5 };
        assert!(!head(&same, Persistence::GoesOn).contains("Content-Length"));
    }

    #[test]
    fn content_follows_a_get_that_has_some() {
        let answer = |status, length| Answer { status, fields: Vec::new(), length };
        for (method, answer, expected) in [
            (Method::Get, answer(Status::Ok, 1), true),
            (Method::Get, answer(Status::Ok, 0), false),
            (Method::Get, answer(Status::NotModified, 1), false),
            (Method::Head, answer(Status::Ok, 1), false),
        ] {
            assert_eq!(answer.has_content(method), expected, "{method:?} {answer:?}");
        }
    }
}
