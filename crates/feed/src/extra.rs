//! What a feed says beyond the fields that we have for it: kept as it stands, so that others can write it.

use std::collections::BTreeSet;

use crate::format::Format;

/// An element, an attribute or a key of JSON, as somebody wrote it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Extra {
    /// The format in which it makes sense.
    pub format: Format,
    /// As written, with its prefix.
    pub name: String,
    /// The whole element as XML, the value of an attribute, or a value as JSON.
    pub text: String,
    /// Prefixes that must be declared around it, and what they stand for. The empty prefix is the default namespace.
    pub namespaces: Vec<(String, String)>,
    /// It is written instead of this field, which does not hold all of it.
    pub field: Option<Field>,
}

/// A field that an [`Extra`] may say more exactly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    /// The title of a channel or an item; so are the others.
    Title,
    /// The page that a channel or an item links to.
    Link,
    /// The description of a channel or an item.
    Description,
    /// The id of an Atom feed or of an item.
    Id,
    /// When an item was published.
    Published,
    /// When an item was changed, which is not held.
    Updated,
    /// Who a feed is by.
    Author,
    /// When a channel was built.
    Built,
    /// Minutes between two looks.
    Ttl,
    /// Where the feed is.
    SelfUrl,
    /// The hub of a channel.
    Hub,
    /// The enclosures of an item.
    Enclosures,
    /// The torrents of an item beside its enclosures.
    Alternates,
    /// What is claimed of the torrent.
    Torrent,
}

/// What a channel or an item has beside its fields.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Extras {
    /// Elements, or keys of JSON, in their order.
    pub elements: Vec<Extra>,
    /// Attributes of the root, or of the element of the item.
    pub attributes: Vec<Extra>,
    /// Attributes of the channel of RSS, which stands in the root.
    pub of_channel: Vec<Extra>,
    /// What stands in front of the root, or of the item: comments, instructions, a DOCTYPE.
    pub before: Vec<Extra>,
    /// Comments behind the last item.
    pub behind: Vec<Extra>,
    /// All of the item as it stands, if we would write it otherwise. Only as long as nothing of it has changed.
    pub whole: Option<Box<Extra>>,
}

impl Extra {
    /// An element that we make ourselves.
    pub fn new(format: Format, name: &str, text: String) -> Self {
        Self { format, name: name.to_owned(), text, ..Self::default() }
    }

    /// The name without its prefix.
    pub(crate) fn local(&self) -> &str {
        self.name.split_once(':').map_or(&self.name, |(_, local)| local)
    }
}

impl Extras {
    /// Whether this field is written as it was, in this format.
    pub(crate) fn have(&self, field: Field, format: Format) -> bool {
        self.elements.iter().any(|extra| extra.field == Some(field) && extra.format == format)
    }

    /// All of an item as it stands, if this is its format.
    pub(crate) fn whole_in(&self, format: Format) -> Option<&Extra> {
        self.whole.as_deref().filter(|whole| whole.format == format)
    }

    /// Something else is said now: what was written instead of a field goes.
    pub fn forget(&mut self, fields: &[Field]) {
        self.elements.retain(|extra| extra.field.is_none_or(|field| !fields.contains(&field)));
    }

    /// Puts new ones in the place of all that have their names.
    pub(crate) fn replace(old: &mut Vec<Extra>, new: Vec<Extra>) {
        let names: BTreeSet<String> = new.iter().map(|extra| extra.name.clone()).collect();
        for name in names {
            let is_named = |extra: &&Extra| extra.name == name && extra.format == new[0].format;
            let new: Vec<Extra> = new.iter().filter(is_named).cloned().collect();
            if old.iter().filter(is_named).eq(&new) {
                continue;
            }
            let at = old.iter().position(|extra| is_named(&extra)).unwrap_or(old.len());
            old.retain(|extra| !is_named(&extra));
            old.splice(at..at, new);
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Extra> {
        let attributes = self.attributes.iter().chain(&self.of_channel);
        self.elements.iter().chain(attributes).chain(&self.before).chain(&self.behind)
    }
}

#[cfg(test)]
mod tests;
