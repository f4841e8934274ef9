//! Which items of a feed stay: the newest, of all or of each product.

use std::cmp::Reverse;
use std::collections::HashMap;

use regex::Regex;

use super::pool::Member;
use super::version::LatestFirst;
use crate::item::Item;

/// Which items stay in a feed.
#[derive(Clone, Debug, Default)]
pub struct FeedWindow {
    /// At most so many, the newest. With [`per`](Self::per) so many of each product, else one of each.
    pub keep: Option<usize>,
    /// None that was published before: seconds since 1970.
    pub since: Option<i64>,
    /// Which product an item is of: what the first group, else the whole, matches in its title. An item in which it
    /// matches nothing is of none, and is not counted.
    pub per: Option<Regex>,
}

/// Two items of the same date, of which one had to go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tie {
    /// The title of the one that stays.
    pub stays: String,
    /// The title of the one that goes.
    pub goes: String,
}

/// Newest first; what has no date stays with what was in front of it. At the same time what others wrote stays in the order in
/// which it stands; ours goes by the later version, then by id, so that nothing depends on the order of inputs.
pub(super) fn in_order(mut members: Vec<Member>) -> Vec<Member> {
    members.sort_by_key(|member| Reverse(member.order));
    let is_ours = |member: &Member| member.item.is_named_by_its_torrent();
    let places: Vec<bool> = members.iter().map(is_ours).collect();
    let (mut ours, others): (Vec<Member>, Vec<Member>) = members.into_iter().partition(is_ours);
    ours.sort_by_cached_key(place);
    let (mut ours, mut others) = (ours.into_iter(), others.into_iter());
    places.into_iter().filter_map(|is_ours| if is_ours { ours.next() } else { others.next() }).collect()
}

fn place(Member { item, order, .. }: &Member) -> (Reverse<Option<i64>>, LatestFirst, String, Option<String>) {
    (Reverse(*order), LatestFirst::of(&item.title), item.title.clone(), item.id.clone())
}

impl FeedWindow {
    pub(super) fn sieve(&self) -> Sieve<'_> {
        let most = if self.per.is_some() { self.keep.or(Some(1)) } else { self.keep };
        Sieve { window: self, most, kept: HashMap::new(), tie: None }
    }

    /// `None` if the item is of no product, and all are counted by product.
    fn product(&self, item: &Item) -> Option<String> {
        let Some(per) = &self.per else { return Some(String::new()) };
        let found = per.captures(&item.title)?;
        let product = found.get(1).or_else(|| found.get(0))?;
        Some(product.as_str().to_owned())
    }
}

/// Looks at items in their order.
pub(super) struct Sieve<'w> {
    window: &'w FeedWindow,
    most: Option<usize>,
    /// Of each product how many there are so far, and the last of them.
    kept: HashMap<String, (usize, Option<i64>, String)>,
    pub(super) tie: Option<Tie>,
}

impl Sieve<'_> {
    pub(super) fn lets_through(&mut self, item: &Item) -> bool {
        let is_old = |since| item.published.is_some_and(|published| published < since);
        if self.window.since.is_some_and(is_old) {
            return false;
        }
        let (Some(most), Some(product)) = (self.most, self.window.product(item)) else { return true };
        let (count, date, last) = self.kept.entry(product).or_default();
        if *count >= most {
            let is_tie = *count == most && *date == item.published && self.tie.is_none();
            self.tie = self
                .tie
                .take()
                .or_else(|| is_tie.then(|| Tie { stays: last.clone(), goes: item.shown().to_owned() }));
            return false;
        }
        (*count, *date, *last) = (*count + 1, item.published, item.shown().to_owned());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::{Channel, Feed};
    use crate::merge::{Change, Given};

    #[test]
    fn what_others_wrote_keeps_its_order_at_the_same_time() {
        let ours = |title: &str, published| Item {
            id: Some(format!("{:040x}", title.bytes().map(u64::from).sum::<u64>())),
            title: title.into(),
            published: Some(published),
            ..Item::default()
        };
        let theirs = |title: &str, published| Item {
            id: Some(format!("http://x/{title}")),
            title: title.into(),
            published,
            ..Item::default()
        };
        let undated = |titles: &[&str]| titles.iter().map(|title| theirs(title, None)).collect::<Vec<_>>();
        let dated = |titles: &[&str]| titles.iter().map(|title| theirs(title, Some(5))).collect::<Vec<_>>();
        // What is there, what comes, how many are kept, and what is there then.
        let cases = [
            (undated(&["news 1", "about", "news 2"]), vec![], None, "news 1, about, news 2"),
            (dated(&["b", "a", "c 2", "c 10"]), vec![], None, "b, a, c 2, c 10"),
            (dated(&["b", "a", "c"]), vec![], Some(2), "b, a"),
            (undated(&["b", "a"]), vec![ours("z", 1)], None, "z, b, a"),
            (dated(&["b", "a"]), vec![ours("c-2", 5), ours("c-10", 5)], None, "b, a, c-10, c-2"),
            (dated(&["b", "a"]), vec![ours("c-2", 4), ours("c-10", 6)], None, "c-10, b, a, c-2"),
            (vec![theirs("old", Some(1)), theirs("new", Some(2))], vec![], None, "new, old"),
            (
                [vec![ours("c-2", 5)], dated(&["b", "a"]), vec![ours("c-9", 5)]].concat(),
                vec![ours("c-10", 5)],
                None,
                "c-10, b, a, c-9, c-2",
            ),
        ];
        for (old, new, keep, expected) in cases {
            let feed = Feed { items: old, ..Feed::default() };
            let window = FeedWindow { keep, ..FeedWindow::default() };
            let items = new.into_iter().map(Given::from).collect();
            let change = Change { channel: Channel::default(), items, window, ..Change::default() };
            let merged = feed.merge(change.clone());
            let titles: Vec<&str> = merged.feed.items.iter().map(|item| item.title.as_str()).collect();
            assert_eq!(titles.join(", "), expected);
            assert!(!merged.feed.merge(change).is_changed, "{expected}");
        }
    }
}
