//! What a signed feed says of itself: the trusted comment of its signature.

use std::fmt;

use crate::key::PublicKey;
use crate::limits;

/// Which feed this is, when it was built, and who signs: `feed:URL built:SECONDS key:KEY`, and perhaps ` next:KEY`.
///
/// The key is in it so that who sees the feed for the first time can pin it: signatures only have its number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// The URL of the feed, so that no other feed of the same publisher passes for it.
    pub feed: String,
    /// Seconds since 1970: more in each version than in the one before, so that no older one passes for the newest.
    pub built: u64,
    /// The key that signs.
    pub key: PublicKey,
    /// The key that will sign, if this one is about to change.
    pub next: Option<PublicKey>,
}

impl Statement {
    /// Reads one strictly: what is not written exactly like this is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let mut word = |name: &str| words.next()?.strip_prefix(name);
        let feed = word("feed:").filter(|url| is_url(url))?.to_owned();
        let built = word("built:")?.parse().ok()?;
        let key = word("key:").and_then(|key| PublicKey::parse(key).ok())?;
        let next = match words.next() {
            Some(word) => Some(PublicKey::parse(word.strip_prefix("next:")?).ok()?),
            None => None,
        };
        let statement = Self { feed, built, key, next };
        // Which leaves out `+7`, `007` and words behind the last one as well.
        (text.len() <= limits::COMMENT && statement.to_string() == text).then_some(statement)
    }

    /// Whether it can be written: its URL has no space and nothing that XML or JSON would have to escape, and is not too long.
    pub fn is_writable(&self) -> bool {
        Self::parse(&self.to_string()).is_some()
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { feed, built, key, next } = self;
        write!(out, "feed:{feed} built:{built} key:{key}")?;
        next.iter().try_for_each(|next| write!(out, " next:{next}"))
    }
}

fn is_url(text: &str) -> bool {
    text.contains("://") && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\`".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

    #[test]
    fn it_is_read_as_it_is_written() {
        let key = PublicKey::parse(KEY).unwrap();
        for next in [None, Some(key.clone())] {
            let feed = "https://pub.example/feed.xml?a=1&b='2'".to_owned();
            let statement = Statement { feed, built: 1_700_000_000, key: key.clone(), next };
            assert_eq!(Statement::parse(&statement.to_string()), Some(statement.clone()));
            assert!(statement.is_writable());
        }
    }

    #[test]
    fn anything_else_is_none() {
        let long = format!("feed:https://a/{} built:1 key:{KEY}", "a".repeat(limits::COMMENT));
        for text in [
            "",
            "timestamp:1556193335\tfile:test",
            "feed:https://a/ built:1",
            &format!("feed:https://a/ built:1 key:{KEY} "),
            &format!("feed:https://a/ built:1 key:{KEY} next:"),
            &format!("feed:https://a/ built:1 key:{KEY} next:{KEY} next:{KEY}"),
            &format!("feed:https://a/ built:1 key:{KEY} more"),
            &format!("feed:https://a/ built:1 key:{KEY}\n"),
            &format!("feed:https://a/ built:01 key:{KEY}"),
            &format!("feed:https://a/ built:+1 key:{KEY}"),
            &format!("feed:https://a/ built:-1 key:{KEY}"),
            &format!("feed:https://a/ built:99999999999999999999 key:{KEY}"),
            &format!("built:1 feed:https://a/ key:{KEY}"),
            &format!("feed: built:1 key:{KEY}"),
            &format!("feed:https://a/?> built:1 key:{KEY}"),
            &format!("feed:https://a/\" built:1 key:{KEY}"),
            &format!("feed:https://ä/ built:1 key:{KEY}"),
            &format!(" feed:https://a/ built:1 key:{KEY}"),
            &format!("feed:https://a/  built:1 key:{KEY}"),
            &long,
        ] {
            assert_eq!(Statement::parse(text), None, "{text}");
        }
    }
}
