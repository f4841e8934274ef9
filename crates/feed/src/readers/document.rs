//! A feed held whole, as text that programs read in their own ways.

use crate::item::{Format, Item};
use crate::limits::{self, Limits};
use crate::read::{NotAFeed, decoded, is_json, item_of, read};
use crate::xml::{Element, Fault, FaultKind, Part, Parts};

/// A feed as its elements, or as its items where there are no elements.
pub(crate) struct Document {
    pub(crate) format: Format,
    /// The root without its parts; `None` of JSON.
    pub(crate) root: Option<Element>,
    pub(crate) parts: Vec<Part>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) faults: Vec<Fault>,
}

/// An item: what is meant, and where it stands.
pub(crate) struct Entry {
    pub(crate) item: Item,
    /// Its place in [`Document::parts`].
    part: usize,
}

impl Document {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NotAFeed> {
        let text = decoded(bytes)?;
        // For what is no feed at all, and for JSON.
        let reading = read(bytes, Limits::default())?;
        let mut document = Self {
            format: reading.feed.format,
            root: None,
            parts: Vec::new(),
            entries: Vec::new(),
            faults: reading.trouble.faults,
        };
        if is_json(&text) {
            let entry = |item| Entry { item, part: 0 };
            document.entries = reading.feed.items.into_iter().map(entry).collect();
            return Ok(document);
        }
        document.fill(Parts::new(&text, Limits::default()));
        Ok(document)
    }

    fn fill(&mut self, mut parts: Parts<'_>) {
        let mut nodes = 0;
        for part in parts.by_ref() {
            nodes += 1 + part.element.attributes.len();
            part.element.descendants(&mut |element| nodes += 1 + element.attributes.len());
            if nodes > limits::NODES {
                let line = self.faults.last().map_or(1, |fault| fault.line);
                self.faults.push(Fault { kind: FaultKind::TooManyElements, line });
                break;
            }
            if part.is_item() {
                let item = item_of(&part.element, &mut Default::default());
                self.entries.push(Entry { item, part: self.parts.len() });
            }
            self.parts.push(part);
        }
        self.root = parts.root;
    }

    /// The items as elements, each with its number.
    pub(crate) fn items(&self) -> impl Iterator<Item = (usize, &Part)> {
        self.entries
            .iter()
            .enumerate()
            .filter_map(|(number, entry)| Some((number, self.parts.get(entry.part)?)))
    }

    /// The first fault that an XML reader stops at, even if it forgives entities of HTML.
    pub(crate) fn strict_fault(&self) -> Option<Fault> {
        let stops = |kind: FaultKind| kind.stops_strict_readers() && kind != FaultKind::HtmlEntity;
        self.faults.iter().copied().find(|fault| stops(fault.kind))
    }

    /// Whether the root has this local name, in this case.
    pub(crate) fn root_is(&self, local: &str) -> bool {
        self.root.as_ref().is_some_and(|root| root.local() == local)
    }
}
