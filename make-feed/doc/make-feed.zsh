#compdef make-feed

autoload -U is-at-least

_make-feed() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'(-u --update)-o+[Where to write; default\: standard output]:FILE:_files' \
'(-u --update)--output=[Where to write; default\: standard output]:FILE:_files' \
'-u+[Bring the torrents into this feed; it is made if it is not there]:FILE:_files' \
'--update=[Bring the torrents into this feed; it is made if it is not there]:FILE:_files' \
'--format=[How to write; default\: as the feed of \`--update\` is, else rss]:FORMAT:((rss\:"RSS 2.0, which every program reads"
atom\:"Atom 1.0"
json\:"JSON Feed 1.1"))' \
'-t+[Name of the feed]:TEXT:_default' \
'--title=[Name of the feed]:TEXT:_default' \
'-l+[The page it belongs to]:URL:_default' \
'--link=[The page it belongs to]:URL:_default' \
'-d+[A sentence about it; default\: the title]:TEXT:_default' \
'--description=[A sentence about it; default\: the title]:TEXT:_default' \
'--self-url=[Where the feed itself will be]:URL:_default' \
'--hub=[WebSub hub that tells subscribers of news]:URL:_default' \
'--ttl=[Minutes until it is worth another look]:MINUTES:_default' \
'-b+[Where the .torrent files will be\: their names are appended]:URL:_default' \
'--base-url=[Where the .torrent files will be\: their names are appended]:URL:_default' \
'--date=[Date of torrents that have none inside\: seconds since 1970 or RFC 3339]:TIME:_default' \
'-k+[Keep the newest N items]:N:_default' \
'--keep=[Keep the newest N items]:N:_default' \
'--max-age=[Drop items that are older than this\: \`90d\`, \`12h\`]:DURATION:_default' \
'*--supersedes=[Take out the item with this info hash, because a torrent of this run replaces it]:HASH:_default' \
'*--reader=[Judge as these programs read only]:PROGRAM:(qbittorrent flexget sonarr autobrr transmission-rss)' \
'(-c --check)--explain=[Say what a rule wants, and why]:RULE:_default' \
'--progress=[How to show progress on standard error]:HOW:((auto\:"A bar, if standard error is a terminal"
never\:"Nothing"
json\:"JSON lines, anywhere"))' \
'--color=[When to use colour]:WHEN:((auto\:"If standard output is a terminal and \`NO_COLOR\` is not set"
always\:"Even into a file"
never\:"Not even on a terminal"))' \
'-f[Replace a file that exists; with \`--update\`, even if items of a broken feed are lost]' \
'--force[Replace a file that exists; with \`--update\`, even if items of a broken feed are lost]' \
'(-p --podcast)-m[Give magnet links instead of URLs of .torrent files]' \
'(-p --podcast)--magnet[Give magnet links instead of URLs of .torrent files]' \
'-p[Make a podcast\: the media is the enclosure, the torrent stands beside it]' \
'--podcast[Make a podcast\: the media is the enclosure, the torrent stands beside it]' \
'(-o --output -u --update -b --base-url -m --magnet -p --podcast --supersedes -k --keep --max-age -t --title -l --link)-c[Judge feeds\: one finding a line, exit 1 if a program would miss an item]' \
'(-o --output -u --update -b --base-url -m --magnet -p --podcast --supersedes -k --keep --max-age -t --title -l --link)--check[Judge feeds\: one finding a line, exit 1 if a program would miss an item]' \
'--seen[Say as well what each program takes of each item]' \
'--strict[Refuse torrents that would be accepted with a warning; with \`--check\`, warnings count as well]' \
'-q[Say only the result]' \
'--quiet[Say only the result]' \
'-j[Print one JSON object a line]' \
'--json[Print one JSON object a line]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'*::inputs -- Torrents\: .torrent files, folders to search, `-` for the output of `make-torrent --json`:_files' \
&& ret=0
}

(( $+functions[_make-feed_commands] )) ||
_make-feed_commands() {
    local commands; commands=()
    _describe -t commands 'make-feed commands' commands "$@"
}

if [ "$funcstack[1]" = "_make-feed" ]; then
    _make-feed "$@"
else
    compdef _make-feed make-feed
fi
