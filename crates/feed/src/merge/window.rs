//! Which items of a feed stay: the newest, of all or of each product.

use std::cmp::Reverse;
use std::collections::HashMap;

use regex::Regex;

use super::version::LatestFirst;
use crate::item::Item;

/// Which items stay.
#[derive(Clone, Debug, Default)]
pub struct Window {
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

/// Newest first; at the same time the later version, then by id, so that nothing depends on the order of inputs.
pub(super) fn place(item: &Item) -> (Reverse<Option<i64>>, LatestFirst, String, Option<String>) {
    (Reverse(item.published), LatestFirst::of(&item.title), item.title.clone(), item.id.clone())
}

impl Window {
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
    window: &'w Window,
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
                .or_else(|| is_tie.then(|| Tie { stays: last.clone(), goes: item.title.clone() }));
            return false;
        }
        (*count, *date, *last) = (*count + 1, item.published, item.title.clone());
        true
    }
}
