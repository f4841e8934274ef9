//! The extensions of BEP 10 that we speak, each with a file of its own; and by which numbers an end of a connection wants their messages.
//!
//! One more is a variant, its lines in the two methods behind it, an arm in the engine's `extensions`, and its file.

use torrent_core::bencode::{Dict, Value, Writer};

use super::{dont_have, metadata, pex};

/// An extension that we speak; its number is the one by which we want its messages. Numbers rise in the order of the names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Extension {
    /// BEP 54: a piece that was announced is not there any more.
    DontHave = 1,
    /// BEP 9: the info dictionary, for those who have only its hash.
    Metadata = 2,
    /// BEP 11: with which peers each end is connected.
    Pex = 3,
}

impl Extension {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::DontHave, Self::Metadata, Self::Pex];

    /// Its name in the dictionary `m` of a handshake.
    pub fn name(self) -> &'static str {
        match self {
            Self::DontHave => dont_have::NAME,
            Self::Metadata => metadata::NAME,
            Self::Pex => pex::NAME,
        }
    }

    /// Whether it is offered in private torrents (BEP 27).
    fn is_for_private(self) -> bool {
        match self {
            Self::DontHave => true,
            // Only those have the metadata who have it from its tracker's site.
            Self::Metadata => false,
            // Only its trackers name peers.
            Self::Pex => false,
        }
    }

    /// The number by which we want its messages.
    pub fn our_id(self) -> u8 {
        self as u8
    }

    /// The extension that a message with this number is for; `None` if we gave it to none.
    pub fn of_our_id(id: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|extension| extension.our_id() == id)
    }
}

/// By which numbers one end wants messages of the extensions that we speak: the dictionary `m` of its handshake. It has as many places as
/// there are such extensions; what else is in the dictionary is not kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ExtensionIds([Option<u8>; Extension::ALL.len()]);

impl ExtensionIds {
    /// What we offer.
    pub fn ours(is_private: bool) -> Self {
        let offered =
            Extension::ALL.into_iter().filter(|extension| !is_private || extension.is_for_private());
        offered.fold(Self::default(), |ids, extension| ids.with(extension, extension.our_id()))
    }

    /// The same with a number for an extension; 0: no messages of it are wanted.
    pub fn with(mut self, extension: Extension, id: u8) -> Self {
        *self.place(extension) = Some(id);
        self
    }

    /// The number by which messages of the extension are wanted. `None`: they are not.
    pub fn id(&self, extension: Extension) -> Option<u8> {
        self.each().find(|(other, _)| *other == extension).and_then(|(_, id)| id).filter(|id| *id > 0)
    }

    /// What was said later: what it leaves out is as it was.
    pub(crate) fn update(&mut self, news: Self) {
        for (extension, id) in news.each() {
            let place = self.place(extension);
            *place = id.or(*place);
        }
    }

    /// Reads the dictionary `m`. What is no number from 0 to 255 counts as absent.
    pub(super) fn decode(messages: Dict<'_>) -> Self {
        let mut ids = Self::default();
        for extension in Extension::ALL {
            let id = messages.get(extension.name().as_bytes()).and_then(Value::as_u64);
            *ids.place(extension) = id.and_then(|id| u8::try_from(id).ok());
        }
        ids
    }

    /// Writes the dictionary `m`.
    pub(super) fn encode(&self, out: &mut Writer<'_, Vec<u8>>) {
        out.dict();
        for (extension, id) in self.each() {
            if let Some(id) = id {
                out.bytes(extension.name().as_bytes());
                out.int(id);
            }
        }
        out.end();
    }

    fn each(&self) -> impl Iterator<Item = (Extension, Option<u8>)> {
        Extension::ALL.into_iter().zip(self.0)
    }

    fn place(&mut self, extension: Extension) -> &mut Option<u8> {
        &mut self.0[usize::from(extension.our_id()) - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bencode wants the keys of a dictionary in order, and places follow from numbers.
    #[test]
    fn numbers_count_from_one_in_the_order_of_the_names() {
        let ids: Vec<u8> = Extension::ALL.into_iter().map(Extension::our_id).collect();
        assert_eq!(ids, (1..=Extension::ALL.len() as u8).collect::<Vec<_>>());
        assert!(Extension::ALL.into_iter().map(Extension::name).is_sorted());
        for extension in Extension::ALL {
            assert_eq!(Extension::of_our_id(extension.our_id()), Some(extension));
        }
        assert_eq!((Extension::of_our_id(0), Extension::of_our_id(255)), (None, None));
    }

    #[test]
    fn neither_metadata_nor_peers_of_private_torrents_are_offered() {
        for extension in [Extension::Metadata, Extension::Pex] {
            assert_eq!(ExtensionIds::ours(false).id(extension), Some(extension.our_id()));
            assert_eq!(ExtensionIds::ours(true).id(extension), None);
        }
    }

    #[test]
    fn what_is_said_later_counts_and_what_is_left_out_stays() {
        let metadata = |id| ExtensionIds::default().with(Extension::Metadata, id);
        for (before, news, id) in [
            (ExtensionIds::default(), metadata(3), Some(3)),
            (metadata(3), metadata(4), Some(4)),
            (metadata(3), ExtensionIds::default(), Some(3)),
            (metadata(3), metadata(0), None),
        ] {
            let mut known = before;
            known.update(news);
            assert_eq!(known.id(Extension::Metadata), id, "{before:?} {news:?}");
        }
    }
}
