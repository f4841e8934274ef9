//! What people say of a torrent: its title, a text, its page, or the item that it belongs to.

use feed::{ChosenWords, Given, Item};
use publish::{clean, passkeys};
use serde::Deserialize;

/// Words for one item, as options or as keys of a line of JSON.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Deserialize)]
pub(crate) struct Words {
    pub(crate) title: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) page: Option<String>,
    /// The id or link of an item that is there.
    pub(crate) attach: Option<String>,
}

impl Words {
    /// The item with these words in the place of what was made of its torrent. The size stays in the text, where Sonarr and
    /// autobrr look for it (P13).
    pub(crate) fn over(&self, mut item: Item) -> Given {
        let title = self.title.as_deref().map(clean).filter(|title| !title.is_empty());
        let comment = self.comment.as_deref().map(paragraphs).filter(|text| !text.is_empty());
        let chosen =
            ChosenWords { title: title.is_some(), description: comment.is_some(), link: self.page.is_some() };
        item.title = title.unwrap_or(item.title);
        item.link = self.page.clone().or(item.link);
        if let Some(comment) = comment {
            item.description = Some(comment + "\n\n" + item.description.as_deref().unwrap_or_default());
        }
        Given { item, chosen, attach: self.attach.clone() }
    }

    /// Without the secrets of URLs in the texts, which come from torrents that nobody may have looked into.
    pub(crate) fn masked(&self) -> Self {
        let masked = |text: &Option<String>| text.as_deref().map(passkeys::masked);
        Self { title: masked(&self.title), comment: masked(&self.comment), ..self.clone() }
    }

    /// What a line says, and where it says nothing, what the options say.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self {
            title: self.title.clone().or_else(|| other.title.clone()),
            comment: self.comment.clone().or_else(|| other.comment.clone()),
            page: self.page.clone().or_else(|| other.page.clone()),
            attach: self.attach.clone().or_else(|| other.attach.clone()),
        }
    }
}

/// Cleans each line of a text by itself, so that lines stay lines.
fn paragraphs(text: &str) -> String {
    text.trim().lines().map(clean).collect::<Vec<_>>().join("\n")
}
