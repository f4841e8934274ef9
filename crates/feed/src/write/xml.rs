//! XML as text: elements on lines of their own, everything escaped. What others wrote stands as it stood.

use std::collections::BTreeMap;

use crate::extra::{Extra, Extras};
use crate::format::Format;
use crate::item::{Enclosure, Item};
use crate::xml::escape;
use crate::{ATOM, EZRSS};

/// What is in the root of a document.
pub(super) struct Xml {
    format: Format,
    text: String,
    open: Vec<&'static str>,
    /// Prefixes that the root declares.
    prefixes: BTreeMap<String, String>,
    /// Those of them that somebody needs, in the order in which they were needed.
    added: Vec<String>,
}

/// An attribute: name and value.
pub(super) type NameValue<'a> = (&'a str, &'a str);

impl Xml {
    pub(super) fn new(format: Format) -> Self {
        let ours = if format == Format::Atom { [("", ATOM)].as_slice() } else { &[("", ""), ("atom", ATOM)] };
        let prefixes = ours.iter().map(|(prefix, uri)| ((*prefix).to_owned(), (*uri).to_owned())).collect();
        Self { format, text: String::new(), open: vec![""], prefixes, added: Vec::new() }
    }

    /// Begins an element, which [`close`](Self::close) ends.
    pub(super) fn open(&mut self, name: &'static str, attributes: &[NameValue<'_>]) {
        self.tag(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    pub(super) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.text.extend(["</", name, ">\n"]);
        }
    }

    /// An element with text in it.
    pub(super) fn element(&mut self, name: &'static str, attributes: &[NameValue<'_>], text: &str) {
        self.tag(name, attributes);
        self.text.push('>');
        escape(&mut self.text, text, false);
        self.text.extend(["</", name, ">\n"]);
    }

    /// The same, if there is a text.
    pub(super) fn optional(&mut self, name: &'static str, text: Option<&str>) {
        text.into_iter().for_each(|text| self.element(name, &[], text));
    }

    /// An element with nothing in it.
    pub(super) fn empty(&mut self, name: &'static str, attributes: &[NameValue<'_>]) {
        self.tag(name, attributes);
        self.text.push_str("/>\n");
    }

    /// An enclosure with what else was said of it, and what stands in it.
    pub(super) fn enclosure(&mut self, name: &str, attributes: Vec<NameValue<'_>>, one: &Enclosure) {
        let inside = one.inside.as_deref().filter(|inside| inside.format == self.format);
        let mut more = self.attributes(&one.extras);
        for declared in inside.map(|inside| self.declarations(inside)).unwrap_or_default() {
            if !more.contains(&declared) {
                more.push(declared);
            }
        }
        self.tag(name, &attributes);
        more.iter().for_each(|(key, value)| self.attribute(key, value));
        match inside {
            Some(inside) => self.text.extend([">", &inside.text, "</", name, ">\n"]),
            None => self.text.push_str("/>\n"),
        }
    }

    /// The `<torrent>` block: nested, in a default namespace, all four or what there is (P3, P4, P5).
    pub(super) fn torrent(&mut self, item: &Item) {
        let torrent = &item.torrent;
        if *torrent == Default::default() {
            return;
        }
        self.open("torrent", &[("xmlns", EZRSS)]);
        self.optional("fileName", torrent.file_name.as_deref());
        self.optional("contentLength", torrent.content_length.map(|bytes| bytes.to_string()).as_deref());
        self.optional("infoHash", torrent.info_hash.as_deref());
        self.optional("magnetURI", torrent.magnet.as_deref());
        self.close();
    }

    /// An item as somebody wrote it, else as `write` writes it; and what stands in front of it.
    pub(super) fn whole_or(&mut self, extras: &Extras, write: impl FnOnce(&mut Self)) {
        self.asides(&extras.before);
        match extras.whole_in(self.format) {
            Some(whole) => self.extra(whole),
            None => write(self),
        }
    }

    fn asides(&mut self, asides: &[Extra]) {
        let format = self.format;
        asides.iter().filter(|aside| aside.format == format).for_each(|aside| self.extra(aside));
    }

    /// What was written since the innermost element that is open has begun.
    pub(super) fn last(&self) -> &str {
        self.text
            .split_once(">\n")
            .filter(|_| self.open.len() > 1)
            .map_or(&*self.text, |(_, inside)| inside)
            .trim()
    }

    /// An element as somebody wrote it.
    pub(super) fn extra(&mut self, extra: &Extra) {
        let Some(behind) = extra.text.strip_prefix('<').and_then(|text| text.strip_prefix(&extra.name))
        else {
            return;
        };
        let declarations = self.declarations(extra);
        self.indent();
        self.text.extend(["<", &extra.name]);
        declarations.iter().for_each(|(name, value)| self.attribute(name, value));
        self.text.extend([behind, "\n"]);
    }

    /// Binds the prefixes that the root's own attributes need, before anything else does: what differs is declared in place.
    pub(super) fn bind(&mut self, root: &[Extra]) {
        self.attributes(root);
    }

    /// Attributes as somebody wrote them, with what they need where they stand.
    pub(super) fn attributes(&mut self, extras: &[Extra]) -> Vec<(String, String)> {
        let mut attributes: Vec<(String, String)> = Vec::new();
        let format = self.format;
        for extra in extras.iter().filter(|extra| extra.format == format) {
            let declarations = self.declarations(extra);
            let is_there = |name: &str| attributes.iter().any(|(known, _)| known == name);
            let more: Vec<_> = declarations
                .into_iter()
                .chain([(extra.name.clone(), extra.text.clone())])
                .filter(|(name, _)| !is_there(name))
                .collect();
            attributes.extend(more);
        }
        attributes
    }

    /// The document: the root, and what was put into it.
    pub(super) fn finish(
        mut self,
        root: &'static str,
        attributes: &[NameValue<'_>],
        extras: &Extras,
    ) -> String {
        self.asides(&extras.behind);
        while self.open.len() > 1 {
            self.close();
        }
        let others = self.attributes(&extras.attributes);
        let body = std::mem::take(&mut self.text);
        self.open.clear();
        self.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.asides(&extras.before);
        let added =
            self.added.iter().map(|prefix| (format!("xmlns:{prefix}"), self.prefixes[prefix].clone()));
        let others: Vec<(String, String)> = added.chain(others).collect();
        let others = others.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.tag(root, &attributes.iter().copied().chain(others).collect::<Vec<_>>());
        self.text.extend([">\n", &body, "</", root, ">\n"]);
        self.text
    }

    /// Whether a prefix stands for this everywhere, from now on if it is free.
    pub(super) fn binds(&mut self, prefix: &str, uri: &str) -> bool {
        if let Some(bound) = self.prefixes.get(prefix) {
            return bound == uri;
        }
        let is_free = self.added.len() < MOST_PREFIXES;
        if is_free {
            self.prefixes.insert(prefix.to_owned(), uri.to_owned());
            self.added.push(prefix.to_owned());
        }
        is_free
    }

    /// What must be declared in place, because the root says otherwise.
    fn declarations(&mut self, extra: &Extra) -> Vec<(String, String)> {
        let unbound = extra.namespaces.iter().filter(|(prefix, uri)| !self.binds(prefix, uri));
        unbound.map(|(prefix, uri)| (declaration(prefix), uri.clone())).collect()
    }

    fn tag(&mut self, name: &str, attributes: &[NameValue<'_>]) {
        self.indent();
        self.text.extend(["<", name]);
        attributes.iter().for_each(|(key, value)| self.attribute(key, value));
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.text.extend([" ", name, "=\""]);
        escape(&mut self.text, value, true);
        self.text.push('"');
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.open.len()));
    }
}

fn declaration(prefix: &str) -> String {
    if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") }
}

/// Real feeds declare a dozen in the root, and readers have limits.
const MOST_PREFIXES: usize = 30;
