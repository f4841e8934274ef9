//! A subscriber and the web around it, of which the test is the owner.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use fastrand::Rng;
use follow::book::Book;
use follow::journal::Journal;
use follow::sink::{Delivery, Sink, Verdict};
use follow::web::{Answer, Ask, Web, WebError};
use follow::{Event, Hosts, Pass, PassError, Settings, Shared};
use test_kit::Folder;

pub(crate) const FEED: &str = "http://pub.example/feed.xml";
pub(crate) const MINUTE: i64 = 60;
pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 86_400;
/// Sunday, 22 November 2026, 05:00:00.
pub(crate) const START: i64 = 1_795_323_600;

/// What the web answers, at which time.
pub(crate) type Server = Box<dyn FnMut(&Request, i64) -> Result<Answer, WebError>>;

/// A request as a server sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) at: i64,
    pub(crate) url: String,
    /// `If-None-Match` and `If-Modified-Since`, if the URL is that of the validators.
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    pub(crate) validators_of: Option<String>,
}

pub(crate) struct Internet {
    server: Server,
    pub(crate) asked: Vec<Request>,
    now: Rc<Cell<i64>>,
}

impl Web for Internet {
    fn get(&mut self, ask: &Ask<'_>) -> Result<Answer, WebError> {
        let validators = ask.validators;
        let request = Request {
            at: self.now.get(),
            url: ask.url.to_owned(),
            etag: validators.and_then(|known| known.etag.clone()),
            last_modified: validators.and_then(|known| known.last_modified.clone()),
            validators_of: validators.map(|known| known.url.clone()),
        };
        self.asked.push(request.clone());
        let mut answer = (self.server)(&request, self.now.get())?;
        if answer.url.is_empty() {
            answer.url = answer.redirects.last().map_or(ask.url, |(_, to)| to.as_str()).to_owned();
        }
        Ok(answer)
    }
}

/// What a subscriber has taken, and what the sink says of it.
#[derive(Default)]
pub(crate) struct Shelf {
    pub(crate) taken: Vec<(String, u32)>,
    pub(crate) verdict: Option<fn(u32) -> Verdict>,
    pub(crate) wants_torrent: bool,
    /// How it ends with items that are begun and take a while, by their titles; for others the run is killed before. `None`: none takes a while.
    pub(crate) ends: Option<fn(&str) -> Option<Verdict>>,
    /// What was begun, in this order.
    pub(crate) begun: Vec<(String, u32)>,
}

impl Sink for Shelf {
    fn wants_torrent(&self) -> bool {
        self.wants_torrent
    }

    fn folder(&self) -> Option<PathBuf> {
        Some("/".into())
    }

    fn take(&mut self, delivery: &Delivery<'_>) -> Verdict {
        if self.ends.is_some() {
            self.begun.push((delivery.entry.title.clone(), delivery.attempt));
            return Verdict::UnderWay;
        }
        let verdict = self.verdict.map_or(Verdict::Taken(None), |verdict| verdict(delivery.attempt));
        if matches!(verdict, Verdict::Taken(_)) {
            self.taken.push((delivery.entry.title.clone(), delivery.attempt));
        }
        verdict
    }
}

pub(crate) struct World {
    pub(crate) folder: Folder,
    pub(crate) settings: Settings,
    pub(crate) web: Internet,
    pub(crate) shelf: Shelf,
    pub(crate) now: Rc<Cell<i64>>,
    pub(crate) rng: Rng,
    pub(crate) free: Option<u64>,
}

impl World {
    pub(crate) fn new(server: impl FnMut(&Request, i64) -> Result<Answer, WebError> + 'static) -> Self {
        let now = Rc::new(Cell::new(START));
        Self {
            folder: Folder::new(""),
            settings: Settings { pause: 0, ..Settings::default() },
            web: Internet { server: Box::new(server), asked: Vec::new(), now: Rc::clone(&now) },
            shelf: Shelf::default(),
            now,
            rng: Rng::with_seed(7),
            free: None,
        }
    }

    /// One pass over a feed, and what was told.
    pub(crate) fn try_pass(&mut self, feed: &str) -> Result<Vec<Event>, PassError> {
        let state = self.folder.join("state");
        let opened = Journal::open(&state, feed, self.now.get(), false)?;
        let journals = follow::journal::journals(&state);
        let hosts = Hosts::default();
        journals.iter().filter_map(|path| follow::journal::last_fetch(path)).for_each(|it| hosts.heed(&it));
        let shared = Shared::of(journals);
        shared.add(opened.journal.path(), &opened.state);
        let mut book = Book::new(feed, opened.journal, opened.state);
        let told = RefCell::new(Vec::new());
        if opened.harmed > 0 {
            told.borrow_mut().push(Event::Harmed { lines: opened.harmed, path: book.path() });
        }
        let (now, free, ends) = (Rc::clone(&self.now), self.free, self.shelf.ends);
        let mut pass = Pass {
            settings: &self.settings,
            web: &mut self.web,
            hosts: &hosts,
            shared: &shared,
            rng: &mut self.rng,
            clock: &|| now.get(),
            free: &|_| free,
            is_ended: &|| false,
            tell: &mut |event| {
                told.borrow_mut().push(event);
                true
            },
        };
        pass.run(&mut book, &mut self.shelf)?;
        for (id, title) in book
            .under_way
            .keys()
            .map(|id| (id.clone(), book.state.entry(id).unwrap().title.clone()))
            .collect::<Vec<_>>()
        {
            if let Some(verdict) = ends.and_then(|ends| ends(&title)) {
                pass.settle(&mut book, &id, verdict, &self.shelf)?;
            }
        }
        Ok(told.into_inner())
    }

    pub(crate) fn pass(&mut self) -> Vec<Event> {
        self.try_pass(FEED).unwrap()
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.now.set(self.now.get() + seconds);
    }

    /// Passes at an interval, for a time, and all that was told, by kind, but that the feed was looked at.
    pub(crate) fn passes(&mut self, every: i64, lasting: i64) -> BTreeMap<&'static str, usize> {
        let mut told = BTreeMap::new();
        for _ in 0..lasting / every {
            for event in self.pass() {
                let kind = kind(&event);
                if kind != "feed" {
                    *told.entry(kind).or_default() += 1;
                }
            }
            self.wait(every);
        }
        told
    }

    /// The book, to look at.
    pub(crate) fn state(&self) -> follow::FeedState {
        follow::journal::peek(&self.path()).unwrap().1
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join("state").join(follow::journal::name_of(FEED))
    }

    pub(crate) fn titles(&self) -> Vec<&str> {
        self.shelf.taken.iter().map(|(title, _)| title.as_str()).collect()
    }
}

/// The kind of an event, as it is told.
pub(crate) fn kind(event: &Event) -> &'static str {
    match event {
        Event::Feed(_) => "feed",
        Event::Busy => "busy",
        Event::Item(_) => "item",
        Event::Taken(_) => "taken",
        Event::Revised(_) => "revised",
        Event::Duplicate(_) => "duplicate",
        Event::Skipped(_) => "skipped",
        Event::Waiting(_) => "waiting",
        Event::Failed(_) => "failed",
        Event::Baseline { .. } => "baseline",
        Event::Gap { .. } => "gap",
        Event::Surge { .. } => "surge",
        Event::Moved { .. } => "moved",
        Event::Gone => "gone",
        Event::OffererChanged { .. } => "offerer-changed",
        Event::KeyPinned { .. } => "key-pinned",
        Event::KeyChanged { .. } => "key-changed",
        Event::Refused { .. } => "refused",
        Event::Stale { .. } => "stale",
        Event::Down { .. } => "down",
        Event::ValidatorLies => "validator-lies",
        Event::Harmed { .. } => "harmed",
    }
}

pub(crate) fn kinds(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(kind).filter(|kind| *kind != "feed").collect()
}

/// A feed of these items, from the top: each of `title`, or `title guid`, or `title guid url-path`.
pub(crate) fn rss(items: &[&str]) -> String {
    rss_with("", items)
}

pub(crate) fn rss_with(head: &str, items: &[&str]) -> String {
    let item = |text: &&str| {
        let mut words = text.split(' ');
        let title = words.next().unwrap();
        let guid = words.next().unwrap_or(title);
        let path = words.next().unwrap_or(title);
        let length = words.next().unwrap_or("9");
        format!(
            "<item><title>{title}</title><guid isPermaLink='false'>{guid}</guid>
             <enclosure url='/t/{path}.torrent' type='application/x-bittorrent' length='{length}'/></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!(
        "<rss version='2.0'><channel><title>t</title><link>http://pub.example/</link>{head}{items}</channel></rss>"
    )
}

pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Answer {
    Answer { status: 200, body: body.into(), ..Answer::default() }
}

pub(crate) fn status(status: u16) -> Answer {
    Answer { status, ..Answer::default() }
}

/// Answers 304 to whoever has the ETag of this body.
pub(crate) fn conditional(request: &Request, body: &str) -> Answer {
    let etag = format!("\"{:x}\"", body.len());
    if request.etag.as_ref() == Some(&etag) {
        return status(304);
    }
    Answer { etag: Some(etag), ..ok(body) }
}
