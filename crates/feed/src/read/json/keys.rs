//! Keys of a JSON feed: values that a field holds, and the others as they stand.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::value::{Entries, Few, Text};
use crate::date;
use crate::extra::{Extra, Field};
use crate::format::Format;
use crate::item::{Channel, Enclosure, Torrent};
use crate::read::note;

/// What has no field so far.
pub(super) struct KeyKeeper<'k> {
    pub(super) extras: Vec<Extra>,
    /// How many more are held.
    pub(super) left: &'k mut usize,
    /// Names of what is not.
    pub(super) lost: &'k mut BTreeSet<String>,
}

impl KeyKeeper<'_> {
    /// Keeps a value as it stands, perhaps instead of a field. There is nothing in `null`.
    pub(super) fn keep(&mut self, key: &str, value: &RawValue, field: Option<Field>) {
        if value.get() == "null" {
            return;
        }
        if *self.left == 0 {
            return note(self.lost, key);
        }
        *self.left -= 1;
        let text = value.get().to_owned();
        let name = key.to_owned();
        self.extras.push(Extra { format: Format::Json, name, text, field, ..Extra::default() });
    }

    /// All of an item as it stands.
    pub(super) fn whole(&self, value: &RawValue) -> Option<Extra> {
        (*self.left > 0).then(|| Extra::new(Format::Json, "items", value.get().to_owned()))
    }

    /// A text; kept as well if it is written otherwise.
    pub(super) fn text(&mut self, key: &str, value: &RawValue, field: Field) -> Option<String> {
        let found = text(value);
        if !is_exact(value, found.as_deref()) {
            self.keep(key, value, Some(field));
        }
        found
    }

    /// The first hub; if there is more to say, all of it is kept.
    pub(super) fn hub(&mut self, key: &str, value: &RawValue) -> Option<String> {
        let few = few(value);
        let mut inner = KeyKeeper { extras: Vec::new(), left: self.left, lost: self.lost };
        let mut urls = Vec::new();
        let mut is_plain = few.is_all && few.objects.len() == 1;
        for (key, value) in few.objects.into_iter().flat_map(|Entries(entries)| entries) {
            match key.as_str() {
                "url" => urls.extend(inner.text(&key, &value, Field::Hub)),
                "type" => is_plain &= text(&value).as_deref() == Some("WebSub"),
                _ => is_plain = false,
            }
        }
        if !(is_plain && inner.extras.is_empty() && urls.len() == 1) {
            self.keep(key, value, Some(Field::Hub));
        }
        urls.into_iter().next()
    }

    /// What JSON Feed has no words for.
    pub(super) fn ours(&mut self, value: &RawValue, channel: &mut Channel) {
        for (key, value) in entries(value).0 {
            match key.as_str() {
                "ttl" => channel.ttl = number(&value).and_then(|ttl| u32::try_from(ttl).ok()),
                "built" => channel.built = text(&value).as_deref().and_then(date::from_rfc_3339),
                _ => note(self.lost, &key),
            }
        }
    }

    /// Attached files; all of them are kept as they stand if one is none.
    pub(super) fn attachments(&mut self, key: &str, value: &RawValue) -> Vec<Enclosure> {
        let few = few(value);
        let count = few.objects.len();
        let read: Vec<(Enclosure, bool)> =
            few.objects.into_iter().filter_map(|entries| self.attachment(entries)).collect();
        let is_exact = few.is_all && read.len() == count && read.iter().all(|(_, is_exact)| *is_exact);
        if !is_exact {
            self.keep(key, value, Some(Field::Enclosures));
        }
        read.into_iter().map(|(one, _)| one).collect()
    }

    /// An attached file, and whether what was read is all of it. `None` if nothing says where it is.
    fn attachment(&mut self, Entries(entries): Entries) -> Option<(Enclosure, bool)> {
        let (mut one, mut exact) = (Enclosure::default(), true);
        let mut others = KeyKeeper { extras: Vec::new(), left: self.left, lost: self.lost };
        for (key, value) in &entries {
            match key.as_str() {
                "url" => {
                    let url = text(value);
                    exact &= is_exact(value, url.as_deref());
                    one.url = url.unwrap_or_default();
                }
                "mime_type" => {
                    one.mime = text(value);
                    exact &= is_exact(value, one.mime.as_deref());
                }
                "size_in_bytes" => {
                    one.length = number(value);
                    exact &= is_number(value, one.length);
                }
                _ => others.keep(key, value, None),
            }
        }
        one.extras = others.extras;
        (!one.url.is_empty()).then_some((one, exact))
    }

    /// Our own extension, under the names that ezRSS has; kept as it stands if there is more in it.
    pub(super) fn torrent(&mut self, key: &str, value: &RawValue) -> Torrent {
        let (mut torrent, mut exact) = (Torrent::default(), true);
        for (key, value) in entries(value).0 {
            let place = match key.as_str() {
                "fileName" => &mut torrent.file_name,
                "infoHash" => &mut torrent.info_hash,
                "magnetURI" => &mut torrent.magnet,
                "contentLength" => {
                    torrent.content_length = number(&value);
                    exact &= is_number(&value, torrent.content_length);
                    continue;
                }
                _ => {
                    exact = false;
                    continue;
                }
            };
            *place = text(&value);
            exact &= is_exact(&value, place.as_deref());
        }
        if !exact {
            self.keep(key, value, Some(Field::Torrent));
        }
        torrent
    }
}

/// A value that is a text, or may be one.
pub(super) fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str::<Text>(value.get()).ok()?.value
}

fn is_exact(value: &RawValue, text: Option<&str>) -> bool {
    let exact = serde_json::from_str::<Option<String>>(value.get());
    exact.is_ok_and(|exact| exact.as_deref().unwrap_or_default() == text.unwrap_or_default())
}

fn number(value: &RawValue) -> Option<u64> {
    text(value)?.parse().ok()
}

fn is_number(value: &RawValue, number: Option<u64>) -> bool {
    serde_json::from_str::<Option<u64>>(value.get()).is_ok_and(|exact| exact == number)
}

fn entries(value: &RawValue) -> Entries {
    serde_json::from_str(value.get()).unwrap_or_default()
}

fn few(value: &RawValue) -> Few {
    serde_json::from_str(value.get()).unwrap_or_default()
}
