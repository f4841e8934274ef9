//! The fields that help to find peers and tell people about a torrent. None of them can make it unacceptable.

use super::Warning;
use super::keys::{Info, Root};
use crate::bencode::Value;
use crate::limits::LISTED;

/// What a torrent says beside its content. Everything is bytes as they came, trimmed of white space in URLs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Advisory {
    /// Tiers of tracker URLs (BEP 3, BEP 12): `announce-list` where there is one, else `announce`.
    pub trackers: Vec<Vec<Vec<u8>>>,
    /// `announce` as it stands.
    pub announce: Option<Vec<u8>>,
    /// `url-list` (BEP 19).
    pub web_seeds: Vec<Vec<u8>>,
    /// `httpseeds` (BEP 17).
    pub http_seeds: Vec<Vec<u8>>,
    /// DHT nodes: host and port (BEP 5).
    pub nodes: Vec<(Vec<u8>, u16)>,
    /// What the key `comment` says.
    pub comment: Option<Vec<u8>>,
    /// What the key `created by` says.
    pub created_by: Option<Vec<u8>>,
    /// `creation date`: seconds since 1970; some writers mean milliseconds.
    pub creation_date: Option<i64>,
    /// `source` of the info dictionary.
    pub source: Option<Vec<u8>>,
    /// `update-url` of the info dictionary (BEP 39).
    pub update_url: Option<Vec<u8>>,
    /// `similar`: info hashes of torrents that share files, inside the info dictionary and beside it (BEP 38).
    pub similar: Vec<Vec<u8>>,
    /// `collections`, the same (BEP 38).
    pub collections: Vec<Vec<u8>>,
}

impl Advisory {
    pub(super) fn read(root: &Root<'_>, info: &Info<'_>, warnings: &mut Vec<Warning>) -> Self {
        let mut read = Read { warnings };
        let announce = read.string(root.get("announce"), "announce").map(|url| trim(&url));
        let trackers = read.tiers(root.get("announce-list"));
        let only = announce.iter().filter(|url| !url.is_empty()).map(|url| vec![url.clone()]);
        Self {
            trackers: if trackers.is_empty() { only.collect() } else { trackers },
            announce,
            web_seeds: read.url_list(root.get("url-list"), "url-list"),
            http_seeds: read.url_list(root.get("httpseeds"), "httpseeds"),
            nodes: read.list(root.get("nodes"), "nodes", node),
            comment: read.string(root.get("comment"), "comment"),
            created_by: read.string(root.get("created by"), "created by"),
            creation_date: read.int(root.get("creation date"), "creation date"),
            source: read.string(info.get("source"), "source"),
            update_url: read.string(info.get("update-url"), "update-url"),
            similar: read.strings([info.get("similar"), root.get("similar")], "similar"),
            collections: read.strings([info.get("collections"), root.get("collections")], "collections"),
        }
    }
}

impl Advisory {
    /// About how many bytes of memory it takes.
    pub(super) fn memory(&self) -> u64 {
        let nodes = self.nodes.iter().map(|(host, _)| host);
        let lists = [&self.web_seeds, &self.http_seeds, &self.similar, &self.collections];
        let items = self.trackers.iter().flatten().chain(lists.into_iter().flatten()).chain(nodes);
        let texts = [&self.announce, &self.comment, &self.created_by, &self.source, &self.update_url];
        let all = items.chain(texts.into_iter().flatten());
        all.map(|text| (text.len() + ITEM) as u64).sum()
    }
}

/// Bytes that an item of a list takes beside its text: its place, that of a tier around it, and the allocations.
const ITEM: usize = 80;

/// Reads one field after the other and warns of what is not what it should be: of a list, only the items that are not.
struct Read<'w> {
    warnings: &'w mut Vec<Warning>,
}

impl Read<'_> {
    /// What was read of a field that is there; a warning if that is nothing.
    fn field<T>(&mut self, read: Option<Option<T>>, key: &'static str) -> Option<T> {
        if let Some(None) = read {
            self.warnings.push(Warning::Advisory(key));
        }
        read.flatten()
    }

    fn string(&mut self, value: Option<Value<'_>>, key: &'static str) -> Option<Vec<u8>> {
        self.field(value.map(|value| value.as_bytes().map(<[u8]>::to_vec)), key)
    }

    fn int(&mut self, value: Option<Value<'_>>, key: &'static str) -> Option<i64> {
        self.field(value.map(Value::as_i64), key)
    }

    /// What `item` makes of each item of a list.
    fn list<T>(
        &mut self,
        value: Option<Value<'_>>,
        key: &'static str,
        item: impl Fn(Value<'_>) -> Option<T>,
    ) -> Vec<T> {
        let Some(values) = self.field(value.map(Value::as_list), key) else { return Vec::new() };
        let (mut bad, mut values) = (Bad::default(), (1..).zip(values));
        let first = values.by_ref().take(LISTED);
        let items = first.filter_map(|(number, value)| bad.note(item(value), number)).collect();
        self.warnings.extend(bad.warning(key));
        self.warnings.extend(beyond(key, values.last()));
        items
    }

    /// A list of URLs, or a single one. Empty strings, which some creators write for none, say nothing.
    fn url_list(&mut self, value: Option<Value<'_>>, key: &'static str) -> Vec<Vec<u8>> {
        let urls = match value.and_then(Value::as_bytes) {
            Some(url) => vec![trim(url)],
            None => self.list(value, key, url),
        };
        urls.into_iter().filter(|url| !url.is_empty()).collect()
    }

    /// The items of both lists.
    fn strings(&mut self, values: [Option<Value<'_>>; 2], key: &'static str) -> Vec<Vec<u8>> {
        let string = |value: Value<'_>| value.as_bytes().map(<[u8]>::to_vec);
        values.into_iter().flat_map(|value| self.list(value, key, string)).collect()
    }

    /// Lists of URLs. A URL among them is plainly meant as a tier of one.
    fn tiers(&mut self, value: Option<Value<'_>>) -> Vec<Vec<Vec<u8>>> {
        let key = "announce-list";
        let Some(values) = self.field(value.map(Value::as_list), key) else { return Vec::new() };
        let (mut tiers, mut bad, mut is_flat) = (Vec::new(), Bad::default(), false);
        let (mut urls_left, mut left_out) = (LISTED, 0);
        for (number, value) in (1..).zip(values) {
            if tiers.len() == LISTED || urls_left == 0 {
                left_out += 1;
                continue;
            }
            let mut tier: Vec<Vec<u8>> = match (url(value), value.as_list()) {
                (Some(single), _) => {
                    is_flat |= !single.is_empty();
                    vec![single]
                }
                (None, Some(mut urls)) => {
                    let first = urls.by_ref().take(urls_left);
                    let tier = first.filter_map(|value| bad.note(url(value), number)).collect();
                    left_out += urls.count();
                    tier
                }
                (None, None) => bad.note(None, number).unwrap_or_default(),
            };
            urls_left -= tier.len();
            tier.retain(|url| !url.is_empty());
            tier.shrink_to_fit();
            tiers.push(tier);
        }
        self.warnings.extend(is_flat.then_some(Warning::FlatTiers));
        self.warnings.extend(bad.warning(key));
        self.warnings.extend((left_out > 0).then_some(Warning::ManyItems { key, count: LISTED + left_out }));
        tiers.retain(|tier| !tier.is_empty());
        tiers
    }
}

/// Items that are left out: how many, and the number of the first, counted from 1.
#[derive(Default)]
struct Bad {
    first: usize,
    count: usize,
}

impl Bad {
    fn note<T>(&mut self, item: Option<T>, number: usize) -> Option<T> {
        if item.is_none() {
            self.first = if self.count == 0 { number } else { self.first };
            self.count += 1;
        }
        item
    }

    fn warning(self, key: &'static str) -> Option<Warning> {
        let Self { first, count } = self;
        (count > 0).then_some(Warning::Items { key, first, count })
    }
}

/// What is left out of a list that is too long, by its last item.
fn beyond(key: &'static str, last: Option<(usize, Value<'_>)>) -> Option<Warning> {
    last.map(|(count, _)| Warning::ManyItems { key, count })
}

fn url(value: Value<'_>) -> Option<Vec<u8>> {
    value.as_bytes().map(trim)
}

/// Reads a node of the DHT: `[host, port]`.
fn node(value: Value<'_>) -> Option<(Vec<u8>, u16)> {
    let mut parts = value.as_list()?;
    let (host, port) = (parts.next()?.as_bytes()?, parts.next()?.as_u64()?);
    Some((host.to_vec(), port.try_into().ok()?))
}

fn trim(url: &[u8]) -> Vec<u8> {
    url.trim_ascii().to_vec()
}

#[cfg(test)]
mod tests {
    use test_kit::{bytes, dict, int, list};

    use super::*;
    use crate::metainfo::Metainfo;

    /// What is read of a field, as the number of items of all lists, and what is said of it.
    fn read(key: &str, value: Vec<u8>) -> (usize, String) {
        let mut info = vec![("length", int(5)), ("name", bytes("n")), ("piece length", int(16))];
        info.push(("pieces", bytes([7; 20])));
        let mut entries = vec![("info", dict(info)), (key, value)];
        entries.sort();
        let parsed = Metainfo::parse(dict(entries)).unwrap();
        let advisory = parsed.metainfo.advisory();
        let lists = [&advisory.web_seeds, &advisory.http_seeds, &advisory.similar, &advisory.collections]
            .map(Vec::len);
        let count = lists.iter().sum::<usize>() + advisory.nodes.len() + advisory.trackers.concat().len();
        (count, parsed.warnings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn of_a_list_without_end_the_first_items_are_read() {
        let all = |count, item: Vec<u8>| list(vec![item; count]);
        let url = || bytes("http://t/");
        for (key, value) in [
            ("url-list", all(LISTED + 2, url())),
            ("httpseeds", all(LISTED + 2, url())),
            ("similar", all(LISTED + 2, url())),
            ("collections", all(LISTED + 2, url())),
            ("nodes", all(LISTED + 2, list([bytes("h"), int(1)]))),
            ("announce-list", all(LISTED + 2, list([url()]))),
            ("announce-list", list([all(LISTED + 2, url())])),
            ("announce-list", list([all(LISTED, url()), all(1, url()), url()])),
        ] {
            let said = format!("`{key}` has 10002 items, and only the first 10000 are read");
            assert_eq!(read(key, value), (LISTED, said));
        }
        assert_eq!(read("announce-list", list([all(LISTED - 1, url()), all(1, url())])).1, "");
        assert_eq!(read("announce-list", all(LISTED + 2, list(Vec::<Vec<u8>>::new()))).0, 0);
    }
}
