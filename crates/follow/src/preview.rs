//! What would be taken of a feed of which nothing is remembered: to look at it, before anybody follows it or while it is written.

use std::collections::HashMap;

use feed::NotAFeed;

use crate::choice::{Choice, Decision};
use crate::entry::{Entry, Stage};
use crate::event::ItemEvent;
use crate::fetch_state::{FetchState, OfferedBy};
use crate::identity::{Known, Meeting};
use crate::pass::page::Page;
use crate::pin::{self, Pin, Refusal};
use crate::web::Answer;

/// Why nothing would be taken.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NoPreview {
    /// It is not the publisher's.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// It is no feed.
    #[error(transparent)]
    NotAFeed(#[from] NotAFeed),
}

/// What would become of the items of an answer, from the top of the feed, if it is signed as `pin` says.
///
/// # Errors
/// Why nothing would be taken.
pub fn preview(
    answer: &Answer,
    pin: Option<&Pin>,
    choice: &Choice,
    now: i64,
) -> Result<Vec<ItemEvent>, NoPreview> {
    let pin = pin::judge(pin, &answer.body)?;
    let page = Page::of(answer, now)?;
    let page = if pin.is_some() { page.signed() } else { page };
    let fetch = FetchState { pin, offered_by: OfferedBy::at(&answer.url), ..FetchState::default() };
    let entries = distinct(&page);
    let decided: HashMap<usize, Decision> = choice.decide(&entries, now, None).into_iter().collect();
    let told = |(at, entry): (usize, &Entry)| {
        let (stage, why) = match decided.get(&at) {
            Some(Decision::Skip(why)) => (Stage::Skipped, Some((*why).to_owned())),
            Some(Decision::Wait(why)) => (Stage::Waiting, Some((*why).to_owned())),
            Some(Decision::Take) | None => (Stage::New, None),
        };
        ItemEvent { state: stage.name(), why, ..ItemEvent::of(entry, &fetch) }
    };
    Ok(entries.iter().enumerate().map(told).collect())
}

/// The same without those that are others again: of these the lowest counts, as the one that came first.
fn distinct(page: &Page) -> Vec<Entry> {
    let (mut known, mut entries) = (Known::default(), Vec::new());
    for entry in page.oldest_first() {
        if !matches!(known.meet(&entries, &entry), Meeting::Same(_)) {
            known.add(entries.len(), &entry);
            entries.push(entry.into_owned());
        }
    }
    entries.reverse();
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;

    fn titles(feed: &str, choice: &Choice) -> Vec<String> {
        let answer = Answer { url: "http://x/f".into(), body: feed.into(), ..Answer::default() };
        let items = preview(&answer, None, choice, 0).unwrap();
        items.iter().map(|it| format!("{} {}", it.title, it.why.as_deref().unwrap_or(it.state))).collect()
    }

    #[test]
    fn each_item_says_what_would_become_of_it() {
        let item = |title: &str, more: &str| format!("<item><title>{title}</title>{more}</item>");
        let link = |path: &str| {
            format!("<guid>{path}</guid><enclosure url='/{path}.torrent' type='application/x-bittorrent'/>")
        };
        let items =
            [item("b", &link("b")), item("beta", &link("c")), item("page", ""), item("again", &link("b"))];
        let feed = format!("<rss version='2.0'><channel><title>t</title>{}</channel></rss>", items.concat());
        let choice = Choice { unwanted: vec![Regex::new("beta").unwrap()], ..Choice::default() };
        assert_eq!(titles(&feed, &choice), ["beta not", "page no-torrent", "again new"]);
    }

    #[test]
    fn a_guid_that_all_items_have_is_none() {
        let item = |path: &str| {
            let link = format!("<enclosure url='/{path}.torrent' type='application/x-bittorrent'/>");
            format!("<item><title>{path}</title><guid>http://x/</guid>{link}</item>")
        };
        let items = ["c", "b", "a"].map(item).concat();
        let feed = format!("<rss version='2.0'><channel><title>t</title>{items}</channel></rss>");
        assert_eq!(titles(&feed, &Choice::default()), ["c new", "b new", "a new"]);
    }

    #[test]
    fn what_is_no_feed_or_not_signed_as_it_should_be_has_no_preview() {
        let answer = Answer { body: "<html>".into(), ..Answer::default() };
        let of = |pin: Option<&Pin>, answer: &Answer| preview(answer, pin, &Choice::default(), 0);
        assert!(matches!(of(None, &answer), Err(NoPreview::NotAFeed(_))));
        let answer = Answer { body: "<rss version='2.0'><channel/></rss>".into(), ..Answer::default() };
        assert!(of(None, &answer).is_ok());
        let refused = of(Some(&Pin::of("RW")), &answer);
        assert!(matches!(refused, Err(NoPreview::Refused(Refusal::Unsigned))));
    }
}
