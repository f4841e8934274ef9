use std::io::Write;
use std::thread;
use std::time::Duration;

use swarm::WebError;
use swarm::wire::BlockAddress;

use super::file_url::url_of;
use super::*;
use crate::pool::BLOCK;
use test_kit::web_server::{WebServer, answer, range};

/// A torrent of files of these lengths, in a folder called `my folder`; a single one is called that itself.
fn torrent(lengths: &[u64], is_single: bool) -> Metainfo {
    let piece_length = 32768;
    let total: u64 = lengths.iter().sum();
    let pieces = vec![b'x'; 20 * total.div_ceil(piece_length) as usize];
    let files = match is_single {
        true => format!("6:lengthi{total}e"),
        false => {
            let file =
                |(index, length): (usize, &u64)| format!("d6:lengthi{length}e4:pathl3:sub6:file {index}ee");
            let files: String = lengths.iter().enumerate().map(file).collect();
            format!("5:filesl{files}e")
        }
    };
    let head =
        format!("d4:infod{files}4:name9:my folder12:piece lengthi{piece_length}e6:pieces{}:", pieces.len());
    Metainfo::parse([head.as_bytes(), &pieces, b"ee"].concat()).unwrap().metainfo
}

fn content(file: usize, length: u64) -> Vec<u8> {
    (0..length).map(|place| (place * 7 + place / 251 + file as u64) as u8).collect()
}

/// A server that has the files below `/base/` and answers ranges.
fn server(lengths: Vec<u64>) -> WebServer {
    WebServer::start(move |head| {
        let target = head.split(' ').nth(1).unwrap_or_default();
        let file = target.rsplit("file%20").next().and_then(|digit| digit.parse().ok()).unwrap_or(0);
        let bytes = content(file, lengths[file]);
        match range(head) {
            Some((first, last)) => {
                let headers = format!("Content-Range: bytes {first}-{last}/{}\r\n", bytes.len());
                answer("206 Partial", &headers, &bytes[first..=last])
            }
            None => answer("200 OK", "", &bytes),
        }
    })
}

fn fetch(url: &str, metainfo: &Arc<Metainfo>, bytes: Range<u64>) -> Fetch {
    Fetch {
        job: JobId(0),
        web_job: WebJob(7),
        web_seed: 0,
        url: Url::parse(url.as_bytes()).unwrap(),
        namer: Namer::USER,
        standing: ServerStanding::New,
        metainfo: Arc::clone(metainfo),
        bytes,
        whole_files: false,
    }
}

fn means(pool: &Pool) -> Means {
    Means {
        pool: pool.clone(),
        download: Bucket::new(None),
        start: Instant::now(),
        bind: None,
        access: WebAccess::default(),
    }
}

type Blocks = Vec<(BlockAddress, Vec<u8>)>;

fn get(fetch: &Fetch) -> (Blocks, Result<(), WebError>) {
    let (blocks, _, result) = get_on(fetch, &mut None);
    (blocks, result)
}

/// Blocks and how many bytes were skipped; goes on with `body` and leaves there what is open.
fn get_on(fetch: &Fetch, body: &mut Option<Body>) -> (Blocks, u64, Result<(), WebError>) {
    let (means, stop) = (means(&Pool::new(1 << 20)), Stop::default());
    let mut client = Client::new(&WebAccess::default(), None, None);
    let (mut heard, mut skipped) = (Vec::new(), 0);
    let mut request = RangeRequest::new(fetch, &mut client, &means, &stop, body.take());
    let result = request.read(&mut |part| match part {
        Part::Block(address, block) => heard.push((address, block.to_vec())),
        Part::Skipped(bytes) => skipped += bytes,
    });
    *body = request.body;
    (heard, skipped, result)
}

#[test]
fn urls_are_those_of_bep_19() {
    let (single, many) = (torrent(&[5], true), torrent(&[5, 6], false));
    let cases = [
        (&single, "http://h.example/x.iso", "http://h.example/x.iso"),
        (&single, "http://h.example/get/?k=1", "http://h.example/get/my%20folder?k=1"),
        (&single, "http://h.example/", "http://h.example/my%20folder"),
        (&many, "http://h.example/base", "http://h.example/base/my%20folder/sub/file%201"),
        (&many, "http://h.example:8080/base/", "http://h.example:8080/base/my%20folder/sub/file%201"),
    ];
    for (metainfo, base, expected) in cases {
        let url = url_of(&Url::parse(base.as_bytes()).unwrap(), metainfo, 1).unwrap();
        assert_eq!(url.to_string(), expected);
    }
}

#[test]
fn a_range_of_the_torrent_is_read_from_all_its_files() {
    let lengths = vec![50_000, 1, 100_000];
    let metainfo = Arc::new(torrent(&lengths, false));
    let server = server(lengths.clone());
    let torrent: Vec<u8> =
        lengths.iter().enumerate().flat_map(|(file, length)| content(file, *length)).collect();
    let (blocks, result) = get(&fetch(&server.url("/base/"), &metainfo, 32768..131_072));
    assert_eq!(result, Ok(()));
    assert_eq!(blocks.len(), 6);
    assert!(blocks.iter().all(|(address, data)| address.length as usize == data.len()));
    assert_eq!(blocks[1].0, BlockAddress { piece: 1.into(), offset: BLOCK as u32, length: BLOCK as u32 });
    let bytes: Vec<u8> = blocks.into_iter().flat_map(|(_, data)| data).collect();
    assert!(bytes == torrent[32768..131_072]);
    assert_eq!(server.asked().len(), 3, "one request a file");
}

#[test]
fn what_the_server_cannot_give_is_distinguished() {
    let metainfo = Arc::new(torrent(&[100_000], true));
    let error = |server: &WebServer| get(&fetch(&server.url("/x"), &metainfo, 32768..65536)).1.unwrap_err();
    let with = |status: &'static str, headers: &'static str, length: usize| {
        WebServer::start(move |_| answer(status, headers, &vec![0; length]))
    };
    assert_eq!(error(&with("200 OK", "", 100_000)), WebError::NoRanges);
    let wrong_length = with("206 Partial", "Content-Range: bytes 32768-65535/99\r\n", 32768);
    let why = "its file has 99 bytes instead of 100000".to_owned();
    assert_eq!(error(&wrong_length), WebError::Lacks { file: 0, why });
    let other_range = with("206 Partial", "Content-Range: bytes 0-32767/100000\r\n", 32768);
    assert!(matches!(error(&other_range), WebError::Failed(_)));
    let longer_range = with("206 Partial", "Content-Range: bytes 32768-65536/100000\r\n", 32769);
    assert!(matches!(error(&longer_range), WebError::Failed(_)));
    let backwards = with("206 Partial", "Content-Range: bytes 32768-32767/100000\r\n", 0);
    assert!(matches!(error(&backwards), WebError::Failed(_)));
    let no_range = with("206 Partial", "", 32768);
    assert!(matches!(error(&no_range), WebError::Failed(_)));
    let short = WebServer::start(|_| {
        b"HTTP/1.1 206 P\r\nContent-Range: bytes 32768-65535/100000\r\nContent-Length: 32768\r\n\r\nabc"
            .to_vec()
    });
    assert!(matches!(error(&short), WebError::Failed(_)));
    for status in ["404 Not Found", "410 Gone", "416 Range", "403 No", "451 Secret"] {
        assert!(matches!(error(&with(status, "", 0)), WebError::Lacks { file: 0, .. }), "{status}");
    }
    assert!(matches!(error(&with("401 Who", "", 0)), WebError::Useless(_)));
    let busy = error(&with("503 Busy", "Retry-After: 7\r\n", 0));
    assert_eq!(busy, WebError::Busy { retry_after: Some(Duration::from_secs(7)) });
    assert_eq!(error(&with("429 Slow", "Retry-After: never\r\n", 0)), WebError::Busy { retry_after: None });
    assert!(matches!(error(&with("500 Oops", "", 0)), WebError::Failed(_)));
}

#[test]
fn what_stands_in_front_of_a_file_that_lacks_is_given() {
    let metainfo = Arc::new(torrent(&[50_000, 1, 100_000], false));
    let server = server(vec![50_000, 1, 99_999]);
    let (blocks, result) = get(&fetch(&server.url("/base/"), &metainfo, 0..131_072));
    let why = "its file has 99999 bytes instead of 100000".to_owned();
    assert_eq!((blocks.len(), result), (3, Err(WebError::Lacks { file: 2, why })));
}

/// A server that has the file and gives of a range no more than up to what `end` says of its first byte.
fn capped(length: u64, end: impl Fn(usize) -> usize + Send + 'static) -> WebServer {
    WebServer::start(move |head| {
        let bytes = content(0, length);
        let (first, last) = range(head).unwrap();
        let last = last.min(end(first) - 1);
        let headers = format!("Content-Range: bytes {first}-{last}/{length}\r\n");
        answer("206 Partial", &headers, &bytes[first..=last])
    })
}

/// RFC 9110, section 15.3.7: a server may give less than it was asked for.
#[test]
fn who_gives_shorter_ranges_is_asked_for_the_rest() {
    let metainfo = Arc::new(torrent(&[200_000], true));
    let expected = &content(0, 200_000)[32_768..131_072];
    let by_length = capped(200_000, |first| first + 40_000);
    let by_place = capped(200_000, |first| (first / 32_769 + 1) * 32_769);
    for (server, requests) in [(&by_length, 3), (&by_place, 4)] {
        for whole_files in [false, true] {
            let asked = server.asked().len();
            let fetch = Fetch { whole_files, ..fetch(&server.url("/x"), &metainfo, 32_768..131_072) };
            let (blocks, skipped, result) = get_on(&fetch, &mut None);
            assert_eq!((skipped, result), (0, Ok(())));
            assert!(bytes_of(blocks) == expected);
            assert_eq!(server.asked().len() - asked, requests);
        }
    }
}

#[test]
fn who_gives_next_to_nothing_at_a_time_fails() {
    let metainfo = Arc::new(torrent(&[200_000], true));
    let server = capped(200_000, |first| first + 1);
    let (blocks, result) = get(&fetch(&server.url("/x"), &metainfo, 0..200_000));
    assert!(blocks.is_empty());
    assert_eq!(result, Err(WebError::Failed("it sends only some bytes at a time".into())));
    assert_eq!(server.asked().len(), 5);
}

#[test]
fn a_server_without_ranges_may_send_a_whole_file() {
    let metainfo = Arc::new(torrent(&[40_000], true));
    let server = WebServer::start(|_| answer("200 OK", "", &content(0, 40_000)));
    let (blocks, result) = get(&fetch(&server.url("/x"), &metainfo, 0..40_000));
    assert_eq!((blocks.len(), result), (3, Ok(())));
    let longer = WebServer::start(|_| answer("200 OK", "", &content(0, 40_001)));
    let (blocks, result) = get(&fetch(&longer.url("/x"), &metainfo, 0..40_000));
    assert!(blocks.is_empty() && matches!(result, Err(WebError::Lacks { file: 0, .. })));
}

fn whole(url: &str, metainfo: &Arc<Metainfo>, bytes: Range<u64>) -> Fetch {
    Fetch { whole_files: true, ..fetch(url, metainfo, bytes) }
}

fn bytes_of(blocks: Blocks) -> Vec<u8> {
    blocks.into_iter().flat_map(|(_, data)| data).collect()
}

#[test]
fn a_whole_file_is_read_on_by_the_next_request() {
    let metainfo = Arc::new(torrent(&[1_000_000], true));
    let server = WebServer::start(|_| answer("200 OK", "", &content(0, 1_000_000)));
    let (url, file, mut body) = (server.url("/x"), content(0, 1_000_000), None);
    let (_, skipped, result) = get_on(&fetch(&url, &metainfo, 98_304..131_072), &mut body);
    assert_eq!((skipped, result), (0, Err(WebError::NoRanges)));
    let (blocks, skipped, result) = get_on(&fetch(&url, &metainfo, 0..32_768), &mut None);
    assert_eq!((skipped, result), (0, Err(WebError::NoRanges)));
    assert!(bytes_of(blocks) == file[..32_768], "the front is of use all the same");
    let requests = [(98_304..131_072, 98_304), (131_072..163_840, 0), (655_360..1_000_000, 491_520)];
    for (bytes, front) in requests {
        let (blocks, skipped, result) = get_on(&whole(&url, &metainfo, bytes.clone()), &mut body);
        assert_eq!((skipped, result), (front, Ok(())), "{bytes:?}");
        assert!(bytes_of(blocks) == file[bytes.start as usize..bytes.end as usize], "{bytes:?}");
    }
    assert_eq!(server.asked().len(), 2);
    let (_, skipped, _) = get_on(&whole(&url, &metainfo, 32_768..65_536), &mut body);
    assert_eq!((skipped, server.asked().len()), (32_768, 3), "it cannot go back");
}

#[test]
fn who_gives_ranges_after_all_may_go_on_so() {
    let metainfo = Arc::new(torrent(&[200_000], true));
    let (server, mut body) = (server(vec![200_000]), None);
    for bytes in [98_304..131_072, 131_072..200_000] {
        let (blocks, skipped, result) =
            get_on(&whole(&server.url("/x"), &metainfo, bytes.clone()), &mut body);
        assert_eq!((skipped, result), (0, Ok(())));
        assert!(bytes_of(blocks) == content(0, 200_000)[bytes.start as usize..bytes.end as usize]);
    }
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn an_answer_that_breaks_off_does_not_stay_open() {
    let metainfo = Arc::new(torrent(&[200_000], true));
    let server = WebServer::start(|_| answer("200 OK", "", &content(0, 200_000))[..60_000].to_vec());
    for (bytes, blocks_before) in [(32_768..65_536, 1), (98_304..131_072, 0)] {
        let mut body = None;
        let (blocks, _, result) = get_on(&whole(&server.url("/x"), &metainfo, bytes), &mut body);
        assert!(matches!(result, Err(WebError::Failed(_))) && body.is_none());
        assert_eq!(blocks.len(), blocks_before);
    }
}

/// However long a piece is: every part brings it nearer to its end.
#[test]
fn a_range_that_breaks_off_is_gone_on_with_where_it_ended() {
    let metainfo = Arc::new(torrent(&[200_000], true));
    for (sent, requests, is_complete) in
        [(70_000, 3, true), (20_000, 10, true), (16_000, 1, false), (0, 1, false)]
    {
        let server = WebServer::start(move |head| {
            let (first, last) = range(head).unwrap();
            let headers = format!("Content-Range: bytes {first}-{last}/200000\r\n");
            let body = &content(0, 200_000)[first..=last];
            let answer = answer("206 Partial Content", &headers, body);
            answer[..answer.len() - body.len() + sent.min(body.len())].to_vec()
        });
        let (blocks, result) = get(&fetch(&server.url("/x"), &metainfo, 0..200_000));
        assert_eq!((result.is_ok(), server.asked().len()), (is_complete, requests), "{sent}");
        assert!(content(0, 200_000).starts_with(&bytes_of(blocks)));
    }
}

#[test]
fn a_stranger_may_not_name_a_local_web_seed() {
    let metainfo = Arc::new(torrent(&[40_000], true));
    let server = server(vec![40_000]);
    let stranger = Fetch { namer: Namer::STRANGER, ..fetch(&server.url("/x"), &metainfo, 0..40_000) };
    assert!(matches!(get(&stranger).1, Err(WebError::NotAsked(_))));
    assert!(server.asked().is_empty());
}

fn seeds(pool: &Pool) -> (WebSeedClients, crate::mailbox::Inbox, mio::Poll) {
    let poll = mio::Poll::new().unwrap();
    let (mailbox, inbox) = crate::mailbox::mailbox(mio::Waker::new(poll.registry(), mio::Token(0)).unwrap());
    (WebSeedClients::new(means(pool), &mailbox), inbox, poll)
}

/// The next answers, at least so many, but for those that only say that somebody waits.
fn wait(inbox: &crate::mailbox::Inbox, count: usize) -> Vec<ThreadAnswer> {
    let (mut taken, begun) = (Vec::new(), Instant::now());
    while taken.len() < count {
        assert!(begun.elapsed() < Duration::from_secs(60), "it says no more");
        let says_more = |answer: &ThreadAnswer| !matches!(answer, ThreadAnswer::WebSkipped { bytes: 0, .. });
        taken.extend(inbox.take_all().filter(says_more));
        thread::sleep(Duration::from_millis(1));
    }
    taken
}

/// How a request ends.
fn wait_for_end(inbox: &crate::mailbox::Inbox) -> Result<(), WebError> {
    loop {
        for answer in wait(inbox, 1) {
            if let ThreadAnswer::WebEnded { result, .. } = answer {
                return result;
            }
        }
    }
}

#[test]
fn an_empty_pool_holds_a_web_seed_up_and_cancelling_ends_it() {
    let metainfo = Arc::new(torrent(&[1 << 20], true));
    let server = server(vec![1 << 20]);
    let pool = Pool::new(BLOCK as u64);
    let (mut seeds, inbox, _poll) = seeds(&pool);
    seeds.get(fetch(&server.url("/x"), &metainfo, 0..1 << 20));
    let first = wait(&inbox, 1);
    assert!(is_silent(&inbox));
    drop(first);
    let second = wait(&inbox, 1);
    assert!(is_silent(&inbox));
    seeds.cancel(JobId(0), WebJob(7));
    assert!(matches!(wait(&inbox, 1)[..], [ThreadAnswer::WebEnded { result: Err(WebError::Failed(_)), .. }]));
    drop(second);
}

fn is_silent(inbox: &crate::mailbox::Inbox) -> bool {
    thread::sleep(Duration::from_millis(30));
    inbox.take_all().count() == 0
}

#[test]
fn what_is_open_stays_so_between_requests_and_goes_with_the_torrent() {
    let metainfo = Arc::new(torrent(&[1_000_000], true));
    let server = WebServer::start(|_| answer("200 OK", "", &content(0, 1_000_000)));
    let pool = Pool::new(1 << 20);
    let (mut seeds, inbox, _poll) = seeds(&pool);
    for bytes in [32_768..65_536, 65_536..98_304] {
        seeds.get(whole(&server.url("/x"), &metainfo, bytes));
        assert_eq!(wait_for_end(&inbox), Ok(()));
    }
    assert_eq!(server.asked().len(), 1);
    let open = lock(&seeds.idle).values().filter(|open| open.body.is_some()).count();
    seeds.cancel_all(JobId(0));
    assert_eq!((open, lock(&seeds.idle).len()), (1, 0));
}

/// At the rate that is allowed, passing over what is in front would take most of a minute.
#[test]
fn passing_over_what_is_in_front_keeps_to_the_rate_and_can_be_cancelled() {
    let metainfo = Arc::new(torrent(&[1_000_000], true));
    let server = WebServer::start(|_| answer("200 OK", "", &content(0, 1_000_000)));
    let (mut seeds, inbox, _poll) = seeds(&Pool::new(1 << 20));
    seeds.means.download = Bucket::new(Some(20_000));
    seeds.get(whole(&server.url("/x"), &metainfo, 950_272..1_000_000));
    assert!(matches!(wait(&inbox, 1)[..], [ThreadAnswer::WebSkipped { bytes: 1..=500_000, .. }]));
    seeds.cancel_all(JobId(0));
    assert!(matches!(wait_for_end(&inbox), Err(WebError::Failed(_))));
    assert_eq!(lock(&seeds.idle).len(), 0, "nothing stays open of a torrent that has ended");
}

/// A block of it would take a quarter of an hour.
#[test]
fn who_drips_is_let_go_of_between_two_bytes() {
    let metainfo = Arc::new(torrent(&[1_000_000], true));
    for (head, whole_files) in
        [("206 P\r\nContent-Range: bytes 0-999999/1000000", false), ("200 OK", false), ("200 OK", true)]
    {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/x", listener.local_addr().unwrap());
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let head = format!("HTTP/1.1 {head}\r\nContent-Length: 1000000\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            while stream.write_all(b"x").is_ok() {
                thread::sleep(Duration::from_millis(50));
            }
        });
        let (mut seeds, inbox, _poll) = seeds(&Pool::new(1 << 20));
        let bytes = if whole_files { 32_768..1_000_000 } else { 0..1_000_000 };
        seeds.get(Fetch { whole_files, ..fetch(&url, &metainfo, bytes) });
        assert!(is_silent(&inbox) || is_silent(&inbox), "it said that it has begun, and no more");
        thread::sleep(Duration::from_millis(200));
        seeds.cancel(JobId(0), WebJob(7));
        assert!(matches!(wait_for_end(&inbox), Err(WebError::Failed(_))));
    }
}
