//! The body of a response from a web seed: a range of a file, or the whole file.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;
use std::time::{Duration, SystemTime};

use httpdate::parse_http_date;
use swarm::WebError;
use torrent_core::address::Purpose;
use torrent_core::limits;
use web_client::header::{CONTENT_LENGTH, CONTENT_RANGE, DATE, RETRY_AFTER};

use super::Fetch;
use super::file_url::url_of;
use crate::turn_queue::ServerStanding;
use web_client::{Client, HttpError, HttpRequest, HttpResponse, PATIENCE};

/// An answer that is being read.
pub(crate) struct Body {
    file: usize,
    /// Where it began in the file.
    start: u64,
    /// Where it stands in the file.
    offset: u64,
    /// The last byte that is of use is before it, whatever else is sent.
    end: u64,
    /// It is a range: what was asked for, or the front of that.
    is_range: bool,
    /// It is a range that ends before it has given a block, though more was asked for.
    is_stub: bool,
    /// It is all of the file, where a part was asked for.
    ignores_range: bool,
    reader: Box<dyn Read + Send>,
}

impl Body {
    /// Asks for a file from `offset` to where the request ends or the file does. The answer may be the whole file all the same.
    pub(crate) fn open(
        fetch: &Fetch,
        client: &mut Client,
        file: usize,
        offset: u64,
    ) -> Result<Self, WebError> {
        let found = fetch.metainfo.files().get(file);
        let asked = offset..found.length.min(fetch.bytes.end - found.offset);
        let lacks = |why: String| WebError::Lacks { file, why };
        let url = url_of(&fetch.url, &fetch.metainfo, file).map_err(|error| lacks(error.to_string()))?;
        let range = Some((asked.start, asked.end - 1));
        let patience = if fetch.standing == ServerStanding::New { FIRST_PATIENCE } else { PATIENCE };
        let request = HttpRequest { range, patience, ..HttpRequest::new(url, fetch.namer, Purpose::WebSeed) };
        let answer = client.get(request).map_err(|error| match error {
            HttpError::Address(refused) => WebError::NotAsked(refused),
            HttpError::Redirect(_) | HttpError::Redirects | HttpError::NoLocation => useless(error),
            error => WebError::Failed(error.to_string()),
        })?;
        let got = judge(&answer, &asked, found.length, lacks)?;
        let is_range = answer.status() == 206;
        Ok(Self {
            file,
            start: got.start,
            offset: got.start,
            end: got.end,
            is_range,
            is_stub: is_range && got.end < asked.end && got.end - got.start < limits::BLOCK,
            ignores_range: !is_range && got != asked,
            reader: Box::new(answer.into_reader()),
        })
    }

    /// Where it stands in its file.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// It is a range: what was asked for, or the front of that.
    pub(crate) fn is_range(&self) -> bool {
        self.is_range
    }

    /// It is a range that ends before it has given a block, though more was asked for.
    pub(crate) fn is_stub(&self) -> bool {
        self.is_stub
    }

    /// It is all of the file, where a part was asked for.
    pub(crate) fn ignores_range(&self) -> bool {
        self.ignores_range
    }

    /// What was read of it is a block at least.
    pub(crate) fn has_given_a_block(&self) -> bool {
        self.offset - self.start >= limits::BLOCK
    }

    /// More of it is to come.
    pub(crate) fn goes_on(&self) -> bool {
        self.offset < self.end
    }

    /// Whether the byte of `file` at `offset` is still to come.
    pub(crate) fn leads_to(&self, file: usize, offset: u64) -> bool {
        self.file == file && (self.offset..self.end).contains(&offset)
    }

    /// Reads at least one byte of `into`, and says how many: no more than what comes at once, so that a request can be stopped between
    /// the bytes of a server that sends one at a time.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> Result<usize, WebError> {
        let left = usize::try_from(self.end - self.offset).unwrap_or(usize::MAX);
        let most = into.len().min(left);
        let count = self.reader.read(&mut into[..most]).map_err(failed)?;
        self.offset += count as u64;
        if count > 0 { Ok(count) } else { Err(failed(ErrorKind::UnexpectedEof.into())) }
    }
}

/// Which bytes an answer has of a file of `length` bytes: those that were asked for, their front, or all.
/// `lacks` gives the error if the server does not have the file.
fn judge(
    answer: &HttpResponse,
    asked: &Range<u64>,
    length: u64,
    lacks: impl Fn(String) -> WebError,
) -> Result<Range<u64>, WebError> {
    let body = answer.header(CONTENT_LENGTH).and_then(|digits| digits.parse::<u64>().ok());
    match answer.status() {
        206 => match answer.header(CONTENT_RANGE).and_then(range) {
            Some((_, _, Some(total))) if total != length => {
                Err(lacks(format!("its file has {total} bytes instead of {length}")))
            }
            // It may be less than what was asked for (RFC 9110, section 15.3.7).
            Some((first, last, _)) if first == asked.start && (first..asked.end).contains(&last) => {
                Ok(first..last + 1)
            }
            _ => Err(WebError::Failed("it sends another range than it was asked for".to_owned())),
        },
        200 if body.is_some_and(|body| body != length) => {
            Err(lacks(format!("its file has {} bytes instead of {length}", body.unwrap_or_default())))
        }
        200 => Ok(0..length),
        416 => Err(lacks("its file is shorter".to_owned())),
        status @ (403 | 404 | 410 | 451) => Err(lacks(HttpError::Status(status).to_string())),
        status @ (401 | 405) => Err(useless(HttpError::Status(status))),
        429 | 503 => {
            let now = answer.header(DATE).and_then(|date| parse_http_date(date).ok());
            let retry_after = |text| wait(text, now.unwrap_or_else(SystemTime::now));
            Err(WebError::Busy { retry_after: answer.header(RETRY_AFTER).and_then(retry_after) })
        }
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

/// How long to wait by `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3). `now` is the server's clock, which may differ from
/// ours.
fn wait(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    let seconds = text.parse().ok().map(Duration::from_secs);
    seconds.or_else(|| Some(parse_http_date(text).ok()?.duration_since(now).unwrap_or_default()))
}

fn failed(error: io::Error) -> WebError {
    WebError::Failed(error.to_string())
}

fn useless(why: impl ToString) -> WebError {
    WebError::Useless(why.to_string())
}

/// How long each step of the first request to a web seed may take: many that are named are gone for good.
const FIRST_PATIENCE: Duration = Duration::from_millis(2500);

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

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let cases = [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("Sun, 06 Nov 1994 08:49:41 GMT", Some(4)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("Sun Nov  6 09:49:37 1994", Some(3600)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(wait(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
