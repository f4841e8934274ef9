//! What wget, curl, aria2, transmission-cli and others call what is called otherwise here.

use cli_kit::Habits;

/// Options of other programs.
pub(crate) const HABITS: Habits = &[
    (
        "-d -P --dir --directory --directory-prefix --download-dir -w --save-path --destination --output-dir",
        INTO,
    ),
    ("-O --output-document --out", "`-o FILE` names the file of a torrent that has one, `-o DIR` the folder"),
    ("-c -C --continue --continue-at --resume", "the same command again goes on where the last one stopped"),
    (
        "-S --show-files --list-files --list --info",
        "`inspect-torrent --files x.torrent` shows what is in a torrent",
    ),
    ("--select-file --files --only --include", "`--select` takes globs, or indices, which count from 0"),
    ("--exclude", "`--select` says what to fetch; the rest is left out"),
    (
        "--limit-rate --max-download-limit --max-overall-download-limit --downlimit",
        "`--max-download SIZE` a second",
    ),
    ("--max-upload-limit --max-overall-upload-limit --uplimit", "`--max-upload SIZE` a second"),
    ("--bt-tracker --trackers --announce", "`--tracker URL`, once for each"),
    ("--listen-port --peerport", "`--port PORT`"),
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
    ("--bt-metadata-only --bt-save-metadata --save-metadata --save-torrent", "`--print-torrent > x.torrent`"),
    (
        "--bt-stop-timeout -T --timeout --max-time -m",
        "`--stall-timeout TIME` without data, `--deadline TIME` for all of it",
    ),
    (
        "--check-integrity --verify --check",
        "`--recheck` hashes what is there; `verify-data x.torrent DATA` only checks",
    ),
    (
        "--allow-overwrite --overwrite --clobber",
        "`--force` replaces or repairs files that exist with other content",
    ),
    (
        "--http-user --http-passwd --http-password --user -u --password",
        "user and password go into the URL: `https://user:password@host/x.torrent`",
    ),
    ("-H", "`--header 'NAME: VALUE'`"),
    ("-A -U", "`--user-agent TEXT`"),
    (
        "-x --proxy --all-proxy --http-proxy --https-proxy",
        "proxies are those of `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`",
    ),
    (
        "-k --insecure --no-check-certificate --check-certificate --cacert --ca-certificate",
        "`SSL_CERT_FILE` names a file of further authorities",
    ),
    (
        "-i --input-file --torrent-file",
        "torrents and links are named without an option; `xargs fetch < FILE` takes those in a file",
    ),
    ("-L --location", "redirects are followed without an option"),
    (
        "-v --verbose --summary-interval --show-console-readout",
        "`--json` tells every event, `--progress json` how far it is",
    ),
    ("--seed", "`--seed-ratio R` and `--seed-time TIME` seed afterwards"),
    (
        "--no-seed --exit",
        "fetch ends when the content is complete, unless `--seed-ratio` or `--seed-time` is given",
    ),
    ("--retry --tries --max-tries", "everything is tried again until `--stall-timeout` or `--deadline`"),
];

const INTO: &str = "`-o DIR` names the folder to write into";
