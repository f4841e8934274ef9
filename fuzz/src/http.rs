//! What must hold for whatever clients of HTTP send.

use std::sync::OnceLock;
use std::time::Duration;

use serve::http::{Conversation, HEAD_BYTES, Request, Status};
use serve::site::{Catalogue, Entry, Found, Links, PathIndex, Route, content, page, refusal};
use torrent_core::metainfo::Metainfo;

/// Bytes of a connection; the first one says in which pieces they come. However they are cut, they are the same requests; whatever a
/// request names, its answer is a head that ends, with nothing in it that was not asked for of this torrent.
pub fn http_request(input: &[u8]) {
    let [size, bytes @ ..] = input else { return };
    let requests = requests(bytes, usize::from(*size).max(1));
    assert_eq!(requests, self::requests(bytes, HEAD_BYTES));
    for request in requests {
        let head = match &request {
            Ok(request) => answer(request),
            Err(status) => refusal(*status)
                .answer
                .head(std::time::SystemTime::UNIX_EPOCH, serve::http::Persistence::Closes),
        };
        // One empty line, at the end: no part of a request can begin another answer.
        let ends = head.windows(4).filter(|bytes| bytes == b"\r\n\r\n").count();
        assert!(ends == 1 && head.ends_with(b"\r\n\r\n"), "{}", head.escape_ascii());
    }
}

fn requests(bytes: &[u8], size: usize) -> Vec<Result<Request, Status>> {
    let (mut conversation, mut rest) = (Conversation::new(Duration::ZERO), bytes);
    let mut requests = Vec::new();
    while !rest.is_empty() && !conversation.is_over() {
        let taken = size.min(conversation.room()).min(rest.len());
        assert!(taken > 0, "it waits and takes nothing");
        conversation.handle_received(Duration::ZERO, &rest[..taken]);
        rest = &rest[taken..];
        while let Some(request) = conversation.poll(Duration::ZERO) {
            requests.push(request);
            conversation.handle_answered(Duration::ZERO);
        }
    }
    requests
}

fn answer(request: &Request) -> Vec<u8> {
    let (metainfo, catalogue) = offered();
    let links = Links::of_host(request.host.as_deref().unwrap_or("localhost"));
    let reply = match Route::of(&request.path, request.query.as_deref(), catalogue) {
        Route::Page(number) => page(catalogue, number, &links, |_| Default::default()),
        Route::Moved(target) => serve::site::moved(target),
        Route::FileAt((), path) => {
            let found = PathIndex::of(metainfo).find(metainfo, &path);
            if let Some(Found::File(file)) = found {
                assert!(metainfo.files().get(file).path.components().eq(path.iter().map(Vec::as_slice)));
            }
            found.map_or_else(|| refusal(Status::NotFound), |found| content(request, metainfo, found))
        }
        _ => refusal(Status::NotFound),
    };
    if let serve::site::Body::Content(bytes) = &reply.body {
        assert!(bytes.end <= metainfo.layout().length() && bytes.end - bytes.start == reply.answer.length);
    }
    reply.answer.head(std::time::SystemTime::UNIX_EPOCH, serve::http::Persistence::after(Some(request)))
}

/// A torrent, and the catalogue in which it stands.
fn offered() -> &'static (Metainfo, Catalogue<()>) {
    static OFFERED: OnceLock<(Metainfo, Catalogue<()>)> = OnceLock::new();
    OFFERED.get_or_init(|| {
        let files = "d6:lengthi5e4:pathl1:aeed6:lengthi70000e4:pathl1:b3:c dee";
        let info = format!("5:filesl{files}e4:name1:t12:piece lengthi16384e6:pieces100:{}", "x".repeat(100));
        let torrent = Metainfo::parse(format!("d4:infod{info}ee").into_bytes());
        let metainfo = torrent.expect("it is a torrent").metainfo;
        let mut catalogue = Catalogue::default();
        catalogue.insert((), Entry::of(&metainfo), 1);
        (metainfo, catalogue)
    })
}

#[cfg(test)]
mod tests {
    use crate::tests::{kept, over};

    #[test]
    fn http_request_over_kept_inputs() {
        over(&kept("http-request"), super::http_request);
    }
}
