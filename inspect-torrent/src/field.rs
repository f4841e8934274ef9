//! The fields that `--print` knows.

use clap::ValueEnum;

/// One thing to print of a torrent or magnet link.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// v1 info hash, else v2, in hexadecimal digits
    InfoHash,
    /// SHA-1 info hash
    InfoHashV1,
    /// SHA-256 info hash
    InfoHashV2,
    /// Magnet link to the torrent
    Magnet,
    /// Name of the file or folder
    Name,
    /// v1, v2 or hybrid
    Protocol,
    /// Bytes of all files
    Size,
    /// The same with pad files
    PaddedSize,
    /// Bytes of the .torrent
    TorrentSize,
    /// Bytes of a piece
    PieceLength,
    /// Number of pieces
    Pieces,
    /// Number of files
    FileCount,
    /// Paths of the files (list)
    Files,
    /// Trackers of all tiers (list)
    Trackers,
    /// Web seeds, BEP 19 (list)
    WebSeeds,
    /// HTTP seeds, BEP 17 (list)
    HttpSeeds,
    /// DHT nodes (list)
    Nodes,
    /// true or false
    Private,
    /// Comment for people to read
    Comment,
    /// Program that made it
    CreatedBy,
    /// Creation date, RFC 3339
    CreationDate,
    /// Source tag of the tracker it is for
    Source,
    /// Where a newer version will be
    UpdateUrl,
    /// Info hashes of torrents that share files, BEP 38 (list)
    Similar,
    /// Collections it is part of, BEP 38 (list)
    Collections,
}
