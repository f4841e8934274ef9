//! Web servers that know no ranges: whatever is asked, they answer with the whole file.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use swarm_net::{Failure, Job, Patience, Select};
use test_kit::{Content, Folder, HonestPeer, Manners, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::fetching::{fetch, file};
use crate::web_seeds::{bytes_of, with_web_seed};

/// How a server sends a file.
#[derive(Clone, Copy)]
enum Ways {
    Whole,
    /// In chunks, without saying how long it is.
    Chunked,
    /// The same, and after the file rubbish follows for ever.
    Endless,
    /// A byte too many, as its header says.
    Longer,
    /// The first answers end in the middle of the file.
    Breaks {
        answers: usize,
    },
}

/// A server that has every file of `content` below `/base/`.
struct Server {
    url: String,
    answers: Arc<Mutex<Vec<Answer>>>,
}

struct Answer {
    path: String,
    /// Bytes of the body that left.
    sent: usize,
}

impl Server {
    fn start(content: &Arc<Content>, ways: Ways) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}/base/", listener.local_addr().unwrap());
        let answers = Arc::<Mutex<Vec<Answer>>>::default();
        let (content, heard) = (Arc::clone(content), Arc::clone(&answers));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (content, answers) = (Arc::clone(&content), Arc::clone(&heard));
                thread::spawn(move || while answer(&stream, &content, ways, &answers).is_ok() {});
            }
        });
        Self { url, answers }
    }

    /// Bytes of all bodies.
    fn sent(&self) -> usize {
        self.answers.lock().unwrap().iter().map(|answer| answer.sent).sum()
    }

    fn paths(&self) -> Vec<String> {
        self.answers.lock().unwrap().iter().map(|answer| answer.path.clone()).collect()
    }
}

/// Answers one request; fails at the end of the connection.
fn answer(
    mut stream: &TcpStream,
    content: &Content,
    ways: Ways,
    answers: &Mutex<Vec<Answer>>,
) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
    while !lines.next().ok_or(io::ErrorKind::UnexpectedEof)??.is_empty() {}
    let path = first.split(' ').nth(1).and_then(|path| path.strip_prefix("/base/")).unwrap();
    let mut bytes = bytes_of(content, path).unwrap();
    let lock = || answers.lock().unwrap_or_else(PoisonError::into_inner);
    lock().push(Answer { path: path.to_owned(), sent: 0 });
    let index = lock().len() - 1;
    let is_chunked = matches!(ways, Ways::Chunked | Ways::Endless);
    if matches!(ways, Ways::Longer) {
        bytes.push(0);
    }
    let length = if is_chunked {
        "Transfer-Encoding: chunked".into()
    } else {
        format!("Content-Length: {}", bytes.len())
    };
    write!(stream, "HTTP/1.1 200 OK\r\n{length}\r\n\r\n")?;
    let breaks = matches!(ways, Ways::Breaks { answers } if index < answers);
    let end = if breaks { bytes.len() / 2 } else { bytes.len() };
    for part in bytes[..end].chunks(10_000) {
        send(stream, part, is_chunked)?;
        lock()[index].sent += part.len();
    }
    if matches!(ways, Ways::Endless) {
        loop {
            send(stream, &[0; 10_000], true)?;
        }
    }
    if breaks {
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    if is_chunked { stream.write_all(b"0\r\n\r\n") } else { Ok(()) }
}

fn send(mut stream: &TcpStream, part: &[u8], is_chunked: bool) -> io::Result<()> {
    match is_chunked {
        true => stream.write_all(&[format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat()),
        false => stream.write_all(part),
    }
}

const PROTOCOLS: [Protocol; 3] = [Protocol::V1, Protocol::V2, Protocol::Hybrid];
const PIECE: u64 = 65536;

#[test]
fn a_file_of_many_pieces_is_read_once() {
    for protocol in PROTOCOLS {
        for ways in [Ways::Whole, Ways::Chunked, Ways::Endless] {
            let content = file(protocol, 5_000_000, PIECE);
            let (server, folder) = (Server::start(&content, ways), Folder::new(""));
            let (result, said) = fetch(with_web_seed(&content, &folder, server.url.clone(), &[]));
            assert!(result.is_ok(), "{protocol:?} {result:?} {:?}", said.web_seeds);
            assert!(folder.read("file") == content.bytes(), "{protocol:?}");
            assert_eq!((server.paths().len(), server.sent()), (1, 5_000_000), "{protocol:?}");
        }
    }
}

/// Sizes that end within pieces, at their ends, and several in one piece.
const LENGTHS: [usize; 8] = [300_000, 7, 0, 20_000, 65_536, 500_001, 1, 131_072];

fn folder_of(protocol: Protocol) -> (Arc<Content>, Vec<(String, Vec<u8>)>) {
    let data = (0..).zip(LENGTHS).map(|(index, length)| (format!("f{index}"), seeded_bytes(index, length)));
    let data: Vec<(String, Vec<u8>)> = data.collect();
    let files: Vec<(&str, &[u8])> = data.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    (Content::of_folder(protocol, "folder", &files, PIECE), data)
}

#[test]
fn each_file_of_a_folder_is_read_once() {
    for protocol in PROTOCOLS {
        let (content, data) = folder_of(protocol);
        let (server, folder) = (Server::start(&content, Ways::Whole), Folder::new(""));
        let (result, said) = fetch(with_web_seed(&content, &folder, server.url.clone(), &[]));
        assert!(result.is_ok(), "{protocol:?} {result:?} {:?}", said.web_seeds);
        for (name, bytes) in &data {
            assert!(folder.read(format!("folder/{name}")) == *bytes, "{protocol:?} {name}");
        }
        assert_eq!(server.sent(), LENGTHS.iter().sum::<usize>(), "{protocol:?} {:?}", server.paths());
    }
}

#[test]
fn of_files_that_are_not_selected_no_more_is_read_than_pieces_need() {
    for protocol in PROTOCOLS {
        let (content, data) = folder_of(protocol);
        let (server, folder) = (Server::start(&content, Ways::Whole), Folder::new(""));
        let select = Some(Select::of_runs(vec![(5, 5)]));
        let (result, _) = fetch(Job { select, ..with_web_seed(&content, &folder, server.url.clone(), &[]) });
        assert!(result.is_ok(), "{protocol:?} {result:?}");
        assert!(folder.read("folder/f5") == data[5].1, "{protocol:?}");
        let mut paths = server.paths();
        paths.sort();
        paths.dedup();
        let needed = match protocol {
            Protocol::V1 => vec!["folder/f4", "folder/f5", "folder/f6", "folder/f7"],
            _ => vec!["folder/f5"],
        };
        assert_eq!(paths, needed, "{protocol:?}");
    }
}

#[test]
fn one_that_breaks_off_is_read_from_the_front_again() {
    let content = file(Protocol::V1, 1_000_000, PIECE);
    let (server, folder) = (Server::start(&content, Ways::Breaks { answers: 1 }), Folder::new(""));
    let (result, _) = fetch(with_web_seed(&content, &folder, server.url.clone(), &[]));
    assert!(folder.read("file") == content.bytes());
    assert_eq!((server.paths().len(), server.sent()), (2, 1_500_000));
    let progress = result.unwrap();
    assert!((1_480_000..=1_500_000).contains(&progress.downloaded), "{progress:?}");
}

/// The first run ends in the middle of the file; the next one needs the other half alone, and passes over the first.
#[test]
fn a_download_is_resumed() {
    for protocol in PROTOCOLS {
        let content = file(protocol, 1_000_000, PIECE);
        let (server, folder) = (Server::start(&content, Ways::Breaks { answers: 9 }), Folder::new(""));
        let patience = Patience { deadline: Some(Duration::from_secs(2)), ..Patience::default() };
        let job = with_web_seed(&content, &folder, server.url.clone(), &[]);
        let (result, said) = fetch(Job { patience, ..job });
        assert!(matches!(result, Err(Failure::Deadline(_))), "{protocol:?} {result:?}");
        let had = said.pieces.len();
        assert!((1..=7).contains(&had), "{protocol:?} {had}");
        let server = Server::start(&content, Ways::Whole);
        let (result, said) = fetch(with_web_seed(&content, &folder, server.url.clone(), &[]));
        assert!(result.is_ok(), "{protocol:?} {result:?}");
        assert!(folder.read("file") == content.bytes(), "{protocol:?}");
        assert!(said.had >= had, "{protocol:?} {} of {had}", said.had);
        assert_eq!(server.sent(), 1_000_000, "{protocol:?}");
    }
}

#[test]
fn one_whose_file_has_another_length_is_of_no_use() {
    let content = file(Protocol::V1, 1_000_000, PIECE);
    let (server, folder) = (Server::start(&content, Ways::Longer), Folder::new(""));
    let (result, said) = fetch(with_web_seed(&content, &folder, server.url, &[]));
    assert!(matches!(result, Err(Failure::WebSeedsGivenUp)), "{result:?}");
    assert_eq!(said.web_seeds, ["its file has 1000001 bytes instead of 1000000"]);
}

#[test]
fn peers_that_give_enough_leave_it_nothing_to_do() {
    let content = file(Protocol::V1, 5_000_000, PIECE);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let (server, folder) = (Server::start(&content, Ways::Whole), Folder::new(""));
    let job = with_web_seed(&content, &folder, server.url.clone(), &[peer.address()]);
    fetch(job).0.unwrap();
    assert!(folder.read("file") == content.bytes());
    assert!(peer.given() >= 4_900_000, "{}", peer.given());
}
