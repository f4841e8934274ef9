//! What a publisher says of a feed in words that each format has in its own place.

use crate::extra::{Extra, Extras, Field};
use crate::format::Format;
use crate::item::Channel;
use crate::xml::escape;

/// What is said of a feed; what is not said stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// Its language: `en`, `de-at` (BCP 47).
    pub language: Option<String>,
    /// Who owns it, or its licence.
    pub copyright: Option<String>,
    /// What it is about. Those of podcasts may have a part: `Arts/Books`.
    pub categories: Vec<String>,
    /// URL of a picture.
    pub image: Option<String>,
    /// Who it is by.
    pub author: Option<String>,
    /// Whether it is for adults only, which directories of podcasts must know.
    pub explicit: Option<bool>,
}

impl About {
    /// Puts it into a channel, in the words of a format. With `podcast` in those of directories of podcasts, too.
    pub fn write_into(&self, channel: &mut Channel, format: Format, podcast: bool) {
        let elements = match format {
            Format::Rss if podcast => [self.rss(channel), self.itunes()].concat(),
            Format::Rss => self.rss(channel),
            Format::Atom => self.atom(),
            Format::Json => self.json(),
        };
        Extras::replace(&mut channel.extras.elements, elements);
        if format == Format::Atom {
            let language = self.language.iter().map(|text| Extra::new(format, "xml:lang", text.clone()));
            Extras::replace(&mut channel.extras.attributes, language.collect());
            if self.author.is_some() {
                channel.author.clone_from(&self.author);
                channel.extras.forget(&[Field::Author]);
            }
        }
    }

    fn rss(&self, channel: &Channel) -> Vec<Extra> {
        let text = |name, text: &String| element(name, text);
        let image = self.image.iter().map(|url| {
            let inside = [("url", url), ("title", &channel.title), ("link", &channel.link)];
            let inside: String = inside.iter().map(|(name, text)| element(name, text)).collect();
            format!("<image>{inside}</image>")
        });
        let language = self.language.iter().map(|language| text("language", language));
        let copyright = self.copyright.iter().map(|copyright| text("copyright", copyright));
        let categories = self.categories.iter().map(|category| text("category", category));
        let all = language.chain(copyright).chain(categories).chain(image);
        all.map(|text| xml(Format::Rss, ("", ""), text)).collect()
    }

    fn itunes(&self) -> Vec<Extra> {
        let author = self.author.iter().map(|author| element("itunes:author", author));
        let explicit = self.explicit.iter().map(|explicit| element("itunes:explicit", &explicit.to_string()));
        let image = self.image.iter().map(|url| empty("itunes:image", ("href", url)));
        let categories = self.categories.iter().map(|category| match category.split_once('/') {
            None => empty("itunes:category", ("text", category.trim())),
            Some((whole, part)) => {
                let open = empty("itunes:category", ("text", whole.trim())).replace("/>", ">");
                format!("{open}{}</itunes:category>", empty("itunes:category", ("text", part.trim())))
            }
        });
        let all = author.chain(explicit).chain(categories).chain(image);
        all.map(|text| xml(Format::Rss, ("itunes", ITUNES), text)).collect()
    }

    fn atom(&self) -> Vec<Extra> {
        let rights = self.copyright.iter().map(|text| element("rights", text));
        let categories = self.categories.iter().map(|term| empty("category", ("term", term)));
        let logo = self.image.iter().map(|url| element("logo", url));
        rights.chain(categories).chain(logo).map(|text| xml(Format::Atom, ("", crate::ATOM), text)).collect()
    }

    /// JSON Feed has no words for some; keys that begin with `_` are free.
    fn json(&self) -> Vec<Extra> {
        let text = |key, text: &Option<String>| text.as_ref().map(|text| (key, serde_json::json!(text)));
        let categories =
            (!self.categories.is_empty()).then(|| ("_categories", serde_json::json!(self.categories)));
        let author = self.author.as_ref().map(|name| ("authors", serde_json::json!([{ "name": name }])));
        let texts = [
            text("language", &self.language),
            text("icon", &self.image),
            text("_copyright", &self.copyright),
            categories,
            author,
        ];
        let extra =
            |(key, value): (&str, serde_json::Value)| Extra::new(Format::Json, key, value.to_string());
        texts.into_iter().flatten().map(extra).collect()
    }
}

/// An element as it would be read.
fn xml(format: Format, (prefix, uri): (&str, &str), text: String) -> Extra {
    let name = text.trim_start_matches('<').split([' ', '>', '/']).next().unwrap_or_default().to_owned();
    let namespaces = vec![(prefix.to_owned(), uri.to_owned())];
    Extra { format, name, text, namespaces, field: None }
}

fn element(name: &str, text: &str) -> String {
    let mut xml = format!("<{name}>");
    escape(&mut xml, text, false);
    xml + "</" + name + ">"
}

fn empty(name: &str, (key, value): (&str, &str)) -> String {
    let mut xml = format!("<{name} {key}=\"");
    escape(&mut xml, value, true);
    xml + "\"/>"
}

/// What directories of podcasts read.
const ITUNES: &str = "http://www.itunes.com/dtds/podcast-1.0.dtd";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Feed, FeedLimits, read, write};

    fn about() -> About {
        About {
            language: Some("de".into()),
            copyright: Some("© <me> & you".into()),
            categories: vec!["Arts/Books".into(), "News".into()],
            image: Some("http://x/i.png?a=1&b".into()),
            author: Some("Jane".into()),
            explicit: Some(false),
        }
    }

    #[test]
    fn each_format_has_its_words() {
        let cases = [
            (
                Format::Rss,
                false,
                vec![
                    "<language>de</language>",
                    "<copyright>© &lt;me&gt; &amp; you</copyright>",
                    "<category>News</category>",
                    "<image><url>http://x/i.png?a=1&amp;b</url><title>T</title><link>http://x/</link></image>",
                ],
            ),
            (
                Format::Rss,
                true,
                vec![
                    "<language>de</language>",
                    "xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"",
                    "<itunes:author>Jane</itunes:author>",
                    "<itunes:explicit>false</itunes:explicit>",
                    "<itunes:category text=\"Arts\"><itunes:category text=\"Books\"/></itunes:category>",
                    "<itunes:category text=\"News\"/>",
                    "<itunes:image href=\"http://x/i.png?a=1&amp;b\"/>",
                ],
            ),
            (
                Format::Atom,
                false,
                vec![
                    "xml:lang=\"de\"",
                    "<rights>© &lt;me&gt; &amp; you</rights>",
                    "<category term=\"News\"/>",
                    "<logo>http://x/i.png?a=1&amp;b</logo>",
                    "<name>Jane</name>",
                ],
            ),
            (
                Format::Json,
                false,
                vec![
                    "\"language\": \"de\"",
                    "\"icon\": \"http://x/i.png?a=1&b\"",
                    "\"_copyright\": \"© <me> & you\"",
                    "\"_categories\": [\"Arts/Books\",\"News\"]",
                    "\"authors\": [{\"name\":\"Jane\"}]",
                ],
            ),
        ];
        for (format, podcast, expected) in cases {
            let mut channel = Channel { title: "T".into(), link: "http://x/".into(), ..Channel::default() };
            about().write_into(&mut channel, format, podcast);
            let text = write(&Feed { format, channel, items: vec![] });
            for said in expected {
                assert_eq!(text.matches(said).count(), 1, "{said} {text}");
            }
            // The same again changes nothing; something else takes its place.
            let before = read(text.as_bytes(), FeedLimits::default()).unwrap().feed;
            let mut after = before.clone();
            about().write_into(&mut after.channel, format, podcast);
            assert_eq!(after, before);
            About { language: Some("en".into()), ..About::default() }.write_into(
                &mut after.channel,
                format,
                podcast,
            );
            assert_eq!(write(&after), text.replace(">de<", ">en<").replace("\"de\"", "\"en\""));
        }
    }
}
