//! Keeps the secrets of feeds' URLs, and those of files, out of all that is said.
//!
//! A tracker's key stands anywhere in the URL of a feed, and again in the URLs of its torrents. So every long run of letters and digits of
//! what the user typed is masked wherever it appears; only the journal has it.

use cli_kit::escape;
use serde_json::Value;

/// What nobody else should see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask {
    words: Vec<String>,
}

impl Mask {
    /// Masks the secrets of these URLs, and these words.
    pub(crate) fn of<'a>(urls: impl Iterator<Item = &'a str>, words: impl Iterator<Item = &'a str>) -> Self {
        let mut all: Vec<String> = urls.flat_map(secrets_of).collect();
        all.extend(words.filter(|word| word.len() >= SHORTEST_WORD).map(str::to_owned));
        all.sort_by_key(|word| std::cmp::Reverse(word.len()));
        all.dedup();
        Self { words: all }
    }

    /// A text without them.
    pub(crate) fn text(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, word| text.replace(word, "***"))
    }

    /// A text without them, fit for a terminal.
    pub(crate) fn shown(&self, text: &str) -> String {
        escape(self.text(text).as_bytes()).into_owned()
    }

    /// JSON without them.
    pub(crate) fn json(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.json(value)),
            Value::Object(map) => map.values_mut().for_each(|value| self.json(value)),
            _ => {}
        }
    }
}

fn secrets_of(url: &str) -> Vec<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user.to_owned());
    let user = user.filter(|user| user.len() >= SHORTEST_WORD);
    let runs =
        rest.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| run.len() >= KEY && has_digit(run));
    let named = rest.split(['?', '&']).skip(1).filter_map(|pair| pair.split_once('='));
    let keys = named.filter(|(name, _)| torrent_core::redact::is_secret_name(name.as_bytes()));
    let keys = keys.map(|(_, value)| value.to_owned()).filter(|value| value.len() >= SHORTEST_WORD);
    runs.map(str::to_owned).chain(user).chain(keys).collect()
}

/// A long word of letters alone is a word.
fn has_digit(run: &str) -> bool {
    run.bytes().any(|byte| byte.is_ascii_digit()) || run.len() >= 2 * KEY
}

/// Keys have 16 characters or more.
const KEY: usize = 16;
/// Shorter words would be masked in the middle of others.
const SHORTEST_WORD: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_of_a_feed_are_masked_wherever_they_are() {
        let feeds = [
            "https://t.example/rss/0123456789abcdef/x?uid=7&passkey=short1",
            "http://me:pass@u.example/feed.xml",
        ];
        let mask = Mask::of(feeds.into_iter(), ["cookie-value", "x"].into_iter());
        for (text, shown) in [
            (
                "https://t.example/rss/0123456789abcdef/x?uid=7&passkey=short1",
                "https://t.example/rss/***/x?uid=7&passkey=***",
            ),
            ("https://cdn.example/0123456789abcdef/1.torrent", "https://cdn.example/***/1.torrent"),
            ("http://me:pass@u.example/feed.xml", "http://***@u.example/feed.xml"),
            (
                "https://pub.example/fedcba9876543210/1.torrent",
                "https://pub.example/fedcba9876543210/1.torrent",
            ),
            ("a cookie-value, x", "a ***, x"),
            ("\u{1b}[31m", "\\x1b[31m"),
        ] {
            assert_eq!(mask.shown(text), shown);
        }
        let mut value = json!({"a": ["0123456789abcdef", 1], "b": {"c": "short1"}});
        mask.json(&mut value);
        assert_eq!(value, json!({"a": ["***", 1], "b": {"c": "***"}}));
    }
}
