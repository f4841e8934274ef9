//! A feed's text, element by element: what stands directly in the channel or feed, each with all that is in it.
//!
//! Nothing here recurses, and nothing that is wrong ends it before the text does, but for markup that cannot be read. A
//! part that was open then is given out as it is, marked as cut.

use std::mem;
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::attributes::Attribute as RawAttribute;
use quick_xml::events::{BytesStart, Event};

use super::FeedText;
use super::element::{Attribute, Element, local};
use super::fault::{FeedFault, FeedFaultKind};
use super::namespaces::Namespaces;
use super::text::{entity, is_forbidden, trim, unescape};
use crate::limits::{self, FeedLimits};

/// An element that stands in the channel, or in the root beside it.
#[derive(Debug)]
pub(crate) struct FeedPart {
    pub(crate) element: Element,
    /// It stands in the root itself: items of RSS 1.0 do, and everything of Atom.
    pub(crate) in_root: bool,
    /// A strict reader stopped before it: at a fault in another part, or between parts.
    pub(crate) after_fault: bool,
}

impl FeedPart {
    /// Whether it is an item or entry.
    pub(crate) fn is_item(&self) -> bool {
        is_item(self.element.local())
    }
}

/// The parts of a feed, as they come.
pub(crate) struct Parts<'t> {
    text: &'t str,
    reader: Reader<&'t [u8]>,
    limits: FeedLimits,
    namespaces: Namespaces,
    /// The root, without what is in it, once it was seen.
    pub(crate) root: Option<Element>,
    /// The channel of RSS, without what is in it.
    pub(crate) channel: Option<Element>,
    /// Names of the root and the channel, while the reader is in them.
    containers: Vec<String>,
    /// The part that is being read, and what is open in it.
    open: Vec<Element>,
    /// How many elements are open that are not kept.
    skipping: usize,
    /// Comments, instructions and the DOCTYPE are parts as well, and those in an item its children.
    has_asides: bool,
    nodes: usize,
    items: usize,
    is_done: bool,
    /// Where the event began that is being read.
    at: usize,
    /// A fault stood before the part that is being read.
    is_after_fault: bool,
    /// What was wrong so far.
    pub(crate) faults: Vec<FeedFault>,
    /// One of them may have cost items.
    has_loss: bool,
    /// Where the last fault was counted, so that lines are counted once.
    counted: (usize, usize),
}

impl<'t> Parts<'t> {
    pub(crate) fn new(decoded: &'t FeedText<'_>, limits: FeedLimits) -> Self {
        let text = &*decoded.text;
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        let mut parts = Self {
            text,
            reader,
            limits,
            namespaces: Namespaces::default(),
            root: None,
            channel: None,
            has_asides: false,
            containers: Vec::new(),
            open: Vec::new(),
            skipping: 0,
            nodes: 0,
            items: 0,
            is_done: false,
            at: 0,
            is_after_fault: false,
            faults: Vec::new(),
            has_loss: false,
            counted: (0, 1),
        };
        decoded.fault.into_iter().for_each(|kind| parts.fault(kind));
        if text.trim_start().len() < text.len() && text.trim_start().starts_with("<?xml") {
            parts.fault(FeedFaultKind::LateDeclaration);
        }
        parts
    }

    /// Gives out comments and the like, too.
    pub(crate) fn with_asides(mut self) -> Self {
        self.has_asides = true;
        self
    }

    /// Notes a fault, also in the innermost element that is open.
    fn fault(&mut self, kind: FeedFaultKind) {
        let line = self.line();
        let fault = FeedFault { kind, line };
        let is_first_loss = kind.loses_items() && !self.has_loss;
        self.has_loss |= is_first_loss;
        if self.faults.len() < limits::FAULTS || is_first_loss {
            self.faults.push(fault);
        }
        match self.open.last_mut() {
            Some(element) => note(element, fault),
            None => self.is_after_fault |= is_fatal(kind),
        }
    }

    /// The text of an element as it stands.
    pub(crate) fn source(&self, element: &Element) -> &'t str {
        self.text.get(element.span.clone()).unwrap_or_default()
    }

    /// What a prefix stands for in the channel, or in the root.
    pub(crate) fn namespace(&self, prefix: &str) -> Option<Rc<str>> {
        self.namespaces.resolve(prefix)
    }

    /// Ends the reading of the text with a fault.
    pub(crate) fn give_up(&mut self, why: FeedFaultKind) {
        self.is_done = true;
        self.fault(why);
    }

    fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.text.len())
    }

    fn line(&mut self) -> usize {
        let (from, line) = self.counted;
        let to = self.offset();
        let more = self.text.as_bytes()[from.min(to)..to].iter().filter(|byte| **byte == b'\n').count();
        self.counted = (to, line + more);
        line + more
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        if self.skipping > 0 {
            self.skipping += 1;
            return;
        }
        let depth = self.containers.len() + self.open.len();
        if let Some(kind) = self.why_skipped(depth) {
            self.fault(kind);
            self.open.last_mut().into_iter().for_each(|element| element.is_short = true);
            self.skipping = 1;
            return;
        }
        let (element, faults) = self.element(tag, depth);
        if self.containers.is_empty() {
            return self.start_root(element, &faults);
        }
        if self.open.is_empty() && self.is_channel(&element) {
            self.containers.push(element.name.clone());
            self.channel.get_or_insert(element);
            faults.into_iter().for_each(|kind| self.fault(kind));
            return;
        }
        self.nodes += 1 + element.attributes.len();
        let is_short = faults
            .iter()
            .any(|kind| matches!(kind, FeedFaultKind::TooLong | FeedFaultKind::TooManyAttributes));
        self.open.push(Element { is_short, span: self.at..self.at, ..element });
        faults.into_iter().for_each(|kind| self.fault_in_tag(kind));
    }

    /// No item stands in an item, nor in anything else of a channel: where one begins, what was before has ended without
    /// saying so.
    fn end_before_item(&mut self, tag: &BytesStart<'_>) -> Option<FeedPart> {
        let before = self.open.first().filter(|_| self.skipping == 0)?;
        if !is_item(before.local()) && self.is_item_tag(tag) {
            self.fault(FeedFaultKind::EndTag);
            return self.cut();
        }
        if self.open.len() == 1 && is_item(before.local()) && before.name == tag.name().as_ref() {
            self.fault(FeedFaultKind::EndTag);
            return self.close();
        }
        None
    }

    /// Whether it begins an item, and not something of that name in another vocabulary.
    fn is_item_tag(&self, tag: &BytesStart<'_>) -> bool {
        let prefix = |name: &str| name.split_once(':').map_or(0, |(prefix, _)| prefix.len());
        let name = tag.name();
        let container = self.containers.last().map_or("", String::as_str);
        is_item(local(name.as_ref())) && [0, prefix(container)].contains(&prefix(name.as_ref()))
    }

    fn is_behind_root(&self) -> bool {
        self.root.is_some() && self.containers.is_empty()
    }

    fn why_skipped(&self, depth: usize) -> Option<FeedFaultKind> {
        if self.is_behind_root() {
            return Some(FeedFaultKind::OutsideRoot);
        }
        let too_deep = (depth >= limits::DEPTH).then_some(FeedFaultKind::TooDeep);
        too_deep.or_else(|| (self.nodes >= limits::ITEM_NODES).then_some(FeedFaultKind::TooManyElements))
    }

    fn start_root(&mut self, element: Element, faults: &[FeedFaultKind]) {
        faults.iter().for_each(|kind| self.fault(*kind));
        let is_feed = ROOTS.iter().any(|root| element.local().eq_ignore_ascii_case(root));
        if is_feed {
            self.containers.push(element.name.clone());
        } else {
            self.give_up(FeedFaultKind::Root);
        }
        self.root = Some(element);
    }

    /// A `channel` directly in the root of RSS, which holds what we are after.
    fn is_channel(&self, element: &Element) -> bool {
        self.containers.len() == 1
            && !local(&self.containers[0]).eq_ignore_ascii_case("feed")
            && element.local().eq_ignore_ascii_case("channel")
    }

    fn fault_in_tag(&mut self, kind: FeedFaultKind) {
        self.fault(kind);
        if let Some(element) = self.open.last_mut() {
            element.fault_in_tag |= is_fatal(kind);
        }
    }

    /// An element from its start tag, and what is wrong with that.
    fn element(&mut self, tag: &BytesStart<'_>, depth: usize) -> (Element, Vec<FeedFaultKind>) {
        let mut faults = Vec::new();
        let mut attributes: Vec<Attribute> = Vec::new();
        if tag.attributes().with_checks(false).any(|attribute| attribute.is_err()) {
            faults.push(FeedFaultKind::Attribute);
        }
        for attribute in tag.html_attributes().with_checks(false) {
            if attributes.len() == limits::ATTRIBUTES {
                faults.push(FeedFaultKind::TooManyAttributes);
                break;
            }
            let read = attribute.ok().and_then(|raw| attribute_of(&raw, &attributes, &mut faults));
            attributes.extend(read);
        }
        for Attribute { name, value } in &attributes {
            let prefix = if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") };
            if prefix.is_some_and(|prefix| !self.namespaces.declare(depth, prefix, value)) {
                faults.push(FeedFaultKind::TooManyAttributes);
            }
        }
        let name = tag.name().as_ref().to_owned();
        let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
        let namespace = self.namespaces.resolve(prefix);
        let unbound = |prefix: &str| !prefix.is_empty() && self.namespaces.resolve(prefix).is_none();
        let prefixes = attributes.iter().filter_map(|attribute| Some(attribute.name.split_once(':')?.0));
        if prefixes.filter(|prefix| *prefix != "xmlns").chain([prefix]).any(unbound) {
            faults.push(FeedFaultKind::UnboundPrefix);
        }
        (Element { name, namespace, attributes, ..Element::default() }, faults)
    }

    /// An end tag; gives the part that it completes.
    fn end(&mut self, name: &str) -> Option<FeedPart> {
        if self.skipping > 0 {
            self.skipping -= 1;
            return None;
        }
        let is_last = self.open.last().is_some_and(|element| element.name == name);
        if is_last {
            return self.close();
        }
        if self.open.is_empty() && self.containers.last().is_some_and(|container| container == name) {
            self.leave_container();
            return None;
        }
        self.fault(FeedFaultKind::EndTag);
        if let Some(at) = self.open.iter().rposition(|element| element.name == name) {
            self.open[at + 1..].iter_mut().for_each(|element| element.is_cut = true);
            while self.open.len() > at + 1 {
                self.close();
            }
            return self.close();
        }
        let container = self.containers.iter().rposition(|container| container == name)?;
        if self.open.first().is_some_and(|part| is_item(part.local())) {
            self.fault(FeedFaultKind::UnendedItem);
        }
        let part = self.cut();
        while self.containers.len() > container {
            self.leave_container();
        }
        part
    }

    fn leave_container(&mut self) {
        self.containers.pop();
        self.namespaces.leave(self.containers.len());
    }

    /// Closes the innermost element; gives the part if that is it.
    fn close(&mut self) -> Option<FeedPart> {
        let mut element = self.open.pop()?;
        element.span.end = self.offset();
        // Feeds are held whole; what a list has in reserve would be half of it.
        element.children.shrink_to_fit();
        element.attributes.shrink_to_fit();
        self.namespaces.leave(self.containers.len() + self.open.len());
        let is_in_part = self.open.len() == 1;
        match self.open.last_mut() {
            Some(parent) => {
                element.fault.into_iter().for_each(|fault| note(parent, fault));
                // Of what stands in a part directly, all of the text can be had.
                parent.is_short |= element.is_short && !is_in_part;
                parent.has_markup |= element.has_markup;
                let behind = if element.is_cut { mem::take(&mut element.children) } else { Vec::new() };
                parent.children.push(element);
                parent.children.extend(behind);
                None
            }
            None => self.part(element),
        }
    }

    fn part(&mut self, element: Element) -> Option<FeedPart> {
        self.nodes = 0;
        self.items += usize::from(is_item(element.local()));
        if self.items > self.limits.items {
            self.give_up(FeedFaultKind::TooManyItems);
            return None;
        }
        let after_fault = self.is_after_fault;
        self.is_after_fault |= element.fault.is_some_and(|fault| is_fatal(fault.kind));
        Some(FeedPart { element, in_root: self.containers.len() == 1, after_fault })
    }

    /// Ends whatever is open, for its own end will not come.
    fn cut(&mut self) -> Option<FeedPart> {
        self.open.iter_mut().for_each(|element| element.is_cut = true);
        let mut part = None;
        while !self.open.is_empty() {
            part = self.close();
        }
        part
    }

    fn text(&mut self, more: &str) {
        if self.skipping > 0 {
            return;
        }
        let Some(element) = self.open.last_mut() else {
            if self.containers.is_empty() && !trim(more).is_empty() {
                self.fault(FeedFaultKind::OutsideRoot);
            }
            return;
        };
        let room = limits::TEXT.saturating_sub(element.text.len());
        let fitting = if more.len() > room { &more[..more.floor_char_boundary(room)] } else { more };
        let (clean, rest) = fitting.split_at(fitting.find(is_forbidden).unwrap_or(fitting.len()));
        element.text.push_str(clean);
        let forbidden = (!rest.is_empty()).then_some(FeedFaultKind::ForbiddenCharacter);
        let too_long = (fitting.len() < more.len()).then_some(FeedFaultKind::TooLong);
        forbidden.iter().chain(&too_long).copied().for_each(|kind| self.fault(kind));
        if let Some(element) = self.open.last_mut() {
            element.text.extend(rest.chars().filter(|c| !is_forbidden(*c)));
            element.is_short |= too_long.is_some();
        }
    }

    /// What an event means; gives a part if it completes one.
    fn event(&mut self, event: Event<'_>) -> Option<FeedPart> {
        match event {
            Event::Start(tag) => {
                let before = self.end_before_item(&tag);
                let is_part = self.skipping == 0 && self.open.is_empty() && !self.is_behind_root();
                if !is_part && self.is_item_tag(&tag) {
                    self.fault(FeedFaultKind::NestedItem);
                }
                self.start(&tag);
                return before;
            }
            Event::Empty(tag) => {
                self.start(&tag);
                return if self.is_done { None } else { self.end(tag.name().as_ref()) };
            }
            Event::End(tag) => return self.end(tag.name().as_ref()),
            Event::Text(text) => {
                // A bare `&` begins a text of its own.
                let is_bare = text.starts_with('&').then_some(FeedFaultKind::BareAmpersand);
                is_bare.into_iter().for_each(|kind| self.fault(kind));
                self.text(&text.xml10_content());
            }
            Event::CData(data) => {
                self.open.last_mut().into_iter().for_each(|element| element.has_markup = true);
                self.text(&data.xml10_content());
            }
            Event::GeneralRef(name) => {
                let (value, wrong) = entity(&name);
                wrong.into_iter().for_each(|kind| self.fault(kind));
                self.text(&value);
            }
            Event::Comment(_) => return self.aside("!--"),
            Event::PI(_) => return self.aside("?"),
            Event::DocType(_) => return self.aside("!DOCTYPE"),
            _ => {}
        }
        None
    }

    /// Something that is no element: a part of its own where nothing is open, in an item a child.
    fn aside(&mut self, name: &str) -> Option<FeedPart> {
        if !self.has_asides || self.skipping > 0 {
            return None;
        }
        let aside = Element { name: name.to_owned(), span: self.at..self.offset(), ..Element::default() };
        let Some(element) = self.open.last_mut() else {
            return Some(FeedPart { element: aside, in_root: true, after_fault: self.is_after_fault });
        };
        element.has_markup = true;
        if is_item(element.local()) && self.open.len() == 1 {
            let has_room = self.nodes < limits::ITEM_NODES;
            self.nodes += 1;
            let item = &mut self.open[0];
            item.is_short |= !has_room;
            item.children.extend(has_room.then_some(aside));
        }
        None
    }

    fn finish(&mut self, why: Option<FeedFaultKind>) -> Option<FeedPart> {
        self.is_done = true;
        let unfinished =
            (!self.containers.is_empty() || !self.open.is_empty()).then_some(FeedFaultKind::Truncated);
        why.or(unfinished).into_iter().for_each(|kind| self.fault(kind));
        self.cut()
    }
}

impl Iterator for Parts<'_> {
    type Item = FeedPart;

    fn next(&mut self) -> Option<FeedPart> {
        while !self.is_done {
            self.at = self.offset();
            let found = match self.reader.read_event() {
                Ok(Event::Eof) => self.finish(None),
                Ok(event) => self.event(event),
                // Where the text ends within a tag, that is what is wrong.
                Err(_) if self.reader.buffer_position() >= self.text.len() as u64 => {
                    self.finish(Some(FeedFaultKind::Truncated))
                }
                Err(_) => self.finish(Some(FeedFaultKind::Markup)),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

/// Whether a strict reader that knows the entities of HTML stops there.
fn is_fatal(kind: FeedFaultKind) -> bool {
    kind.stops_strict_readers() && !kind.is_of_html()
}

/// The first fault counts, but one that most readers forgive gives way.
fn note(element: &mut Element, fault: FeedFault) {
    let forgiven = element.fault.is_none_or(|old| old.kind.is_of_html());
    if fault.kind.stops_strict_readers() && forgiven {
        element.fault = Some(fault);
        element.text_before_fault = element.text.len();
    }
}

fn attribute_of(
    raw: &RawAttribute<'_>,
    before: &[Attribute],
    faults: &mut Vec<FeedFaultKind>,
) -> Option<Attribute> {
    let name = raw.key.as_ref();
    if before.iter().any(|attribute| attribute.name == name) {
        faults.push(FeedFaultKind::Attribute);
    }
    let value = unescape(&raw.value, |kind| faults.push(kind));
    if value.len() > limits::TEXT {
        faults.push(FeedFaultKind::TooLong);
        return None;
    }
    Some(Attribute { name: name.to_owned(), value })
}

fn is_item(local: &str) -> bool {
    local.eq_ignore_ascii_case("item") || local.eq_ignore_ascii_case("entry")
}

const ROOTS: [&str; 3] = ["rss", "rdf", "feed"];
