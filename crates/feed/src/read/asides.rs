//! Comments, instructions and the DOCTYPE of a feed, as they may stand in one that we write.

use crate::extra::Extra;
use crate::format::Format;
use crate::item::Channel;
use crate::xml::{is_forbidden, is_name};

/// Those that wait for what stands behind them.
#[derive(Default)]
pub(super) struct Asides {
    waiting: Vec<Extra>,
    has_items: bool,
}

impl Asides {
    /// Puts one where it belongs: in front of the root, into the channel, and from the first item on to the next item.
    pub(super) fn place(&mut self, aside: Option<Extra>, channel: &mut Channel, has_root: bool) {
        match (has_root, self.has_items) {
            (false, _) => channel.extras.before.extend(aside),
            (true, false) => channel.extras.elements.extend(aside),
            (true, true) => self.waiting.extend(aside),
        }
    }

    /// What stands in front of an item that has come, or behind all of them.
    pub(super) fn of_item(&mut self) -> Vec<Extra> {
        self.has_items = true;
        std::mem::take(&mut self.waiting)
    }
}

/// What is kept of a comment or an instruction. `None` if it cannot stand anywhere.
pub(super) fn text(source: &str) -> Option<String> {
    if let Some(comment) = source.strip_prefix("<!--").and_then(|text| text.strip_suffix("-->")) {
        return Some(format!("<!--{}-->", without_double_hyphens(comment)));
    }
    let target = source.strip_prefix("<?")?.split([' ', '\t', '\r', '\n', '?']).next()?;
    let is_fine = source.ends_with("?>") && !source.contains(is_forbidden) && is_name(target);
    (is_fine && !target.eq_ignore_ascii_case("xml")).then(|| source.to_owned())
}

/// XML forbids `--` in comments, and `-` before their end.
fn without_double_hyphens(comment: &str) -> String {
    let mut text = String::with_capacity(comment.len());
    for c in comment.chars() {
        if c == '-' && text.ends_with('-') {
            text.push(' ');
        }
        text.push(if is_forbidden(c) { char::REPLACEMENT_CHARACTER } else { c });
    }
    if text.ends_with('-') { text + " " } else { text }
}

/// The DOCTYPE without what it declares itself. `None` if nothing is left.
pub(super) fn doctype(source: &str) -> Option<String> {
    let head = source.split('[').next()?.trim_end_matches('>').trim_end();
    let is_whole = ['"', '\''].iter().all(|quote| head.matches(*quote).count() % 2 == 0);
    let is_kept = is_whole && head.split_ascii_whitespace().count() > 2 && !head.contains(is_forbidden);
    is_kept.then(|| format!("<!DOCTYPE{}>", &head["<!DOCTYPE".len()..]))
}

/// What stands in front of a root, now that this is known. A DOCTYPE of another root speaks of nothing.
pub(super) fn settle(before: &mut Vec<Extra>, format: Format) {
    let root = if format == Format::Atom { "feed" } else { "rss" };
    let is_of_root = |text: &str| text.split_ascii_whitespace().nth(1) == Some(root);
    before.retain(|aside| aside.name != "!DOCTYPE" || is_of_root(&aside.text));
    before.iter_mut().for_each(|aside| aside.format = format);
}
