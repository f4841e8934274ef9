//! Which words of an item were made of its torrent: those follow it, and those that somebody chose stay.

use fluent_uri::pct_enc::{EStr, encoder::Query};

use super::ChosenWords;
use crate::item::Item;
use crate::links::is_magnet;

impl Item {
    /// The words of `new`, the torrent that takes the place of ours, behind those that somebody chose for this item; and
    /// which of them are new.
    pub(super) fn words_over(&self, new: Self, chosen: ChosenWords) -> (Self, ChosenWords) {
        let is_made =
            chosen.description || self.chosen_text().is_none_or(|text| text.len() < self.text().len());
        let old = self.chosen_text().filter(|_| !chosen.description);
        let made = new.description.clone().unwrap_or_default();
        let description = match old {
            Some(text) if is_made => Some(format!("{text}\n\n{made}")),
            _ => new.description.clone(),
        };
        let title = chosen.title || self.is_titled_by_its_torrent();
        (Self { description, ..new }, ChosenWords { title, description: is_made, ..chosen })
    }

    fn text(&self) -> &str {
        self.description.as_deref().unwrap_or_default()
    }

    /// The description without the size that we put behind it.
    fn chosen_text(&self) -> Option<&str> {
        let text = Some(self.text()).filter(|text| !text.is_empty() && !is_size(text))?;
        match text.rsplit_once("\n\n") {
            Some((chosen, size)) if is_size(size) && !self.is_html => Some(chosen),
            _ => Some(text),
        }
    }

    /// Whether its title is the name that its magnet link has, or its id.
    fn is_titled_by_its_torrent(&self) -> bool {
        let magnets =
            self.torrent.magnet.as_deref().into_iter().chain(self.attached().filter(|url| is_magnet(url)));
        let mut names =
            magnets.flat_map(|link| link.split(['?', '&'])).filter_map(|part| part.strip_prefix("dn="));
        self.title.is_empty()
            || self.id.as_ref() == Some(&self.title)
            || names.any(|name| is_cleaned(name, &self.title))
    }
}

/// Whether a title is this name, percent-encoded, with white space and what does not print replaced.
fn is_cleaned(name: &str, title: &str) -> bool {
    let Some(name) = EStr::<Query>::new(name).map(|name| name.decode().to_string_lossy()) else {
        return false;
    };
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let are_alike = |(one, other): (char, char)| one == other || other == char::REPLACEMENT_CHARACTER;
    name.chars().count() == title.chars().count() && name.chars().zip(title.chars()).all(are_alike)
}

/// `Size: 1.5 GiB`, or `Size: 20 B, 2 files`.
fn is_size(text: &str) -> bool {
    let Some(said) = text.strip_prefix("Size: ") else { return false };
    let (size, files) = said.split_once(", ").unwrap_or((said, "1 files"));
    let is_amount = |(number, unit): (&str, &str)| number.parse::<f64>().is_ok() && UNITS.contains(&unit);
    let is_count = |files: &str| files.parse::<u64>().is_ok();
    size.split_once(' ').is_some_and(is_amount) && files.strip_suffix(" files").is_some_and(is_count)
}

const UNITS: [&str; 4] = ["B", "KiB", "MiB", "GiB"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Torrent;

    #[test]
    fn words_are_of_the_torrent_or_of_somebody() {
        // Title, name in the magnet link, description; whether the title is made, and what of the text is not.
        let cases = [
            ("a b", "a%20b", "Size: 1.5 GiB", true, None),
            ("a b", "a%20%0A%20b", "Size: 20 B, 2 files", true, None),
            ("a\u{fffd}", "a%01", "notes\n\nSize: 1023 B", true, Some("notes")),
            ("\u{fffd}", "%FF", "one\n\ntwo\n\nSize: 1.0 KiB, 3 files", true, Some("one\n\ntwo")),
            ("100% ü", "100%25%20%C3%BC", "Size: large", true, Some("Size: large")),
            ("a-b", "a%20b", "notes", false, Some("notes")),
            (
                "a b c",
                "a%20b",
                "notes\n\nSize: 1.0 KiB\n\nmore",
                false,
                Some("notes\n\nSize: 1.0 KiB\n\nmore"),
            ),
            ("Nice", "", "", false, None),
            ("Nice", "a%zz", "Size: 1.0 KiB, files", false, Some("Size: 1.0 KiB, files")),
        ];
        for (title, name, text, is_made, chosen) in cases {
            let magnet = Some(format!("magnet:?xt=urn:btih:00&dn={name}&ws=http%3A%2F%2Fw"));
            let torrent = Torrent { magnet, ..Torrent::default() };
            let item =
                Item { title: title.into(), description: Some(text.into()), torrent, ..Item::default() };
            assert_eq!(
                (item.is_titled_by_its_torrent(), item.chosen_text()),
                (is_made, chosen),
                "{title} {text}"
            );
        }
    }
}
