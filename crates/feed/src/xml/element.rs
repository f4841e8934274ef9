//! An element with all that is in it.

use std::ops::Range;
use std::rc::Rc;

use super::fault::FeedFault;
use crate::limits;

/// An element. Text between its children is joined: no reader of feeds cares where it stood.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Element {
    /// As written, with the prefix.
    pub(crate) name: String,
    /// The namespace that the prefix stands for.
    pub(crate) namespace: Option<Rc<str>>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) children: Vec<Element>,
    /// Its own text, not that of its children.
    pub(crate) text: String,
    /// The first fault that a strict reader stops at, here or in a child.
    pub(crate) fault: Option<FeedFault>,
    /// That fault is in the start tag, so that a strict reader never saw the element.
    pub(crate) fault_in_tag: bool,
    /// How much of its own text stood before that fault.
    pub(crate) text_before_fault: usize,
    /// Where it stands in the decoded text, from its `<` on.
    pub(crate) span: Range<usize>,
    /// Something that was in it is not: beyond a limit.
    pub(crate) is_short: bool,
    /// There are comments, instructions or CDATA sections in it: its text as it stands says more than what was read.
    pub(crate) has_markup: bool,
    /// Its own end tag never came. What was in it then stands behind it, for it may have meant to end there.
    pub(crate) is_cut: bool,
}

/// An attribute: the name as written, the value with entities resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl Element {
    /// The name without its prefix.
    pub(crate) fn local(&self) -> &str {
        local(&self.name)
    }

    /// Whether it is none, but a comment, an instruction or the DOCTYPE.
    pub(crate) fn is_aside(&self) -> bool {
        self.name.starts_with(['!', '?'])
    }

    /// The prefix, empty if there is none.
    pub(crate) fn prefix(&self) -> &str {
        self.name.split_once(':').map_or("", |(prefix, _)| prefix)
    }

    /// Whether it has this local name, in any case, in this namespace.
    pub(crate) fn is(&self, namespace: &str, local: &str) -> bool {
        self.namespace.as_deref() == Some(namespace) && self.local().eq_ignore_ascii_case(local)
    }

    /// Whether it is of the core of a feed: in no namespace or in that of a feed format, with this local name.
    pub(crate) fn is_core(&self, local: &str) -> bool {
        let known = self.namespace.as_deref().is_none_or(|namespace| CORE.contains(&namespace));
        known && self.local().eq_ignore_ascii_case(local)
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|found| found.value.as_str())
    }

    /// The same, but where it stands twice, the last.
    pub(crate) fn last_attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().rfind(|attribute| attribute.name == name).map(|found| found.value.as_str())
    }

    /// Its own text without white space around it; `None` if nothing is left.
    pub(crate) fn trimmed(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    /// Its text and that of everything in it, without white space around it, and no longer than a single text may be.
    pub(crate) fn all_text(&self) -> String {
        let mut text = self.text.clone();
        self.descendants(&mut |element| text.push_str(&element.text));
        text.truncate(text.floor_char_boundary(limits::TEXT));
        text.trim().to_owned()
    }

    /// The same with its white space, as XPath would have it.
    pub(crate) fn full_text(&self) -> String {
        let mut text = self.text.clone();
        self.descendants(&mut |element| text.push_str(&element.text));
        text
    }

    /// A URL in an attribute, without white space around it; `None` if nothing is left.
    pub(crate) fn url(&self, name: &str) -> Option<&str> {
        Some(self.attribute(name)?.trim()).filter(|url| !url.is_empty())
    }

    /// Whether it has no attributes but these, and declarations of namespaces.
    pub(crate) fn has_only(&self, known: &[&str]) -> bool {
        let is_known = |name: &str| name == "xmlns" || name.starts_with("xmlns:") || known.contains(&name);
        self.attributes.iter().all(|attribute| is_known(&attribute.name))
    }

    /// Visits everything in it, at most [`DEPTH`](crate::limits::DEPTH) levels deep by construction.
    pub(crate) fn descendants<'a>(&'a self, visit: &mut impl FnMut(&'a Element)) {
        for child in &self.children {
            visit(child);
            child.descendants(visit);
        }
    }
}

/// A name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// Namespaces of the formats themselves: RSS 0.90, 1.0 and the strays that 2.0 feeds declare, Atom 1.0 and 0.3.
const CORE: [&str; 7] = [
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://channel.netscape.com/rdf/simple/0.9/",
    "http://backend.userland.com/rss2",
    "http://blogs.law.harvard.edu/tech/rss",
    "http://www.w3.org/2005/Atom",
    "http://purl.org/atom/ns#",
];
