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
    /// Requests that were called off.
    cancelled: Vec<WebJob>,
}

/// A request: its number, the web seed, and the bytes.
type Get = (WebJob, usize, Range<u64>);

impl Mirrors {
    fn new(protocol: Protocol, lengths: &[u64], web_seeds: usize) -> Self {
        let payload = Payload::new(protocol, lengths, PIECE);
        let web_seeds = vec!["w".into(); web_seeds];
        let mut engine = payload.engine(Some(payload.torrent(false)), |config| config.web_seeds = web_seeds);
        engine.handle(Time::ZERO, Event::Tick);
        Self { payload, engine, now: Time::ZERO, said: Vec::new(), asked: Vec::new(), cancelled: Vec::new() }
    }

    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.engine.handle(self.now, event);
    }

    /// The next request; pieces are hashed and written meanwhile.
    fn next(&mut self) -> Option<Get> {
        while let Some(action) = self.engine.poll() {
            match self.payload.carry_out(action) {
                Ok(answer) => self.tell(answer),
                Err(Action::WebGet { job, web_seed, bytes, .. }) => {
                    self.asked.push((web_seed, bytes.clone()));
                    return Some((job, web_seed, bytes));
                }
                Err(Action::WebCancel { job }) => self.cancelled.push(job),
                Err(Action::Report(Report::WebSeed { web_seed, message, .. })) => {
                    self.said.push((web_seed, message))
                }
                Err(_) => {}
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
        for block in self.payload.blocks_in(bytes) {
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
        let lost = |piece| lacking.iter().any(|file| layout.pieces_of(*file).contains(piece));
        for piece in layout.pieces().unwrap() {
            assert_eq!(mirrors.engine.have().unwrap().contains(piece), !lost(piece), "{protocol:?}");
        }
        assert!(lacking.iter().all(|file| mirrors.asked_for(*file) <= 2));
        let said: Vec<&str> = mirrors.said.iter().map(|(_, message)| message.as_str()).collect();
        let first = said[0].strip_prefix("it lacks f00").and_then(|rest| rest.strip_suffix(": gone"));
        assert!(first.is_some_and(|digit| ["1", "5"].contains(&digit)), "{said:?}");
        assert!(said.len() <= 2 && !mirrors.engine.has_no_source_left());
        mirrors.wait();
        assert_eq!(mirrors.said.last().unwrap().1, "it lacks all that is missing");
        assert!(mirrors.engine.has_no_source_left());
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
    assert!(mirrors.engine.has_no_source_left());
}

#[test]
fn a_mirror_that_lacks_file_after_file_is_not_asked_for_each() {
    let mut mirrors = Mirrors::new(Protocol::Hybrid, &[40_000; 200], 1);
    mirrors.serve(|_, _| true);
    assert_eq!(mirrors.asked.len(), 9);
    let last = mirrors.said.pop().unwrap().1;
    assert_eq!((mirrors.said.len(), last.as_str()), (1, "it lacks one file after the other: gone"));
    assert!(mirrors.engine.has_no_source_left());
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
fn the_first_failure_of_a_kind_is_reported() {
    let (cut, busy) = ("cut: it is asked again in 4 s", "busy: it is asked again in 7 s");
    let cases: [(&str, &[&str]); 3] =
        [("cccccccccc", &[cut]), ("bbb", &[busy]), ("bcbc", &[busy, "cut: it is asked again in 8 s"])];
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

/// What a web seed answers at a second.
type Answers = fn(u64) -> WebError;

/// When a web seed is asked that answers with these errors, in seconds.
fn asked_at(error: impl Fn(u64) -> WebError) -> Vec<u64> {
    let mut mirrors = Mirrors::new(Protocol::V1, &[900_000], 1);
    let mut next = mirrors.next();
    let mut asked_at = Vec::new();
    while mirrors.now < Time::from_secs(300) {
        if let Some((job, ..)) = next.take() {
            asked_at.push(mirrors.now.as_secs());
            let result = Err(error(mirrors.now.as_secs()));
            mirrors.tell(Event::WebEnded { job, ranges: false, result });
        }
        next = mirrors.wait();
    }
    assert!(!mirrors.engine.has_no_source_left(), "how long to hope is for the driver to say");
    asked_at
}

/// The only source is down for a while, in whatever way.
#[test]
fn a_web_seed_that_fails_is_asked_again_and_again_and_later_each_time() {
    let busy = |seconds| WebError::Busy { retry_after: Some(Time::from_secs(seconds)) };
    let cases: [(&str, Answers, &[u64]); 4] = [
        ("refused, 502", |_| WebError::Failed("no".into()), &[0, 4, 12, 28, 60, 120, 180, 240]),
        ("busy", |_| WebError::Busy { retry_after: None }, &[0, 30, 60, 90, 120, 150, 182, 246]),
        (
            "`Retry-After: 0`",
            |_| WebError::Busy { retry_after: Some(Time::ZERO) },
            &[0, 1, 3, 7, 15, 31, 63, 127, 255],
        ),
        (
            "streams as well",
            |at| if at == 0 { WebError::NoRanges } else { WebError::Failed("no".into()) },
            &[0, 1, 5, 13, 29, 61, 121, 181, 241],
        ),
    ];
    for (what, error, expected) in cases {
        assert_eq!(asked_at(error), expected, "{what}");
    }
    assert_eq!(asked_at(|at| busy(100 - at.min(99))), [0, 100, 102, 106, 114, 130, 162, 226]);
    assert_eq!(asked_at(|_| busy(1 << 40)), [0], "ten minutes at most");
}

#[test]
fn at_the_end_nothing_is_said_to_be_asked_again() {
    let mut mirrors = Mirrors::new(Protocol::V1, &[900_000], 1);
    let (job, ..) = mirrors.next().unwrap();
    mirrors.tell(Event::Stop);
    let result = Err(WebError::Failed("not wanted any more".into()));
    mirrors.tell(Event::WebEnded { job, ranges: true, result });
    assert!(mirrors.next().is_none() && mirrors.said.is_empty(), "{:?}", mirrors.said);
}

#[test]
fn failures_that_are_new_each_time_are_reported_a_few_times() {
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

/// Web seeds at work in the places that a driver has; the rest wait.
struct Places {
    mirrors: Mirrors,
    at_work: Vec<(WebJob, usize, Vec<BlockAddress>)>,
    waiting: std::collections::VecDeque<Get>,
}

impl Places {
    const COUNT: usize = 4;

    fn new(web_seeds: usize) -> Self {
        let mirrors = Mirrors::new(Protocol::V1, &[2_000_000], web_seeds);
        Self { mirrors, at_work: Vec::new(), waiting: Default::default() }
    }

    /// A second passes, in which each web seed at work gives so many blocks.
    fn second(&mut self, blocks: impl Fn(usize, u64) -> usize) {
        let now = self.mirrors.now.as_secs() + 1;
        self.waiting.extend(self.mirrors.wait());
        while let Some(get) = self.mirrors.next() {
            self.waiting.push_back(get);
        }
        self.end_what_was_called_off();
        for (job, web_seed, left) in &mut self.at_work {
            let job = *job;
            for block in left.drain(..blocks(*web_seed, now).min(left.len())) {
                let data = self.mirrors.payload.block(block);
                self.mirrors.tell(Event::WebBlock { job, block, data });
            }
            if left.is_empty() {
                self.mirrors.tell(Event::WebEnded { job, ranges: true, result: Ok(()) });
            }
        }
        self.at_work.retain(|(.., left)| !left.is_empty());
        while self.at_work.len() < Self::COUNT
            && let Some((job, web_seed, bytes)) = self.waiting.pop_front()
        {
            self.mirrors.tell(Event::WebSkipped { job, bytes: 0 });
            let blocks = self.mirrors.payload.blocks_in(&bytes);
            self.at_work.push((job, web_seed, blocks));
        }
    }

    fn end_what_was_called_off(&mut self) {
        for job in std::mem::take(&mut self.mirrors.cancelled) {
            self.at_work.retain(|(other, ..)| *other != job);
            self.waiting.retain(|(other, ..)| *other != job);
            let result = Err(WebError::Failed("not wanted any more".into()));
            self.mirrors.tell(Event::WebEnded { job, ranges: false, result });
        }
    }

    /// When everything is there, in seconds.
    fn last(&mut self, most: u64, blocks: impl Fn(usize, u64) -> usize) -> Option<u64> {
        let is_all = |places: &Self| places.mirrors.engine.have().is_some_and(|have| have.is_all());
        (1..=most).find(|_| {
            self.second(&blocks);
            is_all(self)
        })
    }
}

/// Blocks that a web seed gives in a second.
type Drip = fn(u64) -> usize;

/// Of twelve web seeds the last one is good; the others hold the four places as long as they may.
#[test]
fn mirrors_that_drip_make_way_for_one_that_waits() {
    let cases: [(&str, Drip); 3] = [
        ("nothing", |_| 0),
        ("a block now and then, as a sign of life", |second| usize::from(second % 25 == 0)),
        ("two blocks at first", |second| if second < 3 { 1 } else { 0 }),
    ];
    for (what, drip) in cases {
        let mut places = Places::new(12);
        let last = places.last(60, |web_seed, second| if web_seed == 11 { 50 } else { drip(second) });
        assert!(last.is_some(), "{what}: {:?}", places.mirrors.engine.progress());
    }
}

/// Nobody would ever finish a piece if each made way for the others again and again.
#[test]
fn mirrors_that_are_all_slow_keep_their_places() {
    let mut places = Places::new(8);
    let last = places.last(400, |_, second| usize::from(second % 4 == 0));
    assert!(last.is_some(), "{:?}", places.mirrors.engine.progress());
    assert_eq!(places.mirrors.engine.contacts().web_seeds_given_up, 0);
}
