//! What mktorrent, transmission-create, torf, mkbrr, imdl and others call what is called otherwise here.

use cli_kit::{Failure, Habits};

/// Options of other programs.
pub(crate) const HABITS: Habits = &[
    ("--tracker --trackers --announce-tier --announce-list", TRACKER),
    ("--webseed --url --http-url --url-list", "`--web-seed URL`, once for each"),
    ("--outfile --out --output-dir --target -O", "`-o FILE` names the .torrent, `-o DIR/` its folder"),
    ("--piecesize --piece-size", "`-l SIZE` is the piece length: bytes, `1MiB` or an exponent of 2"),
    (
        "-m --max-piece-length --max-piece-size --target-piece-count",
        "`--max-pieces` and `--max-torrent-size` bound what is chosen, `-l` chooses",
    ),
    ("--creator", "`--created-by TEXT`"),
    ("--creation-date", "`--date TIME`"),
    (
        "-d --no-date --nodate --no-creation-date --no-creator --nocreator --no-created-by -D --anonymize",
        "there is no date and no program name in a torrent unless you ask for them",
    ),
    ("--entropy --xseed --randomize-infohash --unique", "`--cross-seed` adds random bytes"),
    (
        "--v1 --v2 --hybrid -2 --format --meta-version --torrent-version --version-2",
        "`--protocol` is `v1`, `v2` or `hybrid`",
    ),
    ("--pad --padding --optimize-alignment", "`--align` starts every file of a v1 torrent with a piece"),
    (
        "--exclude-pattern --exclude-glob --exclude-regex --ignore -g --glob",
        "`--exclude GLOB` leaves out, `--include GLOB` takes only",
    ),
    ("--include-pattern --include-regex --include-glob", "`--include GLOB`"),
    (
        "--no-hidden --skip-hidden --include-hidden",
        "hidden files are taken, unless `--exclude-hidden` is given",
    ),
    ("--include-junk", "junk is taken, unless `--exclude-junk` is given"),
    ("--dht-node --bootstrap", "`--node HOST:PORT`"),
    ("--input --in --content --root --path", "files and folders are named without an option"),
    ("-r -R --recursive", "folders are taken with all that is in them"),
    (
        "-L --follow --dereference --follow-symlinks",
        "symbolic links are followed, unless `--symlinks` says otherwise",
    ),
    ("--overwrite --yes -y", "`--force` replaces a file that exists"),
    ("--jobs --workers", "`--threads N`"),
    ("-b --batch", "`--each` makes one torrent of each PATH"),
    ("--preset -P --profile --config", "there are no presets: a shell alias has the options that you use"),
    ("--link", "`--magnet` prints the magnet link as well"),
    (
        "--md5 --md5sum --include-md5",
        "hashes of whole files are not made; `--protocol hybrid` proves each file by itself",
    ),
    (
        "--infohash --info-hash --hash --show",
        "the info hash is printed anyway; `inspect-torrent x.torrent` shows a torrent",
    ),
    ("--edit --modify", "it makes new torrents only"),
];

const TRACKER: &str = "`-a URL`, once for each tier; commas separate trackers of one tier";

/// Trackers behind `-t`, which other programs take there.
pub(crate) fn hint_of_values(failure: Failure) -> Failure {
    let is_tracker = failure.message.contains("for `--threads <N>`") && failure.message.contains("://");
    if is_tracker { failure.hint(TRACKER) } else { failure }
}
