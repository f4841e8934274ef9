//! Asks a feed, if it may be asked, and remembers what came of it.

use std::ops::ControlFlow;

use torrent_core::address::Namer;

use super::page::{Page, namer_of};
use super::{Pass, PassError};
use crate::book::Book;
use crate::entry::Entry;
use crate::event::{Event, FeedEvent};
use crate::fetch_state::{FetchState, OfferedBy, Validators};
use crate::hosts::host_of;
use crate::journal::Record;
use crate::moves;
use crate::pin;
use crate::polite::{self, NEWS, Wishes};
use crate::web::{Answer, Ask, WebError};

impl Pass<'_> {
    /// Asks the feed, unless it is too early.
    pub(super) fn look(&mut self, book: &mut Book) -> Result<(), PassError> {
        let now = self.now();
        let fetch = &book.state.fetch;
        let url = fetch.url.clone().unwrap_or_else(|| book.feed.clone());
        let rests = self.hosts.rests_until(&url);
        if fetch.gone || now < fetch.not_before.max(rests) {
            let event = FeedEvent { from_cache: true, ..self.told(book, rests) };
            return self.tell(Event::Feed(event));
        }
        let validators =
            fetch.validators.clone().filter(|known| known.asked == url && self.is_trusted(fetch, now));
        // Whoever is redirected to may say that nothing has changed in what it never had.
        let unchanged_at = validators.as_ref().filter(|_| fetch.pin.is_some()).map(|known| known.url.clone());
        let ask = Ask {
            url: &url,
            namer: Namer::USER,
            validators: validators.as_ref(),
            limit: feed::limits::BODY,
            is_text: true,
        };
        match self.get(&ask) {
            Ok(answer) if answer.status == 200 => self.read(book, &url, answer, validators.is_some()),
            Ok(answer)
                if answer.status == 304
                    && validators.is_some()
                    && unchanged_at.is_none_or(|place| place == answer.url) =>
            {
                self.unchanged(book, &url, &answer)
            }
            Ok(answer) => {
                let why = format!("HTTP status {}", answer.status);
                self.failed(book, &why, Some(&answer), false)
            }
            Err(WebError::Ended) => Ok(()),
            Err(error @ WebError::Dead(_)) => self.left(book, &error.to_string()),
            Err(WebError::Magnet(..)) => self.failed(book, "a magnet link came in its place", None, true),
            Err(error) => self.failed(book, &error.to_string(), None, false),
        }
    }

    /// Whether the server may be asked whether anything has changed. Once a week it has to show, unless it has trouble anyway.
    fn is_trusted(&self, fetch: &FetchState, now: i64) -> bool {
        !fetch.lies && (now - fetch.unconditional_at < WEEK || fetch.failing_since.is_some())
    }

    fn unchanged(&mut self, book: &mut Book, url: &str, answer: &Answer) -> Result<(), PassError> {
        let mut fetch = self.answered(book, url, answer)?;
        // A 304 has the validators that a 200 would have, or none.
        let now = self.now();
        let wishes = Wishes { max_age: age_of(answer), ..Wishes::default() };
        polite::after_success(&mut fetch, wishes, self.settings.policy, now);
        fetch.not_before = fetch.not_before.max(now + fetch.pace.min(WEEK));
        book.write(Record::Fetched(Box::new(fetch)))?;
        book.sync()?;
        let event = FeedEvent { status: Some(304), from_cache: true, ..self.told(book, 0) };
        self.tell(Event::Feed(event))
    }

    /// Takes in a body. Its items are in the journal before anything is said of the whole.
    fn read(
        &mut self,
        book: &mut Book,
        url: &str,
        mut answer: Answer,
        was_conditional: bool,
    ) -> Result<(), PassError> {
        let now = self.now();
        let Some(mut page) = self.believed(book, &answer)? else { return Ok(()) };
        // All that is wanted of it is in the page.
        let bytes = std::mem::take(&mut answer.body).len();
        if self.catch_up(book, &mut page).is_break() {
            return Ok(());
        }
        let absorbed = self.absorb(book, &page)?;
        book.sync()?;
        let mut fetch = self.answered(book, url, &answer)?;
        fetch.refused = None;
        let is_whole = !page.is_truncated && page.items > 0;
        fetch.fetches += u64::from(is_whole);
        if page.items > 0 {
            fetch.news.push((count(absorbed.new), count(page.items)));
            fetch.news = fetch.news.split_off(fetch.news.len().saturating_sub(NEWS));
        }
        let validators = validators_of(url, &answer).filter(|_| !page.is_truncated);
        let is_same = validators.is_some() && validators == fetch.validators;
        if is_same && !was_conditional && absorbed.new > 0 && !fetch.lies && fetch.ok_at.is_some() {
            fetch.lies = true;
            self.tell(Event::ValidatorLies)?;
        }
        fetch.validators = validators;
        if !was_conditional {
            fetch.unconditional_at = now;
        }
        let wishes = Wishes { max_age: age_of(&answer), ttl: page.channel.ttl, quiet: page.channel.quiet };
        polite::after_success(&mut fetch, wishes, self.settings.policy, now);
        fetch.pace = page.channel.ttl.map_or(0, |minutes| i64::from(minutes) * 60);
        book.write(Record::Fetched(Box::new(fetch)))?;
        book.sync()?;
        let event = FeedEvent {
            status: Some(200),
            bytes,
            items: page.items,
            new: absorbed.new,
            truncated: page.is_truncated,
            ..self.told(book, 0)
        };
        self.tell(Event::Feed(event))
    }

    /// Follows the pages of older items, if nothing in what came is known. Breaks off if the run ends: the next one shall see the gap.
    fn catch_up(&mut self, book: &Book, page: &mut Page) -> ControlFlow<()> {
        for _ in 0..self.settings.catch_up {
            let Some(older) = page.channel.older.clone().filter(|_| is_gap(book, &page.entries)) else {
                break;
            };
            let namer = namer_of(&page.from);
            let limit = feed::limits::BODY;
            let ask = Ask { url: &older, namer, validators: None, limit, is_text: true };
            let answer = match self.get(&ask) {
                Ok(answer) => answer,
                Err(WebError::Ended) => return ControlFlow::Break(()),
                Err(_) => break,
            };
            let Ok(mut next) = Page::of(&answer, self.now()) else { break };
            if let Some(pin) = &book.state.fetch.pin {
                if !pin::is_page(pin, &older, &answer.body) {
                    break;
                }
                next = next.signed();
            }
            let above = u32::try_from(page.entries.len()).unwrap_or(u32::MAX);
            let below = next.entries.into_iter();
            page.entries.extend(below.map(|it| Entry { place: it.place.saturating_add(above), ..it }));
            page.channel.older = next.channel.older.filter(|next| *next != older);
        }
        ControlFlow::Continue(())
    }

    /// What an answer says whatever it brings: who gives it, and whether the feed has moved.
    fn answered(&mut self, book: &Book, url: &str, answer: &Answer) -> Result<FetchState, PassError> {
        let mut fetch = book.state.fetch.clone();
        let now = self.now();
        (fetch.at, fetch.status) = (now, Some(answer.status));
        let (moved, place) = moves::after(fetch.moved.take(), url, &answer.redirects, now);
        fetch.moved = moved;
        if let Some(to) = place {
            self.tell(Event::Moved { to: to.clone() })?;
            fetch.url = Some(to);
        }
        let before = fetch.offerer();
        (fetch.offered_by, fetch.from) = (OfferedBy::at(&answer.url), answer.from);
        if let (Some(before), Some(offered_by)) = (before, fetch.offerer())
            && before.host != offered_by.host
        {
            self.tell(Event::OffererChanged { before, offered_by })?;
        }
        Ok(fetch)
    }

    pub(super) fn failed(
        &mut self,
        book: &mut Book,
        why: &str,
        answer: Option<&Answer>,
        is_no_feed: bool,
    ) -> Result<(), PassError> {
        let now = self.now();
        let mut fetch = book.state.fetch.clone();
        let status = answer.map(|answer| answer.status);
        (fetch.at, fetch.status) = (now, status);
        let host = status.filter(|status| polite::wants_rest(*status)).and(answer).map(|it| host_of(&it.url));
        let wanted = answer.and_then(|it| polite::retry_after(it.retry_after.as_deref()?, now));
        polite::after_failure(
            &mut fetch,
            why,
            host.as_deref(),
            wanted,
            (self.settings.policy, now),
            self.rng,
        );
        let is_absent = matches!(status, Some(404 | 410));
        // Where the old place is gone, the new one is all there is; and a new place that is gone was none.
        let place = fetch.moved.take_if(|_| is_absent).map(|moved| moved.to);
        if is_absent && (place.is_some() || fetch.url.is_some()) {
            (fetch.url, fetch.not_before) = (place.clone(), now);
            let to = place.unwrap_or_else(|| book.feed.clone());
            self.tell(Event::Moved { to })?;
        } else if status == Some(410) {
            fetch.gone = true;
            self.tell(Event::Gone)?;
        }
        let tells = !fetch.gone && polite::tells(&mut fetch, self.settings.policy, now);
        let since = feed::to_rfc_3339(fetch.failing_since.unwrap_or(now));
        book.write(Record::Fetched(Box::new(fetch)))?;
        book.sync()?;
        self.hosts.heed(&book.state.fetch);
        let event = FeedEvent { status, why: Some(why.to_owned()), from_cache: true, ..self.told(book, 0) };
        self.tell(Event::Feed(event))?;
        if tells { self.tell(Event::Down { since, why: why.to_owned(), is_no_feed }) } else { Ok(()) }
    }

    /// Nobody answers where the feed is, as another one has shown: it is asked in the next pass.
    fn left(&mut self, book: &Book, why: &str) -> Result<(), PassError> {
        let event = FeedEvent { why: Some(why.to_owned()), from_cache: true, ..self.told(book, 0) };
        self.tell(Event::Feed(event))
    }

    /// What is said of a feed in any case.
    pub(super) fn told(&self, book: &Book, rests: i64) -> FeedEvent {
        let fetch = &book.state.fetch;
        let next_at = feed::to_rfc_3339(fetch.not_before.max(rests));
        FeedEvent { offered_by: fetch.offerer(), next_at, ..FeedEvent::default() }
    }
}

/// Whether nothing in a feed is known that was followed before.
fn is_gap(book: &Book, entries: &[Entry]) -> bool {
    let known = crate::identity::Known::of(&book.state.entries);
    let is_new = |entry: &Entry| known.meet(&book.state.entries, entry) == crate::identity::Meeting::New;
    book.state.begun.is_some()
        && !book.state.entries.is_empty()
        && !entries.is_empty()
        && entries.iter().all(is_new)
}

/// What the server said of a content; `None` if that is nothing.
fn validators_of(asked: &str, answer: &Answer) -> Option<Validators> {
    let (etag, last_modified) = (answer.etag.clone(), answer.last_modified.clone());
    let is_any = etag.is_some() || last_modified.is_some();
    is_any.then(|| Validators { asked: asked.to_owned(), url: answer.url.clone(), etag, last_modified })
}

fn age_of(answer: &Answer) -> Option<i64> {
    answer.cache_control.as_deref().and_then(polite::max_age)
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

const WEEK: i64 = 7 * 86_400;
