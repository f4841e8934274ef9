//! Files: names, paths, attributes and padding.

use super::{Rule, of};

pub(super) const RULES: &[Rule] = &[
    of(
        "E-unsafe-name",
        "a name that cannot be a file's",
        "reliability rules of this project; CVE-2009-1760, CVE-2010-0012",
        "A name is empty, `.` or `..`, holds a `/` or a NUL byte, or has more than 255 bytes. Put on a \
         disk as it stands, it could leave the folder of the download, or cannot exist. The tools that \
         write files refuse the torrent; other clients rename the file, each in its own way. Recreate the \
         torrent.",
    ),
    of(
        "E-duplicate-path",
        "two files with the same path",
        "BEP 3, info dictionary",
        "Two files would be one on a disk, and each download of one destroys the other. Some clients \
         rename, some refuse; the data cannot be right as it stands. Recreate the torrent.",
    ),
    of(
        "E-file-and-folder",
        "a file where a folder is needed",
        "BEP 3, info dictionary",
        "The path of a file begins with the whole path of another one, which would have to be a file and \
         a folder at once. Some clients rename, some refuse. Recreate the torrent.",
    ),
    of(
        "E-unsafe-link",
        "a symbolic link leads out of the torrent",
        "BEP 47, symlinks; libtorrent #3636",
        "The target of a symbolic link is empty, holds `..` or `/`, or otherwise is not a path inside the \
         torrent. Who follows it reads or writes files that are not the torrent's. The tools that write \
         files refuse the torrent.",
    ),
    of(
        "W-case-twin",
        "names that differ by case only",
        "file systems of macOS and Windows",
        "Two names in one folder are the same to file systems that do not tell upper from lower case. \
         There one file replaces the other, and the torrent never completes. Rename one and recreate the \
         torrent.",
    ),
    of(
        "W-unicode-twin",
        "names that differ by Unicode form only",
        "file systems of macOS; Unicode Annex 15",
        "Two names in one folder look alike and differ only in how accents are encoded. On macOS they are \
         one file, and the torrent never completes there. Rename one and recreate the torrent.",
    ),
    of(
        "W-windows-name",
        "a name that Windows cannot hold",
        "Microsoft: Naming Files, Paths, and Namespaces",
        "The name holds a character that Windows reserves, ends with a dot or a space, or is that of a \
         device such as `CON` or `nul.txt`. Clients on Windows rename it, fail, or open the device. \
         Rename the file and recreate the torrent if it is meant for Windows.",
    ),
    of(
        "W-long-name",
        "a name longer than 240 bytes",
        "common file systems: 255 bytes or characters",
        "File systems stop at 255, and clients append endings such as `.part` while they download. \
         Shorten the name and recreate the torrent.",
    ),
    of(
        "W-long-path",
        "a path longer than 240 characters",
        "Windows: 260 characters (MAX_PATH)",
        "Many Windows programs open no path of more than 260 characters, and the folder it is downloaded \
         to comes before it. Shorten names or flatten folders, and recreate the torrent.",
    ),
    of(
        "W-name-not-utf8",
        "the torrent's name is not UTF-8",
        "BEP 3, strings",
        "BEP 3 demands UTF-8. Clients guess an encoding or replace bytes, so the name differs from client \
         to client, and seeding data that is there already fails. Recreate the torrent with a name in \
         UTF-8.",
    ),
    of(
        "W-path-not-utf8",
        "a path is not UTF-8",
        "BEP 3, strings",
        "BEP 3 demands UTF-8. Clients guess an encoding or replace bytes, so the path differs from client \
         to client, and seeding data that is there already fails. Recreate the torrent with names in \
         UTF-8.",
    ),
    of(
        "W-control-character",
        "a name holds a control character",
        "qBittorrent #10925; aria2 #1131",
        "A name holds a line end, an escape sequence, a character that turns the direction of text, or \
         the like. It can disguise a file's type or upset terminals and scripts; some clients strip it or \
         refuse the file. Rename the file and recreate the torrent.",
    ),
    of(
        "W-deep-folders",
        "a path of more than 100 parts",
        "libtorrent: folders 100 deep",
        "libtorrent, and with it many clients, refuses torrents whose folders nest deeper than 100. \
         Flatten the folders and recreate the torrent.",
    ),
    of(
        "W-utf8-twin",
        "a `.utf-8` key that cannot be used",
        "BitComet and uTorrent extension",
        "`name.utf-8` or `path.utf-8` is not of the form of the key that it is to replace, or is not \
         UTF-8 itself. Clients that prefer it may refuse the torrent; here the plain key is used. \
         Recreate the torrent.",
    ),
    of(
        "W-dangling-link",
        "a symbolic link leads to nothing",
        "BEP 47, symlinks",
        "The target of a symbolic link is neither a file nor a folder of the torrent. The target counts \
         from the torrent's root, not from the folder of the link. Recreate the torrent with what the \
         link needs.",
    ),
    of(
        "W-link-length",
        "a symbolic link has a length",
        "BEP 47, symlinks",
        "Symbolic links have no bytes; BEP 47 has them say length 0. Clients that count this length see \
         every file behind it at another place. Recreate the torrent.",
    ),
    of(
        "W-large-file",
        "a file of 2^48 bytes or more",
        "libtorrent: 2^48 - 1 bytes",
        "libtorrent, and with it many clients, refuses files of 256 TiB or more. Split the file. More \
         likely the length is wrong.",
    ),
    of(
        "E-hybrid-pads",
        "padding of a hybrid that libtorrent refuses",
        "libtorrent 2.1.1: the v1 and v2 file metadata does not match; BEP 52, upgrade path",
        "The v1 half has a pad file that is empty, in front, behind another one, as long as a piece, or does \
         not fill its piece. libtorrent, and with it qBittorrent and Deluge, lays out the v2 half with just \
         the padding it needs and refuses a torrent whose halves differ. Recreate it.",
    ),
    of(
        "W-pad-length",
        "a pad file as long as a piece",
        "BEP 47, padding files",
        "Padding fills up a piece, so it is always shorter than one. A longer pad file is a piece of \
         nothing but zeros that everybody downloads. Recreate the torrent.",
    ),
    of(
        "W-pad-unaligned",
        "a pad file that does not fill its piece",
        "BEP 47, padding files",
        "A pad file is there to let the next file start with a piece, and this one ends elsewhere. Its \
         bytes are wasted, and files that are alike cannot be shared between torrents. Recreate the \
         torrent.",
    ),
    of(
        "W-pad-place",
        "a pad file where none belongs",
        "BEP 47, padding files; BEP 52, upgrade path",
        "A pad file stands before all files or right behind another pad file, or has no bytes. It fills \
         nothing, and is no part of what v2 says of the same files. Recreate the torrent.",
    ),
    of(
        "W-padding-overhead",
        "more than a quarter is padding",
        "BEP 47; BEP 52, upgrade path",
        "Pad files are more than a quarter of what the other files have. Clients that do not know pad \
         files download them and put them on the disk. Many small files and large pieces make this: \
         choose smaller pieces, pack small files, or make the torrent v1 or v2 only.",
    ),
    of(
        "W-empty-file-root",
        "an empty file with a root",
        "BEP 52, file tree; bittorrent.org #120",
        "Empty files have no `pieces root`; early libtorrent 2.0 wrote one of zeros. Some clients refuse \
         it. Recreate the torrent with a current creator; the info hash changes.",
    ),
    of(
        "W-attributes-differ",
        "the halves of a hybrid differ in attributes",
        "BEP 47; BEP 52, upgrade path",
        "A file is executable or hidden in one half and not in the other, so clients of v1 and v2 create \
         it differently. Recreate the torrent.",
    ),
    of(
        "I-folder-of-one",
        "a folder that holds a single file",
        "BEP 3, info dictionary; BEP 52, file tree",
        "The torrent is a folder with one file, where it could be the file. Often the creator meant the \
         file, or the file and the torrent should have the same name. Web seeds and paths on disk differ \
         between the two, and of a torrent of v2 alone some clients take the file for all of it.",
    ),
    of(
        "I-utf8-twin",
        "names beside a `.utf-8` twin",
        "BitComet and uTorrent extension",
        "Names are there twice, in some local encoding and in UTF-8. Here, as in most clients, the UTF-8 \
         one is used where it is valid; a client that takes the other puts the files under other names.",
    ),
    of(
        "I-file-hash",
        "hashes of whole files",
        "BEP 47; common usage of `md5sum`",
        "Files carry `sha1` or `md5sum`. They are hints for finding files that are there already, and \
         prove nothing: only pieces and roots are verified.",
    ),
    of(
        "I-file-hash-form",
        "`sha1` or `md5sum` of an odd length",
        "BEP 47; common usage of `md5sum`",
        "`sha1` is 20 bytes and `md5sum` 32 hexadecimal digits; archive.org and others write both in \
         hexadecimal. The hashes only help to find files that are there already, so nothing is lost but \
         that help.",
    ),
    of(
        "I-unknown-file-key",
        "a key of a file that no BEP defines",
        "BEP 3; BEP 47",
        "The entry of a file holds a key that no BEP and no common usage known here defines, such as a \
         time. Clients ignore it, but it is part of the info hash.",
    ),
    of(
        "I-unknown-attribute",
        "unknown letters in `attr`",
        "BEP 47",
        "BEP 47 knows `p` (pad file), `l` (symbolic link), `x` (executable) and `h` (hidden). Clients \
         ignore others.",
    ),
    of(
        "I-executable",
        "executable files",
        "BEP 47, attr",
        "Files are marked as executable. Clients that know BEP 47 let them be run; take care with \
         torrents from strangers.",
    ),
    of(
        "I-hidden",
        "hidden files",
        "BEP 47, attr",
        "Files are marked as hidden. Clients that know BEP 47 hide them where the system can.",
    ),
    of(
        "I-symlink",
        "symbolic links",
        "BEP 47, symlinks",
        "Files are marked as symbolic links. Many clients do not create links: they make an empty file or \
         nothing, and the target may then be missing under the link's name.",
    ),
    of(
        "I-pad-without-attr",
        "a file called like a pad file",
        "BEP 47, padding files; BitComet; libtorrent",
        "`attr` does not say `p`, but the name does. `_____padding_file_` is what BitComet wrote: all tools \
         here take it for padding, as libtorrent does, and neither list nor write it; other clients \
         download it. `.pad/` and a number alone is treated as any other file.",
    ),
    of(
        "I-pad-path",
        "a pad file under another name",
        "BEP 47, padding files",
        "BEP 47 suggests `.pad/` and the length as the path of a pad file, so that clients that do not \
         know pad files put them all into one folder. This one has another path, or none.",
    ),
    of(
        "I-file-order",
        "files are not in the order of their paths",
        "BEP 52, file tree; BEP 3",
        "A v1 torrent may list its files in any order, and the order is part of the info hash. So the \
         same folder gives another info hash with another creator, and a hybrid of it must have another \
         order. Creators that sort by path components, as v2 demands, agree with one another.",
    ),
    of(
        "I-identical-files",
        "files with the same bytes",
        "BEP 52, file tree",
        "Two files have the same root, hence the same bytes. A v2 client needs to download them once \
         only; v1 clients download both.",
    ),
    of(
        "I-tail-pad",
        "no padding behind the last file",
        "BEP 52, upgrade path; BEP 47; libtorrent 2.0.0 to 2.0.3, MonoTorrent",
        "The reference creator pads the last file of a hybrid as well; libtorrent 2.0.0 to 2.0.3 and \
         MonoTorrent did not, and readers accept both. The info hash tells which creator it was: the same \
         folder gives another one elsewhere.",
    ),
];
