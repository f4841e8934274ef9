//! The values of the fields that `--print` knows.

use cli_kit::{hex, show_time};
use torrent_core::magnet::Magnet;

use crate::field::Field;
use crate::subject::{Subject, Torrent};

/// What a field holds.
pub(crate) enum Values {
    /// One value; empty if it is absent.
    One(Vec<u8>),
    List(Vec<Vec<u8>>),
}

impl Field {
    pub(crate) fn of(self, subject: &Subject) -> Values {
        match subject {
            Subject::Torrent(torrent) => self.of_torrent(torrent),
            Subject::Link(link) => self.of_magnet(&link.magnet),
        }
    }

    fn of_magnet(self, magnet: &Magnet) -> Values {
        let v1 = magnet.info_hash_v1.map(|hash| hex(&hash));
        let v2 = magnet.info_hash_v2.map(|hash| hex(&hash));
        match self {
            Self::InfoHash => text(v1.or(v2)),
            Self::InfoHashV1 => text(v1),
            Self::InfoHashV2 => text(v2),
            Self::Magnet => text(Some(magnet.to_string())),
            Self::Name => Values::One(magnet.name.clone().unwrap_or_default()),
            Self::Size => text(magnet.length.map(|length| length.to_string())),
            Self::Trackers => Values::List(magnet.trackers.clone()),
            Self::WebSeeds => Values::List(magnet.web_seeds.clone()),
            Self::Files | Self::HttpSeeds | Self::Nodes | Self::Similar | Self::Collections => {
                Values::List(Vec::new())
            }
            _ => text(None),
        }
    }

    fn of_torrent(self, torrent: &Torrent) -> Values {
        let (metainfo, advisory) = (torrent.metainfo(), torrent.advisory());
        let files = metainfo.files();
        let number = |number: u64| text(Some(number.to_string()));
        match self {
            Self::InfoHash | Self::InfoHashV1 | Self::InfoHashV2 | Self::Magnet => {
                self.of_magnet(torrent.magnet())
            }
            Self::Name => Values::One(torrent.masked(metainfo.name()).into_owned()),
            Self::Protocol => text(Some(metainfo.protocol().name().to_owned())),
            Self::Size => number(files.content_length()),
            Self::PaddedSize => number(files.padded_length()),
            Self::TorrentSize => number(metainfo.bytes().len() as u64),
            Self::PieceLength => number(metainfo.piece_length()),
            Self::Pieces => number(metainfo.layout().piece_count()),
            Self::FileCount => number(files.len() as u64),
            Self::Files => Values::List(files.iter().map(|file| torrent.masked_path(file.path)).collect()),
            Self::Trackers => Values::List(advisory.trackers.concat()),
            Self::WebSeeds => Values::List(advisory.web_seeds.clone()),
            Self::HttpSeeds => Values::List(advisory.http_seeds.clone()),
            Self::Nodes => Values::List(torrent.nodes().map(String::into_bytes).collect()),
            Self::Private => text(Some((metainfo.private() == Some(true)).to_string())),
            Self::Comment => Values::One(advisory.comment.clone().unwrap_or_default()),
            Self::CreatedBy => Values::One(advisory.created_by.clone().unwrap_or_default()),
            Self::CreationDate => text(advisory.creation_date.map(show_time)),
            Self::Source => Values::One(advisory.source.clone().unwrap_or_default()),
            Self::UpdateUrl => Values::One(advisory.update_url.clone().unwrap_or_default()),
            Self::Similar => {
                Values::List(advisory.similar.iter().map(|hash| hex(hash).into_bytes()).collect())
            }
            Self::Collections => Values::List(advisory.collections.clone()),
        }
    }
}

fn text(text: Option<String>) -> Values {
    Values::One(text.unwrap_or_default().into_bytes())
}
