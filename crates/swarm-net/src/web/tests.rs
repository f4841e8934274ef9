use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use swarm::WebError;
use swarm::wire::BlockAddress;

use super::place::url_of;
use super::*;
use crate::http::server::{Server, answer, range};
use crate::pool::BLOCK;

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
fn server(lengths: Vec<u64>) -> Server {
    Server::start(move |head| {
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
        metainfo: Arc::clone(metainfo),
        bytes,
        whole_files: false,
    }
}

fn means(pool: &Pool) -> Means {
    Means { pool: pool.clone(), download: Bucket::new(None), start: Instant::now(), bind: None }
}

type Blocks = Vec<(BlockAddress, Vec<u8>)>;

fn get(fetch: &Fetch) -> (Blocks, Result<(), WebError>) {
    let (means, stop) = (means(&Pool::new(1 << 20)), AtomicBool::new(false));
    let client = Client::new(None, None);
    let mut heard = Vec::new();
    let mut row = Row { fetch, client: &client, means: &means, stop: &stop, body: None };
    let result = row.read(&mut |part| match part {
        Part::Block(address, block) => heard.push((address, block.to_vec())),
        Part::Skipped(_) => {}
    });
    (heard, result)
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
fn a_range_of_the_row_is_read_from_all_its_files() {
    let lengths = vec![50_000, 1, 100_000];
    let metainfo = Arc::new(torrent(&lengths, false));
    let server = server(lengths.clone());
    let row: Vec<u8> = lengths.iter().enumerate().flat_map(|(file, length)| content(file, *length)).collect();
    let (blocks, result) = get(&fetch(&server.url("/base/"), &metainfo, 32768..131_072));
    assert_eq!(result, Ok(()));
    assert_eq!(blocks.len(), 6);
    assert!(blocks.iter().all(|(address, data)| address.length as usize == data.len()));
    assert_eq!(blocks[1].0, BlockAddress { piece: 1, offset: BLOCK as u32, length: BLOCK as u32 });
    let bytes: Vec<u8> = blocks.into_iter().flat_map(|(_, data)| data).collect();
    assert!(bytes == row[32768..131_072]);
    assert_eq!(server.asked().len(), 3, "one request a file");
}

#[test]
fn what_the_server_cannot_give_is_told_apart() {
    let metainfo = Arc::new(torrent(&[100_000], true));
    let error = |server: &Server| get(&fetch(&server.url("/x"), &metainfo, 32768..65536)).1.unwrap_err();
    let with = |status: &'static str, headers: &'static str, length: usize| {
        Server::start(move |_| answer(status, headers, &vec![0; length]))
    };
    assert_eq!(error(&with("200 OK", "", 100_000)), WebError::NoRanges);
    let wrong_length = with("206 Partial", "Content-Range: bytes 32768-65535/99\r\n", 32768);
    assert!(matches!(error(&wrong_length), WebError::Useless(_)));
    let other_range = with("206 Partial", "Content-Range: bytes 0-32767/100000\r\n", 32768);
    assert!(matches!(error(&other_range), WebError::Failed(_)));
    let no_range = with("206 Partial", "", 32768);
    assert!(matches!(error(&no_range), WebError::Failed(_)));
    let short = Server::start(|_| {
        b"HTTP/1.1 206 P\r\nContent-Range: bytes 32768-65535/100000\r\nContent-Length: 32768\r\n\r\nabc"
            .to_vec()
    });
    assert!(matches!(error(&short), WebError::Failed(_)));
    for status in ["404 Not Found", "410 Gone", "416 Range", "403 No"] {
        assert!(matches!(error(&with(status, "", 0)), WebError::Useless(_)), "{status}");
    }
    let busy = error(&with("503 Busy", "Retry-After: 7\r\n", 0));
    assert_eq!(busy, WebError::Busy { retry_after: Some(Duration::from_secs(7)) });
    assert_eq!(error(&with("429 Slow", "Retry-After: never\r\n", 0)), WebError::Busy { retry_after: None });
    assert!(matches!(error(&with("500 Oops", "", 0)), WebError::Failed(_)));
}

#[test]
fn a_server_without_ranges_may_send_a_whole_file() {
    let metainfo = Arc::new(torrent(&[40_000], true));
    let server = Server::start(|_| answer("200 OK", "", &content(0, 40_000)));
    let (blocks, result) = get(&fetch(&server.url("/x"), &metainfo, 0..40_000));
    assert_eq!((blocks.len(), result), (3, Ok(())));
    let longer = Server::start(|_| answer("200 OK", "", &content(0, 40_001)));
    let (blocks, result) = get(&fetch(&longer.url("/x"), &metainfo, 0..40_000));
    assert!(blocks.is_empty() && matches!(result, Err(WebError::Useless(_))));
}

#[test]
fn a_stranger_may_not_name_a_local_web_seed() {
    let metainfo = Arc::new(torrent(&[40_000], true));
    let server = server(vec![40_000]);
    let stranger = Fetch { namer: Namer::STRANGER, ..fetch(&server.url("/x"), &metainfo, 0..40_000) };
    assert!(matches!(get(&stranger).1, Err(WebError::Useless(_))));
    assert!(server.asked().is_empty());
}

fn seeds(pool: &Pool) -> (WebSeeds, crate::mailbox::Inbox, mio::Poll) {
    let poll = mio::Poll::new().unwrap();
    let (mailbox, inbox) = crate::mailbox::mailbox(mio::Waker::new(poll.registry(), mio::Token(0)).unwrap());
    (WebSeeds::new(means(pool), &mailbox), inbox, poll)
}

#[test]
fn an_empty_pool_holds_a_web_seed_up_and_cancelling_ends_it() {
    let metainfo = Arc::new(torrent(&[1 << 20], true));
    let server = server(vec![1 << 20]);
    let pool = Pool::new(3 * BLOCK as u64);
    let (mut seeds, inbox, _poll) = seeds(&pool);
    seeds.get(fetch(&server.url("/x"), &metainfo, 0..1 << 20));
    let (sender, answers): (_, Receiver<Answer>) = channel();
    let wait = |count: usize| {
        let mut taken = Vec::new();
        while taken.len() < count {
            inbox.take_all().for_each(|answer| sender.send(answer).unwrap());
            taken.extend(answers.try_iter());
            thread::sleep(Duration::from_millis(1));
        }
        taken
    };
    let first = wait(3);
    assert_eq!(pool.available(), 0);
    drop(first);
    let more = wait(3);
    seeds.cancel(JobId(0), WebJob(7));
    drop(more);
    let mut last = wait(1);
    while !matches!(last.last(), Some(Answer::WebEnded { .. })) {
        last = wait(1);
    }
    assert!(matches!(last.last(), Some(Answer::WebEnded { result: Err(WebError::Failed(_)), .. })));
}
