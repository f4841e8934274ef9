//! Lists of feeds: a URL a line, and words about it.

use std::path::PathBuf;

use cli_kit::{Failure, escape};
use regex::{Regex, RegexBuilder};
use signature::PublicKey;
use torrent_core::address::{AddressError, Url};

/// A feed, and what is special about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Followed {
    pub(crate) url: String,
    /// What people call it.
    pub(crate) name: Option<String>,
    pub(crate) wanted: Vec<Regex>,
    pub(crate) unwanted: Vec<Regex>,
    /// Who must have signed it.
    pub(crate) key: Option<PublicKey>,
    /// In place of the folder of `--save`, `--watch` or `--fetch`.
    pub(crate) folder: Option<PathBuf>,
}

/// The feed at a URL that somebody typed.
pub(crate) fn typed(url: &str) -> Result<Followed, Failure> {
    if url.contains(":COOKIE:") {
        let hint = "`--cookie-file FILE` has cookies, each for its site";
        return Err(Failure::usage("a URL with `:COOKIE:` is not followed").hint(hint));
    }
    // The URL may hold secrets: of one that is wrong only the reason is said.
    match Url::parse_of(&["http", "https"], url.as_bytes()) {
        Ok(_) => Ok(Followed { url: url.trim().to_owned(), ..Followed::default() }),
        Err(AddressError::Scheme) => {
            Err(Failure::usage("a feed's URL: not an `http` or `https` URL").hint(EXAMPLE))
        }
        Err(why) => Err(Failure::usage(format!("a feed's URL: {why}")).hint(EXAMPLE)),
    }
}

const EXAMPLE: &str = "`follow-feed https://pub.example/feed.xml`";

/// The feeds of a list.
pub(crate) fn read(text: &str, name: &str) -> Result<Vec<Followed>, Failure> {
    let mut feeds = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
        if let [url, words @ ..] = words.as_slice() {
            let feed = typed(url).and_then(|feed| described(feed, words));
            feeds.push(feed.map_err(|failure| Failure {
                message: format!("{name}: line {}: {}", at + 1, failure.message),
                ..failure
            })?);
        }
    }
    Ok(feeds)
}

fn described(mut feed: Followed, words: &[&str]) -> Result<Followed, Failure> {
    let regex = |text: &str| {
        let built = RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build();
        built
            .map_err(|_| Failure::usage(format!("`{}` is not a regular expression", escape(text.as_bytes()))))
    };
    for word in words {
        match word.split_once('=') {
            Some(("match", text)) => feed.wanted.push(regex(text)?),
            Some(("not", text)) => feed.unwanted.push(regex(text)?),
            Some(("key", text)) => feed.key = Some(key(text, "key=")?),
            Some(("dir", text)) => feed.folder = Some(PathBuf::from(text)),
            Some(_) => {
                let word = escape(word.as_bytes()).into_owned();
                return Err(Failure::usage(format!("`{word}` is none of `key=`, `match=`, `not=`, `dir=`")));
            }
            None => feed.name = Some((*word).to_owned()),
        }
    }
    Ok(feed)
}

/// A key that somebody typed, and behind what.
pub(crate) fn key(text: &str, before: &str) -> Result<PublicKey, Failure> {
    let wrong = |why| Failure::typed(format_args!("{before}{text}"), why).hint(PublicKey::WHERE);
    PublicKey::parse(text).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_urls_and_words() {
        let text = "# mine\nhttps://a.example/feed\n\nhttp://b.example/ demo match=desk key=RWSFe4Wnbqkq5DslRedi3eHbH+FA5xPFZOueB1P4v1NqHh3GwtH2N9ys not=beta dir=/x # theirs\n";
        let feeds = read(text, "f").unwrap();
        assert_eq!(feeds.len(), 2);
        let b = &feeds[1];
        assert_eq!((b.url.as_str(), b.name.as_deref()), ("http://b.example/", Some("demo")));
        assert!(b.wanted[0].is_match("DESK 1") && b.unwanted[0].is_match("Beta"));
        assert_eq!(b.folder, Some("/x".into()));
        assert_eq!(b.key.as_ref().unwrap().number(), "E42AA96EA7857B85");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_without_the_url() {
        for (text, message) in [
            ("a.example/feed?passkey=secret", "f: line 1: a feed's URL: not an `http` or `https` URL"),
            ("\nhttp://x/:COOKIE:a=b", "f: line 2: a URL with `:COOKIE:` is not followed"),
            ("http://x/ match=(", "f: line 1: `(` is not a regular expression"),
            (
                "http://x/ key=RW",
                "f: line 1: `key=RW`: not a public key of minisign, which is `RW` and 54 more characters",
            ),
            ("http://x/ kex=RW", "f: line 1: `kex=RW` is none of `key=`, `match=`, `not=`, `dir=`"),
        ] {
            assert_eq!(read(text, "f").unwrap_err().message, message);
        }
    }
}
