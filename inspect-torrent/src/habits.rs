//! What programs that show torrents call what is called otherwise here.

use cli_kit::Habits;

/// Options of other programs.
pub(crate) const HABITS: Habits = &[
    ("-i --input --torrent --show --info --header -t", "torrents and links are named without an option"),
    ("-f -l --file --list --show-files --list-files --tree -S", "`--files` shows the files as a tree"),
    ("-m --link", "`--magnet` prints a magnet link"),
    ("--hash --infohash --info-hash -H", "`--print info-hash`"),
    (
        "-a --trackers --tracker --announce",
        "`--print trackers`; a torrent is changed by `--raw`, `jq` and `--from-raw`",
    ),
    ("--name -n", "`--print name`"),
    ("--size -s --bytes", "`--print size`"),
    ("--field --fields --output --key --get --query", "`--print FIELD`; `--help` lists the fields"),
    ("--dump --decode --bencode --to-json -d", "`--raw` is all of it as JSON, `--json` what it means"),
    ("--encode --from-json", "`--from-raw` turns the JSON of `--raw` into a torrent"),
    (
        "--edit --set --add --replace --remove --unset",
        "`--raw x.torrent | jq … | inspect-torrent --from-raw - > y.torrent` changes a torrent",
    ),
    ("--validate --lint --test", "`--check` looks for mistakes"),
    ("--verify --content -p", "`verify-data x.torrent DATA` checks data"),
    ("--scrape --peers --seeders", "nothing is asked over the network"),
    ("--compare", "`--diff A B`"),
    ("-v --verbose --all", "`--json` has everything"),
    ("-0 -z --zero --print0", "`--null` ends the values of `--print` with NUL"),
    ("--anonymize --hide --mask --censor", "`--redact` masks passkeys and credentials"),
    ("-o --save", "it writes to standard output: `> FILE`"),
    ("--code --codes --rules", "`--explain` lists all codes, `--explain CODE` says what one means"),
];
