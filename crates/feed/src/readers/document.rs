//! A feed held whole, as text that programs read in their own ways.

use crate::extra::Extras;
use crate::format::Format;
use crate::item::Item;
use crate::limits::{self, FeedLimits};
use crate::read::{NotAFeed, Reading, decoded, format_of, is_json, item_of, read};
use crate::xml::{Element, FeedFault, FeedFaultKind, FeedPart, Parts};

/// A feed as its elements, or as its items where there are no elements.
pub(crate) struct Document {
    pub(crate) format: Format,
    /// The root without its parts; `None` of JSON.
    pub(crate) root: Option<Element>,
    pub(crate) parts: Vec<FeedPart>,
    pub(crate) entries: Vec<PlacedItem>,
    pub(crate) faults: Vec<FeedFault>,
    /// The DOCTYPE names the DTD of ezRSS.
    pub(crate) has_ezrss_doctype: bool,
}

/// An item: what is meant, and where it stands.
pub(crate) struct PlacedItem {
    pub(crate) item: Item,
    /// Its place in [`Document::parts`].
    part: usize,
}

impl Document {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NotAFeed> {
        let text = decoded(bytes)?;
        if is_json(&text) {
            let Reading { feed, trouble } = read(bytes, FeedLimits::default())?;
            let entries =
                feed.items.into_iter().map(|item| PlacedItem { item: lean(item), part: 0 }).collect();
            return Ok(Self {
                format: feed.format,
                root: None,
                parts: Vec::new(),
                entries,
                faults: trouble.faults,
                has_ezrss_doctype: false,
            });
        }
        let mut parts = Parts::new(&text, FeedLimits::default());
        let (kept, entries) = Self::keep(&mut parts);
        let (root, faults) = (parts.root, parts.faults);
        let format = format_of(root.as_ref(), &faults)?;
        let has_ezrss_doctype = doctype(&text.text).contains(EZRSS_DTD);
        Ok(Self { format, root, parts: kept, entries, faults, has_ezrss_doctype })
    }

    /// As much as may be held.
    fn keep(parts: &mut Parts<'_>) -> (Vec<FeedPart>, Vec<PlacedItem>) {
        let (mut kept, mut entries, mut nodes) = (Vec::new(), Vec::new(), 0);
        while let Some(part) = parts.next() {
            nodes += 1 + part.element.attributes.len();
            part.element.descendants(&mut |element| nodes += 1 + element.attributes.len());
            if nodes > limits::NODES {
                parts.give_up(FeedFaultKind::TooManyItems);
                break;
            }
            if part.is_item() {
                let item = item_of(&part.element, &mut Default::default());
                entries.push(PlacedItem { item: lean(item), part: kept.len() });
            }
            kept.push(part);
        }
        (kept, entries)
    }

    /// The items as elements, each with its number.
    pub(crate) fn items(&self) -> impl Iterator<Item = (usize, &FeedPart)> {
        self.entries
            .iter()
            .enumerate()
            .filter_map(|(number, entry)| Some((number, self.parts.get(entry.part)?)))
    }

    /// The first fault that an XML reader stops at, even if it forgives entities of HTML.
    pub(crate) fn strict_fault(&self) -> Option<FeedFault> {
        let stops = |kind: FeedFaultKind| kind.stops_strict_readers() && !kind.is_of_html();
        self.faults.iter().copied().find(|fault| stops(fault.kind))
    }

    /// Whether the root has this local name, in this case.
    pub(crate) fn root_is(&self, local: &str) -> bool {
        self.root.as_ref().is_some_and(|root| root.local() == local)
    }
}

/// Without what readers do not ask for, and what lists have in reserve: a large feed has many of them.
fn lean(mut item: Item) -> Item {
    item.extras = Extras::default();
    for list in [&mut item.enclosures, &mut item.alternates] {
        list.iter_mut().for_each(|one| one.extras = Vec::new());
        list.shrink_to_fit();
    }
    item
}

/// What stands in the DOCTYPE, if it is before the root.
fn doctype(text: &str) -> &str {
    let head = &text[..text.find("<rss").unwrap_or_default()];
    let start = head.find("<!DOCTYPE").unwrap_or(head.len());
    let end = head[start..].find('>').map_or(head.len(), |end| start + end);
    &head[start..end]
}

const EZRSS_DTD: &str = "http://xmlns.ezrss.it/0.1/dtd/";
