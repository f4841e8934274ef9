//! Why a torrent is not accepted, and what is odd about one that is. The codes are stable.

use super::Kind;
use crate::bencode::{FaultKind, ScanError};
use crate::limits;

/// Why bytes are not acceptable as a torrent.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum Refusal {
    #[error("not a torrent: {}", .0.words())]
    Bencode(Kind),
    #[error("not a torrent: {}", .0.words())]
    OtherDictionary(Kind),
    #[error("not a torrent: more than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("not a torrent: it is not a dictionary")]
    NotADictionary,
    #[error("`info` is missing or is not a dictionary")]
    NoInfo,
    #[error("the key `{0}` occurs twice")]
    DuplicateKey(&'static str),
    #[error("the info dictionary of a v2 torrent is not canonical: {kind}", kind = .0)]
    NotCanonical(FaultKind),
    #[error("`meta version` {0} is not supported")]
    MetaVersion(i64),
    #[error("`name` is missing, empty or not a string")]
    NoName,
    #[error("`piece length` is missing or is not an integer")]
    NoPieceLength,
    #[error("`piece length` {0} is not between 1 and {max}", max = limits::PIECE_LENGTH_MAX)]
    PieceLength(i64),
    #[error(
        "`piece length` {0} is not a power of two from {min} to {max}, as v2 demands",
        min = limits::PIECE_LENGTH_MIN_V2,
        max = limits::PIECE_LENGTH_MAX
    )]
    PieceLengthV2(i64),
    #[error("there are no files")]
    NoFiles,
    #[error("there are more than {0} files")]
    TooManyFiles(usize),
    /// Of about so many `files`, whose list and the torrent itself need about so many bytes.
    #[error("the list of its files takes more than {memory} bytes of memory")]
    FileMemory { memory: u64, files: u64, needed: u64 },
    #[error("a length is missing, negative or not an integer (file {0})")]
    Length(usize),
    #[error("the lengths add up to 2^63 or more")]
    TotalLength,
    #[error("`files` is not a list of dictionaries (file {0})")]
    File(usize),
    #[error("the path of file {0} is missing, empty or not a list of strings")]
    Path(usize),
    #[error("the symbolic link at file {0} has no target")]
    NoTarget(usize),
    #[error("`pieces` is missing or is not a string")]
    NoPieces,
    #[error("`{0}` belongs to a v1 half, but there is no `pieces`: neither a v2 torrent nor a hybrid")]
    HalfOfV1(&'static str),
    #[error("`pieces` has {0} bytes, which is no multiple of 20")]
    PiecesLength(usize),
    #[error("`pieces` has {found} hashes, the lengths demand {expected}")]
    PieceCount { found: u64, expected: u64 },
    #[error("`file tree` is missing or is not a dictionary")]
    NoFileTree,
    #[error("`file tree` is malformed: {0}")]
    FileTree(&'static str),
    #[error("the paths in `file tree` are out of proportion to it")]
    Paths,
    #[error("`pieces root` of file {0} is missing or is not 32 bytes other than zero")]
    PiecesRoot(usize),
    #[error("`file tree` holds a pad file (file {0})")]
    PadInTree(usize),
    #[error("`piece layers` is not a dictionary of roots and hashes")]
    PieceLayers,
    #[error("`piece layers` has an entry of the wrong length for file {0}")]
    PieceLayerLength(usize),
    #[error("the piece layer of file {0} does not lead to its root")]
    PieceLayerRoot(usize),
    #[error("`piece layers` has an entry for no file")]
    UnknownPieceLayer,
    #[error("the v1 and v2 halves do not name the same files")]
    HalvesDiffer,
    #[error("the v1 half does not start file {0} at the start of a piece")]
    NotAligned(usize),
    #[error("not accepted by --strict: {0}")]
    Strict(Warning),
}

impl Refusal {
    /// Why the scanner refuses these bytes.
    pub fn of_scan(bytes: &[u8], error: ScanError) -> Self {
        Self::Bencode(Kind::of(bytes, error))
    }

    /// What the bytes are, if they are no torrent at all.
    pub fn kind(&self) -> Option<&Kind> {
        match self {
            Self::Bencode(kind) | Self::OtherDictionary(kind) => Some(kind),
            _ => None,
        }
    }

    /// That the list of files takes too much after the first `count` of them, which stand in this `share` of it and take so many bytes.
    pub(super) fn file_memory(memory: u64, count: usize, taken: u64, share: f64) -> Self {
        let whole = |part: u64| (part as f64 / share.max(f64::EPSILON)) as u64;
        Self::FileMemory { memory, files: whole(count as u64), needed: whole(taken) }
    }

    /// The same, if the torrent takes so many bytes beside.
    pub(super) fn beside(self, torrent: usize) -> Self {
        match self {
            Self::FileMemory { memory, files, needed } => {
                Self::FileMemory { memory, files, needed: needed.saturating_add(torrent as u64) }
            }
            other => other,
        }
    }

    /// What the user may do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::FileMemory { .. } => Some("`--memory` makes room"),
            _ => self.kind().map(Kind::hint),
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bencode(_) => "E-bencode",
            Self::TooLarge { .. } => "E-too-large",
            Self::NotADictionary => "E-not-a-dictionary",
            Self::NoInfo | Self::OtherDictionary(_) => "E-no-info",
            Self::DuplicateKey(_) => "E-duplicate-key",
            Self::NotCanonical(_) => "E-not-canonical",
            Self::MetaVersion(_) => "E-meta-version",
            Self::NoName => "E-no-name",
            Self::NoPieceLength => "E-no-piece-length",
            Self::PieceLength(_) => "E-piece-length",
            Self::PieceLengthV2(_) => "E-piece-length-v2",
            Self::NoFiles => "E-no-files",
            Self::TooManyFiles(_) | Self::FileMemory { .. } => "E-too-many-files",
            Self::Length(_) => "E-length",
            Self::TotalLength => "E-total-length",
            Self::File(_) => "E-file",
            Self::Path(_) => "E-path",
            Self::NoTarget(_) => "E-no-target",
            Self::NoPieces | Self::HalfOfV1(_) => "E-no-pieces",
            Self::PiecesLength(_) => "E-pieces-length",
            Self::PieceCount { .. } => "E-piece-count",
            Self::NoFileTree => "E-no-file-tree",
            Self::FileTree(_) => "E-file-tree",
            Self::Paths => "E-paths",
            Self::PiecesRoot(_) => "E-pieces-root",
            Self::PadInTree(_) => "E-pad-in-tree",
            Self::PieceLayers => "E-piece-layers",
            Self::PieceLayerLength(_) => "E-piece-layer-length",
            Self::PieceLayerRoot(_) => "E-piece-layer-root",
            Self::UnknownPieceLayer => "E-unknown-piece-layer",
            Self::HalvesDiffer => "E-halves-differ",
            Self::NotAligned(_) => "E-not-aligned",
            Self::Strict(warning) => warning.code(),
        }
    }
}

/// What is odd about a torrent that is accepted all the same.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum Warning {
    #[error("{fault} (byte {offset})", fault = .kind)]
    Bencode { offset: usize, kind: FaultKind },
    #[error("`{0}` is not what it should be")]
    Advisory(&'static str),
    #[error("item {first} of `{key}` is not what it should be and is left out{}", more(*.count))]
    Items { key: &'static str, first: usize, count: usize },
    #[error("`{key}` has {count} items, and only the first {max} are read", max = limits::LISTED)]
    ManyItems { key: &'static str, count: usize },
    #[error("`announce-list` holds URLs instead of lists of URLs: each is taken as a tier of its own")]
    FlatTiers,
    #[error("`{key}` of file {first} is not what it should be and is passed over{}", more(*.count))]
    FileField { key: &'static str, first: usize, count: usize },
    #[error("`{0}` is missing or is not what it should be: `{0}.utf-8` stands in for it")]
    OnlyUtf8(&'static str),
    #[error("`length` stands beside `files` and is passed over")]
    LengthAndFiles,
    #[error("`piece layers` is missing: by v2, files of several pieces can only be verified whole")]
    NoPieceLayers,
    #[error(
        "`piece layers` lacks {count} file(s), the first of them file {first}: their pieces can only be verified by v2 with hashes from peers"
    )]
    LayersLacking { first: usize, count: usize },
    #[error("the torrent has no bytes")]
    Empty,
}

impl Warning {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bencode { kind: FaultKind::Unsorted, .. } => "W-unsorted",
            Self::Bencode { kind: FaultKind::DuplicateKey, .. } => "W-duplicate-key",
            Self::Bencode { kind: FaultKind::Integer, .. } => "W-integer",
            Self::Bencode { kind: FaultKind::StringLength, .. } => "W-string-length",
            Self::Bencode { kind: FaultKind::Trailing, .. } => "W-trailing",
            Self::Advisory("name.utf-8") | Self::FileField { key: "path.utf-8", .. } => "W-utf8-twin",
            Self::Advisory(_) => "W-advisory",
            Self::Items { .. } | Self::ManyItems { .. } => "W-list-item",
            Self::FlatTiers => "W-flat-tiers",
            Self::FileField { .. } => "W-file-field",
            Self::OnlyUtf8(_) => "W-only-utf8",
            Self::LengthAndFiles => "W-length-and-files",
            Self::NoPieceLayers => "W-no-piece-layers",
            Self::LayersLacking { .. } => "W-layers-lacking",
            Self::Empty => "W-empty",
        }
    }
}

/// How many more there are like the first of `count`.
fn more(count: usize) -> String {
    if count > 1 { format!(", and {} more like it", count - 1) } else { String::new() }
}
