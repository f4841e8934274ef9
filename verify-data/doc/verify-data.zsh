#compdef verify-data

autoload -U is-at-least

_verify-data() {
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
'*--torrents=[Several .torrent files; the content of each is found by name in \`--data\`]:FILE:_files' \
'--data=[The folder that holds the content of \`--torrents\`]:DIR:_files' \
'(-j --json --magnet-missing)--list=[Print only the names of the files in this state, one per line]:STATE:((ok\:"Proven whole"
bad\:"Proven to be damaged; short, long, of the wrong type, unreadable or changed"
missing\:"Not there"
suspect\:"In a piece that is wrong, but nothing says in which of its files"
unproven\:"Nothing wrong found, but not proven"
extra\:"There, but not in the torrent"))' \
'--progress=[How to show progress on standard error]:HOW:((auto\:"A progress bar if standard error is a terminal"
never\:"No progress"
json\:"One JSON object per line, even if standard error is not a terminal"))' \
'--color=[When to use colour]:WHEN:((auto\:"If standard output is a terminal and \`NO_COLOR\` is not set"
always\:"Even if standard output is not a terminal"
never\:"No colour"))' \
'--sample=[Check only this share of the pieces, chosen by \`--seed\`]:N%:_default' \
'--seed=[Seed for \`--sample\`\: the same seed chooses the same pieces]:N:_default' \
'*--select=[Check only these files\: globs, or indices as \`inspect-torrent --files\` shows them; commas separate several]:GLOB|INDEX:_default' \
'--max-size=[Largest .torrent to read; default\: 256 MiB]:SIZE:_default' \
'-t+[Number of hashing threads; default\: one for each core]:N:_default' \
'--threads=[Number of hashing threads; default\: one for each core]:N:_default' \
'--hash-backend=[Hashing code to use\: \`avx512\`, \`avx2\`, \`avx2-only\`, \`sha-ni\` or \`crates\`, if this CPU has it; default\: \`PIECEWORK_HASH_BACKEND\`, else the fastest]:NAME:_default' \
'--io=[How to read files\: \`auto\` maps them and fills the page cache in the order of the files, \`direct\` reads past the page cache]:HOW:(auto mmap read direct)' \
'--null[End the names of \`--list\` with NUL instead of a line break, and escape nothing]' \
'--extra[Report files that are not in the torrent as well]' \
'(-j --json)--magnet-missing[Print a magnet link for the files that are missing, bad or suspect (BEP 53)]' \
'-q[Print only the result]' \
'--quiet[Print only the result]' \
'-j[Print JSON, one object per line]' \
'--json[Print JSON, one object per line]' \
'(--sample --fail-fast)--quick[Compare names and sizes only\: reads no data, so it proves nothing]' \
'--fail-fast[Stop at the first bad piece]' \
'--follow-links[Follow symbolic links that lead out of DATA, as in a folder of links into a library]' \
'--strict[Refuse torrents that are only accepted with a warning]' \
'-v[Say at the end how fast it was, and whether hashing or the disk was the limit]' \
'--verbose[Say at the end how fast it was, and whether hashing or the disk was the limit]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'::torrent -- The .torrent file; `-` is standard input:_files' \
'::content -- The content itself or the folder that holds it; default\: the current folder:_files' \
&& ret=0
}

(( $+functions[_verify-data_commands] )) ||
_verify-data_commands() {
    local commands; commands=()
    _describe -t commands 'verify-data commands' commands "$@"
}

if [ "$funcstack[1]" = "_verify-data" ]; then
    _verify-data "$@"
else
    compdef _verify-data verify-data
fi
