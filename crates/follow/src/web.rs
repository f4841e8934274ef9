//! What is asked of the web and what it answers, apart from how: tests are a web of their own.

use std::net::IpAddr;
use std::time::Duration;

use torrent_core::address::{Namer, Purpose, Url};
use web_client::{
    Client, HeaderMap, HeaderName, HeaderValue, HttpError, HttpRequest, HttpResponse, WebAccess, header,
};

use crate::fetch_state::Validators;

/// Something that is to be got.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// What it is.
    pub url: &'a str,
    /// Who named it.
    pub namer: Namer,
    /// What was said of it the last time.
    pub validators: Option<&'a Validators>,
    /// Its bytes at most.
    pub limit: u64,
    /// It is a text, which may come compressed.
    pub is_text: bool,
}

/// What a server answered.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status of the answer.
    pub status: u16,
    /// The URL that answered in the end.
    pub url: String,
    /// The redirects on the way, each a status and where it led.
    pub redirects: Vec<(u16, String)>,
    /// From which address; `None` where a proxy asked.
    pub from: Option<IpAddr>,
    /// `ETag`, its bytes as characters.
    pub etag: Option<String>,
    /// `Last-Modified`, its bytes as characters.
    pub last_modified: Option<String>,
    /// `Retry-After` as it stands.
    pub retry_after: Option<String>,
    /// `Cache-Control` as it stands.
    pub cache_control: Option<String>,
    /// `Content-Type` as it stands.
    pub content_type: Option<String>,
    /// The body of a 200, else nothing.
    pub body: Vec<u8>,
}

/// Why nothing came.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WebError {
    /// A redirect to this magnet link, by a server that may name so much.
    #[error("a redirect to a magnet link")]
    Magnet(String, Namer),
    /// It may not be asked: so it stays.
    #[error("{0}")]
    Refused(String),
    /// Anything else, which may be otherwise tomorrow.
    #[error("{0}")]
    Failed(String),
}

/// A way to ask the web. One thing at a time.
pub trait Web {
    /// Gets something.
    ///
    /// # Errors
    /// Why nothing came. An answer of any status is one.
    fn get(&mut self, ask: &Ask<'_>) -> Result<Answer, WebError>;

    /// Lets some time pass before a host is asked again.
    fn rest(&mut self, _seconds: u64) {}
}

/// The web itself.
pub struct RealWeb {
    client: Client,
}

impl RealWeb {
    /// Asks as the user says, each thing within a time.
    pub fn new(access: &WebAccess, overall: Duration) -> Self {
        Self { client: Client::new(access, None, Some(overall)) }
    }
}

impl Web for RealWeb {
    fn get(&mut self, ask: &Ask<'_>) -> Result<Answer, WebError> {
        let url = Url::parse(ask.url.as_bytes()).map_err(|why| WebError::Refused(why.to_string()))?;
        let mut request = HttpRequest::new(url, ask.namer, Purpose::Torrent);
        request.takes_gzip = ask.is_text;
        request.conditions = ask.validators.and_then(conditions);
        let mut response = self.client.get(request).map_err(failed)?;
        let body =
            if response.status() == 200 { response.body(ask.limit).map_err(failed)? } else { Vec::new() };
        Ok(answer(ask.url, &response, body))
    }

    fn rest(&mut self, seconds: u64) {
        std::thread::sleep(Duration::from_secs(seconds));
    }
}

/// The headers that say what is known already, for the URL that said so.
fn conditions(validators: &Validators) -> Option<(Url, HeaderMap)> {
    let url = Url::parse(validators.url.as_bytes()).ok()?;
    let value = |text: &Option<String>| HeaderValue::from_bytes(&bytes_of(text.as_deref()?)?).ok();
    let named = [
        (header::IF_NONE_MATCH, value(&validators.etag)),
        (header::IF_MODIFIED_SINCE, value(&validators.last_modified)),
    ];
    let headers = named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    Some((url, headers))
}

fn answer(asked: &str, response: &HttpResponse, body: Vec<u8>) -> Answer {
    let header = |name: HeaderName| response.headers().get(name).map(|value| text_of(value.as_bytes()));
    let redirects: Vec<(u16, String)> =
        response.redirects().iter().map(|one| (one.status, one.to.to_string())).collect();
    Answer {
        status: response.status(),
        url: redirects.last().map_or(asked, |(_, to)| to.as_str()).to_owned(),
        redirects,
        from: response.from(),
        etag: header(header::ETAG),
        last_modified: header(header::LAST_MODIFIED),
        retry_after: header(header::RETRY_AFTER),
        cache_control: header(header::CACHE_CONTROL),
        content_type: header(header::CONTENT_TYPE),
        body,
    }
}

fn failed(error: HttpError) -> WebError {
    match error {
        HttpError::Magnet(link, server) => {
            WebError::Magnet(String::from_utf8_lossy(&link).into_owned(), server)
        }
        HttpError::Address(_) => WebError::Refused(error.to_string()),
        error => WebError::Failed(error.to_string()),
    }
}

/// Any bytes as a text that gives them back.
fn text_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validators_go_back_byte_for_byte() {
        for etag in [&b"\"x\""[..], b"W/\"a b\"", b"no quotes", b"\xff\xfe", b"\"\""] {
            let validators = Validators {
                asked: "http://pub.example/".into(),
                url: "http://pub.example/feed".into(),
                etag: Some(text_of(etag)),
                last_modified: Some("Thu, 01 Jan 2041 00:00:00 GMT".into()),
            };
            let (url, headers) = conditions(&validators).unwrap();
            assert_eq!(url.to_string(), "http://pub.example/feed");
            assert_eq!(headers[header::IF_NONE_MATCH].as_bytes(), etag);
            assert_eq!(headers[header::IF_MODIFIED_SINCE], "Thu, 01 Jan 2041 00:00:00 GMT");
        }
    }
}
