//! What transmission, rtorrent, aria2, webtorrent and others call what is called otherwise here.

use cli_kit::Habits;

/// Options of other programs.
pub(crate) const HABITS: Habits = &[
    (
        "-d --dir --directory --download-dir --save-path --base-path --destination",
        "`seed x.torrent DATA` says where the data is, `--data DIR` of all torrents",
    ),
    ("-o --output --out", "nothing is written but with `--save-torrent=FILE`"),
    (
        "--trackers --bt-tracker --announce-list",
        "`--tracker URL`, once for each; `-a URL` for those to put in",
    ),
    ("-p --listen-port --peerport --torrent-port", "`--port PORT`"),
    (
        "--bt-require-crypto --bt-min-crypto-level --bt-force-encryption --encryption-required",
        "`--encryption require` has encrypted streams only",
    ),
    ("--enable-dht --enable-dht6 --dht", "the DHT is used without an option; `--no-dht` leaves it alone"),
    ("--dht-entry-point --dht-entry-point6 --dht-bootstrap-nodes", "`--dht-node HOST:PORT`"),
    (
        "--bt-enable-lpd --enable-lpd --lpd --no-lpd --lsd",
        "peers nearby are looked for without an option; `--no-lsd` turns it off",
    ),
    ("--interface --bind-address --local-addr", "`--bind ADDR`"),
    (
        "--max-upload-limit --max-overall-upload-limit --uplimit --limit-rate -u",
        "`--max-upload SIZE` a second",
    ),
    (
        "--super-seeding --superseed --initial-seeding",
        "what they are for is done without an option; `--hurry` switches it off",
    ),
    ("--webseed --url-list", "`--web-seed URL`, once for each"),
    ("--ratio --seedratio", "`--seed-ratio R`"),
    ("-v --verbose", "`--json` tells every event, `--progress json` how far it is"),
    ("--daemon --background --detach", "a service manager, or `nohup seed … &`, keeps it running"),
    (
        "--piece-length -l --private --source --comment --exclude --include --name -n",
        "`make-torrent` has all options for torrents: `make-torrent dist && seed dist.torrent`",
    ),
];
