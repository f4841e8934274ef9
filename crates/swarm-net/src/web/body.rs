//! A file of a web seed, read from some byte to the end of what was asked for.

use std::io::Read;
use std::time::Duration;

use swarm::WebError;
use swarm::address::Purpose;
use ureq::http::header::{CONTENT_LENGTH, CONTENT_RANGE, RETRY_AFTER};

use super::Fetch;
use super::place::url_of;
use crate::http::{Answered, Ask, Client, HttpError};

/// An answer that is being read.
pub(crate) struct Body {
    file: usize,
    offset: u64,
    end: u64,
    reader: Box<dyn Read>,
}

impl Body {
    /// Asks for a file from `offset` to where the request ends or the file does.
    pub(crate) fn open(fetch: &Fetch, client: &Client, file: usize, offset: u64) -> Result<Self, WebError> {
        let found = fetch.metainfo.files().get(file);
        let end = (fetch.bytes.end - found.offset).min(found.length);
        let url = url_of(&fetch.url, &fetch.metainfo, file).map_err(useless)?;
        let ask = Ask { url, namer: fetch.namer, purpose: Purpose::WebSeed, is_ipv6: None };
        let is_whole = offset == 0 && end == found.length;
        let answer = client.get(ask, Some((offset, end - 1))).map_err(|error| match error {
            HttpError::Address(_) | HttpError::Redirects => useless(error),
            error => WebError::Failed(error.to_string()),
        })?;
        judge(&answer, offset, end, found.length, is_whole)?;
        Ok(Self { file, offset, end, reader: Box::new(answer.into_reader()) })
    }

    /// Whether the next byte is that of `file` at `offset`.
    pub(crate) fn stands_at(&self, file: usize, offset: u64) -> bool {
        self.file == file && self.offset == offset && offset < self.end
    }

    /// Fills `into`.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> Result<(), WebError> {
        self.offset += into.len() as u64;
        self.reader.read_exact(into).map_err(|error| WebError::Failed(error.to_string()))
    }
}

/// Whether an answer is what was asked for: bytes from `offset` to `end` of a file of `length` bytes.
fn judge(answer: &Answered, offset: u64, end: u64, length: u64, is_whole: bool) -> Result<(), WebError> {
    let body = answer.header(CONTENT_LENGTH).and_then(|digits| digits.parse::<u64>().ok());
    match answer.response.status().as_u16() {
        206 => match answer.header(CONTENT_RANGE).and_then(range) {
            Some((_, _, Some(total))) if total != length => {
                Err(useless(format!("its file has {total} bytes instead of {length}")))
            }
            Some((first, last, _)) if first == offset && last + 1 == end => Ok(()),
            _ => Err(WebError::Failed("it sends another range than it was asked for".to_owned())),
        },
        200 if !is_whole => Err(WebError::NoRanges),
        200 if body.is_some_and(|body| body != length) => {
            Err(useless(format!("its file has {} bytes instead of {length}", body.unwrap_or_default())))
        }
        200 => Ok(()),
        416 => Err(useless("its file is shorter")),
        status @ (401 | 403 | 404 | 405 | 410 | 451) => Err(useless(HttpError::Status(status))),
        429 | 503 => Err(WebError::Busy { retry_after: answer.header(RETRY_AFTER).and_then(seconds) }),
        status => Err(WebError::Failed(HttpError::Status(status).to_string())),
    }
}

/// First and last byte, and those of all the file: `bytes 0-99/1234` (RFC 9110, section 14.4).
fn range(text: &str) -> Option<(u64, u64, Option<u64>)> {
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let last = last.trim().parse().ok().filter(|last| *last < u64::MAX)?;
    Some((first.trim().parse().ok()?, last, total.trim().parse().ok()))
}

fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

fn useless(why: impl ToString) -> WebError {
    WebError::Useless(why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        let cases = [
            ("bytes 0-99/1234", Some((0, 99, Some(1234)))),
            ("bytes 5-5/*", Some((5, 5, None))),
            ("bytes */1234", None),
            ("bytes 0-18446744073709551615/*", None),
            ("items 0-9/10", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(range(text), expected, "{text}");
        }
    }
}
