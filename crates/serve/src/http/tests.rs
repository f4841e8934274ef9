//! Requests as clients send them, and as nobody should.

use std::time::Duration;

use proptest::prelude::*;

use super::{Conversation, HEAD_BYTES, HttpVersion, Method, Request, Status};

const START: Duration = Duration::from_secs(100);

/// All that a client gets who sends these bytes in pieces of so many, and has each answer at once.
fn answers(bytes: &[u8], sizes: &[usize]) -> Vec<Result<Request, Status>> {
    let mut conversation = Conversation::new(START);
    let (mut answers, mut rest, mut sizes) = (Vec::new(), bytes, sizes.iter().cycle());
    while !rest.is_empty() && !conversation.is_over() {
        let size =
            sizes.next().map_or(rest.len(), |size| *size).clamp(1, conversation.room()).min(rest.len());
        conversation.handle_received(START, &rest[..size]);
        rest = &rest[size..];
        while let Some(answer) = conversation.poll(START) {
            answers.push(answer);
            conversation.handle_answered(START);
        }
    }
    answers
}

/// The one request in these bytes, or how it is refused; `None` if more is awaited.
#[track_caller]
fn answer(bytes: &[u8]) -> Option<Result<Request, Status>> {
    let mut all = answers(bytes, &[]);
    assert!(all.len() <= 1, "{all:?}");
    all.pop()
}

#[test]
fn a_request_says_what_is_wanted() {
    let request = b"GET /content/a%20b/c?x=1&y HTTP/1.1\r\nHost: Example.org:8080\r\nUser-Agent: curl\r\n\
        range: bytes=5-\r\nIf-Range: \"t\"\r\nIf-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\n\r\n";
    let request = answer(request).unwrap().unwrap();
    assert_eq!((request.method, request.version, request.goes_on), (Method::Get, HttpVersion::V1_1, true));
    assert_eq!(
        (&request.path[..], request.query.as_deref()),
        (&b"/content/a%20b/c"[..], Some(&b"x=1&y"[..]))
    );
    assert_eq!(request.host.as_deref(), Some("example.org:8080"));
    assert_eq!(request.conditions.if_none_match.as_deref(), Some(&b"\"a\", \"b\""[..]));
    assert_eq!(request.conditions.if_range.as_deref(), Some(&b"\"t\""[..]));
    assert_eq!(request.conditions.range, Some(super::ByteRange::From(5)));
}

/// Lines without the ends that they need; path and host of the request that it is, or how it is refused.
#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    use Status::{BadRequest, ContentTooLarge, MethodNotAllowed, NotImplemented, VersionNotSupported};
    type Expected = Result<(&'static str, &'static str), Status>;
    let cases: [(&[&str], Expected); 60] = [
        (&["GET / HTTP/1.1", "Host: h"], Ok(("/", "h"))),
        (&["GET / HTTP/1.0"], Ok(("/", ""))),
        (&["GET / HTTP/1.1", "HOST:\th\t"], Ok(("/", "h"))),
        (&["GET / HTTP/1.1", "Host: [::1]:80", "Content-Length: 0"], Ok(("/", "[::1]:80"))),
        (&["GET /a/../b HTTP/1.1", "Host: h"], Ok(("/a/../b", "h"))),
        (&["GET //h/ HTTP/1.1", "Host: h"], Ok(("//h/", "h"))),
        (&["GET http://Other:1/a?b HTTP/1.1", "Host: h"], Ok(("/a", "other:1"))),
        (&["GET HTTP://other HTTP/1.1", "Host: h"], Ok(("/", "other"))),
        (&["HEAD /%2e%2e%00 HTTP/1.1", "Host: h"], Ok(("/%2e%2e%00", "h"))),
        // Not HTTP, or not this one.
        (&["GET /"], Err(BadRequest)),
        (&["GET / HTTP/1.1 ", "Host: h"], Err(BadRequest)),
        (&["GET  / HTTP/1.1", "Host: h"], Err(BadRequest)),
        (&["GET\t/ HTTP/1.1", "Host: h"], Err(BadRequest)),
        (&[" GET / HTTP/1.1", "Host: h"], Err(BadRequest)),
        (&["GET / HTTP/2.0", "Host: h"], Err(VersionNotSupported)),
        (&["GET / HTTP/1.2", "Host: h"], Err(VersionNotSupported)),
        (&["GET / HTTP/0.9"], Err(VersionNotSupported)),
        (&["GET / HTTP/1.10", "Host: h"], Err(BadRequest)),
        (&["GET / http/1.1", "Host: h"], Err(BadRequest)),
        (&["GET / FTP/1.1", "Host: h"], Err(BadRequest)),
        (&["PRI * HTTP/2.0", "", "SM"], Err(VersionNotSupported)),
        // Methods.
        (&["POST / HTTP/1.1", "Host: h"], Err(MethodNotAllowed)),
        (&["OPTIONS /a HTTP/1.1", "Host: h"], Err(MethodNotAllowed)),
        (&["CONNECT h:80 HTTP/1.1", "Host: h"], Err(MethodNotAllowed)),
        (&["TRACE / HTTP/1.1", "Host: h"], Err(MethodNotAllowed)),
        (&["get / HTTP/1.1", "Host: h"], Err(NotImplemented)),
        (&["BREW / HTTP/1.1", "Host: h"], Err(NotImplemented)),
        (&["G@T / HTTP/1.1", "Host: h"], Err(BadRequest)),
        // Content, which would be the next request to somebody else.
        (&["GET / HTTP/1.1", "Host: h", "Content-Length: 5"], Err(ContentTooLarge)),
        (&["POST / HTTP/1.1", "Host: h", "Content-Length: 5"], Err(ContentTooLarge)),
        (&["GET / HTTP/1.1", "Host: h", "Content-Length: 00"], Err(ContentTooLarge)),
        (&["GET / HTTP/1.1", "Host: h", "Content-Length: +0"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", "Content-Length: 0x0"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", "Content-Length: 0, 0"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", "Content-Length:"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", "Content-Length: 0", "Content-Length: 0"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", "Content-Length: 0", "Content-Length: 5"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked"], Err(NotImplemented)),
        (&["GET / HTTP/1.0", "Transfer-Encoding: identity"], Err(NotImplemented)),
        (
            &["GET / HTTP/1.1", "Host: h", "Content-Length: 0", "Transfer-Encoding: chunked"],
            Err(NotImplemented),
        ),
        (&["GET / HTTP/1.1", "Host: h", "transfer-encoding:\x0bchunked"], Err(BadRequest)),
        // Fields.
        (&["GET / HTTP/1.1", "Host: h", "Content-Length : 0"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", " Transfer-Encoding: chunked"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", "A: b", "\tfolded"], Err(BadRequest)),
        (&["GET / HTTP/1.1", " Host: h"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", "no colon"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", ": empty"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", "A: b\0c"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", "A: b\rX: c"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h\nX: c"], Err(BadRequest)),
        // Whom it is for.
        (&["GET / HTTP/1.1"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h", "Host: h"], Err(BadRequest)),
        (&["GET / HTTP/1.0", "Host: h", "Host: i"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host:"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: h/x"], Err(BadRequest)),
        (&["GET / HTTP/1.1", "Host: a@h"], Err(BadRequest)),
        (&["GET http://a@h/ HTTP/1.1", "Host: h"], Err(BadRequest)),
        (&["GET https://h/ HTTP/1.1", "Host: h"], Err(BadRequest)),
        (&["GET * HTTP/1.1", "Host: h"], Err(BadRequest)),
        (&["GET /a\u{e4} HTTP/1.1", "Host: h"], Err(BadRequest)),
    ];
    for (lines, expected) in cases {
        let bytes = format!("{}\r\n\r\n", lines.join("\r\n"));
        let got = answer(bytes.as_bytes()).unwrap_or_else(|| panic!("{lines:?}: nothing"));
        let got =
            got.map(|request| (String::from_utf8(request.path).unwrap(), request.host.unwrap_or_default()));
        assert_eq!(got, expected.map(|(path, host)| (path.to_owned(), host.to_owned())), "{lines:?}");
    }
}

#[test]
fn bare_line_feeds_are_refused_at_once() {
    for bytes in ["GET / HTTP/1.1\nHost: h\n\n", "\n", "GET / HTTP/1.1\r\nHost: h\r\n\n", "GET / HTTP/1.1\n"]
    {
        assert_eq!(answer(bytes.as_bytes()), Some(Err(Status::BadRequest)), "{bytes:?}");
        assert_eq!(answers(bytes.as_bytes(), &[1]), [Err(Status::BadRequest)], "{bytes:?}");
    }
}

#[test]
fn heads_have_a_limit_and_so_have_their_fields() {
    let long = |length: usize| "a".repeat(length);
    let fields = |count: usize| {
        let fields: String = (1..count).map(|number| format!("A{number}: b\r\n")).collect();
        format!("GET / HTTP/1.1\r\nHost: h\r\n{fields}\r\n")
    };
    let rest = HEAD_BYTES - "GET /a HTTP/1.1\r\nHost: h\r\n\r\n".len();
    let cases = [
        (format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", long(rest + 1)), None),
        (format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", long(rest + 2)), Some(Status::HeaderFieldsTooLarge)),
        (format!("GET /{}", long(HEAD_BYTES)), Some(Status::UriTooLong)),
        (format!("GET / HTTP/1.1\r\nHost: h\r\nA: {}", long(HEAD_BYTES)), Some(Status::HeaderFieldsTooLarge)),
        (fields(100), None),
        (fields(101), Some(Status::HeaderFieldsTooLarge)),
    ];
    for (bytes, status) in cases {
        let got = answers(bytes.as_bytes(), &[]).into_iter().next().unwrap();
        assert_eq!(got.as_ref().err().copied(), status, "{} bytes", bytes.len());
    }
}

#[test]
fn connections_go_on_as_the_versions_say() {
    let cases = [
        ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: te, Close\r\n\r\n", false),
        ("GET / HTTP/1.0\r\n\r\n", false),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false),
    ];
    for (bytes, goes_on) in cases {
        assert_eq!(answer(bytes.as_bytes()).unwrap().unwrap().goes_on, goes_on, "{bytes:?}");
        let twice = bytes.repeat(2);
        assert_eq!(answers(twice.as_bytes(), &[]).len(), if goes_on { 2 } else { 1 }, "{bytes:?}");
    }
}

#[test]
fn requests_wait_for_the_answers_to_those_before() {
    let mut conversation = Conversation::new(START);
    conversation.handle_received(START, &b"\r\nGET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHo"[..]);
    assert_eq!(conversation.poll(START).unwrap().unwrap().path, b"/1");
    assert!(conversation.is_answering() && conversation.poll(START).is_none());
    // While an answer takes long, so much is kept of what comes, and no more.
    conversation.handle_received(START, &vec![b'x'; conversation.room()]);
    assert_eq!((conversation.room(), conversation.next_deadline()), (0, None));
    conversation.handle_answered(START);
    assert_eq!(conversation.poll(START), Some(Err(Status::HeaderFieldsTooLarge)));
    conversation.handle_answered(START);
    assert!(conversation.is_over());
}

#[test]
fn a_head_has_its_time_and_so_has_silence() {
    let second = Duration::from_secs(1);
    let (mut silent, mut slow) = (Conversation::new(START), Conversation::new(START));
    for step in 0..10 {
        let now = START + second * step;
        slow.handle_received(now, b"G");
        assert_eq!((silent.poll(now), slow.poll(now)), (None, None));
    }
    let late = START + second * 10;
    assert_eq!((silent.poll(late), silent.is_over()), (None, true));
    assert_eq!((slow.poll(late), slow.is_over()), (Some(Err(Status::RequestTimeout)), false));
    slow.handle_answered(late);
    assert!(slow.is_over());
    // Between requests a client may wait longer.
    let mut idle = Conversation::new(START);
    idle.handle_received(START, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(idle.poll(START).unwrap().is_ok());
    idle.handle_answered(START);
    let later = START + second * 29;
    assert!(idle.poll(later).is_none() && !idle.is_over());
    idle.handle_received(later, b"GET ");
    assert_eq!(idle.next_deadline(), Some(later + second * 10));
    assert_eq!(idle.poll(later + second * 10), Some(Err(Status::RequestTimeout)));
}

#[test]
fn empty_lines_before_a_head_give_it_no_more_time() {
    let second = Duration::from_secs(1);
    let mut conversation = Conversation::new(START);
    for step in [0, 4, 9] {
        conversation.handle_received(START + second * step, b"\r\n");
        assert_eq!(conversation.poll(START + second * step), None);
        assert_eq!(conversation.next_deadline(), Some(START + second * 10));
    }
    assert!(conversation.poll(START + second * 10).is_none() && conversation.is_over());
}

/// Heads, whole and broken, one behind the other.
fn conversations() -> impl Strategy<Value = Vec<u8>> {
    let parts = [
        "GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
        "HEAD /b?c HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1\r\n\r\n",
        "GET /c HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "\r\n",
        "GET /d HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
        "GET /f HTTP/1.1\r\nHost: h\n\r\n",
        "\u{0}\r\n\r\n",
        "GET /g",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 0..8)
        .prop_map(|parts| parts.concat().into_bytes())
}

proptest! {
    #[test]
    fn however_bytes_are_split_they_are_the_same_requests(
        bytes in conversations(),
        sizes in prop::collection::vec(1..40_usize, 1..20),
    ) {
        prop_assert_eq!(answers(&bytes, &sizes), answers(&bytes, &[]));
    }

    #[test]
    fn any_bytes_have_an_answer_or_are_waited_for(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        sizes in prop::collection::vec(1..40_usize, 1..20),
    ) {
        let bytes = [b"GET /", &bytes[..]].concat();
        prop_assert_eq!(answers(&bytes, &sizes), answers(&bytes, &[]));
    }
}
