//! What is asked of the web and what it answers, apart from how: tests are a web of their own.

use std::io;
use std::net::IpAddr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
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
    /// The host does not answer, whatever it is asked.
    #[error("{0}")]
    Silent(String),
    /// It is not asked, for this host has not answered before.
    #[error("{0} is not asked again in this pass")]
    Dead(String),
    /// The run ends, and nobody waits for the answer.
    #[error("the run ends")]
    Ended,
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
}

/// The web itself. Whoever asks it waits for no answer when the run ends: a thread of its own does.
pub struct RealWeb<'a> {
    access: &'a WebAccess,
    overall: Duration,
    is_ended: &'a dyn Fn() -> bool,
    asker: Option<Asker>,
}

/// The way to the thread that asks.
struct Asker {
    questions: Sender<Question>,
    answers: Receiver<Result<Answer, WebError>>,
}

/// What the thread is to ask for, and the bytes that may come.
struct Question {
    request: HttpRequest,
    limit: u64,
}

impl<'a> RealWeb<'a> {
    /// Asks as the user says, each thing within a time.
    pub fn new(access: &'a WebAccess, overall: Duration, is_ended: &'a dyn Fn() -> bool) -> Self {
        Self { access, overall, is_ended, asker: None }
    }

    /// Waits for an answer, unless the run ends before.
    fn answer(&mut self, question: Question) -> Result<Answer, WebError> {
        let asker = match self.asker.take() {
            Some(asker) => asker,
            None => Asker::start(self.access, self.overall).map_err(no_thread)?,
        };
        asker.questions.send(question).map_err(no_thread)?;
        loop {
            match asker.answers.recv_timeout(LOOK) {
                Ok(answer) => {
                    self.asker = Some(asker);
                    return answer;
                }
                Err(RecvTimeoutError::Timeout) if !(self.is_ended)() => {}
                Err(RecvTimeoutError::Timeout) => return Err(WebError::Ended),
                Err(error) => return Err(no_thread(error)),
            }
        }
    }
}

impl Web for RealWeb<'_> {
    fn get(&mut self, ask: &Ask<'_>) -> Result<Answer, WebError> {
        let url = Url::parse(ask.url.as_bytes()).map_err(|why| WebError::Refused(why.to_string()))?;
        let mut request = HttpRequest::new(url, ask.namer, Purpose::Torrent);
        request.takes_gzip = ask.is_text;
        request.conditions = ask.validators.and_then(conditions);
        let answer = self.answer(Question { request, limit: ask.limit })?;
        let url = answer.redirects.last().map_or(ask.url, |(_, to)| to).to_owned();
        Ok(Answer { url, ..answer })
    }
}

impl Asker {
    /// It ends by itself when nobody waits for it any more.
    fn start(access: &WebAccess, overall: Duration) -> io::Result<Self> {
        let ((questions, asked), (tell, answers)) = (channel::<Question>(), channel());
        let mut client = Client::new(access, None, Some(overall));
        let serve = move || asked.iter().all(|question| tell.send(got(&mut client, question)).is_ok());
        thread::Builder::new().name("asker".to_owned()).spawn(serve)?;
        Ok(Self { questions, answers })
    }
}

fn got(client: &mut Client, Question { request, limit }: Question) -> Result<Answer, WebError> {
    let mut response = client.get(request).map_err(silent)?;
    let body = if response.status() == 200 { response.body(limit).map_err(failed)? } else { Vec::new() };
    Ok(answer(&response, body))
}

fn no_thread(why: impl std::fmt::Display) -> WebError {
    WebError::Failed(format!("nobody can ask: {why}"))
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

/// The URL is for whoever asked to say.
fn answer(response: &HttpResponse, body: Vec<u8>) -> Answer {
    let header = |name: HeaderName| response.headers().get(name).map(|value| text_of(value.as_bytes()));
    Answer {
        status: response.status(),
        url: String::new(),
        redirects: response.redirects().iter().map(|one| (one.status, one.to.to_string())).collect(),
        from: response.from(),
        etag: header(header::ETAG),
        last_modified: header(header::LAST_MODIFIED),
        retry_after: header(header::RETRY_AFTER),
        cache_control: header(header::CACHE_CONTROL),
        content_type: header(header::CONTENT_TYPE),
        body,
    }
}

/// Of what fails before there is an answer, the host is to blame.
fn silent(error: HttpError) -> WebError {
    match error {
        HttpError::Silent(_) | HttpError::TooSlow => WebError::Silent(error.to_string()),
        error => failed(error),
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

/// How often whoever waits looks whether the run is to end.
const LOOK: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that takes what it is asked and never answers holds nobody up.
    #[test]
    fn nobody_waits_for_an_answer_when_the_run_ends() {
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", server.local_addr().unwrap());
        let access = WebAccess::default();
        let mut web = RealWeb::new(&access, Duration::from_secs(3600), &|| true);
        let ask = Ask { url: &url, namer: Namer::USER, validators: None, limit: 1, is_text: true };
        assert!(matches!(web.get(&ask), Err(WebError::Ended)));
    }

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
