//! Metadata: encoding, sizes, trackers, web seeds and small fields.

use super::{Rule, of};

pub(super) const RULES: &[Rule] = &[
    of(
        "W-unsorted",
        "keys are not sorted",
        "BEP 3, bencoding",
        "The keys of a dictionary do not stand in the order of their bytes. Clients that decode the info \
         dictionary and encode it again compute another info hash and find no peers. Fixing it inside \
         `info` changes the info hash; outside it is free.",
    ),
    of(
        "W-duplicate-key",
        "an unknown key occurs twice",
        "BEP 3, bencoding",
        "A key without a known meaning occurs twice in a dictionary. Clients keep the first, the last or \
         both, and may compute another info hash. Write it once.",
    ),
    of(
        "W-integer",
        "an integer is not canonical",
        "BEP 3, bencoding",
        "An integer has a leading zero or is `-0`. Some parsers refuse it, others write it differently \
         and so change the info hash. Recreate the torrent with a tool that writes canonical bencode.",
    ),
    of(
        "W-string-length",
        "the length of a string is not canonical",
        "BEP 3, bencoding",
        "The length before a string has leading zeros. Some parsers refuse it, others write it \
         differently and so change the info hash. Recreate the torrent with a tool that writes canonical \
         bencode.",
    ),
    of(
        "W-trailing",
        "bytes behind the end",
        "BEP 3, bencoding",
        "Bytes follow the end of the outermost dictionary, often a line end that an editor or a download \
         added. Strict clients refuse the file. Cut them off; the info hash stays the same.",
    ),
    of(
        "W-advisory",
        "a field of the wrong type",
        "BEP 3, 5, 12, 17, 19 and 27",
        "A field that is not needed for the data, such as a date, a comment or a list of trackers, is not \
         of the type that its BEP says, and was left out. Clients may ignore it, too, or refuse the \
         torrent. Edit it; outside `info` that does not change the info hash.",
    ),
    of(
        "W-list-item",
        "an item of a list that was left out",
        "BEP 3, 5, 12, 17, 19 and 38",
        "An item of a list, such as a tracker, a web seed or a DHT node, is not of the form that its BEP \
         says, or it is behind the first ten thousand. It was left out, its neighbours are used; other \
         clients may drop the whole list. Edit it; \
         outside `info` that does not change the info hash.",
    ),
    of(
        "W-flat-tiers",
        "trackers without tiers",
        "BEP 12; libtorrent, Transmission 3.00",
        "`announce-list` is a list of lists of URLs, but holds URLs. Here each is taken as a tier of its \
         own, which is what was meant; libtorrent and Transmission drop them all. Put each into a list; \
         that does not change the info hash.",
    ),
    of(
        "W-file-field",
        "a field of a file of the wrong type",
        "BEP 47, extended file attributes",
        "A field of a file that is not needed for the data, such as `attr`, is not of the type that its \
         BEP says, and was passed over: the file is one without that field. Other clients may refuse the \
         torrent. Recreate it.",
    ),
    of(
        "W-only-utf8",
        "a name in its `.utf-8` key only",
        "BEP 3, info dictionary; libtorrent",
        "`name` or `path` is missing or cannot be used, and its twin `name.utf-8` or `path.utf-8` is \
         there. It is read as libtorrent does, which prefers the twin; other clients refuse the torrent. \
         Recreate it.",
    ),
    of(
        "W-length-and-files",
        "both `length` and `files`",
        "BEP 3, info dictionary; libtorrent",
        "A torrent has `length` if it is a file and `files` if it is a folder; this has both. `files` is \
         taken, as libtorrent does; other clients take `length` or refuse, and see another torrent under \
         the same info hash. Recreate it.",
    ),
    of(
        "W-magnet-hashes",
        "two info hashes of one kind in a link",
        "BEP 9, magnet URI format; libtorrent",
        "A link names one torrent, by a v1 hash, a v2 hash or one of each; this has two different ones of a \
         kind. The last one counts, as it does for libtorrent; other clients take the first, and so \
         download another torrent. Make a link for each.",
    ),
    of(
        "W-magnet-item",
        "a part of a link that was left out",
        "BEP 9, 46 and 53",
        "An `xt` is no info hash, a tracker or web seed no URL, a peer no `HOST:PORT`, a run of files runs backwards, a part has \
         no `=`, or what may stand once stands there with several values. The rest of the link is used. \
         Clients leave such parts out as well, in silence. Correct the link.",
    ),
    of(
        "W-magnet-mended",
        "a link that was broken on its way",
        "RFC 3986; BEP 9",
        "The link is encoded twice, has `&amp;` where `&` belongs, or white space in its URLs, as programs \
         and mail leave behind, or a `%` that should be `%25`. It is read as it was meant; clients that are not as patient lose its \
         trackers. Correct the link where it is published.",
    ),
    of(
        "W-no-piece-layers",
        "no piece layers",
        "BEP 52, piece layers",
        "`piece layers` is missing, which BEP 52 demands even if it is empty. Files of more than one \
         piece cannot be verified by v2 until the hashes come from peers. Clients that started from a \
         magnet link save such files; get the original .torrent.",
    ),
    of(
        "W-layers-lacking",
        "some piece layers are missing",
        "BEP 52, piece layers",
        "Files of more than one piece have no entry in `piece layers`. Their pieces cannot be verified by v2 until the \
         hashes come from peers, and some clients refuse the torrent. Copies that clients save after starting from a \
         magnet link may lack layers; get the .torrent from its publisher.",
    ),
    of(
        "W-empty",
        "no bytes",
        "BEP 3, info dictionary",
        "All files together have no bytes: there are no pieces, and nothing to download. Some clients \
         refuse such torrents. Check what the torrent was made from.",
    ),
    of(
        "W-piece-length-power",
        "piece length is not a power of two",
        "BEP 3, info dictionary; BEP 52",
        "BEP 3 says that piece lengths are almost always powers of two, and BEP 52 demands it. Some \
         programs refuse others. Recreate the torrent with a power of two.",
    ),
    of(
        "W-piece-length-small",
        "pieces smaller than 16 KiB",
        "BEP 52, info dictionary; BEP 3, peer messages",
        "Peers ask for blocks of 16 KiB, so pieces below that gain nothing, make the .torrent larger and \
         are refused by some programs. Recreate the torrent with pieces of 16 KiB or more.",
    ),
    of(
        "W-piece-length-large",
        "pieces larger than 64 MiB",
        "qBittorrent #19535 and #21011; torf #8; uTorrent",
        "Few clients were made for pieces above 64 MiB: uTorrent cannot load them, and qBittorrent with \
         libtorrent 1 stops at 128 MiB. A piece must be whole before it can be verified or shared, so one \
         wrong byte costs all of it. Prefer 16 MiB or less.",
    ),
    of(
        "E-piece-length-huge",
        "pieces larger than 256 MiB",
        "libtorrent: 536,854,528 bytes; qBittorrent #19535; rtorrent #1305",
        "libtorrent loads no pieces of 512 MiB or more, and with it qBittorrent, Deluge and others; \
         rtorrent refuses them as well. Hardly anybody could download this. Recreate the torrent with \
         pieces of 16 MiB or less.",
    ),
    of(
        "W-many-pieces",
        "more than 2,097,152 pieces",
        "libtorrent: 0x200000 pieces by default",
        "libtorrent, and with it qBittorrent, Deluge and others, loads no torrent of more pieces unless \
         told otherwise. Recreate the torrent with larger pieces, or split it.",
    ),
    of(
        "W-large-torrent",
        "the .torrent is larger than 10 MB",
        "libtorrent: 10,000,000 bytes by default",
        "libtorrent, and with it many clients, reads no larger .torrent unless told otherwise; trackers \
         and indexes often have limits of their own. Recreate the torrent with larger pieces or fewer \
         files.",
    ),
    of(
        "W-large-info",
        "the info dictionary is larger than 30 MiB",
        "BEP 9; libtorrent: 30 MiB of metadata",
        "Who starts from a magnet link gets the info dictionary from peers, and clients accept only so \
         much: libtorrent 30 MiB. Publish the .torrent itself, or recreate it with larger pieces or fewer \
         files.",
    ),
    of(
        "W-many-tokens",
        "more than 3,000,000 bencoded values",
        "libtorrent: 3,000,000 tokens by default",
        "libtorrent, and with it many clients, stops reading after so many strings, numbers, and starts \
         and ends of lists and dictionaries. A few hundred thousand files come to that many. Pack small \
         files into archives, or split the torrent.",
    ),
    of(
        "W-misplaced-key",
        "a key in the wrong place",
        "BEP 3, 12, 19, 27 and 52",
        "The key has a meaning, but not here: clients look for it on the other side of the info \
         dictionary's border. `private` beside `info` keeps no peer away; trackers inside it are never \
         asked. Move it; what changes `info` changes the info hash.",
    ),
    of(
        "W-session-data",
        "a client's notes are in the .torrent",
        "libtorrent, rtorrent and Azureus session files",
        "The .torrent comes from the folder in which a client keeps its own copies, and holds its notes \
         on a download: paths on a disk, times, peers. Publish the original, or take the key out; the \
         info hash stays the same.",
    ),
    of(
        "W-announce-missing",
        "`announce` is not in `announce-list`",
        "BEP 12",
        "Clients that know `announce-list` ignore `announce`, so they will never ask this tracker, while \
         old ones ask no other. Put it into the list, as the first tier if it comes first.",
    ),
    of(
        "W-empty-tier",
        "a tier without trackers",
        "BEP 12",
        "`announce-list`, or a tier of it, has no tracker. Some clients stumble over that, others count \
         the tiers differently. Take the empty tier out; if the whole list is empty, take that out.",
    ),
    of(
        "W-duplicate-tracker",
        "a tracker occurs twice",
        "BEP 12",
        "The same URL occurs twice in `announce-list`. Clients ask twice, or skip it in one of its tiers. \
         Keep the first.",
    ),
    of(
        "W-tracker-url",
        "a tracker URL that cannot work",
        "BEP 3, BEP 12, BEP 15; RFC 3986",
        "A tracker's URL is empty, holds white space or characters that must be escaped, has no scheme of \
         a tracker (`http`, `https`, `udp`, `ws`, `wss`), no host, no possible port, or is UDP without a \
         port; or its host is one that clients read in different ways, such as a single number, a \
         hexadecimal one, or what follows a second `@`. Clients drop it, or ask in vain. Fix it; the info \
         hash stays the same.",
    ),
    of(
        "W-url-credentials",
        "a URL holds a user name or password",
        "RFC 3986, section 3.2.1",
        "A URL has a part before `@`, which everybody who has the torrent can read. Take it out, and \
         change the password.",
    ),
    of(
        "W-node",
        "a DHT node without host or port",
        "BEP 5, torrent file extensions",
        "An entry of `nodes` has an empty host or port 0, so nobody can be reached there. Take it out.",
    ),
    of(
        "W-private-trackerless",
        "private, but without tracker",
        "BEP 27",
        "A private torrent gets its peers from its trackers alone; without one, nobody finds anybody. Add \
         the tracker, which leaves the info hash as it is, or recreate the torrent without `private`.",
    ),
    of(
        "W-private-nodes",
        "private, but with DHT nodes",
        "BEP 27; BEP 5",
        "Peers of a private torrent come from its trackers only: clients must not use the DHT for it, so \
         `nodes` has no effect, or a bad one with clients that obey it. Take `nodes` out.",
    ),
    of(
        "W-web-seed-url",
        "a web seed URL that cannot work",
        "BEP 17, BEP 19; RFC 3986",
        "A web seed's URL holds white space or characters that must be escaped, has no scheme that \
         clients fetch from (`http`, `https`, `ftp`), no host that all clients read alike, or no possible \
         port. Clients drop it. Fix it; the info hash stays the same.",
    ),
    of(
        "W-web-seed-folder",
        "a web seed of a folder without `/`",
        "BEP 19, metadata extension",
        "The torrent is a folder, so its web seed must be one: clients append the torrent's name and the \
         path of a file to a URL that ends in `/`. What they do without the slash differs from client to \
         client. Add it; the info hash stays the same.",
    ),
    of(
        "W-duplicate-web-seed",
        "a web seed occurs twice",
        "BEP 17, BEP 19",
        "The same URL occurs twice. Clients open twice the connections, or ignore it. Keep one.",
    ),
    of(
        "W-creation-date",
        "an unlikely creation date",
        "BEP 3, common usage of `creation date`",
        "`creation date` counts seconds since 1970, and says a year before BitTorrent was there or after \
         2100. The writer may have meant milliseconds, or had no clock. Some clients show nonsense or \
         fail. Fix it or take it out; the info hash stays the same.",
    ),
    of(
        "W-encoding",
        "an encoding other than UTF-8",
        "BEP 3, strings; common usage of `encoding`",
        "BEP 3 says that all text is UTF-8. `encoding` names another one, which most clients ignore, so \
         that names and comments show as noise. Recreate the torrent with UTF-8.",
    ),
    of(
        "W-text-not-utf8",
        "a text is not UTF-8",
        "BEP 3, strings",
        "A comment or the like holds bytes that are not UTF-8, which BEP 3 demands of all text. Clients \
         show noise, guess an encoding or refuse the torrent. Fix it; outside `info` the info hash stays \
         the same.",
    ),
    of(
        "W-similar",
        "`similar` holds no hash",
        "BEP 38",
        "`similar` must be a list of info hashes of 20 or 32 bytes, not of hexadecimal digits. Clients \
         cannot find the data they share with other torrents. Fix it or take it out.",
    ),
    of(
        "W-update-url",
        "`update-url` is not a URL",
        "BEP 39",
        "Clients ask `update-url` for newer versions of the torrent, over HTTP. This one cannot be asked. \
         It stands in `info`, so fixing it changes the info hash.",
    ),
    of(
        "W-root-hash",
        "a Merkle torrent of BEP 30",
        "BEP 30, obsolete",
        "`root hash` is of BEP 30, which BEP 52 replaced and clients have dropped; libtorrent has. It \
         stands beside `pieces` here and is ignored. For trees, make a v2 or hybrid torrent.",
    ),
    of(
        "W-v2-keys-ignored",
        "v2 keys in a v1 torrent",
        "BEP 52, upgrade path",
        "`file tree` or `piece layers` is there, but `meta version` is not 2, so clients take the torrent \
         for v1. If it was meant as a hybrid, recreate it: the v2 info hash covers `meta version`.",
    ),
    of(
        "I-magnet-key",
        "a key of a link that is not read",
        "BEP 9, magnet URI format",
        "The link has a key that none of the BEPs on magnet links has, or that is of use to other networks \
         only, such as `kt` (keywords). It is passed over.",
    ),
    of(
        "I-piece-length-large",
        "pieces larger than 16 MiB",
        "uTorrent; common limit of creators",
        "Current clients take pieces of 16 to 64 MiB; uTorrent and other old ones may not. Larger pieces \
         make the .torrent smaller, but one wrong byte costs a whole piece.",
    ),
    of(
        "I-unknown-key",
        "a key that no BEP defines",
        "BEP 3",
        "Beside `info` stands a key that no BEP and no common usage known here defines. Clients ignore \
         it. It may be of a private extension, or misspelled.",
    ),
    of(
        "I-unknown-info-key",
        "a key of `info` that no BEP defines",
        "BEP 3, info dictionary",
        "The info dictionary holds a key that no BEP and no common usage known here defines. Clients \
         ignore it, but it is part of the info hash: sites add such keys so that their torrents are their \
         own. Two torrents of the same files then make two swarms.",
    ),
    of(
        "I-no-announce",
        "`announce-list` without `announce`",
        "BEP 12; BEP 3",
        "Clients that know BEP 12 need only `announce-list`; others look at `announce` alone and find no \
         tracker. Repeat the first tracker there if you care for them; the info hash stays the same.",
    ),
    of(
        "I-trackerless",
        "no trackers, nodes or web seeds",
        "BEP 3; BEP 5",
        "Peers must be found through the DHT, on the local network or by hand. That is fine for many \
         public torrents; where the DHT is off or blocked nobody will find anybody.",
    ),
    of(
        "I-local-url",
        "a URL that leads nowhere for others",
        "RFC 1918, RFC 4193, RFC 6598, RFC 6761, RFC 6762, RFC 6890",
        "A tracker or web seed is at this machine's own address, in a private network, at a name that is \
         only known there, or at a reserved address, be it inside an IPv6 address (NAT64, 6to4, Teredo). \
         Others cannot reach it, and careful clients, `fetch` among them, refuse to try. Fine for a swarm \
         of your own.",
    ),
    of(
        "I-private-zero",
        "`private` is 0",
        "BEP 27",
        "`private` 0 means the same as no `private`, but it is part of the info hash: the same files \
         without it make another torrent. When making torrents, leave it out.",
    ),
    of(
        "I-web-seed-slash",
        "a web seed of a single file ends with `/`",
        "BEP 19, metadata extension",
        "Clients append the name of the file to a URL that ends in `/`. That works if the server has the \
         file under that name; otherwise give the full URL of the file.",
    ),
    of(
        "I-empty-web-seed",
        "an empty web seed",
        "BEP 17, BEP 19",
        "`url-list` or `httpseeds` holds an empty string, which some creators write for none. Clients \
         skip it.",
    ),
    of(
        "I-http-seed",
        "web seeds of BEP 17",
        "BEP 17",
        "`httpseeds` needs a script on the server, and few clients still ask it. `url-list` of BEP 19 \
         works with any web server and nearly all clients.",
    ),
    of(
        "I-signatures",
        "the torrent is signed",
        "BEP 35",
        "`signatures` holds signatures of the info dictionary. Hardly any client checks them, and nothing \
         here does: whoever made them, they are no proof before they were checked against a certificate \
         that you trust.",
    ),
    of(
        "I-meta-version",
        "`meta version` 1",
        "BEP 52, info dictionary",
        "The torrent is v1, as it would be without the key, which is part of the info hash, however. \
         Strict v2 clients may refuse it. When making torrents, leave it out.",
    ),
    of(
        "I-v2-only",
        "v2 only",
        "BEP 52, upgrade path",
        "The torrent has no v1 half, so clients that do not know BEP 52 cannot load it, and there are \
         still many. A hybrid serves both, at the price of padding and a larger .torrent.",
    ),
];
