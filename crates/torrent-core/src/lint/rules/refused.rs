//! What makes a torrent unacceptable to the parser.

use super::{Rule, of};

pub(super) const RULES: &[Rule] = &[
    of(
        "E-bencode",
        "not bencode",
        "BEP 3, bencoding; reliability limit: nesting of 100",
        "The bytes cannot be read as one bencoded value, or nest deeper than 100 levels. No client can \
         load such a file. The message says what it is by its first bytes: a torrent that was cut short or \
         altered on its way, or something else that came in its place, often a web page that says why the \
         download failed.",
    ),
    of(
        "E-too-large",
        "the .torrent is larger than allowed",
        "limit of this project: 256 MiB",
        "The file is larger than the limit, so it was not read. Clients stop much earlier: libtorrent at \
         10 MB unless told otherwise. Raise the limit if you trust the file, or recreate the torrent with \
         larger pieces.",
    ),
    of(
        "E-not-a-dictionary",
        "not a dictionary",
        "BEP 3, metainfo files",
        "The file is bencode, but its outermost value is not a dictionary. A .torrent is a dictionary \
         that holds `info`. It may be another kind of bencoded file, such as a tracker's answer.",
    ),
    of(
        "E-no-info",
        "no info dictionary",
        "BEP 3, metainfo files",
        "The key `info` is missing or is not a dictionary. It names the files and holds their hashes; \
         without it there is no torrent and no info hash. Get the .torrent again from where it was \
         published.",
    ),
    of(
        "E-duplicate-key",
        "a key occurs twice",
        "BEP 3, bencoding",
        "A key that has a meaning occurs twice in the same dictionary. Clients choose differently between \
         the two values, so that they would see different torrents under one info hash. Recreate the \
         torrent with a tool that writes canonical bencode.",
    ),
    of(
        "E-not-canonical",
        "the info dictionary of a v2 torrent is not canonical",
        "BEP 52, metainfo files; BEP 3, bencoding",
        "The info dictionary of a v2 or hybrid torrent has unsorted keys, numbers with leading zeros or \
         the like. BEP 52 has no room for that: clients that decode and encode again compute another info \
         hash. Recreate the torrent.",
    ),
    of(
        "E-meta-version",
        "unknown `meta version`",
        "BEP 52, info dictionary",
        "`meta version` is neither 1 nor 2. BEP 52 demands that clients refuse what they do not know \
         rather than guess. The torrent is of a format that is newer than this tool, or damaged.",
    ),
    of(
        "E-no-name",
        "no name",
        "BEP 3, info dictionary",
        "`name` is missing, empty, all NUL bytes or not a string. It is the name of the file or of the \
         folder that holds all files. Recreate the torrent with a name.",
    ),
    of(
        "E-no-piece-length",
        "no piece length",
        "BEP 3, info dictionary",
        "`piece length` is missing or is not an integer. Without it nobody knows which bytes the hashes \
         are of. Recreate the torrent.",
    ),
    of(
        "E-piece-length",
        "impossible piece length",
        "BEP 3, info dictionary; limit of this project: 2 GiB",
        "`piece length` is zero, negative or more than 2 GiB. Such pieces cannot be, or cannot be held by \
         any client. Recreate the torrent, with pieces of 16 KiB to 16 MiB.",
    ),
    of(
        "E-piece-length-v2",
        "piece length not fit for v2",
        "BEP 52, info dictionary",
        "`piece length` of a v2 or hybrid torrent is not a power of two of at least 16 KiB. The trees of \
         BEP 52 have 16 KiB leaves, and a piece is a whole subtree. Recreate the torrent.",
    ),
    of(
        "E-no-files",
        "no files",
        "BEP 3, info dictionary; BEP 52, file tree",
        "The list or tree of files is empty. There is nothing to download. Recreate the torrent from a \
         folder that holds files.",
    ),
    of(
        "E-too-many-files",
        "too many files",
        "limit of this project: 10,000,000 files",
        "There are more files than this project handles. Other clients give up earlier. Pack the files \
         into archives, or split them among several torrents.",
    ),
    of(
        "E-length",
        "impossible length of a file",
        "BEP 3, info dictionary; BEP 52, file tree",
        "The length of a file is missing, negative or not an integer. Nothing behind that file has a \
         place any more. Recreate the torrent.",
    ),
    of(
        "E-total-length",
        "the lengths are too much",
        "limit of this project: 2^63 bytes",
        "The lengths of the files and of padding add up to 2^63 bytes or more. No disk holds that, and \
         the sums of many clients would wrap around. The torrent is damaged or hostile.",
    ),
    of(
        "E-file",
        "`files` is malformed",
        "BEP 3, info dictionary",
        "`files` is not a list, or an item of it is not a dictionary. Recreate the torrent.",
    ),
    of(
        "E-path",
        "a path is malformed",
        "BEP 3, info dictionary",
        "The path of a file is missing, empty, or not a list of strings. BEP 3 calls an empty list an \
         error. Recreate the torrent.",
    ),
    of(
        "E-no-target",
        "a symbolic link without target",
        "BEP 47, symlinks",
        "A file is marked as a symbolic link, but `symlink path` is missing or is not a list of strings. \
         Recreate the torrent, or without links.",
    ),
    of(
        "E-no-pieces",
        "no piece hashes",
        "BEP 3, info dictionary",
        "`pieces` is missing or is not a string, so that v1 data cannot be verified. Torrents of BEP 30 \
         have a `root hash` in its place, which no current client reads; torrentfile 0.9.2 leaves a stray \
         `length` in v2 torrents, which libtorrent never completes. Recreate the torrent.",
    ),
    of(
        "E-pieces-length",
        "`pieces` is not a string of hashes",
        "BEP 3, info dictionary",
        "The length of `pieces` is not a multiple of 20 bytes, the length of a SHA-1 hash. It was cut or \
         altered. Get the .torrent again or recreate it.",
    ),
    of(
        "E-piece-count",
        "too few or too many piece hashes",
        "BEP 3, info dictionary",
        "The number of hashes is not the total length divided by the piece length, rounded up. Either the \
         hashes or the lengths are wrong, so the data cannot be right. Get the .torrent again or recreate \
         it.",
    ),
    of(
        "E-no-file-tree",
        "no file tree",
        "BEP 52, file tree",
        "`meta version` is 2, but `file tree` is missing or is not a dictionary. The v2 half has no \
         files. Recreate the torrent.",
    ),
    of(
        "E-file-tree",
        "malformed file tree",
        "BEP 52, file tree",
        "The tree is not one of dictionaries that end in an empty key with a file's properties: a file \
         has siblings beside that key, the root itself is a file, or an entry is not a dictionary. \
         Recreate the torrent.",
    ),
    of(
        "E-pieces-root",
        "no root for a file",
        "BEP 52, file tree",
        "`pieces root` of a file that has bytes is missing, all zeros or not 32 bytes long. That file \
         cannot be verified. Recreate the torrent.",
    ),
    of(
        "E-paths",
        "paths out of proportion",
        "Piecework, limit on the memory of a tree",
        "The paths of all files are more than 8 times as long as the `file tree` that spells them: long \
         folder names around very many files. Real trees stay far below; a torrent like this asks for \
         memory. Shorten the names.",
    ),
    of(
        "E-pad-in-tree",
        "a pad file in the tree",
        "BEP 52, file tree; BEP 47",
        "The file tree holds a pad file. In v2 every file starts a piece anyway; pad files belong into \
         the v1 half of a hybrid only. Recreate the torrent.",
    ),
    of(
        "E-piece-layers",
        "malformed piece layers",
        "BEP 52, piece layers",
        "`piece layers` is not a dictionary of strings. It maps the root of each file to the hashes of \
         its pieces. Get the .torrent again.",
    ),
    of(
        "E-piece-layer-length",
        "a piece layer of the wrong length",
        "BEP 52, piece layers",
        "The entry of a file in `piece layers` does not have 32 bytes for each of its pieces. Get the \
         .torrent again or recreate it.",
    ),
    of(
        "E-piece-layer-root",
        "a piece layer that is not its file's",
        "BEP 52, piece layers",
        "The hashes in `piece layers` do not lead to the root that stands in the file tree. Layers are \
         outside the info hash, so anybody may have altered them. Get the .torrent again.",
    ),
    of(
        "E-unknown-piece-layer",
        "a piece layer of no file",
        "BEP 52, piece layers",
        "`piece layers` has an entry for a root that no file of more than one piece has. Files of a \
         single piece have none: their root says it all. Recreate the torrent.",
    ),
    of(
        "E-halves-differ",
        "the halves of a hybrid differ",
        "BEP 52, upgrade path",
        "The v1 list and the v2 tree do not name the same files with the same lengths in the same order, \
         so the two swarms would share different data. Some creators sort whole paths, not their \
         components, and so write `a.txt` before `a/b`: libtorrent 2.1 refuses its own torrents of that \
         kind. Recreate the torrent.",
    ),
    of(
        "E-not-aligned",
        "a file of a hybrid does not start a piece",
        "BEP 52, upgrade path; BEP 47",
        "The v1 half of a hybrid must start every file that has bytes with a piece, by means of pad \
         files, or the pieces of both halves are of different bytes. Pad files are missing or have wrong \
         lengths. Recreate the torrent.",
    ),
];
