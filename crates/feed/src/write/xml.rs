//! XML as text: elements on lines of their own, everything escaped.

use crate::EZRSS;
use crate::item::Item;
use crate::xml::is_forbidden;

/// A document on its way.
pub(super) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

/// An attribute: name and value.
pub(super) type Attribute<'a> = (&'static str, &'a str);

impl Xml {
    pub(super) fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// Begins an element, which [`close`](Self::close) ends.
    pub(super) fn open(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
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
    pub(super) fn element(&mut self, name: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.tag(name, attributes);
        self.text.push('>');
        self.escape(text, false);
        self.text.extend(["</", name, ">\n"]);
    }

    /// The same, if there is a text.
    pub(super) fn optional(&mut self, name: &'static str, text: Option<&str>) {
        text.into_iter().for_each(|text| self.element(name, &[], text));
    }

    /// An element with nothing in it.
    pub(super) fn empty(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.tag(name, attributes);
        self.text.push_str("/>\n");
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

    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn tag(&mut self, name: &str, attributes: &[Attribute<'_>]) {
        self.indent();
        self.text.extend(["<", name]);
        for (key, value) in attributes {
            self.text.extend([" ", key, "=\""]);
            self.escape(value, true);
            self.text.push('"');
        }
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.open.len()));
    }

    /// Line breaks of an attribute are numbers: as they are they would be read as spaces.
    fn escape(&mut self, text: &str, in_attribute: bool) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\r' => self.text.push_str("&#13;"),
                '\n' if in_attribute => self.text.push_str("&#10;"),
                '\t' if in_attribute => self.text.push_str("&#9;"),
                c if is_forbidden(c) => self.text.push(char::REPLACEMENT_CHARACTER),
                c => self.text.push(c),
            }
        }
    }
}
