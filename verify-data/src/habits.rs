//! What programs that check torrents or checksums call what is called otherwise here.

use cli_kit::Habits;

/// Options of other programs.
pub(crate) const HABITS: Habits = &[
    (
        "-d --dir --directory --path -p --content --input -i --root --save-path --download-dir -o --output",
        DATA,
    ),
    ("-c --check --verify --recheck", "checking is what it does: `verify-data x.torrent DATA`"),
    ("--torrent --torrent-file", "the torrent is named without an option: `verify-data x.torrent DATA`"),
    ("-f --file --files --only --include --select-file", "`--select` takes globs or indices of files"),
    ("--exclude --ignore --ignore-missing", "`--select` says what to check; the rest is left out"),
    (
        "--missing --bad --failed --damaged --show",
        "`--list STATE` prints the names of files: `--list missing`, `--list bad`",
    ),
    ("-0 -z --zero --print0", "`--null` ends the names of `--list` with NUL"),
    (
        "-L --dereference --follow --follow-symlinks --symlinks",
        "`--follow-links` follows links that lead out of DATA",
    ),
    ("--fast --size-only --no-hash", "`--quick` compares names and sizes only"),
    ("--jobs --workers", "`--threads N`"),
    ("-r -R --recursive", "all files of the torrent are checked; `--extra` looks for others"),
    ("--status -s --silent", "`--quiet` prints only the result, and the exit code says it"),
    (
        "--unknown --extraneous --purge --delete --prune",
        "`--list extra` names files that are not in the torrent",
    ),
    (
        "--repair --fix",
        "verify-data only reads: `fetch x.torrent -o DIR --force` downloads what is missing or damaged",
    ),
    ("--magnet --link", "`--magnet-missing` prints a link for what is missing or bad"),
];

const DATA: &str = "the data follows the torrent: `verify-data x.torrent DATA`";
