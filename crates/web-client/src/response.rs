//! What a server answered.

use std::io::Read;
use std::net::IpAddr;

use torrent_core::address::Namer;
use ureq::Body;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Response, header};

use crate::error::HttpError;
use crate::redirect::{Redirect, namer_at, redirects};

/// An answer that is no redirect.
pub struct HttpResponse {
    pub(crate) response: Response<Body>,
    pub(crate) from: Option<IpAddr>,
    pub(crate) redirects: Vec<Redirect>,
}

impl HttpResponse {
    /// Its status, whatever that is.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// Whether its status is 200 or so.
    pub fn is_success(&self) -> bool {
        self.response.status().is_success()
    }

    /// Itself, if its status is 200 or so.
    ///
    /// # Errors
    /// Its status.
    pub fn success(&mut self) -> Result<&mut Self, HttpError> {
        if self.is_success() { Ok(self) } else { Err(HttpError::Status(self.status())) }
    }

    /// The address it came from; of several that are possible, the one that reaches farthest. `None` where a proxy asked.
    pub fn from(&self) -> Option<IpAddr> {
        self.from
    }

    /// What the answer says may name what this one may: whoever sent it.
    pub fn namer(&self) -> Namer {
        namer_at(self.from)
    }

    /// A header, if it is plain text.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// All headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The redirects that led here, in order.
    pub fn redirects(&self) -> &[Redirect] {
        &self.redirects
    }

    /// Where it sends us on to, if it is a redirect.
    pub(crate) fn location(&self) -> Option<&[u8]> {
        let location = self.headers().get(header::LOCATION);
        location.filter(|_| redirects(self.status())).map(HeaderValue::as_bytes)
    }

    /// All of the body.
    ///
    /// # Errors
    /// It has more than `limit` bytes, compressed or not, or not all of it came.
    pub fn body(&mut self, limit: u64) -> Result<Vec<u8>, HttpError> {
        let mut bytes = Vec::new();
        // Compressed nothing can be without an end, too.
        let raw = self.response.body_mut().with_config().limit(limit.saturating_add(GZIP_FRAME)).reader();
        let read = raw.take(limit + 1).read_to_end(&mut bytes);
        match read.map_err(ureq::Error::from) {
            Err(ureq::Error::BodyExceedsLimit(_)) => Err(HttpError::TooLong(limit)),
            Err(error) => Err(HttpError::from(error)),
            Ok(_) if bytes.len() as u64 > limit => Err(HttpError::TooLong(limit)),
            Ok(_) => Ok(bytes),
        }
    }

    /// The body, without an end where the server finds none.
    pub fn into_reader(self) -> impl Read + Send + 'static {
        self.response.into_body().into_with_config().limit(u64::MAX).reader()
    }
}

/// What compression may add to a body that it cannot make smaller.
const GZIP_FRAME: u64 = 64 << 10;
