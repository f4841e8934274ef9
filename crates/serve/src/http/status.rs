//! The status codes that are answered here (RFC 9110, 15).

/// How a request ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Status {
    /// What was asked for follows.
    Ok,
    /// The range that was asked for follows.
    PartialContent,
    /// It is at another path.
    MovedPermanently,
    /// What the client has is what it would be given.
    NotModified,
    /// Not a request that can be read in one way only.
    BadRequest,
    /// Nothing is at this path.
    NotFound,
    /// Only `GET` and `HEAD` are answered.
    MethodNotAllowed,
    /// The head did not come in time.
    RequestTimeout,
    /// What is at this path is not what the client knows of.
    PreconditionFailed,
    /// Content came with the request.
    ContentTooLarge,
    /// The first line is too long.
    UriTooLong,
    /// The range has no byte of the content.
    RangeNotSatisfiable,
    /// The fields are too many or too long.
    HeaderFieldsTooLarge,
    /// An unknown method, or content in an encoding.
    NotImplemented,
    /// Not now, perhaps later.
    ServiceUnavailable,
    /// A version of HTTP other than 1.1 and 1.0.
    VersionNotSupported,
}

impl Status {
    /// The number in the status line.
    pub fn code(self) -> u16 {
        self.line().0
    }

    /// The words in the status line.
    pub fn reason(self) -> &'static str {
        self.line().1
    }

    fn line(self) -> (u16, &'static str) {
        match self {
            Self::Ok => (200, "OK"),
            Self::PartialContent => (206, "Partial Content"),
            Self::MovedPermanently => (301, "Moved Permanently"),
            Self::NotModified => (304, "Not Modified"),
            Self::BadRequest => (400, "Bad Request"),
            Self::NotFound => (404, "Not Found"),
            Self::MethodNotAllowed => (405, "Method Not Allowed"),
            Self::RequestTimeout => (408, "Request Timeout"),
            Self::PreconditionFailed => (412, "Precondition Failed"),
            Self::ContentTooLarge => (413, "Content Too Large"),
            Self::UriTooLong => (414, "URI Too Long"),
            Self::RangeNotSatisfiable => (416, "Range Not Satisfiable"),
            Self::HeaderFieldsTooLarge => (431, "Request Header Fields Too Large"),
            Self::NotImplemented => (501, "Not Implemented"),
            Self::ServiceUnavailable => (503, "Service Unavailable"),
            Self::VersionNotSupported => (505, "HTTP Version Not Supported"),
        }
    }
}
