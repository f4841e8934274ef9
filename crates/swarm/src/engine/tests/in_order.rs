//! One engine and a web seed that answers ranges with whole files.

use std::ops::Range;

use super::*;
use crate::{Report, WebError, WebJob};

const LENGTH: u64 = 1_000_000;
const PIECE: u64 = 65_536;

struct Server {
    payload: Payload,
    engine: Swarm<Vec<u8>>,
    now: Time,
}

/// What the engine wants of the web seed: the bytes, and whether whole files will do.
type Get = (WebJob, Range<u64>, bool);

impl Server {
    fn new() -> Self {
        let payload = Payload::new(Protocol::V1, &[LENGTH], PIECE);
        let web_seeds = vec!["w".into()];
        let mut engine = payload.engine(Some(payload.torrent(false)), |config| config.web_seeds = web_seeds);
        engine.handle(Time::ZERO, Event::Tick);
        Self { payload, engine, now: Time::ZERO }
    }

    /// One that has been found out.
    fn found_out() -> (Self, Get) {
        let mut server = Self::new();
        let (job, _, whole_files) = server.get().0.unwrap();
        assert!(!whole_files);
        server.tell(Event::WebEnded { job, ranges: false, result: Err(WebError::NoRanges) });
        let (get, said) = server.get();
        assert_eq!(said, ["it ignores ranges: it is read from the front, and only if nobody else gives"]);
        (server, get.unwrap())
    }

    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.engine.handle(self.now, event);
    }

    /// What it wants, and what it says of the web seed; pieces are hashed and written meanwhile.
    fn get(&mut self) -> (Option<Get>, Vec<String>) {
        let (mut get, mut said) = (None, Vec::new());
        while let Some(action) = self.engine.poll() {
            match self.payload.carry_out(action) {
                Ok(answer) => self.tell(answer),
                Err(Action::WebGet { job, bytes, whole_files, .. }) => {
                    assert!(get.replace((job, bytes, whole_files)).is_none(), "one at a time");
                }
                Err(Action::Report(Report::WebSeed { message, .. })) => said.push(message),
                Err(_) => {}
            }
        }
        (get, said)
    }

    /// The answers for the pieces that are to be hashed.
    fn hash(&mut self) -> Vec<Event<Vec<u8>>> {
        let mut hashed = Vec::new();
        while let Some(action) = self.engine.poll() {
            if let Action::Hash { piece, blocks } = action {
                hashed.push(self.payload.hashed(piece, blocks));
            }
        }
        hashed
    }

    /// Gives what was asked for, but for the last `less` blocks.
    fn give(&mut self, (job, bytes, _): Get, less: usize) {
        let blocks = self.payload.blocks_in(&bytes);
        for block in &blocks[..blocks.len() - less] {
            let data = self.payload.block(*block);
            self.tell(Event::WebBlock { job, block: *block, data });
        }
    }

    /// Lets seconds pass until it wants something.
    fn wait(&mut self) -> Option<Get> {
        (0..100).find_map(|_| {
            self.now += Time::from_secs(1);
            self.tell(Event::Tick);
            self.get().0
        })
    }
}

#[test]
fn each_request_goes_on_where_the_last_one_ended() {
    let (mut server, mut get) = Server::found_out();
    let mut end = 0;
    loop {
        assert_eq!((get.1.start, get.2), (end, true));
        end = get.1.end;
        let job = get.0;
        server.give(get, 0);
        server.tell(Event::WebEnded { job, ranges: false, result: Ok(()) });
        match server.get().0 {
            Some(next) => get = next,
            None => break,
        }
    }
    assert_eq!(end, LENGTH);
    assert!(server.engine.have().unwrap().is_all());
}

/// It was asked for the front of the torrent, and gave that before it said so.
#[test]
fn the_first_request_is_gone_on_with() {
    let mut server = Server::new();
    let get = server.get().0.unwrap();
    let job = get.0;
    assert_eq!((get.1.clone(), get.2), (0..PIECE, false));
    server.give(get, 0);
    server.tell(Event::WebEnded { job, ranges: false, result: Err(WebError::NoRanges) });
    let (_, bytes, whole_files) = server.get().0.unwrap();
    assert_eq!((bytes.start, whole_files), (PIECE, true));
}

#[test]
fn one_that_never_gives_a_good_piece_is_given_up_though_blocks_come() {
    let (mut server, get) = Server::found_out();
    let (mut next, mut tries) = (Some(get), 0);
    while let Some(get) = next {
        let job = get.0;
        assert_eq!(get.1, 0..PIECE);
        server.give(get, 1);
        server.tell(Event::WebEnded { job, ranges: false, result: Err(WebError::Failed("cut".into())) });
        tries += 1;
        next = server.wait();
    }
    assert_eq!(tries, 5);
    assert!(server.engine.has_no_source_left());
}

/// Servers cut connections that have served their time, or so many bytes.
#[test]
fn one_that_gave_a_good_piece_is_asked_again_at_once_but_only_once() {
    let mut server = Server::new();
    let get = server.get().0.unwrap();
    let job = get.0;
    server.give(get, 0);
    server.tell(Event::WebEnded { job, ranges: false, result: Ok(()) });
    for is_asked_again in [true, false] {
        let (job, ..) = server.get().0.unwrap();
        server.tell(Event::WebEnded { job, ranges: false, result: Err(WebError::Failed("cut".into())) });
        if !is_asked_again {
            assert!(server.get().0.is_none());
        }
    }
}

#[test]
fn what_it_gave_before_it_failed_counts_when_it_is_proven() {
    let mut server = Server::new();
    let get = server.get().0.unwrap();
    let job = get.0;
    server.give(get, 0);
    let pieces = server.hash();
    server.tell(Event::WebEnded { job, ranges: false, result: Err(WebError::Failed("cut".into())) });
    assert!(server.get().0.is_none());
    pieces.into_iter().for_each(|hashed| server.tell(hashed));
    server.tell(Event::Tick);
    assert!(server.get().0.is_some());
}

#[test]
fn what_passes_by_unneeded_has_a_limit() {
    let (mut server, (job, ..)) = Server::found_out();
    server.tell(Event::WebSkipped { job, bytes: 4 * LENGTH });
    assert!(server.get().1.is_empty() && !server.engine.has_no_source_left());
    server.tell(Event::WebSkipped { job, bytes: 1 });
    assert_eq!(server.get().1, ["it ignores ranges, and too much of what it sends is not needed"]);
    assert!(server.engine.has_no_source_left());
}

/// As long as something passes by, it has not stopped sending.
#[test]
fn passing_over_much_takes_as_long_as_it_takes() {
    let (mut server, (job, ..)) = Server::found_out();
    for _ in 0..120 {
        server.tell(Event::WebSkipped { job, bytes: 1000 });
        assert_eq!(server.engine.poll().map(|action| format!("{action:?}")), None);
        server.now += Time::from_secs(1);
    }
}

#[test]
fn a_request_is_not_late_before_it_has_begun() {
    let mut server = Server::new();
    let (job, _, _) = server.get().0.unwrap();
    let is_cancelled_within = |server: &mut Server, seconds: u64| {
        (0..seconds).any(|_| {
            server.now += Time::from_secs(1);
            server.tell(Event::Tick);
            std::iter::from_fn(|| server.engine.poll())
                .any(|action| matches!(action, Action::WebCancel { .. }))
        })
    };
    assert!(!is_cancelled_within(&mut server, 200));
    server.tell(Event::WebSkipped { job, bytes: 0 });
    assert!(!is_cancelled_within(&mut server, 20));
    server.tell(Event::WebSkipped { job, bytes: 0 });
    assert!(!is_cancelled_within(&mut server, 20) && is_cancelled_within(&mut server, 20));
}
