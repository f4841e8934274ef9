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
'-o+[Folder to write into; or, if it has an extension and is not there, the name for a torrent of a single file]:DIR|FILE:_files' \
'--output=[Folder to write into; or, if it has an extension and is not there, the name for a torrent of a single file]:DIR|FILE:_files' \
'*--select=[Fetch only these files\: globs, or indices as \`inspect-torrent --files\` shows them; commas separate several]:GLOB|INDEX:_default' \
'*--rename=[Give a file another path, below the torrent'\''s folder; may be given more than once]:INDEX=PATH:_default' \
'*--peer=[Additional peer, for every SOURCE; may be given more than once]:HOST:PORT:_default' \
'*--tracker=[Additional tracker, for every SOURCE; may be given more than once]:URL:_default' \
'*--web-seed=[Additional web seed (BEP 19), for every SOURCE; may be given more than once]:URL:_default' \
'--port=[Port to listen on for peers; default\: any that is free]:PORT:_default' \
'--bind=[Local address to listen on and connect from; default\: all]:ADDR:_default' \
'--max-download=[Download at most SIZE per second, all SOURCEs together]:SIZE:_default' \
'--max-upload=[Upload at most SIZE per second, all SOURCEs together]:SIZE:_default' \
'--memory=[Memory for data that is not yet on disk]:SIZE:_default' \
'--seed-ratio=[Seed until R times the size of the content is uploaded]:R:_default' \
'--seed-time=[Seed for this long]:TIME:_default' \
'--deadline=[Give up if not complete after this time; default\: never]:TIME:_default' \
'--stall-timeout=[Give up if no data arrives for this time; 0\: never]:TIME:_default' \
'--metadata-timeout=[Give up on a magnet link if its metadata does not arrive in this time; 0\: never]:TIME:_default' \
'--progress=[How to show progress on standard error]:HOW:((auto\:"A progress bar if standard error is a terminal"
never\:"No progress"
json\:"One JSON object per line, even if standard error is not a terminal"))' \
'--color=[When to use colour]:WHEN:((auto\:"If standard output is a terminal and \`NO_COLOR\` is not set"
always\:"Even if standard output is not a terminal"
never\:"No colour"))' \
'--max-size=[Largest .torrent to read; default\: 256 MiB]:SIZE:_default' \
'-t+[Number of hashing threads; default\: one for each core]:N:_default' \
'--threads=[Number of hashing threads; default\: one for each core]:N:_default' \
'--hash-backend=[Hashing code to use\: \`avx512\`, \`avx2\`, \`avx2-only\`, \`sha-ni\` or \`crates\`, if this CPU has it; default\: \`PIECEWORK_HASH_BACKEND\`, else the fastest]:NAME:_default' \
'--clean-names[Replace in names what some file system cannot hold (\`/\`, \`\:\`, \`?\`, …), and shorten long ones]' \
'--strip-folder[Write the files into DIR itself, without the torrent'\''s own folder]' \
'-f[Replace or repair files that exist with other content]' \
'--force[Replace or repair files that exist with other content]' \
'--recheck[Ignore the journal and hash all existing data]' \
'(-j --json --dry-run)--print-torrent[Print the .torrent instead of fetching its content\: turns a magnet link into a .torrent]' \
'--dry-run[Print what would be fetched, and whether it fits on the disk]' \
'-q[Print only the result]' \
'--quiet[Print only the result]' \
'-j[Print JSON, one object per line]' \
'--json[Print JSON, one object per line]' \
'--strict[Refuse torrents that are only accepted with a warning]' \
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
