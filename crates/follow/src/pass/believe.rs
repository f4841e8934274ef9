//! Whether what came is to be believed: holds it against the key that is pinned, and remembers what was refused.

use super::page::Page;
use super::{Pass, PassError};
use crate::book::Book;
use crate::choice::{UNSIGNED, is_open};
use crate::entry::{Proof, Stage};
use crate::event::{Event, FeedEvent};
use crate::fetch_state::{FetchState, OfferedBy, Refused};
use crate::journal::Record;
use crate::pin::{self, Pin, Refusal};
use crate::polite;
use crate::web::Answer;

impl Pass<'_> {
    /// The items of what came, if they are those of the publisher. Else that is remembered and told.
    pub(super) fn believed(&mut self, book: &mut Book, answer: &Answer) -> Result<Option<Page>, PassError> {
        let judged = pin::judge(book.state.fetch.pin.as_ref(), &answer.body);
        match (Page::of(answer, self.now()), judged) {
            (Ok(page), Ok(None)) => Ok(Some(page)),
            (Ok(page), Ok(Some(pin))) => {
                self.pin(book, pin, answer)?;
                Ok(Some(page.signed()))
            }
            // It is no feed at all, such as the page of a login: no more than an outage.
            (Err(why), Ok(_) | Err(Refusal::Unsigned)) => {
                self.failed(book, &why.to_string(), Some(answer), true).map(|()| None)
            }
            (_, Err(why)) => self.refuse(book, &why, answer).map(|()| None),
        }
    }

    /// Writes down whose feed it is, before any of its items.
    fn pin(&mut self, book: &mut Book, pin: Pin, answer: &Answer) -> Result<(), PassError> {
        let old = book.state.fetch.pin.clone();
        if old.as_ref() == Some(&pin) {
            return Ok(());
        }
        let key = pin.key.clone();
        let published_at = pin.version.as_ref().map(|version| version.feed.clone()).unwrap_or_default();
        let mut fetch = FetchState { pin: Some(pin), ..book.state.fetch.clone() };
        book.write(Record::Fetched(Box::new(fetch.clone())))?;
        match old.filter(|old| old.version.is_some()) {
            Some(old) if old.key == key => Ok(()),
            Some(old) => self.tell(Event::KeyChanged { before: old.key, key }),
            None => {
                fetch.offered_by = OfferedBy::at(&answer.url);
                self.tell(Event::KeyPinned { key, published_at, offered_by: fetch.offerer() })
            }
        }
    }

    /// Remembers that what came is not to be believed. What the server said of it is not: only a whole answer shows that it is good again.
    fn refuse(&mut self, book: &mut Book, why: &Refusal, answer: &Answer) -> Result<(), PassError> {
        let now = self.now();
        let mut fetch = book.state.fetch.clone();
        (fetch.at, fetch.status, fetch.validators) = (now, Some(answer.status), None);
        let since = fetch.refused.map_or(now, |refused| refused.since);
        let offered_by = OfferedBy::at(&answer.url);
        let why = why.to_string();
        fetch.refused = Some(Refused { why: why.clone(), since, offered_by: offered_by.clone() });
        polite::after_refusal(&mut fetch, self.settings.policy, now);
        book.write(Record::Fetched(Box::new(fetch)))?;
        book.sync()?;
        let bytes = answer.body.len();
        let status = Some(answer.status);
        let told = self.told(book, 0);
        self.tell(Event::Feed(FeedEvent {
            status,
            why: Some(why),
            bytes,
            from_cache: true,
            offered_by,
            ..told
        }))
    }

    /// Says what a person has to see to: in each pass, that nothing is believed; once a day, that its publisher is silent.
    pub(super) fn tell_doubts(&mut self, book: &mut Book) -> Result<(), PassError> {
        if let Some(Refused { why, since, offered_by }) = book.state.fetch.refused.clone() {
            self.tell(Event::Refused { why, since: feed::to_rfc_3339(since), offered_by })?;
        }
        let (now, fetch) = (self.now(), &book.state.fetch);
        let silence = fetch.pin.as_ref().and_then(|pin| pin.silence(now)).unwrap_or(0);
        let is_stale = self.settings.max_silence.is_some_and(|most| silence > most);
        if !is_stale || fetch.stale_told_at.is_some_and(|told| now - told < DAY) {
            return Ok(());
        }
        let fetch = FetchState { stale_told_at: Some(now), ..fetch.clone() };
        book.write(Record::Fetched(Box::new(fetch)))?;
        self.tell(Event::Stale { built: feed::to_rfc_3339(now - silence) })
    }

    /// Leaves what no signed version had: it came before the feed was signed, or by a key that a person has replaced.
    pub(super) fn drop_unsigned(&mut self, book: &mut Book) -> Result<(), PassError> {
        if book.state.fetch.pin.is_none() {
            return Ok(());
        }
        for at in 0..book.state.entries.len() {
            let entry = &book.state.entries[at];
            if entry.proof == Proof::None && (!entry.is_settled() || is_open(entry)) {
                self.leave(book, at, Stage::Skipped, UNSIGNED)?;
            }
        }
        Ok(())
    }
}

const DAY: i64 = 86_400;
