#compdef fetch

autoload -U is-at-least

_fetch() {
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
'-o+[The folder that the files go into]:DIR:_files' \
'--output=[The folder that the files go into]:DIR:_files' \
'*--select=[Only these files\: globs, or indices as \`inspect-torrent --files\` shows them; commas separate several]:GLOB|INDEX:_default' \
'*--peer=[A peer to ask, for every SOURCE; may stand more than once]:HOST:PORT:_default' \
'*--tracker=[A tracker more, for every SOURCE; may stand more than once]:URL:_default' \
'*--web-seed=[A web seed more, for every SOURCE (BEP 19); may stand more than once]:URL:_default' \
'--port=[The port that peers find us at; default\: one that is free]:PORT:_default' \
'--bind=[The address of this machine to use]:ADDR:_default' \
'--max-download=[Receive at most SIZE a second, over all SOURCEs]:SIZE:_default' \
'--max-upload=[Send at most SIZE a second, over all SOURCEs]:SIZE:_default' \
'--memory=[Memory for blocks that are on their way]:SIZE:_default' \
'--seed-ratio=[Stay when complete until R times the content was uploaded]:R:_default' \
'--seed-time=[Stay this long when complete]:TIME:_default' \
'--deadline=[Give up if not complete after this time; default\: never]:TIME:_default' \
'--stall-timeout=[Give up if nothing comes for this time; 0\: never]:TIME:_default' \
'--metadata-timeout=[Give up if nobody gives a magnet'\''s metadata for this time; 0\: never]:TIME:_default' \
'--progress=[How to show progress on standard error]:HOW:((auto\:"A progress bar if standard error is a terminal"
never\:"No progress"
json\:"One JSON object per line, even if standard error is not a terminal"))' \
'--color=[When to use colour]:WHEN:((auto\:"If standard output is a terminal and \`NO_COLOR\` is not set"
always\:"Even if standard output is not a terminal"
never\:"No colour"))' \
'--max-size=[Largest .torrent to read; default\: 256 MiB]:SIZE:_default' \
'-t+[Threads that hash; default\: one for each core]:N:_default' \
'--threads=[Threads that hash; default\: one for each core]:N:_default' \
'--hash-backend=[Code that hashes; default\: \`PIECEWORK_HASH_BACKEND\`, else the fastest]:NAME:_default' \
'-f[Replace or repair files that exist with other content]' \
'--force[Replace or repair files that exist with other content]' \
'--recheck[Believe no journal\: hash all that is there]' \
'(-j --json --dry-run)--print-torrent[Print the torrent itself and fetch nothing else\: turns a magnet link into a .torrent]' \
'--dry-run[Say what would be fetched, and whether it fits the disk]' \
'-q[Print only the result]' \
'--quiet[Print only the result]' \
'-j[Print JSON, one object per line]' \
'--json[Print JSON, one object per line]' \
'--strict[Refuse torrents that would be accepted with a warning]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'*::sources -- Torrent files, magnet links, URLs of torrents; `-` is a torrent on standard input:_default' \
&& ret=0
}

(( $+functions[_fetch_commands] )) ||
_fetch_commands() {
    local commands; commands=()
    _describe -t commands 'fetch commands' commands "$@"
}

if [ "$funcstack[1]" = "_fetch" ]; then
    _fetch "$@"
else
    compdef _fetch fetch
fi
