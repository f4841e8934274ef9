//! One engine and web seeds that lack files or fail.

use std::ops::Range;

use super::*;
use crate::{Report, WebError, WebJob};

const PIECE: u64 = 32_768;

struct Mirrors {
    payload: Payload,
    engine: Swarm<Vec<u8>>,
    now: Time,
    /// What was said of each web seed.
    said: Vec<(usize, String)>,
    /// The bytes that each was asked for.
    asked: Vec<(usize, Range<u64>)>,
}

/// A request: which, of whom, and for what.
type Get = (WebJob, usize, Range<u64>);

impl Mirrors {
    fn new(protocol: Protocol, lengths: &[u64], web_seeds: usize) -> Self {
        let payload = Payload::new(protocol, lengths, PIECE);
        let mut config = Config::new(1, [1; 20]);
        config.info_hash_v1 = payload.metainfo.info_hash_v1();
        config.info_hash_v2 = payload.metainfo.info_hash_v2();
        config.web_seeds = vec!["w".into(); web_seeds];
        let mut engine = Swarm::new(config, Some(payload.torrent(false)));
        engine.handle(Time::ZERO, Event::Tick);
        Self { payload, engine, now: Time::ZERO, said: Vec::new(), asked: Vec::new() }
    }

    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.engine.handle(self.now, event);
    }

    /// The next request; pieces are hashed and written meanwhile.
    fn next(&mut self) -> Option<Get> {
        while let Some(action) = self.engine.poll() {
            match action {
                Action::WebGet { job, web_seed, bytes, .. } => {
                    self.asked.push((web_seed, bytes.clone()));
                    return Some((job, web_seed, bytes));
                }
                Action::Hash { piece, blocks } => {
                    let digests = self.payload.digests(piece, &blocks);
                    self.tell(Event::Hashed { piece, blocks, digests });
                }
                Action::Write { piece, .. } => self.tell(Event::Written { piece }),
                Action::Report(Report::WebSeed { web_seed, message }) => self.said.push((web_seed, message)),
                _ => {}
            }
        }
        None
    }

    /// Answers all requests as mirrors do of which `lacks` says what files they lack.
    fn serve(&mut self, lacks: impl Fn(usize, usize) -> bool) {
        while let Some((job, web_seed, bytes)) = self.next() {
            let result = self.give(job, &bytes, |file| lacks(web_seed, file));
            self.tell(Event::WebEnded { job, ranges: true, result });
        }
    }

    /// Gives what is in front of the first file that is lacking.
    fn give(
        &mut self,
        job: WebJob,
        bytes: &Range<u64>,
        lacks: impl Fn(usize) -> bool,
    ) -> Result<(), WebError> {
        let metainfo = self.payload.metainfo.clone();
        let pieces = bytes.start / PIECE..bytes.end.div_ceil(PIECE);
        for block in pieces.flat_map(|piece| crate::blocks_of(&metainfo, piece as u32)) {
            let start = u64::from(block.piece) * PIECE + u64::from(block.offset);
            let mut files = metainfo.layout().files_in(start..start + u64::from(block.length));
            if let Some(file) = files.find(|file| lacks(*file)) {
                return Err(WebError::Lacks { file, why: "gone".into() });
            }
            let data = self.payload.block(block);
            self.tell(Event::WebBlock { job, block, data });
        }
        Ok(())
    }

    /// Whether it is asked for bytes of a file.
    fn asked_for(&self, file: usize) -> usize {
        let layout = self.payload.metainfo.layout();
        let has = |bytes: &Range<u64>| layout.files_in(bytes.clone()).any(|other| other == file);
        self.asked.iter().filter(|(_, bytes)| has(bytes)).count()
    }

    /// Lets a second pass.
    fn wait(&mut self) -> Option<Get> {
        self.now += Time::from_secs(1);
        self.tell(Event::Tick);
        self.next()
    }
}

#[test]
fn a_mirror_that_lacks_files_gives_the_others() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        let mut mirrors = Mirrors::new(protocol, &[100_000, 300_000, 1, 0, 200_000, 50_000], 1);
        let lacking = [1, 5];
        mirrors.serve(|_, file| lacking.contains(&file));
        let layout = mirrors.payload.metainfo.layout();
        let lost = |piece: u64| lacking.iter().any(|file| layout.pieces_of(*file).contains(&piece));
        for piece in 0..layout.piece_count() {
            assert_eq!(mirrors.engine.have().unwrap().contains(piece as u32), !lost(piece), "{protocol:?}");
        }
        assert!(lacking.iter().all(|file| mirrors.asked_for(*file) <= 2));
        let said: Vec<&str> = mirrors.said.iter().map(|(_, message)| message.as_str()).collect();
        let first = said[0].strip_prefix("it lacks f00").and_then(|rest| rest.strip_suffix(": gone"));
        assert!(first.is_some_and(|digit| ["1", "5"].contains(&digit)), "{said:?}");
        assert!(said.len() <= 2 && !mirrors.engine.is_forsaken());
        mirrors.wait();
        assert_eq!(mirrors.said.last().unwrap().1, "it lacks all that is missing");
        assert!(mirrors.engine.is_forsaken());
    }
}

#[test]
fn mirrors_that_lack_different_files_give_all_together() {
    let mut mirrors = Mirrors::new(Protocol::Hybrid, &[90_000; 6], 2);
    mirrors.serve(|web_seed, file| file % 2 == web_seed);
    assert!(mirrors.engine.have().unwrap().is_all());
}

#[test]
fn a_mirror_that_lacks_the_only_file_is_given_up() {
    let mut mirrors = Mirrors::new(Protocol::V1, &[900_000], 1);
    mirrors.serve(|_, _| true);
    assert_eq!((mirrors.asked.len(), mirrors.said), (1, vec![(0, "gone".to_owned())]));
    assert!(mirrors.engine.is_forsaken());
}

#[test]
fn a_mirror_that_lacks_file_after_file_is_not_asked_for_each() {
    let mut mirrors = Mirrors::new(Protocol::Hybrid, &[40_000; 200], 1);
    mirrors.serve(|_, _| true);
    assert_eq!(mirrors.asked.len(), 9);
    let last = mirrors.said.pop().unwrap().1;
    assert_eq!((mirrors.said.len(), last.as_str()), (1, "it lacks one file after the other: gone"));
    assert!(mirrors.engine.is_forsaken());
}

/// It may have what stands behind them.
#[test]
fn a_mirror_that_lacks_the_first_files_is_asked_for_others() {
    let mut mirrors = Mirrors::new(Protocol::Hybrid, &[40_000; 200], 1);
    mirrors.serve(|_, file| file < 20);
    assert_eq!(mirrors.engine.have().unwrap().count(), 2 * 180);
}

/// `c` is cut, `b` is busy.
fn error(letter: char) -> WebError {
    match letter {
        'b' => WebError::Busy { retry_after: Some(std::time::Duration::from_secs(7)) },
        _ => WebError::Failed("cut".into()),
    }
}

#[test]
fn the_first_failure_of_a_kind_is_told() {
    let (cut, busy) = ("cut: it is asked again in 4 s", "busy: it is asked again in 7 s");
    let cases: [(&str, &[&str]); 4] = [
        ("cccc", &[cut]),
        ("ccccc", &[cut, "cut"]),
        ("bbb", &[busy]),
        ("bcbc", &[busy, "cut: it is asked again in 8 s"]),
    ];
    for (errors, expected) in cases {
        let mut mirrors = Mirrors::new(Protocol::V1, &[900_000], 1);
        let mut next = mirrors.next();
        for letter in errors.chars() {
            let (job, ..) = next.take().unwrap();
            mirrors.tell(Event::WebEnded { job, ranges: true, result: Err(error(letter)) });
            next = (0..100).find_map(|_| mirrors.wait());
        }
        let said: Vec<&str> = mirrors.said.iter().map(|(_, message)| message.as_str()).collect();
        assert_eq!(said, expected, "{errors}");
    }
}

#[test]
fn failures_that_are_new_each_time_are_told_a_few_times() {
    let mut mirrors = Mirrors::new(Protocol::V1, &[65_536 * 100], 1);
    for number in 0..20 {
        let (job, _, bytes) = (0..100).find_map(|_| mirrors.wait()).unwrap();
        if number % 3 == 0 {
            mirrors.give(job, &(bytes.start..bytes.start + PIECE), |_| false).unwrap();
        }
        let result = Err(WebError::Failed(format!("number {number}")));
        mirrors.tell(Event::WebEnded { job, ranges: true, result });
    }
    assert_eq!(mirrors.said.len(), 4, "{:?}", mirrors.said);
}
